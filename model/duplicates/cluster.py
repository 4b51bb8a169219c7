"""Gather linked complaints into groups without chaining through weak links."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

STRONG: Final = 0.9
"""A link of this probability joins by itself."""

LINK: Final = 0.5
"""A weaker link joins only what is well linked on the whole."""

COHESION: Final = 0.5
"""The least mean probability between the members of two groups that are joined; pairs without a link count as 0."""

LARGEST: Final = 200
"""The machine makes no incident larger than this; people may."""


def cluster(
    members: Collection[str],
    links: Mapping[frozenset[str], float],
    confirmed: Iterable[frozenset[str]] = (),
    rejected: Iterable[frozenset[str]] = (),
    largest: int = LARGEST,
) -> list[list[str]]:
    """Gather complaints into incidents, strongest links first.

    Two groups join over a link if the mean probability over all pairs between them is at least :data:`COHESION`, where
    a pair without a link counts as 0 and a link of :data:`STRONG` as 1: so a chain of weak links does not become one
    incident. What people confirmed is joined first and whatever its size; what they rejected is never joined.

    :param links: the probability of ``same`` by pair.
    :return: groups of ids; each member is in exactly one.
    """
    apart: dict[str, set[str]] = {}
    for pair in rejected:
        a, b = sorted(pair)
        apart.setdefault(a, set()).add(b)
        apart.setdefault(b, set()).add(a)
    group_of = {name: name for name in members}
    groups = {name: [name] for name in members}
    near: dict[str, dict[str, float]] = {}
    known = {pair: value for pair, value in links.items() if value >= LINK and all(name in members for name in pair)}
    for pair, value in known.items():
        a, b = pair
        strength = 1.0 if value >= STRONG else value
        near.setdefault(a, {})[b] = strength
        near.setdefault(b, {})[a] = strength

    def forbidden(one: str, other: str) -> bool:
        return any(not apart.get(name, set()).isdisjoint(groups[other]) for name in groups[one] if name in apart)

    def join(one: str, other: str) -> None:
        small, large = sorted((one, other), key=lambda name: (len(groups[name]), name))
        for name in groups[small]:
            group_of[name] = large
        groups[large] += groups.pop(small)

    for first, second in sorted(tuple(sorted(pair)) for pair in confirmed):
        one, other = group_of.get(first), group_of.get(second)
        if one is not None and other is not None and one != other and not forbidden(one, other):
            join(one, other)
    ordered = sorted(known.items(), key=lambda item: (-item[1], tuple(sorted(item[0]))))
    for link, _ in ordered:
        one, other = sorted(group_of[name] for name in link)
        if one == other or len(groups[one]) + len(groups[other]) > largest or forbidden(one, other):
            continue
        inside = set(groups[other])
        total = sum(
            strength
            for name in groups[one]
            for neighbour, strength in near.get(name, {}).items()
            if neighbour in inside
        )
        if total >= COHESION * len(groups[one]) * len(groups[other]):
            join(one, other)
    return list(groups.values())
