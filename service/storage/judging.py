"""Pairs that two people judge blind: the rounds, the pairs drawn for them, what each person answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy import Column, Float, Index, String, Table
from sqlalchemy.engine import Connection

from evaluation.judging import Judgement, ScoredPair
from service.codec import now
from service.storage.tables import assessments, mentions, metadata

_ID, _NAME, _TIME = String(32), String(200), String(27)
_NEWEST = 5_000  # answers whose duplicates pairs are drawn from

rounds = Table(
    "judging_rounds",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("created_at", _TIME, nullable=False),
    Column("team", _ID, nullable=False),
    Column("one", _ID, nullable=False),
    Column("other", _ID, nullable=False),
    Column("closed_at", _TIME),
)
"""One row a round: who judges, and for which team it was begun."""

pairs = Table(
    "judging_pairs",
    metadata,
    Column("round_id", _ID, primary_key=True),
    Column("a", _NAME, primary_key=True),
    Column("b", _NAME, primary_key=True),
    Column("probability", Float, nullable=False),
    Index("judging_pairs_a", "a"),
    Index("judging_pairs_b", "b"),
)
"""The pairs of a round, with what the machine thought when they were drawn; ``a`` sorts before ``b``."""

judgements = Table(
    "judgements",
    metadata,
    Column("round_id", _ID, primary_key=True),
    Column("a", _NAME, primary_key=True),
    Column("b", _NAME, primary_key=True),
    Column("user_id", _ID, primary_key=True),
    Column("relation", String(20), nullable=False),
    Column("at", _TIME, nullable=False),
)
"""One answer a pair and person: the last one."""


@dataclass(frozen=True, slots=True)
class Round:
    """Hold one round of judging.

    :param team: whose admins may see it, beside the two people who judge.
    :param closed_at: when it was ended by hand; ``None`` while answers are taken.
    """

    id: str
    created_at: str
    team: str
    one: str
    other: str
    closed_at: str | None = None

    @property
    def judges(self) -> tuple[str, str]:
        """Return both people."""
        return self.one, self.other


def candidates(connection: Connection) -> list[ScoredPair]:
    """Return the pairs that the newest answers name, each with the probability of its newest answer."""
    naming = sa.select(mentions.c.seq).where(mentions.c.seq == assessments.c.seq).exists()
    statement = sa.select(assessments.c.complaint_id, assessments.c.body).where(naming)
    found: dict[tuple[str, str], ScoredPair] = {}
    for row in connection.execute(statement.order_by(assessments.c.seq.desc()).limit(_NEWEST)):
        for one in json.loads(row.body).get("duplicates", ()):
            pair = ScoredPair(row.complaint_id, one["id"], float(one["probability"]))
            found.setdefault(pair.key, pair)
    return list(found.values())


def add_round(connection: Connection, made: Round, drawn: Iterable[ScoredPair]) -> None:
    """Keep a new round with its pairs; the same round again changes nothing."""
    if get_round(connection, made.id) is not None:
        return
    connection.execute(rounds.insert(), asdict(made))
    rows = [
        {"round_id": made.id, "a": a, "b": b, "probability": one.probability} for one in drawn for a, b in [one.key]
    ]
    if rows:
        connection.execute(pairs.insert(), rows)


def get_round(connection: Connection, round_id: str) -> Round | None:
    """Return a round."""
    row = connection.execute(sa.select(rounds).where(rounds.c.id == round_id)).first()
    return None if row is None else Round(**row._mapping)


def all_rounds(connection: Connection, limit: int = 100) -> list[Round]:
    """Return the newest rounds."""
    statement = sa.select(rounds).order_by(rounds.c.created_at.desc(), rounds.c.id).limit(limit)
    return [Round(**row._mapping) for row in connection.execute(statement)]


def pairs_of(connection: Connection, round_id: str) -> list[ScoredPair]:
    """Return the pairs of a round in the order of their ids."""
    statement = sa.select(pairs).where(pairs.c.round_id == round_id).order_by(pairs.c.a, pairs.c.b)
    return [ScoredPair(row.a, row.b, row.probability) for row in connection.execute(statement)]


def judgements_of(connection: Connection, round_id: str) -> list[Judgement]:
    """Return what was answered in a round."""
    statement = sa.select(judgements).where(judgements.c.round_id == round_id)
    statement = statement.order_by(judgements.c.a, judgements.c.b, judgements.c.user_id)
    return [Judgement(row.a, row.b, row.user_id, row.relation) for row in connection.execute(statement)]


def put_judgement(connection: Connection, round_id: str, told: Judgement) -> None:
    """Keep what a person answered; the last answer to a pair counts."""
    a, b = told.key
    columns = judgements.c
    mine = sa.and_(columns.round_id == round_id, columns.a == a, columns.b == b, columns.user_id == told.judge)
    connection.execute(judgements.delete().where(mine))
    values = {"round_id": round_id, "a": a, "b": b, "user_id": told.judge, "relation": told.relation, "at": now()}
    connection.execute(judgements.insert(), values)


def close_round(connection: Connection, round_id: str) -> None:
    """End a round: no further answers are taken."""
    still = sa.and_(rounds.c.id == round_id, rounds.c.closed_at.is_(None))
    connection.execute(rounds.update().where(still).values(closed_at=now()))


def purge_complaint(connection: Connection, complaint_id: str) -> None:
    """Drop every pair of a complaint that is erased, with what people said of it."""
    for table in (judgements, pairs):
        connection.execute(table.delete().where(sa.or_(table.c.a == complaint_id, table.c.b == complaint_id)))


def ids_of(drawn: Sequence[ScoredPair]) -> list[str]:
    """Return the complaints of pairs, each once."""
    return sorted({name for pair in drawn for name in pair.key})
