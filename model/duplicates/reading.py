"""Read from a complaint what tells one incident from another: places, numbers, names, objects, tickets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from model.duplicates.lexicon import (
    AGAIN,
    BESIDE,
    DIRECTIONS,
    ENTITLEMENTS,
    FIRST_PERSON,
    FOLLOW_UP,
    MONTHS,
    NAME_CUES,
    NAMED_PLACES,
    NOT_A_NAME,
    NOT_OF_A_SITE,
    NUMBERED_PLACES,
    STOP_WORDS,
    TOPICS,
    word_set,
)
from model.duplicates.terms import Term

_BREAK = re.compile(r"[,;:()|\n\"!?]|\.\s")
_TICKET = re.compile(
    r"(?:#\s?|\b(?:tiket|tracking(?:\s*id)?|id\s*laporan|laporan\s*(?:nomor|no\.?|id)|(?:nomor|no\.?)\s*"
    r"(?:laporan|aduan|pengaduan|tiket))\s*[:.#]?\s*)([A-Z]{0,4}[-/]?\d{4,12})\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?<![a-z0-9.-])(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,8}(?:id|com|net|org|gl|info|co))\b(/[^\s\"'<>|]*)?",
    re.IGNORECASE,
)
_REPAIRED = re.compile(
    r"\b(?:baru|sudah|sdh|udah|sempat|pernah|habis|telah)\s+(?:saja\s+|aja\s+|kemarin\s+|selesai\s+)?"
    r"di(?:tambal|perbaiki|aspal|ganti|bersihkan|keruk|angkut|pasang|tangani|cor|betulkan|benerin|tertibkan)",
    re.IGNORECASE,
)
_VERB = re.compile(r"(?:men[gycdjt]|mem[bp]|diper|di[bjkl]|ber[bdgkps]|ter[bjlsg])\w{4,}$")
"""The shape of a verb, which is no part of a name (a few names look like one, such as Berbah)."""

_UNITS: Final = word_set(
    "hari bulan tahun minggu jam menit kali orang juta ribu rb jt meter m cm kg kk persen titik unit buah kepala "
    "januari februari maret april mei juni juli agustus september oktober november desember wib"
)
_NAME_LENGTH: Final = 3
_ANCHORING: Final = frozenset(("tempat", "sekolah", "perumahan"))
"""Kinds of place that may stand for a point: a street or a village cannot."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Name one place that the text points at.

    :param kind: ``jalan``, ``kampung``, ``desa``, ``kecamatan``, ``kabupaten``, ``perumahan``, ``sekolah``, ``tempat``,
        ``RT``, ``RW``, ``km``, ``nomor`` or ``blok``.
    :param words: the canonical words of the name or the number.
    :param cue: the word that announced it, such as ``pasar`` or ``smp``.
    """

    kind: str
    words: tuple[str, ...]
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was read from one complaint.

    :param anchors: the landmarks that the spot is said to be in front of, near or behind.
    :param identifiers: numbers that name something (not amounts, not lengths of time).
    :param amounts: numbers before a unit.
    :param names: words of the names of persons.
    :param topic: the topic that is named most, words of the title counted three times.
    :param hosts: the sites that it links to.
    :param links: the pages that it links to, with their path.
    :param maps: the links that show a place on a map.
    :param dates: days of a year that it names, as ``month-day``.
    :param proper: words written with a capital inside a sentence.
    :param entitlement: whether the matter belongs to one person.
    :param personal: whether the text ties it to the one who writes.
    :param follow_up: whether it goes back to an earlier report.
    :param again: whether it says that something came back after it was dealt with.
    """

    locators: tuple[Locator, ...] = ()
    anchors: tuple[tuple[str, ...], ...] = ()
    identifiers: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    proper: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    topic: str = ""
    tickets: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    entitlement: bool = False
    personal: bool = False
    follow_up: bool = False
    again: bool = False


def _name_after(text: str, found: Sequence[Term], index: int, stop: frozenset[str]) -> tuple[str, ...]:
    """Return up to three words of a name from ``index`` on, ended by a break or a word that is no name."""
    words: list[str] = []
    for place in range(index, min(index + _NAME_LENGTH, len(found))):
        term = found[place]
        gap = text[found[place - 1].end : term.start] if place else ""
        if words and _BREAK.search(gap):
            break
        if term.word in STOP_WORDS or term.word in stop or _VERB.match(term.word):
            break
        if words and (term.word in NAMED_PLACES or term.word in NUMBERED_PLACES or term.word in BESIDE):
            break
        if len(term.word) < 2 and not term.word.isdigit() and not words:
            break
        words.append(term.word)
    return tuple(words)


