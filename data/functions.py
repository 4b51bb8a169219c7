"""Map agency names, however they are written, to functions: urusan codes and, for other bodies, their names.

One table serves the model, the baselines and the evaluation: ``catalog/agency_functions.csv`` (it carries a version)
together with the names, aliases and abbreviations of ``national.csv``, ``vertical.csv`` and ``offices.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from data.agency_text import agency_words

Tier = Literal["pusat", "vertikal", "bumn", "provinsi", "kabkota", "desa"]
TIERS: tuple[Tier, ...] = ("pusat", "vertikal", "bumn", "provinsi", "kabkota", "desa")

SURE = 0.5
"""A reading below this probability is not given as the function of a name."""


@dataclass(frozen=True, slots=True)
class Function:
    """Describe what an agency is there for.

    :param code: an urusan code (``2.15``; Kemendagri nomenclature) or the name of a body (``PLN``).
    :param tiers: the tiers that can hold it, the usual one first.
    """

    code: str
    name: str
    tiers: tuple[Tier, ...]
    description: str


class Strength(IntEnum):
    """Order the readings of a name: a weaker one counts only where no stronger one is found."""

    EMPTY = 0
    WEAK = 1
    PROGRAMME = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """Say what a sequence of words in an agency's name means.

    :param functions: the functions named, the main one first; empty if it only hides shorter phrases.
    :param office: the key of the office, as in ``offices.csv`` or ``vertical.csv``; for an ambiguous abbreviation the
        candidates, separated by ``;``.
    :param tier: the tier that the phrase itself tells, if any.
    :param body: the id of a national body, or of a unit whose area is listed.
    """

    functions: tuple[str, ...]
    office: str | None
    kind: str
    strength: Strength
    tier: Tier | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Hold one rule found in a name, with its first word and the word after its last."""

    rule: Rule
    start: int
    end: int


