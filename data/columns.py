"""Recognise the columns of a file: the contract's field names and the names that Indonesian exports use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from data.errors import PilahError

_NOT_WORD = re.compile(r"[\W_]+")

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "tracking id", "trackingid", "id laporan", "id aduan", "nomor laporan", "no laporan", "no aduan",
               "nomor aduan", "nomor tiket", "no tiket", "ticket id", "kode laporan"),
        # "Isi Laporan Awal" is as sent; "Isi Laporan Akhir" was edited by an admin, so it is the last resort.
        "text": ("text", "isi laporan awal", "isi laporan", "isi aduan", "isi pengaduan", "isi", "uraian laporan",
                 "uraian aduan", "uraian pengaduan", "uraian", "deskripsi laporan", "deskripsi", "teks", "pesan",
                 "konten", "laporan", "aduan", "pengaduan", "keluhan", "keterangan laporan", "content", "description",
                 "message", "complaint", "tweet", "isi laporan akhir"),
        "title": ("title", "judul laporan", "judul aduan", "judul pengaduan", "judul", "perihal", "subjek", "subject"),
        "location": ("location", "area", "lokasi kejadian", "lokasi laporan", "lokasi aduan", "lokasi", "wilayah",
                     "alamat kejadian", "alamat lokasi", "tempat kejadian", "alamat"),
        "province": ("province", "provinsi", "propinsi", "nama provinsi"),
        "regency": ("regency", "kota kabupaten", "kabupaten kota", "kab kota", "kota kab", "kabupaten", "kota",
                    "nama kabupaten", "nama kabupaten kota"),
        "district": ("district", "kecamatan", "kapanewon", "kemantren", "distrik", "nama kecamatan"),
        "latitude": ("latitude", "lat", "lintang"),
        "longitude": ("longitude", "lon", "lng", "long", "bujur"),
        "date": ("date", "tanggal laporan masuk", "tanggallaporanmasuk", "tanggal masuk", "tanggal laporan",
                 "tanggal aduan", "tanggal pengaduan", "tanggal kejadian", "tanggal", "tgl laporan", "tgl aduan",
                 "tgl masuk", "tgl", "created at", "timestamp", "datetime", "waktu kejadian"),
        "time": ("time", "waktu laporan masuk", "jam laporan masuk", "jam masuk", "jam"),
        "channel": ("channel", "sumber laporan", "sumber aduan", "saluran", "kanal", "media", "sumber"),
        "reporter": ("reporter", "id pelapor", "pelapor id", "kode pelapor"),
        # Without a column "Klasifikasi", "Tipe Laporan" is the type; beside one it is LAPOR!'s Anonim/Rahasia.
        "type": ("type", "klasifikasi laporan", "klasifikasi", "jenis laporan", "jenis aduan", "jenis", "tipe laporan",
                 "tipe"),
        "confidentiality": ("confidentiality", "tipe laporan anonim rahasia", "anonim rahasia", "kerahasiaan",
                            "sifat laporan", "tipe laporan"),
        "category": ("category", "kategori laporan", "kategori aduan", "kategori", "topik"),
        "category_external_id": ("category external id", "id kategori", "kategori id", "kategoriid"),
        "agency": ("agency", "instansi terdisposisi", "disposisi instansi", "disposisiinstansi", "terdisposisi",
                   "disposisi", "instansi penerima", "perangkat daerah", "opd", "skpd", "instansi"),
        "parent_agency": ("parent agency", "instansi induk", "induk instansi"),
        "claimed_agency": ("claimed agency", "instansi tujuan", "instansi pilihan pelapor"),
        "claimed_category": ("claimed category", "kategori pelapor", "kategori pilihan pelapor"),
        "status": ("status", "status laporan", "status aduan"),
        "status_detail": ("status detail", "detail status"),
        "decided_by": ("decided by", "diputuskan oleh", "pemutus"),
        "suggestion_shown": ("suggestion shown", "saran ditampilkan", "saran terlihat"),
        "returned": ("returned", "jumlah dikembalikan", "kali dikembalikan"),
        "audit": ("audit", "sampel audit"),
        "archive_reason": ("archive reason", "alasan tunda arsip", "alasan arsip", "alasan tunda"),
    }
)  # fmt: skip
"""For each field of a record the column names that mean it, the best first (``time`` is joined to ``date``)."""


def column_key(name: object) -> str:
    r"""Reduce a column name to what is compared.

    >>> column_key("\ufeffTipe Laporan (Anonim/Rahasia)")
    'tipe laporan anonim rahasia'
    """
    text = unicodedata.normalize("NFKC", str(name if name is not None else ""))
    return _NOT_WORD.sub(" ", text.replace("\ufeff", "").casefold()).strip()


def recognise(columns: Iterable[str]) -> dict[str, str]:
    """Find the column of each field; a column serves one field only.

    >>> recognise(["Judul Laporan", "Isi Laporan Awal", "Instansi Terdisposisi"])
    {'text': 'Isi Laporan Awal', 'title': 'Judul Laporan', 'agency': 'Instansi Terdisposisi'}
    """
    by_key: dict[str, str] = {}
    for column in columns:
        by_key.setdefault(column_key(column), column)
    found: dict[str, str] = {}
    used: set[str] = set()
    for field, names in ALIASES.items():
        for name in names:
            column_name = by_key.get(name)
            if column_name is not None and column_name not in used:
                found[field] = column_name
                used.add(column_name)
                break
    return found


def assign(columns: Iterable[str], overrides: Mapping[str, str] | None, source: str) -> dict[str, str]:
    """Find the column of each field, what the user asked for first.

    :param overrides: field to column name; the column's spelling may differ in case and punctuation.
    :param source: the name of the file, for the messages.
    :raises PilahError: PLH-104 for an override that names no field or no column, PLH-105 without a text column.
    """
    columns = [column for column in columns if column_key(column)]
    listed = ", ".join(repr(column[:60]) for column in columns[:40]) or "none"
    chosen: dict[str, str] = {}
    for field, wanted in (overrides or {}).items():
        if field not in ALIASES:
            raise PilahError("PLH-104", f"{source}: {field!r} is no field; the fields are {', '.join(ALIASES)}")
        match = wanted if wanted in columns else None
        if match is None:
            match = next((column for column in columns if column_key(column) == column_key(wanted)), None)
        if match is None:
            raise PilahError("PLH-104", f"{source}: no column {wanted!r} for {field!r}; the columns are {listed}")
        chosen[field] = match
    taken = set(chosen.values())
    for field, column in recognise(column for column in columns if column not in taken).items():
        chosen.setdefault(field, column)
    if "text" not in chosen:
        raise PilahError("PLH-105", f"{source}: the columns are {listed}")
    return chosen
