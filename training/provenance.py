"""What a bundle keeps of how it came about: marks of its rows, and what was wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.check_leaks import leaked_questions
from data.complaint import Record
from data.hygiene import clean_records
from data.sketch import Seen
from model.trained_rows import FILE
from training.examples import Example


def marks(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the file of marks, by its name."""
    return {FILE: Seen.of([example.untitled for example in examples]).to_document()}


def faults(records: Sequence[Record]) -> dict[str, Any]:
    """Return the faults of the training data that a gate must know of."""
    return {"leaked": leaked_questions(clean_records(records))}