def catalog_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file of the catalog; lines that start with ``#`` are comments."""
    text = (resources.files("data") / "catalog" / name).read_text("utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


def split_list(value: str) -> tuple[str, ...]:
    """Split a field that holds several values.

    >>> split_list("a; b;")
    ('a', 'b')
    """
    return tuple(part.strip() for part in value.split(";") if part.strip())


def as_tier(value: str) -> Tier:
    """Return a tier by its name.

    :raises ValueError: if there is no such tier.
    """
    for tier in TIERS:
        if tier == value:
            return tier
    raise ValueError(value)


@cache
def functions() -> dict[str, Function]:
    """Return every function by its code."""
    return {
        row["code"]: Function(
            row["code"], row["name"], tuple(as_tier(tier) for tier in split_list(row["tiers"])), row["description"]
        )
        for row in catalog_rows("functions.csv")
    }


def functions_version() -> str:
    """Return the version of the table that maps names to functions."""
    first = (resources.files("data") / "catalog" / "agency_functions.csv").read_text("utf-8").split("\n", 1)[0]
    return first.removeprefix("# version:").strip()


_KINDS: dict[str, tuple[Strength, Tier | None]] = {
    "urusan": (Strength.STRONG, None),
    "singkatan": (Strength.STRONG, None),
    "unit": (Strength.STRONG, None),
    "unit-provinsi": (Strength.STRONG, "provinsi"),
    "badan": (Strength.STRONG, "pusat"),
    "badan-provinsi": (Strength.STRONG, "provinsi"),
    "vertikal": (Strength.STRONG, "vertikal"),
    "bumd": (Strength.STRONG, "bumn"),
    "kewilayahan": (Strength.STRONG, None),
    "desa": (Strength.STRONG, "desa"),
    "ambigu": (Strength.STRONG, None),
    "program": (Strength.PROGRAMME, None),
    "desa-akhir": (Strength.WEAK, "desa"),
    "ragu": (Strength.WEAK, None),
    "kosong": (Strength.EMPTY, None),
}
_COORDINATING = frozenset({"Kemendagri", "Kemenko"})
"""Bodies that only coordinate: the programme named beside them tells the matter."""


@cache
def _rules() -> dict[tuple[str, ...], Rule]:
    rules: dict[tuple[str, ...], Rule] = {}

    def add(phrase: str, rule: Rule) -> None:
        words = agency_words(phrase)
        if words:
            rules.setdefault(words, rule)

    offices = {row["office"]: row for row in catalog_rows("vertical.csv")}
    bumd = {row["office"] for row in catalog_rows("offices.csv") if row["tier"] == "bumn"}
    for row in catalog_rows("national.csv"):
        rule = Rule((row["function"],), None, "badan", Strength.STRONG, as_tier(row["tier"]), row["id"])
        for phrase in (row["name"], *split_list(row["aliases"])):
            add(phrase, rule)
    for row in catalog_rows("balai.csv"):
        office_row = offices[row["office"]]
        rule = Rule((office_row["function"],), row["office"], "vertikal", Strength.STRONG, "vertikal", row["id"])
        for phrase in (row["name"], *split_list(row["aliases"])):
            add(phrase, rule)
    for row in catalog_rows("agency_functions.csv"):
        strength, tier = _KINDS[row["kind"]]
        office = row["office"] or None
        if row["kind"] in {"badan", "ragu"} and office in offices:
            tier = "vertikal"
        elif office in bumd and row["kind"] != "ragu":
            tier = "bumn"
        add(row["phrase"], Rule(split_list(row["function"]), office, row["kind"], strength, tier))
    for row in offices.values():
        rule = Rule((row["function"],), row["office"], "vertikal", Strength.STRONG, "vertikal")
        for phrase in (row["name"].split("{")[0], *split_list(row["aliases"])):
            add(phrase, rule)
    for row in catalog_rows("offices.csv"):
        told: Tier | None = "bumn" if row["tier"] == "bumn" else None
        rule = Rule((row["function"], *split_list(row["also"])), row["office"], "singkatan", Strength.STRONG, told)
        narrow = Rule((row["function"],), row["office"], "singkatan", Strength.STRONG, told)
        add(row["name"].split("{")[0], rule)
        for alias in split_list(row["aliases"]):
            add(alias, narrow)
    return rules


@cache
def _longest() -> dict[str, int]:
    """Return the length of the longest phrase that starts with a word."""
    longest: dict[str, int] = {}
    for words in _rules():
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest


@lru_cache(maxsize=65_536)
def hits_of(words: tuple[str, ...]) -> tuple[Hit, ...]:
    """Find the rules in the words of a name, the longest at each place, from left to right.

    >>> [hit.rule.functions[0] for hit in hits_of(("koperasi", "ukm", "perindustrian", "perdagangan"))]
    ['2.17', '2.17', '3.31']
    """
    rules, longest = _rules(), _longest()
    found: list[Hit] = []
    start = 0
    while start < len(words):
        for length in range(min(longest.get(words[start], 0), len(words) - start), 0, -1):
            rule = rules.get(words[start : start + length])
            if rule is not None:
                found.append(Hit(rule, start, start + length))
                start += length
                break
        else:
            start += 1
    return tuple(found)


def main_hits(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Keep the hits that decide: the strongest, in their order; a programme speaks for a body that coordinates."""
    strong = [hit for hit in hits if hit.rule.strength is Strength.STRONG]
    if strong and any(hit.rule.strength is Strength.PROGRAMME for hit in hits):
        strong = [hit for hit in strong if not _COORDINATING.intersection(hit.rule.functions)]
    for strength in (Strength.STRONG, Strength.PROGRAMME, Strength.WEAK):
        chosen = strong if strength is Strength.STRONG else [hit for hit in hits if hit.rule.strength is strength]
        if chosen:
            return tuple(chosen)
    return ()


@lru_cache(maxsize=65_536)
def functions_of(agency: str) -> tuple[str, ...]:
    """Return every function that an agency's name tells, the main (first named) one first.

    An office with several functions is filed under the one that its name starts with, as the regional regulations on
    offices do. An ambiguous name (``DKP``, ``BPJS``) gives none.

    >>> functions_of("Dinas Koperasi, UKM, Perindustrian dan Perdagangan Kabupaten Seruyan")
    ('2.17', '3.31', '3.30')
    >>> functions_of("DKP Kota Semarang")
    ()
    """
    hits = main_hits(hits_of(agency_words(agency)))
    if not hits or hits[0].rule.kind in {"ambigu", "ragu"}:
        return ()
    found: dict[str, None] = {}
    for hit in hits:
        if hit.rule.tier != hits[0].rule.tier:
            break  # another body follows: "Dinas Sosial ... Kementerian ..."
        found.update(dict.fromkeys(hit.rule.functions))
        if hits[0].rule.tier is not None:
            break  # a body has one function; what follows is its unit or place
    return tuple(found)


def function_of(agency: str) -> str | None:
    """Return the function of an agency by its name; ``None`` where the name does not tell it.

    A government (``Pemerintah Kabupaten Bandung``) has all functions and so gives none.

    >>> function_of("Disdukcapil Kab. Lebak"), function_of("BPJS Kesehatan KC Sampit"), function_of("Bupati Badung")
    ('2.12', 'BPJS Kesehatan', None)
    """
    found = functions_of(agency)
    return found[0] if found else None
