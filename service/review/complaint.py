"""One complaint: all that a person needs to decide, on one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Response

from data.errors import PilahError
from service.review import reading, web
from service.review.choices import ARCHIVES, CORRECTIONS, TYPES
from service.review.clock import today
from service.review.decide import answer_of, decide, link, seen_complaint, undo, undoable, verbs
from service.review.history import timeline
from service.review.queue import flash_of, next_after, place_of, region_name
from service.review.reading import Piece
from service.review.session import Deciding, Visit
from service.review.tasks import DONE, WAITING, is_blind, must_choose
from service.storage.log import State
from service.storage.people import names_of
from service.storage.worklist import task_row

router = APIRouter(prefix=web.HOME, include_in_schema=False, route_class=web.PageRoute)
_TOP = 3
_NEAR = 5
_TELLING = 0.3  # a complaint that is only related is shown from this probability of the same incident on
_DAYS = re.compile(r"selisih \d+ hari|dikirim pada hari yang sama")  # is said in figures of its own
_SHOWN = ("title", "location", "district", "regency", "province", "channel", "date")
RELATIONS = {
    "same": "kejadian yang sama",
    "followup": "lanjutan laporan",
    "recurrence": "terjadi lagi",
    "related": "berkaitan",
    "campaign": "surat massal",
}


@dataclass(frozen=True, slots=True)
class Near:
    """Hold one likely duplicate beside the complaint."""

    id: str
    relation: str
    words: str
    reasons: tuple[str, ...]
    text: list[Piece]
    title: str | None
    days: int | None
    place: str | None
    status: str
    incident: str | None
    supporters: int
    decided: str | None


@router.get("/laporan/{complaint_id}")
async def show(complaint_id: str, visit: Deciding) -> Response:
    """Show a complaint."""
    state = seen_complaint(visit, complaint_id)
    return await _page(visit, state)


async def _page(
    visit: Visit, state: State, status: int = 200, message: str | None = None, form: Mapping[str, str] | None = None
) -> Response:
    store = visit.intake.store
    await visit.board.follow(state.id)
    row = store.read(lambda connection: task_row(connection, state.id))
    answer = answer_of(visit, state.id)
    blind = is_blind(row, decided=state.decided)
    events = store.events_of(state.id)
    others = visit.board.look(state.id, visit.user.id)
    query = {name: value[:200] for name, value in visit.request.query_params.items()}
    content = dict.fromkeys(_SHOWN) | dict(state.content)
    shown = None if blind else answer
    evidence = shown["explanation"] if shown else []
    fields = {name: reading.pieces(name, content[name] or "", evidence) for name in ("title", "text")}
    mine = undoable(visit, events)
    options = _options(visit, shown)
    near = [] if blind or answer is None else _near(visit, state, answer)
    names = store.read(lambda c: names_of(c, [*others, *{event.actor for event in events if event.actor}]))
    due = None
    if row is not None and row.stage != DONE:
        left = visit.board.clock.left(today(), date.fromisoformat(row.due))
        due = {"day": row.due, "left": left, "late": row.due < today().isoformat()}
    return visit.page(
        "laporan.html",
        status,
        state=state,
        content=content,
        fields=fields,
        answer=shown,
        blind=blind,
        claim=answer["claim"] if answer else None,
        told=_blind_result(events) if not blind else None,
        options=options,
        better=[one for one in options if not _own(visit, one["id"])],
        categories=_labels(shown, "category"),
        types=TYPES,
        chosen_type=state.type if state.decided else (shown["type"]["label"] if shown and shown["type"] else ""),
        must_choose=shown is not None and must_choose(shown) and row is not None and row.stage in WAITING,
        tested=_tested(visit, shown),
        confidence=reading.confidence,
        strength=reading.strength,
        source=reading.source_of(shown) if shown else None,
        tier=reading.tier_name(shown["agency"]["tier"]) if shown and shown["agency"] else None,
        findings=reading.findings(answer) if answer else [],
        regions=_regions(shown),
        marked=_marked(fields),
        near=near,
        timeline=timeline(visit, state, events, names),
        verbs=verbs(visit),
        corrections=CORRECTIONS,
        archives=ARCHIVES,
        form_id=web.new_form_id(),
        others=[names.get(one, "orang lain") for one in others],
        undo=mine[0].event_id.rpartition("-")[0].removeprefix("rv-") if mine else None,
        undo_form=web.new_form_id(),
        stage=row.stage if row is not None else DONE,
        reason=row.reason if row is not None else "",
        due=due,
        title=reading.suggested_title(content, answer) if answer else content.get("title") or "",
        original=visit.settings.original_link.replace("{id}", state.id) if visit.settings.original_link else None,
        region=region_name(state.region_code),
        back=query.get("dari", ""),
        place=f"{row.urgent}~{row.due}~{state.id}" if row is not None else "",
        flash=flash_of(visit, query),
        message=message,
        form=form or {},
    )


_MARKS = {
    "agency": "instansi",
    "category": "kategori",
    "type": "klasifikasi",
    "region": "wilayah",
    "screening": "penyaringan",
}


def _marked(fields: Mapping[str, Sequence[Piece]]) -> list[tuple[str, str]]:
    """Return what the marked words speak for, with the words that people read."""
    used = {piece.mark for pieces in fields.values() for piece in pieces}
    return [(code, text) for code, text in _MARKS.items() if code in used]


def _options(visit: Visit, answer: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the agencies to choose from with one key each, best first.

    Where the office is unsure and the government above is not, that is suggested first; not to that government's admin.
    """
    if answer is None or answer["agency"] is None:
        return []
    agency = answer["agency"]
    found = [{"label": agency["label"], "id": agency["id"], "probability": agency["probability"]}]
    parent = agency["parent"]
    if answer["decision"]["level"] == "instansi" and parent and parent["id"] not in (None, visit.user.region):
        found.insert(0, {"label": parent["label"], "id": parent["id"], "probability": parent["probability"]})
    known = {one["label"] for one in found}
    others = [one for one in agency["alternatives"] if one["label"] not in known]
    found += [{"label": one["label"], "id": one["id"], "probability": one["probability"]} for one in others]
    for one in found:
        one["suggested"] = one["label"] in known
        one["value"] = f"id:{one['id']}" if one["id"] else f"nama:{one['label']}"
    return found[:_TOP]


