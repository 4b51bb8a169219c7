"""Find the pairs and incidents of a whole archive in one go."""

from __future__ import annotations

import gc
import json
import multiprocessing
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

from data.complaint import Record
from data.errors import PilahError
from data.regions import Regions
from model.duplicates.document import Document
from model.duplicates.incidents import Incidents, Member
from model.duplicates.index import MANY, DuplicateIndex
from model.duplicates.match import Choose, Match, PairScorer
from model.duplicates.prepare import Preparer
from model.duplicates.segments import Entry, entry_of
from model.places import PlaceResolver

LINKED: Final = frozenset(("same", "followup", "recurrence", "campaign"))
"""Relations that are listed whatever the probability of ``same``."""

_STEP: Final = 500
"""Complaints that are compared in one step."""

Task = TypeVar("Task")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold one pair: the complaint ``a`` and how the stored one relates to it."""

    a: str
    match: Match


def read_pair_ids(path: Path) -> list[tuple[str, str]]:
    """Read lines ``{"a","b"}``.

    :raises PilahError: PLH-101 if there is no such file, PLH-605 naming the line that is wrong.
    """
    if not path.is_file():
        raise PilahError("PLH-101", f"{path.name}: there is no such file")
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pairs.append((str(row["a"]), str(row["b"])))
        except (ValueError, KeyError, TypeError) as error:
            raise PilahError("PLH-605", f"{path.name}, line {number}") from error
    return pairs


def linked(minimum: float) -> Choose:
    """Return what picks the matches that are listed."""
    return lambda matches: [match for match in matches if match.probability >= minimum or match.relation in LINKED]


class Archive:
    """Hold an archive in an index on disk that is deleted afterwards.

    :param scorer: judges the pairs.
    :param workers: the number of processes that share the work on large archives.
    """

    def __init__(self, scorer: PairScorer, workers: int = 1) -> None:
        self._scorer = scorer
        self._workers = workers
        self._folder = tempfile.TemporaryDirectory(prefix="pilah-duplicates-")
        self.index = DuplicateIndex(Path(self._folder.name), scorer=scorer)

    def __enter__(self) -> Archive:
        """Return the archive itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the index."""
        self._folder.cleanup()

    def fill(self, records: Sequence[Record]) -> Iterator[int]:
        """Read and store complaints, and yield the number of them after each step."""
        tasks = [records[start : start + MANY // 2] for start in range(0, len(records), MANY // 2)]
        for task, entries in zip(tasks, share_out(prepare_entries, tasks, self._workers), strict=True):
            self.index.add_entries(entries)
            yield len(task)
        self.index.save(0)

    def pairs(self, *, top: int, minimum: float) -> Iterator[tuple[int, list[Pair]]]:
        """Compare each stored complaint with those stored before it: each pair once, the later complaint as ``a``.

        Yields the number of complaints after each step, and the pairs that it found.

        :param top: at most this many for each.
        :param minimum: leave out less probable pairs, unless they are linked in another way than ``same``.
        """
        self.index.save(0)
        end = self.index.end
        ranges = [range(start, min(start + _STEP, end)) for start in range(0, end, _STEP)]
        work = partial(compare, self._folder.name, end, self._scorer, top=top, minimum=minimum)
        for places, found in zip(ranges, share_out(work, ranges, self._workers), strict=True):
            yield len(places), found

    def search(self, queries: Iterable[Document], *, top: int, minimum: float) -> list[Pair]:
        """Search the archive for each complaint, the most probable pairs first.

        :param top: as for :meth:`pairs`.
        :param minimum: as for :meth:`pairs`.
        """
        self.index.compact()
        choose = linked(minimum)
        found = [Pair(query.id, match) for query in queries for match in self.index.search(query, top, choose=choose)]
        return best_pairs_first(found)

    def score_pairs(self, pairs: Iterable[tuple[str, str]], queries: Sequence[Document]) -> list[Pair]:
        """Score exactly these pairs, in their order.

        :param queries: the complaints that ``a`` names; ``b`` names one of the archive, or one of these.
        :raises PilahError: PLH-604 if an id is unknown.
        """
        self.index.compact()
        known = {document.id: document for document in queries}
        found: list[Pair] = []
        for a, b in pairs:
            one, other = known.get(a) or self.index.get(a), self.index.get(b) or known.get(b)
            if one is None or other is None:
                raise PilahError("PLH-604", a if one is None else b)
            match = self._scorer.judge(one, [other], self.index, spans=False)[0]
            found.append(Pair(a, match.shown()))
        return best_pairs_first(found)

    def incidents(self, found: Sequence[Pair]) -> list[dict[str, Any]]:
        """Return the incidents of two or more complaints that the pairs make."""
        links: dict[str, dict[str, float]] = {}
        for pair in found:
            if pair.match.relation == "same":
                links.setdefault(pair.a, {})[pair.match.id] = pair.match.probability
                links.setdefault(pair.match.id, {})[pair.a] = pair.match.probability
        gathered = Incidents()
        for document in filter(None, map(self.index.get, sorted(links))):
            gathered.add(Member(document.id, document.day, document.reporter), links[document.id])
        return [asdict(incident) for incident in gathered.all() if len(incident.members) > 1]


def best_pairs_first(pairs: Iterable[Pair]) -> list[Pair]:
    """Sort by the probability of ``same``, then by the ids."""
    return sorted(pairs, key=lambda pair: (-pair.match.probability, pair.a, pair.match.id))


def compare(folder: str, end: int, scorer: PairScorer, places: range, *, top: int, minimum: float) -> list[Pair]:
    """Compare the complaints in some places of a saved index with those in lower places."""
    index = _opened(folder, end)
    index.scorer = scorer
    choose = linked(minimum)
    found: list[Pair] = []
    with no_collection():
        for place in places:
            document = index.stored(place)
            if document is not None:
                found += [Pair(document.id, match) for match in index.search(document, top, below=place, choose=choose)]
    return found


def prepare_entries(records: Sequence[Record]) -> list[Entry]:
    """Read complaints for the index."""
    prepare = _preparer()
    with no_collection():
        return [entry_of(prepare.document(record)) for record in records]


@contextmanager
def no_collection() -> Iterator[None]:
    """Put off the search for circles of garbage: the work makes many objects, none of them in a circle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def share_out(work: Callable[[Task], Done], tasks: Sequence[Task], workers: int) -> Iterator[Done]:
    """Do tasks in several processes and yield what they return, in the order of the tasks."""
    if workers < 2 or len(tasks) < 2:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[Done]] = deque()
        for task in tasks:
            waiting.append(pool.submit(work, task))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@lru_cache(maxsize=1)
def _opened(folder: str, end: int) -> DuplicateIndex:
    """Open a saved index once in each process; ``end`` tells a later state of it."""
    return DuplicateIndex.open(Path(folder), verify=False)


@cache
def _preparer() -> Preparer:
    return Preparer(PlaceResolver(Regions.load()))
