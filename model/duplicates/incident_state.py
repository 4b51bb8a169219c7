"""Write incidents down and read them again, so that a start need not replay the whole event log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from model.duplicates.incidents import Incidents, Member


def dump(incidents: Incidents) -> dict[str, Any]:
    """Return all that is known as plain lists; a complaint is named by its place in the first of them."""
    members = list(incidents._members.values())
    place = {member.id: number for number, member in enumerate(members)}
    groups = [[place[name] for name in found.members] for found in incidents.all() if len(found.members) > 1]

    def pairs(of: Mapping[str, Iterable[str]]) -> list[tuple[int, int]]:
        return [(place[a], place[b]) for a, others in of.items() for b in others if place[a] < place[b]]

    return {
        "ids": [member.id for member in members],
        "days": [member.day for member in members],
        "reporters": [member.reporter for member in members],
        "anchors": [incidents._anchor[member.id] for member in members],
        "came": incidents._came,
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
    for name, day, reporter, (came, first) in zip(
        ids, state["days"], state["reporters"], state["anchors"], strict=True
    ):
        incidents._members[name] = Member(name, day, reporter)
        incidents._anchor[name] = (came, first)
        if first != name:
            incidents._inherited.add(first)
    incidents._came = int(state["came"])
    for a, b, probability in state["links"]:
        for one, other in ((ids[a], ids[b]), (ids[b], ids[a])):
            incidents._near.setdefault(one, {})[other] = float(probability)
    for kept, pairs in ((incidents._confirmed, state["confirmed"]), (incidents._rejected, state["rejected"])):
        for a, b in pairs:
            for one, other in ((ids[a], ids[b]), (ids[b], ids[a])):
                kept.setdefault(one, set()).add(other)
    incidents._closed = {ids[place] for place in state["closed"]}
    alone = set(range(len(ids)))
    for group in state["groups"]:
        incidents._settle([ids[place] for place in group])
        alone.difference_update(group)
    for place in sorted(alone):
        incidents._settle([ids[place]])
    return incidents
