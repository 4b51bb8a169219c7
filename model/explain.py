"""Say which words spoke for an answer and against it: exact shares of the numbers that the model used.

The heads are linear, so the margin of the answer over its runner-up is a sum: of every feature's value times the
difference of its two weights, of the two biases, and of what the responsibility table says. Each feature's part is
given to the words it occurs in; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.assessment import Evidence
from model.bundle import Bundle
from model.classifier import Head
from model.features import Occurrences
from model.reading import Reading

_SHOWN = 3
"""Phrases shown for, and against, each answer."""
_LEAST = 0.02
"""Phrases that move the margin by less say nothing."""
_JOIN = 0.5
"""Neighbours join a phrase if they carry at least this share of its strongest word."""
_EDGES = ".,;:!?()[]\"'“”…-/"


@dataclass(frozen=True, slots=True)
class Contrast:
    """Hold why one group of a head comes before another.

    ``sum(words) + bias + knowledge`` is ``margin``, up to rounding.

    :param words: part of each piece of the text, shape (n_pieces,).
    :param bias: difference of the biases.
    :param knowledge: difference of what the responsibility table gives, as the head weighs it.
    :param margin: by how much the answer leads.
    """

    about: str
    best: str
    other: str
    words: NDArray[np.float64]
    bias: float
    knowledge: float
    margin: float


def contrasts(
    bundle: Bundle, reading: Reading, pairs: Sequence[tuple[Head, int, int]], found: Occurrences
) -> list[Contrast]:
    """Split the lead of an answer over another into the parts of the words, for several heads at once.

    :param pairs: of each head the groups of the answer and of the other one.
    :param found: the occurrences of the reading's document.
    """
    features, linear = reading.features, bundle.linear
    positions = np.searchsorted(features.indices, found.columns)
    counts = np.bincount(positions, weights=found.shares, minlength=features.indices.size)
    answers = []
    for head, best, other in pairs:
        first, second = head.columns.start + best, head.columns.start + other
        columns = linear.weights[features.indices][:, [first, second]].astype(np.float64)
        columns *= linear.scales[[first, second]].astype(np.float64)
        parts = features.values.astype(np.float64) * (columns[:, 0] - columns[:, 1])
        shared = parts[positions] * found.shares / counts[positions]
        words = np.bincount(found.pieces, weights=shared, minlength=len(found.spans))
        bias = float(linear.bias[first]) - float(linear.bias[second])
        knowledge = _knowledge(head, reading.matters.probabilities, best, other)
        margin = float(words.sum()) + bias + knowledge
        answers.append(
            Contrast(head.name, head.groups[best].name, head.groups[other].name, words, bias, knowledge, margin)
        )
    return answers


def _knowledge(head: Head, known: Mapping[str, float], best: int, other: int) -> float:
    if not (head.calibration.knowledge and known):
        return 0.0
    hints = head.hints(known)
    return float(head.calibration.knowledge * (hints[best] - hints[other]))


def lead(
    head: Head, margins: NDArray[np.float32], known: Mapping[str, float], answer: str | None
) -> tuple[Head, int, int] | None:
    """Name the group of the answer and its strongest rival.

    :param margins: of the head, shape (n_groups,).
    :param answer: a label of the head, or the function or name of a group.
    :return: ``None`` if the answer is not the head's.
    """
    best = next((i for i, g in enumerate(head.groups) if answer in g.members or answer == g.name), None)
    if best is None or len(head.groups) < 2:
        return None
    scores = np.asarray(margins, np.float64)
    if head.calibration.knowledge and known:
        scores = scores + head.calibration.knowledge * head.hints(known)
    order = np.argsort(-scores, kind="stable")
    other = int(order[0]) if int(order[0]) != best else int(order[1])
    return head, best, other


def evidence(contrast: Contrast, about: str, reading: Reading, found: Occurrences) -> list[Evidence]:
    """Turn a contrast into the phrases that weigh most, for and against.

    :param about: which part of the answer it explains.
    """
    phrases = _phrases(contrast.words, reading.document, found.spans)
    shown = sorted((p for p in phrases if p[2] >= _LEAST), key=lambda p: -p[2])[:_SHOWN]
    shown += sorted((p for p in phrases if p[2] <= -_LEAST), key=lambda p: p[2])[:_SHOWN]
    answers = []
    for start, end, weight in shown:
        span = reading.span(start, end)
        answers.append(Evidence(about, span, reading.document[start:end], round(weight, 4)))
    if abs(contrast.knowledge) >= _LEAST:
        answers.append(Evidence(about, None, "tabel tanggung jawab", round(contrast.knowledge, 4), "matters"))
    return answers


def _phrases(
    weights: NDArray[np.float64], document: str, spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float]]:
    """Join neighbouring words that pull the same way; each word is in one phrase at most."""
    border = document.find(" . ") + 1
    phrases: list[tuple[int, int, float]] = []
    values = weights.tolist()
    i = 0
    while i < len(values):
        total = strongest = values[i]
        j = i + 1
        while (
            j < len(values)
            and values[j] * total > 0
            and abs(values[j]) >= _JOIN * abs(strongest)
            and abs(values[j]) * _JOIN <= abs(strongest)
            and spans[j][0] != border
            and spans[j - 1][0] != border
        ):
            total += values[j]
            strongest = max(strongest, values[j], key=abs)
            j += 1
        start, end = _trim(document, spans[i][0], spans[j - 1][1])
        if end > start:
            phrases.append((start, end, total))
        i = j
    return phrases


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end
