"""Decide the tier of a matter from the facts a complaint tells: school level, road class, hospital owner, ...

Each rule (``data/catalog/tier_rules.toml``) multiplies the odds of tiers for the matters with its slot. Where the text
tells nothing the table's own shares stand, and the question that would settle it is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from data.functions import Tier
from data.matters import Matter
from data.tier_rules import Redirect, TierRule, tier_rules
from model.assessment import Field, Span
from model.text import Normalised

_TRAP = re.compile(r"\b(?:bukan|depan|dpn|dekat|samping|belakang|seberang|sebelah) (?:\w+ )?$")
"""Words before a match that make it a landmark or a denial."""
_TRAP_REACH = 24


@dataclass(frozen=True, slots=True)
class TierEvidence:
    """Hold one rule that applied, with where."""

    rule: TierRule
    span: Span


@dataclass(frozen=True, slots=True)
class TierReading:
    """Hold the rules that apply to one text."""

    evidence: tuple[TierEvidence, ...] = ()

    def apply(self, matter: Matter) -> dict[Tier, float]:
        """Return the distribution over tiers for a matter, given what the text tells.

        :param matter: a row of the responsibility table.
        """
        shares = dict(matter.tiers)
        for item in self.evidence:
            rule = item.rule
            if rule.slots and matter.slot not in rule.slots:
                continue
            for tier, odds in rule.odds.items():
                if tier in shares:
                    shares[tier] *= odds
        total = sum(shares.values())
        return {tier: share / total for tier, share in sorted(shares.items(), key=lambda pair: -pair[1])}


def _search(rule: TierRule | Redirect, text: str) -> re.Match[str] | None:
    """Return the first match that no landmark word or denial stands before."""
    for piece in rule.needs:
        if piece in text:
            break
    else:
        if rule.needs:
            return None
    pattern = rule.pattern
    match = pattern.search(text)
    while match is not None and _TRAP.search(text, max(0, match.start() - _TRAP_REACH), match.start()):
        match = pattern.search(text, match.end())
    return match


def read_tiers(text: Normalised, title: Normalised | None = None, slots: Collection[str] | None = None) -> TierReading:
    """Find the rules that apply to a complaint.

    :param text: the normalised text.
    :param title: the normalised title, if there is one.
    :param slots: only rules of these slots, and those of every slot; ``None`` for all rules.

    >>> from model.text import normalise
    >>> [item.rule.id for item in read_tiers(normalise("atap SMK negeri bocor"), slots=["school"]).evidence]
    ['T001']
    """
    found: list[TierEvidence] = []
    sources: list[tuple[Field, Normalised]] = [("text", text)]
    if title is not None:
        sources.insert(0, ("title", title))
    for rule in tier_rules().tiers:
        if slots is not None and rule.slots and rule.slots.isdisjoint(slots):
            continue
        for name, source in sources:
            match = _search(rule, source.text)
            if match is not None:
                start, end = source.raw_span(match.start(), match.end())
                found.append(TierEvidence(rule, Span(name, start, end)))
                break
    return TierReading(tuple(found))


def redirects(text: Normalised, title: Normalised | None = None) -> dict[str, float]:
    """Return the factors on functions that the text calls for.

    >>> from model.text import normalise
    >>> redirects(normalise("guru MTs belum digaji"))
    {'1.01': 0.4, '5.03': 0.6}
    """
    whole = text.text if title is None else f"{title.text} {text.text}"
    factors: dict[str, float] = {}
    for rule in tier_rules().redirects:
        if _search(rule, whole) is not None:
            for function, factor in rule.factors.items():
                factors[function] = factors.get(function, 1.0) * factor
    return factors


def question_for(matter: Matter, tiers: Mapping[Tier, float], doubt: float = 0.65) -> str | None:
    """Return the question that would settle the tier, ``None`` where the tier is sure enough or nothing settles it.

    :param tiers: the distribution over tiers.
    :param doubt: below this probability of the best tier the question is asked.
    """
    if matter.slot is None or max(tiers.values()) >= doubt:
        return None
    return tier_rules().questions[matter.slot]
