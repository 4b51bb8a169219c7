"""Measure how well duplicates are found and told from look-alikes, beside plain similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.pairs import Floats, Judged, PairData
from model.duplicates.cluster import cluster
from model.duplicates.relations import SAME
from model.duplicates.signals import SIGNALS


def average_precision(positive: npt.NDArray[np.bool_], score: Floats, weight: Floats | None = None) -> float:
    """Return the area under precision over recall, by steps; equal scores count as one step.

    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]))
    0.8333333333333333
    """
    precision, recall = _curve(positive, score, weight)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def _curve(positive: npt.NDArray[np.bool_], score: Floats, weight: Floats | None = None) -> tuple[Floats, Floats]:
    weight = np.ones(len(score)) if weight is None else weight
    order = np.argsort(-score, kind="stable")
    hit, total = np.cumsum((positive * weight)[order]), np.cumsum(weight[order])
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    return hit[last] / total[last], hit[last] / max(hit[-1], 1e-12)


def precision_at_recall(positive: npt.NDArray[np.bool_], score: Floats, recall: float) -> float:
    """Return the best precision at this recall or more."""
    precision, reached = _curve(positive, score)
    return float(precision[reached >= recall - 1e-12].max(initial=0.0))


def calibration_p(positive: npt.NDArray[np.bool_], score: Floats, rounds: int = 2000, seed: int = 0) -> float:
    """Return the p-value of the hypothesis that the probabilities are calibrated.

    The squared calibration error in ten equal-mass bins is compared with that of outcomes drawn from the probabilities
    themselves (a consistency test after Bröcker and Smith 2007); below 0.05 calibration is rejected.
    """
    order = np.argsort(score, kind="stable")
    bins = np.array_split(order, 10)
    sizes = np.array([len(part) for part in bins])
    expected = np.array([score[part].mean() for part in bins])

    def error(outcome: npt.NDArray[np.bool_]) -> float:
        seen = np.array([outcome[part].mean() for part in bins])
        return float(np.sum(sizes * (seen - expected) ** 2) / len(score))

    rng = np.random.default_rng(seed)
    own = error(positive)
    drawn = [error(rng.random(len(score)) < score) for _ in range(rounds)]
    return float((1 + sum(value >= own for value in drawn)) / (rounds + 1))


def figures(positive: npt.NDArray[np.bool_], score: Floats) -> dict[str, float]:
    """Return average precision and precision at recall 0.5, 0.7 and 0.8."""
    return {
        "n": len(score),
        "positives": int(positive.sum()),
        "average_precision": average_precision(positive, score),
        "p_at_r50": precision_at_recall(positive, score, 0.5),
        "p_at_r70": precision_at_recall(positive, score, 0.7),
        "p_at_r80": precision_at_recall(positive, score, 0.8),
    }


BASELINES = {"word_cosine": "word_cosine", "shingle_overlap": "triple_share"}
"""Plain similarities among the signals, reported beside the scorer."""

CANDIDATE_RATE = 0.052
"""The share of ``same`` among all candidate pairs (RESEARCH E4)."""


def report(
    pairs: Sequence[Judged],
    data: PairData,
    same: Floats,
    followup: Floats,
    plain: Mapping[str, Floats] | None = None,
) -> dict[str, Any]:
    """Return all figures of predictions for judged pairs.

    :param same: the probability of ``same`` of each measured pair.
    :param followup: the probability of ``followup`` of each.
    :param plain: further plain similarities of each.
    """
    data = data.rows(data.measured)
    positive = data.labels == "same"
    result: dict[str, Any] = {"same": figures(positive, same)}
    result["same"]["calibration_p"] = calibration_p(positive, same)
    result["same_or_followup"] = figures(positive | (data.labels == "followup"), same + followup)
    result["by_source"] = {
        str(source): figures(positive[data.sources == source], same[data.sources == source])
        for source in np.unique(data.sources)
        if positive[data.sources == source].any()
    }
    weight = population_weights(data, CANDIDATE_RATE)
    result["population_average_precision"] = average_precision(positive, same, weight)
    known = {name: data.views[-1][:, SIGNALS.index(signal)] for name, signal in BASELINES.items()} | dict(plain or {})
    result["baselines"] = {
        name: figures(positive, values) | {"population_average_precision": average_precision(positive, values, weight)}
        for name, values in known.items()
    }
    sure = np.array([pair.confidence >= 2 for pair in pairs[: len(positive)]])
    result["sure_judgements"] = figures(positive[sure], same[sure])
    result["incidents"] = incident_figures(pairs[: len(positive)], same)
    return result


def incident_figures(pairs: Sequence[Judged], same: Floats) -> dict[str, float]:
    """Return how well the incidents that the predicted links make agree with those that people's judgements make."""
    names = {name for pair in pairs for name in (pair.a, pair.b)}

    def groups(of: list[list[str]]) -> dict[str, str]:
        return {name: min(group) for group in of for name in group}

    judged = [frozenset((pair.a, pair.b)) for pair in pairs if pair.relation == "same"]
    truth = groups(cluster(names, {}, confirmed=judged))
    links = {
        frozenset((pair.a, pair.b)): float(value) for pair, value in zip(pairs, same, strict=True) if value >= SAME
    }
    precision, recall = b_cubed(truth, groups(cluster(names, links)))
    return {"b_cubed_precision": precision, "b_cubed_recall": recall, "complaints": len(names)}


