"""Compose an agency from function, tier and region."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from data.agency import Agency
from data.agency_names import (
    Office,
    OfficeName,
    VerticalOffice,
    balai_of,
    named_for_function,
    named_offices,
    national_bodies,
    offices,
    offices_of,
    vertical_of,
)
from data.agency_national import any_body, as_tier_of, exists, national, successor_of
from data.agency_regions import DKI, bare_name, government_name, region_label, regions
from data.functions import Tier, functions

_SUMATRA = "1"
_TERRITORY, _VILLAGES = "7.01", "2.13"
_STATE_COMPANIES: tuple[tuple[str, str, str], ...] = (
    ("1.03", "1", "Hutama Karya"),  # toll roads of Sumatra: Perpres 117/2015
    ("1.03", "", "Jasa Marga"),
    ("2.09", "", "Bulog"),
    ("2.15", "31", "Transjakarta"),
    ("3.27", "", "Pupuk Indonesia"),
    ("3.28", "", "Perhutani"),
    ("3.30", "31", "Pasar Jaya"),
    ("BUMN Lain", "", "BP BUMN"),
)
"""The usual state company for a function, by the start of the region code."""

_CATCH_ALL = {"Lembaga Negara Lain": "Setneg"}
"""Functions that gather bodies too different for one of them to stand for the others."""


def government(code: str) -> Agency:
    """Return the government of a province, regency or city, or a district or village office.

    >>> government("32.04").name, government("32.04.32").id
    ('Pemerintah Kabupaten Bandung', '32.04.32')
    """
    tier: Tier = "provinsi" if len(code) == 2 or code.startswith(DKI) else "kabkota"
    if len(code) <= 5:
        parent = _parent(code[:2]) if code.startswith(DKI) and len(code) == 5 else (None, None)
        return Agency(code, government_name(code), None, None, tier, code, *parent, name_status="verified")
    village = len(code) == 13 and regions().kind(code) == "desa"
    return Agency(
        code,
        government_name(code),
        _VILLAGES if village else _TERRITORY,
        "desa" if village else ("kelurahan" if len(code) == 13 else "kecamatan"),
        "desa" if village else tier,
        code,
        *_parent(code[:5]),
        name_status="verified",
        functions=(_VILLAGES if village else _TERRITORY,),
    )


def _parent(code: str | None) -> tuple[str | None, str | None]:
    return (None, None) if code is None else (code, government_name(code))


@lru_cache(maxsize=32_768)
def compose(  # noqa: PLR0911 -- one return a tier
    function: str, tier: Tier, region: str | None, office: str | None = None, on: date | None = None
) -> Agency:
    """Compose the agency that holds a function at a tier in a region.

    :param function: a code of :func:`data.functions.functions`.
    :param region: the deepest known code of the place, not of the jurisdiction: a village gives its regency's office.
    :param office: the key of the office (``bpbd``, ``bbws``) or the id of a national body; ``None`` for the usual one.
    """
    if office is not None and office in national_bodies():
        body = national_bodies()[office]
        return body if exists(body, on) else successor_of(body, function)
    if tier == "desa" or (function == _TERRITORY and office != "kotaadm"):
        return territorial(function, tier, region, office)
    if function == _TERRITORY:
        return government(region[:5] if region else DKI)
    if tier in {"kabkota", "provinsi"}:
        return _regional(function, tier, region, office, on)
    if tier == "vertikal":
        return _vertical(function, region, office, on)
    if tier == "bumn":
        return _company(function, region, office, on)
    if function in _CATCH_ALL:
        return national_bodies()[_CATCH_ALL[function]]
    return national(function, on, tier="pusat") or any_body(function, on)


def territorial(function: str, tier: Tier, region: str | None, office: str | None) -> Agency:
    """Return a district, kelurahan or village; of the place ("setempat") where it is not known which."""
    village = tier == "desa"
    if region is not None and len(region) == 13 and office != "kecamatan":
        return government(region)
    if region is not None and len(region) >= 8 and not village and office != "kelurahan":
        return government(region[:8])
    key = "desa" if village else (office or "kecamatan")
    kind = {"desa": "Pemerintah Desa", "kelurahan": "Kelurahan"}.get(key, "Kecamatan")
    if region is not None and len(region) >= 5:
        kind = _local_word(region[:5], key) or kind
    place = region[:5] if region else None
    if not village:
        tier = "provinsi" if place is not None and place.startswith(DKI) else "kabkota"
    name = f"{kind} setempat" + (f" ({_place(place)})" if place else "")
    return Agency(f"{place or ''}:{key}", name, function, key, tier, place, *_parent(place), functions=(function,))


def _place(code: str) -> str:
    return regions().get(code).full_name if len(code) == 5 else region_label(code)


@lru_cache(maxsize=1_100)
def _local_word(regency: str, key: str) -> str | None:
    """Return what districts and villages are called there: Distrik, Kapanewon, Nagari, Gampong, Kampung."""
    children = regions().children(regency)
    if key == "kecamatan":
        return children[0].full_name.removesuffix(f" {children[0].name}") if children else None
    for district in children:
        for village in regions().children(district.code):
            if village.kind == "desa" and key == "desa":
                return "Pemerintah " + village.full_name.removesuffix(f" {village.name}")
    return None


def _regional(function: str, tier: Tier, region: str | None, office: str | None, on: date | None) -> Agency:
    if region is not None and region.startswith(DKI):
        tier = "provinsi"  # UU 2/2024: the cities of Jakarta are not autonomous
    if tier not in functions()[function].tiers and "provinsi" in functions()[function].tiers:
        tier = "provinsi"
    place = None if region is None else region[:2] if tier == "provinsi" or len(region) < 5 else region[:5]
    usual = offices_of(function, tier, region[:2] if region else None)
    if not usual:
        if place is not None:
            return government(place)
        return any_body(function, on)
    chosen = next((row for row in usual if row.key == office), None)
    known = place is not None and (tier == "provinsi" or len(place) == 5)
    listed = _listed(place, function, office, usual[0]) if known and place is not None else None
    if listed is not None:
        return from_listed(listed, function, tier)
    if chosen is None and office is not None:
        chosen = next((row for row in offices() if row.key == office and row.tier == tier), None)
    return _generated(chosen or usual[0], function, tier, place)


def _listed(place: str, function: str, office: str | None, usual: Office) -> OfficeName | None:
    """Return the listed name: of the office asked for, else of the one that holds the function there."""
    if office is not None:
        found = named_offices().get((place, office))
        if found is not None:
            return found
        if office != usual.key:
            return None
    return named_for_function().get((place, function)) or named_offices().get((place, usual.key))


def from_listed(row: OfficeName, function: str, tier: Tier) -> Agency:
    """Return the agency of a listed name."""
    return Agency(
        f"{row.region}:{row.office}",
        row.name,
        function,
        row.office,
        tier,
        row.region,
        *_parent(row.region),
        name_status="verified",
        functions=tuple(dict.fromkeys((function, *row.functions))),
        aliases=row.aliases,
    )


def _generated(office: Office, function: str, tier: Tier, place: str | None) -> Agency:
    if place is None:
        label = "setempat"
    elif tier == "kabkota" and len(place) == 2:
        label = f"kabupaten/kota setempat ({region_label(place)})"
    else:
        label = region_label(place)
    wide = tier == "kabkota" and place is not None and len(place) == 2
    name = office.pattern.replace("{regency}", "{region}").format(region=label)
    return Agency(
        f"{place or ''}{'.*' if wide else ''}:{office.key}",
        name,
        function,
        office.key,
        tier,
        place,
        *_parent(place),
        functions=tuple(dict.fromkeys((function, office.function, *office.also))),
        aliases=office.aliases,
    )


def _vertical(function: str, region: str | None, office: str | None, on: date | None) -> Agency:
    kinds = vertical_of(function)
    chosen = next((row for row in kinds if row.key == office), kinds[0] if kinds and kinds[0].default else None)
    if chosen is not None and region is not None:
        found = at_level(chosen, function, region)
        if found is None and len(region) == 2:
            provincial = next((row for row in kinds if row.level == "provinsi"), None)
            found = at_level(provincial, function, region) if provincial is not None else None
        if found is not None:
            return found
    body = any_body(function, on)
    return as_tier_of(body, "vertikal")


def at_level(office: VerticalOffice, function: str, region: str) -> Agency | None:
    """Return a vertical office for a region; ``None`` if the region is not known deeply enough."""
    parent = national_bodies()[office.parent]
    place: str
    if office.level == "balai":
        unit = balai_of(office.key, region)
        if unit is not None or office.key == "tn":
            return unit
        place = region[:2]
    elif office.level == "provinsi":
        place = region[:2]
    elif len(region) < 5:
        return None
    else:
        place = region[:8] if office.level == "kecamatan" and len(region) >= 8 else region[:5]
    listed = named_offices().get((place, office.key))
    if listed is not None:
        name, status, aliases = listed.name, "verified", listed.aliases
    else:
        short = bare_name(place)
        if office.key == "polres" and place.startswith(DKI):
            short = f"Metro {short}"
        if office.level == "kecamatan" and len(place) < 8:
            short = f"setempat ({_place(place)})"
        name = office.pattern.format(
            region=region_label(place),
            short=short,
            name=regions().get(place).name,
            province=bare_name(place[:2]),
            province_full=region_label(place[:2]),
        )
        status, aliases = "generated", office.aliases
    return Agency(
        f"{place}:{office.key}",
        name,
        function,
        office.key,
        "vertikal",
        place,
        parent.id,
        parent.name,
        name_status="verified" if status == "verified" else "generated",
        functions=(function,),
        aliases=aliases,
    )


def _company(function: str, region: str | None, office: str | None, on: date | None) -> Agency:
    """Return a regional or state company; where neither is known the regional office of the function."""
    local = offices_of(function, "bumn", region[:2] if region else None)
    place = None if region is None else DKI if region.startswith(DKI) else region[:5]
    for row in local:
        listed = named_offices().get((place or "", row.key))
        if listed is not None and office in {None, row.key}:
            return from_listed(listed, function, "bumn")
    chosen = next((row for row in local if row.key == office or (office is None and row.default)), None)
    if chosen is not None:
        return _generated(chosen, function, "bumn", place)
    for held, start, body_id in _STATE_COMPANIES:
        if held == function and (region or "").startswith(start):
            return national_bodies()[body_id]
    body = national(function, on, tier="bumn")
    if body is not None and (body.id in functions() or "kabkota" not in functions()[function].tiers):
        return body
    return _regional(function, "kabkota", region, None, on)
