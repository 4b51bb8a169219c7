"""The event log is the truth: the state is its fold, twice written is once, and a fault says what it is."""

from __future__ import annotations

import os
import sqlite3
import stat
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import PilahError
from service.codec import fingerprint
from service.storage.log import POSTED, Event, State, fold
from service.storage.record import Posting, erase, rebuild, store_event, store_posting
from service.storage.store import Store
from service.storage.tables import metadata
from service.viewer import EVERYTHING

TIME = "2024-05-01T00:00:00.000000Z"


def posting(number: int, text: str = "lampu mati") -> Posting:
    content = {"id": f"A-{number}", "text": text, "confidentiality": "biasa"}
    summary = {"agency": "Dishub", "agency_id": "32.04:dishub", "category": "Lampu", "type": "pengaduan"}
    return Posting(f"A-{number}", content, fingerprint(content), "32.04", {}, summary, '{"duplicates":[]}', "m")


def event(complaint_id: str, kind: str, **payload: Any) -> Event:
    return Event(f"{kind}:{sorted(payload.items())}", complaint_id, kind, TIME, TIME, payload)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = Store(f"sqlite:///{tmp_path / 'pilah.db'}")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Return a store on each of the two databases."""
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path / 'pilah.db'}")
    else:
        opened = Store(request.getfixturevalue("postgres")())
    yield opened
    opened.close()


def put(store: Store, wanted: Posting) -> Any:
    return store.write(lambda connection: store_posting(connection, wanted, EVERYTHING)).result()


actions = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.one_of(
            st.sampled_from(["lampu", "sampah"]),
            st.sampled_from(sorted(POSTED)).map(
                lambda kind: event("", kind, agency="PLN") if kind in ("disposed", "corrected") else event("", kind)
            ),
            st.just(None),
        ),
    ),
    max_size=20,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_rebuilding_from_the_log_gives_the_same_state(tmp_path: Path, wanted: list[tuple[int, Any]]) -> None:
    (tmp_path / "pilah.db").unlink(missing_ok=True)
    store = Store(f"sqlite:///{tmp_path / 'pilah.db'}")
    try:
        for number, action in wanted:
            try:
                if action is None:
                    store.write(lambda connection, n=number: erase(connection, f"A-{n}", EVERYTHING)).result()
                elif isinstance(action, str):
                    put(store, posting(number, action))
                else:
                    said = replace(action, complaint_id=f"A-{number}")
                    store.write(lambda connection, said=said: store_event(connection, said, EVERYTHING)).result()
            except PilahError as error:
                assert error.code in ("PLH-406", "PLH-409")
        before = list(store.states())
        assert store.write(rebuild).result() == len(before)
        assert list(store.states()) == before
    finally:
        store.close()
        for suffix in ("-wal", "-shm"):
            Path(f"{tmp_path / 'pilah.db'}{suffix}").unlink(missing_ok=True)


def test_sequence_numbers_rise_and_are_never_used_again(either: Store) -> None:
    put(either, posting(1))
    last = either.last_seq()
    either.write(lambda connection: erase(connection, "A-1", EVERYTHING)).result()
    put(either, posting(2))
    seqs = [found.seq for found in either.events_after(0)]
    assert seqs == sorted(set(seqs))
    assert seqs[-1] > last


def test_an_erasure_leaves_no_text_in_the_file(store: Store, tmp_path: Path) -> None:
    put(store, posting(1, "kata Kembangsepatu yang hanya ada di sini"))
    store.write(lambda connection: erase(connection, "A-1", EVERYTHING)).result()
    assert b"Kembangsepatu" in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.flush()
    assert b"Kembangsepatu" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_returned_complaint_is_undecided_again() -> None:
    state = State(
        "A", {}, "d", 1, "masuk", "biasa", None, TIME, TIME, 1, "32.04", "Dishub", "32.04:dishub", decided=True
    )
    after = fold(state, event("A", "returned", agency="Dishub", reason="bukan wewenang"))
    assert after is not None
    assert (after.status, after.agency, after.agency_id, after.decided) == ("dikembalikan", None, None, False)


def test_the_id_of_the_agency_before_is_not_kept() -> None:
    state = State("A", {}, "d", 1, "masuk", "biasa", None, TIME, TIME, 1, "32.04", "Dishub", "32.04:dishub")
    after = fold(state, event("A", "disposed", agency="PLN"))
    assert after is not None
    assert (after.agency, after.agency_id) == ("PLN", None)


def test_one_failing_write_does_not_spoil_the_others(either: Store) -> None:
    def broken(connection: Any) -> None:
        store_posting(connection, posting(99), EVERYTHING)
        raise ZeroDivisionError

    futures: list[Future[Any]] = []
    for number in range(30):
        wanted = posting(number)
        futures.append(either.write(lambda connection, wanted=wanted: store_posting(connection, wanted, EVERYTHING)))
        failing = either.write(broken)
        with pytest.raises(ZeroDivisionError):
            failing.result()
    assert all(future.result().outcome == "new" for future in futures)
    assert either.count() == 30
    assert either.look_up("A-99", EVERYTHING) == (None, False)


def test_the_writes_are_synchronous_and_the_log_is_wal(store: Store) -> None:
    with store.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_the_migrations_make_the_tables_that_the_code_uses(either: Store) -> None:
    inspector = sa.inspect(either.engine)
    for table in metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes


def test_a_store_of_a_later_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pilah.db'}"
    Store(url).close()
    with sqlite3.connect(tmp_path / "pilah.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(PilahError, match="PLH-504"):
        Store(url)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pilah.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(PilahError, match="PLH-501"):
        Store(f"sqlite:///{tmp_path / 'pilah.db'}")


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x", "sqlite:////proc/nowhere/pilah.db"])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(PilahError, match="PLH-501"):
        Store(url)


def test_one_file_has_one_server(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pilah.db'}"
    first = Store(url, serving=True)
    with pytest.raises(PilahError, match="PLH-507"):
        Store(url, serving=True)
    Store(url).close()  # a command may still use it
    first.close()
    Store(url, serving=True).close()


def test_a_locked_store_says_so(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'pilah.db'}", busy_timeout=0.05)
    holder = sqlite3.connect(tmp_path / "pilah.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(PilahError, match="PLH-502"):
        put(store, posting(1))
    holder.execute("ROLLBACK")
    holder.close()
    assert put(store, posting(1)).outcome == "new"
    store.close()


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'var' / 'pilah.db'}")
    put(store, posting(1))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").iterdir()}
    store.close()
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert modes["pilah.db"] == 0o600
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes
    assert os.access(tmp_path / "var", os.R_OK)
