"""Fine-tune a transformer beside linear heads that were fitted, learn its votes, and calibrate what both say together.

The transformer is fine-tuned on all questions at once and then only gives vectors; its heads are the same linear models
as those on the n-grams, so that folds, rare labels and places are treated alike and newer rows cost seconds. A fold is
asked with a transformer that was fine-tuned on rows before it: for dated rows one, fine-tuned on all that come before
the first fold, serves every fold and the bundle; otherwise each fold needs its own, and the bundle one of all rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from tqdm import tqdm

from model.accurate import Accurate, direction
from model.classifier import group_by_label
from model.transformer import Pieces, Transformer
from training.calibrate import Fold
from training.config import Config, HeadConfig
from training.heads import FittedHead, Hints, Task, calibrate, fit_head
from training.solvers import Floats64, Penalty, Rows, Solver
from training.transformer_onnx import export
from training.transformer_tune import Question, tune
from training.transformer_weights import Floats, Source, load_source
from training.vote import Learned, learn_vote

_RIDGE, _BALANCE = (0.3, 1.0, 3.0), (0.5, 1.0)  # on vectors of length one, as the n-gram blocks are


@dataclass(frozen=True, slots=True)
class Stage:
    """Hold a fine-tuned transformer and what it says to every row.

    :param rows: that it was fine-tuned on.
    :param vectors: of all rows, shape (n, width), as the served file gives them.
    """

    rows: Rows
    transformer: Transformer
    vectors: Floats

    def features(self, rows: Rows) -> tuple[sp.csr_array, Floats]:
        """Return the directions of all vectors from the mean of some rows, and this mean."""
        centre = self.vectors[rows].mean(axis=0)
        return sp.csr_array(direction(self.vectors, centre)), centre


@dataclass(frozen=True, slots=True)
class Staged:
    """Fit linear models on vectors, each fold with the stage that has not seen its rows.

    :param final: fits what the bundle keeps.
    :param of_row: the solver that may be asked about a row.
    """

    final: Solver
    of_row: dict[int, Solver] = field(default_factory=dict)

    @property
    def features(self) -> Any:
        """Return the final vectors of all rows."""
        return self.final.features

    def margins(self, rows: Rows, target: Rows, n_groups: int, asked: Rows, penalty: Penalty) -> Floats64:
        """Fit on ``rows`` and score the rows ``asked``, which are of one fold."""
        return self.of_row[int(asked[0])].margins(rows, target, n_groups, asked, penalty)

    def fit(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Floats64, Floats64]:
        """Return weights and bias fitted on ``rows``."""
        return self.final.fit(rows, target, n_groups, penalty)


def vote(
    fitted: Sequence[FittedHead],
    tasks: Sequence[Task],
    texts: Sequence[str],
    hints: Hints,
    folds: Sequence[Fold],
    config: Config,
    quiet: bool = False,
) -> tuple[list[FittedHead], Accurate | None, dict[str, Any]]:
    """Add a transformer to fitted heads where it pays.

    :param texts: normalised, of each row.
    :return: the heads, calibrated anew where there is a vote; the transformer, ``None`` if it helps no question; and
        what the manifest says of it.
    :raises PilahError: PLH-207 if a library is missing, PLH-208 if the transformer cannot be read.
    """
    source = load_source(Path(config.transformer.encoder))
    named = {task.name: task for task in tasks}
    questions = [_question(head, named[head.head.name]) for head in fitted if len(head.head.groups) > 1]
    trainer = _Trainer(source, texts, questions, config, quiet)
    stages = trainer.stages(folds)
    everything = np.arange(len(texts))
    one = len(folds) > 0 and all(stage is stages[0] for stage in stages)
    final = stages[0] if one else trainer.train(everything)
    features, centre = final.features(everything)
    solver = Staged(_solver(features, config.seed))
    for fold, stage in zip(folds, stages, strict=True):
        own = _solver(stage.features(fold.train)[0], config.seed)
        solver.of_row.update(dict.fromkeys(fold.test.tolist(), own))
    settings = config.heads.model_copy(update={"ridge": _RIDGE, "balance": _BALANCE})
    heads, votes, weights, biases, learned = [], {}, {}, {}, {}
    for head in fitted:
        name = head.head.name
        voter = _voter(head, named[name], solver, hints, folds, settings)
        found, joined = _learn(head, voter, named[name], folds) if voter else (Learned(None, 0), head)
        learned[name] = {
            "weight": found.vote.weight if found.vote else 0.0,
            "rows": found.rows,
            "accuracy_gained": round(found.accuracy, 4),
            "loss_gained": [round(value, 4) for value in found.loss],
        }
        if found.vote is not None and voter is not None:
            rows = [i for i in joined.unseen if named[name].labels[i] is not None]
            margins = np.stack([joined.unseen[i] for i in rows])
            calibration = calibrate(named[name], head.head, rows, margins, hints)
            joined = replace(joined, head=replace(head.head, calibration=calibration))
            votes[name] = found.vote
            weights[name], biases[name] = voter.weights.astype(np.float32), voter.bias.astype(np.float32)
        heads.append(joined)
    about = {"transformer": {"tuned_rows": int(final.rows.size) if config.transformer.epochs else 0, "votes": learned}}
    return heads, Accurate(final.transformer, centre, weights, biases, votes) if votes else None, about


def _question(head: FittedHead, task: Task) -> Question:
    index = group_by_label(head.head.groups)
    return Question(np.array([-1 if label is None else index[label] for label in task.labels]), len(head.head.groups))


def _solver(features: sp.csr_array, seed: int) -> Solver:
    return Solver(features, np.ones(features.shape[0]), seed, n_words=0, n_counted=0)


def _voter(
    head: FittedHead, task: Task, solver: Staged, hints: Hints, folds: Sequence[Fold], settings: HeadConfig
) -> FittedHead | None:
    """Fit the transformer's own head; ``None`` where there is nothing to vote on."""
    return fit_head(task, solver, hints, folds, settings) if len(head.head.groups) > 1 and head.unseen else None


