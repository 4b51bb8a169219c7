"""Find labels that are probably wrong, with probabilities of rows that the model had not seen.

Confident learning (Northcutt, Jiang and Chuang 2021): a row is suspect if another label reaches the probability that is
usual for rows which carry it, and is more probable than the row's own. Where labels overlap, as offices do, that alone
names a third of the rows; so a suspect must also fit its own label no better than most rows of *other* labels do, and
suspects are ranked by that. What else is known of the row (its other label, the places it names, the responsibility
table) counts too. Near-identical rows stay in one fold, so that a wrong label is not confirmed by its own copy.
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
from data.similar import near_duplicate_groups
from model.classifier import Calibration, Head, group_by_label
from training.config import FeatureConfig
from training.examples import Example, make_examples
from training.groups import build_groups
from training.solvers import Penalty, Solver
from training.vectorise import feature_matrix, fit_vectoriser

FOLDS = 5
_LEAST_ROWS = 60
_LEAST_OF_LABEL = 3
_PENALTY = Penalty(1.0, 0.5)
_FIT = 0.9
"""A suspect fits its label less than this share of the rows of other labels do."""
_TABLE_WEIGHT, _OTHER_WEIGHT, _OTHER_PRIOR = 0.3, 0.6, 5.0
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
    :param progress: called once a fold.
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
    found = confident(_with_other_label(probabilities, target, other), target)
    return [Suspect(kept[i].id, labels[i], head.labels[better], fit) for i, better, fit in found]


def _function_for(question: str) -> Callable[[str], str | None]:
    return function_of if question == "agency" else lambda _label: None


def _probabilities(
    head: Head, examples: Sequence[Example], labels: Sequence[str], seed: int, progress: Callable[[], object]
) -> Floats:
    """Return probabilities of rows that the fold's model had not seen, shape (n_rows, n_labels)."""
    group_of = group_by_label(head.groups)
    target = np.array([group_of[label] for label in labels], np.int64)
    margins = _unseen_margins([e.full for e in examples], target, len(head.groups), seed, progress)
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
    return np.asarray(np.repeat(softmax(scores, axis=1), sizes, axis=1) * within)


def _unseen_margins(texts: Sequence[str], target: Rows, n: int, seed: int, progress: Callable[[], object]) -> Floats:
    vectoriser = fit_vectoriser(texts, FeatureConfig())
    solver = Solver(feature_matrix(vectoriser, texts), np.ones(len(texts)), seed, len(vectoriser.words), minima=(2, 3))
    groups = near_duplicate_groups(texts)
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    fold_of = np.zeros(groups.max() + 1, np.int64)
    fold_of[order] = np.arange(order.size) % FOLDS
    folds = fold_of[groups]
    margins = np.full((len(texts), n), -3.0)
    for fold in range(FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if test.size and np.unique(target[train]).size >= 2:
            margins[test] = solver.margins(train, target, n, test, _PENALTY)
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


def confident(probabilities: Floats, target: Rows) -> list[tuple[int, int, float]]:
    """Return row, better label and fit to its own label of each suspect, the surest first.

    :param probabilities: of rows that the model had not seen, shape (n_rows, n_labels).
    :param target: label of each row.

    >>> stated = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.95, 0.05]])
    >>> [(row, other) for row, other, _ in confident(stated, np.array([0, 0, 1, 1, 1]))]
    [(4, 0)]
    """
    n = probabilities.shape[1]
    present = np.unique(target)
    usual = np.full(n, np.inf)
    usual[present] = [probabilities[target == k, k].mean() for k in present]
    rows = np.arange(target.size)
    own = probabilities[rows, target]
    reached = np.where(probabilities >= usual, probabilities, 0.0)
    reached[rows, target] = 0.0
    better = reached.argmax(axis=1)
    fit = np.zeros(target.size)
    for k in present:
        outside = np.sort(probabilities[target != k, k])
        mine = target == k
        fit[mine] = np.searchsorted(outside, own[mine]) / max(outside.size, 1)
    suspects = np.flatnonzero((reached[rows, better] > own) & (fit < _FIT))
    ratio = np.log(reached[rows, better] + 1e-6) - np.log(own + 1e-6)
    ranked = suspects[np.lexsort((-ratio[suspects], fit[suspects]))]
    return [(int(i), int(better[i]), float(fit[i])) for i in ranked]


def noise_finding(question: str, suspects: Sequence[Suspect], labelled: int) -> Finding:
    """State what was found."""
    says = (
        f"{question}: {len(suspects)} of {labelled} labels are probably wrong (confident learning on unseen rows); "
        "read them before training, the surest first."
    )
    table = tuple((s.id, s.label, s.other, f"{s.fit:.2f}") for s in suspects[:_SHOWN])
    severity = Severity.WARNING if suspects else Severity.INFO
    columns = ("id", "label", "more probable", "fit to the label")
    return Finding(f"{question}_suspects", severity, says, tuple(s.id for s in suspects), columns, table)
