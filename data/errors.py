"""The one catalogue of errors: what happened, the likely cause and what to do next.

The same codes appear on the command line, in HTTP ``problem+json`` answers and (in Indonesian) in the pages.
Ranges: 1xx input data and privacy, 2xx bundle and model, 3xx training and evaluation, 4xx HTTP and security,
5xx storage, 6xx duplicates and incidents, 7xx catalog, regions and agencies.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Describe one kind of error.

    :param title: what happened, in English; one short sentence without the details.
    :param title_id: the same in Indonesian, as the pages show it.
    :param cause: the likely cause.
    :param action: what to do next.
    :param status: the HTTP status that the API answers with.
    """

    title: str
    title_id: str
    cause: str
    action: str
    status: int = 400


CATALOGUE: dict[str, ErrorInfo] = {
    "PLH-101": ErrorInfo(
        title="The input file cannot be read",
        title_id="Berkas masukan tidak dapat dibaca",
        cause="The path is wrong, the file is empty or it is of another format than its name says.",
        action="Check the path; the formats are CSV, JSONL, Parquet, XLSX and the export 'Laporan Ringkas'.",
    ),
    "PLH-102": ErrorInfo(
        title="A row was skipped",
        title_id="Satu baris dilewati",
        cause="A field of the row is missing or not of the expected form.",
        action="Correct the named field of the named row; the other rows were kept.",
        status=422,
    ),
    "PLH-601": ErrorInfo(
        title="A part of the duplicate index is damaged",
        title_id="Bagian indeks duplikat rusak",
        cause="A file of the index is missing, cut short or altered.",
        action="Delete the folder of the index: it is built again from the stored complaints.",
        status=500,
    ),
    "PLH-602": ErrorInfo(
        title="The duplicate index was written by another version",
        title_id="Indeks duplikat ditulis oleh versi lain",
        cause="The program was changed since the index was saved.",
        action="Delete the folder of the index: it is built again from the stored complaints.",
        status=500,
    ),
    "PLH-603": ErrorInfo(
        title="The weights of the duplicate scorer cannot be used",
        title_id="Bobot penilai duplikat tidak dapat dipakai",
        cause="The file is missing, damaged or was trained with another version.",
        action="Train it again with 'pilah train duplicates', or install the program again.",
        status=500,
    ),
    "PLH-604": ErrorInfo(
        title="A pair names a complaint that is not in the input",
        title_id="Pasangan menyebut laporan yang tidak ada dalam masukan",
        cause="The id is misspelt or its row was skipped.",
        action="Check the ids of the pairs against those of the complaints.",
        status=422,
    ),
}
"""Every error by its code; each floor adds its own in the range of its kind."""


class PilahError(Exception):
    """Report an error of the catalogue with its details.

    :param code: a key of :data:`CATALOGUE`.
    :param detail: what happened here: file, row, field, value (never personal data).
    :raises KeyError: if the code is not in the catalogue.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.info = CATALOGUE[code]
        self.code = code
        self.detail = detail
        super().__init__(code, detail)

    def __str__(self) -> str:
        """Return the message as the command line prints it."""
        what = f"{self.info.title}: {self.detail}" if self.detail else self.info.title
        return f"{self.code}: {what}. {self.info.cause} {self.info.action}"
