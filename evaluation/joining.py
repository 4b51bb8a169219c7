"""Simulate offices that join: kept out of training, then asked about before and after a few decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.complaint import Record
from data.hygiene import clean_records, truth
from evaluation.metrics import Metrics, measure
from evaluation.metrics import Prediction as Asked
from evaluation.prequential import Adaptive
from evaluation.protocols import without_giveaways


@dataclass(frozen=True, slots=True)
class Joining:
    """Hold how joining offices were answered.

    :param unknown: without any label of theirs: what knowledge alone does.
    :param corrected: on their other rows, after some decisions on each office.
    :param corrections: how many decisions on each.
    """

    unknown: Metrics | None
    corrected: Metrics | None
    corrections: int


def simulate_join(
    records: Sequence[Record],
    joins: Callable[[str], bool],
    adapt: Callable[[Sequence[Record]], Adaptive],
    corrections: int = 2,
) -> Joining:
    """Fit without the joining offices' rows, ask about these, decide the first of each office, ask about the others.

    :param records: labelled; those without an agency are used for fitting only.
    :param joins: tells whether an office joins.
    :param adapt: fits a system that learns from decisions.
    """
    cleaned = clean_records(records)
    joining = [r for r in cleaned if r.labels.agency is not None and joins(r.labels.agency)]
    joining.sort(key=lambda r: (r.complaint.date is None, r.complaint.date, r.complaint.id))
    kept = {id(record) for record in joining}
    system = adapt([record for record in cleaned if id(record) not in kept])
    stream = [without_giveaways(record) for record in joining]
    unknown = _ask(system, stream)
    decided: Counter[str] = Counter()
    first: list[Record] = []
    rest: list[Record] = []
    for record in stream:
        office = str(record.labels.agency)
        decided[office] += 1
        (first if decided[office] <= corrections else rest).append(record)
    system.reveal(first)
    system.refit()
    return Joining(unknown, _ask(system, rest), corrections)


def _ask(system: Adaptive, records: Sequence[Record]) -> Metrics | None:
    asked = []
    for record, answers in zip(records, system.predict(records), strict=True):
        answer, office = answers.get("agency"), truth(record).agency
        if answer is not None and office is not None:
            asked.append(Asked(record.complaint.id, office, answer.ranked, answer.confidence))
    return measure(asked)
