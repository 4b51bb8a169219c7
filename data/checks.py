"""Look at labelled files before training: everything that needs no fitted model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from data.check_labels import check_labels
from data.check_leaks import check_leaks
from data.check_texts import check_texts
from data.complaint import Record
from data.dates import JAKARTA
from data.findings import Finding, Severity
from data.hygiene import clean_records
from data.near_duplicates import near_duplicate_groups

_FEW = 100


def check_records(records: Sequence[Record], now: datetime) -> list[Finding]:
    """Run every check, the gravest findings first.

    :param now: dates after it lie in the future.
    """
    cleaned = clean_records(records)
    groups = near_duplicate_groups([f"{r.complaint.title or ''} {r.complaint.text}" for r in cleaned])
    found = [
        *_rows(cleaned),
        *check_labels(cleaned, groups),
        *check_texts(cleaned, groups),
        *check_leaks(cleaned, groups, now),
    ]
    return sort_findings(found)


def sort_findings(found: Sequence[Finding]) -> list[Finding]:
    """Put the gravest findings first; otherwise the order stays."""
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def _rows(records: Sequence[Record]) -> list[Finding]:
    sources = Counter(record.source for record in records)
    dates = sorted(r.complaint.date.astimezone(JAKARTA) for r in records if r.complaint.date is not None)
    span = f"{dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}" if dates else "none"
    says = f"{len(records)} rows; {len(dates)} are dated ({span})."
    severity = Severity.BLOCKING if len(records) < 20 else Severity.WARNING if len(records) < _FEW else Severity.INFO
    if severity is not Severity.INFO:
        says += " That is few."
    by_month = Counter(f"{date:%Y-%m}" for date in dates)
    table = [(name, str(n)) for name, n in sources.items()] + [(month, str(n)) for month, n in sorted(by_month.items())]
    found = [Finding("rows", severity, says, (), ("file or month", "rows"), tuple(table))]
    missing = len(records) - len(dates)
    if missing:
        rows = tuple(r.complaint.id for r in records if r.complaint.date is None)
        says = f"{missing} rows have no date; a split by time leaves them out."
        found.append(Finding("undated", Severity.WARNING, says, rows))
    return found
