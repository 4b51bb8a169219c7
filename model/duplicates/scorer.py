"""The learned pair scorer: calibrated probabilities of ``same`` and ``followup``, then the rules, then reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from model.bundle import Bundle
from model.duplicates.document import Document, field_terms
from model.duplicates.match import Choose, Match, Statistics, best_first
from model.duplicates.profile import Profile, profile
from model.duplicates.reasons import Terms, explain
from model.duplicates.relations import Evidence, Verdict, decide, doubts
from model.duplicates.signals import SIGNALS, signals
from model.duplicates.similar import Weights
from model.duplicates.weights import (
    OWN,
    Floats,
    Forest,
    Line,
    ScorerWeights,
    calibrated,
    load_weights,
    parse_weights,
    probability,
)
from model.duplicates.wording import template_count

BASE_WEIGHTS: Final = Path(__file__).parent / "base_weights" / "duplicates.json"
"""The weights that are shipped: no text and no words, only numbers."""

_WORDING: Final = SIGNALS.index("triple_share")
_MATTER: Final = SIGNALS.index("matter_cosine")


def pair_words(a: Profile, b: Profile) -> frozenset[str]:
    """Return the words and word pairs whose rarity the comparison of a pair needs."""
    return a.words | b.words | (a.pairs & b.pairs)


class TrainedScorer:
    """Judge pairs with trained weights.

    :param weights: what :mod:`training.duplicates` fitted.
    """

    def __init__(self, weights: ScorerWeights) -> None:
        self.weights = weights
        self._forest = Forest(weights.trees)
        self._same, self._followup = Line(weights.same), Line(weights.followup)

    def probabilities(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the calibrated probabilities of ``same`` and of ``followup``, before any rule.

        :param values: (rows, signals).
        """
        weights = self.weights
        mean = (self._same.logits(values) + self._forest.logits(values)) / 2
        return calibrated(mean, weights.calibration), probability(self._followup.logits(values))

    def verdicts(self, own: Profile, others: Sequence[Profile], rarity: Weights, documents: int) -> list[Verdict]:
        """Judge one complaint against each of the others, in their order.

        :param rarity: of the :func:`pair_words` of every pair.
        :param documents: the number of stored complaints.
        """
        values = np.array([signals(own, other, rarity) for other in others])
        same, followup = self.probabilities(values)
        found: list[Verdict] = []
        for row, other in enumerate(others):
            wording = float(values[row, _WORDING])
            doubted = doubts(own, other, wording)
            evidence = Evidence(
                same=self.weights.shifted(float(same[row]), doubted),
                followup=float(followup[row]),
                wording=wording,
                matter=float(values[row, _MATTER]),
                template=template_count(own, other, rarity, documents),
            )
            found.append(decide(own, other, evidence, doubted))
        return found

    def judge(
        self,
        document: Document,
        others: Sequence[Document],
        statistics: Statistics,
        choose: Choose | None = None,
        *,
        spans: bool = True,
    ) -> list[Match]:
        """Judge one complaint against others, the most probable duplicates first; reasons for the chosen alone.

        Those of the chosen that are different get none: nobody is shown them.

        :param spans: whether to say where the reasons stand, too.
        """
        if not others:
            return []
        own = profile(document)
        profiles = [profile(other) for other in others]
        rarity = statistics.rarity(frozenset().union(*(pair_words(own, other) for other in profiles)))
        verdicts = self.verdicts(own, profiles, rarity, len(statistics))
        bare = [
            Match(other.id, verdict.relation, verdict.same, verdict.followup, confidential=other.confidential)
            for other, verdict in zip(others, verdicts, strict=True)
        ]
        ordered = best_first(bare)
        chosen = ordered if choose is None else choose(ordered)
        rows = {other.id: row for row, other in enumerate(others)}
        terms: Terms | None = None
        matches: list[Match] = []
        for match in chosen:
            if choose is not None and match.relation == "different":
                matches.append(match)
                continue
            row = rows[match.id]
            terms = terms or (field_terms(document) if spans else None)
            why = explain(own, profiles[row], rarity, verdicts[row].rules, terms, spans=spans)
            matches.append(replace(match, reasons=why.reasons, spans_a=why.spans_a, spans_b=why.spans_b))
        return matches


def scorer_of(bundle: Bundle) -> TrainedScorer:
    """Return the scorer that a bundle carries, if it was trained on judgements of one's own, else the shipped one.

    Every bundle holds a copy of the scorer that was shipped when it was made; a newer program brings a newer one.

    :raises PilahError: PLH-603 if its weights are damaged or made for other signals.
    """
    packed = bundle.extras.get(BASE_WEIGHTS.name)
    if not isinstance(packed, dict) or packed.get("about", {}).get("origin") != OWN:
        return base_scorer()
    return TrainedScorer(parse_weights(packed, bundle.id))


@cache
def base_scorer() -> TrainedScorer:
    """Return the scorer that is shipped.

    :raises PilahError: PLH-603 if its weights are missing or damaged.
    """
    return TrainedScorer(load_weights(BASE_WEIGHTS))
