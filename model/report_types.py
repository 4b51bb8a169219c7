"""Tell complaint, aspiration and request for information apart: by how people ask, pooled with the learned head.

The type that reporters choose is often wrong, and most training rows are complaints; so phrases that carry the kind of
speech act (asking, proposing, thanking) are weighed as log-odds and joined with the head in a log-linear pool (Genest
and Zidek 1986).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.rules import CATALOG, read_rules
from model.assessment import Evidence
from model.classifier import Distribution
from model.cues import CueText
from model.rulebook import Rulebook, RuleHit

TYPES = ("pengaduan", "aspirasi", "permintaan informasi")
_START = {"pengaduan": 0.0, "aspirasi": -2.1, "permintaan informasi": -2.1}
"""Log-odds before any phrase: about what share each type has among the reports of many regions."""
_HEAD = 0.5
"""Weight of the learned head; it is fitted where nearly all rows are complaints, so it speaks with half its voice."""
_LEAST = 0.01
_EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class TypeReading:
    """Hold what phrases tell about the type.

    :param scores: log-odds by type.
    :param hits: the rules that hold.
    """

    scores: dict[str, float]
    hits: tuple[RuleHit, ...]


class TypeReader:
    """Read the type of a report from its phrases.

    :param rules: path of another rule file than the shipped one.
    :raises PilahError: PLH-751 if the file is wrong.
    """

    def __init__(self, rules: Path | None = None) -> None:
        self._rules = Rulebook(read_rules(rules or CATALOG / "report_types.toml"))

    def read(self, text: CueText) -> TypeReading:
        """Weigh the phrases of a complaint."""
        hits = tuple(self._rules.apply(text))
        scores = dict(_START)
        for hit in hits:
            scores[hit.rule.gives] = scores.get(hit.rule.gives, 0.0) + hit.rule.weight
        return TypeReading(scores, hits)


def pool_types(reading: TypeReading, head: Distribution | None, weight: float = _HEAD) -> Distribution:
    """Join what phrases tell with the learned head.

    :param head: the learned probabilities; its labels are kept even where no phrase speaks of them.
    :param weight: of the head.
    """
    learned = head.as_dict() if head is not None else {}
    labels = dict.fromkeys((*TYPES, *learned))
    logs = {label: reading.scores.get(label, min(reading.scores.values())) for label in labels}
    if learned:
        logs = {label: value + weight * math.log(max(learned.get(label, 0.0), _LEAST)) for label, value in logs.items()}
    top = max(logs.values())
    return Distribution.from_scores({label: math.exp(value - top) for label, value in logs.items()})


def type_evidence(reading: TypeReading, best: str, text: CueText) -> Sequence[Evidence]:
    """Return the phrases that spoke most for the answer and against it."""
    found = []
    for hit in sorted(reading.hits, key=lambda h: -h.rule.weight)[: 2 * _EVIDENCE]:
        span, words = text.span(hit.start, hit.end)
        sign = 1.0 if hit.rule.gives == best else -1.0
        found.append(Evidence("type", span, words, sign * hit.rule.weight, hit.rule.id))
    return found


@cache
def shipped_type_reader() -> TypeReader:
    """Return the reader of the shipped rules."""
    return TypeReader()
