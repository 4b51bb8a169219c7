"""Measure duplicate search: how fast, how large, how long to make anew, all complaints of one regency."""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from data.complaint import Complaint, Record
from data.parallel import beside, cores
from model.duplicates.archive import Archive, Pair
from model.duplicates.document import Document, build_document
from model.duplicates.index import LEAST, MANY, DuplicateIndex
from model.duplicates.match import PairScorer
from service.bench_load import Figure, percentiles
from service.bench_texts import make_complaint

REGENCY = "32.04"  # blocking by region then narrows nothing
_QUERIES = 1_000
_EXACT = 100  # queries without a limit
_WARM_UP = 50


def make_stored(number: int) -> Record:
    """Make the stored complaint of a number, always the same one."""
    return Record(replace(make_complaint(number), location="Kabupaten Bandung"))


def make_document(number: int) -> Document:
    """Read the stored complaint of a number."""
    return build_document(make_stored(number).complaint, region=REGENCY)


def make_query(number: int, stored: int) -> tuple[Document, str | None]:
    """Make a complaint to search for, with the id of the stored one that it retells.

    Every other one retells a stored one, with a third of its words left out.
    """
    source = random.Random(number)  # noqa: S311 - nothing secret
    if number % 2:
        return replace(make_document(stored + number), id=f"query-{number}"), None
    told = make_complaint(source.randrange(stored))
    words = [word for word in told.text.split() if source.random() < 0.67]
    complaint = Complaint(id=f"query-{number}", text=" ".join(words), title=told.title, location="Kabupaten Bandung")
    return build_document(complaint, region=REGENCY), told.id


def memory() -> float:
    """Return the most resident memory of this process so far, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)


def fill(index: DuplicateIndex, stored: int) -> float:
    """Store made-up complaints, save the index, and return the seconds that this took without making them up."""
    seconds = 0.0
    with tqdm(total=stored, desc="pilah bench: index", unit="row", disable=None) as bar:
        for start in range(0, stored, MANY):
            records = [make_stored(number) for number in range(start, min(start + MANY, stored))]
            before = time.perf_counter()
            index.add_many(build_document(record.complaint, region=REGENCY) for record in records)
            seconds += time.perf_counter() - before
            bar.update(len(records))
    before = time.perf_counter()
    index.save(stored)
    return seconds + time.perf_counter() - before


def timed(work: Callable[[Document], object], documents: Sequence[Document]) -> tuple[float, float]:
    """Return the 50th and the 99th percentile of the processor time of some work, in milliseconds."""
    taken: list[float] = []
    for document in documents:
        before = time.process_time()
        work(document)
        taken.append(time.process_time() - before)
    return percentiles(taken)


def found(index: DuplicateIndex, queries: Sequence[tuple[Document, str | None]]) -> float:
    """Return the percentage of retold complaints whose source is among the candidates."""
    retold = [(query, source) for query, source in queries if source]
    hits = [source in {other.id for other in index.candidates(query, index.judged)} for query, source in retold]
    return 100 * sum(hits) / max(len(hits), 1)


def measure_search(folder: Path, scorer: PairScorer, stored: int) -> list[Figure]:
    """Open an index as a server does and measure searches with judging and reasons, and the finding of candidates."""
    start = time.perf_counter()
    index = DuplicateIndex.open(folder, scorer=scorer)
    figures = [Figure(f"index of {stored} opened, checksums compared", time.perf_counter() - start, "s")]
    full = stored == 100_000
    documents = [make_query(number, stored)[0] for number in range(_QUERIES)]
    timed(index.search, documents[:_WARM_UP])
    p50, p99 = timed(index.search, documents)
    figures.append(Figure(f"search in {stored}, processor time, p50", p50, "ms", "at most 3" if full else ""))
    figures.append(Figure(f"search in {stored}, processor time, p99", p99, "ms", "at most 15" if full else ""))
    p50, p99 = timed(lambda document: index.candidates(document, index.judged, least=LEAST), documents)
    figures.append(Figure(f"candidates in {stored}, processor time, p50", p50, "ms"))
    figures.append(Figure(f"candidates in {stored}, processor time, p99", p99, "ms"))
    figures.append(Figure("memory of a process that opened and searched it, at most", memory(), "MB"))
    return figures


def measure_found(
    index: DuplicateIndex, queries: Sequence[tuple[Document, str | None]], stored: int
) -> Iterator[Figure]:
    """Measure what is found, and adding."""
    yield Figure("retold complaints whose source is a candidate", found(index, queries), "%")
    budget, index.budget = index.budget, sys.maxsize
    yield Figure("the same where a search may read everything", found(index, queries[:_EXACT]), "%")
    index.budget = budget
    p50, p99 = timed(index.add, [query for query, _ in queries])
    yield Figure(f"one more complaint into {stored}, processor time, p50", p50, "ms")
    yield Figure(f"one more complaint into {stored}, processor time, p99", p99, "ms")


def measure_archive(archive: int, scorer: PairScorer) -> float:
    """Return the seconds in which the pairs and incidents of an archive are found."""
    records = [make_stored(number) for number in range(archive)]
    before = time.perf_counter()
    with Archive(scorer, cores()) as held:
        with tqdm(total=archive, desc="pilah bench: archive, read", unit="row", disable=None) as bar:
            for step in held.fill(records):
                bar.update(step)
        pairs: list[Pair] = []
        with tqdm(total=archive, desc="pilah bench: archive, search", unit="row", disable=None) as bar:
            for step, some in held.pairs(top=10, minimum=0.5):
                pairs += some
                bar.update(step)
        held.incidents(pairs)
    return time.perf_counter() - before


def measure(stored: int, archive: int, scorer: PairScorer) -> Iterator[Figure]:
    """Measure everything, one figure after the other.

    :param stored: complaints in the index that is searched.
    :param archive: complaints of the archive that is searched for pairs; 0 to leave it out.
    """
    with TemporaryDirectory(prefix="pilah-bench-") as folder:
        seconds = fill(DuplicateIndex(Path(folder), scorer=scorer), stored)
        yield Figure(f"index of {stored} made anew, reading the texts included", seconds, "s")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        yield Figure(f"index of {stored} on disk", size / 2**20, "MB")
        yield Figure("memory while it was made, mapped files included, at most", memory(), "MB")
        with beside(2, measure_search, Path(folder), scorer, stored) as figures:  # in a process that made nothing
            yield from figures()
        index = DuplicateIndex.open(Path(folder), scorer=scorer)
        yield from measure_found(index, [make_query(number, stored) for number in range(_QUERIES)], stored)
    if archive:
        limit = "at most 300" if archive == 100_000 else ""
        yield Figure(f"archive of {archive}: pairs and incidents", measure_archive(archive, scorer), "s", limit)
