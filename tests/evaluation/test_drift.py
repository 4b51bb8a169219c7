"""Drift: the promised rate of false alarms holds, and a shift is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evaluation.drift import PROMISE, Observation, look, watch

LABELS = [f"label {i}" for i in range(12)]
SHARES = np.arange(12, 0, -1) / 78


def draw(n: int, rng: np.random.Generator, shares: np.ndarray = SHARES) -> list[Observation]:
    stated, unknown, length = rng.beta(5, 2, n), rng.beta(2, 8, n), rng.lognormal(5, 1, n)
    channel = rng.choice(["web", "sms", "app"], n, p=[0.5, 0.2, 0.3])
    language = rng.choice(["indonesia", "jawa", "lain"], n, p=[0.9, 0.05, 0.05])
    label, chance = rng.choice(LABELS, n, p=shares), rng.random(n)
    return [
        Observation(
            unknown=float(unknown[i]),
            length=int(length[i]),
            channel=str(channel[i]),
            language=str(language[i]),
            label=str(label[i]),
            confidence=float(stated[i]),
            right=bool(chance[i] < stated[i]) if i % 5 == 0 else None,
        )
        for i in range(n)
    ]


def test_false_alarms_are_as_rare_as_promised() -> None:
    rng = np.random.default_rng(0)
    looks = 80
    alarms = sum(bool(look(draw(500, rng), draw(400, rng), seed)) for seed in range(looks))
    assert alarms <= PROMISE * looks + 3 * np.sqrt(PROMISE * looks)


def test_a_shift_of_the_mix_is_found_soon() -> None:
    rng = np.random.default_rng(1)
    moved = 0.7 * SHARES
    moved[-1] += 0.3
    stream = [*draw(200, rng), *draw(300, rng, moved)]
    found = [(end, alarm) for end, alarm in watch(draw(500, rng), stream) if alarm.what == "label"]
    assert found[0][0] in (300, 400)
    assert "label 11" in found[0][1].says


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("channel", {"channel": "whatsapp"}),
        ("language", {"language": "minang"}),
        ("unknown", {"unknown": 0.9}),
        ("length", {"length": 20}),
        ("confidence", {"confidence": 0.1}),
    ],
)
def test_each_quantity_is_watched(what: str, change: dict[str, object]) -> None:
    rng = np.random.default_rng(2)
    latest = [replace(o, **change) if i % 2 else o for i, o in enumerate(draw(100, rng))]  # type: ignore[arg-type]
    assert what in {alarm.what for alarm in look(draw(500, rng), latest)}


def test_probabilities_that_are_no_longer_true_are_found() -> None:
    rng = np.random.default_rng(3)
    latest = [replace(o, confidence=0.9, right=i % 2 == 0) for i, o in enumerate(draw(100, rng))]
    reference = [replace(o, confidence=0.9) for o in draw(500, rng)]
    alarms = {alarm.what: alarm for alarm in look(reference, latest)}
    assert "50% right where 90% was stated" in alarms["calibration"].says


def test_few_complaints_raise_nothing() -> None:
    rng = np.random.default_rng(4)
    assert look(draw(500, rng), [replace(o, channel="x") for o in draw(99, rng)]) == []
