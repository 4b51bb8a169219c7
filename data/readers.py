"""Read complaints with their labels from CSV, JSONL, Parquet and XLSX files and from the export "Laporan Ringkas"."""

from __future__ import annotations

import hashlib
import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.columns import assign
from data.complaint import Complaint, Confidentiality, Labels, Origin, Record
from data.dates import read_date, read_time
from data.errors import PilahError
from data.tables import BrokenRow, Row, Table, read_csv, read_jsonl, read_parquet
from data.xlsx import read_xlsx

_log = logging.getLogger(__name__)

MAX_FIELD = 100_000
"""Characters that one field may have."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MISSING = frozenset({"", "-", "--", "null", "none", "nan", "n/a", "#n/a"})
_DIGITS = re.compile(r"\d+")
_SPLIT = re.compile(r"[|,;/&+]|\bdan\b")
_ORDINARY = frozenset({"biasa", "publik", "umum", "public", "normal", "terbuka", "tidak", "nama jelas"})
_YES, _NO = frozenset({"true", "yes", "ya", "1", "y"}), frozenset({"false", "no", "tidak", "0", "n"})
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class BadRow:
    """Say why a row was skipped; the reason never quotes its content.

    :param file: the name of the file.
    :param row: the row or line number, counted from 1, header and preamble included.
    :param field: the field at fault; empty when the whole row cannot be read.
    """

    file: str
    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        """Return the message as the command line prints it."""
        where = f"row {self.row}, field {self.field}" if self.field else f"row {self.row}"
        return f"PLH-102: {self.file}, {where}: {self.reason}"


class _FieldError(Exception):
    """Carry the field and the reason of a bad row up to the reader."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(field, reason)


def read_records(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    on_bad_row: Callable[[BadRow], None] | None = None,
) -> Iterator[Record]:
    """Read a file of complaints; the format is told by its suffix, the columns by their names.

    The header is read at once, so that a wrong file or column fails here; the rows are read as they are asked for.

    :param columns: field to column name, where the usual names do not fit.
    :param on_bad_row: called with each row that is skipped; without it they are logged as warnings.
    :raises PilahError: PLH-101 and PLH-103 to PLH-106, for what is wrong with the whole file.
    """
    file = Path(path)
    return records_of(file.name, _open_table(file, tuple((columns or {}).values())), columns, on_bad_row)


def records_of(
    source: str,
    table: Table,
    columns: Mapping[str, str] | None = None,
    on_bad_row: Callable[[BadRow], None] | None = None,
) -> Iterator[Record]:
    """Read the records of a table, wherever it comes from.

    :param source: the name of the file, for messages and ids.
    :raises PilahError: PLH-104 and PLH-105 if the columns do not fit.
    """
    fields = assign(table.columns, columns, source)
    return _records(source, table, fields, on_bad_row or _log_bad_row)


def _open_table(file: Path, wanted: tuple[str, ...]) -> Table:
    if not file.is_file():
        raise PilahError("PLH-101", f"{file.name}: there is no such file")
    if file.stat().st_size == 0:
        raise PilahError("PLH-101", f"{file.name}: the file is empty")
    suffix = file.suffix.casefold()
    try:
        if suffix in {".csv", ".tsv", ".txt"}:
            return read_csv(file, wanted)
        if suffix in {".jsonl", ".ndjson"}:
            return read_jsonl(file)
        if suffix in {".parquet", ".pq"}:
            return read_parquet(file)
        if suffix in {".xlsx", ".xlsm"}:
            return read_xlsx(file, wanted)
    except OSError as error:
        raise PilahError("PLH-101", f"{file.name}: {error.strerror or 'cannot be opened'}") from None
    raise PilahError("PLH-101", f"{file.name}: the suffix {suffix!r} is not known")


def _log_bad_row(bad: BadRow) -> None:
    _log.warning("%s", bad)


def _records(
    source: str, table: Table, fields: Mapping[str, str], on_bad_row: Callable[[BadRow], None]
) -> Iterator[Record]:
    first_row: dict[str, int] = {}
    for row in table.rows:
        if isinstance(row, BrokenRow):
            on_bad_row(BadRow(source, row.row, "", row.reason))
            continue
        try:
            record = _record(source, row, fields)
        except _FieldError as error:
            on_bad_row(BadRow(source, row[0], error.field, error.reason))
            continue
        earlier = first_row.setdefault(record.complaint.id, row[0])
        if earlier != row[0]:
            on_bad_row(BadRow(source, row[0], "id", f"the same id as in row {earlier}, which is kept"))
            continue
        yield record


