"""The benchmark runs and names its figures; how fast it is depends on the machine and is not asserted."""

from __future__ import annotations

from statistics import median

import pytest
from stand_in import KeywordTriage

from service.bench import measure_model
from service.bench_load import percentiles
from service.bench_peer import measure_peer
from service.bench_texts import make_complaint, make_record


def test_percentiles_are_milliseconds() -> None:
    assert percentiles([0.001, 0.002, 0.003]) == pytest.approx((2.0, 2.98))


def test_the_model_is_measured() -> None:
    figures = list(measure_model(KeywordTriage(), 20))
    assert [figure.unit for figure in figures] == ["ms", "ms", "rows/s"]
    assert all(figure.value > 0 for figure in figures)


def test_made_up_complaints_are_varied_and_of_real_length() -> None:
    made = [make_complaint(number) for number in range(500)]
    assert len({one.text for one in made}) == 500
    assert 40 < median(len(one.text.split()) for one in made) < 75


def test_made_up_records_carry_learnable_labels() -> None:
    assert len({make_record(number).labels.agency for number in range(20)}) == 5


def test_the_plain_peer_answers_under_the_same_loads() -> None:
    figures = {figure.name: figure.value for figure in measure_peer(0.5, 2, 5)}
    assert len(figures) == 5
    assert figures["plain peer, batches of 5"] > 0
