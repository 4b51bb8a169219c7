"""The gate before a model goes live: every reason against it, each with its figures.

All systems answer the same rows, which none of them was trained on: a slice of the gate's data, the least used one,
whose uses are counted, because a slice that decides often is fitted to by the decisions. Beside the live model stands
the best one so far, so that many small losses do not add up unseen.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.check_leaks import leaked_questions
from data.complaint import Record
from data.errors import PilahError
from data.hygiene import clean_records
from data.similar import wording
from evaluation.compare import Comparison, compare
from evaluation.metrics import Prediction
from evaluation.protocols import Case
from evaluation.slices import region_of
from evaluation.together import ask_together, predictions_of
from evaluation.unseen import unseen_by
from model.triage import Triage
from training.learner import TriagePredictor

QUESTIONS = ("agency", "category", "type")
NEW, NOW, BEST = "candidate", "live", "best"
_TIMED_ROWS, _TIMED_ROUNDS = 60, 3
_LEAST_LOST = 2.5  # rows: on few rows a single one more or less says nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """Set what the gate asks.

    :param least_rows: fewer unseen rows decide nothing.
    :param tolerance: accuracy that may be lost, against the live model and against the best so far.
    :param level: of the paired tests.
    :param ece: calibration error above which a model is refused, if it is also significant and worse than the live's.
    :param slower: how many times the live model's time.
    :param larger: how many times the live model's size.
    :param floor: least accuracy of the agency in each region with ``floor_rows`` rows.
    :param slices: the gate's data is cut into so many.
    """

    least_rows: int = 50
    tolerance: float = 0.015
    level: float = 0.05
    ece: float = 0.1
    slower: float = 1.5
    larger: float = 3.0
    floor: float = 0.2
    floor_rows: int = 20
    slices: int = 4


@dataclass(slots=True)
class Verdict:
    """Collect what the gate measured.

    :param refusals: reasons against, by kind; none lets the model through.
    :param best: whether it does at least as well as the best so far.
    """

    refusals: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    best: bool = True

    def refuse(self, kind: str, says: str) -> None:
        """Add a reason."""
        self.refusals[kind] = says

    def to_document(self) -> dict[str, Any]:
        """Return the verdict as JSON."""
        return {"passed": not self.refusals, "refusals": self.refusals, **self.figures}


def frozen_slice(records: Sequence[Record], uses: Mapping[str, int], rules: Rules) -> tuple[str, list[Record]]:
    """Take the slice that was used least; a row belongs to the same slice for ever, whatever file it comes in.

    :param uses: by the name of the slice.
    :return: its name and rows; all rows where there are too few to cut.
    """
    pieces: dict[str, list[Record]] = {f"{i + 1}/{rules.slices}": [] for i in range(rules.slices)}
    for record in records:
        drawn = hashlib.sha256(wording(record.complaint.text).encode("utf-8", "replace")).digest()
        pieces[f"{drawn[0] % rules.slices + 1}/{rules.slices}"].append(record)
    if min(map(len, pieces.values())) < rules.least_rows:
        return "all", list(records)
    name = min(pieces, key=lambda piece: (uses.get(piece, 0), piece))
    return name, pieces[name]


def judge(
    systems: Mapping[str, Triage],
    sizes: Mapping[str, int],
    records: Sequence[Record],
    uses: Mapping[str, int],
    rules: Rules,
    quiet: bool = True,
) -> Verdict:
    """Measure a candidate against the live model and the best so far.

    :param systems: ``candidate``, ``live`` and, where it is another one, ``best``.
    :param sizes: bytes of each bundle.
    :param records: labelled rows.
    :param uses: of the slices so far.
    :raises PilahError: PLH-306 if too few rows are left that no system was trained on.
    """
    verdict = Verdict()
    rows = unseen_by(records, [triage.bundle for triage in systems.values()])
    piece, asked = frozen_slice(rows.records, uses, rules)
    if len(asked) < rules.least_rows:
        raise PilahError("PLH-306", f"{len(asked)} rows; at least {rules.least_rows} are needed")
    verdict.figures |= {"slice": piece, "used_before": uses.get(piece, 0), "rows": len(asked), **rows.about()}
    _leaks(verdict, systems[NEW], asked)
    cases = ask_together(asked, {name: TriagePredictor(triage) for name, triage in systems.items()}, quiet=quiet)
    for question in QUESTIONS:
        found = compare(predictions_of(cases, question, list(systems)))
        if found is not None and found.measures[NEW].n >= rules.least_rows:
            verdict.figures[question] = found.to_dict()
            _losses(verdict, question, found, rules)
            _guessing(verdict, question, predictions_of(cases, question, list(systems))[NEW])
            _calibration(verdict, question, found, rules)
    if not any(question in verdict.figures for question in QUESTIONS):
        raise PilahError("PLH-306", "too few rows with a label that all systems answer")
    _guarantee(verdict, systems)
    _regions(verdict, asked, cases, rules)
    _speed(verdict, systems, asked, rules)
    _size(verdict, sizes, rules)
    return verdict


def _leaks(verdict: Verdict, candidate: Triage, asked: Sequence[Record]) -> None:
    trained = candidate.bundle.metadata.get("faults", {}).get("leaked", [])
    if trained:
        verdict.refuse("leak", f"the labels of {', '.join(trained)} stood in the texts that it was trained on")
    here = leaked_questions(clean_records(asked))
    if here:
        verdict.refuse("leak_here", f"the labels of {', '.join(here)} stand in the texts of the gate's data")


def _losses(verdict: Verdict, question: str, found: Comparison, rules: Rules) -> None:
    for other, name in ((NOW, "the live model"), (BEST, "the best model so far")):
        pair = found.pairs.get((NEW, other))
        if pair is None:
            continue
        worse = pair.difference < 0 and pair.p < rules.level
        tolerance = max(rules.tolerance, _LEAST_LOST / pair.n)
        if worse or pair.difference < -tolerance:
            verdict.refuse(
                f"{question}_worse_than_{other}",
                f"{question}: accuracy {pair.difference:+.3f} against {name} ({pair.low:+.3f} to {pair.high:+.3f}, "
                f"McNemar p {pair.p:.3g}, {pair.n} rows); {-tolerance:+.3f} is let pass",
            )
    pair = found.pairs.get((NEW, BEST), found.pairs[NEW, NOW])
    if question == "agency" or "agency" not in verdict.figures:
        verdict.best = verdict.best and pair.difference >= 0


def _guessing(verdict: Verdict, question: str, answers: Sequence[Prediction]) -> None:
    """Refuse a model that has learned nothing: no better than always saying what is commonest here."""
    counts = Counter(answer.truth for answer in answers)
    commonest = counts.most_common(1)[0][1] / len(answers)
    accuracy = sum(answer.right for answer in answers) / len(answers)
    if len(counts) > 3 and accuracy <= commonest:
        verdict.refuse(
            f"{question}_guesses",
            f"{question}: accuracy {accuracy:.3f}, and always saying the commonest label is right in {commonest:.3f}",
        )


def _calibration(verdict: Verdict, question: str, found: Comparison, rules: Rules) -> None:
    new, now = found.measures[NEW], found.measures[NOW]
    if new.ece is None or new.calibration_p is None:
        return
    if new.ece > rules.ece and new.calibration_p < rules.level and (now.ece is None or new.ece > now.ece + 0.02):
        verdict.refuse(
            f"{question}_calibration",
            f"{question}: stated probabilities are off by {new.ece:.3f} on average (live {now.ece or 0:.3f}; "
            f"{rules.ece:.3f} is let pass)",
        )


def _guarantee(verdict: Verdict, systems: Mapping[str, Triage]) -> None:
    """Refuse a candidate that lacks a proved error bound where the live model has one."""

    def proved(triage: Triage) -> list[str]:
        bounds = triage.policy.bounds.values() if triage.policy else ()
        return sorted(bound.scope for bound in bounds if bound.valid)

    new, now = proved(systems[NEW]), proved(systems[NOW])
    verdict.figures["guarantee"] = {NEW: new, NOW: now}
    lost = sorted(set(now) - set(new))
    if lost:
        verdict.refuse("guarantee", f"no proved error bound for {', '.join(lost)}, where the live model has one")


def _regions(verdict: Verdict, asked: Sequence[Record], cases: Sequence[Case], rules: Rules) -> None:
    found: dict[str, dict[str, list[bool]]] = {}
    for record, case in zip(asked, cases, strict=True):
        region = region_of(record)
        if region is None or case.truth.agency is None:
            continue
        for system in (NEW, NOW):
            answer = case.answers[system].get("agency")
            right = answer is not None and answer.ranked[:1] == (case.truth.agency,)
            found.setdefault(region, {}).setdefault(system, []).append(right)
    shares = {
        region: {name: sum(rights) / len(rights) for name, rights in by.items()} | {"n": len(by[NEW])}
        for region, by in sorted(found.items())
        if len(by[NEW]) >= rules.floor_rows
    }
    verdict.figures["regions"] = {region: {k: round(v, 4) for k, v in by.items()} for region, by in shares.items()}
    for region, by in shares.items():
        if by[NEW] < rules.floor and by[NEW] < by[NOW]:
            verdict.refuse(
                f"region_{region}",
                f"accuracy of the agency in {region} is {by[NEW]:.3f} on {by['n']:.0f} rows, below the floor of "
                f"{rules.floor:.3f} (live {by[NOW]:.3f})",
            )


def _speed(verdict: Verdict, systems: Mapping[str, Triage], asked: Sequence[Record], rules: Rules) -> None:
    rows = [record.complaint for record in asked[:_TIMED_ROWS]]
    spent = {NEW: float("inf"), NOW: float("inf")}
    for _ in range(_TIMED_ROUNDS):
        for name, least in list(spent.items()):
            start = time.process_time()
            systems[name].assess_many(rows)
            spent[name] = min(least, time.process_time() - start)
    per_row = {name: 1000 * value / len(rows) for name, value in spent.items()}
    verdict.figures["milliseconds"] = {name: round(value, 3) for name, value in per_row.items()}
    if per_row[NEW] > rules.slower * per_row[NOW]:
        verdict.refuse(
            "slow",
            f"{per_row[NEW]:.1f} ms of processor time a complaint, {per_row[NEW] / per_row[NOW]:.1f} times the live "
            f"model's {per_row[NOW]:.1f} ms; {rules.slower:g} times is let pass",
        )


def _size(verdict: Verdict, sizes: Mapping[str, int], rules: Rules) -> None:
    verdict.figures["bytes"] = dict(sizes)
    if sizes[NEW] > rules.larger * sizes[NOW] and sizes[NEW] > 20_000_000:
        verdict.refuse(
            "large", f"{sizes[NEW] / 1e6:.0f} MB, the live model has {sizes[NOW] / 1e6:.0f} MB ({rules.larger:g} times)"
        )
