"""What a bundle keeps of how it came about: marks of its rows, and what was wrong with them."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
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


def metadata(examples: Sequence[Example], heads: Sequence[str]) -> dict[str, Any]:
    """Return what a bundle states of its data and of the libraries.

    :param heads: names of the questions that were learned.
    """
    dates = sorted(e.date for e in examples if e.date is not None)
    fingerprint = hashlib.sha256("\n".join(sorted(_text_hash(e.full) for e in examples)).encode()).hexdigest()
    return {
        "data": {
            "rows": len(examples),
            "first_date": dates[0].date().isoformat() if dates else None,
            "last_date": dates[-1].date().isoformat() if dates else None,
            "fingerprint": fingerprint,
            "labels": {name: dict(Counter(labels_of(examples, name)).most_common()) for name in heads},
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scikit-learn", "scipy", "safetensors")},
        },
    }


def labels_of(examples: Sequence[Example], task: str) -> list[str]:
    """Return the labels of a question, of the examples that have one."""
    return [label for e in examples if (label := getattr(e.truth, task)) is not None]


def _text_hash(text: str) -> str:
    """Return a short hash of a normalised text, to tell later whether a bundle was trained on it."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
