"""The named baseline of every comparison: TF-IDF of words and word pairs with a linear SVM."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from data.complaint import Record
from data.hygiene import truth
from evaluation.protocols import QUESTIONS, Answer, Answers

NAME = "baseline"


class BaselineLearner:
    """Fit ``TfidfVectorizer(ngram_range=(1, 2))`` and ``LinearSVC()`` with their defaults on title and body."""

    def fit(self, records: Sequence[Record], questions: Sequence[str] = QUESTIONS) -> BaselinePredictor:
        """Fit one model a question."""
        models: dict[str, Any] = {}
        for question in questions:
            pairs = [(_text(r), label) for r in records if (label := getattr(truth(r), question)) is not None]
            if len({label for _, label in pairs}) >= 2:
                model = Pipeline([("tfidf", TfidfVectorizer(ngram_range=(1, 2))), ("svm", LinearSVC(random_state=0))])
                with warnings.catch_warnings():
                    # Few rows of many labels are no regression problem.
                    warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
                    models[question] = model.fit([text for text, _ in pairs], [label for _, label in pairs])
        return BaselinePredictor(models)


@dataclass(frozen=True, slots=True)
class BaselinePredictor:
    """Answer with the fitted baseline; it states no confidence."""

    models: dict[str, Any]

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        """Return the three best labels of each question."""
        answers: list[Answers] = [{} for _ in records]
        texts = [_text(record) for record in records]
        for question, model in self.models.items():
            scores = np.asarray(model.decision_function(texts))
            if scores.ndim == 1:
                scores = np.stack([-scores, scores], axis=1)
            for i, order in enumerate(np.argsort(-scores, axis=1)[:, :3]):
                answers[i][question] = Answer(tuple(str(model.classes_[j]) for j in order), math.nan)
        return answers


class RefittedBaseline:
    """Refit the baseline every night on its history and everything revealed since.

    :param history: labelled records that it begins with; may be empty.
    :param questions: what it answers; a refit takes seconds a question.
    """

    def __init__(self, history: Sequence[Record], questions: Sequence[str] = ("agency",)) -> None:
        self._rows = list(history)
        self._questions = questions
        self._fitted = -1
        self._predictor = BaselinePredictor({})

    def predict(self, records: Sequence[Record]) -> list[Answers]:
        """Answer with the last fit; with no answer before there is one."""
        return self._predictor.predict(records)

    def reveal(self, records: Sequence[Record]) -> None:
        """Keep rows for the next fit."""
        self._rows += records

    def refit(self) -> None:
        """Fit anew if there is something new."""
        if self._rows and len(self._rows) != self._fitted:
            self._predictor = BaselineLearner().fit(self._rows, self._questions)
            self._fitted = len(self._rows)


def _text(record: Record) -> str:
    return f"{record.complaint.title or ''} {record.complaint.text}"
