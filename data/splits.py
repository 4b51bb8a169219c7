"""Split complaints for evaluation: by time, and by groups that keep near-identical texts together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from data.complaint import Record
from data.dates import JAKARTA
from data.errors import PilahError
from data.near_duplicates import near_duplicate_groups
from data.similar import THRESHOLD

__all__ = ["THRESHOLD", "TimeSplit", "grouped_folds", "near_duplicate_groups", "time_split"]


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Hold the positions of the rows of a split by time, each in date order.

    :param undated: rows without a date: on neither side, because nobody knows whether they lie in the future of the
        training rows; a final fit on everything may still use them.
    """

    train: NDArray[np.int64]
    test: NDArray[np.int64]
    undated: NDArray[np.int64]


def time_split(records: Sequence[Record], fraction: float) -> TimeSplit:
    """Put the latest rows aside for testing; the cut lies between two days (Asia/Jakarta), never inside one.

    :param fraction: the share of the dated rows to test on; the cut with the nearest share is taken.
    :raises PilahError: PLH-107 if the dated rows do not span two days.
    :raises ValueError: if the fraction is not between 0 and 1.
    """
    if not 0 < fraction < 1:
        raise ValueError("fraction must be between 0 and 1")
    dated = [
        (record.complaint.date.astimezone(JAKARTA), index)
        for index, record in enumerate(records)
        if record.complaint.date is not None
    ]
    undated = [index for index, record in enumerate(records) if record.complaint.date is None]
    dated.sort()
    per_day = sorted(Counter(moment.date() for moment, _ in dated).items())
    if len(per_day) < 2:
        raise PilahError("PLH-107", f"{len(dated)} of {len(records)} rows have a date, on {len(per_day)} day(s)")
    cuts = list(accumulate(count for _, count in per_day))[:-1]
    wanted = (1 - fraction) * len(dated)
    cut = min(cuts, key=lambda size: abs(size - wanted))
    order = np.array([index for _, index in dated], dtype=np.int64)
    return TimeSplit(order[:cut], order[cut:], np.array(undated, dtype=np.int64))


def grouped_folds(
    texts: Sequence[str],
    k: int,
    seed: int,
    labels: Sequence[str | None] | None = None,
    threshold: float = THRESHOLD,
) -> NDArray[np.int64]:
    """Deal texts into folds of about equal size so that near-identical ones share a fold.

    :param labels: where given, each label is spread over the folds as evenly as the groups allow.
    :param threshold: Jaccard similarity of character shingles from which texts stay together.
    :returns: the fold of each text, 0 to k - 1; equal input and seed give equal folds.
    :raises PilahError: PLH-107 if there are fewer groups than folds.
    :raises ValueError: if k is below 2 or the labels are not one for each text.
    """
    if k < 2:
        raise ValueError("k must be at least 2")
    if labels is not None and len(labels) != len(texts):
        raise ValueError("labels must be one for each text")
    groups = near_duplicate_groups(texts, threshold)
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(index)
    if len(members) < k:
        raise PilahError("PLH-107", f"{len(texts)} texts make {len(members)} groups of different wording for {k} folds")
    rng = np.random.default_rng(seed)
    shuffled = [list(members.values())[index] for index in rng.permutation(len(members)).tolist()]
    # Large groups first: the small ones then even out what these left uneven.
    shuffled.sort(key=len, reverse=True)
    sizes = np.zeros(k, dtype=np.int64)
    of_label: dict[str | None, NDArray[np.int64]] = {}
    folds = np.full(len(texts), -1, dtype=np.int64)
    for group_members in shuffled:
        names = Counter(labels[index] if labels is not None else None for index in group_members)
        main = min(names, key=lambda name: (-names[name], str(name)))
        load = of_label.setdefault(main, np.zeros(k, dtype=np.int64))
        # Fewest of the label first, then the smallest fold; the fold number breaks the last ties.
        fold = int(np.lexsort((np.arange(k), sizes, load))[0])
        folds[group_members] = fold
        sizes[fold] += len(group_members)
        for name, count in names.items():
            of_label.setdefault(name, np.zeros(k, dtype=np.int64))[fold] += count
    return folds
