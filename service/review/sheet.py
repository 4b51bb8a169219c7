"""Write tables for spreadsheets: XLSX with suggestions beside each row, CSV; nothing in them is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_WIDTHS = {"Isi laporan": 60, "Judul": 30, "Saran instansi": 36, "Saran kategori": 36, "Pertanyaan kepada pelapor": 40}


def harmless(value: object) -> object:
    """Return a cell that no spreadsheet runs as a formula (OWASP: CSV injection).

    >>> harmless("=HYPERLINK(1)"), harmless(" @x"), harmless("lampu"), harmless(3)
    ("'=HYPERLINK(1)", "' @x", 'lampu', 3)
    """
    if isinstance(value, str) and value.lstrip(" \u00a0\ufeff").startswith(_STARTS):
        return f"'{value}"
    return value


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Write a CSV file as spreadsheets in Indonesia open it: semicolons, a byte order mark."""
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
    return out.getvalue()


HEADER = (
    "Nomor", "Tanggal", "Judul", "Isi laporan", "Lokasi",
    "Saran instansi", "Instansi induk", "Keyakinan (dari 100)", "Saran kategori", "Saran klasifikasi", "Sumber saran",
    "Penyaringan", "Pertanyaan kepada pelapor", "Mungkin sama dengan",
    "Status", "Instansi diputuskan", "Kategori diputuskan",
)  # fmt: skip

_SOURCES = {
    "learned": "riwayat daerah",
    "composed": "aturan dan daftar instansi",
    "mixed": "riwayat daerah; aturan dan daftar instansi",
}


def row_of(
    content: Mapping[str, Any], answer: Mapping[str, Any] | None, state: Mapping[str, Any], near: Sequence[str]
) -> list[object]:
    """Return the row of one complaint.

    :param state: status, decided, agency and category.
    :param near: ids of likely duplicates that the reader may see.
    """
    date = str(content["date"])[:10] if content.get("date") else None
    shown: list[object] = [content["id"], date, content.get("title"), content["text"], content.get("location")]
    if answer is None:
        shown += [None] * 9
    else:
        agency = answer["agency"]
        shown += [
            agency["label"] if agency else None,
            agency["parent"]["label"] if agency and agency["parent"] else None,
            round(100 * agency["probability"]) if agency else None,
            answer["category"]["label"] if answer["category"] else None,
            answer["type"]["label"] if answer["type"] else None,
            _SOURCES.get(agency["source"]) if agency else None,
            answer["screening"]["status"].replace("_", " "),
            answer["decision"]["question"],
            ", ".join(near) or None,
        ]
    decided = bool(state["decided"])
    shown += [state["status"], state["agency"] if decided else None, state["category"] if decided else None]
    return shown


def workbook(rows: Iterable[Sequence[object]], header: Sequence[str] = HEADER, title: str = "Saran") -> bytes:
    """Write an XLSX file."""
    from openpyxl import Workbook  # noqa: PLC0415 - a fifth of a second of every start otherwise

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for index, name in enumerate(header):
        sheet.column_dimensions[_column(index)].width = _WIDTHS.get(name, 18)
    sheet.append(list(_cells(sheet, header, bold=True)))
    for row in rows:
        sheet.append(list(_cells(sheet, row)))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _column(index: int) -> str:
    return chr(ord("A") + index)


def _cells(sheet: Any, row: Iterable[object], *, bold: bool = False) -> Iterator[Any]:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415

    for value in row:
        cell = WriteOnlyCell(sheet, value=harmless(value))  # type: ignore[arg-type]
        if isinstance(value, str):
            cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="E6F2EA")
        yield cell
