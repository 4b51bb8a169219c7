"""Test regions."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.regions import Regions, ancestor, level_of, name_key

REGIONS = Regions.load()
CODES = [code for code, _ in REGIONS.names()]


def test_counts_are_those_of_the_decree() -> None:
    levels = Counter(level_of(code) for code in CODES)
    assert levels == {1: 38, 2: 514, 3: 7285, 4: 83762}
    kinds = Counter(REGIONS.kind(code) for code in REGIONS.upper_codes)
    assert kinds == {"provinsi": 38, "kabupaten": 416, "kota": 98}


def test_loads_once() -> None:
    assert Regions.load() is REGIONS


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("32", "Provinsi Jawa Barat"),
        ("34", "Daerah Istimewa Yogyakarta"),
        ("31", "Provinsi Daerah Khusus Ibukota Jakarta"),
        ("32.04", "Kabupaten Bandung"),
        ("31.72", "Kota Administrasi Jakarta Utara"),
        ("31.01", "Kabupaten Administrasi Kepulauan Seribu"),
        ("62.71", "Kota Palangkaraya"),
        ("71.09", "Kabupaten Kepulauan Siau Tagulandang Biaro"),
        ("73.10", "Kabupaten Pangkajene dan Kepulauan"),
        ("32.04.12", "Kecamatan Dayeuhkolot"),
        ("95.01.01", "Distrik Wamena"),
        ("34.04.07", "Kapanewon Depok"),
        ("34.71.01", "Kemantren Tegalrejo"),
    ],
)
def test_full_names(code: str, full_name: str) -> None:
    assert REGIONS.get(code).full_name == full_name


def test_no_name_has_stray_spaces_or_a_short_form() -> None:
    for code in CODES:
        if len(code) < 13:
            name = REGIONS.get(code).full_name
            assert name == " ".join(name.split())
            assert "Kep." not in name


def test_unknown_code_raises() -> None:
    with pytest.raises(KeyError):
        REGIONS.get("32.99")
    assert "32.99" not in REGIONS
    assert "32.04" in REGIONS


def test_children_are_one_level_below() -> None:
    assert len(REGIONS.children()) == 38
    assert len(REGIONS.children("32")) == 27
    assert {child.parent for child in REGIONS.children("32.04")} == {"32.04"}
    assert REGIONS.children("32.04.12.2001") == ()


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Kab. Bandung", ["32.04"]),
        ("Kota Bandung", ["32.73"]),
        ("Pemkot Bandung", ["32.73"]),
        ("pemerintah kabupaten bandung", ["32.04"]),
        ("Kobar", ["62.01"]),
        ("Palangka Raya", ["62.71"]),
        ("toli toli", ["72.04"]),
        ("Kec. Dayeuh Kolot", ["32.04.12"]),
        ("Kep. Seribu", ["31.01"]),
        ("Kota Tiada", []),
        ("", []),
    ],
)
def test_by_name(name: str, codes: list[str]) -> None:
    assert [region.code for region in REGIONS.by_name(name)][: max(1, len(codes))] == codes


def test_by_name_within_a_region() -> None:
    assert [r.code for r in REGIONS.by_name("Karanganyar", level=3, within="33.05")] == ["33.05.20"]


@given(st.sampled_from(CODES))
def test_every_region_is_found_by_its_name(code: str) -> None:
    region = REGIONS.get(code)
    assert code in REGIONS.lookup(name_key(region.name))
    assert region.parent is None or region.parent in REGIONS
    assert ancestor(code, 1) == code[:2]


@given(st.text(max_size=30))
def test_any_text_may_be_looked_up(text: str) -> None:
    for region in REGIONS.by_name(text):
        assert region.code in REGIONS
