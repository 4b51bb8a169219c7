"""Test locators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.locators import find_locators


def found(text: str) -> list[tuple[str, str]]:
    return [(locator.kind, locator.value) for locator in find_locators("text", text)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Jl. Jend. Sudirman rusak", "jln jenderal soedirman bolong"),
        ("Jalan Moh. Toha", "jl mohammad toha"),
        ("RT 003/RW 005", "rt.3 rw 5"),
        ("RT03 RW05", "rt 3/5"),
        ("Gg. Melati 2", "gang melati 2"),
        ("dpn SDN 02 Sukajadi", "depan SDN 2 Sukajadi"),
        ("Blok C-12", "blok c12"),
        ("KM. 12", "km 12"),
    ],
)
def test_spellings_of_one_place_compare_as_equal(a: str, b: str) -> None:
    assert found(a) == found(b) != []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jalan rusak parah", []),
        ("jalan desa kami", []),
        ("tolong perbaiki jalan raya", []),
        ("Jl. Merdeka No. 12A RT 01 RW 002", [("street", "merdeka"), ("number", "12a"), ("rt", "1"), ("rw", "2")]),
        ("di RW VII", [("rw", "7")]),
        ("dekat masjid Al Ikhlas, mohon", [("landmark", "masjid al ikhlas")]),
        ("Dusun Krajan gelap", [("hamlet", "krajan")]),
        ("Perum Griya Asri blok D5", [("estate", "griya asri"), ("block", "d5")]),
        ("tol km 97+400", [("km", "97+400")]),
        ("titik -6.91474, 107.60981", [("coordinate", "-6.91474,107.60981")]),
        ("harga 6.91474, 207.60981", []),
    ],
)
def test_parts_of_an_address(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_spans_point_into_the_text_as_sent() -> None:
    text = "Mohon  cek JL.  Melati\tsekarang"
    locator = find_locators("text", text)[0]
    assert text[locator.span.start : locator.span.end] == "JL.  Melati"


@given(st.text(alphabet="abcjlrtw nogg.,/-0123456789 ", max_size=60))
def test_never_fails_and_never_empty(text: str) -> None:
    for locator in find_locators("text", text):
        assert locator.value
        assert 0 <= locator.span.start < locator.span.end <= len(text)
