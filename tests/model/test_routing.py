"""From functions, matters and places to agencies."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.agencies import AgencyRegistry
from data.complaint import Complaint
from model.assessment import Span
from model.matters import MatterReading, shipped_matcher
from model.routing import PoolWeights, Routing, compose, jurisdiction, pool_functions

REGISTRY = AgencyRegistry.load()


@dataclass(frozen=True)
class Candidate:
    code: str
    probability: float
    span: Span | None = None


@dataclass(frozen=True)
class Places:
    candidates: tuple[Candidate, ...]


def routed(text: str, code: str | None = "32.04", **more: object) -> Routing:
    matters = shipped_matcher().read_complaint(Complaint(id="1", text=text))
    places = Places((Candidate(code, 0.95),)) if code is not None else Places(())
    return compose(None, matters, places, REGISTRY, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code", "agency"),
    [
        ("lampu jalan mati", "35.08", "35.08:dishub"),
        ("lampu jalan mati", "32.04", "32.04:dishub"),
        ("ktp belum jadi", "32.04.32", "32.04:disdukcapil"),
        ("banjir bandang, warga mengungsi", "35.08", "35.08:bpbd"),
        ("menu sppg basi", "32.04", "BGN"),
        ("listrik padam terus", "32.04", "PLN"),
        ("upah pabrik di bawah umk", "33.22", "33:disnaker"),
        ("jukir liar minta uang parkir tanpa karcis", "73.71", "73.71:perumda-parkir"),
        ("kali dangkal tidak dikeruk", "31.73", "31:dsda"),
        ("lampu jalan mati", "31.74", "31:binamarga"),
    ],
)
def test_the_agency_of_a_matter_in_a_place(text: str, code: str, agency: str) -> None:
    best = routed(text, code).best
    assert best is not None
    assert best.agency.id == agency


def test_probabilities_sum_to_one_at_most_and_fall() -> None:
    agencies = routed("jalan rusak dan lampu jalan mati").agencies
    shares = [item.probability for item in agencies]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-9


def test_the_government_above_has_a_probability_of_its_own() -> None:
    routing = routed("jalan rusak dan sampah menumpuk")
    assert routing.parents[0].id == "32.04"
    assert routing.parents[0].probability >= routing.agencies[0].probability


def test_without_a_place_the_home_region_is_used_or_asked_for() -> None:
    home = routed("ktp belum jadi", None, home="32.04")
    assert home.best is not None
    assert home.best.agency.id == "32.04:disdukcapil"
    assert routed("ktp belum jadi", None).question == "Di kabupaten/kota mana kejadiannya?"


def test_a_doubtful_road_is_asked_about() -> None:
    assert routed("jalan lintas provinsi rusak").question == "Jalan nasional, provinsi, atau kabupaten?"


def test_another_choice_of_the_reporter_is_a_conflict() -> None:
    assert routed("ktp belum jadi", claimed="Dinas Kesehatan Kabupaten Bandung").conflict
    assert not routed("ktp belum jadi", claimed="Disdukcapil Kab. Bandung").conflict
    assert routed("ktp belum jadi", claimed="Pemerintah Kabupaten Lebak").conflict


def test_co_agencies_are_named_in_the_same_place() -> None:
    found = routed("bangunan tanpa IMB melanggar sempadan").co_agencies
    assert any(agency.id == "32.04:satpolpp" for agency in found)


def test_the_learned_head_helps_but_cannot_veto() -> None:
    matters = shipped_matcher().read_complaint(Complaint(id="1", text="ktp belum jadi"))
    swayed = pool_functions({"1.03": 0.9, "2.12": 0.1}, matters)
    assert next(iter(swayed)) == "2.12"
    assert swayed["2.12"] < pool_functions({"2.12": 1.0}, matters)["2.12"]


def test_with_the_head_alone_the_usual_office_answers() -> None:
    routing = compose({"2.12": 1.0}, MatterReading(), Places((Candidate("32.04", 1.0),)), REGISTRY)
    assert routing.best is not None
    assert routing.best.agency.id == "32.04:disdukcapil"


def test_nothing_told_gives_no_agency_but_a_question() -> None:
    routing = compose(None, MatterReading(), None, REGISTRY)
    assert routing.best is None
    assert routing.question


def test_jurisdictions() -> None:
    assert jurisdiction("desa", "32.04.32.2001") == "32.04.32.2001"
    assert jurisdiction("vertikal", "32.04.32") == "32.04"


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=80),
    code=st.sampled_from(["11", "31.74", "32.04.32", "91.01", "34.04"]),
    share=st.floats(0, 1),
    head=st.dictionaries(st.sampled_from(["1.03", "2.12", "PLN", "3.29", "7.01"]), st.floats(0, 1), max_size=4),
)
def test_any_input_gives_a_distribution(text: str, code: str, share: float, head: dict[str, float]) -> None:
    matters = shipped_matcher().read_complaint(Complaint(id="1", text=text))
    routing = compose(head, matters, Places((Candidate(code, share),)), REGISTRY, weights=PoolWeights())
    assert sum(item.probability for item in routing.agencies) <= 1 + 1e-6
    assert all(0 <= item.probability <= 1 for item in routing.agencies)
