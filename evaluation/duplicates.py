"""Measure how well duplicates are found and told from look-alikes, beside plain similarity."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from data.complaint import Complaint, Record
from data.errors import PilahError
from model.duplicates.document import Document
from model.duplicates.index import DuplicateIndex
from model.duplicates.prepare import Preparer
from model.duplicates.profile import Profile, profile
from model.duplicates.relations import CAPS, doubts
from model.duplicates.scorer import pair_words
from model.duplicates.signals import SIGNALS, signals

Floats = npt.NDArray[np.float64]
RELATIONS = ("same", "followup", "recurrence", "related", "campaign", "different")


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold one pair that people judged."""

    a: str
    b: str
    relation: str
    confidence: int = 3


def read_pairs(path: Path) -> list[Judged]:
    """Read judged pairs, one JSON object a line.

    :raises PilahError: PLH-605 naming the line that is wrong.
    """
    pairs: list[Judged] = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                pair = Judged(str(row["a"]), str(row["b"]), str(row["relation"]), int(row.get("confidence", 3)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise PilahError("PLH-605", f"{path.name}, line {number}") from error
            if pair.relation not in RELATIONS:
                raise PilahError("PLH-605", f"{path.name}, line {number}: relation {pair.relation[:30]!r}")
            pairs.append(pair)
    return pairs


def read_rewritten(path: Path, prepare: Preparer) -> tuple[list[Judged], list[Document]]:
    """Read reports that people rewrote: each tells a stored incident in other words, and a look-alike of another one.

    :return: pairs of the source with both, and both as documents with ids of their own.
    :raises PilahError: PLH-605 naming the line that is wrong.
    """
    pairs: list[Judged] = []
    documents: list[Document] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            for key, relation in (("duplicate", "same"), ("hard_negative", "different")):
                told = row[key]
                day = datetime.fromisoformat(told["date"]) if told.get("date") else None
                complaint = Complaint(
                    id=f"{path.stem}-{number}-{key}",
                    text=told["text"],
                    title=told.get("title"),
                    location=told.get("area"),
                    date=day if day is None or day.tzinfo else day.replace(tzinfo=ZoneInfo("Asia/Jakarta")),
                )
                documents.append(prepare.document(Record(complaint)))
                pairs.append(Judged(str(row["source_id"]), complaint.id, relation))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PilahError("PLH-605", f"{path.name}, line {number}") from error
    return pairs, documents


@dataclass(frozen=True, slots=True)
class PairData:
    """Hold judged pairs as numbers.

    :param views: the signals of all pairs, (pairs, signals), once for each collection of complaints in which the
        rarity of words was counted; the last is the largest.
    :param labels: the relation of each.
    :param components: the connected component of each: pairs of one component belong in one fold.
    :param sources: the source of each pair's first complaint.
    :param rules: (pairs, rules of :data:`~model.duplicates.relations.CAPS`), whether each holds.
    :param measured: false for rows that only help to train: rewritten reports with their look-alikes.
    """

    views: list[Floats]
    labels: npt.NDArray[np.str_]
    components: npt.NDArray[np.int64]
    sources: npt.NDArray[np.str_]
    measured: npt.NDArray[np.bool_]
    rules: npt.NDArray[np.bool_]


def components(pairs: Sequence[Judged]) -> npt.NDArray[np.int64]:
    """Return for each pair the number of its connected component.

    >>> components([Judged("a", "b", "same"), Judged("x", "y", "same"), Judged("b", "c", "same")]).tolist()
    [0, 1, 0]
    """
    parent: dict[str, str] = {}

    def root(item: str) -> str:
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for pair in pairs:
        parent[root(pair.a)] = root(pair.b)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(root(pair.a), len(numbers)) for pair in pairs], dtype=np.int64)