def clean_value(value: object) -> str:
    r"""Turn a cell into text without control characters, lone surrogates and outer white space.

    >>> clean_value(9165816.0), clean_value(" a\x00b "), clean_value(None)
    ('9165816', 'a b', '')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        # Spreadsheets hold every number as a float.
        value = int(value)
    return _CONTROL.sub(" ", str(value)).strip()


def _text(field: str, value: object) -> str | None:
    if isinstance(value, (list, dict, tuple, set, bytes)):
        raise _FieldError(field, "not a text")
    text = clean_value(value)
    if len(text) > MAX_FIELD:
        raise _FieldError(field, f"{len(text)} characters, the limit is {MAX_FIELD}")
    return None if text.casefold() in _MISSING else text


def _date(day: object, clock: object) -> datetime | None:
    if day is None or (not isinstance(day, datetime) and clean_value(day).casefold() in _MISSING):
        return None
    try:
        moment = read_date(day if hasattr(day, "year") else clean_value(day))
    except (ValueError, OverflowError):
        raise _FieldError("date", "not a date that can be read") from None
    if clock is None or clean_value(clock).casefold() in _MISSING:
        return moment
    try:
        at = read_time(clock if hasattr(clock, "hour") else clean_value(clock))
    except ValueError:
        raise _FieldError("date", "the time is not one that can be read") from None
    return moment.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)


def _degrees(field: str, value: object, bound: float) -> float | None:
    text = clean_value(value)
    if text.casefold() in _MISSING:
        return None
    try:
        degrees = float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        raise _FieldError(field, "not a number") from None
    if not -bound <= degrees <= bound:
        raise _FieldError(field, f"not between -{bound:g} and {bound:g}")
    return degrees


def _flag(field: str, text: str | None) -> bool | None:
    if text is None:
        return None
    folded = text.casefold()
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise _FieldError(field, "neither yes nor no")


def _count(field: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise _FieldError(field, "not a number of times")
    return int(text)


def read_confidentiality(value: str | None) -> Confidentiality:
    """Read LAPOR!'s "Tipe Laporan": Anonim, Rahasia, or both, of which the stricter counts.

    :raises ValueError: if it is something else.

    >>> read_confidentiality("Anonim|Rahasia").value
    'rahasia'
    """
    parts = {part.strip() for part in _SPLIT.split((value or "").casefold())} - {"", "-"} - _ORDINARY
    if not parts <= {"anonim", "rahasia", "anonymous", "anonymus", "secret"}:
        raise ValueError("unknown")
    if parts & {"rahasia", "secret"}:
        return Confidentiality.RAHASIA
    return Confidentiality.ANONIM if parts else Confidentiality.BIASA


def row_id(source: str, row: int) -> str:
    """Make the id of a row without one: the same file name and row give the same id.

    >>> row_id("Laporan Ringkas.xlsx", 12)
    'laporan-ringkas-957a-12'
    """
    stem = _SLUG.sub("-", Path(source).stem.casefold()).strip("-")[:40] or "berkas"
    return f"{stem}-{hashlib.sha256(source.encode('utf-8', 'replace')).hexdigest()[:4]}-{row}"


def _location(value: str | None) -> str | None:
    # Some exports hold an internal number of an area here, which names no place.
    return None if value is None or _DIGITS.fullmatch(value) else value


def _record(source: str, row: Row, fields: Mapping[str, str]) -> Record:
    number, cells = row

    def get(field: str) -> str | None:
        return _text(field, cells.get(fields[field])) if field in fields else None

    def raw(field: str) -> object:
        return cells.get(fields[field]) if field in fields else None

    text = get("text")
    if text is None:
        raise _FieldError("text", "missing")
    try:
        confidentiality = read_confidentiality(get("confidentiality"))
    except ValueError:
        raise _FieldError("confidentiality", "neither biasa, anonim nor rahasia") from None
    complaint = Complaint(
        id=get("id") or row_id(source, number),
        text=text,
        title=get("title"),
        location=_location(get("location")),
        province=get("province"),
        regency=get("regency"),
        district=get("district"),
        latitude=_degrees("latitude", raw("latitude"), 90),
        longitude=_degrees("longitude", raw("longitude"), 180),
        date=_date(raw("date"), raw("time")),
        channel=get("channel"),
        reporter=get("reporter"),
        confidentiality=confidentiality,
        claimed_agency=get("claimed_agency"),
        claimed_category=get("claimed_category"),
    )
    labels = Labels(
        type=get("type"),
        category=get("category"),
        agency=get("agency"),
        category_external_id=get("category_external_id"),
        parent_agency=get("parent_agency"),
    )
    return Record(
        complaint=complaint,
        labels=labels,
        status=get("status"),
        status_detail=get("status_detail"),
        archive_reason=get("archive_reason"),
        origin=Origin(
            decided_by=get("decided_by"),
            suggestion_shown=_flag("suggestion_shown", get("suggestion_shown")),
            returned=_count("returned", get("returned")),
            audit=_flag("audit", get("audit")) or False,
        ),
        source=source,
        row=number,
    )
