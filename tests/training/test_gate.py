"""The gate refuses what must not go live, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from data.complaint import Record
from data.errors import PilahError
from data.hygiene import clean_records
from model.bundle import Bundle
from model.classifier import Calibration, Group, Head, LinearModel
from model.triage import Triage
from training.config import Config
from training.gate import BEST, NEW, NOW, Rules, Verdict, frozen_slice, judge
from training.train import train

CREATED = datetime(2026, 3, 1, 9, tzinfo=UTC)
RULES = Rules(least_rows=50, slower=100.0)


def fitted(records: Sequence[Record]) -> Triage:
    return Triage.of(train(records, Config(), created=CREATED, quiet=True))


@pytest.fixture(scope="module")
def halves(sample_records: list[Record]) -> tuple[list[Record], list[Record]]:
    drawn = np.random.default_rng(3).permutation(len(sample_records))
    return [sample_records[i] for i in drawn[:210]], [sample_records[i] for i in drawn[210:]]


@pytest.fixture(scope="module")
def live(halves: tuple[list[Record], list[Record]]) -> Triage:
    return fitted(halves[0])


def verdict_of(candidate: Triage, live: Triage, rows: Sequence[Record], rules: Rules = RULES) -> Verdict:
    return judge({NEW: candidate, NOW: live}, {NEW: 1, NOW: 1}, rows, {}, rules)


def test_the_same_model_passes(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    verdict = verdict_of(live, live, halves[1])
    assert verdict.refusals == {}
    assert verdict.best
    assert verdict.figures["agency"]["pairs"][0]["difference"] == 0


def test_shuffled_labels_are_refused(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    mixed = np.random.default_rng(0).permutation(len(halves[0]))
    shuffled = [replace(r, labels=halves[0][j].labels) for r, j in zip(halves[0], mixed, strict=True)]
    refusals = verdict_of(fitted(shuffled), live, halves[1]).refusals
    assert "agency_worse_than_live" in refusals


def test_a_leaked_label_is_refused(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    leaked = [
        replace(r, complaint=replace(r.complaint, text=f"{r.complaint.text} unit tujuan: {r.labels.agency}"))
        for r in halves[0]
    ]
    refusals = verdict_of(fitted(leaked), live, halves[1]).refusals
    assert "stood in the texts" in refusals["leak"]


def test_a_leak_in_the_gates_own_data_is_refused(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    leaked = [
        replace(r, complaint=replace(r.complaint, text=f"{r.complaint.text} unit tujuan: {r.labels.agency}"))
        for r in halves[1]
    ]
    assert "leak_here" in verdict_of(live, live, leaked).refusals


def test_twice_as_slow_is_refused(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    slow = Triage.of(padded(live.bundle, 30_000))
    refusals = verdict_of(slow, live, halves[1][:80], Rules(least_rows=50)).refusals
    assert "times the live model's" in refusals["slow"]


def padded(bundle: Bundle, columns: int) -> Bundle:
    """Add a head that nobody asks, with very many columns."""
    linear = bundle.linear
    start = linear.bias.size
    wide = LinearModel(
        np.concatenate([linear.weights, np.zeros((linear.weights.shape[0], columns), np.int8)], axis=1),
        np.concatenate([linear.scales, np.ones(columns, linear.scales.dtype)]),
        np.concatenate([linear.bias, np.zeros(columns, linear.bias.dtype)]),
    )
    groups = tuple(Group(f"g{i}", "single", (f"g{i}",), (1.0,), (), None) for i in range(columns))
    extra = Head("unused", groups, Calibration(), slice(start, start + columns))
    return replace(bundle, linear=wide, heads={**bundle.heads, "unused": extra})


def test_a_region_below_the_floor_is_refused(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    """One regency of two is answered wrongly throughout: the average need not show it, the floor does."""
    away = elsewhere(halves[1][:60], "y")
    candidate = wrong_on(live, {record.complaint.id for record in away})
    rules = replace(RULES, floor=0.1, tolerance=1.0, level=0.0)
    refusals = verdict_of(candidate, live, [*halves[1], *away], rules).refusals
    assert "below the floor" in refusals["region_35.16"]
    assert "region_33.24" not in refusals


def elsewhere(records: Sequence[Record], mark: str) -> list[Record]:
    """Tell the complaints again from another regency."""

    def moved(text: str | None) -> str | None:
        return text.replace("Kendal", "Mojokerto") if text else text

    return [
        replace(
            r,
            complaint=replace(
                r.complaint,
                id=f"{r.complaint.id}-{mark}",
                text=f"Di Mojokerto, Jawa Timur: {moved(r.complaint.text)} Demikian laporan dari Mojokerto.",
                location="Kabupaten Mojokerto",
                province="Jawa Timur",
                regency="Kabupaten Mojokerto",
                district=None,
            ),
            labels=replace(r.labels, agency=moved(r.labels.agency), parent_agency=moved(r.labels.parent_agency)),
            source=f"{mark}.jsonl",
        )
        for r in records
    ]


def test_many_small_losses_are_refused_against_the_best(
    live: Triage, halves: tuple[list[Record], list[Record]]
) -> None:
    """Each model loses three rows to the one before; the gate lets the first pass and not the fifth."""
    sure = replace(RULES, ece=1.0)  # confident answers made wrong are badly calibrated: that is another refusal
    chain = [live]
    for step in range(1, 6):
        chain.append(forgetful(live, halves[1], lost=2 * step))
    outcomes = []
    for step in range(1, 6):
        systems = {NEW: chain[step], NOW: chain[step - 1]}
        if step > 1:
            systems[BEST] = live
        verdict = judge(systems, dict.fromkeys(systems, 1), halves[1], {}, sure)
        outcomes.append(sorted(verdict.refusals))
    assert outcomes[0] == []
    assert "agency_worse_than_best" in outcomes[4]
    assert "agency_worse_than_live" not in outcomes[4]


def forgetful(live: Triage, rows: Sequence[Record], lost: int) -> Triage:
    """Return a model that answers some of the rows wrongly that the live one has right."""
    hit = [
        record.complaint.id
        for record in clean_records(rows)
        if (found := live.assess(record.complaint).agency) is not None and found.label == record.labels.agency
    ]
    return wrong_on(live, set(hit[:lost]))


def wrong_on(live: Triage, wrong: set[str]) -> Triage:
    """Return a model that answers these rows wrongly."""

    class Forgetful(Triage):
        def answer(self, reading: object, *arguments: object, **options: object) -> object:  # type: ignore[override]
            found = super().answer(reading, *arguments, **options)  # type: ignore[arg-type]
            if found.id in wrong and found.agency is not None:
                return replace(found, agency=replace(found.agency, label="Dinas Lain"))
            return found

    return Forgetful(live.bundle, live.registry)


def test_too_few_unseen_rows_decide_nothing(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    with pytest.raises(PilahError, match=r"PLH-30[46]"):
        verdict_of(live, live, halves[0])
    with pytest.raises(PilahError, match="PLH-306"):
        verdict_of(live, live, halves[1][:20])


def test_a_much_larger_bundle_is_refused(live: Triage, halves: tuple[list[Record], list[Record]]) -> None:
    systems = {NEW: live, NOW: live}
    verdict = judge(systems, {NEW: 90_000_000, NOW: 10_000_000}, halves[1], {}, RULES)
    assert list(verdict.refusals) == ["large"]


def test_slices_rotate_and_rows_stay_in_theirs(sample_records: list[Record]) -> None:
    rules = Rules(least_rows=10, slices=4)
    name, rows = frozen_slice(sample_records, {"1/4": 2, "2/4": 1, "3/4": 3, "4/4": 3}, rules)
    assert name == "2/4"
    again = frozen_slice(sample_records[:300], {"1/4": 9, "3/4": 9, "4/4": 9}, rules)[1]
    ids = {r.complaint.id for r in rows}
    assert {r.complaint.id for r in again} <= ids
    assert 40 < len(rows) < 130


def test_few_rows_are_not_cut(sample_records: list[Record]) -> None:
    assert frozen_slice(sample_records, {}, Rules(least_rows=200))[0] == "all"
