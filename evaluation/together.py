"""Ask several systems about the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tqdm import tqdm

from data.complaint import Record
from data.hygiene import clean_records, truth
from evaluation.metrics import Prediction
from evaluation.protocols import Answer, Answers, Case, Predictor, without_giveaways

_NOTHING = Answer((), 0.0)
_CHUNK = 50


def ask_together(
    records: Sequence[Record],
    predictors: Mapping[str, Predictor],
    answered: Mapping[str, Mapping[str, Answers]] | None = None,
    quiet: bool = True,
) -> list[Case]:
    """Ask each predictor about each row, and put what outside systems answered beside it.

    :param answered: answers of outside systems by name and id; rows without one count as answered wrongly.
    :param quiet: show no progress bar.
    """
    test = [without_giveaways(record) for record in clean_records(records)]
    found: list[dict[str, Answers]] = [{} for _ in test]
    with tqdm(total=len(test) * len(predictors), desc="pilah compare", unit="row", disable=quiet) as bar:
        for name, predictor in predictors.items():
            for start in range(0, len(test), _CHUNK):
                part = predictor.predict(test[start : start + _CHUNK])
                for i, answers in enumerate(part, start):
                    found[i][name] = answers
                bar.update(len(part))
    for name, by_id in (answered or {}).items():
        for i, record in enumerate(test):
            found[i][name] = by_id.get(record.complaint.id, {})
    return [Case(r.complaint.id, 0, truth(r), found[i]) for i, r in enumerate(test)]


def predictions_of(cases: Sequence[Case], question: str, systems: Sequence[str]) -> dict[str, list[Prediction]]:
    """Return the answers of the systems that answer a question at all, each on the same labelled rows."""
    asked = [case for case in cases if getattr(case.truth, question) is not None]
    able = [name for name in systems if any(question in case.answers.get(name, {}) for case in asked)]
    return {
        name: [_prediction(case, question, case.answers.get(name, {}).get(question, _NOTHING)) for case in asked]
        for name in able
        if len(able) > 1
    }


def _prediction(case: Case, question: str, answer: Answer) -> Prediction:
    return Prediction(case.id, getattr(case.truth, question), answer.ranked, answer.confidence)
