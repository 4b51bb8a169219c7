"""Tier rules: what a fact in the text does to the tiers of a matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.complaint import Complaint
from data.matters import matters
from data.tier_rules import Redirect, TierRule, tier_rules
from model.matters import shipped_matcher
from model.text import normalise
from model.tiers import question_for, read_tiers, redirects


def tier_of(text: str) -> str:
    reading = shipped_matcher().read_complaint(Complaint(id="1", text=text))
    return next(iter(reading.places[next(iter(reading.functions))]))[1]


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("atap SMP negeri 2 bocor", "kabkota"),
        ("atap SMA negeri 2 bocor", "provinsi"),
        ("guru SLB kurang", "provinsi"),
        ("ppdb SD zonasi", "kabkota"),
        ("ppdb smk zonasi", "provinsi"),
        ("jalan rusak di gang kami", "kabkota"),
        ("jalan nasional rusak", "vertikal"),
        ("jalan provinsi rusak", "provinsi"),
        ("pantura berlubang", "vertikal"),
        ("RSUD penuh", "kabkota"),
        ("RSUD dr Soetomo penuh", "provinsi"),
        ("terminal tipe A kotor", "vertikal"),
        ("terminal tipe B kotor", "provinsi"),
        ("terminal tipe C kotor", "kabkota"),
        ("gaji pabrik di bawah umk", "provinsi"),
        ("di phk tanpa pesangon mohon mediasi", "kabkota"),
        ("tambang pasir ilegal galian c", "provinsi"),
        ("penebangan liar hutan lindung", "provinsi"),
        ("kolam budidaya ikan minta benih", "kabkota"),
        ("blt dd dipotong", "desa"),
        ("pajak motor pemutihan", "provinsi"),
        ("pajak bumi bangunan naik", "kabkota"),
        ("program mbg", "pusat"),
        ("kip kuliah belum cair", "pusat"),
        ("listrik padam", "bumn"),
        ("pupuk subsidi langka", "kabkota"),
    ],
)
def test_a_fact_decides_the_tier(text: str, tier: str) -> None:
    assert tier_of(text) == tier


def test_a_landmark_does_not_decide_the_tier() -> None:
    assert not read_tiers(normalise("jalan rusak depan SMA"), slots=["school"]).evidence


def test_a_refusal_of_the_regency_speaks_against_it() -> None:
    road = next(matter for matter in matters() if matter.slot == "road" and "jalan rusak" in matter.name.lower())
    before = read_tiers(normalise("jalan rusak")).apply(road)["kabkota"]
    after = read_tiers(normalise("jalan rusak, kata bupati bukan kewenangannya")).apply(road)["kabkota"]
    assert after < before


def test_tiers_stay_a_distribution() -> None:
    text = normalise(" ".join(rule.id for rule in tier_rules().tiers) + " sma smp jalan nasional jalan provinsi rsup")
    told = read_tiers(text)
    for matter in matters():
        assert sum(told.apply(matter).values()) == pytest.approx(1.0)


def test_a_doubtful_road_asks_for_its_class() -> None:
    road = next(matter for matter in matters() if matter.slot == "road")
    assert question_for(road, {"kabkota": 0.5, "provinsi": 0.5}) == "Jalan nasional, provinsi, atau kabupaten?"
    assert question_for(road, {"kabkota": 0.9, "provinsi": 0.1}) is None


def test_spans_of_tier_evidence_are_exact() -> None:
    text = "Mohon   Jalan  Nasional kami"
    item = read_tiers(normalise(text)).evidence[0]
    assert text[item.span.start : item.span.end] == "Jalan  Nasional"


def test_redirects_need_their_fact() -> None:
    assert redirects(normalise("guru SD")) == {}
    assert redirects(normalise("guru madrasah"))["1.01"] < 1


@pytest.mark.parametrize(
    "rule", [r for r in (*tier_rules().tiers, *tier_rules().redirects) if r.needs], ids=lambda r: r.id
)
def test_every_match_of_a_rule_has_what_the_rule_needs(rule: TierRule | Redirect) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(st.from_regex(rule.pattern))
    def check(text: str) -> None:
        assert any(piece in text for piece in rule.needs)

    check()
