"""The responsibility table: complete, consistent, and refused with a reason when it is not."""

from __future__ import annotations

from importlib import resources

import pytest

from data.errors import PilahError
from data.functions import TIERS, functions
from data.local_offices import local_offices
from data.matters import Matter, matters, matters_version, parse_cue, parse_table
from data.tier_rules import parse_rules, tier_rules

TABLE = (resources.files("data") / "catalog" / "matters.psv").read_text("utf-8")
HEADER = next(line for line in TABLE.splitlines() if line.startswith("id|"))
ROW = next(line for line in TABLE.splitlines() if line.startswith("M001|"))


def _row(**changes: str) -> str:
    fields = dict(zip(HEADER.split("|"), ROW.split("|"), strict=True)) | changes
    return f"{HEADER}\n" + "|".join(fields.values())


def test_table_has_at_least_300_matters_with_unique_ids() -> None:
    ids = [matter.id for matter in matters()]
    assert len(ids) >= 300
    assert len(set(ids)) == len(ids)


def test_table_has_a_version() -> None:
    assert matters_version()


@pytest.mark.parametrize("matter", matters(), ids=lambda matter: matter.id)
def test_every_matter_is_sound(matter: Matter) -> None:
    assert matter.function in functions()
    assert matter.source
    assert matter.strong
    assert sum(matter.tiers.values()) == pytest.approx(1.0)
    assert set(matter.tiers) <= set(TIERS)
    assert set(matter.offices) <= set(matter.tiers)
    assert matter.slot is None or matter.slot in tier_rules().questions


def test_every_urusan_of_the_regions_has_a_matter() -> None:
    covered = {matter.function for matter in matters()}
    missing = {code for code in functions() if code[0].isdigit()} - covered
    assert missing <= {"2.21", "5.04", "5.06"}  # persandian, diklat, perbatasan: offices that citizens do not write to


def test_no_regency_is_given_mining_or_forests() -> None:
    # UU 23/2014 Lampiran BB and CC: regencies have no authority there
    for matter in matters():
        if matter.function in {"3.28", "3.29"}:
            assert "kabkota" not in matter.tiers, matter.id


def test_marks_of_a_cue_are_read() -> None:
    assert parse_cue("jalan+rusak").near
    assert parse_cue("kemensos!").body
    assert parse_cue("pasar~").common
    assert parse_cue("pinjol*").decisive


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "X1"}, "id"),
        ({"function": "9.99"}, "unknown function"),
        ({"slot": "cuaca"}, "unknown slot"),
        ({"tiers": "kabkota=0"}, "no tier"),
        ({"tiers": "negara=1"}, "negara"),
        ({"tiers": "bumn=1"}, "not held"),
        ({"source": ""}, "source"),
        ({"co": "8.88"}, "unknown function"),
    ],
)
def test_a_wrong_row_is_refused_with_its_name_and_reason(changes: dict[str, str], told: str) -> None:
    with pytest.raises(PilahError, match="PLH-741") as refused:
        parse_table(_row(**changes))
    assert told in str(refused.value)


def test_an_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(PilahError, match=r"M001.*twice"):
        parse_table(f"{HEADER}\n{ROW}\n{ROW}")


def test_a_row_with_a_field_missing_is_refused() -> None:
    with pytest.raises(PilahError, match="number of fields"):
        parse_table(f"{HEADER}\n{ROW.rpartition('|')[0]}")


def test_another_header_is_refused() -> None:
    with pytest.raises(PilahError, match="columns"):
        parse_table("id|matter\nM001|x")


def test_local_exceptions_name_known_matters() -> None:
    known = {matter.id for matter in matters()}
    assert local_offices()
    assert {matter for matter, _ in local_offices()} <= known


def test_tier_rules_have_reasons_and_sources() -> None:
    for rule in (*tier_rules().tiers, *tier_rules().redirects):
        assert rule.reason and rule.source


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[tier]]\nid = 'T1'\nslots = ['x']\npattern = ['a']\nodds = {pusat = 2}\nreason = 'r'\nsource = 's'", "slot"),
        ("[[tier]]\nid = 'T1'\nslots = []\npattern = ['(']\nodds = {pusat = 2}\nreason = 'r'\nsource = 's'", "T1"),
        ("[[tier]]\nid = 'T1'\nslots = []\npattern = ['a']\nodds = {pusat = 0}\nreason = 'r'\nsource = 's'", "above 0"),
        ("[[redirect]]\nid = 'F1'\npattern = ['a']\nfactors = {'9.9' = 2}\nreason = 'r'\nsource = 's'", "9.9"),
        ("[[tier]]\nid = 'T1'\n", "T1"),
        ("not toml", "toml"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_id(text: str, told: str) -> None:
    with pytest.raises(PilahError, match="PLH-742") as refused:
        parse_rules(text)
    assert told in str(refused.value)
