"""Fit the linear heads and their calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.classifier import Calibration, Group, Head, group_by_label
from training.calibrate import Fold, fit_calibration
from training.groups import build_groups
from training.solvers import Floats64, Rows, Solver


@dataclass(frozen=True, slots=True)
class Task:
    """State one question to learn.

    :param name: the head's name.
    :param labels: of every example; ``None`` where unknown.
    :param parent_of: a label's parent, under which rare labels are learned.
    :param function: a label's function; where there are any, the responsibility table's knowledge is weighed in.
    """

    name: str
    labels: Sequence[str | None]
    parent_of: Callable[[str], str | None] = lambda label: None
    function: Callable[[str], str | None] = lambda label: None


@dataclass(frozen=True, slots=True)
class Hints:
    """Hold what each example tells beside its features.

    :param mentioned: see :func:`model.classifier.mentions`.
    :param known: probabilities by function of the responsibility table.
    """

    mentioned: Sequence[Mapping[str, float]]
    known: Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class FittedHead:
    """Hold a head with its weights, shape (n_features, n_groups), and bias, shape (n_groups,)."""

    head: Head
    weights: Floats64
    bias: Floats64


def fit_head(
    task: Task,
    solver: Solver,
    hints: Hints,
    folds: Sequence[Fold],
    min_rows: int,
    progress: Callable[[], object] = bool,
) -> FittedHead | None:
    """Fit one head on all labelled examples and its calibration on examples that the fold's model has not seen.

    :param hints: of each example.
    :param min_rows: labels with fewer rows are learned under their parent.
    :param progress: called once a fit.
    :return: ``None`` if there are fewer than two groups to tell apart.
    """
    known = np.array([i for i, label in enumerate(task.labels) if label is not None], np.int64)
    groups = build_groups([str(task.labels[i]) for i in known], min_rows, task.parent_of, task.function)
    if len(groups) < 2:
        return None
    index = group_by_label(groups)
    target = np.full(len(task.labels), -1, np.int64)
    target[known] = [index[str(task.labels[i])] for i in known]
    calibration = _calibrate(task, groups, target, solver, hints, folds, progress)
    weights, bias = solver.fit(known, target, len(groups))
    progress()
    return FittedHead(Head(task.name, groups, calibration, slice(0, len(groups))), weights, bias)


def _calibrate(
    task: Task,
    groups: tuple[Group, ...],
    target: Rows,
    solver: Solver,
    hints: Hints,
    folds: Sequence[Fold],
    progress: Callable[[], object],
) -> Calibration:
    margins: list[Floats64] = []
    asked: list[int] = []
    for fold in folds:
        train, test = fold.train[target[fold.train] >= 0], fold.test[target[fold.test] >= 0]
        if test.size and np.unique(target[train]).size >= 2:
            margins.append(solver.margins(train, target, len(groups), test))
            asked += test.tolist()
        progress()
    if not margins:
        return Calibration()
    head = Head(task.name, groups, Calibration(), slice(0, len(groups)))
    truths = [str(task.labels[i]) for i in asked]
    mentioned = [hints.mentioned[i] for i in asked]
    offsets = None
    if any(group.function for group in groups):
        offsets = np.stack([head.hints(hints.known[i]) for i in asked])
    return fit_calibration(head, np.concatenate(margins), truths, mentioned, offsets)
