"""Read rows out of CSV, JSONL and Parquet files without losing a good row to a bad one beside it."""

from __future__ import annotations

import codecs
import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from data.columns import recognise
from data.errors import PilahError

HEADER_SEARCH = 40
"""How many rows at the start may come before the header row (LAPOR!'s export has about ten)."""

_BLOCK = 2000  # physical lines: a quoted field that runs longer was never closed
_PEEK = 200  # JSON lines whose keys are united to know the columns


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """Mark a row that could not be read at all.

    :param row: its number in the file, counted from 1.
    :param reason: why, without any of its content.
    """

    row: int
    reason: str


Row = tuple[int, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Table:
    """Hold the columns of a file and its rows, read as they are asked for.

    :param rows: numbered rows as mappings by column, and marks for those that cannot be read.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row | BrokenRow]


def find_header(rows: Sequence[Sequence[object]], wanted: Iterable[str] = ()) -> int | None:
    """Find the header row: the first one in which a text column is recognised, or all of the wanted columns are.

    :param rows: the first rows of the file.
    :param wanted: columns that the user named.
    """
    names = set(wanted)
    best: int | None = None
    for index, row in enumerate(rows):
        cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        if names and names <= set(cells):
            return index
        if best is None and "text" in recognise(cells) and len(cells) == len(set(cells)):
            best = index
    return best


def unique_columns(cells: Iterable[object]) -> tuple[str, ...]:
    """Name the columns; one without a name or with a name seen before keeps its place under an empty name."""
    seen: set[str] = set()
    columns: list[str] = []
    for cell in cells:
        name = str(cell).strip() if cell is not None else ""
        columns.append("" if name in seen else name)
        seen.add(name)
    return tuple(columns)


def as_row(columns: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    """Pair the cells of a row with the columns; missing cells are left out.

    >>> as_row(("id", "", "text"), ("1", "x", "isi"))
    {'id': '1', 'text': 'isi'}
    """
    return {column: cell for column, cell in zip(columns, cells, strict=False) if column}


# --- text files -------------------------------------------------------------------------------------------------------


def _decode(line: bytes) -> str:
    # Line by line, so that one stray byte does not garble the whole file.
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def text_lines(path: Path) -> Iterator[str]:
    """Read the lines of a text file: UTF-8 with or without BOM, UTF-16 with BOM, else cp1252."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            with path.open(encoding="utf-16", errors="replace", newline="") as text:
                yield from text
            return
        if start.startswith(codecs.BOM_UTF8):
            file.seek(len(codecs.BOM_UTF8))
        for line in file:
            yield _decode(line)


def _well_quoted(lines: list[str], delimiter: str) -> bool:
    """Tell whether a row over several lines really is one: its quotation marks stand next to delimiters only."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _row_lines(pending: deque[str], source: Iterator[str]) -> tuple[list[str], bool]:
    """Take lines until their quotation marks pair up; they stay pending. The flag tells whether they do pair up."""
    block: list[str] = []
    open_quote = False
    while len(block) < _BLOCK:
        if len(block) == len(pending):
            line = next(source, None)
            if line is None:
                return block, False
            pending.append(line)
        line = pending[len(block)]
        block.append(line)
        open_quote ^= line.count('"') % 2 == 1
        if not open_quote:
            return block, True
    return block, False


def _csv_rows(lines: Iterable[str], delimiter: str, width: int | None) -> Iterator[tuple[int, list[str]] | BrokenRow]:
    """Split lines into rows; a quotation mark that is never closed costs its own line only.

    :param width: the number of columns, once known: a row over several lines must have it.
    """
    source = iter(lines)
    pending: deque[str] = deque()
    number = 1
    while True:
        block, paired = _row_lines(pending, source)
        if not block:
            return
        reader = csv.reader(block, delimiter=delimiter)
        used = 1
        try:
            cells = next(reader)
            used = reader.line_num
            wrong_width = width is not None and len(cells) != width
            runs_out = not paired and used == len(block)
            if used > 1 and (runs_out or wrong_width or not _well_quoted(block[:used], delimiter)):
                used = 1
                yield BrokenRow(number, "a quotation mark is not closed")
            elif any(cell.strip() for cell in cells):
                yield number, cells
        except csv.Error:
            yield BrokenRow(number, "not a CSV row, or a field over the limit")
        number += used
        for _ in range(used):
            pending.popleft()


def sniff_delimiter(lines: Sequence[str]) -> str:
    """Choose among comma, semicolon, tab and bar by what makes a header with the most known columns.

    >>> sniff_delimiter(["id;isi, lengkap;kategori"])
    ';'
    """

    def score(delimiter: str) -> tuple[int, int]:
        rows = [row[1] for row in _csv_rows(lines, delimiter, None) if not isinstance(row, BrokenRow)]
        known = max((len(recognise(row)) for row in rows), default=0)
        return known, max((len(row) for row in rows), default=0)

    return max(",;\t|", key=score)


def read_csv(path: Path, wanted: Iterable[str] = ()) -> Table:
    """Read a CSV file; delimiter, encoding and rows before the header are found out.

    :param wanted: columns that the user named, which help to find the header.
    :raises PilahError: PLH-101 if the file is empty.
    """
    lines = text_lines(path)
    first = list(islice(lines, HEADER_SEARCH))
    if not any(line.strip() for line in first):
        raise PilahError("PLH-101", f"{path.name}: the file is empty")
    delimiter = sniff_delimiter(first)
    opening = [row for row in _csv_rows(first, delimiter, None) if not isinstance(row, BrokenRow)]
    index = find_header([cells for _, cells in opening], wanted)
    header_row, header = opening[index if index is not None else 0] if opening else (1, [first[0].strip()])
    columns = unique_columns(header)

    def rows() -> Iterator[Row | BrokenRow]:
        # Read on after the header's own lines, which may be several when a column name has a line break.
        skip = (
            header_row
            - 1
            + next(
                reader.line_num for reader in [csv.reader(first[header_row - 1 :], delimiter=delimiter)] if next(reader)
            )
        )
        for row in _csv_rows(chain(first[skip:], lines), delimiter, len(header)):
            if isinstance(row, BrokenRow):
                yield BrokenRow(row.row + skip, row.reason)
            elif len(row[1]) > len(header) and any(cell.strip() for cell in row[1][len(header) :]):
                yield BrokenRow(row[0] + skip, f"{len(row[1])} fields where the header has {len(header)}")
            else:
                yield row[0] + skip, as_row(columns, row[1])

    return Table(columns, rows())


def read_jsonl(path: Path) -> Table:
    """Read a file with one JSON object a line; the columns are the keys of the first lines together.

    :raises PilahError: PLH-101 if the file is empty.
    """

    def parsed() -> Iterator[Row | BrokenRow]:
        for number, line in enumerate(text_lines(path), 1):
            if not line.strip():
                continue
            try:
                value: Any = json.loads(line)
            except (ValueError, RecursionError):
                yield BrokenRow(number, "not a JSON object on one line")
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                yield BrokenRow(number, "not a JSON object on one line")

    rows = parsed()
    first = list(islice(rows, _PEEK))
    if not first:
        raise PilahError("PLH-101", f"{path.name}: the file is empty")
    columns = dict.fromkeys(key for row in first if not isinstance(row, BrokenRow) for key in row[1])
    return Table(tuple(columns), chain(first, rows))


def read_parquet(path: Path) -> Table:
    """Read a Parquet file in batches.

    :raises PilahError: PLH-103 without pyarrow, PLH-101 if the file is no Parquet file.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - only the training install has it
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise PilahError("PLH-103", path.name) from None
    try:
        file = pq.ParquetFile(path)
        columns = tuple(str(name) for name in file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError):
        raise PilahError("PLH-101", f"{path.name}: not a Parquet file") from None

    def rows() -> Iterator[Row | BrokenRow]:
        number = 0
        try:
            for batch in file.iter_batches(batch_size=1000):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
        except (pa.ArrowException, OSError, ValueError):
            yield BrokenRow(number + 1, "the rest of the Parquet file cannot be read")

    return Table(columns, rows())
