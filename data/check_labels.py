"""Check the labels of a file: what there is, what is rare, new or not in the catalog, where it comes from."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.agencies import AgencyRegistry
from data.categories import load_categories
from data.complaint import Record
from data.findings import Finding, Severity, graded, info, percent
from data.functions import function_of
from data.hygiene import truth
from data.labels import CONTRACT_TYPES, label_key

QUESTIONS = ("agency", "category", "type")
RARE = 3
"""Labels with fewer rows are learned under their parent."""
_LATEST = 0.2
_ROWS_SHOWN = 60


def labels_of(records: Sequence[Record], question: str) -> list[str | None]:
    """Return the cleaned label of each row."""
    return [getattr(truth(record), question) for record in records]


def check_labels(records: Sequence[Record], groups: NDArray[np.int64]) -> list[Finding]:
    """Run the checks of labels.

    :param records: cleaned by :func:`data.hygiene.clean_records`.
    :param groups: near-duplicate group of each row.
    """
    found: list[Finding] = []
    usable = 0
    for question in QUESTIONS:
        labels = labels_of(records, question)
        counts = Counter(label for label in labels if label is not None)
        if not counts:
            found.append(info(f"{question}_labels", f"{question}: no row has a label."))
            continue
        usable += len(counts) > 1
        found += [
            _counted(question, counts, len(records)),
            *_rare(question, records, labels, counts),
            *_unknown(question, records, labels, counts),
            _agreement(question, records, labels, groups),
        ]
        new = _new(question, records, labels)
        found += [new] if new else []
    if not usable:
        says = "No label column has two different values: there is nothing to learn."
        found.insert(0, Finding("no_labels", Severity.BLOCKING, says))
    return [*found, *_origins(records)]


def _counted(question: str, counts: Counter[str], n: int) -> Finding:
    labelled = counts.total()
    says = f"{question}: {labelled} of {n} rows are labelled, with {len(counts)} labels; the commonest has "
    says += f"{percent(counts.most_common(1)[0][1], labelled)}."
    table = tuple((label, str(k), percent(k, labelled)) for label, k in counts.most_common(_ROWS_SHOWN))
    return Finding(f"{question}_labels", Severity.INFO, says, (), ("label", "rows", "share"), table)


def _rare(
    question: str, records: Sequence[Record], labels: Sequence[str | None], counts: Counter[str]
) -> list[Finding]:
    rare = {label for label, k in counts.items() if k < RARE}
    rows = [r.complaint.id for r, label in zip(records, labels, strict=True) if label in rare]
    says = f"{question}: {len(rare)} labels have fewer than {RARE} rows and are learned under their parent."
    return [graded(f"{question}_rare", says, rows, len(records), block=0.5)] if rare else []


def _new(question: str, records: Sequence[Record], labels: Sequence[str | None]) -> Finding | None:
    """Find labels that occur only among the latest fifth of the dated rows: a model of the earlier ones misses them."""
    dated = sorted(
        (record.complaint.date, i)
        for i, record in enumerate(records)
        if record.complaint.date is not None and labels[i] is not None
    )
    cut = round(len(dated) * (1 - _LATEST))
    before = {labels[i] for _, i in dated[:cut]}
    if not before:
        return None
    rows = [i for _, i in dated[cut:] if labels[i] not in before]
    counts = Counter(str(labels[i]) for i in rows)
    says = f"{question}: {len(counts)} labels occur for the first time in the latest fifth, on {len(rows)} rows."
    finding = graded(f"{question}_new", says, [records[i].complaint.id for i in rows], len(dated), block=0.5)
    table = tuple((label, str(k)) for label, k in counts.most_common(_ROWS_SHOWN))
    return Finding(finding.kind, finding.severity, says, finding.rows, ("label", "rows"), table)


def _unknown(
    question: str, records: Sequence[Record], labels: Sequence[str | None], counts: Counter[str]
) -> list[Finding]:
    strange = {label for label in counts if not _known(question, label)}
    if not strange:
        return []
    rows = [r.complaint.id for r, label in zip(records, labels, strict=True) if label in strange]
    says = f"{question}: {len(strange)} labels, on {len(rows)} rows, are not in the catalog."
    if len(rows) > counts.total() / 2:
        says += " Most rows are such: a scheme of its own is learned as it is."
    commonest = sorted(strange, key=lambda label: (-counts[label], label))[:_ROWS_SHOWN]
    table = tuple((label, str(counts[label]), nearest(question, label) or "") for label in commonest)
    columns = ("label", "rows", "nearest official name")
    return [Finding(f"{question}_not_in_catalog", Severity.WARNING, says, tuple(rows), columns, table)]


def _known(question: str, label: str) -> bool:
    if question == "category":
        return label in load_categories().by_id or label_key(label) in load_categories().by_key
    return label in CONTRACT_TYPES if question == "type" else _is_agency(label)


def _is_agency(label: str) -> bool:
    return function_of(label) is not None or AgencyRegistry.load().resolve(label) is not None


@cache
def _category_names() -> dict[str, str]:
    return {label_key(category.name): category.id for category in load_categories().by_id.values()}


def nearest(question: str, label: str) -> str | None:
    """Return the official name that a label is closest to; ``None`` if none is near.

    >>> nearest("category", "Lampu Penerangan Jalan Umun")
    'Perhubungan > Lampu Penerangan Jalan Umum'
    """
    if question == "category":
        names = _category_names()
        close = difflib.get_close_matches(label_key(label), names, 1, 0.7)
        return names[close[0]] if close else None
    if question == "type":
        return next(iter(difflib.get_close_matches(label_key(label), CONTRACT_TYPES, 1, 0.6)), None)
    found = AgencyRegistry.load().find(label, 1)
    return found[0].name if found else None


def agreement(labels: Sequence[str | None], groups: NDArray[np.int64]) -> tuple[int, int, list[int]]:
    """Compare the labels of near-identical rows.

    :return: pairs that agree, pairs in all (each row against each other of its cluster, at most the first 20 of a
        cluster), and the positions of the rows of clusters that disagree.
    """
    members: dict[int, list[int]] = {}
    for i, (label, group) in enumerate(zip(labels, groups.tolist(), strict=True)):
        if label is not None:
            members.setdefault(group, []).append(i)
    same = pairs = 0
    torn: list[int] = []
    for rows in members.values():
        counts = Counter(labels[i] for i in rows[:20])
        n = counts.total()
        pairs += n * (n - 1) // 2
        same += sum(k * (k - 1) // 2 for k in counts.values())
        torn += rows if len({labels[i] for i in rows}) > 1 else []
    return same, pairs, torn


def _agreement(
    question: str, records: Sequence[Record], labels: Sequence[str | None], groups: NDArray[np.int64]
) -> Finding:
    same, pairs, torn = agreement(labels, groups)
    if not pairs:
        return info(f"{question}_agreement", f"{question}: no two near-identical rows, so label noise is not visible.")
    says = (
        f"{question}: near-identical reports got the same label in {percent(same, pairs)} of {pairs} pairs: about this "
        "accuracy is the most that any model can reach."
    )
    return info(f"{question}_agreement", says, [records[i].complaint.id for i in torn])


def _origins(records: Sequence[Record]) -> list[Finding]:
    """Say who decided, whether the suggestion was seen, and how often the label is just the reporter's own choice."""
    counts: Counter[tuple[str, str]] = Counter()
    for record in records:
        origin = record.origin
        shown = {None: "unknown", True: "yes", False: "no"}[origin.suggestion_shown]
        counts["decided by", origin.decided_by or "unknown"] += 1
        counts["suggestion shown", shown] += 1
        counts["returned", "unknown" if origin.returned is None else "yes" if origin.returned else "no"] += 1
        counts["blind audit", "yes" if origin.audit else "no"] += 1
        for name in ("agency", "category"):
            claimed, label = getattr(record.complaint, f"claimed_{name}"), getattr(record.labels, name)
            if claimed and label:
                equal = label_key(claimed) in label_key(label) or label_key(label) in label_key(claimed)
                counts[f"{name} is the reporter's choice", "yes" if equal else "no"] += 1
    table = tuple((what, value, str(n)) for (what, value), n in sorted(counts.items()))
    seen = counts["suggestion shown", "yes"]
    says = f"Where labels come from: {counts['decided by', 'unknown']} rows do not say who decided"
    says += f"; on {seen} rows the machine's suggestion was seen, which pulls labels towards it." if seen else "."
    found = [Finding("origins", Severity.INFO, says, (), ("what", "value", "rows"), table)]
    audit = [r.complaint.id for r in records if r.origin.audit]
    if audit:
        says = f"{len(audit)} rows belong to the blind audit sample: training leaves them out, evaluation wants them."
        found.append(info("audit_sample", says, audit))
    return found
