"""Spreading work over processes keeps order and loses nothing."""

from __future__ import annotations

import os
import time
from functools import partial

import pytest

from data.parallel import beside, spread


def start(offset: int) -> int:
    return offset


def add(offset: int, item: int) -> int:
    if item < 0:
        raise ValueError("negative")
    return offset + item


def whose(_offset: int, _item: int) -> int:
    return os.getpid()


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("size", [0, 7, 1234])
def test_results_come_in_order(processes: int, size: int) -> None:
    assert list(spread(partial(start, 5), add, iter(range(size)), processes)) == [5 + n for n in range(size)]


def test_few_items_start_no_process() -> None:
    assert set(spread(partial(start, 0), whose, range(10), 2)) == {os.getpid()}


def test_many_items_are_shared() -> None:
    used = set(spread(partial(start, 0), whose, range(3000), 2))
    assert os.getpid() not in used
    assert 1 <= len(used) <= 2


def test_a_failure_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="negative"):
        list(spread(partial(start, 0), add, [*range(500), -1], 2))


def wait(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_long_call_runs_beside(processes: int) -> None:
    with beside(processes, wait, 0.0) as found:
        assert (found() == os.getpid()) is (processes == 1)


def test_an_error_meanwhile_ends_the_call_beside() -> None:
    with pytest.raises(KeyboardInterrupt), beside(2, wait, 3600.0):
        raise KeyboardInterrupt  # were it not ended, this would wait for an hour


def test_a_failure_beside_reaches_the_caller() -> None:
    with beside(2, add, 0, -1) as found, pytest.raises(ValueError, match="negative"):
        found()
