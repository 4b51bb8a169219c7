"""Tell whether complaints have changed since a model went live, with a promised rate of false alarms.

After every hundred complaints each monitored quantity of the latest hundred and of the latest four hundred is compared
with that of a reference by a permutation test: how often would a table so uneven come about if the complaints of both
were shuffled? That is exact for any distribution, as long as the complaints are exchangeable, and the level is shared
among all tests (Bonferroni). So with no change at most one step in a hundred raises an alarm. Numbers are cut into bins
at quantiles of both samples together, labels at the commonest of both, which keeps the shuffle fair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PROMISE = 0.01
"""The chance of any false alarm at a step."""
STEP = 100
"""Complaints between two looks."""
WINDOWS = (100, 400)
REFERENCE = 500
"""Complaints that the later ones are compared with."""
_BINS = 8
_LABELS = 15
_LEAST_AUDITED = 30
_DRAWS = 9_999
_FIRST_DRAWS = 199


@dataclass(frozen=True, slots=True)
class Observation:
    """Hold what is watched of one complaint.

    :param unknown: share of its words that the model's vocabulary lacks.
    :param length: characters.
    :param label: predicted function or category.
    :param confidence: stated probability of the agency.
    :param right: whether that agency was right, for rows of the blind audit; else ``None``.
    """

    unknown: float
    length: int
    channel: str
    language: str
    label: str
    confidence: float
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Hold one shift that was found.

    :param what: the quantity: ``unknown``, ``length``, ``channel``, ``language``, ``label``, ``confidence`` or
        ``calibration``.
    :param window: how many of the latest complaints were looked at.
    :param p: chance of so uneven a table without a change.
    :param distance: total variation between reference and window, in [0, 1].
    :param says: what changed most.
    """

    what: str
    window: int
    p: float
    distance: float
    says: str


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
_TESTS = len(_NUMBERS) + len(_NAMES) + 1


def look(
    reference: Sequence[Observation], latest: Sequence[Observation], seed: int = 0, promise: float = PROMISE
) -> list[Alarm]:
    """Compare the latest complaints with the reference.

    :param latest: in order of time, all since the reference or the last few hundred of them.
    :param seed: of the shuffles.
    :param promise: chance of any false alarm in this look.
    """
    rng = np.random.default_rng(seed)
    level = promise / (_TESTS * len(WINDOWS))
    found = []
    for window in WINDOWS:
        rows = latest[-window:]
        if len(rows) < window or len(reference) < window:
            continue
        for what, number in _NUMBERS.items():
            found.append(_numbers(what, [number(o) for o in reference], [number(o) for o in rows], level, rng))
        for what, name in _NAMES.items():
            found.append(_names(what, [name(o) for o in reference], [name(o) for o in rows], level, rng))
        found.append(_calibration(rows, rng))
    return [alarm for alarm in found if alarm is not None and alarm.p <= level]


def _numbers(
    what: str, before: Sequence[float], after: Sequence[float], level: float, rng: np.random.Generator
) -> Alarm | None:
    pooled = np.array([*before, *after])
    edges = np.unique(np.quantile(pooled, np.linspace(0, 1, _BINS + 1)[1:-1]))
    codes = np.searchsorted(edges, pooled, side="right")
    old, new = float(np.median(before)), float(np.median(after))
    says = f"median {old:.3g} before, {new:.3g} now"
    return _table(what, codes, len(before), level, rng, lambda _shift: says)


def _names(
    what: str, before: Sequence[str], after: Sequence[str], level: float, rng: np.random.Generator
) -> Alarm | None:
    counts = Counter([*before, *after])
    kept = [name for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_LABELS]]
    number = {name: i for i, name in enumerate(kept)}
    codes = np.array([number.get(name, len(kept)) for name in (*before, *after)])

    def says(shift: NDArray[np.float64]) -> str:
        most = np.argsort(-np.abs(shift), kind="stable")[:3]
        return ", ".join(f"{kept[i] if i < len(kept) else 'others'} {100 * shift[i]:+.0f} points" for i in most)

    return _table(what, codes, len(before), level, rng, says)


def _table(
    what: str,
    codes: NDArray[np.int64],
    split: int,
    level: float,
    rng: np.random.Generator,
    says: Callable[[NDArray[np.float64]], str],
) -> Alarm | None:
    size = codes.size - split
    pooled = np.bincount(codes)
    now = np.bincount(codes[split:], minlength=pooled.size)
    expected = pooled * size / codes.size
    used = expected > 0

    def uneven(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray((((counts - expected) ** 2)[..., used] / expected[used]).sum(axis=-1))

    seen = float(uneven(now)) - 1e-9
    p = 1.0
    for draws in (_FIRST_DRAWS, _DRAWS):  # most tables are ordinary, and few shuffles show it
        shuffled = rng.multivariate_hypergeometric(pooled, size, draws)
        p = float((1 + (uneven(shuffled) >= seen).sum()) / (1 + draws))
        if p > 0.05:
            return None
    shift = now / size - (pooled - now) / split
    return Alarm(what, size, p, float(np.abs(shift).sum() / 2), says(shift)) if p <= level else None


def _calibration(rows: Sequence[Observation], rng: np.random.Generator) -> Alarm | None:
    """Compare stated and observed accuracy on audited rows; here the null is that the stated probabilities are true."""
    audited = [o for o in rows if o.right is not None]
    if len(audited) < _LEAST_AUDITED:
        return None
    stated = np.array([o.confidence for o in audited])
    right = float(np.mean([bool(o.right) for o in audited]))
    drawn = (rng.random((_DRAWS, stated.size)) < stated).mean(axis=1)
    gap = abs(right - float(stated.mean()))
    p = float((1 + (np.abs(drawn - stated.mean()) >= gap - 1e-12).sum()) / (1 + _DRAWS))
    says = f"{right:.0%} right where {stated.mean():.0%} was stated, on {len(audited)} audited complaints"
    return Alarm("calibration", len(rows), p, gap, says)


def watch(reference: Sequence[Observation], stream: Sequence[Observation], seed: int = 0) -> list[tuple[int, Alarm]]:
    """Go through a stream and return every alarm with the number of complaints after which it was raised."""
    found = []
    for end in range(STEP, len(stream) + 1, STEP):
        found += [(end, alarm) for alarm in look(reference, stream[max(0, end - max(WINDOWS)) : end], seed + end)]
    return found
