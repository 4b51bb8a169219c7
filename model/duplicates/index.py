"""The duplicate index: find the stored complaints that a new one may repeat."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from model.duplicates.common import BACKGROUND, common_words
from model.duplicates.document import Document
from model.duplicates.features import Hashes, hash_phrase
from model.duplicates.match import Choose, Match, PairScorer
from model.duplicates.parts import Parts
from model.duplicates.postings import Filter
from model.duplicates.scorer import base_scorer
from model.duplicates.segments import Entry, Numbers, entry_of, region_number

LEAST: Final = 0.1
"""Candidates that weigh less than this part of an equal text are not judged: of 1,275 pairs of real complaints that the
scorer linked, all weighed more, and 99 % weighed 0.16 or more."""

_BESIDE_BEST: Final = 0.2
"""Nor are those that weigh less than this part of the best candidate (99.5 % of them weighed 0.36 of it or more)."""

MANY: Final = 1 << 12
"""Documents that are stored at once become segments of this size."""


@lru_cache(maxsize=1 << 16)
def _known(phrase: str) -> tuple[int, float]:
    """Return the hash of a word, or of two neighbouring ones, and how many complaints of the background have it."""
    return hash_phrase(phrase), BACKGROUND * common_words().get(phrase, 0.0)


class DuplicateIndex:
    """Keep complaints so that those that one may repeat are found fast.

    Immutable memory-mapped segments hold the older documents, a small part in memory the newest. What a search answers
    depends only on the living documents: never on the order of adding, on merges or on restarts. All methods may be
    called from several threads.

    :param directory: where segments are written; ``None`` keeps everything in memory.
    :param budget: the number of postings that one search may read.
    :param delta_limit: the number of documents after which the part in memory becomes a segment.
    :param segment_limit: no merge makes a segment larger than this.
    :param judged: the number of candidates that the scorer judges in one search.
    :param scorer: judges the candidates; the shipped one if ``None``.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        budget: int = 20_000,
        delta_limit: int = 128,
        segment_limit: int = 1 << 17,
        judged: int = 12,
        scorer: PairScorer | None = None,
    ) -> None:
        self.judged = judged
        self.scorer = base_scorer() if scorer is None else scorer
        self.budget = budget
        self.cursor = 0
        self._parts = Parts(directory, delta_limit, segment_limit)
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls, directory: Path, *, verify: bool = True, scorer: PairScorer | None = None, **options: int
    ) -> DuplicateIndex:
        """Open a saved index, or a new one where there is none.

        :param verify: compare the checksum of every file.
        :param options: ``budget``, ``delta_limit``, ``segment_limit`` and ``judged`` as for a new one.
        :raises PilahError: PLH-601 if a file is damaged, PLH-602 if another version wrote it.
        """
        index = cls(directory, scorer=scorer, **options)
        index.cursor = index._parts.load_saved(verify=verify)
        return index

    def save(self, cursor: int, *, purge: bool = False) -> None:
        """Write everything, with the sequence number of the last event that it holds.

        :param purge: also rewrite what still holds forgotten complaints, so that no word of them stays on the disk.
        :raises ValueError: if the index has no directory.
        """
        with self._lock:
            self._parts.save(cursor, purge=purge)
            self.cursor = cursor

    # --- content

    def __len__(self) -> int:
        """Return the number of living documents."""
        with self._lock:
            return len(self._parts)

    def __contains__(self, identifier: str) -> bool:
        """Say whether a complaint is stored."""
        with self._lock:
            return self._parts.find(identifier) is not None

    def get(self, identifier: str) -> Document | None:
        """Return a stored complaint, ``None`` if there is none of that id."""
        with self._lock:
            number = self._parts.find(identifier)
            return None if number is None else self._parts.load(number)

    def documents(self) -> Iterator[Document]:
        """Yield all living documents."""
        with self._lock:
            segments, newest = self._parts.living()
        for part, numbers in segments:
            for number in numbers:
                yield Document.from_record(part.record(int(number)))
        for entry in newest:
            yield Document.from_record(entry.record)

    @property
    def end(self) -> int:
        """Return the number of places in the index: :meth:`stored` knows those from 0 on, until the next change."""
        with self._lock:
            return self._parts.end

    def stored(self, place: int) -> Document | None:
        """Return the complaint in a place, in the order of storing; ``None`` if it was removed or replaced."""
        with self._lock:
            return self._parts.stored(place)

    def add(self, document: Document) -> None:
        """Store a complaint; one of the same id is replaced."""
        entry = entry_of(document)
        with self._lock:
            self.remove(document.id)
            self._parts.add(entry)

    def add_many(self, documents: Iterable[Document]) -> None:
        """Store many complaints at once, which is faster than one by one; of equal ids the last one stays."""
        rest = iter(documents)
        while chunk := list(islice(rest, MANY)):
            self.add_entries([entry_of(document) for document in chunk])

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Store what was made of many complaints elsewhere, as :meth:`add_many` does."""
        last = {entry.id: entry for entry in entries}
        with self._lock:
            for identifier in last if len(self._parts) else ():
                self.remove(identifier)
            self._parts.add_all(list(last.values()))

    def update(self, document: Document) -> None:
        """Replace a complaint; the same as :meth:`add`."""
        self.add(document)

    def remove(self, identifier: str) -> bool:
        """Forget a complaint and say whether it was there."""
        with self._lock:
            number = self._parts.find(identifier)
            if number is not None:
                self._parts.remove(number)
            return number is not None

    def close(self, identifier: str, day: int | None) -> bool:
        """Record on which day the case of a complaint was closed (``None``: reopened), and say whether it is stored."""
        with self._lock:
            document = self.get(identifier)
            if document is None:
                return False
            self.add(replace(document, closed=day))
            return True

    def expire(self, before: int) -> int:
        """Forget the complaints of before a day (those without a date stay) and return how many there were."""
        with self._lock:
            old = self._parts.older_than(before)
            for number in old:
                self._parts.remove(number)
            return len(old)

    def compact(self) -> None:
        """Turn the part in memory into a segment and merge what there is to merge; searches are then fastest."""
        with self._lock:
            self._parts.compact()

    # --- search

    def frequencies(self, hashes: Hashes) -> Numbers:
        """Return the number of living documents that have each feature."""
        with self._lock:
            return self._parts.frequencies(hashes, self._parts.lists(hashes))

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return for each word how much sharing it says, 0 to 1: 1 for a word that no stored complaint has.

        The logarithm of the number of documents over the word's, over that of the number of documents, the background
        of :mod:`model.duplicates.common` included; so it means
        the same in a small and in a large index. ``"one two"`` asks for neighbouring words.
        """
        listed = list(set(words))
        known = [_known(word) for word in listed]
        keys = np.array([key for key, _ in known], dtype=np.uint32)
        order = np.argsort(keys)  # ascending hashes are looked up faster
        counts = np.array([count for _, count in known])
        with self._lock:
            counts[order] += self.frequencies(keys[order])
            total = np.log(2.0 + BACKGROUND + len(self))
        values = np.maximum(1.0 - np.log1p(counts) / total, 0.0)
        return dict(zip(listed, values.tolist(), strict=True))

    def candidates(
        self,
        document: Document,
        limit: int = 16,
        *,
        window_days: int | None = None,
        region: str | None = None,
        below: int | None = None,
        least: float = 0.0,
    ) -> list[Document]:
        """Return the stored complaints that share most with one, best first, itself left out.

        :param window_days: only complaints at most this many days away; those without a date always match.
        :param region: only complaints of this region's regency (its own if ``None``); unknown regions always match.
        :param below: only complaints in lower places, see :meth:`stored`.
        :param least: leave out those that weigh less than this part of what an equal text would.
        """
        query = document.features()
        day = document.day
        within = Filter(region_number(region if region is not None else document.region), below=below)
        if window_days is not None and day is not None:
            within = replace(within, first=day - window_days, last=day + window_days)
        with self._lock:
            numbers, weights = self._parts.search(query, within, limit + 1, self.budget, least)
            if least:
                numbers = numbers[weights >= _BESIDE_BEST * weights.max(initial=0.0)]
            found = [self._parts.load(number) for number in numbers.tolist()]
        return [other for other in found if other.id != document.id][:limit]

    def search(
        self,
        document: Document,
        limit: int = 5,
        *,
        window_days: int | None = None,
        region: str | None = None,
        below: int | None = None,
        minimum: float = 0.0,
        reveal_confidential: bool = False,
        choose: Choose | None = None,
        spans: bool = False,
    ) -> tuple[Match, ...]:
        """Return how the most alike stored complaints relate to one, the most probable duplicate first.

        :param window_days: as for :meth:`candidates`.
        :param region: as for :meth:`candidates`.
        :param below: as for :meth:`candidates`.
        :param minimum: leave out matches of which neither ``same`` nor ``followup`` is this probable.
        :param reveal_confidential: also give the reasons for confidential reports.
        :param choose: further picks from the matches, before the best ``limit`` of them get their reasons.
        :param spans: also say where the reasons stand in both texts, for which these are read once more.
        """
        found = self.candidates(document, self.judged, window_days=window_days, region=region, below=below, least=LEAST)
        if not found:
            return ()

        def worth(matches: Sequence[Match]) -> Sequence[Match]:
            kept: Sequence[Match] = [m for m in matches if max(m.probability, m.followup) >= minimum]
            return (kept if choose is None else choose(kept))[:limit]

        matches = self.scorer.judge(document, found, self, worth, spans=spans)
        return tuple(match.shown(allowed=reveal_confidential) for match in matches)
