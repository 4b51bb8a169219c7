"""Run a check on made-up cases for ``FUZZ_SECONDS`` (2 in the suite; ``make fuzz``: 600); none may hang."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")
SECONDS = float(os.environ.get("FUZZ_SECONDS", "2"))
FIRST = int(os.environ.get("FUZZ_SEED", "0"))
HANGS = 60  # seconds after which a case hangs
_CASES = 40  # cases of one seed


@contextmanager
def _limit() -> Iterator[None]:
    def stop(_signal: int, _frame: Any) -> None:
        raise TimeoutError(f"a case took more than {HANGS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fuzz(strategy: st.SearchStrategy[T], check: Callable[[T], None], part: float = 1.0) -> int:
    """Check cases until the time is over and return how many there were; a failing one is made small and raised.

    :param part: of the time.
    """
    end, cases, number = time.monotonic() + SECONDS * part, 0, FIRST
    failed = False
    while number == FIRST or time.monotonic() < end:

        @seed(number)
        @settings(max_examples=_CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def one(case: T) -> None:
            nonlocal cases, failed
            if time.monotonic() > end and cases > _CASES // 4 and not failed:
                return  # the rest of this seed
            cases += 1
            try:
                with _limit():
                    check(case)
            except BaseException:
                failed = True  # from here on the case is made small, however long that takes
                raise

        one()
        number += 1
    print(f"{cases} cases")
    return cases


def mutated(content: bytes) -> st.SearchStrategy[bytes]:
    """Return a file with some of its bytes changed, cut, doubled or put in."""
    place = st.integers(0, max(0, len(content) - 1))

    def apply(edits: list[tuple[int, int, int, bytes]]) -> bytes:
        made = content
        for kind, at, length, new in edits:
            at = min(at, len(made))  # noqa: PLW2901
            if kind == 0:
                made = made[:at] + new + made[at + len(new) :]
            elif kind == 1:
                made = made[:at] + made[at + length :]
            elif kind == 2:
                made = made[:at] + new + made[at:]
            elif kind == 3:
                made = made[: at + length] + made[at:]
            else:
                made = made[:at]
        return made

    edit = st.tuples(st.integers(0, 4), place, st.integers(1, 2_000), st.binary(max_size=12) | ODD)
    return st.lists(edit, min_size=1, max_size=5).map(apply)


ODD = st.sampled_from(
    (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'"""', b"\r", b"\n\n", b";", b"\t", b"{", b"[[[[", b"1e999", b"NaN",
     b"-1", b"null", b"\\ud800", b"=cmd|' /C calc'!A0", b"99999999999999999999", b"<", b"&lt;", b"&#0;", b"]]>")
)  # fmt: skip
"""Bytes that mean something to a reader."""

SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(10**400), st.just("\ud800")
)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def replaced(document: Any, path: list[int], value: Any) -> Any:
    """Return a JSON document with the part at a path replaced; each step picks among what is there."""
    if not path or not isinstance(document, (dict, list)) or not document:
        return value
    if isinstance(document, list):
        at = path[0] % len(document)
        return [replaced(part, path[1:], value) if i == at else part for i, part in enumerate(document)]
    key = list(document)[path[0] % len(document)]
    return {k: replaced(part, path[1:], value) if k == key else part for k, part in document.items()}
