"""Find the names of regions in one field of a complaint, and judge from the words around how each is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from model import place_words as W
from model.assessment import Field
from model.gazetteer import Entry, Gazetteer
from model.place_spelling import repair
from model.text import Normalised, normalise, words

LONGEST = 5
"""Words of the longest name that is looked for."""

_JOINTS = frozenset((" ", "-", "'", "’", "`", ". ", ".", "- ", " -", " - "))
_NOT_IN_NAMES = frozenset(
    "di ke dari yang dan ini itu ada untuk dengan pada yg dgn dr utk sudah belum tidak saya kami se si sang para atau "
    "oleh dalam akan bisa agar jadi juga lagi saja dong sih ya deh kok min pak bu".split()
)
_STRUCTURED = frozenset({"location", "province", "regency", "district"})
_MARKERS: dict[str, str] = (
    dict.fromkeys(W.PROVINCE_MARKERS, "provinsi")
    | dict.fromkeys(W.REGENCY_MARKERS, "kabupaten")
    | dict.fromkeys(W.CITY_MARKERS, "kota")
    | dict.fromkeys(W.DISTRICT_MARKERS, "kecamatan")
    | dict.fromkeys(W.VILLAGE_MARKERS, "desa")
    | dict.fromkeys(W.KAMPUNG_MARKERS, "kampung")
)
_FIELD_MARKER = {"province": "provinsi", "regency": "kabkota", "district": "kecamatan"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Hold one name found.

    :param key: the folded name; mentions of the same key count once.
    :param targets: codes with shares that sum to 1.
    :param weight: probability that the name tells where the matter is, from its kind and context alone.
    :param marker: the kind of region that the word before it names, if any.
    :param evidence: why the weight is what it is, for the explanation.
    """

    field: Field
    start: int
    end: int
    key: str
    targets: tuple[tuple[str, float], ...]
    weight: float
    marker: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Token:
    """Hold one word: folded, with its place in the normalised text and how it is joined to the word before."""

    text: str
    start: int
    end: int
    joint: str


