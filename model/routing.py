"""Turn functions, matters and places into ranked agencies: function x office x tier x region, with the reasons."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from data.agencies import AgencyRegistry
from data.functions import functions as known_functions
from model.composition import agencies_of, jurisdiction, region_shares
from model.matters import MatterReading
from model.routed import PlaceCandidate, Places, PoolWeights, RoutedAgency, RoutedParent, Routing
from model.routing_reasons import co_agencies_of, conflicts, evidence_of, matter_of, question_of, with_claim

__all__ = [
    "PlaceCandidate",
    "Places",
    "PoolWeights",
    "RoutedAgency",
    "RoutedParent",
    "Routing",
    "compose",
    "jurisdiction",
    "pool_functions",
]


def pool_functions(
    head: Mapping[str, float] | None, matters: MatterReading, weights: PoolWeights | None = None
) -> dict[str, float]:
    """Pool the learned head with the table's knowledge; either may be missing.

    :param head: probabilities by function; ``None`` if there is no learned head.
    :returns: probabilities by function, best first; empty if neither side says anything.
    """
    weights = weights or PoolWeights()
    known = matters.probabilities
    names = set(known) | set(head or ())
    rest = max(0.0, 1.0 - sum(known.values())) / max(1, len(known_functions()) - len(known))
    floor, unknown = math.log(weights.floor), weights.knowledge * math.log(max(rest, weights.floor))
    logs = {}
    for name in names:
        told = known.get(name)
        total = unknown if told is None else weights.knowledge * math.log(max(told, weights.floor))
        if head is not None:
            learned = head.get(name, 0.0)
            total += weights.head * (math.log(learned) if learned > weights.floor else floor)
        logs[name] = total
    if not logs:
        return {}
    top = max(logs.values())
    raised = {name: math.exp(value - top) for name, value in logs.items()}
    total = sum(raised.values())
    shares = {name: value / total for name, value in raised.items()}
    return {name: shares[name] for name in sorted(sorted(shares), key=shares.__getitem__, reverse=True)}


def compose(
    functions: Mapping[str, float] | None,
    matters: MatterReading,
    places: Places | None,
    registry: AgencyRegistry,
    *,
    home: str | None = None,
    on: date | None = None,
    claimed: str | None = None,
    weights: PoolWeights | None = None,
    top: int = 10,
) -> Routing:
    """Compose the responsible agencies.

    :param functions: probabilities of the learned function head, or ``None``.
    :param matters: what the table's cues say.
    :param places: where the complaint is from, or ``None``.
    :param home: the code of the deployment's region, used where nothing tells the place.
    :param on: the day that offices and ministries are judged on; ``None`` is today.
    :param claimed: the agency that the reporter chose.
    """
    weights = weights or PoolWeights()
    pooled = pool_functions(functions, matters, weights)
    regions = region_shares(places, home, weights)
    found = agencies_of(pooled, matters, regions, registry, on, weights)
    if claimed:
        found = with_claim(found, claimed, registry, weights.claim)
    ranked = sorted(found, key=lambda item: (-item.probability, item.agency.id))
    total = sum(item.probability for item in ranked) or 1.0
    agencies = tuple(
        RoutedAgency(item.agency, item.probability / total, item.function, item.tier, item.matter) for item in ranked
    )
    best = agencies[0] if agencies else None
    matter = matter_of(best, matters)
    return Routing(
        agencies=agencies[:top],
        parents=_parents(agencies),
        co_agencies=co_agencies_of(best, matter, regions, registry, on),
        functions=pooled,
        evidence=evidence_of(matters, places, matter),
        question=question_of(agencies, pooled, matters, regions, registry),
        conflict=bool(claimed) and best is not None and conflicts(claimed or "", best, registry),
    )


def _parents(agencies: Sequence[RoutedAgency]) -> tuple[RoutedParent, ...]:
    names: dict[str, str] = {}
    shares: dict[str, float] = defaultdict(float)
    for item in agencies:
        key = item.agency.parent_id or item.agency.id
        names.setdefault(key, item.agency.parent_name or item.agency.name)
        shares[key] += item.probability
    return tuple(
        RoutedParent(key, names[key], min(1.0, share))
        for key, share in sorted(shares.items(), key=lambda pair: -pair[1])[:5]
    )
