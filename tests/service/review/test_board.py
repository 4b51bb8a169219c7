"""The work list follows the log: in small steps, in order, over restarts, and what a person opens at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from office import CareTriage, Office, open_office
from serving_app import start

from service.review import board as board_module
from service.review.board import Board
from service.settings import Settings
from service.storage import worklist
from service.storage.review_tables import tasks
from service.storage.store import Store

VERIFY = {"instansi": "id:32.04:dishub", "klasifikasi": "pengaduan", "kategori": "Kategori 2.15"}


def rows(store: Store) -> list[Any]:
    """Return the whole list."""
    statement = tasks.select().order_by(tasks.c.complaint_id)
    return store.read(lambda connection: [tuple(row) for row in connection.execute(statement)])


def full(store: Store, settings: Settings) -> list[Any]:
    """Make the list anew in one go and return it."""
    store.write(worklist.begin_anew).result()
    board = Board(store, settings)
    while board.step(1000):
        pass
    return rows(store)


@pytest.fixture
def filled(tmp_path: Path) -> Any:
    """Return a closed store of 30 complaints, some decided."""
    with open_office(tmp_path / "var") as office:
        admin = office.person("nasional", named=True)
        for number in range(30):
            office.complain(f"R-{number}")
        for number in range(0, 30, 3):
            admin.decide(f"R-{number}", "verifikasi", **VERIFY)
    return tmp_path / "var"


@pytest.mark.parametrize("size", [1, 4, 7])
def test_it_catches_up_in_steps_of_any_size_over_restarts(filled: Path, size: int) -> None:
    settings = Settings(var=filled)
    store = Store(settings.store_url)
    expected = full(store, settings)
    store.write(worklist.begin_anew).result()
    store.close()
    more, seen = True, [0]
    while more:  # every step after a restart
        store = Store(settings.store_url)
        more = Board(store, settings).step(size)
        seen.append(len(rows(store)))
        if more:
            store.close()
    assert rows(store) == expected
    assert seen == sorted(seen)
    assert max(after - before for before, after in pairwise(seen)) <= size
    assert Board(store, settings).step() is False
    store.close()


def test_the_running_server_catches_up_by_itself_after_a_restart(filled: Path) -> None:
    store = Store(Settings(var=filled).store_url)
    expected = full(store, Settings(var=filled, audit_share=0.0))
    store.write(worklist.begin_anew).result()
    store.close()
    with start(filled, CareTriage(), audit_share=0.0, follow_interval=0.05) as server:
        board = server.app.state.board
        for _ in range(200):
            if not board.behind and len(rows(server.store)) == 30:
                break
            asyncio.run(asyncio.sleep(0.02))
        assert rows(server.store) == expected  # nobody opened a page


def test_a_row_of_later_events_is_not_replaced_by_one_of_earlier_events(filled: Path) -> None:
    settings = Settings(var=filled)
    store = Store(settings.store_url)
    expected = full(store, settings)
    store.write(worklist.begin_anew).result()
    board = Board(store, settings)
    first = store.read(lambda connection: worklist.read_step(connection, board.make, 5))
    assert first is not None
    older = [{**row, "seq": row["seq"] - 1, "stage": "usang"} for row in first.rows]
    board.renew([row["complaint_id"] for row in first.rows])
    step = worklist.Step(first.after, first.until, first.ids, older)
    assert store.write(lambda connection: worklist.write_step(connection, step)).result()
    assert "usang" not in str(rows(store))
    # Another server that read the same step comes second: the log is not passed over twice.
    assert not store.write(lambda connection: worklist.write_step(connection, step)).result()
    while board.step(3):
        pass
    assert rows(store) == expected
    store.close()


def test_what_is_opened_or_decided_is_up_to_date_while_the_list_is_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_office(tmp_path / "var", follow_interval=60) as office:  # nothing is caught up with meanwhile
        admin = office.person("nasional", named=True)
        for number in range(4):
            office.complain(f"R-{number}")
        board = office.server.app.state.board
        monkeypatch.setattr(board_module, "_FEW", -1)  # as after an import of many
        office.server.store.write(worklist.begin_anew).result()
        board._cursor = 0
        page = admin.get("/review").text
        assert "sedang diperbarui" in page
        assert "R-2" not in page
        assert "tombol-verifikasi" in admin.get("/review/laporan/R-2").text
        admin.decide("R-2", "verifikasi", **VERIFY)
        assert [row[0] for row in rows(office.server.store)] == ["R-2"]
        assert "tindak_lanjut" in str(rows(office.server.store))


def test_an_erased_complaint_leaves_the_list(office: Office, admin: Any) -> None:
    office.complain("R-1")
    office.complain("R-2")
    assert "R-1" in admin.get("/review").text
    office.server.client.delete("/v1/complaints/R-1", headers=office.server.key("admin", "assess"))
    assert "R-1" not in admin.get("/review").text
    assert [row[0] for row in rows(office.server.store)] == ["R-2"]


def test_about_as_many_as_asked_for_are_drawn_for_the_blind_audit(tmp_path: Path) -> None:
    with open_office(tmp_path / "var", audit_share=0.5, audit_weekly=4) as office:
        admin = office.person("nasional", named=True)
        for number in range(60):
            office.complain(f"R-{number}")
        admin.get("/review")
        store = office.server.store
        drawn = store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM tasks WHERE audit = 1").scalar_one())
        assert 1 <= drawn <= 20  # 4, and 4 / n for the n-th after the eighth: 12 expected
        before = rows(store)
        assert full(store, Settings(var=tmp_path / "var", audit_share=0.5, audit_weekly=4)) == before
    assert full_without_audit(tmp_path / "var") == 0


def full_without_audit(var: Path) -> int:
    """Return how many are drawn where the audit is switched off."""
    settings = Settings(var=var, audit_weekly=0)
    store = Store(settings.store_url)
    found = sum(row[list(tasks.c.keys()).index("audit")] for row in full(store, settings))
    store.close()
    return found


def test_two_servers_on_one_postgresql_store_follow_together(postgres: Callable[[], str], tmp_path: Path) -> None:
    url = postgres()
    with open_office(tmp_path / "one", store=url, follow_interval=60) as office:
        admin = office.person("nasional", named=True)
        for number in range(8):
            office.complain(f"R-{number}", date="2026-11-02T09:00:00+07:00")
        admin.decide("R-3", "verifikasi", **VERIFY)
    settings = Settings(var=tmp_path / "one", store=url, audit_share=0.0)
    stores = [Store(url), Store(url)]
    expected = full(stores[0], settings)
    assert {row[list(tasks.c.keys()).index("received")] for row in expected} == {"2026-11-02"}
    stores[0].write(worklist.begin_anew).result()
    boards = [Board(store, settings) for store in stores]
    while boards[0].step(1) | boards[1].step(2):
        pass
    assert rows(stores[1]) == expected
    for board in boards:
        board.ledger.refresh()
        assert len(board.ledger.names(admin.user.viewer())) == 8
    for store in stores:
        store.close()


def test_a_complaint_that_cannot_be_listed_does_not_keep_the_others_waiting(
    filled: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(var=filled)
    store = Store(settings.store_url)
    expected = full(store, settings)
    real = board_module.task_of

    def task_of(events: Any, *rest: Any) -> Any:
        if events[0].complaint_id == "R-7":
            raise OverflowError
        return real(events, *rest)

    monkeypatch.setattr(board_module, "task_of", task_of)
    assert full(store, settings) == [row for row in expected if row[0] != "R-7"]
    assert "cannot be put in the work list" in caplog.text
    store.close()
