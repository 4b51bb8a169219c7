"""Fit the parts of the duplicate scorer: a regression, boosted trees, and the line that calibrates their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from evaluation.pairs import PairData
from model.duplicates.relations import CAPS
from model.duplicates.signals import SIGNALS
from model.duplicates.weights import OWN, Calibration, Floats, Linear, Trees

RULE_ONLY: Final = frozenset(
    "category_agreement function_agreement reporter_same reporter_differs near far region_same region_conflict".split()
)
"""Signals that judged pairs hardly ever carry; the rules use them, the weights do not."""

FOLLOWUP: Final = (
    "follow_up", "rare_three", "rare_ratio", "gram_dice", "matter_cosine", "place_containment", "name_shared",
    "name_conflict", "gap", "gap_week", "number_place_conflict", "topic_conflict",
)  # fmt: skip
"""The few signals for ``followup``: there are too few judged rows for more."""

_DEPTH: Final = 3
_LEAST_RULED: Final = 20
"""A rule that holds for fewer pairs shifts nothing."""
_DIGITS: Final = 6
"""The last bits of a signal depend on the processor; where two splits are as good, they would choose the tree."""
Bools = npt.NDArray[np.bool_]
_LEARNED: Final = np.array([name not in RULE_ONLY for name in SIGNALS])


@dataclass(frozen=True, slots=True)
class Options:
    """Hold the settings of one fit; the defaults were chosen by grouped cross-validation.

    :param trees: how many in each of the boosted models.
    :param rewritten_weight: of a row that only helps to train.
    :param origin: whose judgements they are; a bundle carries the scorer of one's own.
    :param models: how many boosted models with different seeds; their trees are averaged. With one alone the luck of
        its seed decides whether its probabilities pass the test of calibration.
    """

    seed: int = 0
    trees: int = 200
    models: int = 3
    strength: float = 0.1
    rewritten_weight: float = 2.0
    folds: int = 5
    origin: str = OWN


def _fit_linear(values: Floats, positive: Bools, used: Bools, strength: float, weight: Floats) -> Linear:
    """Fit a logistic regression on the signals that ``used`` names."""
    scaler = StandardScaler().fit(values[:, used])
    model = LogisticRegression(C=strength, max_iter=2000).fit(scaler.transform(values[:, used]), positive, weight)
    mean, scale, weights = np.zeros(len(SIGNALS)), np.ones(len(SIGNALS)), np.zeros(len(SIGNALS))
    mean[used], scale[used], weights[used] = scaler.mean_, scaler.scale_, model.coef_[0]
    return Linear(mean.tolist(), scale.tolist(), weights.tolist(), float(model.intercept_[0]))


def full_tree(tree: Any, rate: float, names: npt.NDArray[np.int64]) -> tuple[list[int], list[float], list[float]]:
    """Turn a fitted tree into a full binary tree; a leaf that comes early is repeated below."""
    inner, leaves = 2**_DEPTH - 1, 2**_DEPTH
    feature, threshold, value = [0] * inner, [0.0] * inner, [0.0] * leaves

    def fill(node: int, place: int) -> None:
        early = tree.children_left[node] < 0
        if place >= inner:
            value[place - inner] = rate * float(tree.value[node, 0, 0])
            return
        if not early:
            feature[place] = int(names[tree.feature[node]])
            threshold[place] = float(tree.threshold[node])
        fill(node if early else tree.children_left[node], 2 * place + 1)
        fill(node if early else tree.children_right[node], 2 * place + 2)

    fill(0, 0)
    return feature, threshold, value


def _fit_trees(values: Floats, positive: Bools, options: Options, weight: Floats) -> Trees:
    """Fit boosted trees and lay them out for :class:`~model.duplicates.weights.Forest`."""
    names = np.flatnonzero(_LEARNED)
    laid: list[tuple[list[int], list[float], list[float]]] = []
    share = float(np.average(positive, weights=weight))
    bias = float(np.log(share / (1 - share)))
    for number in range(options.models):
        model = GradientBoostingClassifier(
            n_estimators=options.trees,
            learning_rate=0.06,
            max_depth=_DEPTH,
            subsample=0.5,
            max_features=0.2,
            min_samples_leaf=10,
            random_state=options.seed + number,
        ).fit(values[:, names], positive, weight)
        laid += [full_tree(tree.tree_, 0.06 / options.models, names) for tree in model.estimators_[:, 0]]
    return Trees([one[0] for one in laid], [one[1] for one in laid], [one[2] for one in laid], bias)


def _stack(views: Sequence[Floats], labels: Bools, rows: npt.NDArray[np.int64]) -> tuple[Floats, Any]:
    """Join the views of the same rows: a word is more or less rare among one source's complaints or among all."""
    return np.vstack([view[rows] for view in views]), np.concatenate([labels[rows]] * len(views))


def fit_parts(data: PairData, rows: npt.NDArray[np.int64], options: Options) -> tuple[Linear, Trees, Linear]:
    """Fit the linear part, the trees and the model of ``followup``.

    The pairs of a connected component weigh together as the root of their number: fifty pairs of one affair teach
    little more than ten.
    """
    values, positive = _stack(data.views, data.labels == "same", rows)
    values = values.round(_DIGITS)
    followed = _stack(data.views, data.labels == "followup", rows)[1]
    sizes = np.bincount(data.components)[data.components[rows]]
    weight = np.where(data.measured[rows], 1.0, options.rewritten_weight) / np.sqrt(sizes)
    weight = np.tile(weight * len(rows) / weight.sum(), len(data.views))
    chosen = np.array([name in FOLLOWUP for name in SIGNALS])
    never = Linear([0.0] * len(SIGNALS), [1.0] * len(SIGNALS), [0.0] * len(SIGNALS), -4.0)
    followup = _fit_linear(values, followed, chosen, options.strength, weight) if followed.sum() >= 10 else never
    linear = _fit_linear(values, positive, _LEARNED, options.strength, weight)
    return linear, _fit_trees(values, positive, options, weight), followup


_KNOTS: Final = (-8.0, -1.0, 2.0, 8.0)
"""The logits between which the calibration is straight; the pairs in the middle are few, so are the knots."""


def _hinges(logits: Floats, knots: Sequence[float]) -> Floats:
    z = np.clip(logits, -8.0, 8.0)[:, None]
    return np.hstack([z, *(np.maximum(z - knot, 0.0) for knot in knots)])


def calibrate(logits: Floats, positive: Bools, rules: Bools) -> tuple[Calibration, dict[str, float]]:
    """Fit the rising line that makes log odds of logits: with fewer knots, at last straight, where it would fall.

    The rules get a shift of their own, so that what is left after them is calibrated too.

    Platt's straight line (1999) bends too little here: scores in the middle were too low, those at the end too high.
    """
    for inner in (_KNOTS[1:-1], ()):
        basis = _hinges(logits, inner)
        width = basis.shape[1]
        model = LogisticRegression(C=3.0, max_iter=5000).fit(np.hstack([basis, rules]), positive)
        line = _hinges(np.array(_KNOTS), inner) @ model.coef_[0, :width] + model.intercept_[0]
        if np.all(np.diff(line) > 0):
            break
    found = np.minimum(model.coef_[0, width:], 0.0)  # a rule never speaks for the same
    seen = rules.sum(axis=0) >= _LEAST_RULED
    shifts = {rule: float(found[at]) if seen[at] else 0.0 for at, rule in enumerate(CAPS)}
    return Calibration(list(_KNOTS), line.tolist()), shifts
