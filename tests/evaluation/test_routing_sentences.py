"""Routing of short complaints that avoid the usual terms, each with its location field (see docs/routing.md)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import model
from data.complaint import Complaint
from data.functions import functions
from model.triage import Triage

with (Path(__file__).parent / "routing_sentences.psv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def answers() -> list[tuple[str | None, str | None]]:
    triage = Triage.load(Path(model.__file__).parent / "base")
    found = []
    for number, row in enumerate(ROWS):
        complaint = Complaint(id=str(number), text=row["text"], location="Kabupaten Garut")
        agency = triage.answer(triage.read(complaint)).agency
        found.append((agency.function, agency.tier) if agency is not None else (None, None))
    return found


def test_the_sentences_are_many_and_their_answers_known() -> None:
    assert len(ROWS) >= 510
    assert len({row["function"] for row in ROWS}) >= 100
    for row in ROWS:
        assert set(row["tiers"].split(";")) <= set(functions()[row["function"]].tiers), row["text"]


def test_the_function_stays_above_its_floor(answers: list[tuple[str | None, str | None]]) -> None:
    right = sum(row["function"] == function for row, (function, _) in zip(ROWS, answers, strict=True))
    assert right / len(ROWS) >= 0.91


def test_the_tier_stays_above_its_floor(answers: list[tuple[str | None, str | None]]) -> None:
    right = sum(tier in row["tiers"].split(";") for row, (_, tier) in zip(ROWS, answers, strict=True))
    assert right / len(ROWS) >= 0.92
