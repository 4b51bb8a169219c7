"""Apply a rule file to a complaint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.rules import Rule, RuleFile
from model.phrases import Match, PhraseMatcher, PhraseText


@dataclass(frozen=True, slots=True)
class RuleHit:
    """Hold a rule that holds, with the words that made it so: ``start`` to ``end``, the latter not included."""

    rule: Rule
    start: int
    end: int


class Rulebook:
    """Find which rules of a file hold.

    :raises PilahError: PLH-751 if a pattern is wrong.
    """

    def __init__(self, file: RuleFile) -> None:
        self.version = file.version
        self._hide = PhraseMatcher(file.hide, file.classes) if file.hide else None
        patterns: list[str] = []
        numbers: dict[str, int] = {}

        def number(pattern: str) -> int:
            if pattern not in numbers:
                numbers[pattern] = len(patterns)
                patterns.append(pattern)
            return numbers[pattern]

        self._rules: list[tuple[Rule, frozenset[int], tuple[frozenset[int], ...], frozenset[int]]] = []
        for rule in file.rules:
            groups = tuple(frozenset(number(p) for p in group) for group in rule.also)
            first, never = (frozenset(number(p) for p in group) for group in (rule.any, rule.never))
            self._rules.append((rule, first, groups, never))
        self._matcher = PhraseMatcher(patterns, file.classes)
        self._rules_of: dict[int, list[int]] = {}
        for index, (_, first, _, _) in enumerate(self._rules):
            for pattern in first:
                self._rules_of.setdefault(pattern, []).append(index)

    def apply(self, text: PhraseText) -> list[RuleHit]:
        """Return the rules that hold, in the order of the file."""
        hidden = self._hide.find(text) if self._hide else []
        found: dict[int, list[Match]] = {}
        for match in self._matcher.find(text, hidden):
            found.setdefault(match.pattern, []).append(match)
        touched = sorted({rule for pattern in found for rule in self._rules_of.get(pattern, ())})
        hits = (self._check(*self._rules[index], found, text) for index in touched)
        return [hit for hit in hits if hit is not None]

    @staticmethod
    def _check(
        rule: Rule,
        first: frozenset[int],
        groups: tuple[frozenset[int], ...],
        never: frozenset[int],
        found: dict[int, list[Match]],
        text: PhraseText,
    ) -> RuleHit | None:
        if any(pattern in found for pattern in never):
            return None
        if rule.max_words and text.size > rule.max_words:
            return None
        here = [match for pattern in first for match in found.get(pattern, ())]
        if len({match.pattern for match in here}) < rule.least:
            return None
        others = [[match for pattern in group for match in found.get(pattern, ())] for group in groups]
        if not all(others):
            return None
        if rule.cover and _covered([*here, *(m for o in others for m in o)], text) < rule.cover:
            return None
        anchor = _anchor(here, others, rule.near)
        return None if anchor is None else RuleHit(rule, anchor.start, anchor.end)


def _anchor(here: Sequence[Match], others: Sequence[Sequence[Match]], near: int) -> Match | None:
    """Return the first match that has one of every other group near it."""
    for match in sorted(here, key=lambda m: (m.start, -m.end)):
        if all(any(_distance(match, other) <= near for other in group) for group in others) or not near:
            return match
    return None


def _distance(a: Match, b: Match) -> int:
    return max(0, a.start - b.end, b.start - a.end)


def _covered(matches: Sequence[Match], text: PhraseText) -> float:
    positions = {p for match in matches for p in range(match.start, match.end) if text.tokens[p].word not in ("", "?")}
    return len(positions) / max(1, text.size)
