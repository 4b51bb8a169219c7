"""Name regions as agencies are named after them, and find the region that an agency's name ends with."""

from __future__ import annotations

from functools import cache, lru_cache

from data.region_aliases import load_aliases
from data.regions import Regions, name_key

DKI, ACEH, DIY = "31", "11", "34"
PAPUA: frozenset[str] = frozenset({"91", "92", "93", "94", "95", "96"})

_MARKERS: dict[str, tuple[int, str]] = {
    "provinsi": (2, ""),
    "kabupaten": (5, "kabupaten"),
    "kota": (5, "kota"),
}
_BELOW = frozenset(
    {"kecamatan", "distrik", "kapanewon", "kemantren", "camat", "kelurahan", "lurah", "desa", "gampong"}
) | {
    "nagari",
    "kampung",
    "kalurahan",
    "pekon",
}
_LONGEST_NAME = 5


@cache
def regions() -> Regions:
    """Return the regions of the country."""
    return Regions.load()


@lru_cache(maxsize=2_048)
def region_label(code: str) -> str:
    """Return a region as the names of its offices end.

    >>> region_label("31"), region_label("34"), region_label("11"), region_label("12"), region_label("32.04")
    ('Provinsi DKI Jakarta', 'Daerah Istimewa Yogyakarta', 'Aceh', 'Provinsi Sumatera Utara', 'Kabupaten Bandung')
    """
    if code == DKI:
        return "Provinsi DKI Jakarta"
    if code == ACEH:
        return "Aceh"
    return regions().get(code).full_name


@lru_cache(maxsize=2_048)
def bare_name(code: str) -> str:
    """Return the bare name of a region, a city that shares it with a regency with its kind.

    >>> bare_name("31"), bare_name("32.04"), bare_name("32.73"), bare_name("12.71")
    ('DKI Jakarta', 'Bandung', 'Kota Bandung', 'Medan')
    """
    if code == DKI:
        return "DKI Jakarta"
    region = regions().get(code)
    if region.kind == "kota" and any(len(c) == 5 and c != code for c in regions().lookup(name_key(region.name))):
        return f"Kota {region.name}"
    return region.name


@lru_cache(maxsize=8_192)
def government_name(code: str) -> str:
    """Return the name of the government of a province, regency, city or district.

    >>> government_name("11"), government_name("35.78"), government_name("32.04.32")
    ('Pemerintah Aceh', 'Pemerintah Kota Surabaya', 'Kecamatan Baleendah')
    """
    if len(code) > 5:
        full_name = regions().get(code).full_name
        return (
            full_name
            if full_name.startswith(("Kelurahan", "Kecamatan")) or len(code) == 8
            else f"Pemerintah {full_name}"
        )
    if code == DIY:
        return "Pemerintah Daerah Daerah Istimewa Yogyakarta"
    return f"Pemerintah {region_label(code)}"


def _lookup(words: tuple[str, ...], length: int, kind: str, within: str | None) -> tuple[str, ...]:
    if words in {("dki", "jakarta"), ("jakarta",), ("diy",)}:
        return (DIY if words == ("diy",) else DKI,) if length in {0, 2} else ()
    key = name_key("".join(words))
    return tuple(
        code
        for code in regions().lookup(key) or _alias_codes(key, marked=bool(length))
        if (len(code) == length if length else len(code) <= 5)
        and (not kind or regions().kind(code) == kind)
        and (within is None or code.startswith(within + "."))
    )


def _alias_codes(key: str, *, marked: bool) -> tuple[str, ...]:
    """Return what another name of a region may mean; one that is also a word ("Mitra") needs a marker before it."""
    alias = load_aliases().get(key)
    if alias is None or (alias.context == "tegas" and not marked):
        return ()
    return tuple(code for code, _ in alias.targets)


def _named_at(words: tuple[str, ...], start: int, length: int, kind: str, within: str | None = None) -> tuple[str, ...]:
    """Find the longest name that starts at a word."""
    for size in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
        found = _lookup(words[start : start + size], length, kind, within)
        if found:
            return found
    return ()


@lru_cache(maxsize=65_536)
def regions_in(words: tuple[str, ...], taken: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """Find the region that the words of an agency's name tell: one code, several if it is ambiguous, or none.

    :param words: as :func:`data.agency_text.agency_words` gives them.
    :param taken: the spans of words that name the office, not the place.

    >>> regions_in(("kabupaten", "bandung"), ()), regions_in(("bandung",), ())
    (('32.04',), ('32.04', '32.73'))
    """
    free = [i for i in range(len(words)) if not any(start <= i < end for start, end in taken)]
    found: tuple[str, ...] = ()
    for i in range(len(words)):  # "Dinas Kesehatan Kota" is an alias of the office: its marker still counts
        marker = _MARKERS.get(words[i])
        if marker is None or i + 1 >= len(words) or words[i + 1] in _MARKERS:
            continue
        start = i + 2 if words[i + 1] == "administrasi" else i + 1
        named = _named_at(words, start, *marker)
        if named and (not found or len(named[0]) > len(found[0])):
            found = named
    return found or _unmarked(words, free)


def _unmarked(words: tuple[str, ...], free: list[int]) -> tuple[str, ...]:
    """Find a name without "Kabupaten" or "Kota" before it."""
    found: tuple[str, ...] = ()
    end = 0
    for i in free:
        if i < end or words[i] in _MARKERS or (i - 1 in free and words[i - 1] in _BELOW):
            continue
        for size in range(min(_LONGEST_NAME, len(words) - i), 0, -1):
            named = _lookup(words[i : i + size], 0, "", None)
            if named:
                end = i + size
                # "Aceh - Kanim Banda Aceh": the narrower name inside the first one wins.
                if not found or (len(found) == 1 and all(code.startswith(found[0] + ".") for code in named)):
                    found = named
                break
    return found


@lru_cache(maxsize=65_536)
def deepen(words: tuple[str, ...], start: int, code: str | None, *, village: bool) -> tuple[str, ...]:
    """Find the district or village named at a word, inside a region if one is known.

    >>> deepen(("kecamatan", "depok", "kabupaten", "sleman"), 1, "34.04", village=False)
    ('34.04.07',)
    """
    return _named_at(words, start, 13 if village else 8, "", code)