def pair_data(
    pairs: Sequence[Judged], collections: Mapping[str, Sequence[Document]], rewritten: Sequence[Document] = ()
) -> PairData:
    """Compute the signals of judged pairs among their own source's complaints and among all.

    :param collections: the complaints by source.
    :param rewritten: further complaints that pairs name as ``b``; they are in no collection.
    :raises PilahError: PLH-604 if a pair names a complaint that is in none.
    """
    source_of = {document.id: source for source, documents in collections.items() for document in documents}
    documents = {document.id: document for held in collections.values() for document in held}
    documents |= {document.id: document for document in rewritten}
    for pair in pairs:
        for identifier in (pair.a, pair.b):
            if identifier not in documents or pair.a not in source_of:
                raise PilahError("PLH-604", identifier)
    profiles = {
        identifier: profile(documents[identifier])
        for identifier in {item for pair in pairs for item in (pair.a, pair.b)}
    }
    everything = _index(documents.values())
    views = [np.zeros((len(pairs), len(SIGNALS)))]
    if len(collections) > 1:
        views.insert(0, np.zeros((len(pairs), len(SIGNALS))))
        own = {source: _index(held) for source, held in collections.items()}
        for row, pair in enumerate(pairs):
            views[0][row] = _pair_signals(own[source_of[pair.a]], profiles[pair.a], profiles[pair.b])
    for row, pair in enumerate(pairs):
        views[-1][row] = _pair_signals(everything, profiles[pair.a], profiles[pair.b])
    return PairData(
        views=views,
        labels=np.array([pair.relation for pair in pairs]),
        components=components(pairs),
        sources=np.array([source_of[pair.a] for pair in pairs]),
        measured=np.array([pair.b in source_of for pair in pairs]),
        rules=np.array(
            [
                [rule in held for rule in CAPS]
                for pair, wording in zip(pairs, views[-1][:, SIGNALS.index("triple_share")], strict=True)
                for held in (doubts(profiles[pair.a], profiles[pair.b], float(wording)),)
            ]
        ),
    )


def _index(documents: Iterable[Document]) -> DuplicateIndex:
    index = DuplicateIndex()
    for document in documents:
        index.add(document)
    return index


def _pair_signals(index: DuplicateIndex, a: Profile, b: Profile) -> list[float]:
    return signals(a, b, index.rarity(pair_words(a, b)))


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


BASELINES = {"character_dice": "gram_dice", "word_cosine": "word_cosine", "shingle_overlap": "triple_share"}
"""Plain similarities, reported beside the scorer: characters, words, and the overlap that MinHash estimates."""


def report(pairs: Sequence[Judged], data: PairData, same: Floats, followup: Floats) -> dict[str, Any]:
    """Return all figures of predictions for judged pairs.

    :param same: the probability of ``same`` of each measured pair.
    :param followup: the probability of ``followup`` of each.
    """
    data = measured_only(data)
    positive = data.labels == "same"
    result: dict[str, Any] = {"same": figures(positive, same)}
    result["same"]["calibration_p"] = calibration_p(positive, same)
    result["same_or_followup"] = figures(positive | (data.labels == "followup"), same + followup)
    result["by_source"] = {
        str(source): figures(positive[data.sources == source], same[data.sources == source])
        for source in np.unique(data.sources)
        if positive[data.sources == source].any()
    }
    weight = population_weights(data, base_rate=0.052)
    result["population_average_precision"] = average_precision(positive, same, weight)
    result["baselines"] = {
        name: figures(positive, data.views[-1][:, SIGNALS.index(signal)]) for name, signal in BASELINES.items()
    }
    sure = np.array([pair.confidence >= 2 for pair in pairs[: len(positive)]])
    result["sure_judgements"] = figures(positive[sure], same[sure])
    return result


def measured_only(data: PairData) -> PairData:
    """Leave out the rows that only help to train."""
    rows = data.measured
    return PairData(
        [view[rows] for view in data.views],
        data.labels[rows],
        data.components[rows],
        data.sources[rows],
        data.measured[rows],
        data.rules[rows],
    )


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
