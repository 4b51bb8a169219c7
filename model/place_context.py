"""Judge from the words around a name how it is meant, and how much it then says about the place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from model import place_words as W
from model.gazetteer import Entry
from model.text import Normalised

NOT_IN_NAMES = W.word_set(
    "di ke dari yang dan ini itu ada untuk dengan pada yg dgn dr utk sudah belum tidak saya kami se si sang para "
    "atau oleh dalam akan bisa agar jadi juga lagi saja dong sih ya deh kok min pak bu"
)
"""Words that are never part of a name of several words."""

MARKERS: dict[str, str] = (
    dict.fromkeys(W.PROVINCE_MARKERS, "provinsi")
    | dict.fromkeys(W.REGENCY_MARKERS, "kabupaten")
    | dict.fromkeys(W.CITY_MARKERS, "kota")
    | dict.fromkeys(W.DISTRICT_MARKERS, "kecamatan")
    | dict.fromkeys(W.VILLAGE_MARKERS, "desa")
    | dict.fromkeys(W.URBAN_VILLAGE_MARKERS, "kelurahan")
    | dict.fromkeys(W.KAMPUNG_MARKERS, "kampung")
)
"""The kind of region that each marker names."""


class Token(NamedTuple):
    """Hold one word: folded, with its place in the normalised text and how it is joined to the word before."""

    text: str
    start: int
    end: int
    joint: str


def joins_well(entry: Entry, tokens: list[Token]) -> bool:
    """Tell whether words may be joined: "bs d" is not BSD, "jalan tengah" is a street, "p. siantar" is a name."""
    spaced = entry.alias is not None and any(c in entry.alias.alias for c in " -.")
    if any(len(token.text) == 1 and not token.text.isdigit() for token in tokens):
        return spaced
    if tokens[0].text in W.STREET:
        return spaced
    # An abbreviation is written as one word; in two it is an accident.
    return spaced or entry.official or entry.alias is None or entry.alias.kind != "singkatan"


def plain_weight(  # noqa: PLR0911 -- a table of cases
    entry: Entry, structured: bool, capital: bool, locative: bool, *, several: bool = False
) -> float:
    """Say how likely an unmarked name tells the place (own estimates, ordered by how often such names mislead)."""
    if structured:
        if entry.strength == "strict":
            return 0.45
        if entry.level <= 3:
            return 0.8 if entry.strength == "ordinary" else 0.95
        return 0.6 if entry.strength == "ordinary" else 0.8
    if entry.strength == "strict":
        return 0.25 if locative else 0.04
    if entry.strength == "hint":
        return 0.75 if locative else (0.4 if capital else 0.15)
    if entry.level <= 2:
        if entry.strength == "ordinary":
            return 0.75 if locative else (0.5 if capital else 0.08)
        return 0.9 if locative else 0.85
    if entry.level == 3:
        if entry.strength == "ordinary":
            return 0.35 if locative and capital else (0.2 if locative or capital else 0.03)
        return 0.85 if locative else 0.7
    if entry.strength == "ordinary":
        return 0.12 if locative and capital else 0.02
    if several and entry.count <= 2:
        return 0.5 if capital or locative else 0.4
    weight = 0.3 if capital or locative else 0.15
    return weight if entry.count <= 20 else weight / 2


def marked_weight(entry: Entry, marker: str, agrees: bool, structured: bool) -> float:
    """Say how likely a name after a marker tells the place."""
    if marker == "kampung":
        return 0.3 if entry.level == 4 else 0.0
    if not agrees:
        # "kota Jember" is said of the town; "kec. X" with a village's name is a slip.
        return 0.6 if entry.level <= 2 and marker in ("kota", "kabupaten", "kabkota") else 0.3
    if structured:
        return 0.97
    return {"desa": 0.75, "kelurahan": 0.75, "kecamatan": 0.9}.get(marker, 0.93)


def marker_before(tokens: list[Token], first: int) -> str | None:
    """Return the kind of region that the word before a name states."""
    if not first:
        return None
    before = tokens[first - 1]
    if tokens[first].joint.strip(" .:-,") or "," in tokens[first].joint:
        return None
    marker = MARKERS.get(before.text)
    if marker is None and first > 1:
        # "wali kota Bandung", "kota administrasi Jakarta Barat", "kabupaten/kota Bandung".
        if before.text in ("administrasi", "adm"):
            marker = MARKERS.get(tokens[first - 2].text)
        elif before.text == "induk":
            marker = "kabupaten"
    if marker == "kampung" and before.text == "negeri":
        return None
    return marker


def context_of(tokens: list[Token], first: int) -> str:  # noqa: PLR0911, PLR0912 -- first rule that fits
    """Name what the words before a name make of it."""
    if first <= 0:
        return ""
    joint = tokens[first].joint
    if any(c in joint for c in ',;:!?()"') or (". " in joint and len(tokens[first - 1].text) > 4):
        return ""
    before = tokens[first - 1].text
    second = tokens[first - 2].text if first > 1 else ""
    if before in W.TOWARD and second in W.ROADS:
        return "toward"
    named = before not in W.LOCATIVE and before not in MARKERS and before not in NOT_IN_NAMES
    if before in W.STREET or (second in W.STREET and named and before not in W.ORIGIN):
        return "street"
    if before in ("kota", "bupati", "walikota", "gubernur"):
        return "locative"
    if before in W.PERSON:
        return "person"
    if second in W.NAME_TITLES and named and before not in W.ORIGIN and before not in W.OFFICES and len(before) > 2:
        return "named"
    if before in W.FIRMS or second in W.FIRMS:
        return "firm"
    if before in W.NAMED_FEATURES:
        return "feature"
    if before in W.THING:
        return "thing"
    if before in W.LOCATIVE:
        if second in W.ORIGIN:
            return "origin"
        return "locative"
    if before in W.ORIGIN or second in ("ktp", "asal", "kelahiran", "lulusan", "seperti", "kayak") or before == "ktp":
        return "origin"
    return ""


def inside_sentence(tokens: list[Token], first: int) -> bool:
    """Tell whether a capital says something at this position."""
    return first > 0 and not any(c in tokens[first].joint for c in '.!?:"')


def mostly_capital(raw: str, text: Normalised, tokens: list[Token]) -> bool:
    """Tell whether capitals say nothing: most words have one, as in titles and in shouting."""
    if not tokens:
        return True
    capitals = sum(1 for _ in _capitals(raw, text, tokens))
    return capitals > 0.6 * len(tokens)


def _capitals(raw: str, text: Normalised, tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        position = token.start if text.offsets is None else text.offsets[token.start]
        if raw[position].isupper():
            yield token
