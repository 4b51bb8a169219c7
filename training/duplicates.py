"""Fit the scorer of duplicates on pairs that people judged; what is written are numbers only, no text and no words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from data.readers import read_records
from data.regions import Regions
from evaluation.duplicates import calibration_p, figures, report, rewritten_figures
from evaluation.pairs import Judged, PairData, pair_data, read_pairs, read_rewritten
from evaluation.similarity import similarities
from model.duplicates.prepare import Preparer
from model.duplicates.relations import CAPS
from model.duplicates.weights import Calibration, Floats, Forest, ScorerWeights, calibrated, probability, save_weights
from model.places import PlaceResolver
from training.duplicate_fit import Options, calibrate, fit_parts


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """Hold predictions for each pair by models that saw nothing of its connected component.

    :param same: probability of ``same`` after the rules, by the calibration that is kept.
    :param calibrated_apart: the same by a calibration that saw nothing of the pair's fold either: for its test.
    :param followup: probability of ``followup``.
    :param logits: before calibration.
    :param calibration: fitted on all these logits.
    :param shifts: of the rules, likewise.
    """

    same: Floats
    calibrated_apart: Floats
    followup: Floats
    logits: Floats
    calibration: Calibration
    shifts: dict[str, float]


def _after_rules(logits: Floats, data: PairData, calibration: Calibration, shifts: Mapping[str, float]) -> Floats:
    """Return the probabilities of ``same`` as :func:`model.duplicates.relations.decide` leaves them."""
    same = calibrated(logits, calibration)
    odds = np.log(same / (1 - same)) + data.rules @ np.array(list(shifts.values()))
    most = np.where(data.rules, np.array(list(CAPS.values())), 1.0).min(axis=1)
    return np.asarray(np.minimum(np.maximum(probability(odds), data.floors), most), dtype=np.float64)


def cross_validate(data: PairData, options: Options | None = None) -> CrossValidated:
    """Predict each pair in grouped folds, on the view of all complaints together (the last of ``data.views``).

    The logits of a fold come from a model of the other folds; its calibration from the other folds' logits.
    """
    options = options or Options()
    positive = data.labels == "same"
    logits, followup = np.zeros(len(positive)), np.zeros(len(positive))
    splitter = StratifiedGroupKFold(options.folds, shuffle=True, random_state=options.seed)
    folds = list(splitter.split(data.views[-1], positive, data.components))
    for train, test in folds:
        linear, trees, other = fit_parts(data, train, options)
        logits[test] = (linear.logits(data.views[-1][test]) + Forest(trees).logits(data.views[-1][test])) / 2
        followup[test] = probability(other.logits(data.views[-1][test]))
    fitted = data.measured & (data.floors == 0)  # where a rule gives the probability, nothing is left to calibrate
    apart = np.zeros(len(positive))
    for train, test in folds:
        rows = train[fitted[train]]
        apart[test] = _after_rules(logits, data, *calibrate(logits[rows], positive[rows], data.rules[rows]))[test]
    calibration, shifts = calibrate(logits[fitted], positive[fitted], data.rules[fitted])
    same = _after_rules(logits, data, calibration, shifts)
    return CrossValidated(same, apart, followup, logits, calibration, shifts)


def leave_source_out(data: PairData, options: Options | None = None) -> dict[str, dict[str, float]]:
    """Measure each source by models, calibration included, that saw no complaint of it: how a new city will fare."""
    options = options or Options()
    found: dict[str, dict[str, float]] = {}
    for source in np.unique(data.sources):
        test = np.flatnonzero(data.sources == source)
        train = np.flatnonzero(data.sources != source)
        own = data.labels[test] == "same"
        known = data.labels[train] == "same"
        if min(own.sum(), (~own).sum(), known.sum(), (~known).sum()) < options.folds:
            continue
        rest = data.rows(train)
        validated = cross_validate(rest, replace(options, folds=3))
        linear, trees, _ = fit_parts(data, train, options)
        values = data.views[-1][test]
        logits = (linear.logits(values) + Forest(trees).logits(values)) / 2
        same = _after_rules(logits, data.rows(test), validated.calibration, validated.shifts)
        seen = data.measured[test]
        found[str(source)] = figures(own[seen], same[seen]) | {"calibration_p": calibration_p(own[seen], same[seen])}
    return found


def fit_scorer(data: PairData, validated: CrossValidated, options: Options | None = None) -> ScorerWeights:
    """Fit on all pairs; the calibration comes from the cross-validated logits."""
    options = options or Options()
    linear, trees, followup = fit_parts(data, np.arange(len(data.labels)), options)
    names, counts = np.unique(data.labels, return_counts=True)
    about = {
        "pairs": {str(name): int(count) for name, count in zip(names, counts, strict=True)},
        "components": len(set(data.components.tolist())),
        "date": date.today().isoformat(),
        "seed": options.seed,
        "origin": options.origin,
    }
    return ScorerWeights(linear, trees, validated.calibration, followup, about, validated.shifts)


def train_duplicates(
    pairs: Sequence[Judged],
    data: PairData,
    output: Path,
    options: Options | None = None,
    plain: Mapping[str, Floats] | None = None,
) -> Mapping[str, Any]:
    """Cross-validate, fit and write ``duplicates.json`` and ``duplicates_report.json`` into a directory.

    :param plain: plain similarities of the pairs, for the report (:func:`evaluation.similarity.similarities`).
    :return: the report.
    """
    validated = cross_validate(data, options)
    seen = data.measured
    known = {name: values[seen] for name, values in (plain or {}).items()}
    result = report(pairs, data, validated.same[seen], validated.followup[seen], known)
    result["same"]["calibration_p"] = calibration_p(data.labels[seen] == "same", validated.calibrated_apart[seen])
    result["leave_source_out"] = leave_source_out(data, options)
    if not seen.all():
        result["rewritten"] = rewritten_figures(data.labels[~seen], validated.same[~seen])
    weights = fit_scorer(data, validated, options)
    weights.about["cross_validated"] = {key: result["same"][key] for key in ("average_precision", "p_at_r50")}
    save_weights(weights, output / "duplicates.json")
    (output / "duplicates_report.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result


def train_from_files(
    pairs: Path,
    complaints: Sequence[Path],
    output: Path,
    *,
    rewritten: Path | None = None,
    shareable: bool = False,
    options: Options | None = None,
) -> Mapping[str, Any]:
    """Train on files: the work behind ``pilah train duplicates PAIRS COMPLAINTS... -o DIR``.

    :param pairs: judged pairs, lines ``{"a","b","relation","confidence"}``, or decisions of ``/v1/decisions``, lines
        ``{"kind","complaint_id","duplicate_of"}``: what people confirmed and rejected trains the scorer.
    :param complaints: the files that hold the complaints of the pairs; each is one source.
    :param rewritten: reports rewritten by hand with look-alikes, lines ``{"source_id","duplicate","hard_negative"}``.
    :param shareable: leave out pairs with a confidential complaint: for weights that leave the house.
    :return: the report.
    :raises PilahError: PLH-604 if a pair names an unknown complaint, PLH-605 if a line is wrong.
    """
    prepare = Preparer(PlaceResolver(Regions.load()))
    collections = {path.stem: [prepare.document(record) for record in read_records(path)] for path in complaints}
    judged = read_pairs(pairs)
    more, documents = read_rewritten(rewritten, prepare) if rewritten else ([], [])
    if shareable:
        hidden = {document.id for held in collections.values() for document in held if document.confidential}
        judged = [pair for pair in judged if pair.a not in hidden and pair.b not in hidden]
        more = [pair for pair in more if pair.a not in hidden]
    rows = [*judged, *more]
    data = pair_data(rows, collections, documents)
    everything = [document for held in collections.values() for document in held]
    known = {document.id: document for document in (*everything, *documents)}
    plain = similarities([(pair.a, pair.b) for pair in rows], known, everything)
    return train_duplicates(judged, data, output, options, plain)
