"""Measure duplicate search: how fast, how large, how long to make anew, all complaints of one regency."""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from data.complaint import Complaint
from model.duplicates.archive import Archive
from model.duplicates.document import Document, build_document
from model.duplicates.index import DuplicateIndex
from model.duplicates.match import PairScorer
from service.bench import Figure, percentiles
from service.bench_texts import make_complaint

REGENCY = "32.04"  # blocking by region then narrows nothing
_QUERIES = 1_000
_WARM_UP = 50


def make_document(number: int) -> Document:
    """Make the stored complaint of a number, always the same one."""
    return build_document(replace(make_complaint(number), location="Kabupaten Bandung"), region=REGENCY)


def make_query(number: int, stored: int) -> Document:
    """Make a complaint to search for: every other one retells a stored one, with a third of its words left out."""
    source = random.Random(number)  # noqa: S311 - nothing secret
    if number % 2:
        return replace(make_document(stored + number), id=f"query-{number}")
    told = make_complaint(source.randrange(stored))
    words = [word for word in told.text.split() if source.random() < 0.67]
    complaint = Complaint(id=f"query-{number}", text=" ".join(words), title=told.title, location="Kabupaten Bandung")
    return build_document(complaint, region=REGENCY)


def memory() -> float:
    """Return the most resident memory of this process so far, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)


def fill(index: DuplicateIndex, stored: int) -> None:
    """Store made-up complaints and save the index."""
    for number in tqdm(range(stored), desc="pilah bench: index", unit="row", disable=None):
        index.add(make_document(number))
    index.save(stored)


def measure_search(index: DuplicateIndex, queries: Sequence[Document], stored: int) -> Iterator[Figure]:
    """Measure one search after the other, with judging and reasons, and the finding of candidates alone."""
    full = stored == 100_000
    for query in queries[:_WARM_UP]:
        index.search(query)
    whole, finding = [], []
    for query in queries:
        before = time.perf_counter()
        index.candidates(query)
        finding.append(time.perf_counter() - before)
    for query in queries:
        before = time.perf_counter()
        index.search(query)
        whole.append(time.perf_counter() - before)
    p50, p99 = percentiles(whole)
    yield Figure(f"search in {stored}, p50", p50, "ms", "at most 3" if full else "")
    yield Figure(f"search in {stored}, p99", p99, "ms", "at most 15" if full else "")
    p50, p99 = percentiles(finding)
    yield Figure(f"candidates in {stored}, p50", p50, "ms")
    yield Figure(f"candidates in {stored}, p99", p99, "ms")


def measure(stored: int, archive: int, scorer: PairScorer) -> Iterator[Figure]:
    """Measure everything, one figure after the other.

    :param stored: complaints in the index that is searched.
    :param archive: complaints of the archive that is searched for pairs; 0 to leave it out.
    """
    with TemporaryDirectory(prefix="pilah-bench-") as folder:
        start = time.perf_counter()
        fill(DuplicateIndex(Path(folder), scorer=scorer), stored)
        yield Figure(f"index of {stored} made anew, texts made up and read in it", time.perf_counter() - start, "s")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        yield Figure(f"index of {stored} on disk", size / 2**20, "MB")
        start = time.perf_counter()
        index = DuplicateIndex.open(Path(folder), scorer=scorer)
        yield Figure(f"index of {stored} opened, checksums compared", time.perf_counter() - start, "s")
        queries = [make_query(number, stored) for number in range(_QUERIES)]
        yield from measure_search(index, queries, stored)
    yield Figure("memory at most", memory(), "MB")
    if archive:
        documents = [make_document(number) for number in range(archive)]
        start = time.perf_counter()
        with Archive(scorer) as held:
            for document in tqdm(documents, desc="pilah bench: archive, index", unit="row", disable=None):
                held.add(document)
            rows = tqdm(documents, desc="pilah bench: archive, search", unit="row", disable=None)
            found = held.search(rows, top=10, minimum=0.5, both=True)
            held.incidents(found, documents)
        limit = "at most 300" if archive == 100_000 else ""
        yield Figure(f"archive of {archive}: pairs and incidents", time.perf_counter() - start, "s", limit)
