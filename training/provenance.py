"""What a bundle keeps of how it came about: marks of its rows, and what was wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.check_labels import QUESTIONS
from data.check_leaks import leaks_in
from data.sketch import Seen
from model.trained_rows import FILE
from training.examples import Example


def marks(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the file of marks, by its name."""
    return {FILE: Seen.of([example.untitled for example in examples]).to_document()}


def faults(examples: Sequence[Example], groups: NDArray[np.int64]) -> dict[str, Any]:
    """Return the faults of the training data that a gate must know of.

    :param groups: near-duplicate group of each example.
    """
    labels = {question: [getattr(e.truth, question) for e in examples] for question in QUESTIONS}
    return {"leaked": leaks_in([e.full for e in examples], labels, groups)}
