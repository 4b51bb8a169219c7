"""Uploads in the store: how far each is, which rows it had, what was wrong with the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from service.storage.review_tables import upload_rows, uploads

RUNNING, FINISHED, FAILED = "berjalan", "selesai", "gagal"


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold one upload.

    :param problems: what was skipped and why; never what a row said.
    """

    id: str
    user_id: str
    name: str
    created_at: str
    status: str = RUNNING
    total: int = 0
    done: int = 0
    problems: tuple[str, ...] = ()


def _upload(row: Row[Any]) -> Upload:
    values = dict(row._mapping)
    return Upload(**{**values, "problems": tuple(json.loads(row.problems))})


def add_upload(connection: Connection, upload: Upload) -> None:
    """Keep a new upload."""
    names = "id user_id name created_at status total done".split()
    values = {name: getattr(upload, name) for name in names}
    connection.execute(uploads.insert(), {**values, "problems": json.dumps(upload.problems)})


def set_progress(
    connection: Connection,
    upload_id: str,
    rows: Sequence[tuple[int, str]] = (),
    *,
    problems: Sequence[str] | None = None,
    **values: Any,
) -> None:
    """Note how far an upload is.

    :param rows: the number and the complaint of rows that were stored now.
    """
    if rows:
        numbers = [number for number, _ in rows]
        same = sa.and_(upload_rows.c.upload_id == upload_id, upload_rows.c.row.in_(numbers))
        connection.execute(upload_rows.delete().where(same))
        found = [{"upload_id": upload_id, "row": number, "complaint_id": name} for number, name in rows]
        connection.execute(upload_rows.insert(), found)
    if problems is not None:
        values["problems"] = json.dumps(list(problems))
    if values:
        connection.execute(uploads.update().where(uploads.c.id == upload_id).values(**values))


def get_upload(connection: Connection, upload_id: str) -> Upload | None:
    """Return an upload."""
    row = connection.execute(sa.select(uploads).where(uploads.c.id == upload_id)).first()
    return None if row is None else _upload(row)


def uploads_of(connection: Connection, user_id: str, limit: int = 20) -> list[Upload]:
    """Return the newest uploads of a person."""
    statement = sa.select(uploads).where(uploads.c.user_id == user_id)
    statement = statement.order_by(uploads.c.created_at.desc(), uploads.c.id).limit(limit)
    return [_upload(row) for row in connection.execute(statement)]


def running(connection: Connection) -> list[Upload]:
    """Return the uploads that are not finished: a restart goes on with them."""
    return [_upload(row) for row in connection.execute(sa.select(uploads).where(uploads.c.status == RUNNING))]


def rows_of(connection: Connection, upload_id: str) -> list[tuple[int, str]]:
    """Return the rows of an upload in the order of the file."""
    statement = sa.select(upload_rows.c.row, upload_rows.c.complaint_id).where(upload_rows.c.upload_id == upload_id)
    return [(row.row, row.complaint_id) for row in connection.execute(statement.order_by(upload_rows.c.row))]
