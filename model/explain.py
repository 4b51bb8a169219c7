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

from model.assessment import AgencyAnswer, Evidence, Finding, LabelAnswer
from model.bundle import Bundle
from model.classifier import Head
from model.features import ENCODER_LENGTH, Floats, Occurrences
from model.outcomes import HEAD as OUTCOME
from model.reading import Reading

_SHOWN = 3
"""Phrases shown for, and against, each answer."""
_LEAST = 0.02
"""Phrases that move the margin by less say nothing."""
_USUAL_TYPE = "pengaduan"
_DOUBTED = 0.8
"""The usual type is explained only where it is less sure than this: nobody asks why a complaint is one."""
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


def contrasts(bundle: Bundle, reading: Reading, pairs: Sequence[Rival], found: Occurrences) -> list[Contrast]:
    """Split the lead of an answer over another into the parts of the words, for several heads at once.

    :param pairs: see :func:`lead`.
    :param found: the occurrences of the reading's document.
    """
    if not pairs:
        return []
    features, linear = reading.features, bundle.linear
    position_of = np.empty(linear.weights.shape[0], np.int32)
    position_of[features.indices] = np.arange(features.indices.size)
    positions = position_of[found.columns]
    counts = np.bincount(positions, weights=found.shares, minlength=features.indices.size)
    columns = np.array([(p.head.columns.start + p.best, p.head.columns.start + p.other) for p in pairs])
    meaning = _meaning(bundle, reading.document, columns, found)
    weights = linear.weights[features.indices[:, None, None], columns] * linear.scales[columns].astype(np.float64)
    parts = features.values[:, None] * (weights[:, :, 0] - weights[:, :, 1])
    shared = parts[positions] * (found.shares / counts[positions])[:, None]
    answers = []
    for number, pair in enumerate(pairs):
        words = np.bincount(found.pieces, weights=shared[:, number], minlength=len(found.spans)).astype(np.float64)
        words += meaning[:, number]
        bias = float(linear.bias[columns[number, 0]]) - float(linear.bias[columns[number, 1]])
        names = pair.head.groups[pair.best].name, pair.head.groups[pair.other].name
        margin = float(words.sum()) + bias + pair.knowledge
        answers.append(Contrast(pair.head.name, *names, words, bias, pair.knowledge, margin))
    return answers


def _meaning(bundle: Bundle, text: str, columns: NDArray[np.int64], found: Occurrences) -> NDArray[np.float64]:
    """Return what the word vectors of each piece say for one group over the other, shape (n_pieces, n_pairs)."""
    encoder, linear = bundle.vectoriser.encoder, bundle.linear
    if encoder is None or not found.spans:
        return np.zeros((len(found.spans), len(columns)))
    starts, parts = encoder.shares(text)
    weights = linear.weights[bundle.vectoriser.n_counted :, columns] * linear.scales[columns]
    pieces = np.searchsorted([start for start, _ in found.spans], starts, side="right") - 1
    said = ENCODER_LENGTH * (parts @ (weights[:, :, 0] - weights[:, :, 1]))
    return np.stack([np.bincount(pieces, part, len(found.spans)) for part in said.T], axis=1)


@dataclass(frozen=True, slots=True)
class Rival:
    """Name the group of an answer and its strongest rival.

    :param knowledge: difference of what the responsibility table gives the two, as the head weighs it.
    """

    head: Head
    best: int
    other: int
    knowledge: float


def lead(head: Head, margins: Floats, known: Mapping[str, float], answer: str | None) -> Rival | None:
    """Name the group of the answer and its strongest rival.

    :param margins: of the head, shape (n_groups,).
    :param answer: a label of the head.
    :return: ``None`` if the answer is not the head's.
    """
    best = head.group_of.get(answer) if answer is not None else None
    if best is None or len(head.groups) < 2:
        return None
    scores = np.asarray(margins, np.float64)
    hints = np.zeros(scores.size)
    if head.calibration.knowledge and known:
        hints = head.calibration.knowledge * head.hints(known)
    scores = scores + hints
    scores[best] = -np.inf
    other = int(scores.argmax())
    return Rival(head, best, other, float(hints[best] - hints[other]))


