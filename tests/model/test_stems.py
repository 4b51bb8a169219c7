"""Light stems and the index that finds a known word behind a written one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.stems import StemIndex, fold, stem

INDEX = StemIndex(["jalan", "jembatan", "sampah", "sertifikat", "rusak", "belalang", "bendung"])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("jmbtn", "jembatan"),
        ("sertifkat", "sertifikat"),
        ("jembatane", "jembatan"),
        ("sampahna", "sampah"),
        ("rusaknya", "rusak"),
        ("belakang", None),
        ("bandung", None),
    ],
)
def test_known_words_are_found_behind_spellings(word: str, expected: str | None) -> None:
    assert INDEX.find(word) == expected


@given(st.text(alphabet=st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=20))
def test_stems_are_never_longer_by_more_than_the_nasal(word: str) -> None:
    assert stem(word)
    assert len(stem(word)) <= max(len(word), len(fold(word))) + 1
