"""Scoring of routing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.agencies import AgencyRegistry
from data.complaint import Complaint
from data.errors import PilahError
from evaluation.routing import RoutingCase, cross_validate, evaluate_routing, judge, load_cases, parse_case, register
from model.routing import RoutedAgency, Routing

REGISTRY = AgencyRegistry.load()
ROW = {
    "id": "a",
    "title": None,
    "text": "ktp belum jadi",
    "location": None,
    "type": "pengaduan",
    "routable": True,
    "urusan": "2.12",
    "tier": "kabkota",
    "province": "Jawa Barat",
    "regency": "Kabupaten Bandung",
    "agency": "Disdukcapil Kab. Bandung",
    "acceptable": ["Kementerian Dalam Negeri"],
    "hard": "singkatan",
}


def _case(**changes: object) -> RoutingCase:
    case = parse_case(ROW | changes)
    assert case is not None
    return case


def _routing(*asked: tuple[str, str, str | None]) -> Routing:
    items = []
    for function, tier, region in asked:
        agency = REGISTRY.compose(function, tier, region)  # type: ignore[arg-type]
        items.append(RoutedAgency(agency, 1 / len(asked), function, agency.tier))
    return Routing(agencies=tuple(items), functions={item.function: item.probability for item in items})


def test_the_expected_agency_is_right() -> None:
    told = judge(_case(), _routing(("2.12", "kabkota", "32.04")), "32.04.32")
    assert told.agency and told.function and told.tier and told.region
    assert told.error is None


def test_an_acceptable_agency_is_right_though_its_function_is_not() -> None:
    told = judge(_case(), _routing(("Kemendagri", "pusat", None)), "32.04")
    assert told.agency
    assert not told.function


@pytest.mark.parametrize(
    ("asked", "located", "error"),
    [
        (("2.12", "kabkota", "32.73"), "32.73", "region"),
        (("1.02", "kabkota", "32.04"), "32.04", "function"),
        (("2.12", "provinsi", "32.04"), "32.04", "tier"),
    ],
)
def test_the_kind_of_error_is_told(asked: tuple[str, str, str], located: str, error: str) -> None:
    assert judge(_case(), _routing(asked), located).error == error


def test_third_place_counts_for_top_three() -> None:
    told = judge(
        _case(), _routing(("1.02", "kabkota", "32.04"), ("PLN", "bumn", None), ("2.12", "kabkota", "32.04")), None
    )
    assert told.top3
    assert not told.agency


def test_a_short_name_of_a_regional_body_is_the_same_agency() -> None:
    case = _case(agency="BBPJN Sumatera Selatan", acceptable=[], urusan="1.04", regency=None, province="Aceh")
    assert judge(case, _routing(("1.03", "vertikal", "16.02")), "16").agency


def test_rows_that_cannot_be_routed_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW | {"routable": False}) + "\n", "utf-8")
    assert len(load_cases(path)) == 1


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(ROW) + "\n{\n", "utf-8")
    with pytest.raises(PilahError, match="line 2"):
        load_cases(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="PLH-101"):
        load_cases(tmp_path / "none.jsonl")


def test_the_report_has_slices_and_errors() -> None:
    cases = [_case(), _case(location="Kab. Bandung", hard="")]
    report = evaluate_routing(cases, lambda _: _routing(("1.02", "kabkota", "32.04")))
    assert report.overall.n == 2
    assert report.errors == {"function": 2}
    assert report.slices["hard:yes"].n == 1
    assert json.dumps(report.to_dict())


def test_cross_validation_never_scores_a_fold_with_a_setting_chosen_on_it() -> None:
    cases = [_case() for _ in range(10)]
    right = judge(cases[0], _routing(("2.12", "kabkota", "32.04")), "32.04")
    wrong = judge(cases[0], _routing(("1.02", "kabkota", "32.04")), "32.04")
    score, chosen = cross_validate(cases, {"good": [right] * 10, "bad": [wrong] * 10})
    assert score.agency == 1.0
    assert chosen == {"good": 5}


def test_registers() -> None:
    formal = "Dengan hormat, bersama ini kami sampaikan bahwa jalan rusak. Mohon kiranya diperbaiki."
    assert register(Complaint(id="1", text=formal)) == "formal"
