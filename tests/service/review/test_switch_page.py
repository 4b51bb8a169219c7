"""Automatic routing at the pages: only a named official of the right role, with a reason, logged and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from office import Office

from model.policy import Bound, Policy
from service.review.switch_page import prospect
from service.storage.switches import all_switches, switched_on

ON = {"cakupan": "wilayah:32.04", "keadaan": "nyala", "jabatan": "Sekretaris Daerah", "alasan": "uji coba tiga bulan"}


def acts(office: Office) -> list[tuple[str, bool, str, str]]:
    return [(one.scope, one.on, one.official, one.reason) for one in office.server.store.read(all_switches)]


def test_a_named_official_switches_on_and_off(office: Office, admin: Any) -> None:
    assert admin.post("/review/penerusan", ON).status_code == 303
    assert admin.post("/review/penerusan", ON).status_code == 303  # a double click changes nothing
    page = admin.get("/review/penerusan").text
    for shown in ("Kabupaten Bandung", "Orang nasional, Sekretaris Daerah", "uji coba tiga bulan", "menyala"):
        assert shown in page
    assert office.server.app.state.intake.switched_on == {"wilayah:32.04"}
    assert admin.post("/review/penerusan", ON | {"keadaan": "mati", "alasan": "uji coba selesai"}).status_code == 303
    assert office.server.store.read(switched_on) == frozenset()
    assert office.server.app.state.intake.switched_on == frozenset()
    assert acts(office) == [
        ("wilayah:32.04", True, "Orang nasional, Sekretaris Daerah", "uji coba tiga bulan"),
        ("wilayah:32.04", False, "Orang nasional, Sekretaris Daerah", "uji coba selesai"),
    ]
    assert "menyalakan penerusan otomatis" in admin.get("/review/catatan").text


@pytest.mark.parametrize(
    ("role", "where", "named", "scope"),
    [
        ("nasional", {}, False, "semua"),
        ("instansi", {"region": "32.04"}, False, "wilayah:32.04"),
        ("instansi", {"region": "32.04"}, True, "wilayah:32.05"),
        ("instansi", {"region": "32.04"}, True, "semua"),
        ("instansi", {"agency": "PLN"}, True, "tingkat:bumn"),
        ("penghubung", {"agency": "32.04:dishub"}, True, "wilayah:32.04"),
        ("koordinator", {"region": "32"}, False, "wilayah:32"),
        ("nasional", {}, True, "wilayah:99.99"),
    ],
)
def test_nobody_else_does(office: Office, role: str, where: dict[str, str], named: bool, scope: str) -> None:
    person = office.person(role, named=named, **where)  # type: ignore[arg-type]
    assert person.post("/review/penerusan", ON | {"cakupan": scope}).status_code == 403
    assert acts(office) == []


def test_an_admin_switches_the_own_region(office: Office) -> None:
    admin = office.person("instansi", region="32.04", named=True)
    assert admin.post("/review/penerusan", ON).status_code == 303
    assert "Nyalakan untuk suatu cakupan" in admin.get("/review/penerusan").text
    other = office.person("instansi", region="33.10", named=True)
    assert "uji coba tiga bulan" not in other.get("/review/penerusan").text


@pytest.mark.parametrize("wrong", [{"alasan": "ya"}, {"jabatan": ""}, {"keadaan": "x"}])
def test_office_and_reason_are_needed(office: Office, admin: Any, wrong: dict[str, str]) -> None:
    assert admin.post("/review/penerusan", ON | wrong).status_code == 422
    assert acts(office) == []


def policy_of(*bounds: Bound, regions: tuple[str, ...] = ("32.04",)) -> Policy:
    return Policy(0.05, 0.9, {bound.scope: bound for bound in bounds}, frozenset(regions))


def unproved(scope: str, labelled: int, missing: int | None) -> Bound:
    return Bound(scope, None, 0, 0, labelled, missing)


@pytest.mark.parametrize(
    ("bounds", "scope", "said"),
    [
        ((unproved("semua", 900, 310),), "semua", "900 laporan berlabel: masih kurang sekitar 310 laporan"),
        ((unproved("semua", 900, None),), "semua", "tambahan laporan saja tidak cukup"),
        ((unproved("semua", 900, 310), unproved("wilayah:32.04", 60, 40)), "wilayah:32.04", "sekitar 40 laporan"),
        ((unproved("semua", 900, 310),), "tingkat:desa", "dari cakupan ini sendiri laporan berlabel masih terlalu"),
        ((Bound("semua", 0.9, 400, 3, 900),), "wilayah:33.24", "belum ada laporan berlabel dari wilayah ini"),
        ((Bound("wilayah:33.24", 0.9, 400, 3, 900),), "wilayah:32.04", "belum terbukti"),
        ((Bound("semua", 0.9, 400, 3, 900),), "wilayah:32", None),
        ((Bound("wilayah:32.04", 0.9, 400, 3, 900),), "wilayah:32", None),
        ((Bound("wilayah:32.04", 0.9, 400, 3, 900),), "tingkat:kabkota", None),
        ((Bound("tingkat:pusat", 0.9, 400, 3, 900),), "tingkat:pusat", None),
        ((Bound("tingkat:pusat", 0.9, 400, 3, 900),), "tingkat:desa", "belum terbukti"),
    ],
)
def test_a_scope_without_a_proof_says_what_is_missing(bounds: tuple[Bound, ...], scope: str, said: str | None) -> None:
    found = prospect(policy_of(*bounds), scope)
    assert (found is None) if said is None else (found is not None and said in found), found


def test_the_page_says_that_nothing_is_routed_where_nothing_is_proved(office: Office, admin: Any) -> None:
    triage = office.server.app.state.intake.triage
    triage.policy = policy_of(unproved("semua", 900, 310), unproved("wilayah:32.04", 60, 40))
    page = admin.get("/review/penerusan").text
    assert "Provinsi Jawa Barat (belum terbukti)" in page
    assert "310 laporan" in page
    admin.post("/review/penerusan", ON)
    page = admin.get("/review/penerusan").text
    assert "belum ada laporan yang diteruskan otomatis di cakupan ini" in page
    assert "masih kurang sekitar 40 laporan" in page
    triage.policy = policy_of(Bound("wilayah:32.04", 0.9, 400, 3, 900))
    page = admin.get("/review/penerusan").text
    assert "belum ada laporan yang diteruskan otomatis di cakupan ini" not in page
    assert "dari 400 laporan berlabel" in page
