"""Read the tables that agencies are composed from: offices, names in use, vertical offices, national bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from data.agency import Agency
from data.functions import Tier, as_tier, catalog_rows, split_list


@dataclass(frozen=True, slots=True)
class Office:
    """Describe an office that regional governments usually have for a function.

    :param also: further functions it usually holds.
    :param scope: province codes that this form is for; empty if it is the general one.
    :param pattern: its name with ``{region}``.
    :param default: whether it answers for the function where nothing says which office.
    :param cues: words of a complaint that choose it.
    """

    key: str
    function: str
    also: tuple[str, ...]
    tier: Tier
    scope: frozenset[str]
    pattern: str
    aliases: tuple[str, ...]
    default: bool
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerticalOffice:
    """Describe a regional office of a national body.

    :param level: ``kabkota``, ``provinsi``, ``kecamatan``, or ``balai`` (its area is listed, see :func:`balai_of`).
    :param pattern: its name with ``{region}``, ``{name}``, ``{short}`` (the name of a city told from its regency's),
        ``{province}`` or ``{province_full}``.
    """

    key: str
    function: str
    level: str
    pattern: str
    aliases: tuple[str, ...]
    parent: str
    default: bool
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficeName:
    """Hold the name in use of one office in one region.

    :param functions: the functions that it is the first address for; empty for an office chosen by its key alone.
    """

    region: str
    office: str
    functions: tuple[str, ...]
    name: str
    aliases: tuple[str, ...]


def as_date(value: str) -> date | None:
    """Read an ISO date; an empty field is ``None``.

    :raises ValueError: if it is another text.
    """
    return date.fromisoformat(value) if value else None


@cache
def offices() -> tuple[Office, ...]:
    """Return the offices of regional governments, in the order of the table."""
    return tuple(
        Office(
            row["office"],
            row["function"],
            split_list(row["also"]),
            as_tier(row["tier"]),
            frozenset(split_list(row["scope"])),
            row["name"],
            split_list(row["aliases"]),
            row["default"] == "1",
            tuple(cue.strip() for cue in row["cues"].split(",") if cue.strip()),
        )
        for row in catalog_rows("offices.csv")
    )


@cache
def vertical_offices() -> tuple[VerticalOffice, ...]:
    """Return the regional offices of national bodies, in the order of the table."""
    return tuple(
        VerticalOffice(
            row["office"],
            row["function"],
            row["level"],
            row["name"],
            split_list(row["aliases"]),
            row["parent"],
            row["default"] == "1",
            tuple(cue.strip() for cue in row["cues"].split(",") if cue.strip()),
        )
        for row in catalog_rows("vertical.csv")
    )


@cache
def national_bodies() -> dict[str, Agency]:
    """Return the national bodies by id, those that no longer exist included."""
    rows = list(catalog_rows("national.csv"))
    names = {row["id"]: row["name"] for row in rows}
    return {
        row["id"]: Agency(
            id=row["id"],
            name=row["name"],
            function=row["function"],
            office=None,
            tier=as_tier(row["tier"]),
            region_code=None,
            parent_id=row["parent"] or None,
            parent_name=names[row["parent"]] if row["parent"] else None,
            name_status="verified",
            valid_from=as_date(row["valid_from"]),
            valid_to=as_date(row["valid_to"]),
            successor=split_list(row["successor"]),
            functions=(row["function"],),
            aliases=split_list(row["aliases"]),
        )
        for row in rows
    }


@cache
def balai() -> dict[str, Agency]:
    """Return the technical units whose area is listed (river basins, national roads, parks), by id."""
    by_key = {office.key: office for office in vertical_offices()}
    bodies = national_bodies()
    found: dict[str, Agency] = {}
    for row in catalog_rows("balai.csv"):
        office = by_key[row["office"]]
        areas = split_list(row["regions"])
        found[row["id"]] = Agency(
            id=row["id"],
            name=row["name"],
            function=office.function,
            office=office.key,
            tier="vertikal",
            region_code=areas[0] if len(areas) == 1 else None,
            parent_id=office.parent,
            parent_name=bodies[office.parent].name,
            name_status="verified",
            functions=(office.function,),
            aliases=split_list(row["aliases"]),
        )
    return found


@cache
def _balai_areas() -> dict[tuple[str, str], str]:
    areas: dict[tuple[str, str], str] = {}
    for row in catalog_rows("balai.csv"):
        for code in split_list(row["regions"]):
            areas.setdefault((row["office"], code), row["id"])
    return areas


def balai_of(office: str, region: str) -> Agency | None:
    """Return the unit of a kind that a region belongs to: by the regency if listed, else by the province."""
    for code in (region[:5], region[:2]):
        found = _balai_areas().get((office, code))
        if found is not None:
            return balai()[found]
    return None


def _read_names(rows: Iterable[dict[str, str]]) -> tuple[OfficeName, ...]:
    return tuple(
        OfficeName(row["region"], row["office"], split_list(row["functions"]), row["name"], split_list(row["aliases"]))
        for row in rows
    )


@cache
def names_in_use() -> tuple[OfficeName, ...]:
    """Return the listed names of regional offices."""
    return _read_names(catalog_rows("agency_names.csv"))


@cache
def named_offices() -> dict[tuple[str, str], OfficeName]:
    """Return the listed names by region and office key."""
    return {(row.region, row.office): row for row in names_in_use()}


@cache
def named_for_function() -> dict[tuple[str, str], OfficeName]:
    """Return, by region and function, the listed office that is the first address for it."""
    found: dict[tuple[str, str], OfficeName] = {}
    for row in names_in_use():
        for function in row.functions:
            found.setdefault((row.region, function), row)
    return found


@cache
def _offices_by_function() -> dict[tuple[str, str], tuple[Office, ...]]:
    found: dict[tuple[str, str], list[Office]] = {}
    for office in offices():
        for function in (office.function, *office.also):
            found.setdefault((function, office.tier), []).append(office)
    return {key: tuple(rows) for key, rows in found.items()}


def offices_of(function: str, tier: Tier, province: str | None) -> tuple[Office, ...]:
    """Return the offices that can hold a function in a province, its own forms before the general ones.

    >>> [office.key for office in offices_of("1.05", "kabkota", "32")]
    ['satpolpp', 'bpbd', 'damkar']
    """
    rows = [row for row in _offices_by_function().get((function, tier), ()) if not row.scope or province in row.scope]
    special = {row.key for row in rows if row.scope}
    chosen = [row for row in rows if row.scope or row.key not in special]
    return tuple(sorted(chosen, key=lambda row: (function != row.function, not row.default)))


def vertical_of(function: str) -> tuple[VerticalOffice, ...]:
    """Return the kinds of regional office that a national function has, the usual one first."""
    return tuple(
        sorted((row for row in vertical_offices() if row.function == function), key=lambda row: not row.default)
    )
