"""Read a deployment's own table of agencies, which overrides what is composed.

The table is a CSV with the columns ``id,name,aliases,external_id,function,office,tier,region,parent,connected,
valid_from,valid_to,successor``; only ``id`` must be filled where the agency is known already, and an empty field keeps
what is composed. Several values in a field are separated by ``;``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from data.agency import Agency
from data.agency_compose import government
from data.agency_ids import by_id
from data.agency_names import as_date, offices_of
from data.agency_regions import DKI, regions
from data.errors import PilahError
from data.functions import TIERS, as_tier, functions, split_list

COLUMNS = (
    "id",
    "name",
    "aliases",
    "external_id",
    "function",
    "office",
    "tier",
    "region",
    "parent",
    "connected",
    "valid_from",
    "valid_to",
    "successor",
)
_YES, _NO = frozenset({"1", "true", "ya", "yes"}), frozenset({"0", "false", "tidak", "no"})
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Overrides:
    """Hold a checked table.

    :param agencies: the agencies by id.
    :param first: by region and function, the id of the agency that the deployment made the first address.
    :param closed: governments of which some office is connected: their other offices are not.
    """

    agencies: dict[str, Agency]
    first: dict[tuple[str, str], str]
    closed: frozenset[str]


EMPTY = Overrides({}, {}, frozenset())


def read_overrides(path: Path) -> Overrides:
    """Read and check a table; a single wrong row refuses all of it, so that half a change is never in use.

    :raises PilahError: PLH-721 with row and reason of every wrong row (the first ten).
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PilahError("PLH-721", f"{path.name}: {error}") from error
    reader = csv.DictReader(text.splitlines())
    unknown = sorted(set(reader.fieldnames or ()) - set(COLUMNS))
    if "id" not in (reader.fieldnames or ()) or unknown:
        raise PilahError("PLH-721", f"{path.name}: row 1: columns {unknown or ['id']} unknown or missing")
    rows = [
        (number, {key: (value or "").strip() for key, value in row.items() if key}) for number, row in _rows(reader)
    ]
    problems: list[str] = []
    agencies: dict[str, Agency] = {}
    explicit: dict[str, bool] = {}
    ids = {row.get("id", "") for _, row in rows}
    for number, row in rows:
        reasons = _problems(row, agencies, ids)
        if reasons:
            problems.extend(f"row {number}: {reason}" for reason in reasons)
            continue
        agencies[row["id"]] = _agency(row)
        explicit[row["id"]] = bool(row.get("function"))
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise PilahError("PLH-721", f"{path.name}: " + "; ".join(problems[:_SHOWN]) + more)
    agencies = {key: _with_parent_name(agency, agencies) for key, agency in agencies.items()}
    return Overrides(agencies, _first_addresses(agencies, explicit), _closed(agencies))


def _rows(reader: csv.DictReader[str]) -> list[tuple[int, dict[str, str]]]:
    return [(reader.line_num, row) for row in reader]


def _problems(row: dict[str, str], earlier: dict[str, Agency], ids: set[str]) -> list[str]:
    found: list[str] = []
    agency_id = row.get("id", "")
    known = by_id(agency_id) if agency_id else None
    if not agency_id:
        found.append("id is empty")
    elif agency_id in earlier:
        found.append(f"id {agency_id!r} occurs twice")
    elif known is None:
        place = agency_id.partition(":")[0]
        if ":" in agency_id and place[:1].isdigit() and place not in regions():
            found.append(f"id {agency_id!r} names the unknown region code {place!r}")
        found.extend(
            f"{field} is needed for the new agency {agency_id!r}" for field in ("name", "tier") if not row.get(field)
        )
    if row.get("region") and row["region"] not in regions():
        found.append(f"unknown region code {row['region']!r}")
    found.extend(
        f"unknown function {code!r}" for code in split_list(row.get("function", "")) if code not in functions()
    )
    if row.get("tier") and row["tier"] not in TIERS:
        found.append(f"unknown tier {row['tier']!r}; one of {', '.join(TIERS)}")
    if row.get("connected") and row["connected"].lower() not in _YES | _NO:
        found.append(f"connected is {row['connected']!r}, not ya or tidak")
    days: list[date | None] = []
    for field in ("valid_from", "valid_to"):
        try:
            days.append(as_date(row.get(field, "")))
        except ValueError:
            found.append(f"{field} is {row[field]!r}, not a date as 2026-01-31")
    if len(days) == 2 and days[0] is not None and days[1] is not None and days[0] >= days[1]:
        found.append("valid_to is not after valid_from")
    linked = [*split_list(row.get("successor", "")), *([row["parent"]] if row.get("parent") else [])]
    found.extend(
        f"unknown agency {key!r} as successor or parent" for key in linked if key not in ids and by_id(key) is None
    )
    return found


def _agency(row: dict[str, str]) -> Agency:
    agency_id = row["id"]
    place = agency_id.partition(":")[0]
    base = by_id(agency_id)
    if base is None:
        region = place if place in regions() else None
        base = Agency(agency_id, row["name"], None, agency_id.partition(":")[2] or None, as_tier(row["tier"]), region)
    codes = split_list(row.get("function", ""))
    region_code = row.get("region") or base.region_code
    parent = row.get("parent") or base.parent_id or (region_code[:5] if region_code and ":" in agency_id else None)
    if region_code is not None and region_code.startswith(DKI) and parent == region_code and ":" in agency_id:
        parent = DKI
    connected = row.get("connected", "").lower()
    return replace(
        base,
        name=row.get("name") or base.name,
        function=codes[0] if codes else base.function,
        functions=codes or base.functions,
        office=row.get("office") or base.office,
        tier=as_tier(row["tier"]) if row.get("tier") else base.tier,
        region_code=region_code,
        parent_id=parent,
        parent_name=None,
        external_id=row.get("external_id") or None,
        connected=None if not connected else connected in _YES,
        name_status="verified" if row.get("name") else base.name_status,
        valid_from=as_date(row.get("valid_from", "")) or base.valid_from,
        valid_to=as_date(row.get("valid_to", "")) or base.valid_to,
        successor=split_list(row.get("successor", "")) or base.successor,
        aliases=tuple(dict.fromkeys((*split_list(row.get("aliases", "")), *base.aliases))),
    )


def _with_parent_name(agency: Agency, agencies: dict[str, Agency]) -> Agency:
    if agency.parent_id is None:
        return agency
    parent = agencies.get(agency.parent_id) or by_id(agency.parent_id) or government(agency.parent_id)
    return replace(agency, parent_name=parent.name)


def _first_addresses(agencies: dict[str, Agency], explicit: dict[str, bool]) -> dict[tuple[str, str], str]:
    """Say which listed agency now answers for a function in its region.

    One that takes the place of the usual office, or an office of a new kind. A listed fire brigade does not take the
    place of Satpol PP, though both hold 1.05.
    """
    first: dict[tuple[str, str], str] = {}
    for key, agency in agencies.items():
        if agency.region_code is None:
            continue
        for function in agency.functions:
            usual = offices_of(function, agency.tier, agency.region_code[:2])
            keys = [row.key for row in usual]
            if (keys and agency.office == keys[0]) or (explicit[key] and agency.office not in keys):
                first.setdefault((agency.region_code, function), key)
    return first


def _closed(agencies: dict[str, Agency]) -> frozenset[str]:
    return frozenset(a.parent_id for a in agencies.values() if a.connected and a.parent_id is not None and ":" in a.id)
