"""Traps: what looks alike and is not the same, what is the same in other words, and what has another name."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data.complaint import Complaint
from data.regions import Regions
from model.duplicates.document import Document, build_document
from model.duplicates.index import DuplicateIndex
from model.duplicates.match import Match
from model.duplicates.prepare import Preparer, mask_complaint
from model.duplicates.scorer import base_scorer
from model.places import PlaceResolver

ZONE = ZoneInfo("Asia/Jakarta")
TRAPS = [json.loads(line) for line in Path(__file__).with_name("traps.jsonl").read_text(encoding="utf-8").splitlines()]


def moment(day: str | None) -> datetime | None:
    return None if day is None else datetime.fromisoformat(day).replace(tzinfo=ZONE)


@cache
def preparer() -> Preparer:
    return Preparer(PlaceResolver(Regions.load()))


def read(fields: dict[str, Any], closed: str | None = None) -> Document:
    complaint = mask_complaint(Complaint(**{**fields, "date": moment(fields.get("date"))}))
    return build_document(complaint, region=preparer().region(complaint), closed=moment(closed))


@cache
def stored() -> DuplicateIndex:
    index = DuplicateIndex()
    for trap in TRAPS:
        index.add(read(trap["a"], trap.get("closed")))
    return index


def judged(trap: dict[str, Any]) -> Match:
    return base_scorer().judge(read(trap["b"]), [read(trap["a"], trap.get("closed"))], stored())[0]


def test_there_are_at_least_a_hundred_traps_of_own_writing() -> None:
    assert len(TRAPS) >= 100


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap['group']}-{trap['b']['id']}")
def test_trap(trap: dict[str, Any]) -> None:
    match = judged(trap)
    assert match.relation in trap["accept"], (match.probability, match.reasons)


def test_a_campaign_of_250_letters_is_not_merged_but_named() -> None:
    index = DuplicateIndex(delta_limit=64)
    letter = "Kami warga Desa Karangwuni menolak izin tambang andesit di bukit Menoreh karena merusak mata air kami."
    for number in range(250):
        index.add(
            read({"id": f"surat-{number}", "title": "Tolak tambang", "text": letter, "reporter": f"warga-{number}"})
        )
    found = index.search(
        read({"id": "baru", "title": "Tolak tambang", "text": letter, "reporter": "warga-baru"}), limit=5
    )
    assert {match.relation for match in found} == {"campaign"}
    assert len(found) == 5