def _numbered(found: Sequence[Term], index: int, text: str) -> list[Locator]:
    """Read ``RT 03/05``, ``RT 03 RW 05``, ``km 87``, ``blok C 2``."""
    kind = NUMBERED_PLACES[found[index].word]
    if index + 1 >= len(found):
        return []
    value = found[index + 1].word
    short_block = kind == "blok" and len(value) <= 2
    if not (value.isdigit() and len(value) <= 4) and not short_block:
        return []
    if short_block and value.isalpha() and index + 2 < len(found) and len(found[index + 2].word) <= 3:
        gap, number = text[found[index + 1].end : found[index + 2].start], found[index + 2].word
        value += number if number.isdigit() and gap.strip(" -.") == "" else ""
    out = [Locator(kind, (value,))]
    if kind == "RT" and index + 2 < len(found):
        second = found[index + 2]
        if second.word.isdigit() and text[found[index + 1].end : second.start].strip() in {"/", "-"}:
            out.append(Locator("RW", (second.word,)))
    return out


_LETTERS: Final = {"i": "1", "v": "5", "x": "10"}


def _with_roman(name: tuple[str, ...]) -> tuple[str, ...]:
    """Read a last single letter of a name as the Roman numeral that it is there: ``Pandugo Praja I``."""
    return (*name[:-1], _LETTERS[name[-1]]) if len(name) > 1 and name[-1] in _LETTERS else name


def _locators(text: str, found: Sequence[Term]) -> tuple[list[Locator], set[int]]:
    """Return the places of a text and the positions of the numbers that they use."""
    out: list[Locator] = []
    used: set[int] = set()
    for index, term in enumerate(found):
        word = term.word
        if word in NUMBERED_PLACES:
            places = _numbered(found, index, text)
            out += places
            used.update(range(index + 1, index + 1 + len(places)))
        if word in NAMED_PLACES:
            name = _name_after(text, found, index + 1, NOT_A_NAME)
            if name and any(len(part) > 2 or part.isdigit() for part in name):
                out.append(Locator(NAMED_PLACES[word], _with_roman(name), word))
        elif word in BESIDE and index + 1 < len(found) and found[index + 1].word not in NAMED_PLACES:
            name = _name_after(text, found, index + 1, NOT_A_NAME)
            if name and len(name[0]) > 2:
                out.append(Locator("tempat", name[:2]))
    return out, used


def _anchors(text: str, found: Sequence[Term]) -> list[tuple[str, ...]]:
    """Return what the text says the spot is in front of, near, behind: ``depan kantor pos``, ``samping terminal``."""
    out: list[tuple[str, ...]] = []
    for index, term in enumerate(found[:-1]):
        if term.word not in BESIDE or _BREAK.search(text[term.end : found[index + 1].start]):
            continue
        first = found[index + 1].word
        if first in NAMED_PLACES and NAMED_PLACES[first] in _ANCHORING:
            out.append((first, *_name_after(text, found, index + 2, NOT_A_NAME)[:2]))
        elif first not in NAMED_PLACES:
            name = _name_after(text, found, index + 1, NOT_A_NAME)
            if name and len(name[0]) > 2 and name[0] not in DIRECTIONS:
                out.append(name[:2])
    return out


def _names(text: str, found: Sequence[Term]) -> list[str]:
    """Return the words of the names that follow a cue such as "atas nama"."""
    out: list[str] = []
    for index, term in enumerate(found):
        if term.word not in NAME_CUES or index + 1 >= len(found):
            continue
        first = index + 1
        if found[first].word == "saya":
            first += 1
        if first >= len(found) or (term.word == "an" and not text[found[first].start].isupper()):
            continue
        out += [word for word in _name_after(text, found, first, NOT_A_NAME) if word.isalpha() and len(word) > 2]
    return out


_START = re.compile(r"[.!?:;\n\"(]")
_MOST_CAPITALS: Final = 0.4


def _proper(text: str, found: Sequence[Term], title_words: int) -> list[str]:
    """Return the words of the text with a capital inside a sentence; none where capitals are common."""
    capital: list[str] = []
    for index, term in enumerate(found[title_words:], title_words):
        if not text[term.start].isupper() or len(term.word) < 4 or term.word in NOT_A_NAME or term.word in STOP_WORDS:
            continue
        gap = text[found[index - 1].end : term.start] if index else "."
        if index > title_words and not _START.search(gap) and not _VERB.match(term.word) and term.word not in TOPICS:
            capital.append(term.word)
    return capital if len(capital) <= _MOST_CAPITALS * max(len(found) - title_words, 1) else []


