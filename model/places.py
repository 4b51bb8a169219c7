"""Resolve where a complaint is from: ranked regions with probabilities, from all fields together.

Each name found is an uncertain witness: with its weight ``w`` it tells the place, otherwise it says nothing. Under the
hypothesis that the matter is in regency ``r`` a mention has the likelihood ``w * share(r) + (1 - w) / R`` where ``R``
is the number of regencies; independent mentions multiply, and what no named place explains stays unknown. So a
district and a regency that fit each other win together, "Bandung" alone stays divided between the city and the
regency, and one weak name leaves most of the probability unassigned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, log1p

from data.complaint import Complaint
from data.regions import Regions, ancestor, name_key
from model import place_words as W
from model.assessment import Field, Span
from model.gazetteer import Gazetteer
from model.locators import Locator, find_locators
from model.place_scan import FieldScanner, Mention
from model.text import Normalised, normalise

_FIELDS: tuple[tuple[Field, float], ...] = (
    ("province", 1.0), ("regency", 1.0), ("district", 1.0), ("location", 1.0), ("title", 1.0), ("text", 1.0),
    ("channel", 0.6), ("claimed_agency", 0.6),
)  # fmt: skip
"""The fields in order of trust, each with a factor on the weight of what it says."""

_REGENCIES = 514.0
_HOME_ODDS = 1.5
"""Odds that a complaint naming no place is from the deployment's own region."""
_LANGUAGE_FACTOR = 3.0
_KIND_FACTOR = 0.35
_RURAL_FACTOR = 0.6
_PROVINCE_SHARE = 0.9
_MANY = 25
_VILLAGE_MARKERS = ("desa", "kelurahan")
_DEEP_MARKERS = ("kecamatan", *_VILLAGE_MARKERS)
_CERTAIN = 0.985
"""No single name is believed more than this."""
_LEAST, _MOST = 0.005, 12


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """Name one region that the complaint may be from.

    :param code: the deepest certain code: a district's or village's only where its regency makes it practically sure.
    :param probability: of the regency (of the province if the code is one).
    :param span: the name that tells most.
    :param evidence: what was read, each as ``field: words (why)``.
    """

    code: str
    name: str
    probability: float
    span: Span | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """Hold where a complaint is from; what is missing from 1 is the probability that nothing tells."""

    candidates: tuple[PlaceCandidate, ...] = ()
    locators: tuple[Locator, ...] = ()

    def at_level(self, level: int) -> tuple[tuple[str, float], ...]:
        """Return the codes of a level with their probabilities, best first.

        :param level: 1 province, 2 regency, 3 district, 4 village.
        """
        sums: dict[str, float] = defaultdict(float)
        for candidate in self.candidates:
            code = ancestor(candidate.code, level)
            if code is not None:
                sums[code] += candidate.probability
        return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

    @property
    def regency(self) -> str | None:
        """Return the most likely regency or city."""
        codes = self.at_level(2)
        return codes[0][0] if codes else None

    @property
    def province(self) -> str | None:
        """Return the most likely province."""
        codes = self.at_level(1)
        return codes[0][0] if codes else None

    def probability(self, code: str) -> float:
        """Return the probability that the complaint is from a region or from inside it."""
        return sum(c.probability for c in self.candidates if f"{c.code}.".startswith(f"{code}."))


