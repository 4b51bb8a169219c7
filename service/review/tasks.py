"""The work list: what is to be done with a complaint now, by whom and until when, as its events tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.tier_rules import tier_rules
from model.screening import ACCUSED_FLAGS, CONFIDENTIAL_FLAGS
from service.review.clock import Clock, day_of
from service.storage.log import ARCHIVED, FOUND_ID, Event

VERIFY, PASS_ON, FOLLOW_UP, HELD, DONE = "verifikasi", "disposisi", "tindak_lanjut", "tunda", "selesai"
WAITING = (VERIFY, PASS_ON)
NATIONAL = "nasional"
DRAWN, BLIND = 1, 2
"""The mark ``audit`` of a complaint drawn for the blind audit, and of one that was decided blind."""
_GOVERNMENT = re.compile(r"\d{2}(\.\d{2})?")
_TOPIC = "topik:"

REASONS: dict[str, str] = {
    "darurat": "keadaan darurat",
    "peka": "laporan peka",
    "dikembalikan": "dikembalikan",
    "audit": "uji acak",
    "spam": "mungkin uji coba atau spam",
    "kurang_lengkap": "belum lengkap",
    "tidak_jelas": "isi tidak jelas",
    "sengketa_pribadi": "mungkin sengketa pribadi",
    "proses_hukum": "mungkin dalam proses hukum",
    "pilihan": "beda dengan pilihan pelapor",
    "instansi": "instansi belum diketahui",
    "wilayah": "wilayah meragukan",
    "tingkat": "tingkat meragukan",
    "keyakinan": "perlu dipastikan",
    "diteruskan": "diteruskan otomatis",
}
"""Why a complaint waits for a person, with the words that people read."""


@dataclass(frozen=True, slots=True)
class Task:
    """Hold one row of the work list.

    :param seq: the last event that it was made from.
    :param holder: whose turn it is: ``nasional``, the id of a government or office; ``None``: the admin there.
    :param audit: of the blind audit: 0 not in it, ``DRAWN`` or ``BLIND``.
    :param accepted: whether the first decision took the suggested agency; ``None`` where there was none to take.
    :param linked: whether people linked it as a duplicate.
    :param late: whether a limit was missed, now or earlier.
    """

    complaint_id: str
    seq: int
    stage: str
    urgent: int
    due: str
    reason: str
    holder: str | None
    audit: int
    received: str
    disposed: str | None = None
    followed: str | None = None
    closed: str | None = None
    returned: int = 0
    accepted: int | None = None
    linked: int = 0
    topics: str | None = None
    late: int = 0


def effective(events: Sequence[Event]) -> list[Event]:
    """Leave out what was undone, and the undoing."""
    undone = {name for event in events if event.kind == "undone" for name in event.payload.get("undoes", ())}
    return [event for event in events if event.kind != "undone" and event.event_id not in undone]


def doubt(answer: Mapping[str, Any]) -> str:  # noqa: PLR0911
    """Name the main reason why people should look at an answer."""
    screening, decision = answer["screening"], answer["decision"]
    if screening["status"] == "darurat" or decision["priority"] == "segera":
        return "darurat"
    if CONFIDENTIAL_FLAGS & set(screening["flags"]):
        return "peka"
    if screening["status"] in REASONS:
        return str(screening["status"])
    if answer["agency"] is None:
        return "instansi"
    if answer["claim"]["conflict"]:
        return "pilihan"
    question = decision["question"] or ""
    if question.startswith(("Di kabupaten/kota mana", "Wilayahnya")):
        return "wilayah"
    if question in tier_rules().questions.values():
        return "tingkat"
    return "diteruskan" if decision["action"] == "route" else "keyakinan"


def must_choose(answer: Mapping[str, Any]) -> bool:
    """Say whether a person must choose the agency: the suggestion must not be taken by pressing Enter alone."""
    sensitive = bool(CONFIDENTIAL_FLAGS & set(answer["screening"]["flags"]))
    return sensitive or doubt(answer) in ("wilayah", "tingkat", "instansi")


def is_blind(row: Any, *, decided: bool) -> bool:
    """Say whether the suggestion of a complaint is still to be kept from who decides.

    :param row: its row of the work list, if there is one.
    """
    return row is not None and row.audit == DRAWN and not decided and row.stage in WAITING


def task_of(
    events: Sequence[Event], answer: Mapping[str, Any] | None, clock: Clock, drawn: bool, today: date
) -> Task | None:
    """Make the row of one complaint.

    :param events: all of them, in order.
    :param answer: the newest one, or those parts of it that are looked at here; ``None`` if nobody asked the model.
    :param drawn: whether it is in the blind audit.
    :returns: ``None`` if there is no such complaint (any more).
    """
    if not events or any(event.kind == "deleted" for event in events):
        return None
    return _Fold(answer, clock, drawn).run(effective(events), events[-1].seq, today)


class _Fold:
    """Go through the events of one complaint."""

    def __init__(self, answer: Mapping[str, Any] | None, clock: Clock, drawn: bool) -> None:
        self._answer, self._clock, self._drawn = answer, clock, drawn
        self._flags = set(answer["screening"]["flags"]) if answer else set()
        self._stage, self._reason = DONE if answer is None else VERIFY, "keyakinan"
        self._holder: str | None = None
        self._disposed: str | None = None
        self._followed: str | None = None
        self._closed: str | None = None
        self._returned = self._linked = self._late = 0
        self._accepted: int | None = None
        self._audit = 0
        self._due = date.max
        self._type = answer["type"]["label"] if answer and answer["type"] else None

    def run(self, events: Sequence[Event], seq: int, today: date) -> Task:
        first = events[0]
        sent = first.payload.get("complaint", {}).get("date")
        received = day_of(sent) if sent else day_of(first.at)
        if self._answer is not None:
            self._begin(received)
        for event in events:
            self._apply(event)
        if self._stage != DONE and self._due < today:
            self._late = 1
        topics = "".join(f"|{flag.removeprefix(_TOPIC)}" for flag in sorted(self._flags) if flag.startswith(_TOPIC))
        return Task(
            complaint_id=first.complaint_id,
            seq=seq,
            stage=self._stage,
            urgent=int(self._reason == "darurat" and self._stage in (*WAITING, FOLLOW_UP)),
            due=self._due.isoformat(),
            reason=self._reason,
            holder=self._holder,
            audit=self._audit,
            received=received.isoformat(),
            disposed=self._disposed,
            followed=self._followed,
            closed=self._closed,
            returned=self._returned,
            accepted=self._accepted,
            linked=self._linked,
            topics=f"{topics}|" if topics else None,
            late=self._late,
        )

    def _begin(self, received: date) -> None:
        assert self._answer is not None  # noqa: S101 - the caller looked
        self._reason = doubt(self._answer)
        self._audit = DRAWN if self._drawn else 0
        self._due = self._clock.add(received, self._clock.verify)
        if self._reason == "diteruskan":
            self._stage = VERIFY if self._audit else DONE
        if self._audit and self._reason in ("diteruskan", "keyakinan"):
            self._reason = "audit"

    def _apply(self, event: Event) -> None:
        payload, day = event.payload, day_of(event.at)
        if event.kind in ("disposed", "corrected") and (payload.get("agency") or payload.get("agency_id")):
            self._pass_on(event, day)
        elif event.kind == "returned":
            self._returned += 1
            self._turn(VERIFY, payload.get("to"), day, self._clock.verify)
            self._reason = "dikembalikan"
        elif event.kind == "postponed":
            self._turn(HELD, None, day, self._clock.autoclose)
        elif event.kind == "followed_up":
            self._followed = self._followed or event.at
            if self._stage == FOLLOW_UP and self._disposed:
                self._turn(FOLLOW_UP, self._holder, day_of(self._disposed), self._limit())
        elif event.kind == "closed":
            self._closed = event.at
            self._turn(DONE, None, day, 0)
            if payload.get("outcome") != ARCHIVED:
                self._followed = self._followed or event.at
        elif event.kind == "reopened":
            self._closed = None
            again = FOLLOW_UP if self._disposed else VERIFY
            self._turn(again, self._holder, day, self._clock.agency if self._disposed else self._clock.verify)
        elif event.kind in ("duplicate_confirmed", "duplicate_rejected"):
            self._linked = int(event.kind == "duplicate_confirmed")

    def _pass_on(self, event: Event, day: date) -> None:
        payload = event.payload
        agency = payload.get("agency_id") or payload.get(FOUND_ID)
        suggested = self._answer["agency"] if self._answer else None
        imported = event.event_id.startswith("import:")  # decided long before the suggestion was made
        if self._accepted is None and suggested is not None and not self._disposed and not imported:
            same = {suggested["id"], suggested["label"]} & {agency, payload.get("agency")} - {None}
            self._accepted = int(bool(same) or payload.get("accepted") is True)
            if payload.get("blind"):
                self._audit = BLIND
        self._type = payload.get("type") or self._type
        self._disposed = self._disposed or event.at
        if agency is not None and _GOVERNMENT.fullmatch(agency):
            self._turn(PASS_ON, agency, day, self._clock.verify)
        else:
            self._turn(FOLLOW_UP, (agency or payload["agency"])[:200], day, self._clock.agency)

    def _limit(self) -> int:
        if self._type == "permintaan informasi":
            return self._clock.agency
        return self._clock.supervised if self._flags & ACCUSED_FLAGS else self._clock.ordinary

    def _turn(self, stage: str, holder: str | None, day: date, days: int) -> None:
        if self._stage != DONE and day > self._due:
            self._late = 1
        self._stage, self._holder = stage, holder
        self._due = self._clock.add(day, days)


def left(clock: Clock, due: str, now: datetime) -> int:
    """Return the working days that are left until a day of the store's form."""
    return clock.left(now.date(), date.fromisoformat(due))
