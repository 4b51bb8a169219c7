"""Test what may be routed without a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.errors import PilahError
from model.assessment import (
    AgencyAnswer,
    Assessment,
    Claim,
    Decision,
    Finding,
    ModelRef,
    ParentAgency,
    RegionRef,
    Screening,
)
from model.policy import Bound, Policy, admitted_targets, decide, policies_document, read_policies, switched
from model.screening import Screened

POLICY = Policy(
    0.05,
    0.9,
    {"semua": Bound("semua", 0.8, 200, 3, 600), "tingkat:pusat": Bound("tingkat:pusat", None, 0, 0, 50, 120)},
    frozenset({"32", "32.04"}),
)
AGENCY = AgencyAnswer(
    "Dinas Perhubungan Kabupaten Bandung",
    0.9,
    tier="kabkota",
    region=RegionRef("32.04", "Kabupaten Bandung"),
    parent=ParentAgency("Pemerintah Kabupaten Bandung", "32.04", 0.95),
)
FINE = Screened(Screening())


def ask(policy: Policy | None = POLICY, agency: AgencyAnswer | None = AGENCY, **other: object) -> Decision:
    values: dict[str, object] = {"screened": FINE, "claim": Claim(), **other}
    return decide(policy, agency, **values)  # type: ignore[arg-type]


def test_a_sure_answer_is_eligible_but_waits_until_an_official_switches_the_scope_on() -> None:
    decision = ask()
    assert decision.eligible and decision.action == "review"
    assert decision.guarantee is not None and decision.guarantee.valid and decision.guarantee.n == 200
    assert any("belum diaktifkan" in reason for reason in decision.reasons)
    assert ask(switched_on={"semua"}).action == "route"
    assert ask(switched_on={"wilayah:32"}).action == "route"
    assert ask(switched_on={"wilayah:33.01", "tingkat:pusat"}).action == "review"


def flagged(flag: str) -> Screened:
    return Screened(Screening(flags=(flag,)))


@pytest.mark.parametrize(
    "other",
    [
        {"agency": replace(AGENCY, probability=0.79)},
        {"agency": None},
        {"agency": replace(AGENCY, region=RegionRef("33.01", "Kabupaten Cilacap"))},
        {"policy": None},
        {"policy": replace(POLICY, bounds={"semua": Bound("semua", None, 0, 0, 30, 90)})},
        {"screened": Screened(Screening("spam", 0.9, (Finding("spam", 0.9),)))},
        {"screened": flagged("korban_anak")},
        {"screened": flagged("terlapor_pejabat")},
        {"claim": Claim(agency="PLN", conflict=True)},
        {"drift": True},
    ],
)
def test_nothing_doubtful_is_eligible_and_the_reason_is_given(other: dict[str, object]) -> None:
    decision = ask(switched_on={"semua", "wilayah:33.01"}, **other)
    assert not decision.eligible
    assert decision.action == "review"
    assert any(reason.startswith("Perlu ditinjau orang") for reason in decision.reasons)


def test_abusive_language_alone_changes_nothing() -> None:
    assert ask(screened=flagged("bahasa_kasar")).eligible


def test_the_missing_number_of_labelled_complaints_is_stated() -> None:
    decision = ask(policy=replace(POLICY, bounds={"semua": Bound("semua", None, 0, 0, 30, 90)}))
    assert any("masih kurang 90 laporan berlabel" in reason for reason in decision.reasons)
    assert decision.guarantee is not None and not decision.guarantee.valid


def test_an_emergency_is_urgent_and_asks_nothing() -> None:
    screened = Screened(Screening("darurat", 0.9), ("medis",), ("Kontak medis: 119.",), "Di mana?")
    decision = ask(screened=screened, question="Jalan apa?")
    assert (decision.priority, decision.question) == ("segera", None)
    assert "Kontak medis: 119." in decision.reasons


def test_the_government_is_suggested_where_only_the_office_is_unsure() -> None:
    assert ask(agency=replace(AGENCY, probability=0.4)).level == "instansi"
    assert ask().level == "opd"


def test_the_narrowest_proved_scope_counts() -> None:
    bounds = {**POLICY.bounds, "wilayah:32.04": Bound("wilayah:32.04", 0.95, 110, 1, 300)}
    decision = ask(policy=replace(POLICY, bounds=bounds))
    assert not decision.eligible
    assert decision.guarantee is not None and decision.guarantee.scope == "wilayah:32.04"


def test_a_switch_or_an_alarm_after_the_answer_does_the_same_as_one_before() -> None:
    answer = Assessment("x", ModelRef("m", "b"), None, None, AGENCY, decision=ask())
    assert switched(answer, {"wilayah:32.04"}).decision.action == "route"
    assert switched(answer, {"wilayah:33.01"}) == answer
    held = switched(answer, {"semua"}, drift=True).decision
    assert (held.action, held.eligible) == ("review", False)
    assert held.guarantee is not None and not held.guarantee.valid
    doubtful = replace(answer, decision=ask(drift=True))
    assert switched(doubtful, {"semua"}) == doubtful


def test_the_targets_that_admit_an_answer_grow_with_the_target() -> None:
    policies = {0.05: replace(POLICY, bounds={}), 0.1: POLICY, 0.2: replace(POLICY, target=0.2)}
    answer = Assessment("x", ModelRef("m", "b"), None, None, AGENCY)
    assert admitted_targets(policies, answer) == (0.1, 0.2)
    assert admitted_targets(policies, replace(answer, screening=Screening("spam"))) == ()
    assert admitted_targets(policies, replace(answer, screening=Screening(flags=("korban_anak",)))) == ()
    assert admitted_targets(policies, replace(answer, claim=Claim(conflict=True))) == ()


def test_policies_of_several_targets_survive_json() -> None:
    document = policies_document([POLICY, replace(POLICY, target=0.1)], 0.1)
    assert read_policies(document) == (0.1, {0.05: POLICY, 0.1: replace(POLICY, target=0.1)})
    with pytest.raises(PilahError, match="PLH-206"):
        read_policies({**document, "chosen": 0.3})


@pytest.mark.parametrize("wrong", [{}, {"target": 2, "confidence": 0.9, "bounds": [], "regions": []}, {"bounds": 3}])
def test_a_wrong_document_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PilahError) as caught:
        Policy.from_document(wrong)
    assert caught.value.code == "PLH-206"
