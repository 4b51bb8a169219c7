"""Drift: the promised rate of false alarms holds, also where complaints come in bursts, and a shift is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from evaluation.drift import PROMISE, Audited, Observation, look
from evaluation.standing import follow

LABELS = [f"label {i}" for i in range(12)]
SHARES = np.arange(12, 0, -1) / 78


def draw(n: int, rng: np.random.Generator, shares: np.ndarray = SHARES) -> list[Observation]:
    stated, unknown, length = rng.beta(5, 2, n), rng.beta(2, 8, n), rng.lognormal(5, 1, n)
    channel = rng.choice(["web", "sms", "app"], n, p=[0.5, 0.2, 0.3])
    language = rng.choice(["indonesia", "jawa", "lain"], n, p=[0.9, 0.05, 0.05])
    label = rng.choice(LABELS, n, p=shares)
    return [
        Observation(
            unknown=float(unknown[i]),
            length=int(length[i]),
            channel=str(channel[i]),
            language=str(language[i]),
            label=str(label[i]),
            confidence=float(stated[i]),
        )
        for i in range(n)
    ]


def bursty(n: int, rng: np.random.Generator) -> list[Observation]:
    """Draw weeks of about ten complaints, each with its own mix: hundreds vary 2.5 times as much as by chance."""
    found: list[Observation] = []
    while len(found) < n:
        found += draw(1 + int(rng.poisson(9)), rng, rng.dirichlet(5 * SHARES))
    return found[:n]


def audited(rows: list[Observation], rng: np.random.Generator) -> list[Audited]:
    return [Audited(i, o.confidence, bool(rng.random() < o.confidence)) for i, o in enumerate(rows)]


def test_false_alarms_are_as_rare_as_promised() -> None:
    rng = np.random.default_rng(0)
    looks = 60
    alarms = sum(bool(look(draw(500, rng), draw(400, rng), audited(draw(60, rng), rng), seed)) for seed in range(looks))
    assert alarms <= PROMISE * looks + 3 * np.sqrt(PROMISE * looks)


def test_bursts_are_ordinary() -> None:
    rng = np.random.default_rng(5)
    streams, looks = 10, 5
    begun = sum(len(follow(bursty(500, rng), bursty(100 * looks, rng))[0]) for _ in range(streams))
    assert begun <= PROMISE * streams * looks + 3 * np.sqrt(PROMISE * streams * looks)


def test_a_burst_like_those_of_the_reference_is_no_shift() -> None:
    rng = np.random.default_rng(6)
    burst = [replace(o, label=LABELS[0]) if i % 2 else o for i, o in enumerate(draw(100, rng))]
    past, latest = [*draw(300, rng), *burst, *draw(200, rng)], draw(100, rng)
    again = [replace(o, label=LABELS[0]) if i % 3 == 0 else o for i, o in enumerate(latest)]
    assert "label" in {alarm.what for alarm in look(draw(600, rng), again)}
    assert "label" not in {alarm.what for alarm in look(past, again)}


@pytest.mark.parametrize("kind", [draw, bursty])
def test_a_shift_of_the_mix_is_found_soon(kind: Callable[[int, np.random.Generator], list[Observation]]) -> None:
    rng = np.random.default_rng(1)
    planted = [replace(o, label=LABELS[-1]) if rng.random() < 0.3 else o for o in kind(400, rng)]
    begun, _ = follow(kind(500, rng), [*kind(200, rng), *planted])
    first = next(one for one in begun if one.alarm.what == "label")
    assert 7 < first.hundreds <= 11
    assert "label 11" in first.alarm.says


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
    decided = [Audited(i, 0.9, i % 2 == 0) for i in range(40)]
    alarms = look(draw(500, rng), draw(100, rng), decided)
    assert "50% right where 90% was stated" in {alarm.what: alarm for alarm in alarms}["calibration"].says
    assert look(draw(500, rng), draw(100, rng), [Audited(i, 0.5, True) for i in range(40)]) == []  # better is no alarm


def test_few_complaints_raise_nothing() -> None:
    rng = np.random.default_rng(4)
    assert look(draw(500, rng), [replace(o, channel="x") for o in draw(90, rng)]) == []
    assert look(draw(200, rng), [replace(o, channel="x") for o in draw(100, rng)]) == []
