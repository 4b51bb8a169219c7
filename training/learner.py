"""Our own system as the evaluation sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.complaint import Record
from evaluation.protocols import Answer, Answers, from_assessment
from model.policy import admitted_targets
from model.triage import Triage
from training.config import Config
from training.train import train


@dataclass(frozen=True, slots=True)
class TriagePredictor:
    """Answer records through the one path that serves everything."""

    triage: Triage

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        """Assess each record."""
        return [self._answer(record) for record in records]

    def _answer(self, record: Record) -> Answers:
        reading = self.triage.read(record.complaint)
        assessment = self.triage.answer(reading, explain=False)
        answers = from_assessment(assessment)
        if assessment.agency is not None:
            admitted = admitted_targets(self.triage.policies, assessment)
            answers["agency"] = replace(answers["agency"], eligible=admitted)
        functions = self.triage.distributions(reading).get("function")
        if functions is not None:
            answers["function"] = Answer(functions.labels[:3], float(functions.probabilities[0]))
        return answers


@dataclass(frozen=True, slots=True)
class PilahLearner:
    """Train a bundle inside a split, calibrating within the training part."""

    config: Config

    def fit(self, records: Sequence[Record]) -> TriagePredictor:
        """Train on the records."""
        return TriagePredictor(Triage.of(train(records, self.config)))
