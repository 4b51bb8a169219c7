"""Learn how much head, knowledge and memory count, by replaying the later part of a deployment's history.

Sketches of the heads are fitted on the earlier part; the later complaints are asked about in order, each before its
label is revealed. In some replays a third of the offices is hidden from the heads, as offices are that join later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from data.errors import PilahError
from model.bundle import Bundle
from model.classifier import Calibration
from model.experience import Decision, Experience
from model.pool_model import FEATURES, REJECTED, PoolModel
from model.pool_model import FILE as POOL
from model.pooling import Pooled, customs
from model.reading import Reading
from model.triage import Triage
from training.examples import Example

_EARLIER = 0.5  # of the dated rows; the later part is replayed
_MOST_REPLAYED = 600
_MOST_EARLIER = 1_000  # of the rows before them, the latest: sketches of so many weigh head and memory alike
_LEAST_REPLAYED = 100
_DELAY = timedelta(days=1)
_REFIT_EVERY = 10  # decisions; in service it is every night
_PLAIN = 2  # times that the replay without hidden offices counts beside the one with
_HIDDEN_SHARE = 0.35  # of the rows whose office is hidden in these
_RIDGE = 0.01
_FIXED = {"rejected": REJECTED}  # exports keep no returns
_LEAST = 1e-6

Floats64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sum:
    """Hold the evidence of one replayed complaint.

    :param matrix: shape (n_candidates, n_features).
    :param truth: the row of the candidate that was decided; -1 if it is not among them.
    :param plain: whether no office was hidden.
    """

    matrix: Floats64
    truth: int
    plain: bool


@dataclass(frozen=True, slots=True)
class History:
    """Hold what is replayed.

    :param earlier: in order of time, what the sketches are fitted on; with them those ``undated``.
    :param later: in order of time, what is asked about.
    """

    earlier: Sequence[Example]
    undated: Sequence[Example]
    later: Sequence[Example]


def history_of(examples: Sequence[Example]) -> History | None:
    """Cut the examples that name an agency by time; ``None`` if too little is dated, or one agency has all."""
    named = [e for e in examples if e.truth.agency is not None]
    dated = sorted((e for e in named if e.date is not None), key=lambda e: (e.date, e.id))
    cut = max(int(_EARLIER * len(dated)), len(dated) - _MOST_REPLAYED)
    if len(dated) - cut < _LEAST_REPLAYED or len({e.truth.agency for e in named}) < 2:
        return None
    undated = [e for e in named if e.date is None]
    return History(dated[max(0, cut - _MOST_EARLIER) : cut], undated[-_MOST_EARLIER:], dated[cut:])


def fit_pool(history: History, sketch: Callable[[Sequence[Example]], Bundle], seed: int) -> PoolModel | None:
    """Replay and fit the weights.

    :param sketch: fits heads for agency and function on examples; raises PLH-301 where these tell nothing apart.
    :return: ``None`` if these tell nothing apart.
    """
    try:
        return _fit_pool(history, sketch, seed)
    except PilahError as error:
        if error.code != "PLH-301":  # few offices in all, none left in the half that is replayed
            raise
        return None


def _fit_pool(history: History, sketch: Callable[[Sequence[Example]], Bundle], seed: int) -> PoolModel:
    earlier, undated, later = history.earlier, history.undated, history.later
    rng = np.random.default_rng(seed)
    plain = sketch([*earlier, *undated])
    reader = Triage.of(plain)
    readings = [reader.read(e.complaint) for e in later]
    past = [_suggestion(reader, reader.read(e.complaint), e) for e in earlier]
    sums: list[Sum] = []
    for hidden in (frozenset[str](), _hidden(later, rng)):
        bundle = sketch([e for e in (*earlier, *undated) if e.truth.agency not in hidden]) if hidden else plain
        custom = customs([told for told, e in zip(past, earlier, strict=True) if e.truth.agency not in hidden])
        triage = Triage.of(replace(bundle, extras={POOL: PoolModel({}, custom=custom).to_document()}))
        sums += _replay(triage, later, readings, plain=not hidden)
    weights = fit_weights([*sums, *(item for item in sums for _ in range(_PLAIN - 1) if item.plain)])
    unhidden = [item for item in sums if item.plain]
    return PoolModel(
        dict(zip(FEATURES, np.round(weights, 4).tolist(), strict=True)),
        fit_sum_calibration([item.matrix @ weights for item in unhidden], [item.truth for item in unhidden]),
        customs([*past, *(_suggestion(reader, r, e) for r, e in zip(readings, later, strict=True))]),
    )


def _suggestion(triage: Triage, reading: Reading, example: Example) -> tuple[dict[str, float], str | None]:
    """Return what table and registry alone would have said, and what was decided."""
    chances = {a.agency.id: a.probability for a in triage.route(reading, None).agencies}
    agency = triage.registry.resolve(str(example.truth.agency))
    return chances, agency.id if agency is not None else None


def _hidden(later: Sequence[Example], rng: np.random.Generator) -> frozenset[str]:
    """Draw offices, whatever their size, that together have about a third of the rows."""
    counts = Counter(e.truth.agency for e in later if e.truth.agency is not None)
    hidden: list[str] = []
    rows = 0
    for name in rng.permutation(sorted(counts)).tolist():
        if rows + counts[name] <= 1.2 * _HIDDEN_SHARE * len(later):
            hidden.append(name)
            rows += counts[name]
        if rows >= _HIDDEN_SHARE * len(later):
            break
    return frozenset(hidden)


def _replay(triage: Triage, later: Sequence[Example], readings: Sequence[Reading], *, plain: bool) -> list[Sum]:
    """Ask about each complaint twice: with an empty memory, and with what was decided a day before."""
    experience = Experience(triage.bundle)
    learning = replace(triage, experience=experience)
    waiting = 0
    sums: list[Sum] = []
    decided = 0
    vectoriser = triage.bundle.vectoriser
    own = [replace(reading, features=vectoriser.transform(reading.document)) for reading in readings]
    for example, reading in zip(later, own, strict=True):
        while (date := later[waiting].date) is not None and example.date is not None and date + _DELAY <= example.date:
            decision = Decision({"agency": str(later[waiting].truth.agency)}, at=date)
            experience.remember(own[waiting].complaint, decision)
            waiting += 1
            decided += 1
            if decided % _REFIT_EVERY == 0:
                experience.refit()
        margins = triage.bundle.linear.margins(reading.features)
        routing = triage.route(reading, triage.distributions(reading).get("function"))
        for asked in (triage, learning):
            pooled = asked.evidence(reading, margins, routing)
            sums.append(Sum(pooled.matrix, _place_of(str(example.truth.agency), pooled, triage), plain))
    return sums


def _place_of(label: str, pooled: Pooled, triage: Triage) -> int:
    if label in pooled.labels:
        return pooled.labels.index(label)
    agency = triage.registry.resolve(label)
    ids = [a.id if a is not None else None for a in pooled.agencies]
    return ids.index(agency.id) if agency is not None and agency.id in ids else -1


def fit_weights(sums: Sequence[Sum]) -> Floats64:
    """Fit the conditional logit by penalised maximum likelihood; the weights that history cannot teach stay fixed."""
    used = [item for item in sums if item.truth >= 0]
    fixed = np.array([_FIXED.get(name, np.nan) for name in FEATURES])
    free = np.isnan(fixed)
    base = np.where(free, 0.0, fixed)

    stacked = np.concatenate([item.matrix for item in used])
    sizes = np.array([item.matrix.shape[0] for item in used])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    truths = starts + np.array([item.truth for item in used])
    wanted = stacked[truths].sum(axis=0)

    def loss(x: Floats64) -> tuple[float, Floats64]:
        weights = base.copy()
        weights[free] = x
        scores = stacked @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        p = np.exp(scores)
        p /= np.repeat(np.add.reduceat(p, starts), sizes)
        n = len(used)
        gradient = (p @ stacked - wanted)[free] / n + 2 * _RIDGE * x
        return float(-np.log(p[truths] + 1e-12).mean() + _RIDGE * (x @ x)), gradient

    start = np.full(int(free.sum()), 0.3)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = base.copy()
    weights[free] = found.x
    return weights


def fit_sum_calibration(scores: Sequence[Floats64], truths: Sequence[int]) -> Calibration:
    """Fit the probability of the first answer; one that is not among the candidates counts as a miss."""
    first = np.array([int(s.argmax()) for s in scores])
    right = first == np.array(truths)
    padded = np.full((len(scores), max(s.size for s in scores)), -np.inf)
    for row, s in zip(padded, scores, strict=True):
        row[: s.size] = s

    def loss(x: Floats64) -> float:
        stated = np.clip(_calibration(x).apply(padded).max(axis=1), _LEAST, 1 - _LEAST)
        return float(-np.where(right, np.log(stated), np.log1p(-stated)).mean())

    found = minimize(loss, np.array([0.0, -2.0, 0.0]), method="Nelder-Mead", options={"maxiter": 200})
    return _calibration(found.x)


def _calibration(x: Floats64) -> Calibration:
    temperature = float(np.exp(np.clip(x[0], -3, 3)))
    doubt = float(1 / (1 + np.exp(-np.clip(x[1], -30, 30))))
    return Calibration(temperature, doubt, temperature + float(np.exp(np.clip(x[2], -4, 4))))
