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
from model.phrases import PhraseText
from model.rulebook import Rulebook, RuleHit

TYPES = ("pengaduan", "aspirasi", "permintaan informasi")
_START = {"pengaduan": 0.0, "aspirasi": -2.1, "permintaan informasi": -2.1}
"""Log-odds before any phrase: about what share each type has among the reports of many regions."""
_NO_COMPLAINT = -1.0
"""Log-odds of a complaint where no phrase complains."""
_HEAD = 0.3
"""Weight of the head of a bundle for the whole country: its training rows are nearly all complaints."""
_HOME_PHRASES = 0.3
"""Weight of the phrases beside a head that learned the deployment's own practice (there, many a question is filed as a
complaint); log loss on Kab. Bandung's earlier rows is flat between 0.3 and 0.5."""
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

    def read(self, text: PhraseText) -> TypeReading:
        """Weigh the phrases of a complaint."""
        hits = tuple(self._rules.apply(text))
        scores = dict.fromkeys(TYPES, 0.0)
        for hit in hits:
            scores[hit.rule.gives] = scores.get(hit.rule.gives, 0.0) + hit.rule.weight
        if not any(hit.rule.gives == "pengaduan" for hit in hits):
            scores["pengaduan"] += _NO_COMPLAINT
        return TypeReading(scores, hits)


def pool_types(reading: TypeReading, head: Distribution | None, at_home: bool) -> Distribution:
    """Join what phrases tell with the learned head.

    :param head: the learned probabilities; its labels are kept even where no phrase speaks of them.
    :param at_home: whether the head learned the deployment's own history, and with it how types are given there.
    """
    learned = head.as_dict() if head is not None else {}
    weight, phrases = ((1.0, _HOME_PHRASES) if at_home else (_HEAD, 1.0)) if learned else (0.0, 1.0)
    logs = {}
    for label in dict.fromkeys((*TYPES, *learned)):
        usual = (1 - weight) * _START.get(label, min(_START.values()))
        known = weight * math.log(max(learned.get(label, 0.0), _LEAST)) if learned else 0.0
        logs[label] = phrases * reading.scores.get(label, 0.0) + usual + known
    top = max(logs.values())
    return Distribution.from_scores({label: math.exp(value - top) for label, value in logs.items()})


def type_evidence(reading: TypeReading, best: str, text: PhraseText) -> Sequence[Evidence]:
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
