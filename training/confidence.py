"""Calibrate what is answered in the end, and prove what may be routed, on rows that no part of the model has seen.

The heads' margins on unseen rows come from the calibration folds (``training/heads.py``); they are put through the same
path as new complaints: places, composition, mixing. What comes out is compared with the labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from data.agencies import AgencyRegistry
from data.agency import Agency
from model.confidence import FILE as CONFIDENCE
from model.confidence import SIGNALS, Confidence, Scale, Signals
from model.outcomes import HEAD as OUTCOME
from model.policy import FILE as POLICY
from model.policy import TARGETS, policies_document
from model.reading import Reading
from model.suggestion import Suggestion
from model.triage import Triage
from training.calibrate import MOST_ASKED, Fold
from training.config import Config
from training.examples import Example
from training.heads import FittedHead
from training.policy import Judged, fit_policy

Floats64 = NDArray[np.float64]
Read = Callable[[int], Reading]
"""Reads the example of a number."""

_LEAST_ROWS = 60
"""A question with fewer unseen rows keeps its raw probability."""
_MANY = 2_000
"""With so many unseen rows the choice needs no thrift: the bend is tried, and the lowest loss wins."""
_LEAST_LABEL = 5
"""An answer that was given this often on unseen rows gets a term of its own."""
_SPREAD = {"logit": 0.5, "above": 0.5}
_OTHER_SPREAD = 0.2
_LABEL_SPREAD = 0.5
_STARTS = {"agency": "logit", "category": "logit", "type": "logit", "parent": "above"}


@dataclass(frozen=True, slots=True)
class Answered:
    """Hold one answer about an unseen row.

    :param fold: which fold the row is of.
    """

    row: int
    fold: int
    label: str
    signals: Signals
    right: bool


@dataclass(frozen=True, slots=True)
class UnseenRow:
    """Hold what was suggested for an unseen row."""

    row: int
    fold: int
    suggestion: Suggestion
    answers: Mapping[str, Answered]


def reader_of(triage: Triage, examples: Sequence[Example]) -> Read:
    """Return what reads the example of a number, once."""
    return cache(lambda row: triage.read(examples[row].complaint))


def trust(
    triage: Triage,
    read: Read,
    examples: Sequence[Example],
    heads: Sequence[FittedHead],
    folds: Sequence[Fold],
    config: Config,
) -> dict[str, Any]:
    """Return the documents that a bundle carries about how far its answers can be trusted.

    :param triage: as for :func:`answer_unseen`.
    """
    rows = answer_unseen(triage, read, examples, heads, folds, config.seed)
    confidence, crossed = fit_confidence(rows)
    judged = judged_agencies(rows, crossed.get("agency"))
    targets = sorted({*TARGETS, config.policy.target})
    fitted = [fit_policy(judged, target, config.policy.confidence) for target in targets]
    return {CONFIDENCE: confidence.to_document(), POLICY: policies_document(fitted, config.policy.target)}


def answer_unseen(
    triage: Triage,
    read: Read,
    examples: Sequence[Example],
    heads: Sequence[FittedHead],
    folds: Sequence[Fold],
    seed: int,
) -> list[UnseenRow]:
    """Answer the rows of the folds with the margins of models that had not seen them.

    :param triage: of the finished bundle, without calibration of the joined answers.
    :param read: reads an example with it.
    """
    heads = [head for head in heads if head.head.name != OUTCOME]
    rows = unseen_rows(heads, folds, seed)
    width = triage.bundle.linear.bias.size
    found = []
    for row, fold in rows:
        margins = np.zeros(width, np.float32)
        for head in heads:
            margins[triage.bundle.heads[head.head.name].columns] = head.unseen[row]
        reading = read(row)
        suggestion = triage.suggest(reading, margins)
        answers = {}
        for question, label, right in _judge(suggestion, examples[row], triage.registry):
            answers[question] = Answered(row, fold, label, suggestion.signals(question, reading), right)
        found.append(UnseenRow(row, fold, suggestion, answers))
    return found


def unseen_rows(heads: Sequence[FittedHead], folds: Sequence[Fold], seed: int) -> list[tuple[int, int]]:
    """Return rows with their folds, that every head was asked about without having seen them; at most MOST_ASKED."""
    rows = [(int(row), number) for number, fold in enumerate(folds) for row in fold.test]
    rows = [(row, fold) for row, fold in rows if all(row in head.unseen for head in heads)]
    if len(rows) > MOST_ASKED:
        drawn = np.random.default_rng(seed).choice(len(rows), MOST_ASKED, replace=False)
        rows = [rows[i] for i in np.sort(drawn)]
    return rows


def _judge(suggestion: Suggestion, example: Example, registry: AgencyRegistry) -> list[tuple[str, str, bool]]:
    """Return question, answer and whether it is right, where a label tells."""
    found = []
    truth = example.truth
    if suggestion.category is not None and truth.category is not None:
        found.append(("category", suggestion.category.label, suggestion.category.label == truth.category))
    if suggestion.type is not None and truth.type is not None:
        found.append(("type", suggestion.type.label, suggestion.type.label == truth.type))
    answer = suggestion.agency
    if answer is not None and truth.agency is not None:
        known = registry.resolve(truth.agency)
        same = known is not None and known.id == answer.id
        found.append(("agency", answer.label, answer.label == truth.agency or same))
        if answer.parent is not None and known is not None:
            found.append(("parent", answer.parent.label, above(known) == answer.parent.id))
    return found


def above(agency: Agency) -> str:
    """Return the id of the government or body above an agency, or its own."""
    return agency.parent_id or agency.id


def fit_confidence(rows: Sequence[UnseenRow]) -> tuple[Confidence, dict[str, Floats64]]:
    """Fit the scale of every question that enough unseen rows answer.

    :return: the scales, and by question the probabilities that scales fitted on the other folds give the rows: what
        the policy is fitted on.
    """
    scales, crossed = {}, {}
    for question in SIGNALS:
        answered = [row.answers[question] for row in rows if question in row.answers]
        if len(answered) < _LEAST_ROWS or len({a.right for a in answered}) < 2:
            continue
        names, labelled = choose_signals(question, answered)
        scales[question] = fit_scale(question, answered, names, labelled)
        crossed[question] = cross_fit(question, answered, names, labelled)
    return Confidence(scales), crossed


def choose_signals(question: str, answered: Sequence[Answered]) -> tuple[tuple[str, ...], bool]:
    """Choose by log loss on held-out folds what the scale may use; the plainest of those about as good.

    Where there are many rows, the best.

    :return: names of the signals, and whether answers get terms of their own.
    """
    start = _STARTS[question]
    full = tuple(name for name in SIGNALS[question] if name != "bend")
    tried = [((start,), False), (full, False), ((start,), True), (full, True)]
    many = len(answered) >= _MANY
    if many and "bend" in SIGNALS[question]:
        tried += [((*full, "bend"), False), ((*full, "bend"), True)]
    right = np.array([a.right for a in answered])
    losses = [_log_loss(cross_fit(question, answered, *choice), right) for choice in tried]
    best = int(np.argmin([loss.mean() for loss in losses]))
    if many:
        return tried[best]
    for choice, loss in zip(tried, losses, strict=True):
        gap = loss - losses[best]
        if gap.mean() <= gap.std() / np.sqrt(gap.size):
            return choice
    return tried[best]


def _log_loss(stated: Floats64, right: NDArray[np.bool_]) -> Floats64:
    return np.asarray(-np.log(np.clip(np.where(right, stated, 1 - stated), 1e-6, 1.0)))


def cross_fit(question: str, answered: Sequence[Answered], names: Sequence[str], labelled: bool) -> Floats64:
    """Return the probability of each answer by a scale that was fitted on the other folds, shape (n,)."""
    folds = np.array([a.fold for a in answered])
    stated = np.empty(len(answered))
    for fold in np.unique(folds):
        inside = np.flatnonzero(folds == fold)
        others = [a for a, f in zip(answered, folds, strict=True) if f != fold]
        scale = fit_scale(question, others, names, labelled)
        stated[inside] = [scale.probability(a.signals, a.label) for a in map(answered.__getitem__, inside.tolist())]
    return stated


def fit_scale(question: str, answered: Sequence[Answered], names: Sequence[str], labelled: bool) -> Scale:
    """Fit a scale: the likeliest one under normal priors around "the raw probability is right".

    The priors keep a scale that few rows speak for near the raw probability.
    """
    start = _STARTS[question]
    counts: dict[str, int] = {}
    for a in answered:
        counts[a.label] = counts.get(a.label, 0) + 1
    labels = sorted(label for label, n in counts.items() if n >= _LEAST_LABEL) if labelled else []
    place = {label: 1 + len(names) + i for i, label in enumerate(labels)}
    matrix = np.zeros((len(answered), 1 + len(names) + len(labels)))
    matrix[:, 0] = 1.0
    for i, a in enumerate(answered):
        matrix[i, 1 : 1 + len(names)] = [a.signals[name] for name in names]
        if a.label in place:
            matrix[i, place[a.label]] = 1.0
    mean = np.zeros(matrix.shape[1])
    mean[1 + list(names).index(start)] = 1.0
    spread = np.array([1.0, *(_SPREAD.get(name, _OTHER_SPREAD) for name in names), *[_LABEL_SPREAD] * len(labels)])
    right, folds = np.array([a.right for a in answered], float), np.array([a.fold for a in answered])
    plain = matrix[:, [0, 1 + list(names).index(start)]]
    usual = expit(plain @ fit_logistic(plain, right, np.array([0.0, 1.0]), np.array([1.0, _SPREAD[start]])))
    fitted = fit_logistic(matrix, right, mean, spread / np.sqrt(_dispersion(usual, right, folds)))
    return Scale(
        round(float(fitted[0]), 6),
        {name: round(float(w), 6) for name, w in zip(names, fitted[1:], strict=False)},
        {label: round(float(fitted[place[label]]), 6) for label in labels},
    )


def _dispersion(stated: Floats64, right: Floats64, folds: NDArray[np.int64]) -> float:
    """Return how much more the folds differ than independent rows would (McCullagh and Nelder 1989, 4.5), at least 1.

    Months differ from each other; rows of a few months then tell less about the next ones than their number says.
    """
    squares = []
    for fold in np.unique(folds):
        rows = folds == fold
        squares.append((right[rows] - stated[rows]).sum() ** 2 / (stated[rows] * (1 - stated[rows])).sum())
    return max(1.0, float(np.mean(squares)))


def fit_logistic(matrix: Floats64, right: Floats64, mean: Floats64, spread: Floats64) -> Floats64:
    """Return the mode of a logistic regression under independent normal priors."""

    def loss(x: Floats64) -> tuple[float, Floats64]:
        scores = matrix @ x
        off = (x - mean) / spread
        value = np.logaddexp(0.0, scores).sum() - right @ scores + 0.5 * off @ off
        stated = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        return float(value), matrix.T @ (stated - right) + off / spread

    return np.asarray(minimize(loss, mean, jac=True, method="L-BFGS-B").x, np.float64)


def judged_agencies(rows: Sequence[UnseenRow], confidence: Floats64 | None) -> Judged:
    """Return what the policy is fitted on.

    :param confidence: probability of each row's agency where it was judged, in order; ``None`` if there were too few:
        then nothing is eligible, and the policy says how many are missing.
    """
    kept = [row for row in rows if "agency" in row.answers]
    if confidence is None:
        confidence = np.array([expit(row.answers["agency"].signals["logit"]) for row in kept])
    answers = [row.suggestion.agency for row in kept]
    return Judged(
        confidence,
        np.array([row.answers["agency"].right for row in kept], bool),
        [a.tier if a else None for a in answers],
        [a.region.code if a and a.region else None for a in answers],
    )
