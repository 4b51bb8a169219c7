"""Marks of texts: found again exactly and nearly, and nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.complaint import Record
from data.sketch import Seen, sketch

TEXT = "Lampu penerangan jalan di depan pasar Soreang mati sejak seminggu, warga takut lewat malam hari."


def test_the_same_text_is_exact_and_a_changed_one_near() -> None:
    seen = Seen.of([TEXT, "Sampah menumpuk di tempat pembuangan sementara Ciwidey"])
    asked = [TEXT.upper(), TEXT.replace("seminggu", "dua minggu"), "Mohon informasi pembuatan kartu keluarga baru"]
    assert seen.find(asked) == ["exact", "near", None]


def test_unrelated_complaints_are_not_taken_for_seen(sample_records: list[Record]) -> None:
    texts = [r.complaint.text for r in sample_records]
    found = Seen.of(texts[:200]).find(texts[200:])
    assert sum(kind is not None for kind in found) <= 3


def test_it_survives_being_written(sample_records: list[Record]) -> None:
    texts = [r.complaint.text for r in sample_records[:50]]
    document = json.loads(json.dumps(Seen.of(texts).to_document()))
    assert Seen.from_document(document).find(texts) == ["exact"] * 50


def test_damaged_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="wrong length"):
        Seen.from_document({"exact": "AAAA", "near": ""})


def test_nothing_seen_finds_nothing() -> None:
    assert Seen.of([]).find([TEXT]) == [None]


@given(st.text(max_size=60))
def test_every_text_has_marks_of_one_size(text: str) -> None:
    exact, near = sketch(text)
    assert (len(exact), len(near)) == (8, 32)


def test_bytes_spread_evenly(sample_records: list[Record]) -> None:
    near = Seen.of([r.complaint.text for r in sample_records]).near
    assert np.unique(near).size > 250
