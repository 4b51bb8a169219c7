"""Mix what a deployment's own history says with what rules and the agency registry say.

The learned local names answer for their own region and functions. The composed answer takes over for the rest: another
region's matter, or one that no learned office has (a ministry's, PLN's, a new office's).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from data.agency import Agency
from data.regions import Regions
from model.assessment import AgencyAnswer, Alternative, ParentAgency, RegionRef
from model.classifier import Distribution
from model.local_offices import LocalOffices
from model.places import PlaceReading
from model.pool_model import PoolModel
from model.pooling import Pooled
from model.routing import RoutedAgency, Routing

Source = Literal["learned", "composed", "mixed"]
ALTERNATIVES = 4
_KEPT = 20  # learned names looked at: what comes after is never shown
_LEAST_SURE = 0.73
"""Probability that the table must give to functions that no learned office has for these to weigh as much as the
history: it knows who takes such matters. With the exponent, from offices hidden from a history (``docs/model.md``)."""
_STEEPNESS = 1.25
_MOST_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold one agency that may be responsible."""

    label: str
    agency: Agency | None
    probability: float
    source: Source


def mix(local: Distribution | None, routing: Routing, places: PlaceReading, offices: LocalOffices) -> list[Candidate]:
    """Rank the learned and the composed agencies together, best first.

    :param local: the learned names; ``None`` if the bundle has none.
    """
    if local is None:
        return [Candidate(a.agency.name, a.agency, a.probability, "composed") for a in routing.agencies]
    unlearned = [a for a in routing.agencies if not _elsewhere(a, offices) and _unlearned(a, offices)]
    found = _away(routing, places, offices)
    left = 1.0 - sum(c.probability for c in found)
    total = sum(a.probability for a in unlearned)
    share = _share_of_unlearned(total)
    total = total or 1.0
    found += [Candidate(a.agency.name, a.agency, left * share * a.probability / total, "composed") for a in unlearned]
    supported = {a.agency.id for a in routing.agencies[:3]}
    for label, probability in local.as_dict(_KEPT).items():
        agency = offices.agencies.get(label)
        source: Source = "mixed" if agency is not None and agency.id in supported else "learned"
        found.append(Candidate(label, agency, left * (1 - share) * probability, source))
    return sorted(found, key=lambda c: (-c.probability, c.label))


def _share_of_unlearned(probability: float) -> float:
    """Return the part of the answer that functions without a learned office get.

    >>> [round(_share_of_unlearned(p), 2) for p in (0.0, 0.3, 0.73, 0.95, 1.0)]
    [0.0, 0.09, 0.5, 0.9, 0.9]
    """
    odds = (probability / max(1.0 - probability, 1e-3)) * (1.0 - _LEAST_SURE) / _LEAST_SURE
    odds = math.pow(odds, _STEEPNESS)
    return min(_MOST_SHARE, odds / (1.0 + odds))


def mix_pooled(
    pooled: Pooled, model: PoolModel, routing: Routing, places: PlaceReading, offices: LocalOffices
) -> list[Candidate]:
    """Rank candidates by everything that speaks for them, best first; other regions' agencies keep their part.

    :param pooled: candidates of the home region, or of anywhere if the bundle has no home.
    """
    found = _away(routing, places, offices)
    left = 1.0 - sum(c.probability for c in found)
    probabilities = left * model.probabilities(pooled.matrix)
    supported = {a.agency.id for a in routing.agencies[:3]}
    composed_only = pooled.composed_only().tolist()
    for i in np.argsort(-probabilities, kind="stable")[:_KEPT].tolist():
        agency = pooled.agencies[i]
        composed = agency is not None and agency.id in supported
        source: Source = "composed" if composed_only[i] else "mixed" if composed else "learned"
        found.append(Candidate(pooled.labels[i], agency, float(probabilities[i]), source))
    return sorted(found, key=lambda c: (-c.probability, c.label))


def at_home(routing: Routing, offices: LocalOffices) -> list[RoutedAgency]:
    """Return the composed agencies that compete with the learned ones."""
    if offices.home is None:
        return list(routing.agencies)
    return [a for a in routing.agencies if not _elsewhere(a, offices)]


def _away(routing: Routing, places: PlaceReading, offices: LocalOffices) -> list[Candidate]:
    """Give agencies of other regions the part that the places named give these regions."""
    if offices.home is None:
        return []
    away = min(1.0, sum(c.probability for c in places.candidates if not offices.is_home(c.code)))
    elsewhere = [a for a in routing.agencies if _elsewhere(a, offices)]
    foreign = sum(a.probability for a in elsewhere)
    scale = min(away / foreign, 1.0) if foreign else 0.0
    return [Candidate(a.agency.name, a.agency, a.probability * scale, "composed") for a in elsewhere]


def _elsewhere(routed: RoutedAgency, offices: LocalOffices) -> bool:
    code = routed.agency.region_code
    return code is not None and not offices.is_home(code)


def _unlearned(routed: RoutedAgency, offices: LocalOffices) -> bool:
    return routed.function not in offices.functions


def agency_answer(
    candidates: list[Candidate], parent_of: Callable[[Agency], Agency | None], regions: Regions
) -> AgencyAnswer | None:
    """State the first candidate with its government, and the next ones as alternatives.

    :param candidates: best first.
    :param parent_of: gives the government or body above an agency.
    """
    if not candidates:
        return None
    best = candidates[0]
    # Without a place the office of the province and that of the regency have one name: it is said once.
    named = {c.label: c for c in reversed(candidates)}
    others = [c for c in candidates if named[c.label] is c and c.label != best.label][:ALTERNATIVES]
    rest = tuple(Alternative(c.label, round(c.probability, 6), c.agency.id if c.agency else None) for c in others)
    agency = best.agency
    if agency is None:
        return AgencyAnswer(best.label, round(best.probability, 6), source=best.source, alternatives=rest)
    return AgencyAnswer(
        label=best.label,
        probability=round(best.probability, 6),
        id=agency.id,
        external_id=agency.external_id,
        source=best.source,
        function=agency.function,
        tier=agency.tier,
        region=region_ref(agency.region_code, regions),
        parent=_parent(agency, candidates, parent_of),
        name_status="verified" if best.source != "composed" else agency.name_status,
        connected=agency.connected,
        alternatives=rest,
    )


def _parent(
    agency: Agency, candidates: list[Candidate], parent_of: Callable[[Agency], Agency | None]
) -> ParentAgency | None:
    """Add up what every candidate under the same government or body has."""
    sums: dict[str, float] = defaultdict(float)
    for candidate in candidates:
        if candidate.agency is not None:
            sums[_above(candidate.agency)] += candidate.probability
    above = parent_of(agency)
    name = agency.name if above is None else above.name
    identifier = _above(agency)
    return ParentAgency(name, identifier, round(min(1.0, sums[identifier]), 6))


def _above(agency: Agency) -> str:
    return agency.parent_id or agency.id


def region_ref(code: str | None, regions: Regions) -> RegionRef | None:
    """Name a region as answers do; ``None`` for the whole country."""
    if code is None or code not in regions:
        return None
    region = regions.get(code)
    province = None if len(code) == 2 else regions.get(code[:2]).name
    return RegionRef(code, region.full_name, province)