def _own(visit: Visit, agency_id: str | None) -> bool:
    """Say whether an agency is the person's own office or of the person's own government."""
    own, office = visit.user.region, visit.user.agency_id
    if agency_id is None:
        return False
    return agency_id == office or (own is not None and (agency_id == own or agency_id.startswith(f"{own}:")))


def _labels(answer: Mapping[str, Any] | None, name: str) -> list[dict[str, Any]]:
    if answer is None or answer[name] is None:
        return []
    return [answer[name], *answer[name]["alternatives"]][:_TOP]


def _regions(answer: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return list(answer["region"]["candidates"][:3]) if answer else []


def _tested(visit: Visit, answer: Mapping[str, Any] | None) -> bool:
    """Say whether the stated probability was checked on labelled complaints of the region."""
    policy = getattr(visit.intake.triage, "policy", None)
    if policy is None or answer is None or answer["agency"] is None:
        return False
    region = answer["agency"]["region"]
    return bool(policy.knows(region["code"] if region else None))


def _blind_result(events: list[Any]) -> dict[str, Any] | None:
    """Return what was suggested, once the person of a blind audit has answered."""
    said = [event.payload for event in events if event.kind == "disposed" and event.payload.get("blind")]
    return dict(said[-1]) if said else None


def _near(visit: Visit, state: State, answer: Mapping[str, Any]) -> list[Near]:
    store, viewer = visit.intake.store, visit.viewer
    telling = [one for one in answer["duplicates"] if one["relation"] != "related" or one["probability"] >= _TELLING]
    listed = telling[:_NEAR]
    allowed = store.visible_ids([one["id"] for one in listed], viewer)
    said = {}
    for event in store.events_of(state.id):
        if event.kind in ("duplicate_confirmed", "duplicate_rejected"):
            said[event.payload["duplicate_of"]] = event.kind
        elif event.kind == "undone" and "duplicate_of" in event.payload:
            said.pop(event.payload["duplicate_of"], None)
    found = []
    for one in listed:
        other = store.complaint(one["id"], viewer) if one["id"] in allowed else None
        if other is None:
            continue
        words = reading.shared_words(state.content["text"], other.content["text"])
        incident = visit.intake.incidents.of([other.id])[other.id]
        seen = visit.intake.incidents.view(incident, viewer)
        found.append(
            Near(
                id=other.id,
                relation=RELATIONS.get(one["relation"], one["relation"]),
                words=_likely(one["probability"]),
                reasons=tuple(reason for reason in one["reasons"] if not _DAYS.match(reason)),
                text=reading.mark_words(other.content["text"], words),
                title=other.content.get("title"),
                days=_days_apart(state.content, other.content),
                place=other.content.get("location") or region_name(other.region_code),
                status=other.status,
                incident=incident,
                supporters=seen.supporters,
                decided=said.get(other.id),
            )
        )
    return found


def _likely(probability: float) -> str:
    share = min(99, max(1, round(100 * probability)))
    return f"dari 100 pasangan seperti ini, sekitar {share} kejadian yang sama"


def _days_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> int | None:
    if not one.get("date") or not other.get("date"):
        return None
    return abs((datetime.fromisoformat(one["date"]) - datetime.fromisoformat(other["date"])).days)


@router.post("/laporan/{complaint_id}/putusan/{verb}")
async def decided(complaint_id: str, verb: str, visit: Deciding) -> Response:
    """Take a decision and go on with the next complaint."""
    form = await web.form_of(visit.request)
    try:
        events = await decide(visit, complaint_id, verb, form)
    except PilahError as error:
        return await _again(visit, complaint_id, error, form)
    return _onward(visit, form, f"{complaint_id}~{events[0].event_id.split('-')[1]}")


@router.post("/laporan/{complaint_id}/duplikat")
async def linked(complaint_id: str, visit: Deciding) -> Response:
    """Link a duplicate, or say that it is none."""
    form = await web.form_of(visit.request)
    try:
        events = await link(visit, complaint_id, form)
    except PilahError as error:
        return await _again(visit, complaint_id, error, form)
    baru = f"{complaint_id}~{events[0].event_id.split('-')[1]}"
    return web.go(_with(web.link(complaint_id), dari=form.get("dari", ""), baru=baru))


@router.post("/laporan/{complaint_id}/urungkan")
async def undone(complaint_id: str, visit: Deciding) -> Response:
    """Take back the own last decision."""
    form = await web.form_of(visit.request)
    events = await undo(visit, complaint_id, form)
    baru = f"{complaint_id}~{events[0].event_id.split('-')[1]}"
    return web.go(_with(web.link(complaint_id), dari=form.get("dari", ""), baru=baru))


async def _again(visit: Visit, complaint_id: str, error: PilahError, form: Mapping[str, str]) -> Response:
    """Show the complaint as it is now, with what was typed and why it was not stored."""
    if error.code not in ("PLH-452", "PLH-453", "PLH-408"):
        raise error
    state = visit.intake.store.complaint(complaint_id, visit.viewer)
    if state is None:
        raise error
    said = f"{error.info.title_id}{f': {error.detail}' if error.detail else ''}."
    if error.code != "PLH-453":
        said = f"{error.info.title_id}. Keputusan Anda belum disimpan: lihat riwayatnya, lalu putuskan lagi bila perlu."
    return await _page(visit, state, error.info.status, said, form)


def _with(address: str, **query: str) -> str:
    kept = urlencode({name: value for name, value in query.items() if value})
    return f"{address}?{kept}" if kept else address


def _onward(visit: Visit, form: Mapping[str, str], baru: str) -> Response:
    back = form.get("dari", "")[:500]
    query = dict(parse_qsl(back))
    following = next_after(visit, query, place_of(form.get("tempat", ""))) if form.get("lanjut") != "antrean" else None
    if following is None:
        return web.go(_with(web.HOME, **{**query, "baru": baru}))
    return web.go(_with(web.link(following), dari=back, baru=baru))
