"""Automatic routing at the pages: what is on, by whom and why; a named official switches it on and off."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from data.errors import PilahError
from data.functions import TIERS
from data.privacy import mask
from data.regions import Regions
from model.policy import EVERYTHING, Bound, Policy
from service.review import web
from service.review.reading import tier_name
from service.review.session import Admins, Visit
from service.review.web import number_text, percent_text
from service.storage.switches import add_switch, all_switches, newest

router = APIRouter(prefix=f"{web.HOME}/penerusan", include_in_schema=False, route_class=web.PageRoute)
_SHORTEST = 10


def may_switch(visit: Visit) -> bool:
    """Say whether the person may switch at all: a named national admin, or a named admin of a region."""
    user = visit.user
    return user.named and (user.role == "nasional" or bool(user.role == "instansi" and user.region))


def scopes(visit: Visit) -> dict[str, str]:
    """Return the scopes that the person answers for, with the words that people read."""
    own, regions = visit.user.region, Regions.load()
    if visit.user.role != "nasional":
        return {f"wilayah:{own}": scope_name(f"wilayah:{own}")} if own and not visit.user.agency_id else {}
    codes = [one.code for one in regions.children(None)]
    found = [EVERYTHING, *(f"tingkat:{tier}" for tier in TIERS), *(f"wilayah:{code}" for code in codes)]
    return {scope: scope_name(scope) for scope in found}


def scope_name(scope: str) -> str:
    """Name a scope.

    >>> scope_name("semua"), scope_name("wilayah:32.04"), scope_name("tingkat:kabkota")
    ('seluruhnya', 'Kabupaten Bandung', 'instansi tingkat kabupaten/kota')
    """
    kind, _, value = scope.partition(":")
    if kind == "tingkat":
        return f"instansi tingkat {tier_name(value) or value}"
    if kind == "wilayah":
        return Regions.load().get(value).full_name if value in Regions.load() else value
    return "seluruhnya"


def _concerns(visit: Visit, scope: str) -> bool:
    """Say whether a scope reaches into what the person works for."""
    own = visit.user.region
    kind, _, code = scope.partition(":")
    if visit.user.role == "nasional" or kind != "wilayah":
        return True
    return own is not None and (own.startswith(code) or code.startswith(own))


def proved(policy: Policy, scope: str) -> list[Bound]:
    """Return the proved bounds under which some answer of a scope can be eligible; empty if none can be.

    An answer stands under the narrowest proved bound: of its region, else of its tier, else of everything; and its
    region must be among those of which labelled complaints were seen.
    """
    valid = [bound for bound in policy.bounds.values() if bound.valid]
    kind, _, code = scope.partition(":")
    if kind == "wilayah":
        seen = _seen(policy, code)
        return [one for one in valid if not one.scope.startswith("wilayah:") or one.scope[8:] in seen] if seen else []
    if kind == "tingkat":
        return [one for one in valid if not one.scope.startswith("tingkat:") or one.scope == scope]
    return valid


def prospect(policy: Policy | None, scope: str) -> str | None:
    """Say in plain words why nothing can be routed in a scope, and what is missing; ``None`` if something can be.

    >>> prospect(None, "semua")
    'belum ada batas kesalahan yang terbukti untuk model ini'
    """
    if policy is None:
        return "belum ada batas kesalahan yang terbukti untuk model ini"
    if proved(policy, scope):
        return None
    promise = f"batas {percent_text(policy.target)} salah belum terbukti"
    if scope.startswith("wilayah:") and not _seen(policy, scope.partition(":")[2]):
        return f"{promise}: belum ada laporan berlabel dari wilayah ini"
    bound = policy.bounds.get(scope)
    few = "" if bound is not None else "; dari cakupan ini sendiri laporan berlabel masih terlalu sedikit"
    bound = bound or policy.bounds.get(EVERYTHING)
    if bound is None:
        return f"{promise}{few}"
    have = f"{promise} dengan {number_text(bound.labelled)} laporan berlabel{' dari semua cakupan' if few else ''}"
    if bound.missing is None:
        return f"{have}: saran masih terlalu sering keliru, sehingga tambahan laporan saja tidak cukup{few}"
    return f"{have}: masih kurang sekitar {number_text(bound.missing)} laporan{few}"


def _seen(policy: Policy, code: str) -> list[str]:
    """Return the regions within one of which labelled complaints were seen."""
    return [one for one in policy.regions if one == code or one.startswith(f"{code}.")]


def _page(visit: Visit, status: int = 200, message: str | None = None, form: Any = None) -> Response:
    acts = [one for one in visit.intake.store.read(all_switches) if _concerns(visit, one.scope)]
    on = [one for one in newest(acts).values() if one.on]
    policy: Policy | None = getattr(visit.intake.triage, "policy", None)
    mine = scopes(visit) if may_switch(visit) else {}
    return visit.page(
        "penerusan.html",
        status,
        on=[(one, scope_name(one.scope), _bound(policy, one.scope), prospect(policy, one.scope)) for one in on],
        history=[(one, scope_name(one.scope)) for one in reversed(acts)],
        mine=[(scope, name, prospect(policy, scope)) for scope, name in mine.items()],
        drift=visit.intake.drift,
        policy=policy,
        message=message,
        form=form or {},
    )


def _bound(policy: Policy | None, scope: str) -> Bound | None:
    """Return the proved bound of exactly this scope, if there is one."""
    bound = policy.bounds.get(scope) if policy is not None else None
    return bound if bound is not None and bound.valid else None


@router.get("")
async def page(visit: Admins) -> Response:
    """Show where automatic routing is on, and everything that was ever switched."""
    return _page(visit)


@router.post("")
async def switch(visit: Admins) -> Response:
    """Switch automatic routing on or off; the same again changes nothing.

    :raises PilahError: PLH-451 if the person does not answer for the scope.
    """
    form = await web.form_of(visit.request)
    scope, wanted = form.get("cakupan", ""), form.get("keadaan", "")
    if not may_switch(visit):
        raise PilahError("PLH-451")
    region = scope.partition(":")[2] if visit.user.role == "nasional" and scope.startswith("wilayah:") else None
    if scope not in scopes(visit) and not (region and region in Regions.load() and len(region) <= 5):
        raise PilahError("PLH-451")
    if wanted not in ("nyala", "mati"):
        raise PilahError("PLH-453", "keadaan")
    office, reason = mask(form.get("jabatan", "")), mask(form.get("alasan", ""))
    if not office or len(reason) < _SHORTEST:
        message = "Isi jabatan Anda dan alasannya (paling sedikit 10 karakter)."
        return _page(visit, 422, message, form)
    store, user, on = visit.intake.store, visit.user, wanted == "nyala"
    holding = newest(store.read(all_switches)).get(scope)
    if (holding.on if holding is not None else False) != on:
        official = f"{user.name}, {office}"
        await asyncio.wrap_future(store.write(lambda c: add_switch(c, scope, on, official, reason, user.id)))
        visit.intake.follow_switches()
        visit.note(f"penerusan otomatis {wanted}", scope, reason[:1000])
    return web.go(f"{web.HOME}/penerusan")
