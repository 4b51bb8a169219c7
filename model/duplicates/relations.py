"""Rules that stand above the learned probabilities: what may never be called the same, and what has another name.

Each has an id, which the reasons carry, and follows DOMAIN 6.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from model.duplicates.match import Relation
from model.duplicates.placing import numbered_agreement, region_agreement
from model.duplicates.profile import Profile
from model.duplicates.similar import same_named, similar_name

SAME: Final = 0.6
"""From this probability on a pair is called the same: a wrong link costs people more than a missed one."""

CAMPAIGN_SIZE: Final = 10
"""So many complaints of one wording, from people who are known to be different, are a campaign."""

CAMPAIGN_SIZE_UNKNOWN: Final = 50
"""So many are one where it is not known who sent them."""

CAPS: Final = {
    "wilayah_lain": 0.03,
    "nomor_lain": 0.3,
    "hak_perorangan": 0.3,
    "titik_lain": 0.45,
    "hal_lain": 0.49,
    "tidak_tentu": 0.49,
}
"""The most that ``same`` may be under each rule, whatever was learned."""

FLOORS: Final = {"kirim_ulang": 0.95, "teks_sama": 0.9, "situs_sama": 0.92}
"""The least that ``same`` is under each rule, unless a limit of :data:`CAPS` holds too."""

_SHORT: Final = 12
"""Words below which a text without a place does not say which incident it means."""

_LONG: Final = 8
"""Words from which an equal text is hardly written twice by chance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what the rules need of a pair, beside its two profiles.

    :param same: the learned probability of ``same``.
    :param followup: the learned probability of ``followup``.
    :param wording: the share of the shorter text that stands in the other word for word, 0 to 1.
    :param matter: the likeness of what is complained about, 0 to 1.
    :param template: how many stored complaints share the common wording.
    """

    same: float
    followup: float
    wording: float
    matter: float
    template: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the relation with the probabilities after the rules, and the ids of the rules that changed them."""

    relation: Relation
    same: float
    followup: float
    rules: tuple[str, ...] = ()


def _equal_text(a: Profile, b: Profile) -> bool:
    return bool(a.document.text_words) and a.document.text_words == b.document.text_words


def near_identical(a: Profile, b: Profile, wording: float) -> bool:
    """Say whether two texts are the same letter, up to a name or a place."""
    shorter, longer = sorted((a.length, b.length))
    return _equal_text(a, b) or (wording >= 0.8 and shorter >= 0.75 * longer)


def _same_reporter(a: Profile, b: Profile) -> bool | None:
    one, other = a.document.reporter, b.document.reporter
    return None if not one or not other else one == other


def _specific(a: Profile, b: Profile) -> bool:
    """Say whether both name one place, person, page or number that is more than a single digit."""
    wide = {"kabupaten", "kecamatan"}
    named = any(a.named.get(kind, frozenset()) & names for kind, names in b.named.items() if kind not in wide)
    numbers = {number for number in a.identifiers & b.identifiers if len(number) > 1}
    return bool(named or numbers or a.names & b.names or a.links & b.links)


def _other_person(a: Profile, b: Profile) -> bool:
    """Say whether a personal matter is, or cannot be shown not to be, another person's."""
    if not (a.document.reading.entitlement and b.document.reading.entitlement):
        return False
    same_name = bool(a.names and b.names and same_named(a.names, b.names))
    if a.names and b.names and not same_name:
        return True
    reporter = _same_reporter(a, b)
    if reporter is not None:
        return not reporter and not same_name
    personal = a.document.reading.personal or b.document.reading.personal
    return personal and not same_name and not _specific(a, b)


def _other_regency(a: Profile, b: Profile) -> bool:
    """Say whether codes, or names of regencies in the location fields, exclude each other."""
    agreement = region_agreement(a, b)
    if agreement:
        return agreement < 0
    one = a.named.get("kabupaten", frozenset()) & set(a.document.place_words)
    other = b.named.get("kabupaten", frozenset()) & set(b.document.place_words)
    return bool(one and other and not same_named(one, other))


def _undecidable(a: Profile, b: Profile) -> bool:
    """Say whether too little is known: short texts without a place, or one place name of a region known to one only."""
    if min(a.length, b.length) >= _SHORT or _specific_number(a, b):
        return False
    if not a.places and not b.places:
        return not (a.names & b.names or a.links & b.links)
    one_known = bool(a.document.region or a.document.place) != bool(b.document.region or b.document.place)
    return one_known and len(a.places & b.places) <= 1


def _specific_number(a: Profile, b: Profile) -> bool:
    return any(a.numbered.get(kind, frozenset()) & numbers for kind, numbers in b.numbered.items())


