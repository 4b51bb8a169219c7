"""Find labels that are probably wrong, with probabilities of rows that the model had not seen.

Confident learning (Northcutt, Jiang and Chuang 2021) compares each row's probability of its own label with what is
usual for that label. Where labels overlap, as offices do, that alone names a third of the rows. So rows are ranked by
their *fit*: the share of the rows of other labels that the label suits less. A label that was given at random fits as
those rows do, hence its fit is uniform, whereas right labels lie near 1: twice the rows below one half estimate how
many are wrong (as Storey 2002 estimates true nulls), and no more than that are named. What else is known of the row
(its other label, the labels of the most similar rows, the places it names, the responsibility table) counts too.
Near-identical rows stay in one fold, so that a wrong label is not confirmed by its own copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from data.complaint import Record
from data.findings import Finding, Severity
from data.functions import function_of
from data.near_duplicates import near_duplicate_groups
from model.classifier import Calibration, Head, group_by_label
from training.config import FeatureConfig
from training.examples import Example, make_examples
from training.groups import build_groups
from training.solvers import ABSENT, Penalty, Solver
from training.vectorise import feature_matrix, find_encoder, fit_vectoriser

_FOLDS = 5
_REPEATS, _REPEATED_ROWS = 3, 3_000
"""Small sets are cut into folds several times, for the mean of what each says; that costs too much on large ones."""
STEPS = _FOLDS * _REPEATS
"""How often the progress is told of."""
_LEAST_ROWS = 60
_LEAST_OF_LABEL = 3
_PENALTY = Penalty(1.0, 0.5)
_HALF = 0.5
_TABLE_WEIGHT, _OTHER_WEIGHT, _OTHER_PRIOR = 0.3, 0.6, 5.0
_NEAR_WEIGHT, _NEAREST, _NEAR_POWER = 0.3, 15, 3
_SHOWN = 200

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Suspect:
    """Hold a row whose label is probably wrong.

    :param fit: share of the rows of other labels that fit the label less than this row does; near 0 is surest.
    """

    id: str
    label: str
    other: str
    fit: float


def find_suspects(
    records: Sequence[Record], question: str, seed: int = 0, progress: Callable[[], object] = bool
) -> list[Suspect]:
    """Find probably wrong labels, the surest first.

    :param question: ``agency``, ``category`` or ``type``.
    :param progress: called :data:`STEPS` times.
    :return: nothing where there are too few rows to tell.
    """
    examples = [e for e in make_examples(records, False) if getattr(e.truth, question) is not None]
    counts = Counter(str(getattr(e.truth, question)) for e in examples)
    kept = [e for e in examples if counts[getattr(e.truth, question)] >= _LEAST_OF_LABEL]
    if len(kept) < _LEAST_ROWS or len({getattr(e.truth, question) for e in kept}) < 2:
        return []
    labels = [str(getattr(e.truth, question)) for e in kept]
    head = Head(question, build_groups(labels, 1, function=_function_for(question)), Calibration(), slice(0, 0))
    probabilities = _probabilities(head, kept, labels, seed, progress)
    position = {label: i for i, label in enumerate(head.labels)}
    target = np.array([position[label] for label in labels], np.int64)
    other = [getattr(e.truth, "category" if question == "agency" else "agency") for e in kept]
    found = rank(_with_other_label(probabilities, target, other), target)
    return [Suspect(kept[i].id, labels[i], head.labels[better], fit) for i, better, fit in found]


def _function_for(question: str) -> Callable[[str], str | None]:
    return function_of if question == "agency" else lambda _label: None


def _probabilities(
    head: Head, examples: Sequence[Example], labels: Sequence[str], seed: int, progress: Callable[[], object]
) -> Floats:
    """Return probabilities of rows that the fold's model had not seen, shape (n_rows, n_labels)."""
    group_of = group_by_label(head.groups)
    target = np.array([group_of[label] for label in labels], np.int64)
    solver = _solver([e.full for e in examples], seed)
    groups = near_duplicate_groups([e.full for e in examples])
    repeats = _REPEATS if target.size <= _REPEATED_ROWS else 1
    told = (progress,) * (_REPEATS // repeats)
    unseen = [_unseen_margins(solver, groups, target, len(head.groups), seed + i, told) for i in range(repeats)]
    margins = np.mean(unseen, axis=0)
    rows = np.arange(target.size)

    def loss(log_scale: float) -> float:
        scaled = margins * np.exp(log_scale)
        return float((logsumexp(scaled, axis=1) - scaled[rows, target]).mean())

    best = minimize_scalar(loss, bounds=(-1.0, 4.0), method="bounded")
    scores = margins * np.exp(best.x)
    if any(group.function for group in head.groups):
        scores = scores + _TABLE_WEIGHT * np.stack([head.hints(e.known) for e in examples])
    sizes = [len(group.members) for group in head.groups]
    within = np.stack([head.within(e.mentioned) for e in examples])
    stated = np.repeat(softmax(scores, axis=1), sizes, axis=1) * within
    if not solver.dense:
        return np.asarray(stated)
    position = {label: i for i, label in enumerate(head.labels)}
    near = _neighbours(solver.kernel - 1.0, np.array([position[label] for label in labels], np.int64), stated.shape[1])
    return np.asarray(softmax(np.log(stated + 1e-6) + _NEAR_WEIGHT * np.log(near + 0.01), axis=1))


def _neighbours(similar: NDArray[np.float32], target: Rows, n: int) -> Floats:
    """Return the labels of the most similar other rows, weighed by similarity, shape (n_rows, n)."""
    found = np.zeros((target.size, n))
    for i, row in enumerate(similar):
        row[i] = 0.0
        nearest = np.argpartition(-row, min(_NEAREST, row.size - 1))[:_NEAREST]
        np.add.at(found[i], target[nearest], row[nearest] ** _NEAR_POWER)
    return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-9))


