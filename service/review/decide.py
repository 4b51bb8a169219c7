"""Decisions of people: the four official verbs, follow-up, duplicates and undo, as events of the one log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from data.errors import PilahError
from data.privacy import mask
from service.codec import now
from service.review.choices import ARCHIVES, CORRECTIONS, TYPES, agency_choice, category_choice, one_of
from service.review.session import Visit
from service.review.tasks import NATIONAL, effective, is_blind
from service.storage.decisions import store_decision
from service.storage.log import ARCHIVED, DECISIONS, RESTORED, Event, State, fold
from service.storage.worklist import task_row
from service.viewer import EVERYTHING

_NOTE = 1500
OFFICE_VERBS = frozenset(("tunda", "kembalikan", "tindak_lanjut", "selesai"))
ADMIN_VERBS = frozenset(("verifikasi", "tunda", "kembalikan", "arsipkan", "selesai"))
UNDOABLE = DECISIONS | {"followed_up"}


def verbs(visit: Visit) -> frozenset[str]:
    """Return what the person may do with a complaint."""
    if visit.user.role == "penghubung":
        return OFFICE_VERBS
    return ADMIN_VERBS | ({"tindak_lanjut"} if visit.user.agency_id else set()) if visit.user.decides else frozenset()


def seen_complaint(visit: Visit, complaint_id: str) -> State:
    """Return a complaint that the person sees.

    :raises PilahError: PLH-406 if there is none.
    """
    state = visit.intake.store.complaint(complaint_id, visit.viewer)
    if state is None:
        raise PilahError("PLH-406")
    return state


def answer_of(visit: Visit, complaint_id: str) -> dict[str, Any] | None:
    """Return the newest answer of a complaint."""
    found = visit.intake.store.last_answer(complaint_id)
    return None if found is None else json.loads(found.body)


def form_place(form: Mapping[str, str]) -> tuple[str, int]:
    """Return the id of the form and the last event that the person had seen.

    :raises PilahError: PLH-453 if the form was not made by a page.
    """
    nonce, seen = form.get("formulir", ""), form.get("terlihat", "")
    if len(nonce) != 24 or not nonce.isalnum() or not seen.isdigit() or len(seen) > 18:
        raise PilahError("PLH-453", "muat ulang halaman, lalu ulangi")
    return nonce, int(seen)


def _note(form: Mapping[str, str]) -> str:
    return mask(form.get("catatan", ""))[:_NOTE]


def _verify(visit: Visit, state: State, form: Mapping[str, str]) -> dict[str, Any]:
    """Pass on: the chosen agency, category and type, with what was suggested and why the person chose otherwise."""
    answer = answer_of(visit, state.id)
    chosen = agency_choice(form, answer, visit.intake.registry)
    category = category_choice(form, answer)
    report_type = one_of(form, "klasifikasi", (*TYPES, ""), "klasifikasi: pilih satu")
    payload: dict[str, Any] = {"agency": chosen.label}
    if chosen.id is not None:
        payload["agency_id"] = chosen.id
    payload |= {name: value for name, value in (("category", category), ("type", report_type)) if value}
    row = visit.intake.store.read(lambda connection: task_row(connection, state.id))
    blind = is_blind(row, decided=state.decided)
    if answer is not None:
        payload |= _comparison(answer, payload, blind)
    changed = (answer is not None and not payload.get("accepted", True)) or _relabelled(answer, payload)
    reason = form.get("alasan", "")
    if changed and not blind:
        one_of(form, "alasan", CORRECTIONS, "alasan koreksi: pilih mengapa saran diubah")
        payload["reason_code"] = reason
        payload["reason"] = CORRECTIONS[reason]
        if reason == "lain":
            if not _note(form):
                raise PilahError("PLH-453", "catatan: jelaskan alasan koreksi")
            payload["reason"] = _note(form)
    if _note(form):
        payload["note"] = _note(form)
    return payload


def _comparison(answer: Mapping[str, Any], payload: Mapping[str, Any], blind: bool) -> dict[str, Any]:
    agency = answer["agency"]
    suggested = {
        "agency": agency["label"] if agency else None,
        "agency_id": agency["id"] if agency else None,
        "probability": agency["probability"] if agency else None,
        "category": answer["category"]["label"] if answer["category"] else None,
        "type": answer["type"]["label"] if answer["type"] else None,
    }
    same = agency is not None and (
        payload.get("agency_id") == agency["id"] if agency["id"] else payload.get("agency") == agency["label"]
    )
    parent = agency["parent"] if agency else None
    if not same and parent and answer["decision"]["level"] == "instansi":
        same = payload.get("agency_id") == parent["id"]  # the level above is what was suggested
    found: dict[str, Any] = {"suggested": suggested, "model": answer["model"]["id"], "accepted": same}
    return found | ({"blind": True} if blind else {})


def _relabelled(answer: Mapping[str, Any] | None, payload: Mapping[str, Any]) -> bool:
    """Say whether category or type differ from a suggestion."""
    if answer is None:
        return False
    pairs = ((answer[name], payload.get(name)) for name in ("category", "type"))
    return any(given is not None and given["label"] != chosen for given, chosen in pairs if chosen)


def _return(visit: Visit, state: State, form: Mapping[str, str]) -> dict[str, Any]:
    if not _note(form):
        raise PilahError("PLH-453", "catatan: jelaskan mengapa bukan wewenang")
    payload: dict[str, Any] = {"reason": _note(form), "reason_code": "bukan_wewenang"}
    if visit.user.agency_id or visit.user.region:
        own = visit.user.agency_id or visit.user.region or ""
        agency = visit.intake.registry.get(own)
        payload |= {"agency": agency.name, "agency_id": agency.id} if agency else {}
    if form.get("instansi"):
        better = agency_choice(form, answer_of(visit, state.id), visit.intake.registry)
        payload["suggested_agency"] = better.label
        if better.id is not None:
            payload["suggested_agency_id"] = better.id
    if visit.user.role == "instansi":
        payload["to"] = NATIONAL
    return payload


def _events(  # noqa: PLR0911 - one verb a line
    visit: Visit, state: State, form: Mapping[str, str], verb: str
) -> list[tuple[str, dict[str, Any]]]:
    if verb == "verifikasi":
        return [("disposed", _verify(visit, state, form))]
    if verb == "kembalikan":
        return [("returned", _return(visit, state, form))]
    if verb == "tunda":
        if not _note(form):
            raise PilahError("PLH-453", "catatan: tulis pertanyaan kepada pelapor")
        return [("postponed", {"reason": _note(form), "reason_code": "kurang_lengkap"})]
    if verb == "arsipkan":
        code = one_of(form, "alasan", ARCHIVES, "alasan: pilih alasan pengarsipan")
        reason = " – ".join(part for part in (ARCHIVES[code], _note(form)) if part)
        closing = {"outcome": ARCHIVED, "reason": reason, "reason_code": code}
        parent = form.get("induk", "")
        if not parent:
            return [("closed", closing)]
        seen_complaint(visit, parent)
        return [("duplicate_confirmed", {"duplicate_of": parent}), ("closed", closing | {"duplicate_of": parent})]
    if verb == "selesai":
        return [("closed", {"reason": _note(form) or "ditangani", "reason_code": "selesai"})]
    if not _note(form):
        raise PilahError("PLH-453", "catatan: tulis tindak lanjutnya")
    return [("followed_up", {"reason": _note(form)})]


async def decide(visit: Visit, complaint_id: str, verb: str, form: Mapping[str, str]) -> list[Event]:
    """Write a decision.

    :raises PilahError: PLH-451 if the role does not allow it, PLH-452 if someone was faster, PLH-453 for the form.
    """
    if verb not in verbs(visit):
        raise PilahError("PLH-451")
    nonce, seen = form_place(form)
    if (done := _sent_before(visit, complaint_id, nonce, _KINDS[verb])) is not None:
        return done
    state = seen_complaint(visit, complaint_id)
    return await write(visit, complaint_id, _events(visit, state, form, verb), nonce, seen)


_KINDS = {
    "verifikasi": "disposed",
    "kembalikan": "returned",
    "tunda": "postponed",
    "arsipkan": "closed",
    "selesai": "closed",
    "tindak_lanjut": "followed_up",
}


def _sent_before(visit: Visit, complaint_id: str, nonce: str, *kinds: str) -> list[Event] | None:
    """Return what this form has written before: a double click, a repeated request after a restart.

    :raises PilahError: PLH-452 if the page was used for another decision before.
    """
    known = [
        event
        for event in visit.intake.store.events_of(complaint_id)
        if event.event_id.startswith(f"rv-{nonce}") and event.actor == visit.user.id
    ]
    if known and known[-1].kind not in kinds:
        raise PilahError("PLH-452")
    return known or None


async def write(
    visit: Visit, complaint_id: str, decided: Sequence[tuple[str, Mapping[str, Any]]], nonce: str, seen: int
) -> list[Event]:
    """Write the events of one decision in one go."""
    time = now()
    events = [
        Event(f"rv-{nonce}-{number}", complaint_id, kind, time, time, dict(payload), visit.user.id, visit.viewer.sender)
        for number, (kind, payload) in enumerate(decided)
    ]
    store, viewer = visit.intake.store, visit.viewer
    written = await asyncio.wrap_future(store.write(lambda c: store_decision(c, events, viewer, seen)))
    for event, new in written:
        if new:
            visit.intake.metrics.events.labels(event.kind).inc()
    visit.intake.catch_up()
    await visit.board.follow(complaint_id)
    visit.board.leave(complaint_id, visit.user.id)
    return [event for event, _ in written]


async def link(visit: Visit, complaint_id: str, form: Mapping[str, str]) -> list[Event]:
    """Say that a complaint repeats another, or that it does not.

    :raises PilahError: PLH-406 if the person does not see the other one.
    """
    if visit.user.role == "penghubung":
        raise PilahError("PLH-451")
    nonce, seen = form_place(form)
    if (done := _sent_before(visit, complaint_id, nonce, "duplicate_confirmed", "duplicate_rejected")) is not None:
        return done
    other = form.get("lain", "").lstrip("#")
    if other == complaint_id or not other:
        raise PilahError("PLH-453", "laporan lain: isi nomor laporan yang lain")
    seen_complaint(visit, complaint_id)
    seen_complaint(visit, other)
    kind = "duplicate_rejected" if form.get("hubungan") == "bukan" else "duplicate_confirmed"
    return await write(visit, complaint_id, [(kind, {"duplicate_of": other})], nonce, seen)


def undoable(visit: Visit, events: Sequence[Event]) -> list[Event]:
    """Return the events of the last decision, if it is this person's own and nothing came after it."""
    open_ones = [event for event in effective(events) if event.kind not in ("received", "assessed", "updated")]
    if not open_ones or open_ones[-1].seq != max(event.seq for event in effective(events)):
        return []
    last = open_ones[-1]
    if last.actor != visit.user.id or last.kind not in UNDOABLE or not last.event_id.startswith("rv-"):
        return []
    form = last.event_id.rpartition("-")[0]
    return [event for event in open_ones if event.event_id.rpartition("-")[0] == form]


