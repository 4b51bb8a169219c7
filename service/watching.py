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
from evaluation.drift import STEP, Alarm, Audited, Observation
from evaluation.observe import item_of, observe
from evaluation.standing import Standing, Watch, judge, step
from evaluation.surges import Item, find_surges
from evaluation.topics import find_topics
from service.codec import from_plain, now
from service.freeing import give_back
from service.intake import Intake
from service.storage.store import Store
from service.storage.tables import assessments, complaints, events

log = logging.getLogger(__name__)
_NEWEST = 6_000  # complaints in which surges and topics are looked for
_JUDGED = 3_000  # newest decisions in which those of the blind audit are looked for
_MOST_AUDITED = 400
_MOST_LOOKS = 10  # at once, after very many answers
_TOLD_ENDS = 10
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
        self._hundreds: dict[int, list[Observation]] = {}
        self._state: dict[str, Any] = _read(path)
        on_drift(bool(self._state["drift"]))  # an alarm from before the restart stands from the first answer on

    @property
    def alerts(self) -> list[Alert]:
        """Return what stands now."""
        return [Alert(**alert) for alert in (*self._state["drift"], *self._state["surges"])]

    @property
    def ended(self) -> list[dict[str, str]]:
        """Return the drift alarms that ended last, the newest first, and why."""
        return [dict(one) for one in self._state["ended"]]

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
            self._on_drift(bool(self._state["drift"]))  # with what is shown from now on, not after it
            await asyncio.to_thread(give_back)
            self._path.write_text(json.dumps(self._state, ensure_ascii=False), encoding="utf-8")
        counts = dict.fromkeys(("drift", "surge", "topic", "new_topic"), 0)
        for alert in self.alerts:
            counts[alert.kind] += 1
        for kind, n in counts.items():
            self._intake.metrics.alerts.labels(kind).set(n)

    def _looked(self, store: Store, model: str, model_id: str, vocabulary: frozenset[str]) -> dict[str, Any]:
        seq = store.last_seq()
        state = self._state
        if state["model"] != model:  # another model: a new reference, and no alarm yet
            ended = [_end(alert, "model", "another model went live") for alert in state["drift"]]
            kept = {"surges": state["surges"], "ended": [*ended, *state["ended"]][:_TOLD_ENDS]}
            state = {**_EMPTY, **kept, "model": model, "since": seq if state["model"] else 0}
            self._hundreds.clear()
        state = self._drift(store, state, model_id, vocabulary)
        surges = self._surges(store)
        self._seq = seq
        return {**state, "at": now(), "surges": surges}

    def _drift(
        self, store: Store, state: Mapping[str, Any], model_id: str, vocabulary: frozenset[str]
    ) -> dict[str, Any]:
        """Look after each hundred that the model has answered since the last look."""
        own = sa.and_(assessments.c.model_id == model_id, assessments.c.seq > state["since"])
        marks: list[int] = [*state["marks"]]  # place of the last answer of each hundred
        place = assessments.c.seq
        fresh = sa.select(place).where(own, place > (marks[-1] if marks else 0)).order_by(place)
        places = store.read(lambda connection: connection.execute(fresh).scalars().all())
        marks += places[STEP - 1 :: STEP]
        watch = _watch_of(state["watch"])
        due = range(max(watch.next_look, len(marks) - _MOST_LOOKS + 1), len(marks) + 1)
        if not due and not watch.standing:
            return {**state, "marks": marks}
        used: set[int] = set()

        def read(hundred: int) -> list[Observation]:
            used.add(hundred)
            if hundred not in self._hundreds:
                low, high = marks[hundred - 1] if hundred else state["since"], marks[hundred]
                wanted = sa.select(assessments.c.body, complaints.c.content).join(
                    complaints, complaints.c.id == assessments.c.complaint_id
                ).where(own, place > low, place <= high).order_by(place)  # fmt: skip
                rows = store.read(lambda connection: connection.execute(wanted).all())
                self._hundreds[hundred] = [
                    observe(from_plain(json.loads(row.content)), json.loads(row.body), vocabulary) for row in rows
                ]
            return self._hundreds[hundred]

        audited = _audited(store, own)
        alerts = {alert["what"]: alert for alert in state["drift"]}
        ends = []
        for hundreds in due or [len(marks)]:  # people's decisions may end an alarm at any time
            used.clear()
            began: list[Standing] = []
            if due:
                watch, began, ended = step(watch, hundreds, read, marks[hundreds - 1], audited)
            else:
                watch, ended = judge(watch, hundreds, marks[hundreds - 1], audited)
            for one in ended:
                ends.append(_end(alerts.pop(one.standing.alarm.what), one.why, one.says))
                log.info("a drift alarm ended", extra={"detail": f"{one.standing.alarm.what}: {one.says}"})
            for new in began:
                alarm = new.alarm
                alerts[alarm.what] = asdict(Alert("drift", alarm.what, now(), alarm.p, alarm.window, alarm.says))
                log.warning("a drift alarm began", extra={"detail": f"{alarm.what}: {alarm.says}"})
        if due:
            self._hundreds = {hundred: self._hundreds[hundred] for hundred in used}
        told = [*reversed(ends), *state["ended"]][:_TOLD_ENDS]
        return {**state, "marks": marks, "watch": asdict(watch), "drift": list(alerts.values()), "ended": told}

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


