"""Test what is found fit to route and what needs special care."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.complaint import Complaint, Confidentiality
from data.errors import PilahError
from data.regions import Regions
from model.matters import shipped_matcher
from model.phrases import phrase_text
from model.places import PlaceResolver
from model.reading import masked
from model.screening import SUPERVISION, Screened, Screener, shipped_screener
from model.text import normalise

CASES = Path(__file__).parent / "screening_cases.psv"


@pytest.fixture(scope="module")
def resolver() -> PlaceResolver:
    return PlaceResolver(Regions.load())


def screen(complaint: Complaint, resolver: PlaceResolver, screener: Screener | None = None) -> Screened:
    complaint = masked(complaint)
    fields = {name: normalise(value) for name in ("title", "text") if (value := getattr(complaint, name))}
    matters = shipped_matcher().read(fields["text"], fields.get("title"))
    text = phrase_text(fields)
    return (screener or shipped_screener()).screen(complaint, text, resolver.resolve(complaint), matters)


def cases() -> list[tuple[str, str, set[str], set[str], str]]:
    found = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            what, flags, text = line.split("|", 2)
            status, _, kind = what.partition("/")
            names = [name for name in flags.split(",") if name]
            wanted = {name for name in names if not name.startswith("-")}
            found.append((status, kind, wanted, {name[1:] for name in names if name.startswith("-")}, text))
    return found


def test_emergencies_and_unfit_complaints_are_found_and_look_alikes_are_not(resolver: PlaceResolver) -> None:
    hits = wanted = false = 0
    for status, kind, _, _, text in cases():
        answer = screen(Complaint(id="x", text=text), resolver)
        if status == "ok":
            false += answer.screening.status not in ("ok", "kurang_lengkap")
            continue
        wanted += 1
        hits += answer.screening.status == status and (not kind or kind in answer.emergencies)
    assert wanted >= 50
    assert hits / wanted >= 0.95
    assert false == 0


def test_victims_and_accused_are_flagged_and_look_alikes_are_not(resolver: PlaceResolver) -> None:
    hits = total = 0
    for _, _, wanted, unwanted, text in cases():
        flags = set(screen(Complaint(id="x", text=text), resolver).screening.flags)
        hits += len(wanted & flags)
        total += len(wanted)
        assert not unwanted & flags, text
    assert total >= 35
    assert hits / total >= 0.95


def test_several_findings_stand_side_by_side(resolver: PlaceResolver) -> None:
    found = screen(Complaint(id="x", text="adik saya mau bunuh diri karena diperkosa gurunya, tolong"), resolver)
    assert found.screening.status == "darurat"
    assert "kekerasan_seksual" in found.screening.flags
    assert any("119" in sentence for sentence in found.says)
    assert any("129" in sentence for sentence in found.says)


def test_a_road_without_any_place_is_asked_for_its_place(resolver: PlaceResolver) -> None:
    found = screen(Complaint(id="x", text="Lampu jalan mati sudah dua minggu, mohon diperbaiki"), resolver)
    assert found.screening.status == "kurang_lengkap"
    assert found.screening.findings[0].missing == ("lokasi",)
    assert found.question is not None and "kecamatan" in found.question


def test_a_place_in_the_form_is_enough(resolver: PlaceResolver) -> None:
    complaint = Complaint(id="x", text="Lampu jalan mati sudah dua minggu, mohon diperbaiki", location="Soreang")
    assert screen(complaint, resolver).screening.status == "ok"


def test_a_personal_entitlement_asks_for_identity_but_is_not_held_up(resolver: PlaceResolver) -> None:
    found = screen(Complaint(id="x", text="PKH ibu saya tidak cair sejak Maret di Kabupaten Brebes"), resolver)
    assert found.screening.status == "ok"
    assert ("identitas",) in [finding.missing for finding in found.screening.findings]


def test_who_reports_an_official_in_secret_counts_as_a_whistle_blower(resolver: PlaceResolver) -> None:
    text = "Kepala desa memotong BLT warga seratus ribu di Kabupaten Sampang"
    plain = screen(Complaint(id="x", text=text), resolver)
    secret = screen(Complaint(id="x", text=text, confidentiality=Confidentiality.RAHASIA), resolver)
    assert "pelapor_pelanggaran" not in plain.screening.flags
    assert "pelapor_pelanggaran" in secret.screening.flags
    assert plain.confidential


def test_topics_of_a_deployment_are_flags(tmp_path: Path, resolver: PlaceResolver) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(
        '[[rule]]\nid = "topik-dbd"\ngives = "topik:dbd"\nany = ["dbd", "demam berdarah"]\n', encoding="utf-8"
    )
    screener = Screener(topics=path)
    found = screen(Complaint(id="x", text="Warga RT 3 Kota Tegal banyak kena demam berdarah"), resolver, screener)
    assert found.screening.flags == ("topik:dbd",)
    assert found.screening.status == "ok"


def test_contacts_of_the_region_come_first(tmp_path: Path, resolver: PlaceResolver) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(
        "kind,region,name,number,note\nkebakaran,,Damkar,113,\nkebakaran,32.04,Damkar Soreang,001,\n", encoding="utf-8"
    )
    text = "kebakaran di Soreang Kabupaten Bandung sekarang, tolong kirim damkar"
    found = screen(Complaint(id="x", text=text), resolver, Screener(contacts=path))
    calls = [sentence for sentence in found.says if sentence.startswith("Kontak")]
    assert calls == ["Kontak kebakaran: Damkar Soreang 001, Damkar 113."]


@pytest.mark.parametrize(
    "wrong",
    [
        '[[rule]]\nid = "a"\ngives = "spam"\n',
        '[[rule]]\nid = "a"\ngives = "spam"\nany = ["{tidak_ada}"]\n',
        '[[rule]]\nid = "a"\ngives = "spam"\nany = ["x"]\nnear = "y"\n',
        '[[rule]]\nid = "a"\ngives = "spam"\nany = ["x"]\n[[rule]]\nid = "a"\ngives = "spam"\nany = ["x"]\n',
        "not toml",
    ],
)
def test_a_wrong_rule_file_is_refused(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(PilahError) as caught:
        Screener(rules=path)
    assert caught.value.code == "PLH-751"


def test_case_and_spaces_change_nothing(resolver: PlaceResolver) -> None:
    for _, _, _, _, text in cases()[::6]:
        plain = screen(Complaint(id="x", text=text), resolver).screening
        loud = screen(Complaint(id="x", text="  " + text.upper().replace(" ", "   ")), resolver).screening
        assert (plain.status, plain.flags) == (loud.status, loud.flags), text


def test_a_complaint_about_officials_may_be_one_for_the_inspectorate_and_others_are_not(
    resolver: PlaceResolver,
) -> None:
    accused = screen(Complaint(id="x", text="Kepala desa meminta uang pelicin untuk surat tanah"), resolver)
    hints = [f for f in accused.screening.findings if f.kind == SUPERVISION]
    assert [f.probability for f in hints] == [0.6]
    assert hints[0].rule is not None
    assert accused.screening.status == "ok"
    plain = screen(Complaint(id="x", text="Lampu jalan mati di Jalan Melati Soreang"), resolver)
    assert SUPERVISION not in {f.kind for f in plain.screening.findings}
