"""The blind audit: a few random eligible complaints a week, judged before the suggestion is seen.

Each is drawn by itself with a known probability, so that shares counted on them need no weights. The draw follows
from the id and from how many were answered before, so the work list can be made anew from the log.
"""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from data.dates import JAKARTA
from model.screening import CONFIDENTIAL_FLAGS
from service.codec import as_utc
from service.review.clock import day_of
from service.storage.store import Store
from service.storage.worklist import answers_between, answers_in, first_answer


def eligible(answer: Mapping[str, Any]) -> bool:
    """Say whether a complaint may be drawn: inside the proved bound; while none is proved, whatever is fit to route."""
    decision = answer["decision"]
    bounded = decision["guarantee"] is not None and decision["guarantee"]["valid"]
    fit = decision["eligible"] if bounded else answer["screening"]["status"] == "ok"
    return bool(fit) and answer["agency"] is not None and not set(answer["screening"]["flags"]) & CONFIDENTIAL_FLAGS


def drawn(complaint_id: str, share: float) -> bool:
    """Draw a complaint.

    >>> drawn("a", 1.0), drawn("a", 0.0)
    (True, False)
    """
    digest = hashlib.sha256(f"audit:{complaint_id}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


class Draw:
    """Say with what probability an answered complaint is drawn.

    It is ``weekly`` over the number of answers of the week before, or of this one so far if these are more.

    :param weekly: about how many are drawn in a week.
    :param share: the largest probability, for weeks of few complaints.
    """

    def __init__(self, store: Store, weekly: int, share: float) -> None:
        self._store = store
        self._weekly = weekly
        self._share = share
        self._lock = threading.Lock()
        self._weeks: dict[
            date, tuple[int, int]
        ] = {}  # where a week begins in the log, and the answers of the one before
        self._counted: dict[date, tuple[int, int]] = {}  # how many of a week there were up to a place

    def shares(self, answers: Iterable[Mapping[str, Any]]) -> dict[int, float]:
        """Return the probability for each of some answers, by its place in the log.

        :param answers: each with ``seq`` and ``at``, its place and time.
        """
        weeks: dict[date, list[int]] = {}
        for answer in answers:
            day = day_of(answer["at"])
            weeks.setdefault(day - timedelta(days=day.weekday()), []).append(answer["seq"])
        if self._share == 0 or self._weekly == 0:
            return dict.fromkeys((seq for seqs in weeks.values() for seq in seqs), 0.0)
        with self._lock:
            return {
                seq: min(self._share, self._weekly / max(1, number))
                for monday, seqs in weeks.items()
                for seq, number in self._numbers(monday, seqs).items()
            }

    def _numbers(self, monday: date, seqs: Sequence[int]) -> dict[int, int]:
        """Return how many answers there were up to each place in its week, or in the week before if these are more."""
        if monday not in self._weeks:
            starts = [as_utc(datetime.combine(monday - timedelta(days=back), time(), JAKARTA)) for back in (7, 0)]
            before, start = self._store.read(lambda c: [first_answer(c, moment) for moment in starts])
            self._weeks[monday] = (start, self._store.read(lambda c: answers_between(c, before, start)))
        start, earlier = self._weeks[monday]
        place, count = self._counted.get(monday, (start, 0))
        low, high = min(seqs), max(seqs)
        if low < place:
            place, count = start, 0
        count += self._store.read(lambda c: answers_between(c, place, low))
        near = self._store.read(lambda c: answers_in(c, low, high))
        self._counted[monday] = (low, count)
        return {seq: max(earlier, count + bisect_right(near, seq)) for seq in seqs}
