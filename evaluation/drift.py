"""Tell whether complaints have changed since a model went live, where bursts and seasons count as ordinary.

After every hundred complaints each monitored quantity of the latest hundred and of the latest four hundred is compared
with that of a reference. A shift must be both improbable and large against what is ordinary:

- Improbable by a permutation test: how often would so uneven a table come about if runs of twenty consecutive
  complaints were shuffled? Complaints come in bursts, so single ones must not be shuffled. The test is exact where runs
  are exchangeable, thus also where complaints are, and the level is shared among all tests (Bonferroni).
- Large: its distance from the reference, less what chance alone brings, exceeds the largest that runs inside the
  reference have from the rest of it. So a burst like those of the past is no shift.

Numbers are cut into bins at quantiles of both samples together, labels at the commonest of both, which keeps the
shuffle fair. When an alarm begins and when it ends is in :mod:`evaluation.standing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

PROMISE = 0.01
"""The chance of any false alarm at a look."""
STEP = 100
"""Complaints between two looks."""
WINDOWS: Mapping[int, int] = {100: 100, 400: 200}
"""Of the latest complaints, with the length of the runs of the reference that tell what is ordinary: over a longer run
bursts even out, so a run half as long is the safe side, and several of them stand in a reference of five hundred."""
LEAST_REFERENCE = 300
"""With fewer complaints, too few shuffles of runs differ."""
SUDDEN = 2.0
"""A shift so many times beyond the ordinary needs no second look."""
RUN = 20
_ENOUGH = 0.95  # of a window: some complaints are erased later
_BINS = 8
_LABELS = 15
_LEAST_AUDITED = 30
_MOST_AUDITED = 100
_DRAWS = 9_999
_FIRST_DRAWS = 199


@dataclass(frozen=True, slots=True)
class Observation:
    """Hold what is watched of one complaint.

    :param unknown: share of its words that the model's vocabulary lacks.
    :param length: characters.
    :param label: predicted function or category.
    :param confidence: stated probability of the agency.
    """

    unknown: float
    length: int
    channel: str
    language: str
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Audited:
    """Hold a complaint of the blind audit that was decided.

    :param place: its place among the complaints, in any growing numbering.
    :param stated: probability of the suggested agency.
    :param right: whether people chose it too.
    """

    place: int
    stated: float
    right: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """Hold one shift that was found.

    :param what: the quantity: ``unknown``, ``length``, ``channel``, ``language``, ``label``, ``confidence`` or
        ``calibration``.
    :param window: how many of the latest complaints (of calibration: of the audited ones) were looked at.
    :param p: chance of so uneven a table without a change.
    :param distance: total variation between reference and window beyond what chance brings, in [0, 1]; of calibration
        by how much fewer were right than stated.
    :param ordinary: the largest such distance inside the reference.
    :param says: what changed most.
    """

    what: str
    window: int
    p: float
    distance: float
    ordinary: float
    says: str

    @property
    def sudden(self) -> bool:
        """Say whether one look is enough."""
        return self.distance > SUDDEN * self.ordinary


_NUMBERS: dict[str, Callable[[Observation], float]] = {
    "unknown": lambda o: o.unknown,
    "length": lambda o: float(o.length),
    "confidence": lambda o: o.confidence,
}
_NAMES: dict[str, Callable[[Observation], str]] = {
    "channel": lambda o: o.channel,
    "language": lambda o: o.language,
    "label": lambda o: o.label,
}
QUANTITIES = (*_NUMBERS, *_NAMES, "calibration")
_Shuffles = Callable[[int, int, int], NDArray[np.float32]]
_LEVEL = PROMISE / ((len(_NUMBERS) + len(_NAMES)) * len(WINDOWS) + 1)


def look(
    reference: Sequence[Observation],
    latest: Sequence[Observation],
    audited: Sequence[Audited] = (),
    seed: int = 0,
    watched: Collection[str] = QUANTITIES,
) -> list[Alarm]:
    """Return the shifts of the latest complaints against the reference.

    :param reference: in order of time; its newest whole hundreds count.
    :param latest: in order of time, all since the reference or the last few hundred of them.
    :param audited: decided complaints of the blind audit, the newest last.
    :param seed: of the shuffles.
    :param watched: the quantities to look at; the level of each is that of a look at all of them.
    """
    reference = reference[len(reference) % STEP :]
    shuffles = _shuffles(seed)
    found = [_calibration(audited[-_MOST_AUDITED:], seed)] if "calibration" in watched else []
    for window, run in WINDOWS.items():
        rows = latest[-min(window, len(latest) // RUN * RUN) :]
        if len(latest) < window * _ENOUGH or len(reference) < max(window, LEAST_REFERENCE):
            continue
        for what, number in _NUMBERS.items():
            if what in watched:
                found.append(_numbers(what, [number(o) for o in reference], [number(o) for o in rows], run, shuffles))
        for what, name in _NAMES.items():
            if what in watched:
                found.append(_names(what, [name(o) for o in reference], [name(o) for o in rows], run, shuffles))
    return [alarm for alarm in found if alarm and alarm.p <= _LEVEL and alarm.distance > alarm.ordinary]


def _numbers(what: str, before: Sequence[float], after: Sequence[float], run: int, shuffles: _Shuffles) -> Alarm | None:
    pooled = np.array([*before, *after])
    edges = np.unique(np.quantile(pooled, np.linspace(0, 1, _BINS + 1)[1:-1]))
    codes = np.searchsorted(edges, pooled, side="right")
    old, new = float(np.median(before)), float(np.median(after))
    says = f"median {old:.3g} before, {new:.3g} now"
    return _table(what, codes, len(before), run, shuffles, lambda _shift: says)


def _names(what: str, before: Sequence[str], after: Sequence[str], run: int, shuffles: _Shuffles) -> Alarm | None:
    counts = Counter([*before, *after])
    kept = [name for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_LABELS]]
    number = {name: i for i, name in enumerate(kept)}
    codes = np.array([number.get(name, len(kept)) for name in (*before, *after)])

    def says(shift: NDArray[np.float64]) -> str:
        most = [i for i in np.argsort(-np.abs(shift), kind="stable")[:3] if abs(shift[i]) >= 0.005]
        names = [(kept[i] or "(none)") if i < len(kept) else "others" for i in most]
        return ", ".join(f"{name} {100 * shift[i]:+.0f} points" for name, i in zip(names, most, strict=True))

    return _table(what, codes, len(before), run, shuffles, says)


def _table(
    what: str,
    codes: NDArray[np.int64],
    split: int,
    run: int,
    shuffles: _Shuffles,
    says: Callable[[NDArray[np.float64]], str],
) -> Alarm | None:
    size = codes.size - split
    kinds = int(codes.max()) + 1
    places = np.arange(codes.size) // RUN
    counts = np.bincount(places * kinds + codes, minlength=(codes.size // RUN) * kinds).reshape(-1, kinds)
    runs, held = counts.astype(np.float32), size // RUN  # in float32 whole counts are exact
    mean, spread = runs.mean(axis=0), runs.var(axis=0)
    used = spread > 0

    def uneven(sums: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(((sums - held * mean)[..., used] ** 2 / spread[used]).sum(axis=-1), dtype=np.float64)

    seen = float(uneven(runs[-held:].sum(axis=0))) * (1 - 1e-5)  # ties count, whatever the rounding
    p = 1.0
    for draws in (_FIRST_DRAWS, _DRAWS):  # most tables are ordinary, and few shuffles show it
        p = float((1 + (uneven(shuffles(len(runs), held, draws) @ runs) >= seen).sum()) / (1 + draws))
        if p > 5 * PROMISE:
            return None
    before, now = counts[:-held], counts[-held:].sum(axis=0)
    shift = now / size - before.sum(axis=0) / split
    distance = float(_beyond_chance(now[None], before.sum(axis=0), size, split)[0])
    return Alarm(what, size, p, distance, _ordinary(before, run), says(shift))


def _shuffles(seed: int) -> _Shuffles:
    """Return a drawer of shuffles that draws each set once; the quantities share them, each test stays exact."""

    @cache
    def drawn(runs: int, held: int, draws: int) -> NDArray[np.float32]:
        keys = np.random.default_rng((seed, runs, held, draws)).random((draws, runs), dtype=np.float32)
        chosen = np.zeros((draws, runs), np.float32)
        np.put_along_axis(chosen, np.argpartition(keys, held - 1, axis=1)[:, :held], 1, axis=1)
        return chosen

    return drawn


def _beyond_chance(now: NDArray[np.int64], rest: NDArray[np.int64], size: int, others: int) -> NDArray[np.float64]:
    """Return the total variation between samples and the others, less its mean where both are of one kind.

    :param now: counts by kind; one row a sample.
    :param rest: counts of the others, alike or one row for all.
    """
    share = (now + rest) / (size + others)
    chance = np.sqrt(2 / np.pi * share * (1 - share) * (1 / size + 1 / others)).sum(axis=1)
    return np.asarray((np.abs(now / size - rest / others).sum(axis=1) - chance) / 2)


def _ordinary(runs: NDArray[np.int64], length: int) -> float:
    """Return the largest distance of a stretch of the reference from the rest of it, at least none.

    :param runs: counts by run and kind.
    :param length: of the stretch, in complaints; they begin at every hundred.
    """
    sums = np.vstack([np.zeros_like(runs[:1]), runs.cumsum(axis=0)])
    starts = np.arange(0, len(runs) - length // RUN + 1, STEP // RUN)
    inside = sums[starts + length // RUN] - sums[starts]
    others = len(runs) * RUN - length
    return max(0.0, float(_beyond_chance(inside, sums[-1] - inside, length, others).max()))


def _calibration(audited: Sequence[Audited], seed: int) -> Alarm | None:
    """Ask whether fewer audited suggestions were right than stated; here the null is that the stated is true."""
    if len(audited) < _LEAST_AUDITED:
        return None
    right, stated, p = fewer_right(audited, seed)
    says = f"{right:.0%} right where {stated:.0%} was stated, on {len(audited)} audited complaints"
    return Alarm("calibration", len(audited), p, stated - right, 0.0, says)


def fewer_right(audited: Sequence[Audited], seed: int = 0) -> tuple[float, float, float]:
    """Return the share that was right, the share stated, and the chance of so few if the stated probabilities are true.

    >>> fewer_right([Audited(i, 1.0, i % 2 == 0) for i in range(10)])
    (0.5, 1.0, 0.0001)
    """
    stated = np.array([one.stated for one in audited])
    right = sum(one.right for one in audited)
    drawn = (np.random.default_rng(seed).random((_DRAWS, stated.size)) < stated).sum(axis=1)
    return right / stated.size, float(stated.mean()), float((1 + (drawn <= right).sum()) / (1 + _DRAWS))
