"""Column names: what is recognised, and what the user's choice does."""

import pytest

from data.columns import assign, recognise
from data.errors import PilahError

EXPORT = [
    *("Tracking ID", "Tanggal Laporan Masuk", "Waktu Laporan Masuk", "Klasifikasi Laporan", "ID Kategori", "Kategori"),
    *("Judul Laporan", "Isi Laporan Awal", "Isi Laporan Akhir", "Tipe Laporan (Anonim/Rahasia)", "Sumber Laporan"),
    *("Instansi Induk", "Instansi Terdisposisi", "Status Laporan", "Alasan Tunda/Arsip", "Provinsi", "Kota/Kabupaten"),
]


def test_recognises_every_column_of_the_export() -> None:
    found = recognise(EXPORT)
    assert found["text"] == "Isi Laporan Awal"
    assert found["agency"] == "Instansi Terdisposisi"
    assert found["parent_agency"] == "Instansi Induk"
    assert found["type"] == "Klasifikasi Laporan"
    assert found["confidentiality"] == "Tipe Laporan (Anonim/Rahasia)"
    assert found["category_external_id"] == "ID Kategori"
    assert found["regency"] == "Kota/Kabupaten"
    # The text that an admin edited is the one column that is left out.
    assert set(EXPORT) - set(found.values()) == {"Isi Laporan Akhir"}


def test_an_override_wins_over_the_usual_name() -> None:
    assert assign(EXPORT, {"text": "Isi Laporan Akhir"}, "x.csv")["text"] == "Isi Laporan Akhir"


def test_an_override_takes_its_column_from_other_fields() -> None:
    found = assign(["isi", "instansi"], {"claimed_agency": "Instansi"}, "x.csv")
    assert found == {"claimed_agency": "instansi", "text": "isi"}


def test_a_wrong_override_lists_the_columns() -> None:
    with pytest.raises(PilahError, match=r"PLH-104.*'dinas'.*'isi'") as caught:
        assign(["isi", "opd"], {"agency": "dinas"}, "x.csv")
    assert caught.value.code == "PLH-104"


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(PilahError, match=r"PLH-104.*no field"):
        assign(["isi"], {"warna": "isi"}, "x.csv")


def test_a_file_without_a_text_column_is_refused() -> None:
    with pytest.raises(PilahError, match="PLH-105"):
        assign(["id", "kategori"], None, "x.csv")
