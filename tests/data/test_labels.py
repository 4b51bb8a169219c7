"""Labels: spellings of one label are one, and what says nothing is missing."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.casing import title_case
from data.labels import canonical_agencies, canonical_agency, canonical_type, clean_label, contract_type, is_supervised


@pytest.mark.parametrize("label", [None, "", " ", "-", "Tidak Diketahui", "TIDAK\u00a0DIKETAHUI", "null", "n/a"])
def test_what_says_nothing_is_missing(label: str | None) -> None:
    assert clean_label(label) is None
    assert canonical_agency(label) is None
    assert canonical_type(label) is None


def test_spaces_and_unicode_forms_are_one_label() -> None:
    assert clean_label(" Dinas\u00a0Sosial  Kab.\tBandung ") == "Dinas Sosial Kab. Bandung"
    assert clean_label("Ｄｉｎａｓ") == "Dinas"


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_label(text)
    assert clean_label(once) == once


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Dinas Kesehatan Kab. Bandung", "Dinas Kesehatan Kabupaten Bandung"),
        ("DINAS KESEHATAN KAB.BANDUNG", "Dinas Kesehatan Kabupaten Bandung"),
        ("Dinas kesehatan kabupaten bandung", "Dinas Kesehatan Kabupaten Bandung"),
        ("Pemkab Kendal", "Pemerintah Kabupaten Kendal"),
        ("Pemprov. Jawa Tengah", "Pemerintah Provinsi Jawa Tengah"),
        ("Disdukcapil Pemerintah Kabupaten Batang", "Disdukcapil Kabupaten Batang"),
        ("RSUD Kota Makassar", "RSUD Kota Makassar"),
        ("bpjs kesehatan KC Palu", "BPJS Kesehatan KC Palu"),
        ("PDAM TIRTA RAHARJA", "PDAM Tirta Raharja"),
        ("SMA Negeri 1 Kendal", "SMA Negeri 1 Kendal"),
        ("Kec. Pacet", "Kecamatan Pacet"),
        ("Direktorat Jendral Imigrasi", "Direktorat Jenderal Imigrasi"),
        ("Dinas Pekerjaan Umum Dan Tata Ruang", "Dinas Pekerjaan Umum dan Tata Ruang"),
        ("Kepada Yth. Dinas Sosial.", "Dinas Sosial"),
    ],
)
def test_writes_an_agency_in_one_way(written: str, expected: str) -> None:
    assert canonical_agency(written) == expected
    assert canonical_agency(expected) == expected


FILE = [
    *["Dinas Kesehatan Kab. Bandung"] * 3,
    "Dinas Kesehatan Kabupaten Bandung",
    "Dinas Pendidikan Bandung",
    "Badan Pendapatan Daerah",
    "BADAN PENDAPATAN DAERAH KAB. BANDUNG",
    "Kecamatan Pacet",
    "Kecamatan Pacet Kabupaten Bandung",
    "Ombudsman Republik Indonesia",
    "-",
]


def test_variants_in_a_file_are_one_label() -> None:
    found = canonical_agencies([*FILE, None])
    assert found["Dinas Kesehatan Kab. Bandung"] == found["Dinas Kesehatan Kabupaten Bandung"]
    assert found["Dinas Pendidikan Bandung"] == "Dinas Pendidikan Kabupaten Bandung"
    assert found["Badan Pendapatan Daerah"] == "Badan Pendapatan Daerah Kabupaten Bandung"
    assert found["Kecamatan Pacet Kabupaten Bandung"] == "Kecamatan Pacet"
    assert found["Ombudsman Republik Indonesia"] == "Ombudsman Republik Indonesia"
    assert "-" not in found


def test_a_region_with_two_governments_is_not_guessed() -> None:
    found = canonical_agencies([*FILE, "Dinas Pendidikan Kota Bandung"])
    assert found["Dinas Pendidikan Bandung"] == "Dinas Pendidikan Bandung"


def test_a_national_file_completes_nothing() -> None:
    found = canonical_agencies(
        ["Dinas Sosial Kota Probolinggo", "Dinas Pendidikan Probolinggo", "Kementerian Agama", "BKN"]
    )
    assert found["Dinas Pendidikan Probolinggo"] == "Dinas Pendidikan Probolinggo"


@given(st.randoms())
def test_the_order_of_the_rows_does_not_matter(shuffler: random.Random) -> None:
    rows = list(FILE)
    shuffler.shuffle(rows)
    assert canonical_agencies(rows) == canonical_agencies(FILE)


@pytest.mark.parametrize(
    ("written", "contract", "supervised"),
    [
        ("Pengaduan Berkadar Pengawasan", "pengaduan", True),
        ("Pengaduan Tidak Berkadar Pengawasan", "pengaduan", False),
        ("Pengaduan", "pengaduan", None),
        ("ASPIRASI", "aspirasi", None),
        ("Permintaan  Informasi", "permintaan informasi", None),
        ("respon", None, None),
        (None, None, None),
    ],
)
def test_maps_types_to_the_contract(written: str | None, contract: str | None, supervised: bool | None) -> None:
    assert contract_type(written) == contract
    assert is_supervised(written) is supervised


def test_the_grades_of_supervision_stay_apart() -> None:
    assert canonical_type("Pengaduan Berkadar Pengawasan") != canonical_type("Pengaduan Tidak Berkadar Pengawasan")


@given(st.text("abdeknRSTU ()/-.", max_size=60))
def test_title_case_changes_nothing_but_case(text: str) -> None:
    assert title_case(text).casefold() == text.casefold()
