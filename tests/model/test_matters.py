"""What a complaint is about: own-written cases of every function, traps, and properties that hold for any text."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.complaint import Complaint
from model.matters import MatterReading, shipped_matcher

CASES = [
    line.split("|", 2)
    for line in (Path(__file__).parent / "matter_cases.psv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
LEAST_RIGHT = 0.93
"""Share of the cases whose first function and tier must be right; single cases may be arguable."""


def read(text: str, title: str | None = None) -> MatterReading:
    return shipped_matcher().read_complaint(Complaint(id="1", text=text, title=title))


def _read_case(told: str) -> MatterReading:
    title, _, text = told.rpartition("::")
    return read(text, title or None)


def best_tier(reading: MatterReading) -> str | None:
    function = next(iter(reading.functions), None)
    return None if function is None else next(iter(reading.places[function]))[1]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120
    assert len({function for function, _, _ in CASES}) >= 45


def test_functions_of_own_cases() -> None:
    wrong = [told for function, _, told in CASES if next(iter(_read_case(told).functions), None) != function]
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(CASES), wrong


def test_tiers_of_own_cases() -> None:
    wrong = [told for _, tier, told in CASES if best_tier(_read_case(told)) != tier]
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(CASES), wrong


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("jalan depan puskesmas berlubang parah", "1.03"),
        ("lampu jalan mati di depan kantor PLN", "2.15"),
        ("listrik rumah mati terus sejak kemarin", "PLN"),
        ("guru MTs belum terima tunjangan", "Agama"),
        ("sampah menumpuk di dekat SMPN 3", "2.11"),
        ("bpjs ketenagakerjaan saya tidak bisa dicairkan", "BPJS Ketenagakerjaan"),
        ("menu sppg untuk siswa sd basi", "BGN"),
        ("pinjol ilegal sebar data, sudah lapor polisi", "OJK"),
    ],
)
def test_landmarks_and_look_alikes_do_not_mislead(text: str, function: str) -> None:
    assert next(iter(read(text).functions)) == function


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("jalan berlubang", "jln bolong2"),
        ("sampah menumpuk", "smph numpuk"),
        ("jembatan rusak", "jmbtn rsk"),
        ("sampah tidak diangkut", "runtah teu diangkut"),
        ("air pdam mati", "banyu pdam pejah"),
        ("sekolah rusak", "sakola ruksak"),
    ],
)
def test_short_and_regional_forms_mean_the_same(plain: str, written: str) -> None:
    assert next(iter(read(written).functions)) == next(iter(read(plain).functions))


def test_a_body_that_refused_counts_less() -> None:
    asked = read("tolong satpol pp turun menertibkan")
    refused = read("kata satpol pp bukan wewenang mereka")
    assert refused.functions.get("1.05", 0.0) < asked.functions["1.05"]


def test_a_text_without_cues_gives_nothing() -> None:
    reading = read("zzz qqq")
    assert not reading.functions
    assert reading.best is None


def test_spans_show_the_cue_in_the_text_as_sent() -> None:
    text = "  Tolong,   LAMPU  JALAN mati"
    hit = next(hit for hit in read(text).hits if hit.cue == "lampu jalan")
    assert text[hit.span.start : hit.span.end] == "LAMPU  JALAN"


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200), title=st.none() | st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str, title: str | None) -> None:
    reading = read(text, title)
    assert all(math.isfinite(score) and score > 0 for score in reading.functions.values())
    assert sum(reading.probabilities.values()) <= 1 + 1e-9
    for shares in reading.places.values():
        assert sum(shares.values()) <= 1 + 1e-9
    for hit in reading.hits:
        source = (title if hit.span.field == "title" else text) or ""
        assert 0 <= hit.span.start < hit.span.end <= len(source)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from("jalan rusak lampu mati sampah air pdam sekolah guru smp sma bupati".split())))
def test_reading_is_the_same_every_time(words: list[str]) -> None:
    text = " ".join(words)
    assert read(text) == read(text)


def test_a_cue_in_title_and_body_is_shown_where_it_begins() -> None:
    complaint = Complaint(
        id="x", title="Lampu 🙏", text="Sudah lama sekali padam jalan kampung kami gelap sekali, tolong"
    )
    reading = shipped_matcher().read_complaint(complaint)
    for hit in reading.hits:
        source = str(getattr(complaint, hit.span.field))
        assert 0 <= hit.span.start < hit.span.end <= len(source)
