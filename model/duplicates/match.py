"""What duplicate search answers about one stored complaint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from model.assessment import Span
from model.duplicates.document import Document

Relation = Literal["same", "followup", "recurrence", "related", "campaign", "different"]

HIDDEN_REASON = "laporan rahasia: isi dan alasannya tidak ditampilkan"


@dataclass(frozen=True, slots=True)
class Match:
    """Say how a stored complaint relates to the one that was searched for.

    :param probability: that both are of the same incident.
    :param followup: the probability that one continues the case of the other.
    :param reasons: in words, for the people who decide.
    :param spans_a: where the reasons stand in the complaint that was searched for, if that was asked.
    :param spans_b: where they stand in the stored one.
    :param confidential: whether the text of the stored one may be shown only to those allowed to see it.
    """

    id: str
    relation: Relation
    probability: float
    followup: float = 0.0
    reasons: tuple[str, ...] = ()
    spans_a: tuple[Span, ...] = ()
    spans_b: tuple[Span, ...] = ()
    confidential: bool = False

    def shown(self, *, allowed: bool = False) -> Match:
        """Return it without what a reader who is not allowed to see a confidential report must not learn."""
        if allowed or not self.confidential:
            return self
        return replace(self, reasons=(HIDDEN_REASON,), spans_a=(), spans_b=())


class Statistics(Protocol):
    """Tell how common words are among the stored complaints; the index does."""

    def __len__(self) -> int:
        """Return the number of complaints."""
        ...

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return how much sharing each word or pair of neighbouring words says, 0 to 1."""
        ...


Choose = Callable[[Sequence[Match]], Sequence[Match]]
"""Picks the matches that are worth their reasons, which cost as much as the judging."""


class PairScorer(Protocol):
    """Judge how complaints relate."""

    def judge(
        self,
        document: Document,
        others: Sequence[Document],
        statistics: Statistics,
        choose: Choose | None = None,
        *,
        spans: bool = True,
    ) -> list[Match]:
        """Judge one complaint against others.

        :param choose: picks, from all matches best first and still without reasons, those to return.
        :param spans: whether to say where the reasons stand, too.
        :return: the most probable duplicates first, equal ones in the order of ``others``.
        """
        ...


def best_first(matches: Sequence[Match]) -> list[Match]:
    """Sort by the probability of ``same``, then by that of ``followup``; equal ones keep their order."""
    return sorted(matches, key=lambda match: (-match.probability, -match.followup))
