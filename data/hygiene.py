"""Clean the labels of whole files: one spelling for one thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.categories import resolve_set
from data.complaint import Labels, Record
from data.labels import canonical_agencies, canonical_type, contract_type, is_supervised


@dataclass(frozen=True, slots=True)
class Truth:
    """Hold the labels that models learn and answers are compared with.

    :param type: one of the contract's types, or the file's own where it has another scheme.
    :param supervision: ``berkadar`` or ``tidak berkadar`` pengawasan, where the export grades it.
    :param category: the official ``Root > Leaf`` where that is certain, else the cleaned label.
    :param agency: the office, in one spelling.
    """

    type: str | None = None
    supervision: str | None = None
    category: str | None = None
    agency: str | None = None


def clean_records(records: Iterable[Record]) -> list[Record]:
    """Return the records with each file's agency and category labels in one spelling."""
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    cleaned: list[Record] = []
    for rows in by_source.values():
        agencies = canonical_agencies(row.labels.agency for row in rows)
        categories = resolve_set([row.labels.category for row in rows])
        for row in rows:
            labels = Labels(
                type=canonical_type(row.labels.type),
                category=categories.get(row.labels.category or ""),
                agency=agencies.get(row.labels.agency or ""),
                category_external_id=row.labels.category_external_id,
                parent_agency=row.labels.parent_agency,
            )
            cleaned.append(replace(row, labels=labels))
    return cleaned


def truth(record: Record) -> Truth:
    """Return what is to be learned from a cleaned record."""
    supervised = is_supervised(record.labels.type)
    return Truth(
        type=contract_type(record.labels.type) or record.labels.type,
        supervision=None if supervised is None else ("berkadar" if supervised else "tidak berkadar"),
        category=record.labels.category,
        agency=record.labels.agency,
    )
