"""Linear heads over shared features, with groups so that no label is ever dropped.

A head scores *groups*. Most groups hold one label. A ``rare`` group holds labels with too few rows to learn alone,
under their common parent (a category's root, an agency's function); a ``place`` group holds offices of one kind that
differ only by place (thirty-one district offices). Inside a group the label is chosen by its share of past rows and,
for places, by which name the complaint mentions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import add
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.features import Floats, SparseVector

_WORD = re.compile(r"[a-z0-9]+")
_MENTION_WEIGHTS = {"text": 1.0, "title": 2.0, "district": 3.0, "location": 3.0}
_OTHER_FUNCTIONS = 40  # functions that share what the table leaves open
_LEAST_KNOWN = 0.02  # so that the table can never veto what was learned
_PLACE_PRIOR = 0.02  # weight of the past share against one mention in the text
_AT_ONCE = 100_000  # weights that are made floats at once: more leave the cache, and BLAS would begin threads for them


@dataclass(frozen=True, slots=True)
class Distribution:
    """Hold a probability for every label, best first.

    :param labels: all labels of a head.
    :param probabilities: descending, shape (n_labels,), summing to one.
    """

    labels: tuple[str, ...]
    probabilities: Floats

    @property
    def best(self) -> str:
        """Return the most probable label."""
        return self.labels[0]

    def as_dict(self, limit: int | None = None) -> dict[str, float]:
        """Return the labels with their probabilities, best first."""
        return dict(zip(self.labels[:limit], self.probabilities[:limit].tolist(), strict=True))

    @classmethod
    def from_scores(cls, scores: Mapping[str, float]) -> Distribution:
        """Build a distribution from non-negative scores; ties are broken by label.

        >>> Distribution.from_scores({"a": 1, "b": 3}).as_dict()
        {'b': 0.75, 'a': 0.25}
        """
        ranked = sorted(sorted(scores), key=scores.__getitem__, reverse=True)  # equal ones stay in their order
        values = np.array(list(map(scores.__getitem__, ranked)), np.float64)
        return cls(tuple(ranked), (values / (values.sum() or 1.0)).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Group:
    """Hold the labels that one output of a head stands for.

    :param name: the label itself, or what the members share.
    :param members: labels, with ``shares``, their parts of the past rows (summing to one).
    :param keys: for ``place`` groups the place name of each member, letters only.
    :param function: the function of its agencies, where there is one.
    """

    name: str
    kind: Literal["single", "rare", "place"]
    members: tuple[str, ...]
    shares: tuple[float, ...]
    keys: tuple[str, ...] = ()
    function: str | None = None


def mentions(fields: Mapping[str, str]) -> dict[str, float]:
    """Weigh each run of one to three words by the field it stands in, written without spaces.

    :param fields: normalised texts by field name.

    >>> sorted(mentions({"location": "bale endah"}).items())
    [('bale', 3.0), ('baleendah', 3.0), ('endah', 3.0)]
    """
    found: dict[str, float] = {}
    for name, weight in _MENTION_WEIGHTS.items():  # from the least to the most telling: the last one stays
        words = _WORD.findall(fields.get(name, ""))
        found.update(dict.fromkeys(words, weight))
        found.update(dict.fromkeys(map(add, words, words[1:]), weight))
        found.update(dict.fromkeys(map(add, map(add, words, words[1:]), words[2:]), weight))
    return found


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turn margins into probabilities: a sharp softmax, mixed with a flat one that keeps the order.

    Labels of real complaints are noisy, so even the clearest case is right only about as often as two admins agree; a
    single temperature cannot state that ceiling, the mixture can.

    :param temperature: of the sharp part.
    :param doubt: share of the flat part, in [0, 1].
    :param flat: temperature of the flat part.
    :param knowledge: weight of what the responsibility table says, added to the margins as a logarithm.
    """

    temperature: float = 0.25
    doubt: float = 0.0
    flat: float = 1.0
    knowledge: float = 0.0

    def apply(self, margins: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return probabilities along the last axis, same shape as ``margins``."""
        centred = np.asarray(margins, np.float64) - margins.max(axis=-1, keepdims=True)
        sharp, flat = np.exp(centred / self.temperature), np.exp(centred / self.flat)
        sharp /= sharp.sum(axis=-1, keepdims=True)
        flat /= flat.sum(axis=-1, keepdims=True)
        return np.asarray((1 - self.doubt) * sharp + self.doubt * flat)


@dataclass(frozen=True)
class Head:
    """Answer one question (type, category, agency, function) from the shared features.

    :param name: the question.
    :param groups: one for each column of the weights.
    :param calibration: fitted on later rows.
    :param columns: the head's columns in the bundle's weight matrix.
    """

    name: str
    groups: tuple[Group, ...]
    calibration: Calibration
    columns: slice

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Return every label, group by group."""
        return tuple(label for group in self.groups for label in group.members)

    @cached_property
    def group_of(self) -> Mapping[str, int]:
        """Return the place of each label's group."""
        return group_by_label(self.groups)

    def distribution(
        self, margins: Floats, mentioned: Mapping[str, float], known: Mapping[str, float] | None = None
    ) -> Distribution:
        """Turn the head's margins into probabilities over its labels.

        :param margins: one score a group, shape (n_groups,).
        :param mentioned: output of :func:`mentions`.
        :param known: probabilities by function that the responsibility table gives, used where the head has a weight
            for it.
        """
        if self.calibration.knowledge and known:
            margins = np.asarray(margins + self.calibration.knowledge * self.hints(known), np.float32)
        probabilities = np.repeat(self.calibration.apply(margins), self.sizes) * self.within(mentioned)
        order = np.argsort(-probabilities, kind="stable")
        labels = tuple(map(self.labels.__getitem__, order.tolist()))
        return Distribution(labels, probabilities[order].astype(np.float32))

    def hints(self, known: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the logarithm of what the responsibility table gives each group, shape (n_groups,)."""
        rest = max(0.0, 1.0 - sum(known.values())) / _OTHER_FUNCTIONS
        given = np.full(len(self.groups), rest)
        for function, probability in known.items():
            where = self._of_function.get(function)
            if where is not None:
                given[where] = probability
        return np.asarray(np.log(given + _LEAST_KNOWN))

    @cached_property
    def _of_function(self) -> dict[str, list[int]]:
        """Return the groups of each function."""
        found: dict[str, list[int]] = {}
        for i, group in enumerate(self.groups):
            if group.function:
                found.setdefault(group.function, []).append(i)
        return found

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Return how many labels each group has."""
        return np.array([len(group.members) for group in self.groups], np.int64)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        return np.array([share for group in self.groups for share in group.shares])

    @cached_property
    def _place_groups(self) -> list[tuple[Group, slice]]:
        stops = np.cumsum(self.sizes)
        bounds = zip(self.groups, stops - self.sizes, stops, strict=True)
        return [(group, slice(int(a), int(b))) for group, a, b in bounds if group.kind == "place"]

    def within(self, mentioned: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the probability of every label given that its group is right, shape (n_labels,)."""
        if not self._place_groups:
            return self._shares
        shares = self._shares.copy()
        for group, where in self._place_groups:
            weights = _PLACE_PRIOR * shares[where] + np.array(list(map(mentioned.get, group.keys, repeat(0.0))))
            shares[where] = weights / weights.sum()
        return shares


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Score all heads at once.

    :param weights: int8, shape (n_features, n_groups of all heads).
    :param scales: float32 per column; a weight is ``int8 * scale``.
    :param bias: float32 per column.
    """

    weights: NDArray[np.int8]
    scales: Floats
    bias: Floats

    def margins(self, features: SparseVector) -> Floats:
        """Return one score per group of every head, shape (n_groups,)."""
        total = np.zeros(self.bias.size, np.float32)
        step = max(1, _AT_ONCE // self.bias.size)
        for start in range(0, features.indices.size, step):
            part = slice(start, start + step)
            total += features.values[part] @ self.weights.take(features.indices[part], axis=0).astype(np.float32)
        return np.asarray(total * self.scales + self.bias, np.float32)

    @classmethod
    def quantise(cls, weights: NDArray[np.floating[Any]], bias: NDArray[np.float64]) -> LinearModel:
        """Store weights in one byte each, one scale a column.

        :param weights: shape (n_features, n_groups).
        :param bias: shape (n_groups,).
        """
        scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127.0
        return cls(np.round(weights / scales).astype(np.int8), scales.astype(np.float32), bias.astype(np.float32))


def group_by_label(groups: Sequence[Group]) -> dict[str, int]:
    """Map each label to the index of its group."""
    return {label: i for i, group in enumerate(groups) for label in group.members}