class FieldScanner:
    """Scan fields against one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def scan(self, field: Field, raw: str) -> tuple[list[Token], list[Mention]]:
        """Return the words of a field and the names of regions among them.

        :param raw: the field as submitted; the spans of the mentions point into it.
        """
        text = normalise(raw)
        tokens: list[Token] = []
        last = 0
        for word, start, end in words(text.text):
            tokens.append(Token(word, start, end, text.text[last:start]))
            last = end
        shouted = _mostly_capital(raw, text, tokens)
        found: list[Mention] = []
        position = 0
        while position < len(tokens):
            match = self._longest(tokens, position)
            if match is None:
                match = self._repaired(field, tokens, position)
            if match is None:
                position += 1
                continue
            entry, count, key, evidence = match
            mention = self._mention(field, raw, text, tokens, position, count, key, entry, shouted, evidence)
            if mention is not None:
                found.append(mention)
            position += count
        return tokens, found

    def _longest(self, tokens: list[Token], first: int) -> tuple[Entry, int, str, str] | None:
        gazetteer = self._gazetteer
        word = tokens[first].text
        best: tuple[str, int] | None = (word, 1) if word in gazetteer else None
        joinable = word not in _NOT_IN_NAMES
        key = word
        expanded = W.EXPANSIONS.get(word, word)
        other = expanded
        if joinable:
            for i in range(first + 1, min(first + LONGEST, len(tokens))):
                token = tokens[i]
                if token.joint not in _JOINTS or token.text in _NOT_IN_NAMES:
                    break
                # A full stop joins only an abbreviation to its name ("Kep. Seribu"), it does not join sentences.
                if "." in token.joint and len(tokens[i - 1].text) > 4:
                    break
                key += token.text
                other += W.EXPANSIONS.get(token.text, token.text)
                if key in gazetteer:
                    best = (key, i - first + 1)
                elif other != key and other in gazetteer:
                    best = (other, i - first + 1)
        if best is None:
            return None
        entry = self._entry(best[0], tokens, first, best[1])
        if entry is None:
            return None
        if best[1] > 1 and entry.level > 2:
            shorter = self._regency_before(word, tokens, first, entry)
            if shorter is not None:
                return shorter
        return entry, best[1], best[0], "nama"

    def _regency_before(
        self, word: str, tokens: list[Token], first: int, longer: Entry
    ) -> tuple[Entry, int, str, str] | None:
        # "Bandung baru ..." is Bandung: a village's name in two words yields to a regency's in one, a district's not.
        if longer.level < 4 or word not in self._gazetteer:
            return None
        entry = self._entry(word, tokens, first, 1)
        if entry is None or entry.level > 2 or entry.strength != "plain":
            return None
        return entry, 1, word, "nama"

    def _repaired(self, field: Field, tokens: list[Token], first: int) -> tuple[Entry, int, str, str] | None:
        token = tokens[first]
        if len(token.text) < 4 or token.text.isdigit():
            return None
        before = tokens[first - 1].text if first else ""
        hashed = "#" in token.joint or "@" in token.joint
        placed = field in _STRUCTURED or before in W.LOCATIVE or before in _MARKERS or before in W.ORIGIN
        key = repair(token.text, self._gazetteer, placed=placed, hashed=hashed, marker=_MARKERS.get(before))
        if key is None:
            return None
        entry = self._gazetteer.entry(key, (key,))
        return (entry, 1, key, "ejaan") if entry is not None else None

    def _entry(self, key: str, tokens: list[Token], first: int, count: int) -> Entry | None:
        return self._gazetteer.entry(key, tuple(t.text for t in tokens[first : first + count]))

    def _mention(
        self,
        field: Field,
        raw: str,
        text: Normalised,
        tokens: list[Token],
        first: int,
        count: int,
        key: str,
        entry: Entry,
        shouted: bool,
        evidence: str,
    ) -> Mention | None:
        start, end = text.raw_span(tokens[first].start, tokens[first + count - 1].end)
        marker = _FIELD_MARKER.get(field) or _marker_before(tokens, first)
        targets, agrees = self._restrict(entry.targets, marker)
        structured = field in _STRUCTURED
        capital = raw[start].isupper() and not shouted and _inside_sentence(tokens, first)
        context = _context(tokens, first)
        weight = _weight(entry, structured, capital, context == "locative")
        if marker is not None:
            weight = max(weight, _marked_weight(entry, marker, agrees, structured))
        if marker is None or marker == "kampung":
            factor = {"street": 0.12, "person": 0.1, "thing": 0.2, "firm": 0.35, "feature": 0.5, "origin": 0.4}
            weight *= max(factor.get(context, 1.0), 0.4 if structured else 0.0)
        elif _context(tokens, first - 1) in ("origin", "person") and marker not in ("kabupaten", "kota", "provinsi"):
            weight *= 0.5
        elif _context(tokens, first - 1) == "origin":
            weight *= 0.45
        if weight < 0.01:
            return None
        why = f"{evidence}, {marker or context or 'tanpa penanda'}"
        return Mention(field, start, end, key, targets, weight, marker if agrees else None, why)

    def _restrict(
        self, targets: tuple[tuple[str, float], ...], marker: str | None
    ) -> tuple[tuple[tuple[str, float], ...], bool]:
        if marker is None or marker == "kampung":
            kept = targets
            return kept, False
        kind = self._gazetteer.regions.kind
        if marker == "desa":
            kept = tuple(t for t in targets if len(t[0]) == 13)
        elif marker == "kabkota":
            kept = tuple(t for t in targets if len(t[0]) == 5)
        else:
            kept = tuple(t for t in targets if kind(t[0]) == marker)
        if not kept:
            return targets, False
        total = sum(share for _, share in kept)
        return tuple((code, share / total) for code, share in kept), True


def _weight(entry: Entry, structured: bool, capital: bool, locative: bool) -> float:
    """Say how likely an unmarked name tells the place (own estimates, ordered by how often such names mislead)."""
    if structured:
        if entry.strength == "strict":
            return 0.7
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
    weight = 0.3 if capital or locative else 0.15
    return weight if entry.count <= 20 else weight / 2


def _marked_weight(entry: Entry, marker: str, agrees: bool, structured: bool) -> float:
    if marker == "kampung":
        return 0.3 if entry.level == 4 else 0.0
    if not agrees:
        # "kota Jember" is said of the town; "kec. X" with a village's name is a slip.
        return 0.6 if entry.level <= 2 and marker in ("kota", "kabupaten", "kabkota") else 0.3
    if structured:
        return 0.97
    return {"desa": 0.75, "kecamatan": 0.9}.get(marker, 0.93)


def _marker_before(tokens: list[Token], first: int) -> str | None:
    if not first:
        return None
    before = tokens[first - 1]
    if not tokens[first].joint.strip(" .:-,") == "" or "," in tokens[first].joint:
        return None
    marker = _MARKERS.get(before.text)
    if marker is None and first > 1:
        # "wali kota Bandung", "kota administrasi Jakarta Barat", "kabupaten/kota Bandung".
        if before.text in ("administrasi", "adm"):
            marker = _MARKERS.get(tokens[first - 2].text)
        elif before.text == "induk":
            marker = "kabupaten"
    if marker == "kampung" and before.text == "negeri":
        return None
    return marker


def _context(tokens: list[Token], first: int) -> str:
    """Name what the words before a name make of it."""
    if first <= 0:
        return ""
    joint = tokens[first].joint
    if any(c in joint for c in ',;:!?()"') or ". " in joint and len(tokens[first - 1].text) > 4:
        return ""
    before = tokens[first - 1].text
    second = tokens[first - 2].text if first > 1 else ""
    if before in W.STREET or (second in W.STREET and before not in W.LOCATIVE and before not in _MARKERS):
        return "street"
    if before in ("kota", "bupati", "walikota", "gubernur"):
        return "locative"
    if before in W.PERSON:
        return "person"
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


def _inside_sentence(tokens: list[Token], first: int) -> bool:
    return first > 0 and not any(c in tokens[first].joint for c in '.!?:"')


def _mostly_capital(raw: str, text: Normalised, tokens: list[Token]) -> bool:
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
