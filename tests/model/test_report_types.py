"""Test how complaint, aspiration and request for information are told apart."""

from __future__ import annotations

import pytest

from model.classifier import Distribution
from model.phrases import phrase_text
from model.report_types import pool_types, shipped_type_reader
from model.text import normalise

MOSTLY_COMPLAINTS = Distribution.from_scores({"pengaduan": 0.94, "permintaan informasi": 0.04, "aspirasi": 0.02})


def answer(text: str, at_home: bool = False, title: str | None = None) -> Distribution:
    fields = {name: normalise(value) for name, value in (("title", title), ("text", text)) if value}
    return pool_types(shipped_type_reader().read(phrase_text(fields)), MOSTLY_COMPLAINTS, at_home)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Mohon informasi syarat membuat kartu identitas anak", "permintaan informasi"),
        ("Kak mau tanya, kalau pindah KK bawa dokumen apa saja?", "permintaan informasi"),
        ("Pripun carane ngurus akta lahir? biayane pinten?", "permintaan informasi"),
        ("Apakah masih boleh mendaftar beasiswa kabupaten? kapan ditutup?", "permintaan informasi"),
        ("Saya mengusulkan taman bermain di Alun-alun Wonosari", "aspirasi"),
        ("Saran saya sebaiknya halte di depan RSUD diberi atap", "aspirasi"),
        ("Terima kasih atas pelayanan petugas Disdukcapil yang ramah dan cepat", "aspirasi"),
        ("Jalan rusak sudah dua tahun belum diperbaiki", "pengaduan"),
        ("Kenapa lampu jalan padam terus? kapan diperbaiki?", "pengaduan"),
        ("Petugas tidak ramah, pelayanan lambat, kami kecewa", "pengaduan"),
        ("Terima kasih atas perhatiannya, sampah kami belum diangkut seminggu", "pengaduan"),
    ],
)
def test_how_it_is_said_tells_the_type(text: str, label: str) -> None:
    assert answer(text).best == label


def test_at_home_the_practice_of_the_place_weighs_more() -> None:
    question = "Kapan bantuan dibagikan?"
    away, home = answer(question), answer(question, at_home=True)
    assert home.as_dict()["pengaduan"] > away.as_dict()["pengaduan"]


def test_without_a_head_the_phrases_decide() -> None:
    read = shipped_type_reader().read(phrase_text({"text": normalise("usul taman baca")}))
    found = pool_types(read, None, True)
    assert found.best == "aspirasi"
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-5)
