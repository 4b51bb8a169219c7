"""Put the labels of a file into the form that training, evaluation and the store use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from data.categories import load_categories, resolve, resolve_set
from data.complaint import Labels, Record
from data.functions import function_of
from data.labels import canonical_agencies, canonical_agency, canonical_type, contract_type
from data.outcomes import outcome_of


@dataclass(frozen=True, slots=True)
class Truth:
    """Hold the labels that models learn and answers are compared with.

    :param type: one of the contract's types, or the file's own where it has another scheme.
    :param category: the official ``Root > Leaf`` where that is certain, else the cleaned label.
    :param agency: the office, in one spelling.
    :param function: the function of that office, wherever it is (``2.15``, ``PLN``).
    :param outcome: how the report ended at the admin's desk; see :mod:`data.outcomes`.
    """

    type: str | None = None
    category: str | None = None
    agency: str | None = None
    function: str | None = None
    outcome: str | None = None


def truth(record: Record) -> Truth:
    """Return what is to be learned from a cleaned record."""
    return Truth(
        type=contract_type(record.labels.type) or record.labels.type,
        category=record.labels.category,
        agency=record.labels.agency,
        function=function_of(record.labels.agency) if record.labels.agency else None,
        outcome=outcome_of(record),
    )


def clean_records(records: Iterable[Record]) -> list[Record]:
    """Clean the labels of records, each file for itself, in the order given."""
    rows = list(records)
    of_file: dict[str, list[int]] = {}
    for index, record in enumerate(rows):
        of_file.setdefault(record.source, []).append(index)
    for indices in of_file.values():
        for index, cleaned in zip(indices, _clean_file([rows[i] for i in indices]), strict=True):
            rows[index] = cleaned
    return rows


def _clean_file(records: Sequence[Record]) -> list[Record]:
    """Clean the labels of all records of one file; texts stay as sent.

    What one label means can depend on the others of the file (a bare region name, a scheme of categories), so give
    all its records at once, and each file apart.
    """
    agencies = canonical_agencies(record.labels.agency for record in records)
    categories = resolve_set(record.labels.category for record in records)
    official = any(label in load_categories().by_id for label in categories.values())

    def category(record: Record) -> str | None:
        raw = record.labels.category
        label = categories.get(raw) if raw is not None else None
        if label is None or not official or label in load_categories().by_id or record.complaint.date is None:
            return label
        # An ambiguous leaf may become certain by its date.
        match = resolve(raw, record.complaint.date.date())
        return match.label if match is not None else label

    return [
        replace(
            record,
            labels=Labels(
                type=canonical_type(record.labels.type),
                category=category(record),
                agency=agencies.get(record.labels.agency) if record.labels.agency is not None else None,
                category_external_id=record.labels.category_external_id,
                parent_agency=canonical_agency(record.labels.parent_agency),
            ),
        )
        for record in records
    ]