def rewritten_figures(labels: npt.NDArray[np.str_], same: Floats) -> dict[str, float]:
    """Return for reports rewritten by hand how many are called the same, and how many look-alikes are refused."""
    told, alike = same[labels == "same"], same[labels == "different"]
    return {
        "called_same": float(np.mean(told >= 0.5)),
        "refused": float(np.mean(alike < 0.5)),
        "called_same_at_link": float(np.mean(told >= SAME)),
        "refused_at_link": float(np.mean(alike < SAME)),
    }


def population_weights(data: PairData, base_rate: float) -> Floats:
    """Weigh judged pairs so that ``same`` is as rare as among all candidate pairs.

    :param base_rate: the share of ``same`` among candidates (RESEARCH E4: 5.2 %).
    """
    positive = data.labels == "same"
    share = positive.mean()
    return np.asarray(np.where(positive, base_rate / share, (1 - base_rate) / (1 - share)), dtype=np.float64)


def b_cubed(truth: Mapping[str, str], found: Mapping[str, str]) -> tuple[float, float]:
    """Return the B-cubed precision and recall of a clustering (Bagga and Baldwin 1998).

    >>> b_cubed({"a": "1", "b": "1", "c": "2"}, {"a": "x", "b": "x", "c": "x"})
    (0.5555555555555555, 1.0)
    """

    def share(of: Mapping[str, str], within: Mapping[str, str]) -> float:
        groups: dict[str, list[str]] = {}
        for item, group in within.items():
            groups.setdefault(group, []).append(item)
        total = 0.0
        for members in groups.values():
            for item in members:
                total += sum(of[other] == of[item] for other in members) / len(members)
        return total / max(len(within), 1)

    return share(truth, found), share(found, truth)


def duplicate_rate(probabilities: Floats, rounds: int = 1000, seed: int = 0) -> tuple[float, float, float]:
    """Estimate the share of an archive that repeats an earlier complaint, with a 95 % interval.

    :param probabilities: for each complaint the greatest calibrated probability of ``same`` among earlier ones.
    :return: estimate, lower and upper bound: complaints are drawn again and their outcome is drawn from the
        probabilities, so that the interval covers both the sample and the doubt of the scorer.
    """
    rng = np.random.default_rng(seed)
    count = len(probabilities)
    if not count:
        return 0.0, 0.0, 1.0
    drawn = [float(np.mean(rng.random(count) < rng.choice(probabilities, count))) for _ in range(rounds)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(np.mean(probabilities)), float(low), float(high)