def _other_matter(a: Profile, b: Profile) -> bool:
    """Say whether both say what it is about and share not one word of it, in the text or in the title."""
    aside = a.places | b.places
    one, other = a.matter - aside, b.matter - aside
    return bool(one and other) and not same_named(one, other)


def _other_point(a: Profile, b: Profile) -> bool:
    """Say whether both name a landmark beside the spot, and neither names the other's: another point of a long road."""
    one, other = a.document.reading.anchors, b.document.reading.anchors
    if not one or not other:
        return False

    def known(anchors: tuple[tuple[str, ...], ...], words: frozenset[str]) -> bool:
        return any(
            word in words or any(similar_name(word, held) for held in words) for name in anchors for word in name
        )

    return not known(one, b.words) and not known(other, a.words)


def _came_back(new: Profile, old: Profile) -> bool:
    """Say whether the newer complaint is of after the older case was closed, or says that it came back."""
    closed, day = old.document.closed, new.document.day
    if closed is not None:
        return day is None or day >= closed
    return new.document.reading.again and not old.document.reading.again


def doubts(a: Profile, b: Profile, wording: float) -> tuple[str, ...]:
    """Return the rules under which a pair cannot be called the same; each has its limit in :data:`CAPS`.

    :param wording: the share of the shorter text that stands in the other word for word.
    """
    sent_again = near_identical(a, b, wording) and bool(_same_reporter(a, b))
    agree, exclude = numbered_agreement(a, b)
    held = {
        "wilayah_lain": _other_regency(a, b),
        "nomor_lain": bool(exclude) and "RT" not in agree,
        "hak_perorangan": not sent_again and _other_person(a, b),
        "titik_lain": "RT" not in agree and _other_point(a, b),
        "hal_lain": _other_matter(a, b),
        "tidak_tentu": not sent_again and _undecidable(a, b),
    }
    return tuple(rule for rule, holds in held.items() if holds)


def _same_site(a: Profile, b: Profile) -> bool:
    """Say whether both are about a web site, and about the same one or the same page of it.

    Whoever reports that a site was broken into quotes its address in words that differ each time; the address decides.
    """
    about = "situs" in a.topics and "situs" in b.topics
    return about and bool(a.links & b.links or (a.hosts & b.hosts and not (a.links and b.links)))


def certainties(a: Profile, b: Profile, wording: float) -> tuple[str, ...]:
    """Return the rules under which a pair is taken for the same; each has its least probability in :data:`FLOORS`.

    :param wording: the share of the shorter text that stands in the other word for word.
    """
    exclude = numbered_agreement(a, b)[1]
    sent_again = near_identical(a, b, wording) and bool(_same_reporter(a, b)) and not exclude
    held = {
        "kirim_ulang": sent_again,
        "teks_sama": _equal_text(a, b) and min(a.length, b.length) >= _LONG and _specific(a, b),
        "situs_sama": _same_site(a, b),
    }
    return tuple(rule for rule, holds in held.items() if holds)


def decide(a: Profile, b: Profile, evidence: Evidence) -> Verdict:
    """Name the relation of a complaint to a stored one.

    :param a: the complaint that was searched for; taken as the newer where a date is missing.
    :param b: the stored one.
    """
    same, followup, rules = evidence.same, evidence.followup, []
    days = a.document.day, b.document.day
    swapped = days[0] is not None and days[1] is not None and days[0] < days[1]
    new, old = (b, a) if swapped else (a, b)
    alike = near_identical(a, b, evidence.wording)
    reporter = _same_reporter(a, b)

    def cap(rule: str, most: float) -> None:
        nonlocal same
        if same > most:
            same = most
            rules.append(rule)

    for rule in certainties(a, b, evidence.wording):
        same = max(same, FLOORS[rule])
        if rule != "teks_sama":
            rules.append(rule)
    for rule in doubts(a, b, evidence.wording):
        cap(rule, CAPS[rule])
    if old.document.id.upper() in new.document.reading.tickets:
        return Verdict("followup", min(same, 0.3), 0.98, (*rules, "mengutip_tiket"))
    crowd = CAMPAIGN_SIZE_UNKNOWN if reporter is None else CAMPAIGN_SIZE
    if alike and reporter is not True and evidence.template >= crowd and "hak_perorangan" not in rules:
        return Verdict("campaign", min(same, 0.45), 0.0, (*rules, "kampanye"))
    if same >= SAME and _came_back(new, old):
        return Verdict("recurrence", 0.45, followup, (*rules, "kambuh"))
    followup = min(followup, 1.0 - same)
    if same >= SAME:
        return Verdict("same", same, followup, tuple(rules))
    if followup >= 0.5:
        return Verdict("followup", same, followup, tuple(rules))
    close = same >= 0.1 or evidence.matter >= 0.3 or alike
    return Verdict("related" if close else "different", same, followup, tuple(rules))