class PlaceResolver:
    """Resolve places against one table of regions.

    :param home: the code of the deployment's own region, if it serves one.
    """

    def __init__(self, regions: Regions, home: str | None = None) -> None:
        self._regions = regions
        self._scanner = FieldScanner(Gazetteer(regions))
        self._sizes: dict[str, int] = defaultdict(int)
        self._names: dict[str, str] = {}
        for code in regions.upper_codes:
            region = regions.get(code)
            self._names[code] = name_key(region.name)
            if len(code) == 5:
                self._sizes[code[:2]] += 1
        self._home = self._home_prior(home)

    def resolve(self, complaint: Complaint, fields: Mapping[str, Normalised] | None = None) -> PlaceReading:
        """Return where a complaint is from, with the parts of an address that its text gives.

        :param fields: its fields by name, where they are normalised already.
        """
        mentions: list[Mention] = []
        seen: set[str] = set()
        locators: list[Locator] = []
        for field, trust in _FIELDS:
            raw = getattr(complaint, field)
            if not raw:
                continue
            text = (fields.get(field) if fields is not None else None) or normalise(raw)
            tokens, found = self._scanner.scan(field, text)
            mentions += [_trusted(mention, trust) for mention in found]
            if field in ("title", "text"):
                seen.update([token.text for token in tokens])
            if field in ("location", "title", "text"):
                locators += find_locators(field, text, tokens)
        return PlaceReading(self._rank(_merge(mentions), seen, complaint), tuple(locators))

    def _home_prior(self, home: str | None) -> dict[str, float]:
        if home is None:
            return {}
        if len(home) >= 5:
            return {home[:5]: _HOME_ODDS * _REGENCIES}
        inside = [code for code in self._regions.upper_codes if len(code) == 5 and code.startswith(home)]
        return {code: _HOME_ODDS * _REGENCIES / len(inside) for code in inside} | {home: 1.0}

    def _rank(self, mentions: list[Mention], seen: set[str], complaint: Complaint) -> tuple[PlaceCandidate, ...]:
        if not mentions and not self._home:
            return ()
        shares = [_regency_shares(mention) for mention in mentions]
        hypotheses: set[str] = set(self._home)
        for mention, share in zip(mentions, shares, strict=True):
            if len(share) <= _MANY or mention.marker is not None or mention.field not in ("title", "text"):
                hypotheses.update(share)
        # Every likelihood is divided by that of noise, so that a mention touches only the regions that it names.
        scores = {code: log(self._home.get(code, 1.0) / _REGENCIES) for code in hypotheses}
        for mention, share in zip(mentions, shares, strict=True):
            weight = min(mention.weight, _CERTAIN)
            odds = weight * _REGENCIES / (1.0 - weight)
            for code in self._touched(share, scores):
                scores[code] += log1p(odds * self._share(code, share))
        self._apply_cues(scores, seen)
        # Relative to the best, so that no number of mentions overflows; what is unknown has the logarithm 0.
        best = max(0.0, *scores.values()) if scores else 0.0
        scores = {code: exp(score - best) for code, score in scores.items()}
        total = exp(-best) + sum(scores.values())
        ranked = sorted(((code, s / total) for code, s in scores.items()), key=lambda item: (-item[1], item[0]))
        return tuple(
            self._candidate(code, probability, mentions, shares, complaint)
            for code, probability in ranked[:_MOST]
            if probability >= _LEAST
        )

    @staticmethod
    def _touched(share: dict[str, float], scores: dict[str, float]) -> list[str]:
        provinces = tuple(code for code in share if len(code) == 2)
        touched = [code for code in share if len(code) == 5 and code in scores]
        if provinces:
            touched += [code for code in scores if code.startswith(provinces) and code not in share]
            touched += [code for code in provinces if code in scores]
        return touched

    def _share(self, code: str, share: dict[str, float]) -> float:
        found = share.get(code, 0.0)
        if len(code) == 5:
            province = share.get(code[:2])
            return found + province / self._sizes[code[:2]] if province else found
        return found * _PROVINCE_SHARE

    def _apply_cues(self, scores: dict[str, float], seen: set[str]) -> None:
        """Weigh with words that tell a city from a regency, and with regional languages."""
        against_city = bool(seen & W.HEADS_OF_REGENCY) - bool(seen & W.HEADS_OF_CITY)
        rural = bool(seen & W.RURAL) - bool(seen & W.URBAN)
        languages = [codes for words, codes in W.LANGUAGES if len(seen & words) >= 2]
        for code in scores:
            if len(code) == 5:
                city = self._regions.kind(code) == "kota"
                if against_city:
                    scores[code] += log(_KIND_FACTOR) if city == (against_city > 0) else 0.0
                elif rural:
                    scores[code] += log(_RURAL_FACTOR) if city == (rural > 0) else 0.0
            if any(code.startswith(codes) for codes in languages):
                scores[code] += log(_LANGUAGE_FACTOR)

    def _candidate(
        self,
        code: str,
        probability: float,
        mentions: list[Mention],
        shares: list[dict[str, float]],
        complaint: Complaint,
    ) -> PlaceCandidate:
        telling = [
            (mention.weight * told, mention)
            for mention, share in zip(mentions, shares, strict=True)
            if (told := self._share(code, share)) > 0
        ]
        telling.sort(key=lambda item: (-item[0], item[1].start))
        span = None
        if telling:
            best = telling[0][1]
            span = Span(best.field, best.start, best.end)
        evidence = tuple(
            f"{m.field}: {getattr(complaint, m.field)[m.start : m.end]} ({m.evidence})" for _, m in telling[:4]
        )
        deepest = self._deepen(code, mentions) if probability >= 0.5 and len(code) == 5 else code
        return PlaceCandidate(deepest, self._regions.get(deepest).full_name, min(probability, 1.0), span, evidence)

    def _deepen(self, regency: str, mentions: list[Mention]) -> str:
        """Return the district or village that the mentions leave no doubt about, else the regency itself."""
        districts: dict[str, float] = {}
        villages: list[tuple[Mention, list[str]]] = []
        for mention in mentions:
            inside = [code for code, _ in mention.targets if len(code) > 5 and code.startswith(regency)]
            if not inside or (mention.key == self._names[regency] and mention.marker not in _DEEP_MARKERS):
                continue
            upper = [code for code in inside if len(code) == 8]
            if upper and mention.marker not in _VILLAGE_MARKERS and mention.weight >= 0.3:
                districts[upper[0]] = max(districts.get(upper[0], 0.0), mention.weight)
            lower = [code for code in inside if len(code) == 13]
            if lower and (mention.weight >= 0.12 or mention.marker in _VILLAGE_MARKERS):
                villages.append((mention, lower))
        district: str | None = None
        if districts:
            order = sorted(districts.items(), key=lambda item: -item[1])
            if len(order) == 1 or order[0][1] - order[1][1] >= 0.15:
                district = order[0][0]
            else:
                return regency
        found: set[str] = set()
        for mention, codes in villages:
            fitting = [c for c in codes if district is None or c.startswith(district)]
            named_as_district = any(len(c) == 8 and c.startswith(regency) for c, _ in mention.targets)
            clear = district is not None or mention.marker in _VILLAGE_MARKERS or mention.weight >= 0.3
            if len(fitting) == 1 and clear and not (named_as_district and mention.marker not in _VILLAGE_MARKERS):
                found.add(fitting[0])
        if len(found) == 1:
            return found.pop()
        return district or regency


