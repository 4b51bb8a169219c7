"""Mix the learned categories with those of the matters that a complaint names."""

from __future__ import annotations

from collections import defaultdict

from model.classifier import Distribution
from model.matters import MatterReading


def matter_categories(matters: MatterReading) -> dict[str, float]:
    """Return official categories with probabilities from the responsibility table; what is open is missing from 1."""
    found: dict[str, float] = defaultdict(float)
    for scored in matters.matters:
        if scored.matter.category:
            found[scored.matter.category] += matters.probabilities.get(scored.matter.function, 0.0) * scored.share
    return dict(found)


def mix_categories(learned: Distribution, matters: MatterReading, weight: float) -> Distribution:
    """Give the table's categories their part, so that categories without training rows can be answered too.

    :param weight: part of the table where it is sure, in [0, 1]; small where the learned labels are local custom.
    """
    known = matter_categories(matters) if weight > 0 else {}
    if not known:
        return learned
    total = min(1.0, sum(known.values()))
    scores = dict(zip(learned.labels, (learned.probabilities * (1.0 - weight * total)).tolist(), strict=True))
    for label, p in known.items():
        scores[label] = scores.get(label, 0.0) + weight * p
    return Distribution.from_scores(scores)
