"""Train a bundle from records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from data.agencies import parse_agency
from data.categories import load_categories
from data.complaint import Record
from data.errors import PilahError
from data.functions import function_of
from data.near_duplicates import near_duplicate_groups
from data.parallel import beside
from model.accurate import Accurate
from model.bundle import Bundle
from model.classifier import Head, LinearModel
from model.duplicates.scorer import BASE_WEIGHTS
from model.features import Vectoriser
from model.outcomes import FILE as OUTCOMES
from model.outcomes import HEAD as OUTCOME
from model.pool_model import FILE as POOL
from model.pool_model import PoolModel
from model.triage import Triage
from training.calibrate import Fold, calibration_folds
from training.confidence import reader_of, trust
from training.config import Config
from training.examples import Example, make_examples
from training.heads import FittedHead, Task, fit_head
from training.outcomes import fit_outcomes
from training.provenance import faults, labels_of, marks, metadata
from training.replay import History, fit_pool, history_of
from training.solvers import Solver
from training.vectorise import feature_matrix, find_encoder, fit_vectoriser

_LEAST_ROWS = 20
_OTHER_STEPS = 7  # near-duplicates, vocabulary, features, replay, marks, outcomes, trust
_WORTH = 300  # replayed complaints for which another process is worth starting
_COLUMNS = 32  # that are turned into bytes at once


def train(
    records: Sequence[Record], config: Config, created: datetime | None = None, quiet: bool = False, processes: int = 1
) -> Bundle:
    """Fit every head that the labels allow and return the bundle, not yet saved.

    :param created: time to state in the bundle; now if left out.
    :param quiet: show no progress bar.
    :param processes: that share the work where there is much; they change no result.
    :raises PilahError: PLH-301 if too few rows or no label with two values is there.
    """
    with tqdm(total=len(records), desc="pilah train: texts", unit="row", disable=quiet) as bar:
        examples = make_examples(records, config.shareable, bar.update, processes)
    if len(examples) < _LEAST_ROWS:
        raise PilahError("PLH-301", f"{len(examples)} usable rows, at least {_LEAST_ROWS} are needed")
    tasks = _tasks(examples, config)
    steps = _OTHER_STEPS + len(tasks) * (config.calibration_folds + 1)
    with tqdm(total=steps, desc="pilah train", unit="step", disable=quiet) as bar:
        bundle = _train(examples, tasks, config, created or datetime.now(UTC), bar, processes)
        bar.total = bar.n  # these rows may have needed fewer steps
        bar.refresh()
    return bundle


def _train(
    examples: Sequence[Example],
    tasks: Sequence[Task],
    config: Config,
    moment: datetime,
    bar: tqdm[Any],
    processes: int,
) -> Bundle:
    home = config.home or (_home(examples) if config.agency == "labels" else None)
    history = history_of(examples) if config.agency == "labels" else None
    long = history is not None and len(history.later) >= _WORTH
    with beside(processes if long else 1, _fit_pool, history, config, home) as replayed:
        groups = near_duplicate_groups([e.full for e in examples])
        bar.update()
        folds = calibration_folds([e.date for e in examples], groups, config.calibration_folds, config.seed)
        vectoriser, linear, fitted = _fit(examples, groups, folds, tasks, config, bar.update)
        accurate: Accurate | None = None
        votes: dict[str, Any] = {}
        if config.transformer.encoder != "none":
            from training.accurate import vote  # noqa: PLC0415 - its libraries are an extra

            texts = _drop_titles(examples, config)
            fitted, accurate, votes = vote(fitted, tasks, texts, examples, folds, config, bool(bar.disable))
        pool = replayed()
    heads = _place(fitted)
    extras = {BASE_WEIGHTS.name: json.loads(BASE_WEIGHTS.read_text(encoding="utf-8"))}
    if pool is not None:
        extras[POOL] = pool.to_document()
    bar.update()
    bundle = Bundle(
        id=f"{config.name}-{moment:%Y%m%d}",
        created=moment.isoformat(timespec="seconds"),
        vectoriser=vectoriser,
        linear=linear,
        heads=heads,
        home=home,
        category_knowledge=config.heads.category_knowledge if _official(examples) else 0.0,
        metadata={**metadata(examples, list(heads)), "faults": faults(examples, groups), **votes},
        config=config.to_toml(),
        extras={**extras, **marks(examples)},
        accurate=accurate,
    )
    bar.update()
    if config.agency != "labels":
        # Labels gathered from many places name offices in too many ways to count what is right: the raw
        # probabilities stand, and nothing is eligible until a deployment trains on its own history.
        return bundle
    triage = Triage.of(bundle)
    read = reader_of(triage, examples)
    found = fit_outcomes(read, examples, fitted, folds, config.seed)
    learned = {OUTCOMES: found.to_document()} if found is not None else {}
    bar.update()
    trusted = trust(triage, read, examples, fitted, folds, config)
    bar.update()
    return replace(bundle, extras={**bundle.extras, **learned, **trusted})


def _fit_pool(history: History | None, config: Config, home: str | None) -> PoolModel | None:
    return fit_pool(history, partial(_sketch, config=config, home=home), config.seed) if history is not None else None


def _sketch(examples: Sequence[Example], config: Config, home: str | None) -> Bundle:
    """Fit only what routing needs, without calibration, for a replay of history."""
    tasks = [task for task in _tasks(examples, config) if task.name in ("agency", "function")]
    groups = np.arange(len(examples))
    vectoriser, linear, fitted = _fit(examples, groups, [], tasks, config, bool)
    heads = _place(fitted)
    return Bundle("sketch", "", vectoriser, linear, heads, home=home, metadata=metadata(examples, list(heads)))


def _fit(
    examples: Sequence[Example],
    groups: NDArray[np.int64],
    folds: Sequence[Fold],
    tasks: Sequence[Task],
    config: Config,
    progress: Callable[[], object],
) -> tuple[Vectoriser, LinearModel, list[FittedHead]]:
    """Choose the vocabulary and fit the heads.

    :param groups: near-duplicate group of each example.
    :raises PilahError: PLH-301 if there is nothing to learn.
    """
    minimum = config.min_shared if config.shareable else 1
    encoder = find_encoder(config.features.encoder)
    vectoriser = fit_vectoriser(_counted(examples, groups, config), config.features, minimum, encoder)
    if not vectoriser.n_counted:
        raise PilahError("PLH-301", "no word occurs in enough texts")
    progress()
    solver = Solver(
        features=feature_matrix(vectoriser, _drop_titles(examples, config)),
        weights=np.ones(len(examples)),
        seed=config.seed,
        n_words=len(vectoriser.words),
        n_counted=vectoriser.n_counted,
        minima=(max(config.features.min_words, minimum), max(config.features.min_chars, minimum)),
    )
    if solver.dense:
        _ = solver.kernel
    progress()
    heads: list[FittedHead] = []
    parts: list[LinearModel] = []
    for task in tasks:
        head = fit_head(task, solver, examples, folds, config.heads, progress)
        if head is not None:  # only the bytes are kept: the weights of all heads as floats are the most there would be
            parts += _in_bytes(head)
            heads.append(replace(head, weights=np.empty((0, head.bias.size))))
    if not heads:
        raise PilahError("PLH-301", "no label column has two different values")
    linear = LinearModel(
        np.concatenate([part.weights for part in parts], axis=1),
        np.concatenate([part.scales for part in parts]),
        np.concatenate([part.bias for part in parts]),
    )
    return vectoriser, linear, heads


def _in_bytes(head: FittedHead) -> list[LinearModel]:
    """Store the weights of a head in one byte each, some columns at a time."""
    starts = range(0, head.bias.size, _COLUMNS)
    return [
        LinearModel.quantise(head.weights[:, start : start + _COLUMNS], head.bias[start : start + _COLUMNS])
        for start in starts
    ]


def _counted(examples: Sequence[Example], groups: NDArray[np.int64], config: Config) -> list[str]:
    """Return the texts that the vocabulary comes from; in a bundle that leaves the house one complaint counts once.

    So does one reporter: otherwise a person who sends five complaints would make their own words frequent.
    """
    if not config.shareable:
        return [e.full for e in examples]
    told: dict[str, list[str]] = {}
    for i in np.unique(groups, return_index=True)[1]:
        told.setdefault(f"reporter {examples[i].reporter}" if examples[i].reporter else f"row {i}", []).append(
            examples[i].full
        )
    return [" . ".join(texts) for texts in told.values()]


def _drop_titles(examples: Sequence[Example], config: Config) -> list[str]:
    """Leave the title out of some examples: titles are often an admin's words and missing at intake."""
    drawn = np.random.default_rng(config.seed).random(len(examples)) < config.heads.title_dropout
    return [e.untitled if dropped else e.full for e, dropped in zip(examples, drawn, strict=True)]


