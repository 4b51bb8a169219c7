"""Score routing: function, tier, region and agency, by kind of complaint, with the kind of each error.

The input is JSONL with ``id, title, text, location, routable, urusan, tier, province, regency, agency, acceptable,
hard``. Rows that cannot be routed are left out. An agency is right if its name is the expected one or an acceptable
one, or if function, tier and jurisdiction are all right.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from data.agencies import AgencyRegistry, same_agency
from data.complaint import Complaint
from data.errors import PilahError
from data.regions import Regions
from model.routing import RoutedAgency, Routing, jurisdiction
from model.text import normalise, words

Setting = TypeVar("Setting")

Router = Callable[[Complaint], Routing]
"""What is scored: one complaint in, its routing out."""


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """Hold one case.

    :param region: the code of the regency (or province) that it is from, ``None`` where none is given.
    :param acceptable: further names that count as right.
    :param hard: what makes it hard, in words; empty if it is not.
    """

    complaint: Complaint
    function: str
    tier: str
    agency: str
    acceptable: tuple[str, ...] = ()
    region: str | None = None
    hard: str = ""
    kind: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name that counts as right."""
        return (self.agency, *self.acceptable)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold what was right about one answer."""

    case: RoutingCase
    routing: Routing
    function: bool
    tier: bool
    region: bool | None
    agency: bool
    top3: bool

    @property
    def error(self) -> str | None:
        """Return the first thing that went wrong: ``region``, ``function``, ``tier`` or ``office``."""
        if self.agency:
            return None
        if self.region is False:
            return "region"
        if not self.function:
            return "function"
        return "tier" if not self.tier else "office"


@dataclass(frozen=True, slots=True)
class RoutingScore:
    """Hold shares of right answers over ``n`` cases; ``region`` counts only where one is given."""

    n: int
    function: float
    function_top3: float
    tier: float
    region: float | None
    agency: float
    agency_top3: float


@dataclass(frozen=True, slots=True)
class RoutingReport:
    """Hold the scores, overall and by slice, and how often each kind of error occurs."""

    overall: RoutingScore
    slices: Mapping[str, RoutingScore] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""

        def plain(score: RoutingScore) -> dict[str, float | int | None]:
            return {
                name: round(value, 4) if isinstance(value, float) else value
                for name in RoutingScore.__slots__
                for value in (getattr(score, name),)
            }

        return {
            "overall": plain(self.overall),
            "slices": {name: plain(score) for name, score in self.slices.items()},
            "errors": dict(self.errors),
        }


@cache
def region_code(province: str | None, regency: str | None) -> str | None:
    """Return the code of a regency, or of the province where no regency is given.

    >>> region_code("Jawa Barat", "Kabupaten Bandung"), region_code("Riau", None)
    ('32.04', '14')
    """
    regions = Regions.load()
    above = regions.by_name(province, level=1) if province else ()
    within = above[0].code if above else None
    if regency:
        found = regions.by_name(regency, level=2, within=within)
        if found:
            return found[0].code
    return within


def parse_case(row: Mapping[str, Any]) -> RoutingCase | None:
    """Read one row; ``None`` if it is not routable.

    :raises KeyError: if a field is missing.
    """
    if not row["routable"]:
        return None
    return RoutingCase(
        complaint=Complaint(
            id=str(row["id"]), text=row["text"], title=row.get("title") or None, location=row.get("location") or None
        ),
        function=row["urusan"],
        tier=row["tier"],
        agency=row["agency"],
        acceptable=tuple(row.get("acceptable") or ()),
        region=region_code(row.get("province"), row.get("regency")),
        hard=row.get("hard") or "",
        kind=row.get("type") or "",
    )


def load_cases(path: Path) -> list[RoutingCase]:
    """Read a JSONL file of cases.

    :raises PilahError: PLH-101 if the file cannot be read, PLH-102 naming the line that is wrong.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise PilahError("PLH-101", str(error)) from error
    cases = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = parse_case(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise PilahError("PLH-102", f"{path.name}, line {number}: {error}") from error
        if case is not None:
            cases.append(case)
    return cases


def region_right(item: RoutedAgency, case: RoutingCase) -> bool:
    """Say whether an agency's jurisdiction is that of the case; a national body has none to be wrong about."""
    if case.region is None or item.agency.region_code is None:
        return True
    wanted = jurisdiction(item.tier, case.region) or case.region
    shorter, longer = sorted((wanted, item.agency.region_code), key=len)
    return longer == shorter or longer.startswith(shorter + ".")


def agency_right(item: RoutedAgency, case: RoutingCase) -> bool:
    """Say whether an agency answers a case."""
    if item.function == case.function and item.tier == case.tier and region_right(item, case):
        return True
    return any(same_agency(item.agency.name, name) or _id_of(name) == item.agency.id for name in case.names)


@lru_cache(maxsize=4096)
def _id_of(name: str) -> str | None:
    """Return the id that the registry reads in a name: an abbreviation with a place may be a body of its own."""
    agency = AgencyRegistry.load().resolve(name)
    return None if agency is None else agency.id


def judge(case: RoutingCase, routing: Routing, located: str | None) -> Judgement:
    """Compare one answer with what was expected.

    :param located: the code of the place found, ``None`` if none was.
    """
    best = routing.best
    return Judgement(
        case=case,
        routing=routing,
        function=best is not None and best.function == case.function,
        tier=best is not None and best.tier == case.tier,
        region=None if case.region is None else located is not None and located.startswith(case.region),
        agency=best is not None and agency_right(best, case),
        top3=any(agency_right(item, case) for item in routing.agencies[:3]),
    )


def evaluate_routing(
    cases: Sequence[RoutingCase], router: Router, locate: Callable[[Complaint], str | None] | None = None
) -> RoutingReport:
    """Score a router on cases.

    :param locate: gives the code of the place that a complaint is from; without it the region is not scored.
    """
    judged = []
    for case in cases:
        located = locate(case.complaint) if locate is not None else case.region
        judged.append(judge(case, router(case.complaint), located))
    return summarise(judged)


def summarise(judged: Sequence[Judgement]) -> RoutingReport:
    """Sum up judgements, overall and by slice."""
    groups: dict[str, list[Judgement]] = defaultdict(list)
    for item in judged:
        for name in _slices(item.case):
            groups[name].append(item)
    return RoutingReport(
        overall=_score(judged),
        slices={name: _score(groups[name]) for name in sorted(groups)},
        errors=dict(Counter(item.error for item in judged if item.error is not None).most_common()),
        judgements=tuple(judged),
    )


def _score(judged: Sequence[Judgement]) -> RoutingScore:
    located = [item.region for item in judged if item.region is not None]
    return RoutingScore(
        n=len(judged),
        function=_share(item.function for item in judged),
        function_top3=_share(item.case.function in list(item.routing.functions)[:3] for item in judged),
        tier=_share(item.tier for item in judged),
        region=_share(located) if located else None,
        agency=_share(item.agency for item in judged),
        agency_top3=_share(item.top3 for item in judged),
    )


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def _slices(case: RoutingCase) -> tuple[str, ...]:
    return (
        f"register:{register(case.complaint)}",
        "location:given" if case.complaint.location else "location:none",
        "hard:yes" if case.hard else "hard:no",
        f"tier:{case.tier}",
        f"type:{case.kind or 'unknown'}",
    )


_FORMAL = frozenset("dengan hormat yth kepada bersama demikian sampaikan mohon kiranya perihal".split())


def register(complaint: Complaint) -> str:
    """Guess how a complaint is written: ``sms``, ``formal``, ``narrative`` or ``plain`` (DOMAIN 6.1).

    >>> register(Complaint(id="1", text="jln rusak tlg dibaiki"))
    'sms'
    """
    found = [word for word, _, _ in words(normalise(complaint.text).text)]
    if len(found) <= 25 and not any(character in ".,;" for character in complaint.text.rstrip(".! ")):
        return "sms"
    if len(_FORMAL.intersection(found[:40])) >= 2:
        return "formal"
    return "narrative" if len(found) > 60 else "plain"


def cross_validate(
    cases: Sequence[RoutingCase],
    settings: Mapping[Setting, Sequence[Judgement]],
    folds: int = 5,
    seed: int = 0,
) -> tuple[RoutingScore, Counter[Setting]]:
    """Choose a setting on the other folds and score it on the one left out.

    :param settings: for each setting its judgements of all the cases, in their order.
    :returns: the score on the folds left out, and how often each setting was chosen.
    """
    order = list(range(len(cases)))
    random.Random(seed).shuffle(order)  # noqa: S311 -- a split, not a secret
    parts = [order[fold::folds] for fold in range(folds)]
    chosen: Counter[Setting] = Counter()
    held: list[Judgement] = []
    for fold, part in enumerate(parts):
        rest = list(itertools.chain.from_iterable(other for number, other in enumerate(parts) if number != fold))
        best = max(settings, key=lambda setting: _merit([settings[setting][index] for index in rest]))
        chosen[best] += 1
        held.extend(settings[best][index] for index in part)
    return _score(held), chosen


def _merit(judged: Sequence[Judgement]) -> float:
    return _share(item.agency for item in judged) + 0.5 * _share(item.top3 for item in judged)
