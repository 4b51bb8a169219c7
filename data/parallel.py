"""Use the other cores of the machine: many complaints spread over them in order, or one long call beside another."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, TypeVar

W = TypeVar("W")
T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 50
_WORTH = 400  # items for which another process, which first loads a model, is worth starting
_AHEAD = 3  # chunks that wait for each process
_held: list[Any] = []  # what a worker process works with, set once when it starts


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    make: Callable[[], W], work: Callable[[W, T], R], items: Iterable[T], processes: int | None = None
) -> Iterator[R]:
    """Yield ``work(make(), item)`` for each item, in order.

    :param make: makes what a process works with, once; importable by name, as ``work`` is.
    :param processes: how many; by default one a core, and this one alone if there are few items.
    """
    wanted = cores() if processes is None else processes
    rest = iter(items)
    first = list(islice(rest, _WORTH))
    if wanted < 2 or len(first) < _WORTH:
        worker = make()
        for item in chain(first, rest):
            yield work(worker, item)
        return
    rest = chain(first, rest)
    waiting: deque[Future[list[R]]] = deque()
    with ProcessPoolExecutor(wanted, get_context("spawn"), _start, (make,)) as pool:
        try:
            while True:
                while len(waiting) < _AHEAD * wanted and (chunk := list(islice(rest, _CHUNK))):
                    waiting.append(pool.submit(_work, work, chunk))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def beside(processes: int, work: Callable[..., R], *arguments: Any) -> Iterator[Callable[[], R]]:
    """Do one call in a process of its own meanwhile; what is yielded waits for its result.

    An error or an interruption meanwhile ends that process too.

    :param processes: with one alone, the call is made where its result is asked for.
    :param work: importable by name.
    """
    if processes < 2:
        yield lambda: work(*arguments)
        return
    with get_context("spawn").Pool(1, _be_quiet) as pool:  # left by an error, it is terminated
        yield pool.apply_async(work, arguments).get


def _be_quiet() -> None:
    """Leave an interruption to the process that waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _start(make: Callable[[], Any]) -> None:
    _be_quiet()
    _held.append(make())


def _work(work: Callable[[Any, T], R], chunk: Sequence[T]) -> list[R]:
    return [work(_held[0], item) for item in chunk]