def _place(heads: Sequence[FittedHead]) -> dict[str, Head]:
    placed, start = {}, 0
    for fitted in heads:
        stop = start + fitted.bias.size
        placed[fitted.head.name] = replace(fitted.head, columns=slice(start, stop))
        start = stop
    return placed


def _tasks(examples: Sequence[Example], config: Config) -> list[Task]:
    tasks = [
        Task("type", [e.truth.type for e in examples]),
        Task("category", [e.truth.category for e in examples], _category_root),
        Task("function", [e.truth.function for e in examples]),
    ]
    if config.agency == "labels":
        tasks.append(Task("agency", [e.truth.agency for e in examples], _agency_parent, function_of))
        tasks.append(Task(OUTCOME, [e.truth.outcome for e in examples]))  # what happens at this desk, not elsewhere
    return tasks


def _category_root(category: str) -> str | None:
    root, arrow, _ = category.partition(" > ")
    return root if arrow else None


def _agency_parent(agency: str) -> str | None:
    return function_of(agency) or agency.split(" ", 1)[0]


def _home(examples: Sequence[Example]) -> str | None:
    """Return the region that most of the learned offices belong to, if there is one."""
    names = Counter(labels_of(examples, "agency"))
    regions: Counter[str] = Counter()
    for name, count in names.items():
        code = parse_agency(name).region_code
        if code is not None:
            regions[code[:5]] += count
    if not regions:
        return None
    code, count = regions.most_common(1)[0]
    return code if count > 0.5 * names.total() else None


def _official(examples: Sequence[Example]) -> bool:
    """Tell whether the categories are mostly of the official tree, not of a scheme of their own."""
    labels = labels_of(examples, "category")
    known = load_categories().by_id
    return sum(label in known for label in labels) > 0.5 * len(labels)
