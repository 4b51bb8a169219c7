"""Compare the wording of two complaints: words, word pairs, letters, runs, and how common the shared wording is."""

from __future__ import annotations

import math
from statistics import median
from typing import Final

from model.duplicates.common import BACKGROUND
from model.duplicates.profile import Profile
from model.duplicates.similar import RARE, Weights, ratio, squares, total

WORDING: Final = (
    "word_cosine", "word_containment", "word_jaccard", "gram_dice", "pair_cosine", "title_cosine",
    "title_missing", "rare_first", "rare_three", "rare_shared", "rare_unmatched", "rare_ratio",
    "run_length", "run_share", "triple_share", "template", "length_min", "length_ratio",
)  # fmt: skip
"""The names of the signals, in the order of the values."""


def _lexical(a: Profile, b: Profile, weights: Weights) -> list[float]:
    shared = a.words & b.words
    only_a, only_b = a.words - shared, b.words - shared
    sum_shared, sum_a, sum_b = total(shared, weights), total(only_a, weights), total(only_b, weights)
    square = squares(shared, weights)
    whole = (square + squares(only_a, weights)) * (square + squares(only_b, weights))
    ranked = sorted([weights[word] for word in shared if len(word) > 2], reverse=True)
    rare = sum([value > RARE for value in ranked])
    unmatched = min(
        sum([weights[word] > RARE and len(word) > 2 for word in only_a]),
        sum([weights[word] > RARE and len(word) > 2 for word in only_b]),
    )
    pairs = a.pairs & b.pairs
    title_shared = a.title & b.title
    return [
        ratio(square, math.sqrt(whole)),
        ratio(sum_shared, sum_shared + min(sum_a, sum_b)),
        ratio(sum_shared, sum_shared + sum_a + sum_b),
        ratio(2 * len(a.grams & b.grams), len(a.grams) + len(b.grams)),
        ratio(total(pairs, weights), math.sqrt(len(a.pairs) * len(b.pairs))),
        ratio(squares(title_shared, weights), math.sqrt(squares(a.title, weights) * squares(b.title, weights))),
        0.0 if a.title and b.title else 1.0,
        ranked[0] if ranked else 0.0,
        sum(ranked[:3]),
        math.log1p(rare),
        math.log1p(unmatched),
        math.log1p(rare / (1 + unmatched)),
    ]


def longest_run(a: Profile, b: Profile) -> int:
    """Return about how many words in a row both texts share; 0 if fewer than three."""
    best = current = 0
    held = b.triple_set
    for triple in a.triples:
        current = current + 1 if triple in held else 0
        best = max(best, current)
    return best + 2 if best else 0


def template_count(a: Profile, b: Profile, weights: Weights, documents: int) -> float:
    """Return how many stored complaints share the wording that both have in common: the middle of its word pairs."""
    pairs = a.pairs & b.pairs
    if not pairs:
        return 0.0
    return float((2.0 + BACKGROUND + documents) ** (1.0 - median([weights[pair] for pair in pairs])) - 1.0)


def _runs(a: Profile, b: Profile, weights: Weights) -> list[float]:
    run = longest_run(a, b)
    shared = len(a.triple_set & b.triple_set)
    pairs = a.pairs & b.pairs
    commonness = 1.0 - median([weights[pair] for pair in pairs]) if pairs else 0.0
    shorter = min(a.length, b.length)
    return [
        math.log1p(run),
        run / max(shorter, run, 1),
        ratio(shared, min(len(a.triple_set), len(b.triple_set))),
        commonness,
        math.log1p(shorter),
        shorter / max(a.length, b.length),
    ]


def wording(a: Profile, b: Profile, weights: Weights) -> list[float]:
    """Compare the wording of two complaints; the values stand in the order of :data:`WORDING`.

    :param weights: the rarity of every word of both and of every word pair that both share.
    """
    return [*_lexical(a, b, weights), *_runs(a, b, weights)]
