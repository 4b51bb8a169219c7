"""The duplicate index: find the stored complaints that a new one may repeat."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from model.duplicates.common import BACKGROUND, common_words
from model.duplicates.document import Document
from model.duplicates.manifest import discard_others, load_manifest, save_manifest
from model.duplicates.match import Choose, Match, PairScorer
from model.duplicates.postings import Delta, Filter, Hit, plan, search_delta, search_segment
from model.duplicates.scorer import base_scorer
from model.duplicates.segments import NO_DAY, Entry, Segment, merge_segments, open_segment, write_segment
from model.duplicates.terms import Hashes, hash_phrase

LEAST: Final = 0.07
"""Candidates that weigh less than this part of an equal text are not judged: of the complaints that are judged the same
about 99 % weigh more, measured once on the development pairs that also trained the scorer."""

_BESIDE_BEST: Final = 0.15
"""Nor are those that weigh less than this part of the best candidate."""

_TIER: Final = 4
"""This many segments of about one size are merged into one."""


def region_number(code: str | None) -> int:
    """Return province x 100 + regency of a Kemendagri code, 0 if unknown.

    >>> region_number("32.04.32"), region_number("32"), region_number(None)
    (3204, 3200, 0)
    """
    digits = "" if code is None else code.replace(".", "")[:4]
    return int(digits.ljust(4, "0")) if digits.isdigit() else 0


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
        budget: int = 30_000,
        delta_limit: int = 1024,
        segment_limit: int = 1 << 17,
        judged: int = 12,
        scorer: PairScorer | None = None,
    ) -> None:
        self.directory = directory
        self.judged = judged
        self.scorer = base_scorer() if scorer is None else scorer
        self.budget = budget
        self.delta_limit = delta_limit
        self.segment_limit = segment_limit
        self.cursor = 0
        self._segments: list[Segment] = []
        self._delta = Delta()
        self._gone: Counter[int] = Counter()  # features of documents that are dead but still in a segment
        self._made = 0
        self._entries: dict[str, dict[str, object]] = {}
        self._lock = threading.RLock()
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)

    # --- content

    def __len__(self) -> int:
        """Return the number of living documents."""
        with self._lock:
            return len(self._delta.numbers) + sum(int(np.count_nonzero(part.alive)) for part in self._segments)

    def __contains__(self, identifier: str) -> bool:
        """Say whether a complaint is stored."""
        with self._lock:
            return identifier in self._delta.numbers or self._find(identifier) is not None

    def get(self, identifier: str) -> Document | None:
        """Return a stored complaint, ``None`` if there is none of that id."""
        with self._lock:
            number = self._delta.numbers.get(identifier)
            if number is not None:
                return Document.from_record(self._delta.entries[number].record)
            place = self._find(identifier)
            return None if place is None else Document.from_record(self._segments[place[0]].record(place[1]))

    def documents(self) -> Iterator[Document]:
        """Yield all living documents."""
        with self._lock:
            parts, newest = list(self._segments), self._delta.living()
            living = [np.flatnonzero(part.alive) for part in parts]
        for part, numbers in zip(parts, living, strict=True):
            for number in numbers:
                yield Document.from_record(part.record(int(number)))
        for entry in newest:
            yield Document.from_record(entry.record)

    def add(self, document: Document) -> None:
        """Store a complaint; one of the same id is replaced."""
        entry = Entry(
            id=document.id,
            hashes=document.features().hashes,
            day=NO_DAY if document.day is None else document.day,
            region=region_number(document.region),
            record=document.to_record(),
        )
        with self._lock:
            self.remove(document.id)
            self._delta.add(entry)
            if len(self._delta.entries) >= self.delta_limit:
                self._freeze()
                self._merge(self.delta_limit * _TIER**2)

    def update(self, document: Document) -> None:
        """Replace a complaint; the same as :meth:`add`."""
        self.add(document)

    def remove(self, identifier: str) -> bool:
        """Forget a complaint and say whether it was there."""
        with self._lock:
            if self._delta.remove(identifier) is not None:
                return True
            place = self._find(identifier)
            if place is None:
                return False
            part = self._segments[place[0]]
            self._gone.update(Document.from_record(part.record(place[1])).features().hashes.tolist())
            part.alive[place[1]] = False
            return True

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
            old = [
                Document.from_record(part.record(int(number))).id
                for part in self._segments
                for number in np.flatnonzero(part.alive & (part.days != NO_DAY) & (part.days < before))
            ]
            old += [entry.id for entry in self._delta.living() if NO_DAY != entry.day < before]
            for identifier in old:
                self.remove(identifier)
            return len(old)

    def compact(self) -> None:
        """Turn the part in memory into a segment and merge what there is to merge; searches are then fastest."""
        with self._lock:
            self._freeze()
            self._merge(self.segment_limit)

    # --- search

    def frequencies(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """Return the number of living documents that have each feature."""
        with self._lock:
            return self._frequencies(hashes, [part.lists_of(hashes) for part in self._segments])

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return for each word how much sharing it says, 0 to 1: 1 for a word that no stored complaint has.

        The logarithm of the number of documents over the word's, over that of the number of documents, the background
        of :mod:`model.duplicates.common` included; so it means
        the same in a small and in a large index. ``"one two"`` asks for neighbouring words.
        """
        shares = common_words()
        listed = sorted((hash_phrase(word), word) for word in set(words))  # ascending hashes are looked up faster
        with self._lock:
            counts = self.frequencies(np.array([key for key, _ in listed], dtype=np.uint32))
            total = np.log(2.0 + BACKGROUND + len(self))
        counts = counts + BACKGROUND * np.array([shares.get(word, 0.0) for _, word in listed])
        values = np.maximum(1.0 - np.log1p(counts) / total, 0.0)
        return {word: value for (_, word), value in zip(listed, values.tolist(), strict=True)}

    def candidates(
        self,
        document: Document,
        limit: int = 16,
        *,
        window_days: int | None = None,
        region: str | None = None,
        least: float = 0.0,
    ) -> list[Document]:
        """Return the stored complaints that share most with one, best first, itself left out.

        :param window_days: only complaints at most this many days away; those without a date always match.
        :param region: only complaints of this region's regency (its own if ``None``); unknown regions always match.
        :param least: leave out those that weigh less than this part of what an equal text would.
        """
        query = document.features()
        day = document.day
        within = Filter(region_number(region if region is not None else document.region))
        if window_days is not None and day is not None:
            within = replace(within, first=day - window_days, last=day + window_days)
        with self._lock:
            lists = [part.lists_of(query.hashes) for part in self._segments]
            chosen = plan(query, self._frequencies(query.hashes, lists), max(len(self), 1), self.budget)
            hits = search_delta(self._delta, query.hashes, chosen, within, limit + 1)
            for place, (part, held) in enumerate(zip(self._segments, lists, strict=True)):
                hits += search_segment(part, place, held, chosen, within=within, limit=limit + 1)
            hits.sort(key=lambda hit: hit.order)
            enough = max(least * chosen.whole, _BESIDE_BEST * hits[0].weight if least and hits else 0.0)
            found = [self._load(hit) for hit in hits[: limit + 1] if hit.weight >= enough]
        return [other for other in found if other.id != document.id][:limit]

    def search(
        self,
        document: Document,
        limit: int = 5,
        *,
        window_days: int | None = None,
        region: str | None = None,
        minimum: float = 0.0,
        reveal_confidential: bool = False,
        choose: Choose | None = None,
    ) -> tuple[Match, ...]:
        """Return how the most alike stored complaints relate to one, the most probable duplicate first.

        :param window_days: as for :meth:`candidates`.
        :param region: as for :meth:`candidates`.
        :param minimum: leave out matches of which neither ``same`` nor ``followup`` is this probable.
        :param reveal_confidential: also give the reasons for confidential reports.
        :param choose: further picks from the matches, before the best ``limit`` of them get their reasons.
        """
        found = self.candidates(document, self.judged, window_days=window_days, region=region, least=LEAST)
        if not found:
            return ()

        def worth(matches: Sequence[Match]) -> Sequence[Match]:
            kept: Sequence[Match] = [m for m in matches if max(m.probability, m.followup) >= minimum]
            return (kept if choose is None else choose(kept))[:limit]

        matches = self.scorer.judge(document, found, self, worth)
        return tuple(match.shown(allowed=reveal_confidential) for match in matches)

    # --- storage

    def save(self, cursor: int, *, purge: bool = False) -> None:
        """Write everything, with the sequence number of the last event that it holds.

        :param purge: also rewrite what still holds forgotten complaints, so that no word of them stays on the disk.
        :raises ValueError: if the index has no directory.
        """
        with self._lock:
            if self.directory is None:
                raise ValueError("an index without a directory cannot be saved")
            self.compact()
            if purge:
                for part in [part for part in self._segments if not part.alive.all()]:
                    self._join([part])
            self.cursor = cursor
            save_manifest(
                self.directory,
                cursor,
                [self._entries[part.name] for part in self._segments],
                {part.name: np.flatnonzero(~part.alive).tolist() for part in self._segments if not part.alive.all()},
            )
            discard_others(self.directory, {part.name for part in self._segments})

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
        manifest = load_manifest(directory)
        if manifest is None:
            return index
        for entry in manifest.segments:
            name = str(entry["name"])
            part = open_segment(directory, entry, manifest.dead.get(name, ()), verify=verify)
            index._segments.append(part)
            index._entries[name] = entry
            for number in manifest.dead.get(name, ()):
                index._gone.update(Document.from_record(part.record(number)).features().hashes.tolist())
        index._made = max((int(str(entry["name"])) for entry in manifest.segments), default=0)
        discard_others(directory, {part.name for part in index._segments})
        index.cursor = manifest.cursor
        return index

    # --- parts

    def _find(self, identifier: str) -> tuple[int, int] | None:
        for place, part in enumerate(self._segments):
            for number in part.numbers_of(identifier):
                if Document.from_record(part.record(number)).id == identifier:
                    return place, number
        return None

    def _load(self, hit: Hit) -> Document:
        if hit.part < 0:
            return Document.from_record(self._delta.entries[hit.number].record)
        return Document.from_record(self._segments[hit.part].record(hit.number))

    def _frequencies(
        self, hashes: Hashes, lists: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]
    ) -> npt.NDArray[np.int64]:
        keys = hashes.tolist()
        newest = self._delta.lists
        counts = np.zeros(len(keys), dtype=np.int64)
        if newest:
            counts += np.array([len(newest.get(key, ())) for key in keys], dtype=np.int64)
        for _, lengths in lists:
            counts += lengths
        if self._gone:
            counts -= np.array([self._gone[key] for key in keys], dtype=np.int64)
        return counts

    def _keep(self, segment: Segment) -> Segment:
        """Write a new segment and map it, where there is a directory."""
        if self.directory is None:
            return segment
        entry = write_segment(segment, self.directory)
        self._entries[segment.name] = entry
        return open_segment(self.directory, entry, verify=False)

    def _name(self) -> str:
        self._made += 1
        return f"{self._made:08d}"

    def _freeze(self) -> None:
        if self._delta.numbers:
            self._segments.append(self._keep(self._delta.freeze(self._name())))
        self._delta = Delta()

    def _tier(self, part: Segment) -> int:
        size = max(int(np.count_nonzero(part.alive)), 1)
        return int(np.log(max(size / self.delta_limit, 1.0)) / np.log(_TIER) + 0.01)

    def _merge(self, largest: int) -> None:
        """Merge segments of one tier while four are together no larger than ``largest``, and sparse ones alone."""
        while True:
            tiers: dict[int, list[Segment]] = {}
            for part in self._segments:
                tiers.setdefault(self._tier(part), []).append(part)
            full = [parts for _, parts in sorted(tiers.items()) if len(parts) >= _TIER]
            groups = [parts for parts in full if sum(int(np.count_nonzero(part.alive)) for part in parts) <= largest]
            groups += [[part] for part in self._segments if 2 * int(np.count_nonzero(part.alive)) < len(part)]
            if not groups:
                return
            self._join(groups[0])

    def _join(self, chosen: list[Segment]) -> None:
        """Put one segment with their living documents in the place of some."""
        for part in chosen:
            for number in np.flatnonzero(~part.alive):
                self._gone.subtract(Document.from_record(part.record(int(number))).features().hashes.tolist())
        self._gone = +self._gone
        merged = merge_segments(self._name(), chosen, self.directory)
        names = {part.name for part in chosen}
        self._segments = [part for part in self._segments if part.name not in names]
        if len(merged):
            self._segments.append(self._keep(merged))
