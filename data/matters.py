"""Load the responsibility table: which matter belongs to which function, tier and office, and the cues that tell it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from data.errors import PilahError
from data.functions import Tier, as_tier, functions, split_list

SLOTS = ("school", "road", "hospital", "river", "irrigation", "port", "terminal", "permit", "labour", "sea", "counter")
"""The facts that can decide the tier of a matter; ``model/tiers.py`` reads them from the text."""

_COLUMNS = (
    "id legacy matter function offices slot tiers strong weak negative co alternatives category source note".split()
)
_ID = re.compile(r"M\d{3}")


@dataclass(frozen=True, slots=True)
class Cue:
    """Hold one phrase that speaks for (or against) a matter.

    :param near: its words may stand apart, in any order (written ``a+b``).
    :param body: it names a body, not a matter (written with ``!``): as an addressee it tells little.
    :param common: an everyday word that also stands in many other complaints (written with ``~``).
    :param decisive: a term that hardly occurs outside this matter (written with ``*``).
    """

    text: str
    near: bool = False
    body: bool = False
    common: bool = False
    decisive: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Name a function and, where it has several, the office."""

    function: str
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """Hold one row of the table.

    :param legacy: the id in the older table, or ``None``.
    :param offices: the office key by tier; absent where the function's usual office answers.
    :param slot: the fact that decides the tier, one of :data:`SLOTS`, or ``None``.
    :param tiers: probabilities of the tiers when nothing more is known; they sum to 1.
    :param co: who else takes part.
    :param alternatives: further functions that may rightly answer.
    :param source: the law or regulation, or ``praktik umum``.
    """

    id: str
    legacy: str | None
    name: str
    function: str
    offices: MappingProxyType[Tier, str]
    slot: str | None
    tiers: MappingProxyType[Tier, float]
    strong: tuple[Cue, ...]
    weak: tuple[Cue, ...]
    negative: tuple[Cue, ...]
    co: tuple[Place, ...]
    alternatives: tuple[Place, ...]
    category: str | None
    source: str
    note: str

    def office(self, tier: Tier) -> str | None:
        """Return the office that answers this matter at a tier, ``None`` for the function's usual one."""
        return self.offices.get(tier)


def parse_cue(text: str) -> Cue:
    """Read a cue as it stands in the table.

    >>> parse_cue("jalan+rusak"), parse_cue("kemensos!").body
    (Cue(text='jalan+rusak', near=True, body=False, common=False, decisive=False), True)
    """
    plain = text.rstrip("!~*")
    marks = text[len(plain) :]
    return Cue(plain, "+" in plain, "!" in marks, "~" in marks, "*" in marks)


def _places(value: str) -> tuple[Place, ...]:
    places = []
    for part in split_list(value):
        function, _, office = part.partition(":")
        if function not in functions():
            raise ValueError(f"unknown function {function!r}")
        places.append(Place(function, office or None))
    return tuple(places)


def _offices(value: str, tiers: dict[Tier, float]) -> dict[Tier, str]:
    """Read ``vertikal=bbpjn;bumn=...``; a bare office key holds for every tier of the row."""
    offices: dict[Tier, str] = {}
    for part in split_list(value):
        tier, separator, office = part.partition("=")
        if separator:
            offices[as_tier(tier)] = office
        else:
            offices.update(dict.fromkeys(tiers, part))
    return offices


def parse_matter(row: dict[str, str]) -> Matter:
    """Read and check one row.

    :raises ValueError: if an id, function, tier, slot or source is missing or unknown.
    """
    if not _ID.fullmatch(row["id"]):
        raise ValueError(f"id {row['id']!r}")
    if row["function"] not in functions():
        raise ValueError(f"unknown function {row['function']!r}")
    if row["slot"] and row["slot"] not in SLOTS:
        raise ValueError(f"unknown slot {row['slot']!r}")
    if not row["source"] or not row["matter"] or not row["strong"]:
        raise ValueError("matter, strong and source must be filled")
    shares = {as_tier(name): float(share) for name, share in (part.split("=") for part in row["tiers"].split())}
    total = sum(shares.values())
    if total <= 0:
        raise ValueError("no tier")
    strange = set(shares) - set(functions()[row["function"]].tiers)
    if strange:
        raise ValueError(f"{row['function']} is not held at {', '.join(sorted(strange))}")
    return Matter(
        id=row["id"],
        legacy=row["legacy"] or None,
        name=row["matter"],
        function=row["function"],
        offices=MappingProxyType(_offices(row["offices"], shares)),
        slot=row["slot"] or None,
        tiers=MappingProxyType({tier: share / total for tier, share in shares.items()}),
        strong=tuple(map(parse_cue, split_list(row["strong"]))),
        weak=tuple(map(parse_cue, split_list(row["weak"]))),
        negative=tuple(map(parse_cue, split_list(row["negative"]))),
        co=_places(row["co"]),
        alternatives=_places(row["alternatives"]),
        category=row["category"] or None,
        source=row["source"],
        note=row["note"],
    )


def parse_table(text: str, name: str = "matters.psv") -> tuple[Matter, ...]:
    """Read the whole table; fields are separated by ``|``, lines that start with ``#`` are comments.

    :raises PilahError: PLH-741, naming the row and what is wrong.
    """
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    reader = csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE)
    if tuple(reader.fieldnames or ()) != tuple(_COLUMNS):
        raise PilahError("PLH-741", f"{name}: the columns must be {' '.join(_COLUMNS)}")
    matters: dict[str, Matter] = {}
    for row in reader:
        try:
            if None in row or None in row.values():
                raise ValueError("wrong number of fields")
            matter = parse_matter(row)
        except ValueError as error:
            raise PilahError("PLH-741", f"{name}, row {row.get('id')}: {error}") from error
        if matter.id in matters:
            raise PilahError("PLH-741", f"{name}, row {matter.id}: the id stands twice")
        matters[matter.id] = matter
    return tuple(matters.values())


@cache
def matters() -> tuple[Matter, ...]:
    """Return the shipped table."""
    return parse_table(_text())


def matters_version() -> str:
    """Return the version of the shipped table."""
    return _text().split("\n", 1)[0].removeprefix("# version:").strip()


def _text() -> str:
    return (resources.files("data") / "catalog" / "matters.psv").read_text("utf-8")
