"""Exact tests of rates on low counts, and control of many of them at once; no library needed, so that it serves too."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def excess_p(hits: int, window: int, all_hits: int, total: int) -> float:
    """Return the chance of as many hits in a window if hits fell evenly over all complaints.

    Two Poisson rates, compared given the totals: the hypergeometric upper tail (Fisher's exact test, one-sided).

    :param hits: complaints of the kind in the window.
    :param window: complaints of all kinds in the window.
    :param all_hits: complaints of the kind in window and baseline together.
    :param total: complaints of all kinds in both.

    >>> round(excess_p(1, 5, 1, 10), 3), round(excess_p(0, 5, 3, 10), 3), excess_p(9, 50, 10, 500) < 1e-7
    (0.5, 1.0, True)
    """
    if hits <= max(0, all_hits - (total - window)):
        return 1.0
    most = min(window, all_hits)
    if hits > most:
        return 0.0
    whole = _log_choose(total, window)
    tail = sum(
        math.exp(_log_choose(all_hits, k) + _log_choose(total - all_hits, window - k) - whole)
        for k in range(hits, most + 1)
    )
    return min(1.0, tail)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def discoveries(p_values: Sequence[float], level: float) -> list[int]:
    """Return which tests stand out at a false discovery rate (Benjamini and Hochberg 1995), most surprising first.

    Where nothing has changed, the chance of any discovery is at most ``level``.

    >>> discoveries([0.9, 0.001, 0.02, 0.5], 0.05)
    [1, 2]
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    last = 0
    for rank, i in enumerate(order, start=1):
        if p_values[i] <= level * rank / len(order):
            last = rank
    return order[:last]


def interval(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson 1934), found by bisection.

    >>> [round(end, 3) for end in interval(8, 10)]
    [0.444, 0.975]
    """
    if n <= 0:
        return 0.0, 1.0
    half = (1 - level) / 2
    low = 0.0 if hits == 0 else _solve(lambda share: _upper(hits, n, share) < half)
    high = 1.0 if hits == n else _solve(lambda share: 1 - _upper(hits + 1, n, share) > half)
    return low, high


def _upper(hits: int, n: int, share: float) -> float:
    """Return the chance of at least so many hits."""
    if share <= 0 or share >= 1:
        return float(share >= 1)
    low, high = math.log(share), math.log1p(-share)
    return min(1.0, sum(math.exp(_log_choose(n, k) + k * low + (n - k) * high) for k in range(hits, n + 1)))


def _solve(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2
