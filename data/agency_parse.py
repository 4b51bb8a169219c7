"""Read an agency's name: function, office, tier, region; and say whether two names mean the same agency."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache

from data.agency import ParsedAgency
from data.agency_names import national_bodies, vertical_offices
from data.agency_regions import ACEH, DKI, deepen, regions, regions_in
from data.agency_text import agency_words
from data.functions import Hit, Tier, catalog_rows, functions, functions_of, hits_of, main_hits

_GOVERNMENT = frozenset({"pemerintah", "bupati", "walikota", "gubernur", "wabup", "wagub", "pemkab"})
_PROVINCE_OFFICES = frozenset({"cabdin", "wasnaker", "penghubung", "paniradya", "mrp", "dishut", "esdm"})
_SECTIONS = "setda"
_DISTRICT, _VILLAGE, _CITY = "kecamatan", "kelurahan", "kotaadm"

_NAMED_UNITS = frozenset({"rsud", "rsj", "puskesmas", "sekolah", "polsek", "kua", "tn", "ptn", "ppn", "rsup", _VILLAGE})
"""Offices of which a region has many, each with its own name: only equal words make them the same."""

KNOWN, USUAL, DOUBTFUL = 0.97, 0.85, 0.4
"""How sure a reading is, set by hand after reading a hundred real names: with its region, without it, a guess."""

_UNKNOWN = ParsedAgency(None, None, None, None, None, False, 0.0)


@cache
def _provincial_levels() -> frozenset[str]:
    return frozenset(office.key for office in vertical_offices() if office.level != "kabkota")


@cache
def _local_offices() -> dict[tuple[str, int], str]:
    """Return, by national body and length of a region code, the office that is called like the body and its region."""
    lengths = {"kabkota": 5, "provinsi": 2}
    return {
        (office.parent, lengths[office.level]): office.key
        for office in vertical_offices()
        if office.level in lengths and office.pattern.split("{")[0].strip() == national_bodies()[office.parent].name
    }


def _tier_of_region(code: str | None) -> Tier | None:
    if code is None:
        return None
    return "provinsi" if len(code) == 2 or code.startswith(DKI) else "kabkota"


def _taken(hits: tuple[Hit, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((hit.start, hit.end) for hit in hits)


def _narrow_to_level(
    codes: tuple[str, ...], tier: Tier | None, office: str | None, words: tuple[str, ...]
) -> tuple[str, ...]:
    """Settle a name that a province shares with a city, where the office tells the level."""
    if len(codes) < 2:
        return codes
    provincial = (
        office in _PROVINCE_OFFICES or office in _provincial_levels() or tier == "provinsi" or "provinsi" in words
    )
    fitting = tuple(code for code in codes if (len(code) == 2) == provincial)
    return fitting if provincial and fitting else codes


@lru_cache(maxsize=65_536)
def parse_agency(name: str) -> ParsedAgency:
    """Read an agency's name, however it is written.

    >>> parsed = parse_agency("DPUPR Kab. Pidie")
    >>> parsed.function, parsed.office, parsed.tier, parsed.region_code
    ('1.03', 'dpupr', 'kabkota', '11.07')
    >>> parse_agency("Kantor Walikota Jakarta Selatan").tier
    'provinsi'
    """
    words = agency_words(name)
    hits = hits_of(words)
    chosen = main_hits(hits)
    if not chosen:
        return _government(words, hits)
    main = _most_specific(chosen)
    rule = main.rule
    codes = _narrow_to_level(regions_in(words, _taken(chosen)), rule.tier, rule.office, words)
    if not codes and rule.office in _NAMED_UNITS and main.end < len(words):
        codes = tuple({code[:5]: None for code in deepen(words, main.end, None, village=False)})  # "RSUD Wamena"
    region = codes[0] if len(codes) == 1 else None
    unit = "setempat" in words
    if rule.kind in {"ambigu", "ragu"}:
        candidates = tuple((rule.office or "").split(";")) if rule.kind == "ambigu" else rule.functions
        tier = rule.tier if rule.kind == "ragu" else (_tier_of_region(region) or "kabkota")
        return ParsedAgency(None, None, tier, region, None, False, DOUBTFUL, (), unit, candidates, codes)
    names = functions_of(name)
    if rule.tier == "desa" or rule.kind == "kewilayahan":
        return _territorial(words, main, region, codes, unit)
    if rule.kind == "program" and any(hit.rule.body is not None for hit in hits):
        return ParsedAgency(names[0], None, "pusat", region, None, False, USUAL, names, unit, (), codes)
    tier = rule.tier or _office_tier(rule.office, names[0], region, words)
    if region is None and codes and tier == "provinsi" and rule.tier is None:
        region = next((code for code in codes if len(code) == 2), None)
    probability = KNOWN if region is not None or rule.body is not None else USUAL
    if rule.office is not None and rule.office.startswith(_SECTIONS) and words[main.start] == "biro" and region is None:
        probability = DOUBTFUL  # ministries have bureaus of the same names
    if tier == "provinsi" and region is not None:
        region = region[:2]
    local = _local_offices().get((rule.body or "", len(region) if region else 0))
    if local is not None:  # "KPU Kota Sorong" is not the national KPU
        return ParsedAgency(names[0], local, "vertikal", region, None, False, KNOWN, names, unit, (), codes)
    return ParsedAgency(names[0], rule.office, tier, region, rule.body, False, probability, names, unit, (), codes)


def _most_specific(chosen: tuple[Hit, ...]) -> Hit:
    """Return the first hit, or the vertical office named with its ministry ("Polri - Satlantas Polres Jember")."""
    if chosen[0].rule.body is not None:
        for hit in chosen[1:]:
            if hit.rule.kind == "vertikal" and hit.rule.functions == chosen[0].rule.functions:
                return hit
    return chosen[0]


def _office_tier(office: str | None, function: str, region: str | None, words: tuple[str, ...]) -> Tier:
    """Return the tier of a regional office: by its place, else by what can hold the function."""
    if office in _PROVINCE_OFFICES:
        return "provinsi"
    if region is not None:
        return "provinsi" if len(region) == 2 or region.startswith(DKI) else "kabkota"
    if "provinsi" in words or "suku" in words or words[:1] == ("biro",):
        return "provinsi"
    return "kabkota" if "kabkota" in functions()[function].tiers else functions()[function].tiers[0]


def _territorial(
    words: tuple[str, ...], hit: Hit, region: str | None, codes: tuple[str, ...], unit: bool
) -> ParsedAgency:
    """Read a district, kelurahan, village or administrative city."""
    rule = hit.rule
    tier: Tier = rule.tier or ("provinsi" if region is not None and region.startswith(DKI) else "kabkota")
    if rule.office == _CITY:
        named = regions_in(("jakarta", *words[hit.end :]), ()) if words[hit.end - 1] == "jakarta" else codes
        code = named[0] if len(named) == 1 else region
        if code is not None and not code.startswith(DKI):
            return ParsedAgency(None, None, "kabkota", code, None, True, KNOWN)
        return ParsedAgency("7.01", _CITY, "provinsi", code, None, False, KNOWN, ("7.01",))
    inside = deepen(words, hit.end, region, village=rule.office in {_VILLAGE, "desa"}) if hit.end < len(words) else ()
    probability = KNOWN if len(inside) == 1 else USUAL
    deepest = inside[0] if len(inside) == 1 else region
    if deepest is not None and deepest.startswith(DKI):
        tier = "provinsi"
    function = rule.functions[0]
    return ParsedAgency(
        function, rule.office, tier, deepest, None, False, probability, (function,), unit, (), inside or codes
    )


def _government(words: tuple[str, ...], hits: tuple[Hit, ...]) -> ParsedAgency:
    """Read the name of a government, or of nothing known."""
    codes = regions_in(words, _taken(hits))
    if "provinsi" in words or "gubernur" in words:
        codes = tuple(code for code in codes if len(code) == 2) or codes
    elif _GOVERNMENT.intersection(words):
        codes = tuple(code for code in codes if len(code) == 5 or code in {DKI, ACEH}) or codes
        kind = "kota" if "walikota" in words else "kabupaten" if "bupati" in words else ""
        codes = tuple(code for code in codes if not kind or regions().kind(code) == kind) or codes
    if not codes or not (_GOVERNMENT.intersection(words) or {"kabupaten", "kota", "provinsi"}.intersection(words[:1])):
        return _UNKNOWN
    region = codes[0] if len(codes) == 1 else None
    tier: Tier = _tier_of_region(codes[0]) or "kabkota"
    return ParsedAgency(None, None, tier, region, None, True, KNOWN if region else USUAL, regions=codes)


def parse_within(name: str, region: str) -> ParsedAgency:
    """Read an agency's name that was written in a region: a place that is ambiguous or left out is there.

    >>> parse_within("Kecamatan Majalaya", "32.04").region_code, parse_within("Disdik", "32.04").region_code
    ('32.04.33', '32.04')
    """
    parsed = parse_agency(name)
    if parsed.region_code is not None or parsed.body_id is not None or parsed.tier in {None, "pusat"}:
        return parsed
    inside = [code for code in parsed.regions if code == region or code.startswith(region + ".")]
    above = [code for code in parsed.regions if region.startswith(code + ".")]
    if len(inside) == 1:
        return replace(parsed, region_code=inside[0], regions=(inside[0],), probability=max(parsed.probability, USUAL))
    if parsed.regions and not above:
        return parsed
    code = region[:2] if parsed.tier == "provinsi" else region
    return replace(parsed, region_code=code, regions=(code,))


@lru_cache(maxsize=65_536)
def _compared(name: str) -> tuple[str, ...]:
    """Return the words that matter when two names are compared."""
    ignored = {"daerah", "provinsi", "kota", "kabupaten", "administrasi", "setempat", "suku", "kantor"}
    return tuple(sorted(word for word in agency_words(name) if word not in ignored))


def same_agency(a: str, b: str) -> bool:  # noqa: PLR0911 -- a ladder of reasons, the cheapest first
    """Say whether two names mean the same agency, for counting hits in an evaluation.

    Equal words count (``Kab.`` as ``Kabupaten``), else what they are read as: the same body; or the same region and
    tier with one office's main function held by the other, offices of a shared function told apart (Satpol PP is not
    BPBD). ``setempat`` matches any unit of that kind.

    >>> same_agency("DPUPR Kab. Pidie", "Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Pidie")
    True
    >>> same_agency("Satpol PP Kota Serang", "BPBD Kota Serang"), same_agency("Disdik Kab. Bogor", "Disdik Kota Bogor")
    (False, False)
    >>> same_agency("Puskesmas setempat", "Puskesmas Paloh")
    True
    """
    if agency_words(a) == agency_words(b):
        return True
    left, right = parse_agency(a), parse_agency(b)
    if left.government != right.government or left.tier is None or right.tier is None:
        return False
    if left.government:
        return left.region_code is not None and left.region_code == right.region_code
    if left.function is None or right.function is None or not _regions_agree(left, right):
        return False
    if (left.unit or right.unit) and left.office is not None:
        return left.office == right.office and left.tier == right.tier
    if left.body_id is not None or right.body_id is not None:
        return left.body_id is not None and left.body_id == right.body_id
    if left.tier != right.tier or left.region_code is None or left.region_code != right.region_code:
        return False
    return _offices_agree(left, right) or _compared(a) == _compared(b)


def _regions_agree(left: ParsedAgency, right: ParsedAgency) -> bool:
    if left.region_code is None or right.region_code is None:
        return True
    shorter, longer = sorted((left.region_code, right.region_code), key=len)
    return longer == shorter or ((left.unit or right.unit) and longer.startswith(shorter + "."))


@cache
def _shared_functions() -> frozenset[str]:
    """Return the functions that several offices of one government share, so that the office must agree too."""
    offices: dict[tuple[str, str], set[str]] = {}
    for row in catalog_rows("offices.csv"):
        if not row["scope"]:
            offices.setdefault((row["function"], row["tier"]), set()).add(row["office"])
    shared = {function for (function, _), keys in offices.items() if len(keys) > 1}
    vertical: dict[str, set[str]] = {}
    for row in catalog_rows("vertical.csv"):
        vertical.setdefault(row["function"], set()).add(row["office"])
    return frozenset(shared | {function for function, keys in vertical.items() if len(keys) > 1})


def _offices_agree(left: ParsedAgency, right: ParsedAgency) -> bool:
    if left.function == right.function and left.office == right.office:
        return left.office not in _NAMED_UNITS
    if left.function not in right.functions and right.function not in left.functions:
        return False
    shared = _shared_functions()
    return left.function not in shared and right.function not in shared
