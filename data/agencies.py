"""The registry of agencies: every office of every government, composed when asked for, and the national bodies.

There are over 20,000 regional offices and 90,000 districts and villages; none is stored. An id always gives the same
agency; names in use (``agency_names.csv``) and the deployment's own table take the place of the usual patterns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from data.agency import Agency, ParsedAgency
from data.agency_compose import compose as compose_usual
from data.agency_compose import government
from data.agency_find import find as find_usual
from data.agency_find import matches
from data.agency_ids import by_id, suku_dinas
from data.agency_names import Office, VerticalOffice, balai, national_bodies, offices_of, vertical_of
from data.agency_national import successor_of
from data.agency_overrides import EMPTY, Overrides, read_overrides
from data.agency_parse import parse_agency, parse_within, same_agency
from data.agency_regions import DKI, regions
from data.errors import PilahError
from data.functions import TIERS, Tier, functions

_KEPT = 16_384  # composed agencies kept; about 10 MB when full

__all__ = ["Agency", "AgencyRegistry", "ParsedAgency", "parse_agency", "same_agency"]


@dataclass(frozen=True)
class AgencyRegistry:
    """Answer which agency it is; immutable, so that a refused table leaves the old registry in use.

    :param today: the day that validity is judged on where the caller names none.
    :param home: the region code of the deployment, whose offices a search without a place finds first.
    """

    overrides: Overrides
    today: date
    home: str | None = None
    _turns: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _kept: Callable[[str, Tier, str | None, str | None, date], Agency] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the days on which an agency begins or ends: between two of them every day gives the same agencies."""
        known = (*national_bodies().values(), *self.overrides.agencies.values())
        turns = {day for agency in known for day in (agency.valid_from, agency.valid_to) if day is not None}
        object.__setattr__(self, "_turns", tuple(sorted(turns)))
        object.__setattr__(self, "_kept", lru_cache(maxsize=_KEPT)(self._compose))

    @staticmethod
    def load(override: Path | None = None, *, today: date | None = None, home: str | None = None) -> AgencyRegistry:
        """Load the registry, with a deployment's own table if there is one.

        :raises PilahError: PLH-721 if the table is wrong.
        """
        table = EMPTY if override is None else read_overrides(override)
        return AgencyRegistry(table, today or date.today(), home)

    def compose(
        self, function: str, tier: Tier, region_code: str | None, office: str | None = None, on: date | None = None
    ) -> Agency:
        """Compose the agency that holds a function at a tier in a region.

        A function that the tier cannot hold goes to the one that can (ESDM of a regency: the province), a city of
        Jakarta to the province, a region without such an office to its government, a vertical office of an unknown
        place to its national body.

        :param region_code: the deepest known code of the place; a village gives its regency's office.
        :param office: the key of an office (``bpbd``) or the id of a national body; ``None`` for the usual one.
        :param on: the day; ``None`` is today.
        :raises PilahError: PLH-722 if function, tier or region is unknown.

        >>> registry = AgencyRegistry.load()
        >>> registry.compose("1.05", "kabkota", "32.04.32", "bpbd").name
        'Badan Penanggulangan Bencana Daerah Kabupaten Bandung'
        >>> registry.compose("2.15", "kabkota", "31.74").name
        'Dinas Perhubungan Provinsi DKI Jakarta'
        """
        turn = bisect_right(self._turns, on or self.today)
        return self._kept(function, tier, region_code, office, self._turns[turn - 1] if turn else date.min)

    def _compose(self, function: str, tier: Tier, region_code: str | None, office: str | None, day: date) -> Agency:
        if (
            function not in functions()
            or tier not in TIERS
            or (region_code is not None and region_code not in regions())
        ):
            raise PilahError("PLH-722", f"function {function!r}, tier {tier!r}, region {region_code!r}")
        usual = compose_usual(function, tier, region_code, office, day)
        return self._overridden(usual, function, office, day)

    def _overridden(self, usual: Agency, function: str, office: str | None, day: date) -> Agency:
        listed = self.overrides.agencies.get(usual.id)
        if office is None and usual.region_code is not None and "*" not in usual.id:
            first = self.overrides.first.get((usual.region_code, function))
            listed = self.overrides.agencies[first] if first is not None else listed
        seen: set[str] = set()
        while listed is not None and not listed.valid_on(day) and listed.id not in seen:
            seen.add(listed.id)
            following = [self.overrides.agencies.get(key) or by_id(key) for key in listed.successor]
            listed = next((agency for agency in following if agency is not None), None)
        if listed is None:
            return self._finish(usual)
        return self._finish(replace(listed, function=function if function in listed.functions else listed.function))

    def _finish(self, agency: Agency) -> Agency:
        """Add what the deployment says of the government above, and whether the office can be reached."""
        if agency.parent_id is not None:
            parent = self.overrides.agencies.get(agency.parent_id)
            if parent is not None and parent.name != agency.parent_name:
                agency = replace(agency, parent_name=parent.name)
        if agency.connected is None and agency.parent_id in self.overrides.closed:
            agency = replace(agency, connected=False)
        return agency

    def choices(self, function: str, tier: Tier, region_code: str | None) -> tuple[Office | VerticalOffice, ...]:
        """Return the offices that a function may mean there, the usual one first, each with the cues that choose it.

        >>> [row.key for row in AgencyRegistry.load().choices("1.03", "vertikal", "32.04")]
        ['bbpjn', 'bbws', 'bppw']
        """
        if tier == "vertikal":
            return vertical_of(function)
        if tier == "kabkota" and region_code is not None and region_code.startswith(DKI):
            tier = "provinsi"
        return offices_of(function, tier, region_code[:2] if region_code else None)

    def get(self, agency_id: str) -> Agency | None:
        """Return the agency with an id, or ``None``; an office merged into another gives the one it went into.

        >>> AgencyRegistry.load().get("32.04:dppkb").id
        '32.04:dp3a'
        """
        listed = self.overrides.agencies.get(agency_id)
        if listed is not None:
            return self._finish(listed)
        usual = by_id(agency_id)
        return None if usual is None else self._finish(self.overrides.agencies.get(usual.id, usual))

    def government(self, region_code: str) -> Agency:
        """Return the government of a region.

        :raises PilahError: PLH-722 if the region is unknown.
        """
        if region_code not in regions():
            raise PilahError("PLH-722", f"region {region_code!r}")
        usual = government(region_code)
        return self._finish(self.overrides.agencies.get(usual.id, usual))

    def parent(self, agency: Agency) -> Agency | None:
        """Return the government or body above an agency."""
        return None if agency.parent_id is None else self.get(agency.parent_id)

    def addressee(self, agency: Agency) -> Agency:
        """Return the agency that can receive: itself unless it is not connected, else the nearest one above."""
        reached = agency
        while reached.connected is False:
            above = self.parent(reached)
            if above is None:
                return agency
            reached = above
        return reached

    def current(self, agency: Agency, function: str | None = None) -> Agency:
        """Follow an agency that no longer exists to its successor, by function where it was split."""
        if agency.id in self.overrides.agencies:
            return self._overridden(agency, function or agency.function or "", agency.office, self.today)
        if agency.id in national_bodies() and not agency.valid_on(self.today):
            return self._finish(successor_of(agency, function))
        return agency

    def branch(self, agency: Agency, region_code: str) -> Agency:
        """Return the Suku Dinas of a Jakarta office in a city; any other agency as it is."""
        if not agency.id.startswith(f"{DKI}:") or not region_code.startswith(DKI) or len(region_code) < 5:
            return agency
        below = suku_dinas(agency, region_code)
        return self._finish(self.overrides.agencies.get(below.id, below))

    def find(self, text: str, limit: int = 10) -> list[Agency]:
        """Find agencies by name, alias or abbreviation and place, as typed into a search box, best first."""
        listed = [agency for agency in self.overrides.agencies.values() if matches(text, agency)]
        found: dict[str, Agency] = {agency.id: self._finish(agency) for agency in listed[:limit]}
        for usual in find_usual(text, limit, self.home):
            agency = self._finish(self.overrides.agencies.get(usual.id, usual))
            found.setdefault(agency.id, agency)
        return list(found.values())[:limit]

    def parse(self, name: str) -> ParsedAgency:
        """Read an agency's name: see :func:`data.agency_parse.parse_agency`.

        The deployment's own names come first, and a place that is ambiguous or left out is at its home.
        """
        listed = _by_name(self.overrides).get(_name_key(name)) if self.overrides.agencies else None
        if listed is None:
            return parse_agency(name) if self.home is None else parse_within(name, self.home)
        return ParsedAgency(
            listed.function,
            listed.office,
            listed.tier,
            listed.region_code,
            None if listed.region_code else listed.id,
            listed.function is None,
            1.0,
            listed.functions,
        )

    def resolve(self, name: str) -> Agency | None:
        """Return the agency that a name means today, or ``None`` if the name does not tell one.

        >>> AgencyRegistry.load().resolve("Disdukcapil Kab. Lebak").id
        '36.02:disdukcapil'
        """
        listed = _by_name(self.overrides).get(_name_key(name)) if self.overrides.agencies else None
        if listed is not None:
            return self.current(listed)
        parsed = self.parse(name)
        if parsed.government:
            return None if parsed.region_code is None else self.government(parsed.region_code)
        if parsed.function is None or parsed.tier is None:
            return None
        body = national_bodies().get(parsed.body_id or "") or balai().get(parsed.body_id or "")
        if body is not None:
            return self.current(body, parsed.function)
        return self.compose(parsed.function, parsed.tier, parsed.region_code, parsed.office)


def _name_key(name: str) -> str:
    return " ".join(name.lower().split())


@lru_cache(maxsize=4)
def _names_of(items: tuple[Agency, ...]) -> dict[str, Agency]:
    return {_name_key(name): agency for agency in items for name in (*agency.aliases, agency.name)}


def _by_name(overrides: Overrides) -> dict[str, Agency]:
    return _names_of(tuple(overrides.agencies.values()))