_EMPTY: dict[str, Any] = {
    "model": "", "since": 0, "marks": [], "watch": {}, "at": None, "drift": [], "ended": [], "surges": []
}  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    try:
        return {**_EMPTY, **json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError):
        return dict(_EMPTY)


def _watch_of(plain: Mapping[str, Any]) -> Watch:
    standing = [Standing(**{**one, "alarm": Alarm(**one["alarm"])}) for one in plain.get("standing", ())]
    return Watch(**{**plain, "standing": tuple(standing), "suspected": tuple(plain.get("suspected", ()))})


def _end(alert: Mapping[str, Any], why: str, says: str) -> dict[str, Any]:
    return {"kind": "drift", "what": alert["what"], "since": alert["since"], "until": now(), "why": why, "says": says}


def _audited(store: Store, own: sa.ColumnElement[bool]) -> list[Audited]:
    """Return the newest complaints of the blind audit that were decided, in the order in which they were answered."""
    statement = sa.select(events.c.complaint_id, events.c.payload).where(events.c.kind == "disposed")
    statement = statement.order_by(events.c.seq.desc()).limit(_JUDGED)
    decided: dict[str, bool] = {}
    for row in store.read(lambda connection: connection.execute(statement).all()):
        payload = json.loads(row.payload)
        if payload.get("blind") and "accepted" in payload:
            decided[row.complaint_id] = bool(payload["accepted"])
    chosen = list(decided)[:_MOST_AUDITED]
    answers = sa.select(assessments.c.complaint_id, assessments.c.seq, assessments.c.body)
    answers = answers.where(own, assessments.c.complaint_id.in_(chosen)).order_by(assessments.c.seq)
    found = {}
    for answer in store.read(lambda connection: connection.execute(answers).all()):
        body = json.loads(answer.body)
        agency = body["agency"]
        if agency is not None:  # where the government is what is suggested, its probability was stated
            answered = agency["parent"] if body["decision"]["level"] == "instansi" and agency["parent"] else agency
            right = decided[answer.complaint_id]
            found[answer.complaint_id] = Audited(answer.seq, float(answered["probability"]), right)
    return sorted(found.values(), key=lambda one: one.place)


def _stated(store: Store, ids: tuple[str, ...]) -> float:
    """Return the mean stated probability of the categories of complaints."""
    statement = sa.select(assessments.c.body).where(assessments.c.complaint_id.in_(ids))
    bodies = [json.loads(row.body) for row in store.read(lambda connection: connection.execute(statement).all())]
    stated = [body["category"]["probability"] for body in bodies if body.get("category")]
    return sum(stated) / len(stated) if stated else 1.0
