"""The similarity of two texts by their shared rare words: a scorer without training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from model.duplicates.document import Document
from model.duplicates.match import Choose, Match, Relation, Statistics, best_first


def word_set(document: Document) -> frozenset[str]:
    """Return the canonical words of title, text and location."""
    return frozenset((*document.title_words, *document.text_words, *document.place_words))


def overlap(one: frozenset[str], other: frozenset[str], weights: dict[str, float]) -> float:
    """Return the cosine of two word sets under the squared rarity of each word, 0 to 1."""
    shared = sum(weights[word] ** 2 for word in one & other)
    if not shared:
        return 0.0
    return shared / math.sqrt(sum(weights[word] ** 2 for word in one) * sum(weights[word] ** 2 for word in other))


@dataclass(frozen=True, slots=True)
class LexicalScorer:
    """Judge by shared rare words alone: no training, no calibration; the fallback where no weights are installed."""

    def judge(
        self,
        document: Document,
        others: Sequence[Document],
        statistics: Statistics,
        choose: Choose | None = None,
        *,
        spans: bool = True,
    ) -> list[Match]:
        """Judge one complaint against others, the most alike first.

        :param spans: of no effect: similarity as a whole stands nowhere.
        """
        sets = [word_set(other) for other in others]
        own = word_set(document)
        weights = statistics.rarity(own.union(*sets))
        matches = []
        for other, words in zip(others, sets, strict=True):
            similarity = overlap(own, words, weights)
            equal = bool(document.text_words) and document.text_words == other.text_words
            probability = 0.97 if equal else 1 / (1 + math.exp(-8 * (similarity - 0.55)))
            relation: Relation = "same" if probability >= 0.5 else "related" if similarity > 0.15 else "different"
            reasons = ("isi laporan sama",) if equal else (f"kemiripan kata {round(100 * similarity)}%",)
            matches.append(Match(other.id, relation, probability, 0.0, reasons, confidential=other.confidential))
        ordered = best_first(matches)
        return ordered if choose is None else list(choose(ordered))
