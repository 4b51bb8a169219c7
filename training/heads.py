"""Fit the linear heads and their calibration."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model.classifier import Calibration, Head, group_by_label
from training.calibrate import Fold, fit_calibration
from training.config import HeadConfig
from training.groups import build_groups
from training.solvers import Floats64, Penalty, Rows, Weights

_CHOSEN_ROWS = 3_000  # with more rows the first penalty is taken: the choice matters less and costs more


class Fitter(Protocol):
    """Fit linear models; see :class:`training.solvers.Solver`."""

    @property
    def features(self) -> Any:
        """Return the features of all rows, shape (n, n_features)."""

    def margins(self, rows: Rows, target: Rows, n_groups: int, asked: Rows, penalty: Penalty) -> Floats64:
        """Fit on ``rows`` and score the rows ``asked``."""

    def fit(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Weights, Floats64]:
        """Return weights and bias fitted on ``rows``."""


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


class Hint(Protocol):
    """Say what an example tells beside its features."""

    @property
    def mentioned(self) -> Mapping[str, float]:
        """Return what the text says of places; see :func:`model.classifier.mentions`."""

    @property
    def known(self) -> Mapping[str, float]:
        """Return probabilities by function of the responsibility table."""


Hints = Sequence[Hint]


@dataclass(frozen=True, slots=True)
class FittedHead:
    """Hold a head with its weights, shape (n_features, n_groups), and bias, shape (n_groups,).

    The bytes that a bundle keeps are made of the weights, which are let go then.

    :param unseen: margins by row, shape (n_groups,), of models that had not seen the row; for the calibration of what
        is answered in the end.
    """

    head: Head
    weights: Weights
    bias: Floats64
    unseen: Mapping[int, Floats64] = field(default_factory=dict)


def fit_head(
    task: Task,
    solver: Fitter,
    hints: Hints,
    folds: Sequence[Fold],
    config: HeadConfig,
    progress: Callable[[], object] = bool,
) -> FittedHead | None:
    """Fit one head on all labelled examples and its calibration on examples that the fold's model has not seen.

    Where there are few rows, the penalty is chosen by what it gets right of those unseen examples.

    :param hints: of each example.
    :param progress: called once a fold and once at the end.
    :return: ``None`` if there are fewer than two labels to tell apart.
    """
    known = np.array([i for i, label in enumerate(task.labels) if label is not None], np.int64)
    labels = [str(task.labels[i]) for i in known]
    groups = build_groups(labels, config.min_rows, task.parent_of, task.function)
    if sum(len(group.members) for group in groups) < 2:
        return None
    index = group_by_label(groups)
    target = np.full(len(task.labels), -1, np.int64)
    target[known] = [index[label] for label in labels]
    head = Head(task.name, groups, Calibration(), slice(0, len(groups)))
    penalties = _penalties(config, known.size)
    margins: dict[Penalty, list[Floats64]] = {penalty: [] for penalty in penalties}
    asked: list[int] = []
    for rows, test, n_folds in _parts(folds):
        train = rows[target[rows] >= 0]
        if test.size and np.unique(target[train]).size >= 2:
            asked += test.tolist()
            for penalty in penalties:
                margins[penalty].append(solver.margins(train, target, len(groups), test, penalty))
        for _ in range(n_folds):
            progress()
    penalty, calibration, unseen = penalties[0], Calibration(), np.empty((0, len(groups)))
    if (target[asked] >= 0).any():
        penalty, calibration, unseen = _choose(task, head, margins, asked, target, hints)
    if len(groups) > 1:
        weights, bias = solver.fit(known, target, len(groups), penalty)
    else:  # only places or shares tell the labels apart
        weights, bias = np.zeros((solver.features.shape[1], 1)), np.zeros(1)
    progress()
    head = Head(task.name, groups, calibration, head.columns)
    return FittedHead(head, weights, bias, dict(zip(asked, unseen, strict=False)))


def _parts(folds: Sequence[Fold]) -> list[tuple[Rows, Rows, int]]:
    """Join folds that share their training part: what to train on, what to ask then, how many folds these are."""
    together = [list(same) for _, same in itertools.groupby(folds, key=lambda fold: id(fold.train))]
    return [(same[0].train, np.concatenate([fold.test for fold in same]), len(same)) for same in together]


def _penalties(config: HeadConfig, n_rows: int) -> list[Penalty]:
    tried = [Penalty(ridge, balance) for ridge in config.ridge for balance in config.balance]
    return tried if n_rows <= _CHOSEN_ROWS else tried[:1]


def _choose(
    task: Task,
    head: Head,
    margins: Mapping[Penalty, list[Floats64]],
    asked: Sequence[int],
    target: NDArray[np.int64],
    hints: Hints,
) -> tuple[Penalty, Calibration, Floats64]:
    """Take the penalty that gets most of the unseen rows right, the first of equal ones, and calibrate its margins.

    :param asked: rows that the margins are of, those without a label too.
    :param target: group of every row.
    :return: the penalty, its calibration and its margins of all rows asked.
    """
    labelled = [place for place, i in enumerate(asked) if task.labels[i] is not None]
    rows = [asked[place] for place in labelled]
    joined = {penalty: np.concatenate(parts) for penalty, parts in margins.items()}
    penalty = max(joined, key=lambda tried: int((joined[tried][labelled].argmax(axis=1) == target[rows]).sum()))
    return penalty, calibrate(task, head, rows, joined[penalty][labelled], hints), joined[penalty]


def calibrate(task: Task, head: Head, rows: Sequence[int], margins: Floats64, hints: Hints) -> Calibration:
    """Fit the probabilities of a head on labelled rows that it has not seen.

    :param margins: of these rows, shape (len(rows), n_groups).
    """
    offsets = None
    if any(group.function for group in head.groups):
        offsets = np.stack([head.hints(hints[i].known) for i in rows])
    truths, mentioned = [str(task.labels[i]) for i in rows], [hints[i].mentioned for i in rows]
    return fit_calibration(head, margins, truths, mentioned, offsets)[0]