def _learn(head: FittedHead, voter: FittedHead, task: Task, folds: Sequence[Fold]) -> tuple[Learned, FittedHead]:
    """Learn the vote of one question, and join the margins of the unseen rows with it."""
    fold_of = {int(row): number for number, fold in enumerate(folds) for row in fold.test}
    index = head.head.group_of
    rows = [i for i in head.unseen if i in voter.unseen and task.labels[i] is not None]
    found = learn_vote(
        np.array([head.unseen[i] for i in rows]),
        np.array([voter.unseen[i] for i in rows]),
        np.array([index[str(task.labels[i])] for i in rows], np.int64),
        np.array([fold_of[i] for i in rows], np.int64),
    )
    if found.vote is None:
        return found, head
    joined = {i: found.vote.join(margins, voter.unseen[i]) for i, margins in head.unseen.items() if i in voter.unseen}
    return found, replace(head, unseen=joined)


@dataclass(frozen=True)
class _Trainer:
    """Fine-tune on some rows and encode all."""

    source: Source
    texts: Sequence[str]
    questions: Sequence[Question]
    config: Config
    quiet: bool

    def stages(self, folds: Sequence[Fold]) -> list[Stage]:
        """Return a stage for each fold, trained on rows of the fold's training part alone."""
        found: list[Stage] = []
        for fold in folds:
            if found and (not self.config.transformer.epochs or np.isin(found[-1].rows, fold.train).all()):
                found.append(found[-1])
            else:
                found.append(self.train(fold.train))
        return found

    def train(self, rows: NDArray[np.int64]) -> Stage:
        """Fine-tune on rows, write the network and let it encode every text."""
        settings = self.config.transformer
        tokenizer = json.dumps(self.source.tokenizer, ensure_ascii=False, separators=(",", ":"))
        longest = min(settings.max_tokens, self.source.longest)
        cut = Pieces(tokenizer, longest, self.source.prefix)
        asked = [Question(question.target[rows], question.size) for question in self.questions]
        steps = settings.epochs + 1
        with tqdm(total=steps, desc="transformer", unit="step", disable=self.quiet) as bar:
            pieces = [cut(self.texts[i]) for i in rows]
            tuned = tune(self.source, pieces, asked, settings, self.config.seed, bar.update)
            transformer = Transformer(export(tuned), tokenizer, longest, self.source.prefix)
            vectors = np.stack([transformer.encode(text) for text in self.texts])
            bar.update()
        return Stage(rows, transformer, vectors)