def _topics(words: Sequence[str], title_words: int) -> Counter[str]:
    """Count how often each topic is named, words of the title three times."""
    counted: Counter[str] = Counter()
    for index, word in enumerate(words):
        if word in TOPICS:
            counted[TOPICS[word]] += 3 if index < title_words else 1
    if "jalan" in words and "rusak" in words:
        counted["jalan"] += 3 if "rusak" in words[:title_words] else 1
    return counted


_DATE = re.compile(r"\b([0-3]?\d)\s*[/.-]\s*([01]?\d)\s*[/.-]\s*(?:20)?\d\d\b|\b([0-3]?\d)\s*([A-Za-z]{3,9})\b")


def _dates(text: str) -> list[str]:
    """Return the days that a text names.

    >>> _dates("sejak tanggal 27 Juli dan 03/08/2024, sudah 3 hari")
    ['7-27', '8-3']
    """
    found: list[str] = []
    for day, month, spelled_day, name in _DATE.findall(text):
        number = int(month) if month else MONTHS.get(name.lower(), 0)
        if 1 <= number <= 12 and 1 <= int(day or spelled_day) <= 31:
            found.append(f"{number}-{int(day or spelled_day)}")
    return found


def _links(text: str) -> tuple[list[str], list[str], list[str]]:
    """Return the sites, the pages and the places on a map that a text links to.

    The bare domain of a government is no site of its own, and a page is told by its path, not by what follows "?".
    """
    hosts: list[str] = []
    pages: list[str] = []
    maps: list[str] = []
    for host, path in _LINK.findall(text):
        name = host.lower()
        if not NOT_OF_A_SITE.isdisjoint(name.split(".")):
            if "maps" in name + path:
                maps.append((name + path).partition("?")[0].rstrip("/.,)"))
            continue
        page = path.partition("?")[0].lower().rstrip("/.,)")
        if page:
            pages.append(name + page)
        if name.count(".") > (2 if name.endswith("go.id") else 0):
            hosts.append(name)
    return hosts, pages, maps


def read(text: str, found: Sequence[Term], title_words: int = 0) -> Reading:
    """Read one complaint.

    :param text: title, text and location in one string, masked.
    :param found: the terms of ``text``.
    :param title_words: how many of the terms are of the title.

    >>> from model.duplicates.terms import terms
    >>> sample = "Lampu di Jl. Mawar RT 03/05 depan SDN Citra 2 mati 4 hari"
    >>> [(place.kind, " ".join(place.words)) for place in read(sample, terms(sample)).locators]
    [('jalan', 'mawar'), ('RT', '3'), ('RW', '5'), ('sekolah', 'citra 2')]
    """
    places, used = _locators(text, found)
    identifiers: list[str] = []
    amounts: list[str] = []
    for index, term in enumerate(found):
        if not term.word.isdigit() or index in used:
            continue
        following = found[index + 1].word if index + 1 < len(found) else ""
        year = len(term.word) == 4 and term.word.startswith(("19", "20"))
        (amounts if following in _UNITS or year else identifiers).append(term.word)
    words = [term.word for term in found]
    joined = f" {' '.join(words)} "
    present = set(words)
    topics = _topics(words, title_words)
    hosts, links, maps = _links(text)
    return Reading(
        locators=tuple(dict.fromkeys(places)),
        anchors=tuple(dict.fromkeys(_anchors(text, found))),
        identifiers=tuple(dict.fromkeys(identifiers)),
        amounts=tuple(dict.fromkeys(amounts)),
        names=tuple(dict.fromkeys(_names(text, found))),
        proper=tuple(dict.fromkeys(_proper(text, found, title_words))),
        topics=tuple(sorted(topics)),
        topic=min(topics, key=lambda name: (-topics[name], name), default=""),
        tickets=tuple(dict.fromkeys(match.upper() for match in _TICKET.findall(text))),
        hosts=tuple(dict.fromkeys(hosts)),
        links=tuple(dict.fromkeys(links)),
        maps=tuple(dict.fromkeys(maps)),
        dates=tuple(dict.fromkeys(_dates(text))),
        entitlement=bool(present & ENTITLEMENTS),
        personal=bool(present & FIRST_PERSON),
        follow_up=any(phrase in joined for phrase in FOLLOW_UP),
        again=any(f" {phrase} " in joined for phrase in AGAIN) and _REPAIRED.search(text) is not None,
    )
