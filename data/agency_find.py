"""Search agencies by what is typed into a box: part of a name, an abbreviation, a place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from data.agency import Agency
from data.agency_compose import at_level, compose, government
from data.agency_ids import suku_dinas
from data.agency_names import balai, national_bodies, offices, vertical_offices
from data.agency_regions import DKI, regions
from data.agency_text import agency_words
from data.region_aliases import load_aliases
from data.regions import name_key

_WORD = re.compile(r"[a-z0-9]+")
_PLACE_LEVELS: dict[str, tuple[int, str]] = {
    "provinsi": (2, ""),
    "kabupaten": (5, "kabupaten"),
    "kota": (5, "kota"),
    "kecamatan": (8, ""),
    "distrik": (8, ""),
    "kelurahan": (13, "kelurahan"),
    "desa": (13, "desa"),
}
_NAMES_AN_OFFICE = frozenset({"dinas", "badan", "kantor", "bagian", "biro", "suku", "sudin", "balai"})
_MOST_PLACES = 12
_MOST_OFFICES = 15
_PREFIX = 3
_Keep = Callable[[Agency | None, float], None]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Hold one thing that can be found by words: an office of a kind, or a body."""

    key: str
    kind: str
    phrases: tuple[tuple[str, ...], ...]


def _words(text: str) -> tuple[str, ...]:
    return agency_words(text) or tuple(_WORD.findall(text.lower()))


@cache
def _entries() -> tuple[_Entry, ...]:
    found: dict[tuple[str, str], dict[tuple[str, ...], None]] = {}

    def add(kind: str, key: str, *names: str) -> None:
        phrases = found.setdefault((kind, key), {})
        phrases.update(dict.fromkeys(words for words in map(_words, names) if words))

    for row in offices():
        add("office", row.key, row.pattern.split("{")[0], *row.aliases)
    for office in vertical_offices():
        add("vertical", office.key, office.pattern.split("{")[0], *office.aliases)
    for body in national_bodies().values():
        if body.valid_to is None:
            add("body", body.id, body.name, *body.aliases)
    for unit in balai().values():
        add("body", unit.id, unit.name, *unit.aliases)
    return tuple(_Entry(key, kind, tuple(phrases)) for (kind, key), phrases in found.items())


@cache
def _place_names() -> tuple[tuple[str, str], ...]:
    """Return the folded names of provinces, regencies and districts with their codes, sorted."""
    named = [(name_key(regions().get(code).name), code) for code, _ in regions().names() if len(code) <= 8]
    return tuple(sorted([*named, ("dkijakarta", DKI), ("jakarta", DKI)]))


def _score(words: tuple[str, ...], phrases: tuple[tuple[str, ...], ...]) -> float:
    """Return how well typed words fit a name: each must start a word of it; whole words fit best."""
    best = 0.0
    for phrase in phrases:
        if phrase == words:
            return 2.0
        if all(any(part.startswith(word) for part in phrase) for word in words):
            best = max(best, sum(word in phrase for word in words) / (len(words) + len(phrase)) + 0.1)
    return best


def _alias_codes(key: str) -> list[str]:
    alias = load_aliases().get(key)
    return [] if alias is None else [code for code, _ in alias.targets if len(code) <= 8]


def _places(words: tuple[str, ...]) -> list[str]:
    """Return the codes of the places that typed words start, the upper levels first."""
    length, kind = 0, ""
    while words and words[0] in _PLACE_LEVELS:
        length, kind = _PLACE_LEVELS[words[0]]
        words = words[1:]
    if words and words[0] == "administrasi":
        words = words[1:]
    key = name_key("".join(words))
    if not key:
        return []
    if length == 13:
        codes = [code for code in regions().lookup(key) if len(code) == 13 and regions().kind(code) == kind]
        return codes[:_MOST_PLACES]
    names = _place_names()
    exact: list[str] = [
        code
        for code in _alias_codes(key)
        if (not length or len(code) == length) and (not kind or regions().kind(code) == kind)
    ]
    started: list[str] = []
    for position in range(bisect_left(names, (key, "")), len(names)):
        name, code = names[position]
        if not name.startswith(key):
            break
        if (length and len(code) != length) or (kind and regions().kind(code) != kind):
            continue
        (exact if name == key else started).append(code)
    return [*dict.fromkeys(sorted(exact, key=len)), *sorted(started, key=lambda code: (len(code), code))][:_MOST_PLACES]


