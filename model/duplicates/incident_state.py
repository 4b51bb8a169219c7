"""Write incidents down and read them again, so that a start need not replay the whole event log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from model.duplicates.incidents import Incidents, Member


def dump(incidents: Incidents) -> dict[str, Any]:
    """Return all that is known as plain lists; a complaint is named by its place in the first of them."""
    members = list(incidents._members.values())
    place = {member.id: number for number, member in enumerate(members)}
    groups = sorted([place[name] for name in found.members] for found in incidents.gathered())

    def pairs(of: Mapping[str, Iterable[str]]) -> list[tuple[int, int]]:
        return [(place[a], place[b]) for a, others in of.items() for b in others if place[a] < place[b]]

    return {
        "ids": [member.id for member in members],
        "days": [member.day for member in members],
        "reporters": [member.reporter for member in members],
        "came": [member.came for member in members],
        "anchors": [(place[name], *anchor) for name, anchor in incidents._anchor.items()],
        "last": incidents._came,
        "links": [(a, b, incidents._near[members[a].id][members[b].id]) for a, b in pairs(incidents._near)],
        "confirmed": pairs(incidents._confirmed),
        "rejected": pairs(incidents._rejected),
        "closed": sorted(place[name] for name in incidents._closed),
        "groups": groups,
    }


def load(state: Mapping[str, Any], largest: int | None = None) -> Incidents:
    """Return the incidents that :func:`dump` wrote.

    :raises (KeyError, IndexError, TypeError, ValueError): if it is not such a state.
    """
    incidents = Incidents() if largest is None else Incidents(largest)
    ids: list[str] = state["ids"]
    rows = zip(ids, state["days"], state["reporters"], state["came"], strict=True)
    incidents._members = {row[0]: Member(*row) for row in rows}
    incidents._unnamed = list(ids)
    incidents._came = int(state["last"])
    for at, came, first in state["anchors"]:
        incidents._anchor[ids[at]] = (came, first)
        if first != ids[at]:
            incidents._inherited.add(first)
    for a, b, probability in state["links"]:
        for one, other in ((ids[a], ids[b]), (ids[b], ids[a])):
            incidents._near.setdefault(one, {})[other] = float(probability)
    for kept, pairs in ((incidents._confirmed, state["confirmed"]), (incidents._rejected, state["rejected"])):
        for a, b in pairs:
            for one, other in ((ids[a], ids[b]), (ids[b], ids[a])):
                kept.setdefault(one, set()).add(other)
    incidents._closed = {ids[place] for place in state["closed"]}
    for group in state["groups"]:
        incidents._settle([ids[place] for place in group])
    return incidents
