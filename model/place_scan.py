"""Find the names of regions in one field of a complaint, and judge from the words around how each is meant."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from model import place_words as W
from model.assessment import Field
from model.gazetteer import BEGINNING, Entry, Gazetteer
from model.place_context import (
    MARKERS,
    NOT_IN_NAMES,
    Token,
    context_of,
    inside_sentence,
    joins_well,
    marked_weight,
    marker_before,
    mostly_capital,
    plain_weight,
)
from model.place_spelling import repair
from model.text import Normalised, words

LONGEST = 5
"""Words of the longest name that is looked for."""

_WORDS_KEPT, _FIELDS_KEPT = 32_768, 1_024
_REPEATED = frozenset({"province", "regency", "district", "channel", "claimed_agency"})
"""Fields that say the same in many complaints."""

_JOINTS = frozenset((" ", "-", "'", "’", "`", ". ", ".", "- ", " -", " - "))
_STRUCTURED = frozenset({"location", "province", "regency", "district"})
_LOWER_MARKERS = frozenset({"kecamatan", "desa", "kelurahan"})
_PLACING = frozenset((*W.LOCATIVE, *MARKERS, *W.ORIGIN))
"""Words after which a name of a place is likely, so that a misspelt one is looked for."""
_FIELD_MARKER = {"province": "provinsi", "regency": "kabkota", "district": "kecamatan"}


class Mention(NamedTuple):
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


class FieldScanner:
    """Scan fields against one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._begins_name = lru_cache(maxsize=_WORDS_KEPT)(self._may_begin_name)
        self._repair = lru_cache(maxsize=_WORDS_KEPT)(self._repair_of)
        self._is_dull = lru_cache(maxsize=_WORDS_KEPT)(self._cannot_tell)
        self._scan_kept = lru_cache(maxsize=_FIELDS_KEPT)(self._scan)

    def scan(self, field: Field, text: Normalised) -> tuple[list[Token], list[Mention]]:
        """Return the words of a field and the names of regions among them.

        :param text: the field; the spans of the mentions point into its raw form.
        """
        return self._scan_kept(field, text) if field in _REPEATED else self._scan(field, text)

    def _scan(self, field: Field, text: Normalised) -> tuple[list[Token], list[Mention]]:
        raw = text.raw
        tokens: list[Token] = []
        last = 0
        for word, start, end in words(text.text):
            tokens.append(Token(word, start, end, text.text[last:start]))
            last = end
        shouted: bool | None = None
        found: list[Mention] = []
        position = 0
        structured = field in _STRUCTURED
        before = ""
        while position < len(tokens):
            token = tokens[position]
            word = token.text
            if self._is_dull(word) and before not in _PLACING and not structured and not _is_hashed(token):
                before = word
                position += 1
                continue
            before = word
            match = self._longest(tokens, position) if self._begins_name(tokens[position].text) else None
            if match is None:
                match = self._repaired(field, tokens, position)
            if match is None:
                position += 1
                continue
            entry, count, key, evidence = match
            if shouted is None:
                shouted = mostly_capital(raw, text, tokens)
            mention = self._mention(field, raw, text, tokens, position, count, key, entry, shouted, evidence)
            if mention is not None:
                found.append(mention)
            position += count
            before = tokens[position - 1].text
        return tokens, found

    def _may_begin_name(self, word: str) -> bool:
        """Tell cheaply, once a word, whether a name may begin with it."""
        if word in W.NEVER_PLACES:
            return False
        if word in self._gazetteer.keys:
            return True
        if word in NOT_IN_NAMES:
            return False
        forms = (word, W.EXPANSIONS.get(word, word))
        return any(len(form) < BEGINNING or form[:BEGINNING] in self._gazetteer.begins for form in forms)

    def _cannot_tell(self, word: str) -> bool:
        """Tell, once a word, whether it names no place where nothing around it says so."""
        if self._begins_name(word):
            return False
        return _is_unnamed(word) or self._repair(word, False, False, None) is None

    def _longest(  # noqa: PLR0911 -- the exceptions to the longest name
        self, tokens: list[Token], first: int
    ) -> tuple[Entry, int, str, str] | None:
        best = self._longest_key(tokens, first)
        if best is None:
            return None
        key, count = best
        entry = self._entry(key, tokens, first, count)
        if entry is None or count == 1:
            return (entry, 1, key, "nama") if entry is not None else None
        word = tokens[first].text
        if not joins_well(entry, tokens[first : first + count]):
            single = self._entry(word, tokens, first, 1) if word in self._gazetteer.keys else None
            return (single, 1, word, "nama") if single is not None else None
        if entry.level > 2 and word in MARKERS and self._is_regency_at(tokens, first + 1, count - 1):
            # "Kota Padang" is the city, though a district elsewhere bears the two words as its name.
            return None
        if entry.level > 3:
            shorter = self._regency_before(word, tokens, first)
            if shorter is not None:
                return shorter
            if self._regency_after(tokens, first, count):
                return None
        return entry, count, key, "nama"

    def _longest_key(self, tokens: list[Token], first: int) -> tuple[str, int] | None:
        keys, begins = self._gazetteer.keys, self._gazetteer.begins
        word = tokens[first].text
        if word in W.NEVER_PLACES:
            return None
        best: tuple[str, int] | None = (word, 1) if word in keys else None
        if word in NOT_IN_NAMES:
            return best
        key, other = word, W.EXPANSIONS.get(word, word)
        for i in range(first + 1, min(first + LONGEST, len(tokens))):
            token = tokens[i]
            if token.joint not in _JOINTS or token.text in NOT_IN_NAMES:
                break
            # A full stop joins only an abbreviation to its name ("Kep. Seribu"), it does not join sentences.
            if "." in token.joint and len(tokens[i - 1].text) > 4:
                break
            key += token.text
            other += W.EXPANSIONS.get(token.text, token.text)
            if key in keys:
                best = (key, i - first + 1)
            elif other != key and other in keys:
                best = (other, i - first + 1)
            if len(key) >= BEGINNING and key[:BEGINNING] not in begins and other[:BEGINNING] not in begins:
                break
        return best

    def _regency_before(self, word: str, tokens: list[Token], first: int) -> tuple[Entry, int, str, str] | None:
        # "Bandung baru ..." is Bandung: a village's name in two words yields to a regency's in one, a district's not.
        if word not in self._gazetteer.keys:
            return None
        entry = self._entry(word, tokens, first, 1)
        if entry is None or entry.level > 2 or entry.strength != "plain":
            return None
        return entry, 1, word, "nama"

    def _regency_after(self, tokens: list[Token], first: int, count: int) -> bool:
        # "Pasar Martapura" is a village somewhere, but mostly the market of Martapura.
        if tokens[first].text not in W.ordinary_words():
            return False
        return self._is_regency_at(tokens, first + 1, count - 1, plain=True)

    def _is_regency_at(self, tokens: list[Token], first: int, count: int, *, plain: bool = False) -> bool:
        key = "".join(token.text for token in tokens[first : first + count])
        entry = self._entry(key, tokens, first, count) if key in self._gazetteer.keys else None
        return entry is not None and entry.level <= 2 and (not plain or entry.strength == "plain")

    def _repaired(self, field: Field, tokens: list[Token], first: int) -> tuple[Entry, int, str, str] | None:
        token = tokens[first]
        if _is_unnamed(token.text):
            return None
        before = tokens[first - 1].text if first else ""
        placed = field in _STRUCTURED or before in _PLACING
        key = self._repair(token.text, placed, _is_hashed(token), MARKERS.get(before) if placed else None)
        if key is None:
            return None
        entry = self._gazetteer.entry(key, (key,))
        return (entry, 1, key, "ejaan") if entry is not None else None

    def _repair_of(self, word: str, placed: bool, hashed: bool, marker: str | None) -> str | None:
        return repair(word, self._gazetteer, placed=placed, hashed=hashed, marker=marker)

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
        marker = _FIELD_MARKER.get(field) or marker_before(tokens, first)
        targets, agrees = self._restrict(entry.targets, marker)
        structured = field in _STRUCTURED
        capital = (
            raw[start].isupper() and not raw[start:end].isupper() and not shouted and inside_sentence(tokens, first)
        )
        context = context_of(tokens, first)
        locative = context == "locative"
        if entry.strength == "strict" and tokens[first - 1].text not in W.PREPOSITIONS:
            locative = False
        weight = plain_weight(entry, structured, capital, locative, several=count > 1)
        if marker is not None:
            weight = max(weight, marked_weight(entry, marker, agrees, structured))
        if marker is None or marker == "kampung":
            factor = {
                "street": 0.12,
                "person": 0.1,
                "named": 0.3,
                "thing": 0.2,
                "firm": 0.35,
                "feature": 0.5,
                "origin": 0.4,
                "toward": 0.7,
            }
            weight *= max(factor.get(context, 1.0), 0.4 if structured else 0.0)
        elif context_of(tokens, first - 1) in ("origin", "person") and marker not in ("kabupaten", "kota", "provinsi"):
            weight *= 0.5
        elif context_of(tokens, first - 1) == "origin":
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
        if marker in ("desa", "kelurahan"):
            # People call a kelurahan "desa" and the other way round: the kind weighs, it does not exclude.
            kept = tuple((code, s if kind(code) == marker else s / 4) for code, s in targets if len(code) == 13)
        elif marker == "kabkota":
            kept = tuple(t for t in targets if len(t[0]) == 5)
        else:
            kept = tuple(t for t in targets if kind(t[0]) == marker)
        if not kept:
            return targets, False
        total = sum(share for _, share in kept)
        restricted = tuple((code, share / total) for code, share in kept)
        if marker in _LOWER_MARKERS and len(targets[0][0]) <= 5:
            # "kec. Bandung" may be the district of that name or a slip for the well-known region.
            mixed = {code: share / 2 for code, share in targets}
            for code, share in restricted:
                mixed[code] = mixed.get(code, 0.0) + share / 2
            restricted = tuple(mixed.items())
        return restricted, True


def _is_unnamed(word: str) -> bool:
    return len(word) < 4 or word.isdigit()


def _is_hashed(token: Token) -> bool:
    return token.joint != " " and ("#" in token.joint or "@" in token.joint)
