"""Our own system as the evaluation sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.complaint import Record
from data.hygiene import truth
from evaluation.protocols import SCREENING, Answer, Answers, from_assessment
from model.bundle import Bundle
from model.experience import QUESTIONS, Decision, Experience
from model.policy import admitted_targets
from model.reading import masked
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
        margins = self.triage.bundle.margins(reading.features, reading.document)
        stated = self.triage.outcomes(reading, margins)
        answers[SCREENING] = replace(answers[SCREENING], scores=tuple(stated.items()))
        functions = self.triage.distributions(reading, margins).get("function")
        if functions is not None:
            answers["function"] = Answer(functions.labels[:3], float(functions.probabilities[0]))
        return answers


class AdaptivePredictor:
    """Answer records while decisions come in, as a deployment does.

    :param triage: the bundle to begin with.
    """

    def __init__(self, triage: Triage) -> None:
        self._experience = Experience(triage.bundle)
        self._inner = TriagePredictor(replace(triage, experience=self._experience))

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        """Assess each record with what was decided so far."""
        return self._inner.predict(records)

    def reveal(self, records: Sequence[Record]) -> None:
        """Take in what people decided."""
        for record in records:
            decided = truth(record)
            labels = {q: label for q in QUESTIONS if (label := getattr(decided, q)) is not None}
            self._experience.remember(masked(record.complaint), Decision(labels, at=record.complaint.date))

    def refit(self) -> None:
        """Do what is done at night."""
        self._experience.refit()


@dataclass(frozen=True, slots=True)
class PilahLearner:
    """Train a bundle inside a split, calibrating within the training part.

    :param processes: that share the work.
    """

    config: Config
    processes: int = 1

    def fit(self, records: Sequence[Record]) -> TriagePredictor:
        """Train on the records."""
        return TriagePredictor(Triage.of(self._trained(records)))

    def adapt(self, records: Sequence[Record]) -> AdaptivePredictor:
        """Train on the records and keep learning."""
        return AdaptivePredictor(Triage.of(self._trained(records)))

    def _trained(self, records: Sequence[Record]) -> Bundle:
        return train(records, self.config, processes=self.processes)