def matches(text: str, agency: Agency) -> bool:
    """Say whether typed words fit an agency's name or aliases."""
    words = _words(text)
    return bool(words) and _score(words, tuple(_words(name) for name in (agency.name, *agency.aliases))) > 0


def find(text: str, limit: int, home: str | None) -> list[Agency]:
    """Find agencies: the words are split into office and place in every way that fits both.

    :param home: a region code; offices without a place are looked for there and in its province.

    >>> [agency.id for agency in find("dishub kab bandung", 1, None)]
    ['32.04:dishub']
    >>> [agency.id for agency in find("polres jemb", 2, None)]
    ['35.09:polres', '51.01:polres']
    """
    words = _words(text)
    branch = words[:1] == ("suku",)
    words = words[1:] if branch else words
    office_meant = _NAMES_AN_OFFICE.intersection(_WORD.findall(text.lower()))
    scored: dict[str, tuple[float, Agency]] = {}

    def keep(agency: Agency | None, score: float) -> None:
        if agency is not None and (agency.id not in scored or scored[agency.id][0] < score):
            scored[agency.id] = (score, agency)

    for cut in range(len(words) + 1):
        office, place = words[:cut], words[cut:]
        codes = _places(place) if place else []
        if place and not codes:
            continue
        if not office and office_meant:
            continue
        if not office:
            for rank, code in enumerate(codes):
                keep(government(code), 1.5 - rank / 100 - (len(code) == 8) / 10)
            continue
        _compose_all(office, codes, bool(place), home, keep, regional="dinas" in office_meant)
    ranked = [agency for _, agency in sorted(scored.values(), key=lambda pair: -pair[0])][:limit]
    if branch:
        cities = [code for cut in range(1, len(words)) for code in _places(words[cut:]) if code.startswith(f"{DKI}.")]
        ranked = [suku_dinas(agency, code) for code in cities[:1] for agency in ranked if agency.id.startswith(DKI)]
    return ranked


def _compose_all(
    office: tuple[str, ...], codes: list[str], placed: bool, home: str | None, keep: _Keep, *, regional: bool
) -> None:
    fitting = [(_score(office, entry.phrases), entry) for entry in _candidates(office)]
    fitting.sort(key=lambda pair: -pair[0])
    for score, entry in fitting[:_MOST_OFFICES]:
        if not score:
            break
        if entry.kind == "body":
            if not placed and not regional:
                keep(balai().get(entry.key) or national_bodies().get(entry.key), score + 0.05)
            continue
        for rank, code in enumerate(codes if placed else _home_codes(home)):
            keep(_office_at(entry, code), score + (0.5 if placed else 0.0) - rank / 100)


def _candidates(words: tuple[str, ...]) -> list[_Entry]:
    """Return the entries of which some word starts like each typed word."""
    index = _index()
    found = set(range(len(_entries())))
    for word in words:
        found &= index.get(word[:_PREFIX], frozenset())
    return [_entries()[i] for i in sorted(found)]


@cache
def _index() -> dict[str, frozenset[int]]:
    index: dict[str, set[int]] = {}
    for i, entry in enumerate(_entries()):
        for word in {word for phrase in entry.phrases for word in phrase}:
            for length in range(1, _PREFIX + 1):
                index.setdefault(word[:length], set()).add(i)
    return {start: frozenset(entries) for start, entries in index.items()}


def _home_codes(home: str | None) -> list[str]:
    """Return where an office without a place is looked for: at home, without a home in the provinces."""
    if home is None:
        return [code for code in regions().upper_codes if len(code) == 2]
    return list(dict.fromkeys((home[:5], home[:2])))


def _office_at(entry: _Entry, code: str) -> Agency | None:
    if entry.kind == "vertical":
        row = next(row for row in vertical_offices() if row.key == entry.key)
        if (row.level == "provinsi") != (len(code) == 2) and row.level != "balai":
            return None
        return at_level(row, row.function, code)
    wanted = "provinsi" if len(code) == 2 or code.startswith(DKI) else "kabkota"
    rows = [row for row in offices() if row.key == entry.key and row.tier in {wanted, "bumn"}]
    return compose(rows[0].function, rows[0].tier, code, entry.key) if rows and len(code) <= 5 else None
