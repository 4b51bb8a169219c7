"""Find what would make a model look better than it is: the answer in the text, a report on both sides, the future.

A word gives a label away if nearly all texts that have it carry the label and nearly all texts of the label have it.
Real complaints hardly have such words (an office's subject has many words, and each word several offices); text that
was filled from the label has one for every label.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from data.categories import SEPARATOR
from data.check_labels import QUESTIONS, labels_of
from data.complaint import Record
from data.errors import PilahError
from data.findings import Finding, Severity, graded, percent
from data.giveaways import strip_giveaways
from data.labels import label_key
from data.near_duplicates import near_duplicate_groups
from data.similar import wording
from data.splits import time_split

_SURE = 0.95  # of the texts with the word that carry the label
_MOST = 0.8  # of the texts of the label that have the word
_LEAST_ROWS = 5
_SHARE = 0.1  # of the labelled rows that such words cover before it is a leak and no chance
_LEAST_LABELS = 3
_TEST_SHARE = 0.2
_NAMED = 0.2  # of the texts that hold their label: in real files it is a tenth at most


@dataclass(frozen=True, slots=True)
class Giveaway:
    """Name a word that stands for a label: ``hits`` of the ``carried`` rows of the label have it."""

    word: str
    label: str
    hits: int
    carried: int


def giveaways(
    texts: Sequence[str], labels: Sequence[str | None], groups: NDArray[np.int64] | None = None
) -> list[Giveaway]:
    """Find the best word for each label that has one.

    :param texts: as the model would read them.
    :param groups: near-duplicate group of each text: a template that was sent ten times counts once.

    >>> texts = [f"jalan rusak kode{i % 2}" for i in range(20)]
    >>> [(g.word, g.label, g.hits) for g in giveaways(texts, [f"L{i % 2}" for i in range(20)])]
    [('rusak kode0', 'L0', 10), ('rusak kode1', 'L1', 10)]
    """
    if groups is not None:
        first = np.unique(groups, return_index=True)[1]
        texts, labels = [texts[i] for i in first], [labels[i] for i in first]
    of_label = Counter(label for label in labels if label is not None)
    if len(of_label) < 2:
        return []
    of_word: Counter[str] = Counter()
    joint: Counter[tuple[str, str]] = Counter()
    for text, label in zip(texts, labels, strict=True):
        if label is not None:
            tokens = wording(text).split()
            grams = set(tokens) | {f"{a} {b}" for a, b in itertools.pairwise(tokens)}
            of_word.update(grams)
            joint.update((gram, label) for gram in grams)
    best: dict[str, Giveaway] = {}
    for (word, label), hits in joint.items():
        carried = of_label[label]
        if carried >= _LEAST_ROWS and hits >= _MOST * carried and hits >= _SURE * of_word[word]:
            known = best.get(label)
            if known is None or (hits, word) > (known.hits, known.word):
                best[label] = Giveaway(word, label, hits, carried)
    return [best[label] for label in sorted(best)]


def is_leak(found: Sequence[Giveaway], labelled: int) -> bool:
    """Tell whether giveaway words are too many to be chance."""
    return len(found) >= _LEAST_LABELS and sum(g.hits for g in found) >= _SHARE * labelled


def leaked_questions(records: Sequence[Record]) -> list[str]:
    """Name the questions whose labels leak into the texts.

    :param records: cleaned.
    """
    texts = [_stripped(record) for record in records]
    return leaks_in(texts, {q: labels_of(records, q) for q in QUESTIONS}, near_duplicate_groups(texts))


def leaks_in(texts: Sequence[str], labels: Mapping[str, Sequence[str | None]], groups: NDArray[np.int64]) -> list[str]:
    """Name the questions whose labels leak into the texts.

    :param texts: as the model reads them.
    :param labels: of each text, by question.
    :param groups: near-duplicate group of each text.
    """
    found = []
    for question, of in labels.items():
        labelled = sum(label is not None for label in of)
        named = question != "type" and sum(_names_own(texts, of)) >= _NAMED * max(labelled, 1)
        if named or is_leak(giveaways(texts, of, groups), labelled):
            found.append(question)
    return found


def check_leaks(records: Sequence[Record], groups: NDArray[np.int64], now: datetime) -> list[Finding]:
    """Run the checks for leaks.

    :param groups: near-duplicate group of each row.
    :param now: dates after it lie in the future.
    """
    stripped = [_stripped(record) for record in records]
    return [
        *(f for question in QUESTIONS for f in _words(question, records, stripped, groups)),
        _prefixes(records, stripped),
        *(_named(question, records, stripped) for question in ("agency", "category")),
        *_straddling(records, groups),
        _future(records, now),
    ]


def _stripped(record: Record) -> str:
    names = [record.labels.agency, record.labels.parent_agency]
    parts = (record.complaint.title, record.complaint.text)
    return " \n ".join(strip_giveaways(part, names) for part in parts if part)


def _words(question: str, records: Sequence[Record], texts: Sequence[str], groups: NDArray[np.int64]) -> list[Finding]:
    labels = labels_of(records, question)
    found = giveaways(texts, labels, groups)
    if not found:
        return []
    labelled = sum(label is not None for label in labels)
    covered = {g.label for g in found}
    rows = [r.complaint.id for r, label in zip(records, labels, strict=True) if label in covered]
    severity = Severity.BLOCKING if is_leak(found, labelled) else Severity.WARNING
    says = f"{question}: {len(found)} labels are given away by a single word that nearly all of their texts have"
    says += ": the label seems to have been written into the text." if severity is Severity.BLOCKING else "."
    table = tuple((g.word, g.label, f"{g.hits} of {g.carried}") for g in found)
    return [Finding(f"{question}_leak", severity, says, tuple(rows), ("word", "label", "rows"), table)]


def _prefixes(records: Sequence[Record], stripped: Sequence[str]) -> Finding:
    rows = [
        r.complaint.id
        for r, text in zip(records, stripped, strict=True)
        if text != " \n ".join(part for part in (r.complaint.title, r.complaint.text) if part)
    ]
    says = f'{len(rows)} texts open or end with the label as staff write it ("Yth. X"); training cuts it off.'
    return graded("addressed", says, rows, len(records), warn=0.05)


def _named(question: str, records: Sequence[Record], stripped: Sequence[str]) -> Finding:
    """Count texts that still hold the full name of their own label; citizens do name offices, mostly the short way."""
    labels = labels_of(records, question)
    named = _names_own(stripped, labels)
    rows = [record.complaint.id for record, is_named in zip(records, named, strict=True) if is_named]
    labelled = sum(label is not None for label in labels)
    says = f"{question}: {len(rows)} texts ({percent(len(rows), labelled)} of the labelled) hold their label in full."
    return graded(f"{question}_named", says, rows, labelled, warn=0.02, block=_NAMED)


def _names_own(texts: Sequence[str], labels: Sequence[str | None]) -> list[bool]:
    names = [label_key(label.rsplit(SEPARATOR, 1)[-1]) if label else "" for label in labels]
    return [" " in name and f" {name} " in f" {label_key(text)} " for text, name in zip(texts, names, strict=True)]


def _straddling(records: Sequence[Record], groups: NDArray[np.int64]) -> list[Finding]:
    """Find clusters of near-identical rows on both sides: of files, and of the latest fifth that a time split tests."""
    found = []
    sources = [record.source for record in records]
    if len(set(sources)) > 1:
        found.append(_across("across_files", "several files", records, groups, sources))
    try:
        cut = time_split(records, _TEST_SHARE)
    except PilahError:
        return found
    side = {int(i): "later" for i in cut.test} | {int(i): "earlier" for i in cut.train}
    found.append(
        _across(
            "across_time", "both sides of a time split", records, groups, [side.get(i) for i in range(len(records))]
        )
    )
    return found


def _across(
    kind: str, what: str, records: Sequence[Record], groups: NDArray[np.int64], sides: Sequence[str | None]
) -> Finding:
    seen: dict[int, set[str]] = {}
    for group, side in zip(groups.tolist(), sides, strict=True):
        if side is not None:
            seen.setdefault(group, set()).add(side)
    torn = {group for group, found in seen.items() if len(found) > 1}
    members: dict[int, list[str]] = {}
    for record, group, side in zip(records, groups.tolist(), sides, strict=True):
        if group in torn and side is not None:
            members.setdefault(group, []).append(record.complaint.id)
    rows = [id_ for ids in members.values() for id_ in ids]
    says = f"{len(torn)} clusters of near-identical reports ({len(rows)} rows) stand on {what}."
    finding = graded(kind, says, rows, sum(side is not None for side in sides), block=0.1)
    table = tuple((str(len(ids)), ", ".join(ids[:10])) for ids in sorted(members.values(), key=len, reverse=True)[:30])
    return Finding(kind, finding.severity, says, finding.rows, ("rows", "ids"), table)


def _future(records: Sequence[Record], now: datetime) -> Finding:
    late = now + timedelta(days=1)
    rows = [r.complaint.id for r in records if r.complaint.date is not None and r.complaint.date > late]
    dated = sum(r.complaint.date is not None for r in records)
    return graded("future_dates", f"{len(rows)} rows are dated in the future.", rows, dated, block=0.05)
