"""Test places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.complaint import Complaint
from data.regions import Regions, level_of
from model.places import PlaceCandidate, PlaceReading, PlaceResolver

REGIONS = Regions.load()
RESOLVER = PlaceResolver(REGIONS)
CASES_FILE = Path(__file__).parent / "places_cases.jsonl"
CASES = [json.loads(line) for line in CASES_FILE.read_text(encoding="utf-8").splitlines()]
WORDS = (
    "jalan di Bandung kab. kota Surabaya pak Bone kec Karanganyar desa Sidomulyo dari KTP ke batu #BekasiBanjir sby "
    "Jl. rusak RT 02/05 Mitra, . - \n dibandung Kuala  Lumpur Kep. Seribu İstanbul ß ﬁ é"
).split(" ")


def resolve(text: str = "jalan rusak", location: str | None = None, **fields: str) -> PlaceReading:
    return RESOLVER.resolve(Complaint("x", text, location=location, **fields))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['location']}|{case['text'][:40]}")
def test_own_cases(case: dict[str, object]) -> None:
    reading = resolve(str(case["text"]), None if case["location"] is None else str(case["location"]))
    expected = case["expected"]
    best = reading.candidates[0] if reading.candidates else None
    if not isinstance(expected, list):
        assert best is None or best.probability < 0.5
    elif len(expected) == 1:
        code, probability = reading.at_level(level_of(expected[0]))[0]
        assert code == expected[0]
        assert probability >= 0.5
    else:
        own = {candidate.code[:5]: candidate.probability for candidate in reading.candidates}
        assert all(0.1 <= own.get(code, 0.0) < 0.9 for code in expected)
        assert best is not None
        assert best.code.startswith(tuple(expected))


def test_cases_are_many_and_from_every_province() -> None:
    codes = [code for case in CASES for code in case["expected"] or []]
    assert len(CASES) >= 200
    assert {code[:2] for code in codes} == {region.code for region in REGIONS.children()}


def test_structured_fields_are_trusted_first() -> None:
    reading = resolve("air mati di Surabaya", province="Jawa Barat", regency="Kabupaten Garut", district="Cikajang")
    assert reading.regency == "32.05"
    assert reading.candidates[0].code == "32.05.22"
    assert reading.candidates[0].name == "Kecamatan Cikajang"


def test_a_bare_regency_field_stays_open_between_city_and_regency() -> None:
    assert {code for code, _ in resolve(regency="Bandung").at_level(2)[:2]} == {"32.04", "32.73"}


def test_the_channel_tells_the_regency() -> None:
    assert resolve(channel="Website - pemerintah-kabupaten-Bandung").regency == "32.04"


def test_the_text_outweighs_the_channel() -> None:
    reading = resolve("banjir di Kabupaten Garut", channel="Website - pemerintah-kabupaten-Bandung")
    assert reading.regency == "32.05"


def test_the_claimed_agency_is_weak_evidence() -> None:
    assert resolve(claimed_agency="Dinas Perhubungan Kota Bandung").regency == "32.73"


def test_the_home_region_settles_what_is_open() -> None:
    home = PlaceResolver(REGIONS, home="32.04")
    assert home.resolve(Complaint("x", "jalan rusak", location="Bandung")).regency == "32.04"
    assert home.resolve(Complaint("x", "jalan rusak")).regency == "32.04"
    assert home.resolve(Complaint("x", "jalan rusak di Kota Cirebon")).regency == "32.74"


def test_a_province_as_home_prefers_its_regencies() -> None:
    home = PlaceResolver(REGIONS, home="63")
    assert home.resolve(Complaint("x", "jalan rusak", location="Banjar")).regency == "63.03"


def test_words_of_government_tell_city_from_regency() -> None:
    assert resolve("Pak Bupati, jalan rusak", "Kediri").regency == "35.06"
    assert resolve("Pak Walikota, jalan rusak", "Kediri").regency == "35.71"


def test_sums_by_level() -> None:
    candidates = (
        PlaceCandidate("32.04.12", "Kecamatan Dayeuhkolot", 0.6, None, ()),
        PlaceCandidate("32.73", "Kota Bandung", 0.3, None, ()),
        PlaceCandidate("33", "Provinsi Jawa Tengah", 0.05, None, ()),
    )
    reading = PlaceReading(candidates)
    assert [code for code, _ in reading.at_level(1)] == ["32", "33"]
    assert reading.at_level(1)[0][1] == pytest.approx(0.9)
    assert reading.regency == "32.04"
    assert reading.province == "32"
    assert reading.probability("32.04") == pytest.approx(0.6)
    assert PlaceReading().regency is None


def test_the_span_is_the_name_as_written() -> None:
    text = "Mohon  perbaikan\njalan di KAB.  Garut"
    span = resolve(text).candidates[0].span
    assert span is not None
    assert text[span.start : span.end] == "Garut"


texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(text=texts, location=st.none() | texts, title=st.none() | texts)
def test_any_text_gives_probabilities_and_exact_spans(text: str, location: str | None, title: str | None) -> None:
    complaint = Complaint("x", text, title=title, location=location)
    reading = RESOLVER.resolve(complaint)
    assert sum(candidate.probability for candidate in reading.candidates) <= 1 + 1e-9
    probabilities = [candidate.probability for candidate in reading.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    for candidate in reading.candidates:
        assert candidate.code in REGIONS
        assert candidate.span is not None
        raw = getattr(complaint, candidate.span.field)
        assert 0 <= candidate.span.start < candidate.span.end <= len(raw)
    for locator in reading.locators:
        raw = getattr(complaint, locator.span.field)
        assert 0 <= locator.span.start < locator.span.end <= len(raw)
        assert locator.value


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CASES), st.sampled_from(["  ", "\n", "\t "]))
def test_white_space_changes_nothing(case: dict[str, str], space: str) -> None:
    plain = resolve(case["text"], case["location"])
    spaced = resolve(case["text"].replace(" ", space), case["location"])
    assert [(c.code, c.probability) for c in plain.candidates] == [(c.code, c.probability) for c in spaced.candidates]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([case for case in CASES if case["expected"] and case["location"]]))
def test_the_case_of_the_location_changes_nothing(case: dict[str, str]) -> None:
    readings = [resolve(case["text"], form) for form in (case["location"].upper(), case["location"].lower())]
    assert readings[0].at_level(2) == readings[1].at_level(2)


@pytest.mark.parametrize(
    "text",
    [
        "Ibu Siti Surakarta dan Pak Agus menipu saya",
        "Bapak Bambang Sidoarjo menipu saya",
        "Jl. Surabaya no 5 gelap",
        "kelurahan yang jauh",
        "batu bara tumpah",
    ],
)
def test_traps_leave_the_place_open(text: str) -> None:
    reading = resolve(text)
    assert not reading.candidates or reading.candidates[0].probability < 0.5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Pasar Baru Kota Padang kebakaran", "13.71"),
        ("Pak Camat Sukawati jarang di kantor", "51.04"),
        ("jalan antara Sampit - Pangkalan Bun rusak di km 50 Kotim", "62.02"),
        ("@pemkabbogor jalan di Parung rusak", "32.01"),
        ("Kab.Bekasi banjir", "32.16"),
        ("Pak Gubernur Jatim, SMA di Pacitan kekurangan guru", "35.01"),
        ("di Wonosari Klaten jalan rusak", "33.10"),
        ("kampung Waena distrik Heram tra ada air", "91.71"),
    ],
)
def test_names_support_each_other(text: str, code: str) -> None:
    assert resolve(text).regency == code


def test_very_many_names_of_one_regency_keep_probabilities_finite() -> None:
    villages = [child.name for district in REGIONS.children("33.05") for child in REGIONS.children(district.code)]
    reading = resolve(" ".join(f"desa {name}." for name in villages))
    assert reading.regency == "33.05"
    assert 0.9 < sum(candidate.probability for candidate in reading.candidates) <= 1 + 1e-9
