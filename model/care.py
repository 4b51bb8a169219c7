"""Suggest who else must see a complaint that needs special care."""

from __future__ import annotations

from data.agencies import AgencyRegistry
from data.agency import Agency
from data.functions import Tier
from model.assessment import AgencyAnswer, Screening
from model.places import PlaceReading
from model.screening import ACCUSED_FLAGS, PPA_FLAGS


def care_agencies(
    screening: Screening, agency: AgencyAnswer | None, places: PlaceReading, registry: AgencyRegistry
) -> list[Agency]:
    """Name the offices for victims and the inspectorate, first those that the complaint needs most.

    The office complained about must not be the only reader, so the inspectorate of its government is added; offices
    for women and children (UPTD PPA, Perpres 55/2024 and UU 12/2022) where there is a victim.

    :param agency: who is answered as responsible.
    """
    flags = set(screening.flags)
    region, tier = _government(agency, places)
    found: list[Agency] = []
    if region is not None and flags & PPA_FLAGS:
        found.append(registry.compose("2.08", tier, region, "uptdppa"))
    if region is not None and flags & ACCUSED_FLAGS:
        found.append(registry.compose("6.01", tier, region, "inspektorat"))
    return [a for a in found if agency is None or a.id != agency.id]


def _government(agency: AgencyAnswer | None, places: PlaceReading) -> tuple[str | None, Tier]:
    """Return the regency or province whose offices are meant."""
    if agency is not None and agency.region is not None:
        code = agency.region.code[:5]
    elif places.candidates:
        code = places.candidates[0].code[:5]
    else:
        return None, "kabkota"
    return code, "provinsi" if len(code) == 2 else "kabkota"
