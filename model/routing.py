"""Turn functions, matters and places into ranked agencies: function x office x tier x region, with the reasons."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Protocol

from data.agencies import AgencyRegistry, same_agency
from data.agency import Agency
from data.errors import PilahError
from data.functions import Tier, functions
from data.local_offices import LocalOffice, local_offices
from data.matters import Matter
from model.assessment import Evidence, Span
from model.matters import MatterReading
from model.tiers import question_for

PROVINCE, REGENCY, DISTRICT, VILLAGE = 2, 5, 8, 13
"""Lengths of the Kemendagri codes by level."""


class PlaceCandidate(Protocol):
    """Name one region that the complaint may be from."""

    @property
    def code(self) -> str:
        """Return the Kemendagri code, as deep as it is certain."""
        ...

    @property
    def probability(self) -> float:
        """Return how likely it is."""
        ...

    @property
    def span(self) -> Span | None:
        """Return where it is named."""
        ...


class Places(Protocol):
    """Say where a complaint is from: candidates, best first."""

    @property
    def candidates(self) -> Sequence[PlaceCandidate]:
        """Return the regions; empty when nothing tells."""
        ...


@dataclass(frozen=True, slots=True)
class PoolWeights:
    """Set how the learned function head and the table's knowledge are pooled.

    The pool is log-linear: ``log p = knowledge * log p_table + head * log p_head`` up to a constant (Genest and Zidek
    1986, "Combining probability distributions"). The defaults are the cross-validated ones of ``evaluation/routing.py``.

    :param knowledge: weight of the table's cues.
    :param head: weight of the learned head.
    :param floor: least probability that either side may give a function, so that neither can veto.
    :param split: exponent on the shares of a function's offices and tiers: below 1, a function that is sure but whose
        tier is not still comes before a less likely function of one tier.
    :param default: share of a function's usual office and tier beside what the matters say.
    :param claim: factor on agencies that agree with what the reporter chose: evidence, never the answer by itself.
    :param home: share of the deployment's region where nothing tells the place.
    """

    knowledge: float = 1.0
    head: float = 0.3
    floor: float = 0.02
    split: float = 1.0
    default: float = 0.04
    claim: float = 1.5
    home: float = 0.9


@dataclass(frozen=True, slots=True)
class RoutedAgency:
    """Hold one agency with its probability and what led to it.

    :param matter: the row of the table that spoke for it most, if any.
    """

    agency: Agency
    probability: float
    function: str
    tier: Tier
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class RoutedParent:
    """Hold the government or body above, with its own probability."""

    id: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Routing:
    """Answer who is responsible.

    :param agencies: best first.
    :param parents: governments and bodies (level "instansi"), best first.
    :param co_agencies: who else takes part in the best matter.
    :param functions: the pooled distribution over functions, best first.
    :param question: what would settle the main doubt, in Indonesian; ``None`` without one.
    :param conflict: whether the reporter's own choice disagrees with the answer.
    """

    agencies: tuple[RoutedAgency, ...] = ()
    parents: tuple[RoutedParent, ...] = ()
    co_agencies: tuple[Agency, ...] = ()
    functions: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    question: str | None = None
    conflict: bool = False

    @property
    def best(self) -> RoutedAgency | None:
        """Return the most probable agency."""
        return self.agencies[0] if self.agencies else None


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
    rest = max(0.0, 1.0 - sum(known.values())) / max(1, len(functions()) - len(known))
    logs = {}
    for name in names:
        total = weights.knowledge * math.log(max(known.get(name, rest), weights.floor))
        if head is not None:
            total += weights.head * math.log(max(head.get(name, 0.0), weights.floor))
        logs[name] = total
    if not logs:
        return {}
    top = max(logs.values())
    raised = {name: math.exp(value - top) for name, value in logs.items()}
    total = sum(raised.values())
    return dict(sorted(((name, value / total) for name, value in raised.items()), key=lambda pair: -pair[1]))


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
    regions = _regions(places, home, weights)
    found = _agencies(pooled, matters, regions, registry, on, weights)
    if claimed:
        found = _with_claim(found, claimed, registry, weights.claim)
    ranked = sorted(found, key=lambda item: (-item.probability, item.agency.id))
    total = sum(item.probability for item in ranked) or 1.0
    agencies = tuple(
        RoutedAgency(item.agency, item.probability / total, item.function, item.tier, item.matter) for item in ranked
    )
    best = agencies[0] if agencies else None
    matter = _matter(best, matters)
    return Routing(
        agencies=agencies[:top],
        parents=_parents(agencies),
        co_agencies=_co_agencies(best, matter, regions, registry, on),
        functions=pooled,
        evidence=_evidence(matters, places, matter),
        question=_question(agencies, pooled, matters, matter, regions, registry),
        conflict=bool(claimed) and best is not None and _conflicts(claimed or "", best, registry),
    )


def _regions(places: Places | None, home: str | None, weights: PoolWeights) -> list[tuple[str | None, float]]:
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
    usual: dict[tuple[str | None, Tier], float] = {}
    for rank, tier in enumerate(_usual_tiers(function)):
        usual[None, tier] = 0.75 * 0.25**rank
    told = matters.places.get(function)
    shares: dict[tuple[str | None, Tier], float] = defaultdict(float)
    for key, share in (told or usual).items():
        shares[key] += (1 - default) * share
    for key, share in usual.items():
        shares[key] += default * share
    whole = sum(shares.values())
    return {key: (share / whole) ** split for key, share in shares.items()}


@cache
def _usual_tiers(function: str) -> tuple[Tier, ...]:
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


def _agencies(
    pooled: Mapping[str, float],
    matters: MatterReading,
    regions: Sequence[tuple[str | None, float]],
    registry: AgencyRegistry,
    on: date | None,
    weights: PoolWeights,
) -> list[RoutedAgency]:
    found: dict[str, RoutedAgency] = {}
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
                    agency = _composed(registry, held, used_tier, code, used, on)
                    if agency is None:
                        continue
                    old = found.get(agency.id)
                    added = probability * part + (old.probability if old is not None else 0.0)
                    found[agency.id] = RoutedAgency(agency, added, held, agency.tier, best.id if best else None)
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


def _composed(
    registry: AgencyRegistry, function: str, tier: Tier, code: str | None, office: str | None, on: date | None
) -> Agency | None:
    region = code if function == "7.01" else jurisdiction(tier, code)
    try:
        return registry.compose(function, tier, region, office, on)
    except PilahError:
        return None


def _with_claim(
    found: Sequence[RoutedAgency], claimed: str, registry: AgencyRegistry, factor: float
) -> list[RoutedAgency]:
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


def _conflicts(claimed: str, best: RoutedAgency, registry: AgencyRegistry) -> bool:
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


def _matter(best: RoutedAgency | None, matters: MatterReading) -> Matter | None:
    if best is None:
        return None
    return next((item.matter for item in matters.matters if item.matter.id == best.matter), None)


def _co_agencies(
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
        tier = _usual_tiers(place.function)[0]
        agency = _composed(registry, place.function, tier, code, place.office, on)
        if agency is not None and agency.id != best.agency.id:
            found.setdefault(agency.id, agency)
    return tuple(found.values())


def _evidence(matters: MatterReading, places: Places | None, matter: Matter | None) -> tuple[Evidence, ...]:
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


def _question(
    agencies: Sequence[RoutedAgency],
    pooled: Mapping[str, float],
    matters: MatterReading,
    matter: Matter | None,
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
            if key is not None
        ]
        if len(set(names)) == 2:
            doubts.append((sure, f"Wilayahnya {names[0]} atau {names[1]}?"))
    if matter is not None:
        shares = next((item.tiers for item in matters.matters if item.matter.id == matter.id), {})
        asked = question_for(matter, shares) if shares else None
        if asked is not None:
            doubts.append((max(shares.values()), asked))
    best, *others = list(pooled.items())[:2] or [("", 1.0)]
    if others and best[1] < 0.5:
        names = [functions()[name].name for name, _ in (best, others[0]) if name in functions()]
        if len(names) == 2:
            doubts.append((best[1], f"Pokok laporannya {names[0]} atau {names[1]}?"))
    return min(doubts)[1] if doubts else None