def _solver(texts: Sequence[str], seed: int) -> Solver:
    config = FeatureConfig()
    vectoriser = fit_vectoriser(texts, config, 1, find_encoder(config.encoder))
    features, minima = feature_matrix(vectoriser, texts), (config.min_words, config.min_chars)
    return Solver(features, np.ones(len(texts)), seed, len(vectoriser.words), vectoriser.n_counted, minima)


def _unseen_margins(
    solver: Solver, groups: Rows, target: Rows, n: int, seed: int, told: Sequence[Callable[[], object]]
) -> Floats:
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    fold_of = np.zeros(groups.max() + 1, np.int64)
    fold_of[order] = np.arange(order.size) % _FOLDS
    folds = fold_of[groups]
    margins = np.full((target.size, n), ABSENT)
    for fold in range(_FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if test.size and np.unique(target[train]).size >= 2:
            margins[test] = solver.margins(train, target, n, test, _PENALTY)
        for progress in told:
            progress()
    return margins


def _with_other_label(probabilities: Floats, target: Rows, other: Sequence[str | None]) -> Floats:
    """Weigh in how often each label goes with the row's label of the other question, the row itself left out."""
    n = probabilities.shape[1]
    prior = (np.bincount(target, minlength=n) + 0.5) / (target.size + 0.5 * n)
    together: dict[str, Floats] = {}
    for i, name in enumerate(other):
        if name is not None:
            together.setdefault(name, np.zeros(n))[target[i]] += 1
    lift = np.zeros_like(probabilities)
    for i, name in enumerate(other):
        if name is not None:
            counts = together[name].copy()
            counts[target[i]] -= 1
            lift[i] = np.log((counts + _OTHER_PRIOR * prior) / (counts.sum() + _OTHER_PRIOR)) - np.log(prior)
    return np.asarray(softmax(np.log(probabilities + 1e-6) + _OTHER_WEIGHT * lift, axis=1))


def rank(probabilities: Floats, target: Rows) -> list[tuple[int, int, float]]:
    """Return row, better label and fit to its own label of each suspect, the surest first; as many as are wrong.

    :param probabilities: of rows that the model had not seen, shape (n_rows, n_labels).
    :param target: label of each row.

    >>> stated = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.95, 0.05]])
    >>> [(row, other) for row, other, _ in rank(stated, np.array([0, 0, 1, 1, 1]))]
    [(4, 0)]
    """
    rows = np.arange(target.size)
    own = probabilities[rows, target]
    others = probabilities.copy()
    others[rows, target] = 0.0
    better = others.argmax(axis=1)
    fit = np.zeros(target.size)
    for k in np.unique(target):
        outside = np.sort(probabilities[target != k, k])
        mine = target == k
        fit[mine] = np.searchsorted(outside, own[mine]) / max(outside.size, 1)
    suspects = np.flatnonzero(others[rows, better] > own)
    wrong = int((fit[suspects] < _HALF).sum() / _HALF)
    ratio = np.log(others[rows, better] + 1e-6) - np.log(own + 1e-6)
    ranked = suspects[np.lexsort((-ratio[suspects], fit[suspects]))][:wrong]
    return [(int(i), int(better[i]), float(fit[i])) for i in ranked]


def noise_finding(question: str, suspects: Sequence[Suspect], labelled: int) -> Finding:
    """State what was found."""
    says = (
        f"{question}: about {len(suspects)} of {labelled} labels are probably wrong (confident learning on unseen "
        "rows); read them before training, the surest first."
    )
    table = tuple((s.id, s.label, s.other, f"{s.fit:.2f}") for s in suspects[:_SHOWN])
    severity = Severity.WARNING if suspects else Severity.INFO
    columns = ("id", "label", "more probable", "fit to the label")
    return Finding(f"{question}_suspects", severity, says, tuple(s.id for s in suspects), columns, table)
