"""Incidents: no chaining, people win, replay and any order give the same."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import PilahError
from model.duplicates.incident_state import dump, load
from model.duplicates.incidents import Incident, Incidents, Member, incident_id


def filled(count: int, links: dict[tuple[int, int], float] | None = None, **options: int) -> Incidents:
    incidents = Incidents(**options)
    for number in range(count):
        own = {f"c{a}": value for (a, b), value in (links or {}).items() if b == number}
        incidents.add(Member(f"c{number}", day=number, reporter=f"r{number}"), own)
    return incidents


def groups(incidents: Incidents) -> set[tuple[str, ...]]:
    return {incident.members for incident in incidents.all()}


def test_linked_complaints_are_one_incident_with_its_facts() -> None:
    incidents = filled(3, {(0, 1): 0.95, (0, 2): 0.9, (1, 2): 0.8})
    assert incidents.of("c2") == Incident(incident_id("c0"), "c0", ("c0", "c1", "c2"), 0, 2, 3, "terbuka")


def test_a_chain_of_500_weak_links_does_not_become_one_incident() -> None:
    incidents = filled(500, {(number, number + 1): 0.7 for number in range(499)})
    assert max(len(incident.members) for incident in incidents.all()) <= 2


def test_a_chain_of_strong_links_stays_short() -> None:
    incidents = filled(200, {(number, number + 1): 0.95 for number in range(199)})
    assert max(len(incident.members) for incident in incidents.all()) <= 4


def test_no_incident_is_larger_than_the_bound() -> None:
    links = {(a, b): 0.99 for b in range(12) for a in range(b)}
    assert max(len(members) for members in groups(filled(12, links, largest=5))) == 5


def test_links_below_one_half_do_nothing() -> None:
    assert len(filled(2, {(0, 1): 0.49}).all()) == 2


def test_one_reporter_counts_once_and_unknown_ones_each() -> None:
    incidents = Incidents()
    for number, reporter in enumerate(["r1", "r1", None, None]):
        incidents.add(Member(f"c{number}", number, reporter), {f"c{other}": 0.95 for other in range(number)})
    assert incidents.of("c0").supporters == 3


def test_the_id_stays_when_an_older_complaint_joins_and_when_the_first_is_deleted() -> None:
    incidents = filled(2, {(0, 1): 0.95})
    before = incidents.of("c0").id
    incidents.add(Member("late", day=-100), {"c0": 0.95, "c1": 0.95})
    assert incidents.of("c0").id == before
    assert incidents.of("c0").representative == "late"
    incidents.remove("c0")
    assert incidents.of("c1").id == before


def test_merging_by_people_wins_over_missing_links() -> None:
    incidents = filled(3)
    merged = incidents.merge(incidents.of("c0").id, incidents.of("c2").id)
    assert merged.members == ("c0", "c2")


def test_splitting_by_people_wins_over_links_also_of_later_complaints() -> None:
    incidents = filled(3, {(0, 1): 0.95, (0, 2): 0.95, (1, 2): 0.95})
    part = incidents.split(incidents.of("c0").id, ["c2"])
    assert part.members == ("c2",)
    incidents.add(Member("c3", 3), {"c0": 0.95, "c1": 0.95, "c2": 0.95})
    assert incidents.of("c2").id != incidents.of("c0").id
    assert "c2" not in incidents.of("c0").members


def test_merge_after_split_joins_again() -> None:
    incidents = filled(2, {(0, 1): 0.95})
    part = incidents.split(incidents.of("c0").id, ["c1"])
    assert incidents.merge(incidents.of("c0").id, part.id).members == ("c0", "c1")


@pytest.mark.parametrize("members", [[], ["c0", "c1"], ["c9"], ["c0", "c9"]])
def test_impossible_splits_are_refused(members: list[str]) -> None:
    incidents = filled(3, {(0, 1): 0.95})
    with pytest.raises(PilahError, match="PLH-606"):
        incidents.split(incidents.of("c0").id, members)


def test_unknown_incidents_and_complaints_are_refused() -> None:
    incidents = filled(1)
    for call in (lambda: incidents.get("K-0"), lambda: incidents.of("x"), lambda: incidents.confirm("c0", "x")):
        with pytest.raises(PilahError, match="PLH-606"):
            call()


def test_closing_stays_when_complaints_join_and_can_be_undone() -> None:
    incidents = filled(2, {(0, 1): 0.95})
    name = incidents.of("c0").id
    assert incidents.close(name).status == "selesai"
    incidents.add(Member("c2", 2), {"c0": 0.95, "c1": 0.95})
    assert incidents.get(name).status == "selesai"
    assert incidents.get(name).members == ("c0", "c1", "c2")
    assert incidents.close(name, closed=False).status == "terbuka"


def test_rejecting_a_pair_parts_it() -> None:
    incidents = filled(2, {(0, 1): 0.99})
    incidents.reject("c0", "c1")
    assert len(incidents.all()) == 2
    incidents.confirm("c0", "c1")
    assert len(incidents.all()) == 1


STEP = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 9), st.dictionaries(st.integers(0, 9), st.floats(0, 1), max_size=4)),
    st.tuples(st.just("remove"), st.integers(0, 9), st.just({})),
    st.tuples(st.just("confirm"), st.integers(0, 9), st.dictionaries(st.integers(0, 9), st.just(1.0), max_size=1)),
    st.tuples(st.just("reject"), st.integers(0, 9), st.dictionaries(st.integers(0, 9), st.just(1.0), max_size=1)),
)


def apply(incidents: Incidents, step: tuple[str, int, dict[int, float]]) -> None:
    kind, number, others = step
    if kind == "add":
        incidents.add(Member(f"c{number}", number), {f"c{other}": value for other, value in others.items()})
    elif kind == "remove":
        incidents.remove(f"c{number}")
    else:
        for other in others:
            try:
                (incidents.confirm if kind == "confirm" else incidents.reject)(f"c{number}", f"c{other}")
            except PilahError:
                continue


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=25), st.randoms(use_true_random=False))
def test_replay_gives_the_same_however_often_it_is_looked_at(
    steps: list[tuple[str, int, dict[int, float]]], random: Random
) -> None:
    watched, replayed = Incidents(), Incidents()
    for step in steps:
        apply(watched, step)
        if random.random() < 0.5:
            assert all(watched.get(incident.id) == incident for incident in watched.all())
    for step in steps:
        apply(replayed, step)
    assert watched.all() == replayed.all()
    assert all(one.get(incident.id) == incident for one in (watched, replayed) for incident in one.all())
    names = [name for incident in watched.all() for name in incident.members]
    assert sorted(names) == sorted(set(names))
    assert all(watched.of(name).id == incident.id for incident in watched.all() for name in incident.members)


def test_the_parts_of_a_broken_incident_do_not_undo_each_other() -> None:
    for name in ("B-1", "C-1"):
        incidents = Incidents()
        for member in ("A-1", "B-1", "C-1"):
            incidents.add(Member(member, None, None))
        incidents.join(["A-1"], ["B-1", "C-1"])
        kept = incidents.of("A-1").id
        incidents.remove("A-1")
        assert incidents.get(incidents.of(name).id).members == (name,)
        assert incidents.get(kept).members == ("B-1",)


def test_a_founder_that_comes_again_takes_no_id_of_another_incident() -> None:
    incidents = filled(3, {(0, 1): 0.99})
    kept = incidents.of("c0").id
    incidents.remove("c0")
    for again in range(2):
        incidents.add(Member("c0", None, None))
        assert incidents.of("c1").id == kept
        assert incidents.of("c0").id not in (kept, incidents.of("c2").id), again
        assert len(incidents.all()) == 3
        incidents.remove("c0")


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=20), st.lists(STEP, max_size=10))
def test_what_is_written_down_goes_on_as_if_it_had_stayed(before: list[Any], after: list[Any]) -> None:
    stayed = Incidents(4)
    for step in before:
        apply(stayed, step)
    back = load(json.loads(json.dumps(dump(stayed))), 4)
    assert back.all() == stayed.all()
    for step in after:
        for one in (stayed, back):
            apply(one, step)
        assert back.all() == stayed.all()
