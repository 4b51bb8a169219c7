"""Compose agencies from functions, offices, tiers and regions, with the product of their probabilities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from data.agencies import AgencyRegistry
from data.agency import Agency
from data.errors import PilahError
from data.functions import Tier, functions
from data.local_offices import LocalOffice, local_offices
from data.matters import Matter
from model.matters import MatterReading
from model.routed import Places, PoolWeights, RoutedAgency

PROVINCE, REGENCY, DISTRICT, VILLAGE = 2, 5, 8, 13
"""Lengths of the Kemendagri codes by level."""


def region_shares(places: Places | None, home: str | None, weights: PoolWeights) -> list[tuple[str | None, float]]:
    """Return codes with probabilities that sum to 1; ``None`` stands for an unknown place."""
    found: dict[str | None, float] = defaultdict(float)
    for candidate in places.candidates if places is not None else ():
        found[candidate.code] += candidate.probability
    told = sum(found.values())
    if told > 1:
        found = defaultdict(float, {code: share / told for code, share in found.items()})
        told = 1.0
    left = 1.0 - told
    if told > 0.5 and home is None:
        left = 0.0  # the place is doubtful, not unknown: the candidates share the rest
        found = defaultdict(float, {code: share / told for code, share in found.items()})
    if left > 1e-6:
        share = weights.home * left if home is not None else 0.0
        if home is not None:
            found[home] += share
        found[None] += left - share
    return [(code, share) for code, share in found.items() if share > 0.005]


def _tier_shares(
    function: str, matters: MatterReading, default: float, split: float
) -> dict[tuple[str | None, Tier], float]:
    """Return shares of (office, tier) for a function: what the matters say, and a little of what is usual."""
    usual = _usual_shares(function)
    told = matters.places.get(function)
    shares: dict[tuple[str | None, Tier], float] = defaultdict(float)
    for key, share in (told or usual).items():
        shares[key] += (1 - default) * share
    for key, share in usual.items():
        shares[key] += default * share
    whole = sum(shares.values())
    return {key: (share / whole) ** split for key, share in shares.items()}


@cache
def _usual_shares(function: str) -> Mapping[tuple[str | None, Tier], float]:
    return {(None, tier): 0.75 * 0.25**rank for rank, tier in enumerate(usual_tiers(function))}


@cache
def usual_tiers(function: str) -> tuple[Tier, ...]:
    """Return the tiers that can hold a function, the usual one first."""
    known = functions().get(function)
    return known.tiers if known is not None else ("kabkota",)


def jurisdiction(tier: Tier, code: str | None) -> str | None:
    """Return the code of the region that an agency of a tier would be responsible for.

    >>> jurisdiction("provinsi", "32.04.32"), jurisdiction("kabkota", "32.04.32"), jurisdiction("pusat", "32.04")
    ('32', '32.04', None)
    """
    if code is None or tier == "pusat":
        return None
    if tier == "provinsi":
        return code[:PROVINCE]
    if tier == "desa":
        return code
    return code[:REGENCY]


def agencies_of(
    pooled: Mapping[str, float],
    matters: MatterReading,
    regions: Sequence[tuple[str | None, float]],
    registry: AgencyRegistry,
    on: date | None,
    weights: PoolWeights,
) -> list[RoutedAgency]:
    """Return the agencies of the likeliest functions, in every place that is likely, unsorted."""
    found: dict[tuple[str, Tier], RoutedAgency] = {}
    largest: dict[tuple[str, Tier], float] = {}
    for function, chance in list(pooled.items())[:8]:
        if chance < 0.004:
            break
        best = next((item.matter for item in matters.matters if item.matter.function == function), None)
        for (office, tier), share in _tier_shares(function, matters, weights.default, weights.split).items():
            for code, likely in regions:
                probability = chance * share * likely
                if probability < 0.0005:
                    continue
                for held, used, used_tier, part in _local(best, function, office, tier, code):
                    agency = composed(registry, held, used_tier, code, used, on)
                    if agency is None:
                        continue
                    # an office of an unknown place has one id at every tier; its tier is then the one asked for
                    key = (agency.id, used_tier if code is None else agency.tier)
                    old, piece = found.get(key), probability * part
                    if old is not None and piece <= largest[key]:
                        # one office may hold several functions: it answers under the likeliest of them
                        found[key] = replace(old, probability=old.probability + piece)
                        continue
                    largest[key] = piece
                    added = piece + (old.probability if old is not None else 0.0)
                    found[key] = RoutedAgency(agency, added, held, key[1], best.id if best else None)
    return list(found.values())


def _local(
    matter: Matter | None, function: str, office: str | None, tier: Tier, code: str | None
) -> list[tuple[str, str | None, Tier, float]]:
    """Split a (function, office, tier) where a region has another office for the matter."""
    exception: LocalOffice | None = None
    if matter is not None and code is not None and tier == "kabkota":
        exception = local_offices().get((matter.id, code[:REGENCY])) or local_offices().get(
            (matter.id, code[:PROVINCE])
        )
    if exception is None:
        return [(function, office, tier, 1.0)]
    return [
        (exception.function, exception.office, exception.tier, exception.share),
        (function, office, tier, 1 - exception.share),
    ]


def composed(
    registry: AgencyRegistry, function: str, tier: Tier, code: str | None, office: str | None, on: date | None
) -> Agency | None:
    """Return the agency, ``None`` where there is none."""
    region = code if function == "7.01" else jurisdiction(tier, code)
    try:
        return registry.compose(function, tier, region, office, on)
    except PilahError:
        return None
