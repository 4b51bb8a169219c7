"""Test the report of what the policy lets through."""

from __future__ import annotations

from xml.etree import ElementTree

from data.hygiene import Truth
from evaluation.coverage import promise_report, reliability_svg, trust_report, trust_section
from evaluation.protocols import Answer, Case
from training.policy import find_threshold


def case(number: int, right: bool, eligible: tuple[float, ...], confidence: float = 0.9) -> Case:
    answer = Answer(("A" if right else "B", "C"), confidence, eligible)
    return Case(str(number), 0, Truth(agency="A"), {"pilah": {"agency": answer}})


def test_the_promise_counts_what_was_let_through_and_what_was_wrong() -> None:
    cases = [case(i, True, (0.1, 0.2)) for i in range(9)] + [case(9, False, (0.2,)), case(10, False, ())]
    report = promise_report(cases, "pilah")
    assert report["0.05"] == {"of": 11, "n": 0, "errors": 0, "coverage": 0.0, "error": None, "kept": True}
    assert (report["0.1"]["n"], report["0.1"]["errors"], report["0.1"]["kept"]) == (9, 0, True)
    assert (report["0.2"]["n"], report["0.2"]["errors"], report["0.2"]["kept"]) == (10, 1, True)
    broken = promise_report([case(0, False, (0.05,))], "pilah")["0.05"]
    assert broken["error"] == 1.0 and not broken["kept"]


def test_another_name_of_the_agency_that_was_decided_is_not_wrong() -> None:
    answer = Answer(("Dinas Perhubungan Kota Bandung",), 0.9, (0.05,))
    told = Case("1", 0, Truth(agency="Dishub Kota Bandung"), {"pilah": {"agency": answer}})
    assert promise_report([told], "pilah")["0.05"]["errors"] == 0


def test_the_section_shows_the_diagram_and_the_slices_without_markup_of_the_labels() -> None:
    cases = [case(i, i % 3 > 0, (), 0.5 + i / 500) for i in range(200)]
    cases = [Case(c.id, 0, Truth(agency="A<b>"), c.answers) for c in cases]
    metrics = {"trust": trust_report(cases, "pilah", find_threshold, ordered=True)}
    page = trust_section(metrics, "agency")
    assert "<svg" in page and "semua" in page and "A<b>" not in page
    assert trust_section({}, "agency") == ""


def test_a_diagram_is_well_formed_with_a_dot_a_bin() -> None:
    picture = ElementTree.fromstring(reliability_svg([(0.2, 0.1, 10), (0.8, 0.9, 30)]))  # noqa: S314 - our own text
    assert len(picture.findall("{http://www.w3.org/2000/svg}circle")) == 2
