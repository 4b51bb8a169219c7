"""Say what a folded name may mean: which regions, how likely each, and how much context it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.region_aliases import Alias, load_aliases
from data.regions import DISTRICT, PROVINCE, REGENCY, VILLAGE, Regions, level_of
from model.place_words import ordinary_words, word_set

Strength = Literal["plain", "ordinary", "hint", "strict"]

BEGINNING = 6
"""Letters by which a run of words that begins no name is given up early."""

_LEVEL_SHARE = {PROVINCE: 0.8, REGENCY: 1.0, DISTRICT: 0.12, VILLAGE: 0.006}
"""How often a bare name means a region of this level where names compete (own estimate)."""

_ALIAS_SHARE = {"ibu_kota": 0.6, "kawasan": 0.5, "julukan": 0.8, "singkatan": 1.0, "nama_lama": 0.6, "ejaan": 1.0}
_CITY_OVER_REGENCY = 1.4
"""A bare name shared by a city and a regency means the city somewhat more often (own estimate)."""

_CITY_SHARE: dict[str, float] = {
    # Where population or use differs from the rule: share of the city (BPS population 2024, rounded).
    "bandung": 0.6, "bekasi": 0.65, "bogor": 0.5, "cirebon": 0.45, "tangerang": 0.6, "serang": 0.5, "sukabumi": 0.4,
    "tasikmalaya": 0.5, "semarang": 0.8, "tegal": 0.45, "pekalongan": 0.5, "magelang": 0.45, "malang": 0.6,
    "kediri": 0.5, "blitar": 0.4, "madiun": 0.55, "mojokerto": 0.4, "pasuruan": 0.4, "probolinggo": 0.45,
    "kupang": 0.65, "bima": 0.45, "solok": 0.4, "sorong": 0.7, "jayapura": 0.65, "gorontalo": 0.5, "banjar": 0.35,
}  # fmt: skip


_BIG_CITIES = word_set(
    "12.71 14.71 16.71 18.71 31.71 31.72 31.73 31.74 31.75 32.71 32.73 32.75 32.76 33.72 33.74 34.04 35.73 35.78 "
    "36.71 36.74 51.71 64.71 64.72 73.71"
)
_BIG_CITY = 2.0
"""Districts of the largest cities are named in complaints more often than others (BPS: above half a million people)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold the meanings of one folded name.

    :param targets: codes with shares that sum to 1, best first.
    :param level: the level of the best target.
    :param strength: how much the bare name says without context.
    :param count: how many regions or alias targets bear it.
    :param alias: the alias, if it is one.
    :param official: whether it is the name of a region in the table.
    """

    targets: tuple[tuple[str, float], ...]
    level: int
    strength: Strength
    count: int
    alias: Alias | None
    official: bool


class Gazetteer:
    """Answer the meanings of folded names; entries are made when first asked for."""

    def __init__(self, regions: Regions) -> None:
        self.regions = regions
        self._aliases = load_aliases()
        self._ordinary = ordinary_words()
        self._entries: dict[str, Entry | None] = {}
        self.keys: frozenset[str] = regions.keys() | self._aliases.keys()
        self.begins: frozenset[str] = frozenset(key[:BEGINNING] for key in self.keys)

    def entry(self, key: str, parts: tuple[str, ...]) -> Entry | None:
        """Return the meanings of a name.

        :param key: the folded name.
        :param parts: its words as written; several words that are all ordinary make an ordinary name.
        """
        found = self._entries.get(key, _MISSING)
        if not isinstance(found, _Missing):
            return found
        made = self._make(key, parts)
        if key in self.keys:
            self._entries[key] = made
        return made

    def _make(self, key: str, parts: tuple[str, ...]) -> Entry | None:
        alias = self._aliases.get(key)
        codes = self.regions.lookup(key)
        if alias is not None and not alias.targets:
            return None
        if alias is None and not codes:
            return None
        shares = self._shares(key, codes, alias)
        total = sum(shares.values())
        targets = tuple(sorted(((c, s / total) for c, s in shares.items()), key=lambda t: (-t[1], t[0])))
        strength: Strength = "plain"
        own_name = any(len(code) <= 5 for code in codes)
        if alias is not None and alias.context and not own_name:
            strength = "hint" if alias.context == "petunjuk" else "strict"
        elif key in self._ordinary or (alias is None and not own_name and all(p in self._ordinary for p in parts)):
            strength = "ordinary"
        elif len(key) <= 3 and alias is None:
            strength = "strict"
        return Entry(targets, level_of(targets[0][0]), strength, len(targets), alias, bool(codes))

    def _shares(self, key: str, codes: tuple[str, ...], alias: Alias | None) -> dict[str, float]:
        shares = {
            code: _LEVEL_SHARE[level_of(code)] * (_BIG_CITY if len(code) == 8 and code[:5] in _BIG_CITIES else 1.0)
            for code in codes
        }
        upper = [code for code in codes if len(code) == 5]
        if len(upper) > 1:
            cities = [code for code in upper if self.regions.kind(code) == "kota"]
            city = _CITY_SHARE.get(key, _CITY_OVER_REGENCY / (1 + _CITY_OVER_REGENCY))
            for code in upper:
                shares[code] = city / len(cities) if code in cities else (1 - city) / (len(upper) - len(cities))
        if alias is not None:
            factor = _ALIAS_SHARE[alias.kind]
            for code, share in alias.targets:
                shares[code] = max(shares.get(code, 0.0), factor * share)
        return shares


class _Missing:
    """Mark a name that was not asked for yet."""


_MISSING = _Missing()
