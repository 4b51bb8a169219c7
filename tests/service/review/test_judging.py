"""Judging: two people blind, their agreement afterwards, nothing for those who may not see it, rows that train."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from office import Office, Person

from data.readers import read_records
from evaluation.pairs import read_pairs

SECRET = "Kembangsepatu"  # noqa: S105 - a word of the hidden complaint
HOME = "/review/penilaian"
TEXT = "Lampu jalan mati di Jalan Merdeka Bandung sejak seminggu, mohon segera diperbaiki"


def filled(office: Office, count: int = 5, **fields: Any) -> None:
    """Send complaints of which each repeats the ones before in nearly the same words."""
    for row in range(count):
        office.complain(f"R-{row}", f"{TEXT}{', gelap' * row}", **fields)


def begin(admin: Person, one: Person, other: Person, nonce: str = "a" * 24, count: str = "20") -> Any:
    fields = {"satu": one.user.id, "dua": other.user.id, "jumlah": count, "formulir": nonce}
    return admin.post(HOME, fields)


def pair_on(page: str) -> tuple[str, str]:
    found = [re.search(rf'name="{name}" value="([^"]+)"', page) for name in "ab"]
    assert all(found), page[:800]
    return found[0].group(1), found[1].group(1)  # type: ignore[union-attr]


def judge(person: Person, where: str, answers: list[str]) -> list[tuple[str, str]]:
    """Answer the pairs as they come, and return them."""
    seen = []
    for told in answers:
        a, b = pair_on(person.get(where).text)
        assert person.post(where, {"a": a, "b": b, "hubungan": told}).status_code == 303
        seen.append((a, b))
    return seen


def total(person: Person, where: str) -> int:
    found = re.search(r"pasangan \d+ dari (\d+)", person.get(where).text)
    assert found is not None
    return int(found.group(1))


@pytest.fixture
def duo(office: Office) -> tuple[Person, Person]:
    """Return two people of one regency: an admin and an analyst."""
    filled(office)
    return office.person("instansi", region="32.04"), office.person("analis", region="32.04")


def test_both_judge_blind_and_then_see_how_far_they_agree(duo: tuple[Person, Person]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    count = total(one, where)
    assert count >= 5
    mine = judge(one, where, ["same"] * count)
    assert "Jawaban Anda sudah lengkap" in one.get(where).text
    theirs = []
    for row in range(count):
        page = other.get(where).text
        for word in ("kejadian yang sama 9", "peluang", "R-0<", "Jawaban sama", "Kappa"):
            assert word not in page
        assert 'aria-pressed="true"' not in page  # nothing of what the first person said
        a, b = pair_on(page)
        other.post(where, {"a": a, "b": b, "hubungan": "related" if row == 0 else "same"})
        theirs.append((a, b))
    assert {frozenset(pair) for pair in mine} == {frozenset(pair) for pair in theirs}
    assert mine != theirs
    for person in duo:
        page = person.get(where).text
        assert "Kappa Cohen" in page
        assert "Yang berbeda: 1 pasangan" in page
        assert "Berkaitan" in page


def test_the_agreed_pairs_are_rows_for_the_training(duo: tuple[Person, Person], tmp_path: Path) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    count = total(one, where)
    judge(one, where, ["same"] * count)
    assert one.get(f"{where}/pasangan.jsonl").status_code == 404  # not before both have finished
    disputed = judge(other, where, ["different", *["same"] * (count - 1)])[0]
    pairs, reports = tmp_path / "pasangan.jsonl", tmp_path / "laporan.jsonl"
    for path in (pairs, reports):
        path.write_text(one.get(f"{where}/{path.name}").text, encoding="utf-8")
    rows = read_pairs(pairs)
    assert len(rows) == count - 1
    assert {row.relation for row in rows} == {"same"}
    assert frozenset(disputed) not in {frozenset((row.a, row.b)) for row in rows}
    named = {name for row in rows for name in (row.a, row.b)}
    assert {record.complaint.id for record in read_records(reports)} == named


def test_an_answer_counts_once_and_the_last_one_counts(office: Office, duo: tuple[Person, Person]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    a, b = judge(one, where, ["same"])[0]
    one.post(where, {"a": b, "b": a, "hubungan": "same"})
    one.post(where, {"a": a, "b": b, "hubungan": "related"})
    found = office.server.store.read(lambda c: c.exec_driver_sql("SELECT relation FROM judgements").scalars().all())
    assert found == ["related"]
    assert 'value="related" class="utama"' in one.get(f"{where}?nomor=1").text


def test_after_the_end_no_answer_changes(duo: tuple[Person, Person]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    count = total(one, where)
    pairs = judge(one, where, ["same"] * count)
    judge(other, where, ["same"] * count)
    answer = one.post(where, {"a": pairs[0][0], "b": pairs[0][1], "hubungan": "different"})
    assert (answer.status_code, "PLH-459" in answer.text) == (409, True)


def test_an_admin_ends_a_judging_that_nobody_goes_on_with(duo: tuple[Person, Person]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    first = judge(one, where, ["same"] * total(one, where))[0]
    other.post(where, {"a": first[0], "b": first[1], "hubungan": "same"})
    assert one.post(f"{where}/akhiri").status_code == 303
    assert "Kappa Cohen" in other.get(where).text
    assert json.loads(one.get(f"{where}/pasangan.jsonl").text)["relation"] == "same"


@pytest.mark.parametrize(
    "fields", [{"hubungan": "mungkin"}, {"hubungan": ""}, {"a": "R-0", "b": "R-0", "hubungan": "same"}, {"a": "X"}]
)
def test_what_was_not_asked_is_not_taken(office: Office, duo: tuple[Person, Person], fields: dict[str, str]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    a, b = pair_on(one.get(where).text)
    assert one.post(where, {"a": a, "b": b} | fields).status_code == 422
    assert office.server.store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM judgements").scalar()) == 0


def test_the_same_form_begins_one_judging(office: Office, duo: tuple[Person, Person]) -> None:
    one, other = duo
    assert begin(one, one, other).headers["location"] == begin(one, one, other).headers["location"]
    assert office.server.store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM judging_rounds").scalar()) == 1


def test_a_judging_needs_two_people_and_pairs(office: Office) -> None:
    one, other = office.person("nasional"), office.person("analis")
    assert "dua orang yang berbeda" in begin(one, one, one).text
    assert "Belum ada pasangan" in begin(one, one, other).text
    filled(office, 2)
    assert "banyaknya" in begin(one, one, other, count="7").text


def test_a_region_admin_chooses_among_the_own_team(office: Office) -> None:
    filled(office)
    admin, own = office.person("instansi", region="32.04"), office.person("analis", region="32.04")
    strangers = [office.person("instansi", region="33.10"), office.person("analis"), office.person("nasional")]
    page = admin.get(HOME).text
    assert own.user.id in page
    for stranger in strangers:
        assert stranger.user.id not in page
        assert begin(admin, admin, stranger).status_code == 422
    assert begin(admin, admin, own).status_code == 303


def test_others_learn_nothing_of_a_judging(office: Office, duo: tuple[Person, Person]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    judge(one, where, ["same"] * total(one, where))
    for stranger in (office.person("instansi", region="33.10"), office.person("analis", region="32.04")):
        assert where not in stranger.get(HOME).text
        for answer in (stranger.get(where), stranger.post(where, {"a": "R-0", "b": "R-1", "hubungan": "same"})):
            assert (answer.status_code, "PLH-458" in answer.text) == (404, True)
    colleague = office.person("instansi", region="32.04")
    assert "Hasil ditampilkan setelah kedua penilai selesai" in colleague.get(where).text
    assert colleague.post(where, {"a": "R-0", "b": "R-1", "hubungan": "same"}).status_code == 403


def test_confidential_pairs_are_for_two_named_people_only(office: Office) -> None:
    filled(office, 3)
    for row in range(2):
        office.complain(f"H-{row}", f"{TEXT} dekat {SECRET}{', gelap' * row}", confidentiality="rahasia")
    named = [office.person("instansi", region="32.04", named=True) for _ in range(2)]
    plain = office.person("instansi", region="32.04")
    mixed = begin(named[0], named[0], plain, "b" * 24).headers["location"]
    for pair in judge(named[0], mixed, ["same"] * total(named[0], mixed)):
        assert not any(name.startswith("H-") for name in pair)
    both = begin(named[0], *named, "c" * 24).headers["location"]
    pairs = judge(named[0], both, ["same"] * total(named[0], both))
    judge(named[1], both, ["related"] * len(pairs))
    assert any(name.startswith("H-") for pair in pairs for name in pair)
    assert SECRET in named[0].get(both).text
    page = plain.get(both).text
    assert "Yang berbeda" in page
    assert SECRET not in page
    assert "H-" not in page
    hidden = sum(any(name.startswith("H-") for name in pair) for pair in pairs)
    assert f"Yang berbeda: {len(pairs) - hidden} pasangan" in page


def test_an_analyst_reads_masked_texts_and_it_is_noted(office: Office) -> None:
    for row in range(2):
        office.complain(f"R-{row}", f"{TEXT}, hubungi 081234567890{', gelap' * row}")
    chief, one = office.person("nasional"), office.person("analis")
    where = begin(chief, chief, one).headers["location"]
    page = one.get(where).text
    assert "Lampu jalan mati" in page
    assert "081234567890" not in page
    assert "nilai pasangan" in chief.get("/review/catatan").text
    assert one.get("/review/laporan/R-0").status_code == 403


def test_an_erased_complaint_takes_its_pairs_along(office: Office, duo: tuple[Person, Person]) -> None:
    one, other = duo
    where = begin(one, one, other).headers["location"]
    judge(one, where, ["same"] * total(one, where))
    headers = office.server.key("assess", "admin", "read", "review")
    assert office.server.client.delete("/v1/complaints/R-1", headers=headers).status_code == 204
    for table in ("judging_pairs", "judgements"):
        found = office.server.store.read(lambda c, table=table: c.exec_driver_sql(f"SELECT a, b FROM {table}").all())  # type: ignore[misc]  # noqa: S608
        assert found
        assert all("R-1" not in row for row in found)
