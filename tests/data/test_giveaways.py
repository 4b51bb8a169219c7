"""Give-aways: prefixes that name the label go, what the citizen says stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.giveaways import split_glued_title, strip_giveaways

DISHUB = "Dinas Perhubungan Kab. Bandung"
BODY = "lampu jalan di depan pasar mati sudah tiga minggu"


@pytest.mark.parametrize(
    "prefix",
    [
        "Yth. Dinas Perhubungan Kabupaten Bandung, ",
        "Yth Dinas Perhubungan, ",
        "YTH DISHUB KAB BANDUNG. ",
        "Kpd Yth, Dinas Perhubungan Kab. Bandung: ",
        "Kepada Yth. Bapak Kepala Dinas Perhubungan Kabupaten Bandung di tempat.\n",
        "Yang terhormat Dinas Perhubungan, ",
        "Terdisposisi ke Dinas Perhubungan Kab. Bandung. ",
        "Aduan ini menjadi kewenangan Dinas Perhubungan. ",
        "Laporan ini telah diteruskan ke Dishub Kab. Bandung - ",
        "Didisposisikan kepada Dinas Perhubungan, ",
    ],
)
def test_a_prefix_that_names_the_label_is_cut(prefix: str) -> None:
    assert strip_giveaways(prefix + BODY, [DISHUB]) == BODY


def test_a_prefix_glued_to_the_next_word_is_cut() -> None:
    assert (
        strip_giveaways("Yth. Dinas Perhubungan Kabupaten BandungIzin melapor " + BODY, [DISHUB])
        == "Izin melapor " + BODY
    )
    assert strip_giveaways("yth. dinas perhubungan kab bandungizin melapor " + BODY, [DISHUB]) == "izin melapor " + BODY


@pytest.mark.parametrize(
    "text",
    [
        "Yth. Dinas Sosial, " + BODY,
        "Yth. Dinas, " + BODY,
        "Yth Bapak Bupati, " + BODY,
        BODY + ". Sudah lapor ke Dinas Perhubungan Kab. Bandung tapi belum ada jawaban",
        "Saya sudah ke Dinas Perhubungan Kab. Bandung, " + BODY,
        "Dinas Perhubungan Kab. Bandung tolong " + BODY,
        "Yth. Dinas Perhubungan",
    ],
)
def test_what_does_not_give_the_label_away_stays(text: str) -> None:
    assert strip_giveaways(text, [DISHUB]) == text


def test_a_closing_note_of_staff_is_cut() -> None:
    text = BODY + ". Aduan ini menjadi kewenangan Dinas Perhubungan Kab. Bandung."
    assert strip_giveaways(text, [DISHUB]) == BODY + "."


def test_several_prefixes_are_cut() -> None:
    text = "Terdisposisi ke Dinas Perhubungan. Yth. Dishub Kab. Bandung, " + BODY
    assert strip_giveaways(text, [DISHUB]) == BODY


def test_a_government_is_named_by_its_head() -> None:
    assert strip_giveaways("Yth. Bupati Bandung, " + BODY, ["Pemerintah Kabupaten Bandung"]) == BODY
    assert strip_giveaways("Yth. Camat Pacet, " + BODY, ["Kecamatan Pacet"]) == BODY


@given(st.text(max_size=200), st.sampled_from([DISHUB, "Kecamatan Pacet", "RSUD Majalaya", None]))
def test_what_is_left_is_a_part_of_the_text(text: str, label: str | None) -> None:
    assert strip_giveaways(text, [label]) in text


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Jalan Rusak di Paseh", "Jalan rusak di PasehMohon segera diperbaiki", "Mohon segera diperbaiki"),
        ("Lampu mati", "LAMPU MATIMohon segera diperbaiki ya", "Mohon segera diperbaiki ya"),
        ("Jalan rusak?", "Jalan rusak?Mohon segera diperbaiki", "Mohon segera diperbaiki"),
        ("Jalan rusak", "Jalan rusak di dekat rumah saya", "Jalan rusak di dekat rumah saya"),
        ("Jalan rusak", "Jalan rusaknya sudah lama sekali", "Jalan rusaknya sudah lama sekali"),
        ("Banjir", "Assalamualaikum wr wbSaya mau melapor", "Assalamualaikum wr wbSaya mau melapor"),
        (None, "Jalan rusakMohon diperbaiki", "Jalan rusakMohon diperbaiki"),
        ("Jalan rusak", "Jalan rusakTks", "Jalan rusakTks"),
    ],
)
def test_cuts_a_title_that_is_glued_to_the_text(title: str | None, text: str, expected: str) -> None:
    assert split_glued_title(title, text) == expected
