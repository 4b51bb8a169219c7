"""Honest ways to ask "how good is it?": what is fitted on what, and asked about what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.complaint import Record
from data.errors import PilahError
from data.giveaways import split_glued_title, strip_giveaways
from data.hygiene import Truth, clean_records, truth
from data.splits import grouped_folds, time_split
from model.assessment import Assessment
from model.outcomes import KIND as HINT

QUESTIONS = ("agency", "category", "type", "function")
SCREENING = "screening"
"""Name of the answer that holds what screening found: the status, kinds of findings, outcomes hinted at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a system's labels for one question, best first, and the probability it states for the first.

    :param confidence: ``nan`` where the system states none.
    :param eligible: targets of the error bound under which the answer might be routed without a person.
    :param scores: of :data:`SCREENING`, the probability of each outcome that was learned.
    """

    ranked: tuple[str, ...]
    confidence: float
    eligible: tuple[float, ...] = ()
    scores: tuple[tuple[str, float], ...] = ()


Answers = dict[str, Answer]
"""Answers by question."""


class Predictor(Protocol):
    """Answer records."""

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        """Return the answers of each record, in order."""


class Learner(Protocol):
    """Fit a predictor; the evaluation floor knows nothing else about training."""

    def fit(self, records: Sequence[Record]) -> Predictor:
        """Learn from labelled records."""


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one tested row.

    :param fold: which model answered it.
    :param answers: of each system by name, then by question.
    """

    id: str
    fold: int
    truth: Truth
    answers: dict[str, Answers]


@dataclass(frozen=True, slots=True)
class Split:
    """Name the rows to fit on and the rows to ask about."""

    fold: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def make_splits(records: Sequence[Record], how: str, seed: int) -> list[Split]:
    """Cut the records as asked.

    :param how: ``time:0.2`` (the latest fifth is asked about) or ``grouped:5`` (five folds; near-duplicates together).
    :raises PilahError: PLH-303 if the form is wrong, PLH-107 if there are too few dates or rows.
    """
    kind, _, value = how.partition(":")
    try:
        if kind == "time" and 0 < float(value) < 1:
            cut = time_split(records, float(value))
            return [Split(0, cut.train, cut.test)]
        if kind == "grouped" and int(value) >= 2:
            texts = [f"{r.complaint.title or ''} {r.complaint.text}" for r in records]
            folds = grouped_folds(texts, int(value), seed)
            rows = np.arange(len(records))
            return [Split(k, rows[folds != k], rows[folds == k]) for k in range(int(value))]
    except ValueError as error:
        raise PilahError("PLH-303", f"{how!r}: {error}") from error
    raise PilahError("PLH-303", repr(how))


def run_split(records: Sequence[Record], how: str, learners: dict[str, Learner], seed: int) -> list[Case]:
    """Fit every learner inside each split and collect what they answer about rows they have not seen.

    Labels are cleaned over the whole file first; a learner's own answers about rows without their title are kept
    under its name with ``" untitled"`` behind it.
    """
    cleaned = clean_records(records)
    cases: list[Case] = []
    for split in make_splits(cleaned, how, seed):
        test = [without_giveaways(cleaned[i]) for i in split.test]
        answers: dict[str, list[Answers]] = {}
        for name, learner in learners.items():
            predictor = learner.fit([cleaned[i] for i in split.train])
            answers[name] = predictor.predict(test)
            answers[f"{name} untitled"] = predictor.predict([without_title(record) for record in test])
        for j, record in enumerate(test):
            found = {name: rows[j] for name, rows in answers.items()}
            cases.append(Case(record.complaint.id, split.fold, truth(record), found))
    return cases


def run_bundle(records: Sequence[Record], name: str, predictor: Predictor) -> list[Case]:
    """Ask a finished predictor about every record."""
    test = [without_giveaways(record) for record in clean_records(records)]
    full, untitled = predictor.predict(test), predictor.predict([without_title(record) for record in test])
    return [
        Case(record.complaint.id, 0, truth(record), {name: full[i], f"{name} untitled": untitled[i]})
        for i, record in enumerate(test)
    ]


def from_assessment(assessment: Assessment) -> Answers:
    """Read the answers of an assessment."""
    answers: Answers = {}
    for question in ("agency", "category", "type"):
        found = getattr(assessment, question)
        if found is not None:
            ranked = (found.label, *(a.label for a in found.alternatives))
            answers[question] = Answer(ranked, found.probability)
    screening = assessment.screening
    kinds = (finding.detail if finding.kind == HINT else finding.kind for finding in screening.findings)
    answers[SCREENING] = Answer((screening.status, *(kind for kind in kinds if kind)), math.nan)
    return answers


def without_giveaways(record: Record) -> Record:
    """Cut what staff added to the text and what names the label."""
    names = [record.labels.agency, record.labels.parent_agency]
    complaint = record.complaint
    title = strip_giveaways(complaint.title, names) if complaint.title else complaint.title
    return replace(record, complaint=replace(complaint, title=title, text=strip_giveaways(complaint.text, names)))


def without_title(record: Record) -> Record:
    """Drop the title, which is often an admin's, also where an export glued it to the text."""
    complaint = record.complaint
    text = split_glued_title(complaint.title, complaint.text)
    return replace(record, complaint=replace(complaint, title=None, text=text))
