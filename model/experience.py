"""What a deployment has learned since its bundle was made: remembered decisions and the corrections fitted on them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from data.complaint import Complaint, Confidentiality
from model.bundle import Bundle
from model.correction import LIMIT, Correction, Lesson, Refit
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
        self.memory = Memory(bundle.vectoriser)
        self.corrections: Mapping[str, Correction] = {}
        heads = {q: bundle.heads[q] for q in QUESTIONS if q in bundle.heads}
        self._refit = Refit(bundle.vectoriser, bundle.linear, heads)
        self._lessons: dict[str, Lesson] = {}  # the latest, oldest first
        self._learned_from = 0

    def remember(self, complaint: Complaint, decision: Decision) -> None:
        """Take in what was decided about a complaint; a decision that says nothing is forgotten.

        :param complaint: with personal data masked, as it is stored.
        """
        self.forget(complaint.id)
        labels = {q: label for q, label in decision.labels.items() if q in QUESTIONS}
        if not labels and not decision.rejected:
            return
        document = document_text(complaint.title, complaint.text)
        day = to_day(decision.at or complaint.date)
        comparable = complaint.confidentiality is not Confidentiality.RAHASIA
        self.memory.remember(Remembered(complaint.id, labels, decision.rejected, day, comparable), document)
        self._learn_from(Lesson(complaint.id, document, labels))

    def learn_from(self, complaint: Complaint, labels: Mapping[str, str]) -> None:
        """Put a complaint that the memory was restored with among those that the next refit learns from."""
        self._learn_from(Lesson(complaint.id, document_text(complaint.title, complaint.text), labels))

    def _learn_from(self, lesson: Lesson) -> None:
        self._lessons[lesson.id] = lesson
        if len(self._lessons) > LIMIT:
            del self._lessons[next(iter(self._lessons))]

    def forget(self, complaint_id: str) -> None:
        """Erase a complaint; what was learned from it goes with the next refit."""
        self.memory.forget(complaint_id)
        self._lessons.pop(complaint_id, None)

    def recall(self, reading: Reading, question: str) -> Recall:
        """Recall what speaks for each label of a question."""
        complaint = reading.complaint
        return self.memory.recall(reading.document, question, to_day(complaint.date), without=complaint.id)

    @property
    def stale(self) -> bool:
        """Tell whether something was decided since the last refit."""
        return self.memory.version != self._learned_from

    def lessons(self) -> tuple[int, Sequence[Lesson]]:
        """Return what a refit learns from, as of now."""
        return self.memory.version, list(self._lessons.values())

    def learn(self, version: int, lessons: Sequence[Lesson]) -> None:
        """Refit the corrections; takes seconds, and may run on another thread than the rest.

        :param version: with ``lessons``, from :meth:`lessons`.
        """
        self.corrections = self._refit(lessons, QUESTIONS)
        self._learned_from = version

    def refit(self) -> None:
        """Refit the corrections here and now, if there is anything new."""
        if self.stale:
            self.learn(*self.lessons())


def to_day(moment: datetime | None) -> float:
    """Return days since 1970; now if there is no moment."""
    return (moment.timestamp() if moment is not None else time.time()) / _DAY
