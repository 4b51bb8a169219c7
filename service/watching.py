"""Watch what comes in: drift since the model went live, surges of a kind in a place, topics without a category."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data.dates import JAKARTA
from data.errors import PilahError
from evaluation.drift import REFERENCE, STEP, WINDOWS, Observation, look
from evaluation.observe import item_of, observe
from evaluation.surges import Item, find_surges
from evaluation.topics import find_topics
from service.codec import from_plain, now
from service.freeing import give_back
from service.intake import Intake
from service.storage.store import Store
from service.storage.tables import assessments, complaints, events

log = logging.getLogger(__name__)
_NEWEST = 6_000  # complaints in which surges and topics are looked for
_JUDGED = 3_000
_SURE = 0.5  # mean stated probability from which a category explains a topic


@dataclass(frozen=True, slots=True)
class Alert:
    """Hold one alert as ``/v1/alerts`` shows it.

    :param kind: ``drift``, ``surge``, ``topic`` (a category explains it) or ``new_topic``.
    :param ids: example complaints, of which a viewer sees those it may see.
    :param places: where the complaints are from; empty for everywhere.
    """

    kind: str
    what: str
    since: str
    p: float
    n: int
    says: str
    place: str | None = None
    words: tuple[str, ...] = ()
    expected: float | None = None
    ids: tuple[str, ...] = ()


class Watcher:
    """Look now and then, and keep what was found over a restart.

    :param on_drift: told whether the policy must withdraw eligibility.
    """

    def __init__(self, intake: Intake, path: Path, interval: float, on_drift: Callable[[bool], None]) -> None:
        self._intake = intake
        self._path = path
        self._interval = interval
        self._on_drift = on_drift
        self._items: dict[str, Item] = {}
        self._seq = 0
        self._state: dict[str, Any] = _read(path)
        on_drift(bool(self._state["drift"]))  # an alarm from before the restart stands from the first answer on

    @property
    def alerts(self) -> list[Alert]:
        """Return what stands now."""
        return [Alert(**alert) for alert in (*self._state["drift"], *self._state["surges"])]

    @property
    def looked_at(self) -> str | None:
        """Return when it last looked."""
        found: str | None = self._state["at"]
        return found

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except (PilahError, OSError) as error:
                log.error("the watch could not look", extra={"detail": str(error)})
            await asyncio.sleep(self._interval)

    async def look(self) -> None:
        """Look once."""
        model = self._intake.triage.model
        known = getattr(getattr(self._intake.triage, "bundle", None), "vectoriser", None)
        vocabulary = frozenset(known.words) if known is not None else frozenset()
        store = self._intake.store
        if store.last_seq() != self._seq:
            self._state = await asyncio.to_thread(
                self._looked, store, f"{model.id} {model.bundle}", model.id, vocabulary
            )
            await asyncio.to_thread(give_back)
            self._path.write_text(json.dumps(self._state, ensure_ascii=False), encoding="utf-8")
        self._on_drift(bool(self._state["drift"]))
        counts = dict.fromkeys(("drift", "surge", "topic", "new_topic"), 0)
        for alert in self.alerts:
            counts[alert.kind] += 1
        for kind, n in counts.items():
            self._intake.metrics.alerts.labels(kind).set(n)

    def _looked(self, store: Store, model: str, model_id: str, vocabulary: frozenset[str]) -> dict[str, Any]:
        seq = store.last_seq()
        state = self._state
        if state["model"] != model:  # another model: a new reference, and no alarm yet
            state = {**_EMPTY, "model": model, "since": seq if state["model"] else 0}
        drift, steps = self._drift(store, state, model_id, vocabulary)
        surges = self._surges(store)
        self._seq = seq
        return {**state, "at": now(), "drift": drift, "steps": steps, "surges": surges}

    def _drift(
        self, store: Store, state: Mapping[str, Any], model_id: str, vocabulary: frozenset[str]
    ) -> tuple[list[dict[str, Any]], int]:
        own = sa.and_(assessments.c.model_id == model_id, assessments.c.seq > state["since"])
        count = sa.select(sa.func.count()).select_from(assessments).where(own)
        steps = (store.read(lambda connection: connection.execute(count).scalar_one()) - REFERENCE) // STEP
        if steps <= state["steps"]:
            return list(state["drift"]), state["steps"]
        audited = _audited(store)
        ordered = sa.select(assessments.c.body, complaints.c.content).join(
            complaints, complaints.c.id == assessments.c.complaint_id
        ).where(own).order_by(assessments.c.seq)  # fmt: skip

        def read(skip: int, most: int) -> list[Observation]:
            rows = store.read(lambda connection: connection.execute(ordered.offset(skip).limit(most)).all())
            return [_observed(row.content, row.body, vocabulary, audited) for row in rows]

        end = REFERENCE + steps * STEP
        most = min(max(WINDOWS), end - REFERENCE)
        alarms = look(read(0, REFERENCE), read(end - most, most), seed=steps)
        told = {alert["what"] for alert in state["drift"]}
        new = [
            asdict(Alert("drift", alarm.what, now(), alarm.p, alarm.window, alarm.says))
            for alarm in {alarm.what: alarm for alarm in alarms}.values()
            if alarm.what not in told
        ]
        return [*state["drift"], *new], steps

    def _surges(self, store: Store) -> list[dict[str, Any]]:
        self._refresh(store)
        items = sorted(self._items.values(), key=lambda item: (item.day, item.id))
        current = datetime.now(JAKARTA).date()
        items = [item for item in items if item.day <= current]
        if not items:
            return []
        today = items[-1].day  # a replayed archive is watched as it stands
        since = {(a["kind"], a["what"], a["place"]): a["since"] for a in self._state["surges"]}
        found = []
        for surge in find_surges(items, today):
            says = f"{surge.n} in {surge.days} day(s), {surge.expected:.1f} expected"
            found.append(
                Alert("surge", surge.kind, now(), surge.p, surge.n, says, surge.place or None, (),
                      round(surge.expected, 2), surge.ids)
            )  # fmt: skip
        for topic in find_topics(items, today):
            kind = "topic" if topic.explained and _stated(store, topic.ids) >= _SURE else "new_topic"
            says = f"{topic.n} complaints with these words" + (f", mostly {topic.explained}" if kind == "topic" else "")
            found.append(Alert(kind, topic.words[0], now(), topic.p, topic.n, says, None, topic.words, None, topic.ids))
        return [{**asdict(a), "since": since.get((a.kind, a.what, a.place), a.since)} for a in found]

    def _refresh(self, store: Store) -> None:
        """Read what is new since the last look; the newest few thousand complaints are kept."""
        gone = sa.select(events.c.complaint_id).where(events.c.kind == "deleted", events.c.seq > self._seq)
        for row in store.read(lambda connection: connection.execute(gone).all()):
            self._items.pop(row.complaint_id, None)
        fresh = (
            sa.select(complaints).where(complaints.c.seq > self._seq).order_by(complaints.c.seq.desc()).limit(_NEWEST)
        )
        for row in store.read(lambda connection: connection.execute(fresh).all()):
            received = datetime.fromisoformat(row.received_at).astimezone(JAKARTA).date()
            complaint = from_plain(json.loads(row.content))
            self._items[row.id] = item_of(complaint, row.category, row.region_code, 1.0, received)
        if len(self._items) > _NEWEST:
            newest = sorted(self._items.values(), key=lambda item: (item.day, item.id))[-_NEWEST:]
            self._items = {item.id: item for item in newest}


_EMPTY: dict[str, Any] = {"model": "", "since": 0, "steps": 0, "at": None, "drift": [], "surges": []}


def _read(path: Path) -> dict[str, Any]:
    try:
        return {**_EMPTY, **json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError):
        return dict(_EMPTY)


def _observed(content: str, body: str, vocabulary: frozenset[str], audited: Mapping[str, bool]) -> Observation:
    complaint = from_plain(json.loads(content))
    return observe(complaint, json.loads(body), vocabulary, audited.get(complaint.id))


def _audited(store: Store) -> dict[str, bool]:
    """Return whether the suggested agency was taken, for the newest complaints of the blind audit."""
    statement = sa.select(events.c.complaint_id, events.c.payload).where(events.c.kind == "disposed")
    statement = statement.order_by(events.c.seq.desc()).limit(_JUDGED)
    found: dict[str, bool] = {}
    for row in store.read(lambda connection: connection.execute(statement).all()):
        payload = json.loads(row.payload)
        if payload.get("blind") and "accepted" in payload:
            found[row.complaint_id] = bool(payload["accepted"])
    return found


def _stated(store: Store, ids: tuple[str, ...]) -> float:
    """Return the mean stated probability of the categories of complaints."""
    statement = sa.select(assessments.c.body).where(assessments.c.complaint_id.in_(ids))
    bodies = [json.loads(row.body) for row in store.read(lambda connection: connection.execute(statement).all())]
    stated = [body["category"]["probability"] for body in bodies if body.get("category")]
    return sum(stated) / len(stated) if stated else 1.0
