"""Judge how much the words of a text count for its matter: beside landmarks, in addresses, about who refused."""

from __future__ import annotations

from collections.abc import Sequence

_LANDMARK = frozenset(
    "depan dekat deket samping sebelah belakang seberang sekitar menuju arah sebrang ngarep ngarepe cedak cerak caket "
    "payun tukang dakek muka sabalah ngajeng wingking mburi sandiang pinggir".split()
)
"""A noun right after one of these says where, not what."""
_WHERE = frozenset("kantor gedung simpang pertigaan perempatan jalan gang komplek".split())
_ADDRESS = frozenset("yth kepada kpd ditujukan".split())
_RUNNING = frozenset("tidak tetap bisa mau harus".split())
_REFUSED = (
    ("bukan", "wewenang"), ("bukan", "kewenangan"), ("bukan", "urusan"), ("bukan", "ranah"), ("bukan", "tugas"),
    ("lempar", ""), ("lepas", "tangan"), ("bukan", "tanggung"), ("bukan", "tanggungjawab"), ("bukan", "kewenangannya"),
    ("bukan", "wewenangnya"), ("bukan", "bagian"), ("saling", "lempar"),
)  # fmt: skip

_REFUSALS: dict[str, tuple[str, ...]] = {
    first: tuple(second for start, second in _REFUSED if start == first) for first, _ in _REFUSED
}
_TURNING = _LANDMARK | _ADDRESS | _REFUSALS.keys() | {"jalan"}
"""Words that change how much the words around them count."""


def context_factors(stems: Sequence[str]) -> list[float]:
    """Return how much each word counts in its context, from 0 to 1."""
    factors = [1.0] * len(stems)
    for place, word in enumerate(stems):
        if word not in _TURNING:
            continue
        if word in _LANDMARK:
            reach = place + 1
            while reach < len(stems) and stems[reach] in _WHERE and reach < place + 2:
                reach += 1
            for other in range(place + 1, min(reach + 1, len(stems))):
                factors[other] = min(factors[other], 0.25)
        elif word in _ADDRESS:
            for other in range(place + 1, min(place + 8, len(stems))):
                factors[other] = min(factors[other], 0.45)
        elif word == "jalan" and (stems[max(0, place - 1)] in _RUNNING or stems[place + 1 : place + 2] == ["terus"]):
            factors[place] = 0.15  # "airnya tidak jalan", "tagihan jalan terus": it runs, it is no road
        elif word == "bukan" and place + 1 < len(stems):
            factors[place + 1] = min(factors[place + 1], 0.2)
        for second in _REFUSALS.get(word, ()):
            if not second or stems[place + 1 : place + 2] == [second]:
                for other in range(max(0, place - 6), place):
                    factors[other] = min(factors[other], 0.45)
    return factors
