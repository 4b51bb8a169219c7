"""Judging: two people say blind how pairs of reports relate; then they see how far they agree."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from data.errors import PilahError
from data.privacy import mask
from evaluation.judging import Judgement, ScoredPair, agreed, agreement, blind_order, disputed, sample_pairs
from service.codec import now
from service.review import web
from service.review.queue import region_name
from service.review.session import Access, Admins, Visit
from service.storage import judging as kept
from service.storage import people
from service.storage.judging import Round
from service.storage.log import State
from service.storage.people import DECIDING, ROLES, User
from service.storage.store import Store
from service.viewer import Viewer

router = APIRouter(prefix=f"{web.HOME}/penilaian", include_in_schema=False, route_class=web.PageRoute)
Judges = Annotated[Visit, Depends(Access("nasional", "instansi", "analis"))]
_ROLES: Final = frozenset(("nasional", "instansi", "analis"))
COUNTS: Final = (20, 40, 100)
_READ: Final = 1000  # ids asked for at once
_LINES: Final = "application/x-ndjson"
ANSWERS: Final = {
    "same": ("Kejadian yang sama", "laporan dikirim lagi, atau orang lain tentang hal yang sama di tempat yang sama"),
    "followup": ("Lanjutan", "menanyakan atau melengkapi laporan yang satu lagi"),
    "recurrence": ("Terjadi lagi", "hal yang sama muncul kembali setelah pernah selesai"),
    "campaign": ("Surat massal", "isi hampir sama, dikirim banyak orang tentang urusan masing-masing"),
    "related": ("Berkaitan", "mirip, tetapi kejadian lain, atau tidak dapat dipastikan"),
    "different": ("Berbeda", "tidak ada hubungannya"),
}
"""What a person may answer, with what it means; its number is its key."""


def colleagues(visit: Visit) -> list[User]:
    """Return who may judge in a round that the person begins: all for national admins, else the own team.

    To the team of a region belong its analysts.
    """
    mine = visit.user
    found = [user for user in visit.intake.store.read(people.all_users) if user.active and user.role in _ROLES]
    if mine.role == "nasional":
        return found
    same = (mine.region, mine.agency_id)
    return [user for user in found if user.role != "nasional" and (user.region, user.agency_id) == same]


def _visible(store: Store, drawn: Sequence[ScoredPair], viewer: Viewer) -> list[ScoredPair]:
    """Return the pairs of which a viewer may see both reports."""
    names = kept.ids_of(drawn)
    seen: set[str] = set()
    for start in range(0, len(names), _READ):
        seen |= store.visible_ids(names[start : start + _READ], viewer)
    return [pair for pair in drawn if pair.a in seen and pair.b in seen]


def _find(visit: Visit, round_id: str) -> Round:
    """Return a round that the person judges or whose team the person belongs to as an admin.

    :raises PilahError: PLH-458 if there is none.
    """
    found = visit.intake.store.read(lambda connection: kept.get_round(connection, round_id))
    if found is None or not _may_see(visit, found):
        raise PilahError("PLH-458")
    return found


def _may_see(visit: Visit, one: Round) -> bool:
    user = visit.user
    return user.id in one.judges or user.role == "nasional" or (user.role == "instansi" and user.team == one.team)


def _manages(visit: Visit) -> bool:
    return visit.user.role in ("nasional", "instansi")


def _todo(store: Store, judge: str, drawn: Sequence[ScoredPair], told: Iterable[Judgement]) -> int:
    """Return how many pairs a person sees and has not answered."""
    try:
        viewer = store.read(lambda connection: people.get_user(connection, judge)).viewer()
    except PilahError:  # the account is gone: nobody will answer
        return 0
    done = {answer.key for answer in told if answer.judge == judge}
    return sum(pair.key not in done for pair in _visible(store, drawn, viewer))


def _finished(store: Store, one: Round, drawn: Sequence[ScoredPair], told: Sequence[Judgement]) -> bool:
    return one.closed_at is not None or not any(_todo(store, judge, drawn, told) for judge in one.judges)


@router.get("")
async def listing(visit: Judges) -> Response:
    """Show the rounds of the person, and to admins the form that begins one."""
    return _listing(visit)


def _listing(visit: Visit, status: int = 200, message: str | None = None) -> Response:
    store = visit.intake.store
    lines = []
    mine = [one for one in store.read(kept.all_rounds) if _may_see(visit, one)]
    for one in mine:
        drawn, told = _content(store, one)
        seen = {pair.key for pair in _visible(store, drawn, visit.viewer)}
        counts = {judge: sum(answer.judge == judge and answer.key in seen for answer in told) for judge in one.judges}
        state = "selesai" if _finished(store, one, drawn, told) else "berjalan"
        lines.append({"round": one, "pairs": len(seen), "counts": counts, "state": state})
    names = store.read(lambda c: people.names_of(c, [judge for one in mine for judge in one.judges]))
    return visit.page(
        "penilaian.html",
        status,
        lines=lines,
        names=names,
        people=colleagues(visit) if _manages(visit) else [],
        role_names=ROLES,
        counts=COUNTS,
        message=message,
        form_id=web.new_form_id(),
    )


def _content(store: Store, one: Round) -> tuple[list[ScoredPair], list[Judgement]]:
    return (
        store.read(lambda connection: kept.pairs_of(connection, one.id)),
        store.read(lambda connection: kept.judgements_of(connection, one.id)),
    )


@router.post("")
async def begin(visit: Admins) -> Response:
    """Draw pairs that both people may see; the same form again is the same round."""
    form = await web.form_of(visit.request)
    known = {user.id: user for user in colleagues(visit)}
    one, other = known.get(form.get("satu", "")), known.get(form.get("dua", ""))
    if one is None or other is None or one.id == other.id:
        return _listing(visit, 422, "Pilih dua orang yang berbeda.")
    if form.get("jumlah") not in {str(count) for count in COUNTS}:
        return _listing(visit, 422, "Pilih banyaknya pasangan.")
    store = visit.intake.store
    drawn = await asyncio.to_thread(store.read, kept.candidates)
    for user in (one, other):
        drawn = _visible(store, drawn, user.viewer())
    chosen = sample_pairs(drawn, int(form["jumlah"]), secrets.randbits(32))
    if not chosen:
        return _listing(visit, 422, "Belum ada pasangan laporan yang dapat dilihat kedua orang.")
    nonce = form.get("formulir", "")
    round_id = nonce if len(nonce) == 24 and nonce.isalnum() else web.new_form_id()
    made = Round(round_id, now(), visit.user.team, one.id, other.id)
    await asyncio.wrap_future(store.write(lambda connection: kept.add_round(connection, made, chosen)))
    visit.note("mulai penilaian", round_id)
    return web.go(f"{web.HOME}/penilaian/{round_id}")


@router.get("/{round_id}")
async def show(round_id: str, visit: Judges, nomor: int = 0) -> Response:
    """Show the next pair to judge, or one that was judged before; at the end how far both agree."""
    one = _find(visit, round_id)
    drawn, told = _content(visit.intake.store, one)
    if _finished(visit.intake.store, one, drawn, told):
        return _result(visit, one, drawn, told)
    seen = _visible(visit.intake.store, drawn, visit.viewer)
    own = {answer.key: answer.relation for answer in told if answer.judge == visit.user.id}
    order = blind_order(seen, f"{one.id} {visit.user.id}") if visit.user.id in one.judges else []
    open_ = [at for at, pair in enumerate(order, start=1) if _key(pair) not in own]
    at = nomor if 1 <= nomor <= len(order) else (open_[0] if open_ else 0)
    if not at:
        return visit.page("penilaian_tunggu.html", round=one, judge=visit.user.id in one.judges, total=len(order))
    sides = [visit.intake.store.complaint(name, visit.viewer) for name in order[at - 1]]
    if not visit.user.decides:
        visit.note("nilai pasangan", order[at - 1][0], order[at - 1][1])
    return visit.page(
        "penilaian_pasangan.html",
        round=one,
        at=at,
        total=len(order),
        done=len(order) - len(open_),
        pair=order[at - 1],
        sides=[_side(state) for state in sides if state is not None],
        apart=_days_apart(sides),
        answers=ANSWERS,
        own=own.get(_key(order[at - 1])),
        form_id=web.new_form_id(),
    )


def _key(pair: tuple[str, str]) -> tuple[str, str]:
    return (min(pair), max(pair))


def _side(state: State) -> dict[str, Any]:
    """Return what a judge sees of one report: masked once more, no id, nothing that the machine or an office said."""
    content = state.content
    place = [content.get(name) for name in ("location", "district", "regency", "province")]
    return {
        "title": mask(content.get("title") or ""),
        "text": mask(content["text"]),
        "date": content.get("date"),
        "place": mask(", ".join(dict.fromkeys(str(part) for part in place if part)))
        or region_name(state.region_code)
        or "tidak disebut",
    }


def _days_apart(sides: Sequence[State | None]) -> int | None:
    days = [
        date.fromisoformat(str(state.content["date"])[:10]) for state in sides if state and state.content.get("date")
    ]
    return abs((days[0] - days[1]).days) if len(days) == 2 else None


@router.post("/{round_id}")
async def answer(round_id: str, visit: Judges) -> Response:
    """Keep an answer and go on with the next pair."""
    form = await web.form_of(visit.request)
    one = _find(visit, round_id)
    store = visit.intake.store
    if visit.user.id not in one.judges:
        raise PilahError("PLH-451")
    drawn, told = _content(store, one)
    key = _key((form.get("a", ""), form.get("b", "")))
    if key not in {pair.key for pair in _visible(store, drawn, visit.viewer)}:
        raise PilahError("PLH-453", "pasangan")
    relation = form.get("hubungan", "")
    if relation not in ANSWERS:
        raise PilahError("PLH-453", "hubungan: pilih salah satu")
    said = Judgement(*key, visit.user.id, relation)
    if said not in told:
        if _finished(store, one, drawn, told):
            raise PilahError("PLH-459")
        await asyncio.wrap_future(store.write(lambda connection: kept.put_judgement(connection, one.id, said)))
    return web.go(f"{web.HOME}/penilaian/{one.id}")


@router.post("/{round_id}/akhiri")
async def close(round_id: str, visit: Admins) -> Response:
    """End a round before both have answered everything."""
    one = _find(visit, round_id)
    store = visit.intake.store
    await asyncio.wrap_future(store.write(lambda connection: kept.close_round(connection, one.id)))
    visit.note("akhiri penilaian", one.id)
    return web.go(f"{web.HOME}/penilaian/{one.id}")


def _shown(visit: Visit, drawn: Sequence[ScoredPair], told: Sequence[Judgement]) -> list[Judgement]:
    """Return the answers to pairs that whoever asks may see: figures, too, are made of these only."""
    seen = {pair.key for pair in _visible(visit.intake.store, drawn, visit.viewer)}
    return [answer for answer in told if answer.key in seen]


def _result(visit: Visit, one: Round, drawn: Sequence[ScoredPair], told: Sequence[Judgement]) -> Response:
    store = visit.intake.store
    shown = _shown(visit, drawn, told)
    chance = {pair.key: pair.probability for pair in drawn}
    names = store.read(lambda connection: people.names_of(connection, list(one.judges)))
    lines = []
    for a, b, first, second in disputed(shown, *one.judges):
        states = [state for state in (store.complaint(name, visit.viewer) for name in (a, b)) if state is not None]
        sides = [_side(state) | {"id": state.id} for state in states]
        lines.append({"sides": sides, "answers": (first, second), "probability": chance[a, b]})
    return visit.page(
        "penilaian_hasil.html",
        round=one,
        names=[names.get(judge, "orang lain") for judge in one.judges],
        measures=(
            ("Semua jawaban", agreement(shown, *one.judges)),
            ("Kejadian yang sama atau bukan", agreement(shown, *one.judges, only={"same"})),
        ),
        agreed=len(agreed(shown, *one.judges)),
        lines=lines,
        answers=ANSWERS,
        admin=_manages(visit),
        links=visit.user.role in DECIDING,
    )


def _rows(visit: Visit, round_id: str) -> list[tuple[str, str, str]]:
    """Return the pairs of a finished round on which both agree, as far as the person may see them."""
    one = _find(visit, round_id)
    drawn, told = _content(visit.intake.store, one)
    if not _finished(visit.intake.store, one, drawn, told):
        raise PilahError("PLH-458")
    return agreed(_shown(visit, drawn, told), *one.judges)


def _download(lines: Iterable[Mapping[str, Any]], name: str) -> Response:
    content = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return Response(content, media_type=_LINES, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/{round_id}/pasangan.jsonl")
async def pairs_file(round_id: str, visit: Admins) -> Response:
    """Return the agreed pairs as rows for ``pilah train duplicates``."""
    rows = _rows(visit, round_id)
    visit.note("unduh penilaian", round_id, f"{len(rows)} pasangan")
    return _download(({"a": a, "b": b, "relation": told, "confidence": 3} for a, b, told in rows), "pasangan.jsonl")


@router.get("/{round_id}/laporan.jsonl")
async def complaints_file(round_id: str, visit: Admins) -> Response:
    """Return the masked reports of the agreed pairs, which the training needs beside them."""
    names = sorted({name for a, b, _ in _rows(visit, round_id) for name in (a, b)})
    states = (visit.intake.store.complaint(name, visit.viewer) for name in names)
    visit.note("unduh penilaian", round_id, f"{len(names)} laporan")
    return _download((state.content for state in states if state is not None), "laporan.jsonl")
