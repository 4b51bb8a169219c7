"""What a check of data says: one finding each, with the ids of the rows it is about and, where it helps, a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Grade a finding: training on data with a blocking one gives a model or a figure that cannot be trusted."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one finding; it never quotes a complaint, except for single words that give a label away.

    :param kind: short stable name, e.g. ``future_dates``.
    :param says: the finding in one sentence.
    :param rows: ids of the rows that it is about.
    :param columns: head of ``table``.
    :param table: further details.
    """

    kind: str
    severity: Severity
    says: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


def info(kind: str, says: str, rows: Iterable[str] = ()) -> Finding:
    """Make a finding that only informs."""
    return Finding(kind, Severity.INFO, says, tuple(rows))


def graded(kind: str, says: str, rows: Iterable[str], of: int, warn: float = 0.0, block: float = 1.1) -> Finding:
    """Make a finding whose severity follows from the share of rows that it is about.

    :param of: number of rows that were looked at.
    :param warn: share above which it is a warning.
    :param block: share from which on it is a blocking fault; never by default.

    >>> graded("x", "y", ["1"], 10).severity.value, graded("x", "y", [], 10).severity.value
    ('warning', 'info')
    """
    found = tuple(rows)
    share = len(found) / of if of else 0.0
    severity = Severity.BLOCKING if share >= block else Severity.WARNING if share > warn else Severity.INFO
    return Finding(kind, severity, says, found)


def percent(part: int, whole: int) -> str:
    """Write a share.

    >>> percent(1, 3)
    '33.3 %'
    """
    return f"{100 * part / whole:.1f} %" if whole else "0 %"
