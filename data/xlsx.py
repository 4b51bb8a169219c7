"""Read rows out of XLSX files, LAPOR!'s export "Laporan Ringkas" among them, and refuse files made to overload."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defusedxml import DefusedXmlException

from data.errors import PilahError
from data.tables import HEADER_SEARCH, BrokenRow, Row, Table, as_row, find_header, unique_columns

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_UNPACKED = 512 * 1024 * 1024
"""Bytes that a spreadsheet may have unpacked; an export of 100,000 complaints has about 150 MB."""

_MAX_SHARED_STRINGS = 256 * 1024 * 1024  # these are held in memory
_MAX_PARTS = 2000


def _check_size(path: Path, content: BytesIO) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
    except Exception:  # what it raises depends on where the file is broken
        raise PilahError("PLH-101", f"{path.name}: not an XLSX file") from None
    unpacked = sum(part.file_size for part in parts)
    strings = sum(part.file_size for part in parts if part.filename.casefold().endswith("sharedstrings.xml"))
    if unpacked > MAX_UNPACKED or strings > _MAX_SHARED_STRINGS or len(parts) > _MAX_PARTS:
        raise PilahError("PLH-106", f"{path.name}: {unpacked // 2**20} MiB unpacked in {len(parts)} parts")


def _open(path: Path) -> Workbook:
    import openpyxl  # noqa: PLC0415 - a fifth of a second of every start otherwise

    # In memory, so that no file stays open when the rows are not read to their end.
    content = BytesIO(path.read_bytes())
    _check_size(path, content)
    if not openpyxl.DEFUSEDXML:
        raise PilahError("PLH-106", f"{path.name}: defusedxml is not in use")
    try:
        with warnings.catch_warnings():
            # openpyxl warns about styles and extensions that do not matter here.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
    except DefusedXmlException:
        raise PilahError("PLH-106", f"{path.name}: its XML declares entities") from None
    except Exception:  # as above: any kind, from zlib to openpyxl's own
        raise PilahError("PLH-101", f"{path.name}: not a readable XLSX file") from None


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, tuple[object, ...]] | BrokenRow]:
    # Some programs write a wrong dimension; without one every row is read.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception:  # as above
            # The stream of rows ends with the first error in it.
            yield BrokenRow(number, "the rest of the sheet cannot be read")
            return
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield number, cells


def read_xlsx(path: Path, wanted: Iterable[str] = ()) -> Table:
    """Read the first sheet that has a header row; rows before it (a preamble) are skipped.

    :param wanted: columns that the user named, which help to find the header.
    :raises PilahError: PLH-101 if it cannot be read or is empty, PLH-106 if it is too large or hides entities.
    """
    wanted = tuple(wanted)
    book = _open(path)
    fallback: tuple[list[tuple[int, tuple[object, ...]]], Iterator[tuple[int, tuple[object, ...]] | BrokenRow]] | None
    fallback = None
    for sheet in book.worksheets:
        rows = _sheet_rows(sheet)
        first = list(islice(rows, HEADER_SEARCH))
        opening = [row for row in first if not isinstance(row, BrokenRow)]
        index = find_header([cells for _, cells in opening], wanted)
        if index is not None:
            return _table(opening[index], chain(first, rows), book)
        if opening and fallback is None:
            fallback = (opening, chain(first, rows))
        if any(isinstance(row, BrokenRow) for row in first) and not opening:
            raise PilahError("PLH-101", f"{path.name}: the sheet cannot be read")
    if fallback is None:
        raise PilahError("PLH-101", f"{path.name}: the file is empty")
    # No header was recognised: the fullest of the first rows is the likeliest, and its columns go into the message.
    opening, rest = fallback
    header = max(opening, key=lambda row: sum(cell is not None for cell in row[1]))
    return _table(header, rest, book)


def _table(
    header: tuple[int, tuple[object, ...]], rows: Iterable[tuple[int, tuple[object, ...]] | BrokenRow], book: Workbook
) -> Table:
    columns = unique_columns(header[1])

    def after() -> Iterator[Row | BrokenRow]:
        try:
            for row in rows:
                if isinstance(row, BrokenRow):
                    yield row
                elif row[0] > header[0]:
                    yield row[0], as_row(columns, row[1])
        finally:
            book.close()

    return Table(columns, after())
