"""Find an agency by its id, and the branches of Jakarta's offices."""

from __future__ import annotations

from data.agency import Agency
from data.agency_compose import at_level, compose, from_listed, government, territorial
from data.agency_names import Office, balai, named_offices, national_bodies, offices, vertical_offices
from data.agency_regions import DKI, region_label, regions


def suku_dinas(agency: Agency, region: str) -> Agency:
    """Return the branch of a Jakarta office in one of its cities.

    >>> suku_dinas(compose("2.15", "provinsi", "31", None, None), "31.74").name
    'Suku Dinas Perhubungan Kota Administrasi Jakarta Selatan'
    """
    name = agency.name.removesuffix(f" {region_label(DKI)}").removeprefix("Dinas ")
    return Agency(
        f"{region[:5]}:{agency.office}",
        f"Suku Dinas {name} {region_label(region[:5])}",
        agency.function,
        agency.office,
        "provinsi",
        region[:5],
        agency.id,
        agency.name,
        functions=agency.functions,
    )


def by_id(agency_id: str) -> Agency | None:  # noqa: PLR0911 -- one return a form of id
    """Return the agency with an id, composed anew; ``None`` if the id is of no known form."""
    known = national_bodies().get(agency_id) or balai().get(agency_id)
    if known is not None:
        return known
    place, colon, key = agency_id.partition(":")
    somewhere = place.endswith(".*")  # an office of a regency of the province, not known which
    place = place.removesuffix(".*")
    if place and place not in regions():
        return None
    if not colon:
        return government(place) if place else None
    if key in {"desa", "kelurahan", "kecamatan"}:
        return territorial(
            "2.13" if key == "desa" else "7.01", "desa" if key == "desa" else "kabkota", place or None, key
        )
    listed = None if somewhere else named_offices().get((place, key))
    for row in offices():
        if row.key == key and _fits(row, place, somewhere=somewhere):
            if place.startswith(DKI) and len(place) == 5:
                return suku_dinas(compose(row.function, "provinsi", DKI, key, None), place)
            if listed is not None:
                return from_listed(listed, listed.functions[0] if listed.functions else row.function, row.tier)
            return compose(row.function, row.tier, place or None, key, None)
    kind = next((row for row in vertical_offices() if row.key == key), None)
    return at_level(kind, kind.function, place) if kind is not None and place else None


def _fits(row: Office, place: str, *, somewhere: bool) -> bool:
    if somewhere:
        return row.tier == "kabkota" and not row.scope
    if row.scope and place[:2] not in row.scope:
        return False
    if row.tier == "provinsi":
        return len(place) == 2 or place.startswith(DKI)
    return len(place) != 2 or row.tier == "bumn"
