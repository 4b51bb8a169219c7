"""What polite formulas are left out of the features, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.formulas import without_formulas
from model.reading import document_text
from model.text import normalise


def left(text: str) -> str:
    return " ".join(without_formulas(normalise(text).text).split())


@pytest.mark.parametrize(
    "formula",
    [
        "Assalamualaikum warahmatullahi wabarakatuh",
        "Assalamu'alaikum wr. wb.",
        "Selamat pagi",
        "Bapak/Ibu yang saya hormati",
        "Dengan hormat",
        "Terima kasih banyak",
        "terimakasih atas perhatian dan bantuannya",
        "Demikian yang dapat kami sampaikan",
        "Atas perhatian Bapak/Ibu kami ucapkan terima kasih",
        "Hatur nuhun",
        "Hormat kami",
        "Wassalamu'alaikum wr wb",
    ],
)
def test_formulas_are_left_out_at_either_end(formula: str) -> None:
    assert left(f"{formula}. Lampu jalan di Soreang padam.").strip(" .") == "lampu jalan di soreang padam"
    assert left(f"Lampu jalan di Soreang padam. {formula}.").strip(" .") == "lampu jalan di soreang padam"


@pytest.mark.parametrize(
    "text",
    [
        "kecamatan hormat mengatasi banjir",
        "masjid as-salam desa cangkuang",
        "tidak selamat di jalan tol",
        "jalan di atas waktu tempuh",
        "gangguan listrik dan maaf lama",
        "yayasan kasih ibu belum berizin",
    ],
)
def test_words_of_the_matter_stay(text: str) -> None:
    assert left(text) == text


def test_who_sends_nothing_but_thanks_is_read_as_sent() -> None:
    assert left("Terima kasih banyak.") == "terima kasih banyak."


def test_the_document_is_the_same_with_and_without_formulas() -> None:
    plain = document_text("Lampu mati", "Lampu di Soreang padam")
    polite = document_text("Lampu mati", "Selamat siang. Lampu di Soreang padam. Terima kasih")
    assert polite.replace(".", "").split() == plain.replace(".", "").split()


@given(st.text(alphabet=st.sampled_from("selamat pgiyhtorknud'/,.\n") | st.characters(), max_size=300))
def test_every_position_is_kept(text: str) -> None:
    before = normalise(text).text
    after = without_formulas(before)
    assert len(after) == len(before)
    assert all(a in (b, " ") for a, b in zip(after, before, strict=True))