def _regency_shares(mention: Mention) -> dict[str, float]:
    """Sum the shares of a mention by regency; those of a province stay with the province."""
    shares: dict[str, float] = defaultdict(float)
    for code, share in mention.targets:
        shares[code[:5]] += share
    return dict(shares)


def _trusted(mention: Mention, trust: float) -> Mention:
    return mention if trust == 1.0 else mention._replace(weight=mention.weight * trust)


def _merge(mentions: list[Mention]) -> list[Mention]:
    """Keep one mention of each name: repeating a name does not tell the city from the regency.

    A name with its kind ("Kab. Bandung") replaces the same name without; a name said twice weighs somewhat more.
    """
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[mention.key].append(mention)
    merged: list[Mention] = []
    for group in groups.values():
        marked = [m for m in group if m.marker is not None]
        kept: dict[str | None, Mention] = {}
        for mention in marked or group:
            best = kept.get(mention.marker)
            if best is None or mention.weight > best.weight:
                kept[mention.marker] = mention
        for mention in kept.values():
            again = len(group) - 1
            weight = mention.weight
            if again and weight < 0.97:
                weight = min(0.97, weight + 0.25 * (1 - weight) * weight * min(again, 3))
            merged.append(_trusted(mention, weight / mention.weight))
    return merged


__all__ = ["Locator", "PlaceCandidate", "PlaceReading", "PlaceResolver"]
