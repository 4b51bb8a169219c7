"""Names of places, their parts, abbreviations, fillings of one template, landmarks, sites, days and points."""

from __future__ import annotations

import pytest

from data.complaint import Complaint
from model.duplicates.document import Document, build_document
from model.duplicates.index import DuplicateIndex
from model.duplicates.profile import profile
from model.duplicates.relations import certainties, doubts
from model.duplicates.scorer import pair_words
from model.duplicates.signals import SIGNALS, signals


def make(text: str, title: str | None = None) -> Document:
    return build_document(Complaint(id=text[:20], text=text, title=title))


def named(one: str, other: str) -> dict[str, float]:
    a, b = profile(make(one)), profile(make(other))
    return dict(zip(SIGNALS, signals(a, b, DuplicateIndex().rarity(pair_words(a, b))), strict=True))


@pytest.mark.parametrize(
    ("one", "other", "signal"),
    [
        ("Lampu di komplek Griya Bandung Indah mati", "lampu GBI padam", "initials_match"),
        ("Saluran mampet di Jl. Ngagel Jaya Selatan III", "Saluran mampet di Jl. Ngagel Jaya Utara V", "part_conflict"),
        ("Lampu Kenanga gang 3 mati", "Lampu Kenanga gang 3 padam", "part_match"),
        ("Jalan rusak di Desa Sukaraja", "jln ds sukaraja rusak", "name_agreement"),
        ("Bau dari pabrik di perumahan Batu Wangi", "Bau dari pabrik di perumahan Kenanga Asri", "name_conflicts"),
        ("Bantuan untuk Ibu Yayah belum cair", "Bantuan untuk Ibu Rumsih belum cair", "slot_conflict"),
        ("Banjir sejak tanggal 27 Juli", "sejak 27/07/2024 banjir", "date_same"),
        ("Banjir sejak tanggal 27 Juli", "sejak 3 Agustus banjir", "date_conflict"),
        ("lihat https://maps.app.goo.gl/abcDEF123?g_st=iw", "lokasi maps.app.goo.gl/abcDEF123", "map_same"),
        ("Longsor di -7,0472253, 107,6623541", "Longsor di -7.0472, 107.6623", "near"),
        ("Murid SMPN 2 Cilaut dipungut", "pungutan di SMP 2 Cilaut", "sekolah_match"),
    ],
)
def test_what_names_the_place_is_seen(one: str, other: str, signal: str) -> None:
    assert named(one, other)[signal] > 0
    assert named(other, one)[signal] > 0


def test_schools_of_two_levels_are_no_agreement() -> None:
    assert named("Pagar SMP 1 Sukamaju roboh", "Pagar SMA 1 Sukamaju roboh")["name_other_part"] == 1


def test_one_hacked_page_is_one_case_whatever_the_words_and_the_query() -> None:
    one = make("Situs desa diretas, lihat https://layanan.contoh.go.id/blog/?x=1 tolong ditindak")
    other = make("mohon bantuan website pemerintah dipakai judi: layanan.contoh.go.id/blog/?x=2")
    other_page = make("mohon bantuan website pemerintah dipakai judi: layanan.contoh.go.id/berita")
    assert "situs_sama" in certainties(profile(one), profile(other), 0.0)
    assert "situs_sama" not in certainties(profile(one), profile(other_page), 0.0)


def test_a_map_is_no_site() -> None:
    one, other = make("Website: https://maps.app.goo.gl/abc"), make("Situs maps.app.goo.gl/abc")
    assert certainties(profile(one), profile(other), 0.0) == ()


def test_another_landmark_on_one_street_is_another_point() -> None:
    first = make("Lampu Jl. Ahmad Yani depan kantor pos mati")
    second = make("Lampu Jl. Ahmad Yani depan terminal mati")
    again = make("lampu jln A. Yani dkt kantor pos padam")
    assert "titik_lain" in doubts(profile(first), profile(second), 0.0)
    assert "titik_lain" not in doubts(profile(first), profile(again), 0.0)


def test_the_matter_is_read_from_the_title_or_the_beginning() -> None:
    assert max(make("mohon bantuan", "Lampu PJU mati").about.items(), key=lambda item: item[1])[0] == "2.15"
    assert make("").about == {}


def test_what_was_read_survives_storing() -> None:
    document = make(
        "Lampu depan SMPN 2 Cilaut dekat pasar Legi mati sejak 27 Juli, titik -7.0472, 107.6623", "PJU mati"
    )
    assert Document.from_record(document.to_record()) == document
    assert document.reading.anchors
