"""The weight of a vote: learned where the second model helps, none where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.vote import fit_vote, learn_vote, temperature

N = 400
FOLDS = np.arange(N) % 5


def margins(strength: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return scores of four groups that say more or less about the truth."""
    target = np.random.default_rng(0).integers(0, 4, N)
    scores = np.random.default_rng(seed).normal(size=(N, 4))
    scores[np.arange(N), target] += strength
    return scores, target


def test_an_independent_model_that_is_as_good_gets_about_half() -> None:
    (first, target), (second, _) = margins(1.5, 1), margins(1.5, 2)
    found = learn_vote(first, second, target, FOLDS)
    assert found.vote is not None
    assert 0.3 <= found.vote.weight <= 0.7
    assert found.accuracy[0] > found.accuracy[1] > 0
    assert found.rows == N


def test_a_better_model_gets_more_than_a_worse_one() -> None:
    (first, target), (better, _), (worse, _) = margins(1.0, 1), margins(3.0, 2), margins(0.5, 3)
    assert fit_vote(first, better, target).weight > fit_vote(first, worse, target).weight


@pytest.mark.parametrize("seed", range(2, 7))
def test_a_model_that_knows_nothing_gets_no_vote(seed: int) -> None:
    (first, target), (noise, _) = margins(2.0, 1), margins(0.0, seed)
    assert learn_vote(first, noise, target, FOLDS).vote is None


def test_the_same_model_again_gets_no_vote() -> None:
    first, target = margins(1.5, 1)
    assert learn_vote(first, first, target, FOLDS).vote is None


def test_better_probabilities_alone_are_no_reason() -> None:
    first, target = margins(1.5, 1)
    # the second model only knows where the first is not to be believed
    doubt = np.where((first.argmax(1) == target)[:, None], first, 0.2 * first)
    found = learn_vote(first, doubt, target, FOLDS)
    assert found.loss[0] > found.loss[1]
    assert found.accuracy[0] == 0
    assert found.vote is None


def test_few_rows_or_one_fold_give_no_vote() -> None:
    (first, target), (second, _) = margins(1.5, 1), margins(3.0, 2)
    assert learn_vote(first[:50], second[:50], target[:50], FOLDS[:50]).vote is None
    assert learn_vote(first, second, target, np.zeros(N, np.int64)).vote is None


def test_the_temperature_undoes_a_scale() -> None:
    scores, target = margins(1.5, 1)
    assert temperature(10 * scores, target) == pytest.approx(10 * temperature(scores, target), rel=1e-3)
