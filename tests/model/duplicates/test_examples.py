"""The worked examples of the domain notes (6.7): one table, each pair with the relation that an admin would give it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.complaint import Complaint
from data.regions import Regions
from model.duplicates.document import Document, build_document
from model.duplicates.index import DuplicateIndex
from model.duplicates.match import Match
from model.duplicates.prepare import Preparer
from model.duplicates.scorer import base_scorer
from model.places import PlaceResolver

START = datetime(2024, 3, 4, tzinfo=ZoneInfo("Asia/Jakarta"))
ROWS = {
    row["grup"] + row["anggota"]: row
    for row in map(json.loads, Path(__file__).with_name("dup_examples.jsonl").read_text(encoding="utf-8").splitlines())
}


@cache
def preparer() -> Preparer:
    return Preparer(PlaceResolver(Regions.load()))


def read(name: str, day: int = 0, reporter: str | None = None, closed: int | None = None) -> Document:
    row = ROWS[name]
    region = None if row["wilayah"].startswith("(") else row["wilayah"]
    complaint = Complaint(
        id=f"{name}-{day}-{reporter}",
        title=row["judul"],
        text=row["isi"],
        regency=region,
        date=START + timedelta(days=day),
        reporter=reporter,
    )
    known = preparer().region(complaint)
    return build_document(complaint, region=known, closed=None if closed is None else START + timedelta(days=closed))


def judge(new: Document, old: Document) -> Match:
    index = DuplicateIndex()
    for name in ROWS:
        index.add(replace(read(name), id=f"lain-{name}"))
    return base_scorer().judge(new, [old], index)[0]


@pytest.mark.parametrize(("new", "old", "days"), [("DUP1B", "DUP1A", 1), ("DUP2B", "DUP2A", 3), ("DUP5A", "DUP5A", 30)])
def test_one_incident_in_other_words_is_the_same(new: str, old: str, days: int) -> None:
    match = judge(read(new, days, "x"), read(old, 0, "y"))
    assert match.relation == "same", (match.probability, match.reasons)


@pytest.mark.parametrize(
    ("new", "old"),
    [("DUP1C", "DUP1A"), ("DUP1C", "DUP1B"), ("DUP1D", "DUP1A"), ("DUP1D", "DUP1B"), ("DUP2C", "DUP2A")],
)
def test_another_point_another_city_or_an_unknown_place_is_not_the_same(new: str, old: str) -> None:
    match = judge(read(new, 1), read(old))
    assert match.relation in {"related", "different"}, (match.probability, match.reasons)
    assert match.probability < 0.5


def test_what_one_reporter_sends_again_is_the_same() -> None:
    assert judge(read("DUP3B", 7, "x"), read("DUP3A", 0, "x")).relation == "same"


@pytest.mark.parametrize("reporters", [("x", "y"), (None, None)])
def test_an_entitlement_of_each_reporter_is_a_case_of_its_own(reporters: tuple[str | None, str | None]) -> None:
    match = judge(read("DUP4B", 3, reporters[0]), read("DUP4A", 0, reporters[1]))
    assert match.relation == "related"
    assert match.probability < 0.5


def test_what_breaks_again_after_the_repair_is_a_recurrence() -> None:
    assert judge(read("DUP5B", 100), read("DUP5A", 0, closed=10)).relation == "recurrence"


def test_many_letters_of_one_wording_are_a_campaign() -> None:
    index = DuplicateIndex()
    for number in range(60):
        index.add(read("DUP6A", 0, f"warga-{number}"))
    assert {match.relation for match in index.search(read("DUP6A", 1, "baru"))} == {"campaign"}