def evidence(contrast: Contrast, about: str, reading: Reading, found: Occurrences) -> list[Evidence]:
    """Turn a contrast into the phrases that weigh most, for and against.

    :param about: which part of the answer it explains.
    """
    phrases = _phrases(contrast.words, reading.document, found.spans)
    shown = sorted([p for p in phrases if p[2] >= _LEAST], key=_weight, reverse=True)[:_SHOWN]
    shown += sorted([p for p in phrases if p[2] <= -_LEAST], key=_weight)[:_SHOWN]
    answers = []
    for start, end, weight in shown:
        span = reading.span(start, end)
        answers.append(Evidence(about, span, reading.document[start:end], round(weight, 4)))
    if abs(contrast.knowledge) >= _LEAST:
        answers.append(Evidence(about, None, "tabel tanggung jawab", round(contrast.knowledge, 4), "matters"))
    return answers


def _weight(phrase: tuple[int, int, float]) -> float:
    return phrase[2]


def _phrases(
    weights: NDArray[np.float64], document: str, spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float]]:
    """Join neighbouring words that pull the same way; each word is in one phrase at most, phrases of no weight out."""
    border = document.find(" . ") + 1
    phrases: list[tuple[int, int, float]] = []
    values: list[float] = weights.tolist()
    i, count = 0, len(values)
    while i < count:
        total = values[i]
        strongest = abs(total)
        j = i + 1
        while j < count:
            value = values[j]
            size = abs(value)
            if (
                value * total <= 0
                or size < _JOIN * strongest
                or size * _JOIN > strongest
                or spans[j][0] == border
                or spans[j - 1][0] == border
            ):
                break
            total += value
            strongest = max(strongest, size)
            j += 1
        if abs(total) >= _LEAST:
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


def learned_evidence(
    bundle: Bundle,
    reading: Reading,
    margins: Floats,
    agency: AgencyAnswer | None,
    category: LabelAnswer | None,
    report_type: LabelAnswer | None,
    hints: Sequence[Finding] = (),
) -> list[Evidence]:
    """Name the words that spoke for the learned answers and against them.

    :param margins: one score per group of every head.
    :param hints: what similar reports ended as, see :mod:`model.outcomes`; the likeliest is explained.
    """
    asked = [("agency", "agency", agency.label if agency else None)]
    asked += [("agency", "function", agency.function if agency else None)]
    asked += [("category", "category", category.label if category else None)]
    if report_type is not None and (report_type.label != _USUAL_TYPE or report_type.probability < _DOUBTED):
        asked += [("type", "type", report_type.label)]
    asked += [("screening", OUTCOME, hint.detail) for hint in hints[:1]]
    pairs, about = [], []
    for subject, name, answer in asked:
        head = bundle.heads.get(name)
        if head is None or (subject == "agency" and "agency" in about):
            continue
        pair = lead(head, margins[head.columns], reading.matters.probabilities, answer)
        if pair is not None:
            pairs.append(pair)
            about.append(subject)
    occurrences = bundle.vectoriser.occurrences(reading.document)
    parts = contrasts(bundle, reading, pairs, occurrences)
    found = []
    for part, pair, subject in zip(parts, pairs, about, strict=True):
        found += evidence(part, subject, reading, occurrences)
        if bundle.accurate is not None and pair.head.name in bundle.accurate.votes:
            scores = margins[pair.head.columns]
            rest = float(scores[pair.best] - scores[pair.other]) + pair.knowledge - part.margin
            if abs(rest) >= _LEAST:
                found.append(Evidence(subject, None, "makna kalimat", round(rest, 4), "transformer"))
    return found
