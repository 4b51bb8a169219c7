"""Pool what a head learned, what the responsibility table composes and what the memory recalls into one answer.

Each candidate has a few numbers that speak for it; their weighted sum goes through a softmax (a conditional logit:
McFadden 1974). The weights are learned by replaying a deployment's history, with some offices hidden from the heads,
so that an office with few or no rows can win where the matter is plainly its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.agency import Agency
from model.classifier import Distribution, Head
from model.correction import Correction
from model.features import Floats, SparseVector
from model.local_offices import LocalOffices
from model.memory import Recall
from model.pool_model import FEATURES
from model.routed import RoutedAgency

SHARPNESS = 0.12  # temperature that brings ridge margins to the scale of log probabilities
_LEAST = -9.0  # logarithm that stands for "never"
_LEAST_KNOWN = 1e-3
_SIMILAR = 0.03  # similarity that counts as none
_PRIOR = 20.0  # decisions that the learned mix counts as
_FEW = 64  # remembered labels that are all looked at
_MOST = 16
_NO_SHARE = float(np.log(0.02))  # of every agency where no office was learned: some fifty offices of one government


@dataclass(frozen=True, slots=True)
class Pooled:
    """Hold the candidates of one complaint with what speaks for each.

    :param labels: names, learned ones first.
    :param agencies: what the registry knows of each.
    :param matrix: shape (n_candidates, n_features).
    :param nearest: the most similar past decisions, see :class:`model.memory.Recall`.
    """

    labels: tuple[str, ...]
    agencies: tuple[Agency | None, ...]
    matrix: NDArray[np.float64]
    nearest: tuple[tuple[str, str, float], ...] = ()

    def composed_only(self) -> NDArray[np.bool_]:
        """Tell of each candidate whether only the table and the registry know it."""
        head, corrected, similar = (self.matrix[:, _COLUMN[name]] for name in ("head", "correction", "similar"))
        return np.asarray((head <= _LEAST) & (corrected == 0) & (similar == 0))


@dataclass(frozen=True, slots=True)
class Learned:
    """Hold what a head says to one complaint.

    :param margins: of its groups.
    :param shares: logarithm of the part of the training rows that each of its labels has.
    """

    head: Head
    margins: Floats
    mentioned: Mapping[str, float]
    shares: Mapping[str, float]


def evidence(
    learned: Learned | None,
    composed: Sequence[RoutedAgency],
    offices: LocalOffices,
    recall: Recall,
    correction: Correction | None,
    features: SparseVector,
    custom: Mapping[str, float],
) -> Pooled:
    """Collect the candidates and what speaks for each.

    A candidate is learned (the head knows it), remembered (it was decided since) or absent (only the table and the
    registry know it).

    - ``head``: its learned log probability;
    - ``known``: its log probability by table, place and registry;
    - ``share``: its log share of the training rows, which takes the old mix out of the head;
    - ``unlearned``, ``absent``: one if it is; ``absent_best`` if the table's first answer is absent,
      ``absent_known`` its probability, ``absent_margin`` the head's highest margin (low: nothing it knows),
      ``absent_memory`` the logarithm of the size of the memory (offices never decided in a long time are unlikely);
    - ``custom``: its probability by the table, times how far local custom follows the table there;
    - ``similar``, ``rejected``: how much similar complaints speak for it and against it;
    - ``recent``: the log ratio of its recent share to its learned share; ``count`` how often it was decided;
    - ``correction``: what was learned since, in units of ``head``.
    """
    known_labels = learned.head.labels if learned is not None else ()
    names = list(known_labels)
    place = {label: i for i, label in enumerate(names)}
    added = np.asarray(correction.apply(features) if correction is not None else (), np.float64) / SHARPNESS
    for label in _remembered(recall, correction, added, composed):
        if label not in place:
            place[label] = len(names)
            names.append(label)
    by_agency: dict[str, list[int]] = defaultdict(list)
    agencies: list[Agency | None] = []
    for i, label in enumerate(names):
        agency = offices.find(label)
        agencies.append(agency)
        if agency is not None:
            by_agency[agency.id].append(i)
    present = len(names)
    chances: list[tuple[int, float]] = []
    for routed in composed:
        holders = by_agency.get(routed.agency.id)
        if holders is None:
            holders = by_agency[routed.agency.id] = [len(names)]
            names.append(routed.agency.name)
            agencies.append(routed.agency)
        chances += [(i, routed.probability / len(holders)) for i in holders]
    matrix = _matrix(learned, len(known_labels), present, len(names), chances)
    following = [custom.get(agency.id, NO_CUSTOM) if agency is not None else NO_CUSTOM for agency in agencies]
    matrix[:, _COLUMN["custom"]] = np.exp(matrix[:, _COLUMN["known"]]) * following
    _recalled(matrix, place, recall, present, by_agency, offices)
    if correction is not None:
        _corrected(matrix, learned, correction, place, added)
    return Pooled(tuple(names), tuple(agencies), matrix, recall.nearest)


_COLUMN = {name: i for i, name in enumerate(FEATURES)}


def _remembered(
    recall: Recall, correction: Correction | None, added: NDArray[np.float64], composed: Sequence[RoutedAgency]
) -> Sequence[str]:
    """Return the labels that were decided since; of very many those that something speaks for."""
    learned_since = correction.column_of if correction is not None else {}
    if len(recall.counts) <= _FEW:
        labels = list(dict.fromkeys((*recall.counts, *learned_since)))
        if len(labels) <= _FEW:
            return labels
    named = {routed.agency.name for routed in composed} & recall.counts.keys()
    fitting: list[str] = []
    if correction is not None:
        order = np.argsort(-added[correction.n_groups :], kind="stable")
        fitting = [correction.added[i] for i in order[:_MOST].tolist()]
    return list(dict.fromkeys((*recall.similar, *sorted(named), *fitting, *recall.tally.latest[:_MOST])))


def _matrix(
    learned: Learned | None, n_learned: int, present: int, n: int, chances: Sequence[tuple[int, float]]
) -> NDArray[np.float64]:
    """Fill in what head and table say."""
    matrix = np.zeros((n, len(FEATURES)))
    known = np.full(n, _LEAST_KNOWN)
    for i, chance in chances:
        known[i] += chance
    matrix[:, _COLUMN["known"]] = np.log(known)
    matrix[:, _COLUMN["head"]] = _LEAST
    least_share = _NO_SHARE
    highest = -1.0
    if learned is not None:
        scores = np.asarray(learned.margins, np.float64) / SHARPNESS
        highest = float(learned.margins.max())
        scores -= scores.max()
        scores -= np.log(np.exp(scores).sum())
        by_label = np.repeat(scores, learned.head.sizes) + np.log(learned.head.within(learned.mentioned) + 1e-9)
        matrix[:n_learned, _COLUMN["head"]] = np.maximum(by_label, _LEAST)
        shares = [learned.shares.get(label, least_share) for label in learned.head.labels]
        matrix[:n_learned, _COLUMN["share"]] = shares
        least_share = min(shares)
    matrix[n_learned:, _COLUMN["share"]] = least_share
    matrix[n_learned:present, _COLUMN["unlearned"]] = 1.0
    absent = matrix[present:]
    if absent.size:
        absent[:, _COLUMN["absent"]] = 1.0
        absent[:, _COLUMN["absent_best"]] = known[present:] >= known.max()
        absent[:, _COLUMN["absent_known"]] = known[present:]
        absent[:, _COLUMN["absent_margin"]] = highest
    return matrix


def _recalled(
    matrix: NDArray[np.float64],
    place: Mapping[str, int],
    recall: Recall,
    present: int,
    by_agency: Mapping[str, Sequence[int]],
    offices: LocalOffices,
) -> None:
    """Fill in what the memory says."""
    n = matrix.shape[0]
    similar, against, recent, counts = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for label, weight in recall.similar.items():
        similar[place[label]] += weight
    for label, weight in recall.rejected.items():
        agency = offices.find(label)
        where = by_agency.get(agency.id, ()) if agency is not None else ()
        for i in where or ([place[label]] if label in place else []):
            against[i] += weight
    tally = recall.tally
    for label, i in place.items():
        counts[i] = tally.counts.get(label, 0)
        recent[i] = tally.decayed.get(label, 0.0)
    matrix[:, _COLUMN["similar"]] = np.log1p(similar / _SIMILAR)
    matrix[:, _COLUMN["rejected"]] = np.log1p(against / _SIMILAR)
    matrix[:, _COLUMN["count"]] = np.log1p(counts)
    share = np.exp(matrix[:, _COLUMN["share"]])
    recent *= recall.fading
    total = tally.total * recall.fading
    matrix[:, _COLUMN["recent"]] = np.log((recent + _PRIOR * share) / (total + _PRIOR)) - np.log(share)
    matrix[present:, _COLUMN["absent_memory"]] = np.log1p(tally.size)


def _corrected(
    matrix: NDArray[np.float64],
    learned: Learned | None,
    correction: Correction,
    place: Mapping[str, int],
    added: NDArray[np.float64],
) -> None:
    """Fill in what was learned since."""
    column = matrix[:, _COLUMN["correction"]]
    if learned is not None:
        column[: len(learned.head.labels)] = np.repeat(added[: correction.n_groups], learned.head.sizes)
    for label, where in correction.column_of.items():
        if label in place:
            column[place[label]] = added[where] + 1.0 / SHARPNESS


NO_CUSTOM = float(np.log(0.5))


def customs(suggested: Sequence[tuple[Mapping[str, float], str | None]]) -> dict[str, float]:
    """Return how far local custom follows the table, by agency id: the log of the share of its suggestions that held.

    A matter that came up before and always went elsewhere is local custom; one that never came up is open.

    :param suggested: of each past complaint the probabilities by agency id that the table gave, and the id decided.
    """
    told: dict[str, float] = defaultdict(float)
    held: dict[str, float] = defaultdict(float)
    for chances, decided in suggested:
        for identifier, chance in chances.items():
            told[identifier] += chance
            if identifier == decided:
                held[identifier] += chance
    return {i: round(float(np.log((held[i] + 1.0) / (told[i] + 2.0))), 4) for i in sorted(told) if told[i] >= 0.5}


def log_shares(head: Head, counts: Mapping[str, int]) -> dict[str, float]:
    """Return the logarithm of the part of the training rows that each label of a head has.

    :param counts: training rows by label.
    """
    total = sum(counts.values()) + 0.5 * len(head.labels)
    return {label: float(np.log((counts.get(label, 0) + 0.5) / total)) for label in head.labels}


def adjusted(
    learned: Distribution, head: Head, recall: Recall, correction: Correction | None, features: SparseVector
) -> Distribution:
    """Adjust a category or type by what was decided since.

    The same sums as for agencies, with the weights that replays of agencies gave.
    """
    if not recall.counts and correction is None:
        return learned
    labels = list(dict.fromkeys((*learned.labels, *recall.counts)))
    given = np.zeros(len(labels))
    given[: len(learned.labels)] = learned.probabilities
    similar = np.array([recall.similar.get(label, 0.0) for label in labels])
    totals = np.log(np.maximum(given, 1e-4)) + _CATEGORY_SIMILAR * np.log1p(similar / _SIMILAR)
    if correction is not None:
        added = correction.apply(features) / SHARPNESS
        added[correction.n_groups :] += 1.0 / SHARPNESS
        columns = [correction.column_of.get(label, head.group_of.get(label, added.size)) for label in labels]
        totals += _CATEGORY_CORRECTION * np.append(added, 0.0)[columns]  # 0 where neither knows the label
    return Distribution.from_scores(dict(zip(labels, np.exp(totals - totals.max()).tolist(), strict=True)))


_CATEGORY_SIMILAR = 0.5
_CATEGORY_CORRECTION = 0.4
