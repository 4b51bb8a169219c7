"""What a deployment has learned since its bundle was made: remembered decisions and the corrections fitted on them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from data.complaint import Complaint, Confidentiality
from model.bundle import Bundle
from model.correction import Correction, Refit
from model.memory import Memory, Recall, Remembered
from model.reading import Reading, document_text

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
        self._vectoriser = bundle.vectoriser
        self.memory = Memory(bundle.vectoriser)
        self.corrections: Mapping[str, Correction] = {}
        self._refit = Refit(bundle.linear, {q: bundle.heads[q] for q in QUESTIONS if q in bundle.heads})
        self._learned_from = 0

    def remember(self, complaint: Complaint, decision: Decision) -> None:
        """Take in what was decided about a complaint; a decision that says nothing is forgotten.

        :param complaint: with personal data masked, as it is stored.
        """
        document = document_text(complaint.title, complaint.text)
        row = Remembered(
            id=complaint.id,
            document=document,
            features=self._vectoriser.transform(document),
            labels={q: label for q, label in decision.labels.items() if q in QUESTIONS},
            rejected=decision.rejected,
            day=to_day(decision.at or complaint.date),
            comparable=complaint.confidentiality is not Confidentiality.RAHASIA,
        )
        if row.labels or row.rejected:
            self.memory.remember(row)
        else:
            self.memory.forget(row.id)

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
