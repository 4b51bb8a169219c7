"""Pairs for blind judging, and the agreement of two people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.judging import (
    Judgement,
    ScoredPair,
    agreed,
    agreement,
    blind_order,
    cohen_kappa,
    disputed,
    sample_pairs,
)

PAIRS = [ScoredPair(f"a{number}", f"b{number}", number / 1000) for number in range(1000)]


def told(judge: str, answers: list[str]) -> list[Judgement]:
    return [Judgement(f"a{number}", f"b{number}", judge, answer) for number, answer in enumerate(answers)]


def test_rare_classes_of_probability_are_drawn_as_often_as_common_ones() -> None:
    many = [ScoredPair(f"x{number}", "y", 0.01) for number in range(900)] + PAIRS[900:]
    chosen = sample_pairs(many, 40)
    assert sum(pair.probability >= 0.9 for pair in chosen) == 20


def test_a_class_with_too_few_pairs_gives_its_place_to_the_others() -> None:
    assert len(sample_pairs([*PAIRS[:50], PAIRS[999]], 30)) == 30
    assert sample_pairs(PAIRS[:3], 30) == PAIRS[:3]


def test_a_pair_told_twice_or_the_other_way_round_is_drawn_once() -> None:
    assert len(sample_pairs([ScoredPair("1", "2", 0.5), ScoredPair("2", "1", 0.6)], 5)) == 1


@given(st.integers(0, 100), st.integers(0, 60))
def test_the_sample_follows_from_the_seed_and_not_from_the_order(seed: int, count: int) -> None:
    assert sample_pairs(PAIRS[:50], count, seed) == sample_pairs(PAIRS[:50][::-1], count, seed)


def test_two_people_see_the_same_pairs_in_different_orders() -> None:
    chosen = sample_pairs(PAIRS, 30)
    one, other = blind_order(chosen, "p"), blind_order(chosen, "q")
    assert one != other
    assert {frozenset(pair) for pair in one} == {frozenset(pair) for pair in other}
    assert any(pair not in other for pair in one)  # some sides are swapped


def test_kappa_is_zero_where_agreement_is_no_more_than_chance() -> None:
    assert cohen_kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == 0.0


def test_agreement_counts_only_pairs_that_both_judged_and_the_last_answer() -> None:
    answers = ["same", "related", "different", "same"]
    judged = told("p", answers) + told("q", [*answers[:2], "related"]) + told("q", ["related"]) + told("q", ["same"])
    found = agreement(judged, "p", "q")
    assert found is not None
    assert (found.pairs, found.raw) == (3, pytest.approx(2 / 3))
    assert found.low <= found.kappa <= found.high
    assert agreement(judged, "p", "nobody") is None


def test_relations_may_count_as_one() -> None:
    judged = told("p", ["same", "related", "different"] * 5) + told("q", ["same", "different", "related"] * 5)
    whole, same = agreement(judged, "p", "q"), agreement(judged, "p", "q", only={"same"})
    assert whole is not None
    assert same is not None
    assert whole.kappa < same.kappa == 1.0


def test_pairs_of_one_answer_are_ready_for_training_and_the_others_are_named() -> None:
    judged = told("p", ["same", "related"]) + told("q", ["same", "followup"])
    assert agreed(judged, "p", "q") == [("a0", "b0", "same")]
    assert disputed(judged, "p", "q") == [("a1", "b1", "related", "followup")]
