"""Compare systems on identical rows, with paired tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from evaluation.metrics import Metrics, Prediction, bootstrap, macro_f1, measure

_SEED = 0
_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Paired:
    """Compare two systems, the first less the second.

    :param only_first: rows that only the first answered rightly.
    :param low: lower end of the paired 95 % bootstrap interval of the difference in accuracy.
    :param p: exact McNemar test: the chance of so uneven a split of the rows on which they differ, were they equal.
    :param f1: difference in macro-F1, with its interval.
    """

    n: int
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float
    low: float
    high: float
    p: float
    f1: float
    f1_low: float
    f1_high: float

    def to_dict(self) -> dict[str, float | int]:
        """Return the figures rounded to four places."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def paired(first: Sequence[Prediction], second: Sequence[Prediction]) -> Paired:
    """Compare answers to the same rows in the same order.

    :raises ValueError: if the rows are not the same.

    >>> a = [Prediction(str(i), "x", ("x",) if i < 8 else ("y",), 0.5) for i in range(10)]
    >>> b = [Prediction(str(i), "x", ("x",) if i < 2 else ("y",), 0.5) for i in range(10)]
    >>> found = paired(a, b)
    >>> found.only_first, found.only_second, round(found.difference, 2), round(found.p, 4)
    (6, 0, 0.6, 0.0312)
    """
    if [p.id for p in first] != [p.id for p in second] or not first:
        raise ValueError("not the same rows")
    ours, theirs = np.array([p.right for p in first]), np.array([p.right for p in second])
    better, worse = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    rng = np.random.default_rng(_SEED)
    low, high = bootstrap(ours.astype(float) - theirs.astype(float), rng)
    f1, f1_low, f1_high = _f1_difference(first, second, rng)
    return Paired(
        n=len(first),
        both=int((ours & theirs).sum()),
        only_first=better,
        only_second=worse,
        neither=int((~ours & ~theirs).sum()),
        difference=float(ours.mean() - theirs.mean()),
        low=low,
        high=high,
        p=float(binomtest(better, better + worse).pvalue) if better + worse else 1.0,
        f1=f1,
        f1_low=f1_low,
        f1_high=f1_high,
    )


def _f1_difference(
    first: Sequence[Prediction], second: Sequence[Prediction], rng: np.random.Generator
) -> tuple[float, float, float]:
    names = sorted({p.truth for p in first} | {p.ranked[0] for p in (*first, *second) if p.ranked} | {""})
    number = {name: i for i, name in enumerate(names)}
    truth = np.array([number[p.truth] for p in first])
    answers = [np.array([number[p.ranked[0] if p.ranked else ""] for p in rows]) for rows in (first, second)]

    def f1(rows: np.typing.NDArray[np.int64], answer: np.typing.NDArray[np.int64]) -> float:
        true, said = truth[rows], answer[rows]
        hits = np.bincount(true[true == said], minlength=len(names))
        total = np.bincount(true, minlength=len(names)) + np.bincount(said, minlength=len(names))
        return float((2 * hits[total > 0] / total[total > 0]).mean())

    draws = rng.integers(0, truth.size, (_DRAWS, truth.size))
    spread = [f1(rows, answers[0]) - f1(rows, answers[1]) for rows in draws]
    low, high = np.percentile(spread, [2.5, 97.5])
    return _macro_f1(first) - _macro_f1(second), float(low), float(high)


def _macro_f1(rows: Sequence[Prediction]) -> float:
    return macro_f1([p.truth for p in rows], [p.ranked[0] if p.ranked else "" for p in rows])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold the measures of each system on one question, and each pair of systems."""

    measures: Mapping[str, Metrics]
    pairs: Mapping[tuple[str, str], Paired]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON."""
        return {
            "systems": {name: measured.to_dict() for name, measured in self.measures.items()},
            "pairs": [{"first": a, "second": b, **found.to_dict()} for (a, b), found in self.pairs.items()],
        }


def compare(systems: Mapping[str, Sequence[Prediction]]) -> Comparison | None:
    """Compare every system with every later one; ``None`` without rows.

    :param systems: answers to the same rows, by name.
    """
    names = list(systems)
    measured = {name: found for name in names if (found := measure(systems[name])) is not None}
    if len(measured) < len(names) or not names:
        return None
    pairs = {(a, b): paired(systems[a], systems[b]) for i, a in enumerate(names) for b in names[i + 1 :]}
    return Comparison(measured, pairs)
