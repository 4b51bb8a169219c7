"""Say in Indonesian why a row of an uploaded file, or the whole file, could not be read."""

from __future__ import annotations

import re
from typing import Final

from data.errors import PilahError
from data.readers import BadRow

_FIELDS: Final = {
    "text": "isi laporan",
    "title": "judul",
    "date": "tanggal",
    "id": "nomor laporan",
    "location": "lokasi",
    "confidentiality": "tipe laporan",
    "latitude": "lintang",
    "longitude": "bujur",
    "agency": "instansi",
    "category": "kategori",
    "type": "klasifikasi",
    "channel": "kanal",
}
_REASONS: Final = (
    (r"missing", "kosong"),
    (r"not a text", "bukan teks"),
    (r"(\d+) characters, the limit is (\d+)", r"\1 karakter; paling banyak \2"),
    (r"not a date that can be read", "tanggal tidak dapat dibaca"),
    (r"the time is not one that can be read", "jam tidak dapat dibaca"),
    (r"not a number( of times)?", "bukan angka"),
    (r"not between (\S+) and (\S+)", r"harus antara \1 dan \2"),
    (r"neither yes nor no", "harus ya atau tidak"),
    (r"neither biasa, anonim nor rahasia", "harus biasa, anonim, atau rahasia"),
    (r"the same id as in row (\d+), which is kept", r"nomor sama dengan baris \1; baris \1 yang dipakai"),
    (r"a quotation mark is not closed", "tanda kutip tidak ditutup"),
    (r"not a CSV row, or a field over the limit", "bukan baris CSV, atau isiannya terlalu panjang"),
    (r"(\d+) fields where the header has (\d+)", r"\1 kolom, padahal judul kolomnya \2"),
    (r"not a JSON object on one line", "bukan satu objek JSON dalam satu baris"),
    (r"the rest of the (?:sheet|Parquet file) cannot be read", "sisa berkas sesudah baris ini tidak dapat dibaca"),
    (r"the file is empty", "berkas kosong"),
    (r"there is no such file", "berkas tidak ada lagi di server; unggah sekali lagi"),
)


def _said(reason: str) -> str | None:
    for pattern, text in _REASONS:
        if found := re.fullmatch(pattern, reason):
            return found.expand(text)
    return None


def row_fault(bad: BadRow) -> str:
    """Say what was wrong with a row.

    >>> row_fault(BadRow("a.csv", 3, "date", "not a date that can be read"))
    'baris 3, tanggal: tanggal tidak dapat dibaca'
    """
    field = f", {_FIELDS.get(bad.field, bad.field)}" if bad.field else ""
    return f"baris {bad.row}{field}: {_said(bad.reason) or 'tidak dapat dibaca'}"


def file_fault(error: PilahError) -> str:
    """Say what was wrong with a whole file; a detail that has no Indonesian words is left to the log.

    >>> file_fault(PilahError("PLH-101", "a.csv: the file is empty"))
    'Berkas masukan tidak dapat dibaca: berkas kosong (PLH-101).'
    """
    said = _said(error.detail.partition(": ")[2])
    return f"{error.info.title_id}{f': {said}' if said else ''} ({error.code})."
