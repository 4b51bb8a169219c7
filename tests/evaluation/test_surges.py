"""Surges and new topics: found when planted, with the delay and the words; as rare as promised without a change."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.complaint import Record
from data.similar import wording
from evaluation.rates import discoveries, excess_p, interval
from evaluation.surges import Item, find_surges, places
from evaluation.topics import find_topics

START = date(2025, 1, 6)
KINDS = [f"Kategori {i}" for i in range(20)]


@pytest.fixture(scope="module")
def words(sample_records: list[Record]) -> list[frozenset[str]]:
    return [frozenset(w for w in wording(r.complaint.text).split() if len(w) > 3) for r in sample_records]


def stream(days: int, rate: float, seed: int, words: list[frozenset[str]] | None = None) -> list[Item]:
    """Draw complaints with no change in them: every day alike, and every fifth kind rare."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(len(KINDS)))
    found = []
    for day in range(days):
        for number in range(rng.poisson(rate)):
            held = words[rng.integers(len(words))] if words else frozenset[str]()
            place = f"32.04.{rng.integers(1, 32):02}"
            name = f"{day}-{number}"
            kind = str(rng.choice(KINDS, p=shares))
            found.append(Item(name, START + timedelta(day), kind, place, 0.5, held, name))
    return found


def test_days_without_a_change_are_quiet_as_promised(words: list[frozenset[str]]) -> None:
    surges = topics = days = 0
    for seed in range(3):
        items = stream(230, 6, seed, words)
        for day in range(150, 230, 5):
            days += 1
            surges += bool(find_surges(items, START + timedelta(day)))
            topics += bool(find_topics(items, START + timedelta(day)))
    assert days == 48
    assert surges <= 2
    assert topics <= 2


def test_15_flood_reports_in_a_district_are_a_surge_on_the_first_day_with_five() -> None:
    items = stream(120, 6, 7)
    planted = [
        Item(f"banjir-{i}", START + timedelta(100 + i // 5), "Banjir", "32.04.05", 0.6, frozenset(), f"b{i}")
        for i in range(15)
    ]
    found = {day: find_surges([*items, *planted], START + timedelta(day)) for day in range(99, 104)}
    assert found[99] == []
    first = found[100][0]
    assert (first.kind, first.place, first.n) == ("Banjir", "32.04.05", 5)
    assert found[102][0].n == 15
    assert {s.kind for s in found[102]} == {"Banjir"}


def test_a_new_topic_of_30_reports_is_found_by_its_words(words: list[frozenset[str]]) -> None:
    items = stream(230, 6, 8, words)
    rng = np.random.default_rng(0)
    planted = [
        Item(
            f"baru-{i}",
            START + timedelta(195 + i),
            KINDS[int(rng.integers(20))],
            f"32.04.{rng.integers(1, 32):02}",
            0.3,
            words[int(rng.integers(len(words)))] | {"penyakitbaru", "isolasimandiri"},
            f"t{i}",
        )
        for i in range(30)
    ]
    delay = next(
        n for n in range(1, 31) if find_topics([*items, *planted[:n]], planted[n - 1].day)
    )  # complaints of the topic before it is told
    topic = find_topics([*items, *planted], planted[-1].day)[0]
    assert delay <= 12
    assert {"penyakitbaru", "isolasimandiri"} <= set(topic.words)
    assert topic.explained is None
    assert set(topic.ids) <= {item.id for item in planted}


def test_a_topic_that_a_category_explains_is_no_new_one(words: list[frozenset[str]]) -> None:
    items = stream(230, 6, 9, words)
    planted = [
        Item(f"k{i}", START + timedelta(210 + i), "Bencana", "", 0.9, words[i] | {"gempabumi", "retakan"}, f"k{i}")
        for i in range(12)
    ]
    assert find_topics([*items, *planted], planted[-1].day)[0].explained == "Bencana"


def test_copies_of_one_text_are_no_topic(words: list[frozenset[str]]) -> None:
    items = stream(230, 6, 10, words)
    copies = [Item(f"c{i}", START + timedelta(220), "x", "", 1, frozenset({"salinansama"}), "same") for i in range(40)]
    assert find_topics([*items, *copies], START + timedelta(225)) == []


def test_twice_as_much_of_everything_is_no_surge() -> None:
    items = stream(120, 5, 11)
    busy = [
        Item(f"{item.id}-again", item.day, item.kind, item.place, item.sure, item.words, f"{item.id}-again")
        for item in items
        if (item.day - START).days >= 113
    ]
    assert find_surges([*items, *busy], START + timedelta(119)) == []


def test_an_empty_history_says_nothing() -> None:
    assert find_surges([], START) == []
    assert find_topics([Item("1", START, "x")], START) == []


def test_a_place_lies_in_wider_ones() -> None:
    assert places("") == ("",)
    assert places("32.04") == ("", "32", "32.04")


@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 30), st.integers(12, 40))
def test_the_tail_is_a_probability_and_falls_with_more_hits(hits: int, window: int, of: int, total: int) -> None:
    window, of = min(window, total), min(of, total)
    hits = min(hits, window, of)
    p = excess_p(hits, window, of, total)
    assert 0 <= p <= 1
    if hits < min(window, of):
        assert excess_p(hits + 1, window, of, total) <= p + 1e-12


def test_the_tail_is_that_of_scipy() -> None:
    from scipy.stats import hypergeom

    assert excess_p(7, 30, 12, 200) == pytest.approx(hypergeom.sf(6, 200, 12, 30), rel=1e-9)


def test_discoveries_are_those_of_scipy() -> None:
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(0).random(40) ** 4
    assert set(discoveries(p.tolist(), 0.05)) == set(np.flatnonzero(false_discovery_control(p) <= 0.05).tolist())


@pytest.mark.parametrize(("hits", "n"), [(0, 12), (3, 12), (12, 12)])
def test_intervals_are_exact(hits: int, n: int) -> None:
    from scipy.stats import binomtest

    exact = binomtest(hits, n).proportion_ci(0.95, "exact")
    assert interval(hits, n) == pytest.approx((exact.low, exact.high), abs=1e-6)