async def undo(visit: Visit, complaint_id: str, form: Mapping[str, str]) -> list[Event]:
    """Take back the own last decision: a new event puts the state back; the log keeps both.

    :raises PilahError: PLH-457 if it is not the last one, or not one's own.
    """
    nonce, _ = form_place(form)
    store = visit.intake.store
    if (done := _sent_before(visit, complaint_id, nonce, "undone")) is not None:
        return done
    events = store.events_of(complaint_id)
    last = undoable(visit, events)
    if not last or last[0].event_id.rpartition("-")[0] != f"rv-{form.get('keputusan', '')}":
        raise PilahError("PLH-457")
    gone = {event.event_id for event in last}
    before: State | None = None
    for event in events:
        if event.event_id not in gone:
            before = fold(before, event)
    if before is None:
        raise PilahError("PLH-457")
    pairs = [event.payload["duplicate_of"] for event in last if event.kind.startswith("duplicate_")]
    payload = {
        "undoes": sorted(gone),
        "kinds": [event.kind for event in last],
        "restored": {name: getattr(before, name) for name in RESTORED},
        **({"duplicate_of": pairs[0]} if pairs else {}),
    }
    return await _write_undo(visit, complaint_id, payload, nonce, events[-1].seq)


async def _write_undo(
    visit: Visit, complaint_id: str, payload: Mapping[str, Any], nonce: str, seen: int
) -> list[Event]:
    """Write an undoing; who returned a complaint sees it no more, but may take that back."""
    time = now()
    event = Event(
        f"rv-{nonce}-0", complaint_id, "undone", time, time, dict(payload), visit.user.id, visit.viewer.sender
    )
    store = visit.intake.store
    written = await asyncio.wrap_future(store.write(lambda c: store_decision(c, [event], EVERYTHING, seen)))
    visit.intake.metrics.events.labels("undone").inc()
    visit.intake.catch_up()
    await visit.board.follow(complaint_id)
    return [one for one, _ in written]
