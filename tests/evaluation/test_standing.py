"""A drift alarm is told once, stands, and ends for a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from evaluation.drift import Audited, Observation
from evaluation.standing import ENOUGH_AUDITED, Watch, follow, holds, step

SHARES = {"web": 0.5, "sms": 0.2, "app": 0.3}


def draw(n: int, seed: int, channel: str = "", share: float = 0.0) -> list[Observation]:
    """Draw complaints, some of them by one channel."""
    rng = np.random.default_rng(seed)
    names = [
        channel if rng.random() < share else str(rng.choice(list(SHARES), p=list(SHARES.values()))) for _ in range(n)
    ]
    return [
        Observation(float(rng.beta(2, 8)), int(rng.lognormal(5, 1)), name, "indonesia", "label", float(rng.beta(5, 2)))
        for name in names
    ]


def reader(rows: list[Observation]) -> Callable[[int], list[Observation]]:
    return lambda hundred: rows[hundred * 100 : hundred * 100 + 100]


def truthful(n: int, after: int, right: int = 9) -> list[Audited]:
    """Return decisions where 90 % was stated and so many of ten were right."""
    return [Audited(after + 1 + i, 0.9, i % 10 < right) for i in range(n)]


@pytest.fixture
def alarmed() -> tuple[Watch, list[Observation]]:
    rows = [*draw(500, 1), *draw(2000, 2, "whatsapp", 0.5)]
    watch, began, ended = step(Watch(), 6, reader(rows), place=600)
    assert ([one.alarm.what for one in began], ended) == (["channel"], [])
    return watch, rows


def test_an_alarm_is_told_once_while_it_stands(alarmed: tuple[Watch, list[Observation]]) -> None:
    watch, rows = alarmed
    for hundreds in range(7, 16):
        watch, began, _ = step(watch, hundreds, reader(rows), place=hundreds * 100)
        assert "channel" not in {one.alarm.what for one in began}
    assert [one.hundreds for one in watch.standing if one.alarm.what == "channel"] == [6]


def test_it_ends_when_the_shift_is_gone_and_the_past_then_counts_as_ordinary() -> None:
    rows = [*draw(500, 3), *draw(100, 4, "whatsapp", 0.5), *draw(700, 5), *draw(100, 6, "whatsapp", 0.4)]
    begun, ended = follow(rows[:500], rows[500:])
    assert [(one.alarm.what, one.hundreds) for one in begun] == [("channel", 6)]
    assert [one.why for one in ended] == ["gone"]
    assert 8 <= ended[0].hundreds <= 12


def test_a_smaller_shift_must_be_seen_twice() -> None:
    quiet, burst = draw(300, 7), draw(100, 8, "web", 0.3)
    rows = [*quiet, *burst, *draw(200, 9), *draw(200, 10, "web", 0.65)]
    watch, seen = Watch(), []
    for hundreds in (6, 7, 8):
        watch, began, _ = step(watch, hundreds, reader(rows), place=hundreds)
        seen.append((watch.suspected, [one.alarm.what for one in began]))
    assert seen == [((), []), (("channel",), []), ((), ["channel"])]


def test_a_second_change_is_told_again(alarmed: tuple[Watch, list[Observation]]) -> None:
    _, rows = alarmed
    begun, _ = follow(rows[:500], [*rows[500:1500], *draw(300, 11, "telegram", 0.6)])
    assert next(one.hundreds for one in begun if one.alarm.what == "channel") == 6
    assert any("telegram" in one.alarm.says for one in begun)


def test_blind_decisions_that_hold_end_it_and_the_latest_are_the_new_reference(
    alarmed: tuple[Watch, list[Observation]],
) -> None:
    watch, rows = alarmed
    few, _, none = step(watch, 12, reader(rows), 1200, truthful(ENOUGH_AUDITED - 1, 600))
    assert (len(few.standing), none) == (1, [])
    before, _, none = step(watch, 12, reader(rows), 1200, truthful(80, 100))  # most of them from before the alarm
    assert (len(before.standing), none) == (1, [])
    after, began, ended = step(watch, 12, reader(rows), 1200, truthful(80, 600))
    assert [one.why for one in ended] == ["audit"]
    assert (after.standing, began, after.first, after.next_look) == ((), [], 7, 13)
    for hundreds in range(13, 20):
        after, began, _ = step(after, hundreds, reader(rows), hundreds * 100)
        assert "channel" not in {one.alarm.what for one in began}


def test_decisions_that_show_fewer_right_end_nothing(alarmed: tuple[Watch, list[Observation]]) -> None:
    watch, rows = alarmed
    after, _, ended = step(watch, 12, reader(rows), 1200, truthful(80, 600, right=7))
    assert ended == []
    assert {one.alarm.what for one in after.standing} >= {"channel"}


def test_the_surer_half_must_hold_by_itself() -> None:
    sure = [Audited(i, 0.95, i % 5 > 0) for i in range(40)]
    unsure = [Audited(i, 0.4, i % 10 < 6) for i in range(40)]
    assert holds([*sure, *unsure]) is None
    assert holds([*(replace(one, right=one.place != 1) for one in sure), *unsure]) is not None


def test_a_long_past_is_thinned_evenly() -> None:
    (until,) = Watch().untils(1004)
    past = Watch().reference(until)
    assert (until, past.start, len(past)) == (1000, 0, 20)
