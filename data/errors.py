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
    "PLH-103": ErrorInfo(
        title="A library that this file format needs is not installed",
        title_id="Pustaka untuk format berkas ini belum terpasang",
        cause="Reading Parquet needs pyarrow, which the light serving install leaves out.",
        action="Run 'make setup' (or 'pip install pyarrow'), or save the file as CSV, JSONL or XLSX.",
        status=501,
    ),
    "PLH-104": ErrorInfo(
        title="A named column is not in the file",
        title_id="Kolom yang disebut tidak ada di berkas",
        cause="An option such as --agency-column names a column that the file does not have, or an unknown field.",
        action="Take one of the listed columns.",
    ),
    "PLH-105": ErrorInfo(
        title="The file has no column with the complaint text",
        title_id="Berkas tidak memiliki kolom isi laporan",
        cause="No column is called 'text', 'isi laporan', 'isi' or another of the usual names.",
        action="Name the column with --text-column, or rename it to 'text'.",
    ),
    "PLH-106": ErrorInfo(
        title="The spreadsheet was refused",
        title_id="Berkas spreadsheet ditolak",
        cause="Unpacked it is too large, or its XML declares entities, as files made to overload a reader do.",
        action="Open it in a spreadsheet program and save it anew, or split it; CSV has no such limit.",
        status=413,
    ),
    "PLH-107": ErrorInfo(
        title="The data cannot be split in the way asked for",
        title_id="Data tidak dapat dibagi seperti yang diminta",
        cause="A split by time needs dates on two days at least, a grouped split as many different texts as folds.",
        action="Use 'grouped:K' for rows without dates, fewer folds, or more rows.",
        status=422,
    ),
    "PLH-108": ErrorInfo(
        title="No usable rows, or rows were skipped where none may be",
        title_id="Tidak ada baris yang dapat dipakai, atau ada baris yang dilewati",
        cause="Every row was bad, or one was and --strict was given; each is named above.",
        action="Correct the named rows, or leave --strict out to go on with the good ones.",
        status=422,
    ),
    "PLH-201": ErrorInfo(
        title="A file of the bundle is missing",
        title_id="Berkas model tidak ditemukan",
        cause="The path is wrong or the bundle was copied in part.",
        action="Give the directory that holds manifest.json, or copy the bundle again.",
        status=503,
    ),
    "PLH-202": ErrorInfo(
        title="A file of the bundle was changed",
        title_id="Berkas model telah berubah",
        cause="Its hash differs from the manifest: damaged, edited or tampered with.",
        action="Take the bundle from its source again; do not use this one.",
        status=503,
    ),
    "PLH-203": ErrorInfo(
        title="The bundle cannot be read",
        title_id="Model tidak dapat dibaca",
        cause="It was made by a newer version of pilah, or it is damaged.",
        action="Update pilah, or train the bundle again with this version.",
        status=503,
    ),
    "PLH-204": ErrorInfo(
        title="The output directory holds something else",
        title_id="Direktori keluaran berisi hal lain",
        cause="It is not empty and holds no bundle, so it is not overwritten.",
        action="Choose an empty or new directory.",
    ),
    "PLH-301": ErrorInfo(
        title="Too little labelled data",
        title_id="Data berlabel terlalu sedikit",
        cause="Fewer usable rows or labels than the task needs were found in the files.",
        action="Check the label columns (--agency-column and the like) or give more rows.",
    ),
    "PLH-302": ErrorInfo(
        title="The configuration is not valid",
        title_id="Konfigurasi tidak sah",
        cause="An unknown key, a wrong type or a value outside its range.",
        action="Correct the named setting; docs/training.md lists them all.",
    ),
    "PLH-303": ErrorInfo(
        title="The split is not possible",
        title_id="Pembagian data tidak mungkin",
        cause="The form is 'time:FRACTION' or 'grouped:FOLDS'; a time split needs dates.",
        action="Use for example --split time:0.2 or --split grouped:5.",
    ),
    "PLH-701": ErrorInfo(
        title="The table of region aliases is not valid",
        title_id="Tabel alias wilayah tidak sah",
        cause="A row names an unknown region code, repeats an alias or has a field of another form.",
        action="Correct the named row; the shipped table is data/catalog/region_aliases.csv.",
    ),
    "PLH-721": ErrorInfo(
        title="The agency table was refused",
        title_id="Tabel instansi ditolak",
        cause="A row has an unknown region, function, tier or successor, a wrong date, or an id that occurs twice.",
        action="Correct the named rows and load the table again; the table that was in use stays in use.",
        status=422,
    ),
    "PLH-722": ErrorInfo(
        title="There is no such function, tier or region",
        title_id="Fungsi, tingkat, atau wilayah tidak dikenal",
        cause="An agency was asked for with a code that is not in the catalog.",
        action="Use an urusan code or body of functions.csv, a tier, and a Kemendagri region code.",
        status=422,
    ),
    "PLH-741": ErrorInfo(
        title="The responsibility table is wrong",
        title_id="Tabel tanggung jawab tidak benar",
        cause="A row of matters.psv lacks a field or names an unknown function, tier or slot, or an id stands twice.",
        action="Correct the named row; the fields are described in data/matters.py.",
        status=500,
    ),
    "PLH-751": ErrorInfo(
        title="The rule file is wrong",
        title_id="Berkas aturan tidak benar",
        cause="A rule lacks a field, has one of another form, repeats an id or names a class of words that is not there.",
        action="Correct the named rule; the form is described at the top of data/catalog/screening.toml.",
        status=500,
    ),
    "PLH-752": ErrorInfo(
        title="The table of emergency contacts is wrong",
        title_id="Tabel kontak darurat tidak benar",
        cause="A row lacks a kind, a name or a number, or its region is not a Kemendagri code.",
        action="Correct the named row; the columns are kind,region,name,number,note.",
        status=500,
    ),
    "PLH-205": ErrorInfo(
        title="The policy cannot be read",
        title_id="Kebijakan penerusan tidak dapat dibaca",
        cause="The document lacks a field, or a value is outside its range.",
        action="Fit the policy again ('pilah train' does), or take the file from its source again.",
        status=503,
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
