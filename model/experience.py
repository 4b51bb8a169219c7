"""What a deployment has learned since its bundle was made: remembered decisions and the corrections fitted on them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from model.bundle import Bundle
from model.correction import Correction, Refit
from model.memory import Memory, Recall, Remembered
from model.reading import Reading

QUESTIONS = ("agency", "category")
"""What is learned from decisions; the report type is rarely corrected."""
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold what people decided about a complaint so far.

    :param labels: by question; what is not in it was not decided.
    :param rejected: agencies that returned it.
    :param at: when the last of it was decided.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    rejected: frozenset[str] = frozenset()
    at: datetime | None = None


class Experience:
    """Take in decisions at once, refit corrections now and then; answers use both.

    :param bundle: the bundle in use; another bundle needs an experience made anew from the event log.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.memory = Memory(bundle.vectoriser)
        self.corrections: Mapping[str, Correction] = {}
        self._refit = Refit(bundle.linear, {q: bundle.heads[q] for q in QUESTIONS if q in bundle.heads})
        self._learned_from = 0

    def remember(self, reading: Reading, decision: Decision, *, comparable: bool = True) -> None:
        """Take in what was decided about a complaint; a decision that says nothing is forgotten.

        :param comparable: false for a report marked ``rahasia``.
        """
        row = Remembered(
            id=reading.complaint.id,
            document=reading.document,
            features=reading.features,
            labels={q: label for q, label in decision.labels.items() if q in QUESTIONS},
            rejected=decision.rejected,
            day=to_day(decision.at or reading.complaint.date),
            comparable=comparable,
        )
        if row.labels or row.rejected:
            self.memory.remember(row)
        else:
            self.memory.forget(row.id)

    def decide(self, complaint_id: str, decision: Decision) -> bool:
        """Change what is remembered of a complaint; say whether it is remembered."""
        row = self.memory.get(complaint_id)
        if row is None:
            return False
        labels = {q: label for q, label in decision.labels.items() if q in QUESTIONS}
        self.memory.remember(replace(row, labels=labels, rejected=decision.rejected, day=to_day(decision.at)))
        return True

    def forget(self, complaint_id: str) -> None:
        """Erase a complaint; what was learned from it goes with the next refit."""
        self.memory.forget(complaint_id)

    def recall(self, reading: Reading, question: str) -> Recall:
        """Recall what speaks for each label of a question."""
        complaint = reading.complaint
        return self.memory.recall(reading.document, question, to_day(complaint.date), without=complaint.id)

    @property
    def stale(self) -> bool:
        """Tell whether something was decided since the last refit."""
        return self.memory.version != self._learned_from

    def rows(self) -> tuple[int, Sequence[Remembered]]:
        """Return what a refit learns from, as of now."""
        return self.memory.version, list(self.memory)

    def learn(self, version: int, rows: Sequence[Remembered]) -> None:
        """Refit the corrections; takes seconds, and may run on another thread than the rest.

        :param version: with ``rows``, from :meth:`rows`.
        """
        self.corrections = self._refit(rows, QUESTIONS)
        self._learned_from = version

    def refit(self) -> None:
        """Refit the corrections here and now, if there is anything new."""
        if self.stale:
            self.learn(*self.rows())


def to_day(moment: datetime | None) -> float:
    """Return days since 1970; now if there is no moment."""
    return (moment.timestamp() if moment is not None else time.time()) / _DAY
