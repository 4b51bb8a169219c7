"""Say in words why two complaints were taken for one incident, or not, and where that stands in both texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from model.assessment import Span
from model.duplicates.distance import distance_m
from model.duplicates.document import field_terms
from model.duplicates.placing import NEAR_M, numbered_agreement
from model.duplicates.profile import Profile
from model.duplicates.signals import gap_days
from model.duplicates.similar import RARE, Weights, same_named, similar_name
from model.duplicates.terms import Term

_RULES: Final = {
    "kirim_ulang": "dikirim ulang oleh pelapor yang sama",
    "situs_sama": "situs atau halaman web yang sama",
    "wilayah_lain": "kabupaten/kota berbeda",
    "hak_perorangan": "urusan perorangan: tidak terbukti orang yang sama",
    "titik_lain": "patokan tempat berbeda",
    "hal_lain": "hal yang dilaporkan berbeda",
    "tidak_tentu": "terlalu singkat untuk memastikan kejadian yang sama",
    "mengutip_tiket": "mengutip nomor laporan itu",
    "kampanye": "surat serupa dari banyak orang",
    "kambuh": "terjadi lagi setelah laporan lama selesai",
}
_KINDS: Final = {
    "jalan": "jalan",
    "kampung": "kampung/dusun",
    "desa": "desa/kelurahan",
    "kecamatan": "kecamatan",
    "perumahan": "perumahan",
    "sekolah": "sekolah",
    "tempat": "tempat",
}
_MOST_SPANS: Final = 12
_RUN: Final = 4


@dataclass(frozen=True, slots=True)
class Explanation:
    """Hold reasons with their places in both complaints."""

    reasons: tuple[str, ...]
    spans_a: tuple[Span, ...]
    spans_b: tuple[Span, ...]


Terms = tuple[list[Term], list[Term]]
"""The terms of title and text with their spans."""

_FIELDS: Final[tuple[Literal["title", "text"], ...]] = ("title", "text")


def _spans(terms: Terms, words: set[str]) -> list[Span]:
    """Return where words stand, neighbouring ones joined."""
    spans: list[Span] = []
    for name, found in zip(_FIELDS, terms, strict=True):
        for index, term in enumerate(found):
            if term.word not in words:
                continue
            joined = index > 0 and found[index - 1].word in words and spans and spans[-1].end <= term.start
            if joined and spans[-1].field == name:
                spans[-1] = Span(name, spans[-1].start, term.end)
            else:
                spans.append(Span(name, term.start, term.end))
    return spans


_OFTEN = 64


def common_run(a: Profile, b: Profile) -> tuple[int, int, int]:
    """Return the longest run of words that both texts share: its length, 0 below three, and where it starts in each.

    Of a word said more than 64 times only the first count, so that noise ("a a a a ...") costs no minutes.
    """
    one, other = a.document.text_words, b.document.text_words
    if one == other:
        return len(one), 0, 0
    if a.triple_set.isdisjoint(b.triple_set):
        return 0, 0, 0
    positions: dict[str, list[int]] = {}
    for index, word in enumerate(other):
        places = positions.setdefault(word, [])
        if len(places) < _OFTEN:
            places.append(index)
    best = (0, 0, 0)
    lengths: dict[int, int] = {}
    for index, word in enumerate(one):
        current: dict[int, int] = {}
        for place in positions.get(word, ()):
            length = lengths.get(place - 1, 0) + 1
            current[place] = length
            if length > best[0]:
                best = (length, index - length + 1, place - length + 1)
        lengths = current
    return best


def _run_span(terms: Terms, start: int, length: int) -> Span:
    return Span("text", terms[1][start].start, terms[1][start + length - 1].end)


def _name(words: frozenset[str]) -> str:
    return " ".join(sorted(words)).title()


def _place_reasons(a: Profile, b: Profile) -> tuple[list[str], set[str]]:
    reasons: list[str] = []
    shown: set[str] = set()
    for kind, label in _KINDS.items():
        one, other = a.named.get(kind), b.named.get(kind)
        if not one or not other:
            continue
        ordered = [word for place in a.document.reading.locators if place.kind == kind for word in place.words]
        shared = [word for word in dict.fromkeys(ordered) if any(similar_name(word, name) for name in other)]
        if shared:
            reasons.append(f"{label} yang sama: {' '.join(shared).title()}")
            shown.update(shared)
            shown.update(name for name in other if any(similar_name(word, name) for word in shared))
        elif not (one & b.words) and not (other & a.words):
            reasons.append(f"{label} berbeda: {_name(one)} / {_name(other)}")
            shown |= one | other
    return reasons, shown


def _number_reasons(a: Profile, b: Profile) -> list[str]:
    agree, exclude = numbered_agreement(a, b)
    reasons: list[str] = []
    for kind in agree:
        if kind in a.numbered:
            reasons.append(f"{kind} sama: {', '.join(sorted(a.numbered[kind] & b.numbered[kind]))}")
    for kind in exclude:
        if kind in a.numbered:
            one, other = ("/".join(sorted(part.numbered[kind])) for part in (a, b))
            reasons.append(f"{kind} berbeda: {one} dan {other}")
        else:
            reasons.append(f"nomor {_KINDS[kind]} berbeda")
    return reasons


def _other_reasons(a: Profile, b: Profile) -> list[str]:
    reasons: list[str] = []
    if a.names and b.names:
        reasons.append("nama orang sama" if same_named(a.names, b.names) else "nama orang berbeda")
    numbers = sorted(number for number in a.identifiers & b.identifiers if len(number) > 1)
    if numbers:
        reasons.append(f"nomor sama: {', '.join(numbers[:3])}")
    if a.hosts & b.hosts:
        reasons.append(f"situs sama: {sorted(a.hosts & b.hosts)[0]}")
    metres = distance_m(a.document, b.document)
    if metres is not None:
        reasons.append(f"jarak {metres:.0f} meter" + (" (berdekatan)" if metres <= NEAR_M else ""))
    gap = gap_days(a, b)
    if gap is not None:
        reasons.append("dikirim pada hari yang sama" if gap == 0 else f"selisih {gap} hari")
    if a.topics and b.topics and not a.topics & b.topics:
        reasons.append(f"pokok berbeda: {a.document.reading.topic} / {b.document.reading.topic}")
    return reasons


def explain(
    a: Profile,
    b: Profile,
    weights: Weights,
    rules: tuple[str, ...],
    terms_a: Terms | None = None,
    *,
    spans: bool = True,
) -> Explanation:
    """Explain one pair.

    :param weights: the rarity of the words of both.
    :param rules: ids of the rules that changed the probabilities.
    :param terms_a: the terms of ``a``, where they were read before.
    :param spans: whether anybody looks at the places of the reasons, for which both texts are read once more.
    """
    reasons = [_RULES[rule] for rule in rules if rule in _RULES]
    run = common_run(a, b)
    whole = run[0] >= _RUN and run[0] == len(a.document.text_words) == len(b.document.text_words)
    if run[0] >= _RUN:
        reasons.append("isi laporan sama" if whole else f"{run[0]} kata berturut-turut sama")
    places, shown = _place_reasons(a, b)
    reasons += places + _number_reasons(a, b)
    rare = sorted(
        (word for word in (a.words & b.words) - shown if weights[word] > RARE and len(word) > 2 and word.isalpha()),
        key=lambda word: (-weights[word], word),
    )[:4]
    if rare and not whole:
        reasons.append(f"kata khas yang sama: {', '.join(rare)}")
        shown |= set(rare)
    reasons += _other_reasons(a, b)
    if not spans:
        return Explanation(tuple(reasons), (), ())
    sides = terms_a or field_terms(a.document), field_terms(b.document)
    found: list[list[Span]] = [[], []]
    for side, terms in enumerate(sides):
        if run[0] >= _RUN:
            found[side].append(_run_span(terms, run[1 + side], run[0]))
        if not whole:
            found[side] += _spans(terms, shown)
    return Explanation(tuple(reasons), tuple(found[0][:_MOST_SPANS]), tuple(found[1][:_MOST_SPANS]))
