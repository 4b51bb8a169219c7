"""Give the reasons of a routing: evidence, who else takes part, the claim, and the question that would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from data.agencies import AgencyRegistry, same_agency
from data.agency import Agency
from data.functions import Tier, functions
from data.matters import Matter
from data.regions import Regions
from model.assessment import Evidence
from model.composition import REGENCY, composed, jurisdiction, usual_tiers
from model.matters import MatterReading
from model.routed import Places, RoutedAgency
from model.tiers import question_for


def with_claim(
    found: Sequence[RoutedAgency], claimed: str, registry: AgencyRegistry, factor: float
) -> list[RoutedAgency]:
    """Raise the agencies that hold the function of the one that the reporter chose."""
    parsed = registry.parse(claimed)
    return [
        RoutedAgency(
            item.agency,
            item.probability * (factor if parsed.function == item.function and parsed.function else 1.0),
            item.function,
            item.tier,
            item.matter,
        )
        for item in found
    ]


def conflicts(claimed: str, best: RoutedAgency, registry: AgencyRegistry) -> bool:
    """Say whether a claimed agency is another than the best one, or another government."""
    parsed = registry.parse(claimed)
    if parsed.government:
        return parsed.region_code is not None and parsed.region_code not in (
            best.agency.parent_id,
            best.agency.region_code,
        )
    if parsed.function is None and parsed.body_id is None:
        return False
    return not same_agency(claimed, best.agency.name)


def matter_of(best: RoutedAgency | None, matters: MatterReading) -> Matter | None:
    """Return the matter that spoke for an agency."""
    if best is None:
        return None
    return next((item.matter for item in matters.matters if item.matter.id == best.matter), None)


def co_agencies_of(
    best: RoutedAgency | None,
    matter: Matter | None,
    regions: Sequence[tuple[str | None, float]],
    registry: AgencyRegistry,
    on: date | None,
) -> tuple[Agency, ...]:
    """Return who else the table names for the matter, in the most likely place."""
    if best is None or matter is None:
        return ()
    code = max(regions, key=lambda pair: pair[1])[0] if regions else None
    found: dict[str, Agency] = {}
    for place in matter.co:
        tier = usual_tiers(place.function)[0]
        agency = composed(registry, place.function, tier, code, place.office, on)
        if agency is not None and agency.id != best.agency.id:
            found.setdefault(agency.id, agency)
    return tuple(found.values())


def evidence_of(matters: MatterReading, places: Places | None, matter: Matter | None) -> tuple[Evidence, ...]:
    """Return the cues of the matter, the tier rules that applied and the places named."""
    found = [
        Evidence("agency", hit.span, hit.cue, round(hit.weight, 3), hit.matter)
        for hit in matters.hits
        if matter is not None and hit.matter == matter.id
    ][:5]
    for item in matters.tiers.evidence:
        if not item.rule.slots or (matter is not None and matter.slot in item.rule.slots):
            found.append(Evidence("tier", item.span, item.rule.reason, 1.0, item.rule.id))
    for candidate in (places.candidates if places is not None else ())[:3]:
        if candidate.span is not None:
            found.append(Evidence("region", candidate.span, candidate.code, round(candidate.probability, 3), None))
    return tuple(found)


def question_of(
    agencies: Sequence[RoutedAgency],
    pooled: Mapping[str, float],
    matters: MatterReading,
    regions: Sequence[tuple[str | None, float]],
    registry: AgencyRegistry,
) -> str | None:
    """Ask about the weakest of place, tier and function, if any is weak."""
    if not agencies:
        return "Apa yang terjadi, di mana, dan sejak kapan?"
    local = agencies[0].tier in ("kabkota", "provinsi", "desa", "vertikal")
    code, sure = max(regions, key=lambda pair: pair[1]) if regions else (None, 0.0)
    if local and (code is None or len(code) < REGENCY <= len(jurisdiction(agencies[0].tier, "00.00") or "")):
        return "Di kabupaten/kota mana kejadiannya?"
    doubts: list[tuple[float, str]] = []
    if local and sure < 0.6:
        names = [
            registry.government(key[:REGENCY]).name.removeprefix("Pemerintah ")
            for key, _ in sorted(regions, key=lambda pair: -pair[1])[:2]
            if key is not None and key[:REGENCY] in Regions.load()
        ]
        if len(set(names)) == 2:
            doubts.append((sure, f"Wilayahnya {names[0]} atau {names[1]}?"))
    asked = _tier_question(agencies, matters)
    if asked is not None:
        doubts.append(asked)
    best, *others = list(pooled.items())[:2] or [("", 1.0)]
    if others and best[1] < 0.5:
        names = [functions()[name].name for name, _ in (best, others[0]) if name in functions()]
        if len(names) == 2:
            doubts.append((best[1], f"Pokok laporannya {names[0]} atau {names[1]}?"))
    return min(doubts)[1] if doubts else None


def _tier_question(agencies: Sequence[RoutedAgency], matters: MatterReading) -> tuple[float, str] | None:
    """Return the probability of the best tier within the best function and the question that settles it."""
    function = agencies[0].function
    shares: dict[Tier, float] = {}
    for item in agencies:
        if item.function == function:
            shares[item.tier] = shares.get(item.tier, 0.0) + item.probability
    total = sum(shares.values())
    tiers = {tier: share / total for tier, share in shares.items()}
    asking = (item.matter for item in matters.matters if item.matter.function == function and item.matter.slot)
    matter = next(asking, None)
    question = question_for(matter, tiers) if matter is not None else None
    return None if question is None else (max(tiers.values()), question)
