"""What the pickers ask while a person types: agencies, categories and regions by name, alias and abbreviation."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, Response

from data.agencies import AgencyRegistry
from data.categories import Category, load_categories
from data.labels import label_key
from data.matters import matters
from data.region_aliases import load_aliases
from data.regions import Region, Regions, name_key
from service.api import json_answer
from service.review import web
from service.review.clock import today
from service.review.reading import tier_name
from service.review.session import Asking

router = APIRouter(prefix=web.HOME, include_in_schema=False, route_class=web.PageRoute)
_SHOWN = 12


def warm(registry: AgencyRegistry) -> None:
    """Make the tables that the first search would otherwise wait for: most of a second."""
    registry.find("dinas di", 1)
    find_categories("di", 1)
    find_regions("di", 1)


@router.get("/cari/instansi")
async def agencies(visit: Asking, q: str = "") -> Response:
    """Find agencies as typed."""
    found = visit.intake.registry.find(q[:200], _SHOWN) if q.strip() else []
    shown = []
    for agency in found:
        hints = [agency.parent_name, tier_name(agency.tier)]
        if agency.connected is False:
            hints.append("belum terhubung")
        shown.append({"value": f"id:{agency.id}", "label": agency.name, "hint": " · ".join(filter(None, hints))})
    return json_answer(shown)


@cache
def _open_categories() -> tuple[tuple[Category, tuple[str, ...], str], ...]:
    """Return the categories that may be chosen now, each with all that people call it: names, aliases, cues.

    The last part is all of it together, to pass over quickly what cannot fit.
    """
    when = today()
    cues: dict[str, list[str]] = {}
    for matter in matters():
        if matter.category:
            cues.setdefault(matter.category, []).extend(cue.text for cue in matter.strong if not cue.near)
    found = []
    for category in load_categories().by_id.values():
        if category.is_open(when) and category.leaf is not None:
            named = (label_key(name) for name in (*_names(category), *cues.get(category.id, ())))
            keys = tuple(dict.fromkeys(named))
            found.append((category, keys, "\n".join(keys)))
    return tuple(found)


def _names(category: Category) -> tuple[str, ...]:
    initials = "".join(word[0] for word in category.name.split() if word[:1].isalpha())
    return (category.name, *category.aliases, initials, category.id)


def find_categories(text: str, limit: int = _SHOWN) -> list[Category]:
    """Find categories of which a name, alias or cue holds every typed word; those that begin with it first.

    >>> find_categories("pju", 1)[0].id
    'Perhubungan > Lampu Penerangan Jalan Umum'
    """
    words = [key for word in text.split() if (key := label_key(word))]
    if not words:
        return []
    whole = label_key(text)
    found: list[tuple[tuple[int, int, int], Category]] = []
    for category, keys, together in _open_categories():
        if not all(word in together for word in words):
            continue
        fitting = [i for i, key in enumerate(keys) if all(word in key for word in words)]
        if fitting:
            rank = min((0 if keys[i] == whole else 1 if keys[i].startswith(whole) else 2, i) for i in fitting)
            found.append(((*rank, len(category.id)), category))
    found.sort(key=lambda pair: pair[0])
    return [category for _, category in found[:limit]]


@cache
def _open_regions() -> tuple[tuple[Region, str], ...]:
    """Return provinces and regencies, each with its name as it is compared."""
    regions = Regions.load()
    provinces = regions.children(None)
    every = [*provinces, *(one for province in provinces for one in regions.children(province.code))]
    return tuple((one, one.full_name.casefold()) for one in every)


def find_regions(text: str, limit: int = _SHOWN) -> list[Region]:
    """Find provinces and regencies by name, abbreviation or code; those that are called just so first.

    >>> [one.code for one in find_regions("kendal")], [one.code for one in find_regions("kobar")]
    (['33.24'], ['62.01'])
    """
    words = text.casefold().split()
    if not words:
        return []
    alias = load_aliases().get(name_key(text))
    meant = {code for code, _ in alias.targets} if alias is not None else set()
    found = []
    for one, name in _open_regions():
        if one.code in meant or one.code.startswith(words[0]) or all(word in name for word in words):
            exact = one.code in meant or one.name.casefold() == text.strip().casefold()
            found.append(((not exact, len(one.code), len(name), one.code), one))
    found.sort(key=lambda pair: pair[0])
    return [one for _, one in found[:limit]]


@router.get("/cari/wilayah")
async def regions(_visit: Asking, q: str = "") -> Response:
    """Find provinces and regencies as typed."""
    every = Regions.load()
    shown = []
    for one in find_regions(q[:100]):
        hint = one.code if len(one.code) == 2 else f"{every.get(one.code[:2]).full_name} · {one.code}"
        shown.append({"value": one.code, "label": one.full_name, "hint": hint})
    return json_answer(shown)


@router.get("/cari/kategori")
async def categories(_visit: Asking, q: str = "") -> Response:
    """Find categories as typed."""
    return json_answer([{"value": c.id, "label": c.name, "hint": c.root} for c in find_categories(q[:200])])
