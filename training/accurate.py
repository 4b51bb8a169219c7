"""Fine-tune a transformer beside linear heads that were fitted, learn its votes, and calibrate what both say together.

The transformer is fine-tuned on all questions at once and then only gives vectors; its heads are the same linear models
as those on the n-grams, so that folds, rare labels and places are treated alike and newer rows cost seconds. A fold is
asked with a transformer that was fine-tuned on rows before it: for dated rows one, fine-tuned on all that come before
the first fold, serves every fold and the bundle; otherwise each fold needs its own, and the bundle one of all rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.accurate import Accurate, direction
from model.transformer import Pieces, Transformer
from training.calibrate import Fold
from training.config import Config, HeadConfig
from training.heads import FittedHead, Hints, Task, calibrate, fit_head
from training.ridge import Ridge
from training.solvers import Floats64, Penalty, Rows
from training.transformer_onnx import export
from training.transformer_tune import Question, tune
from training.transformer_weights import Floats, Source, load_source
from training.vote import Learned, learn_vote

_RIDGE, _BALANCE = (0.3, 1.0, 3.0), (0.5, 1.0)  # on vectors of length one, as the n-gram blocks are
_UNASKED = Learned(None, 0)


@dataclass(frozen=True, slots=True)
class Stage:
    """Hold a fine-tuned transformer and what it says to every row.

    :param rows: that it was fine-tuned on.
    :param centre: mean vector of these rows.
    :param ridge: fits linear models on the directions of all rows' vectors from the centre.
    """

    rows: Rows
    transformer: Transformer
    centre: Floats
    ridge: Ridge


@dataclass(frozen=True, slots=True)
class Staged:
    """Fit linear models on vectors, each fold with the stage that has not seen its rows.

    :param final: fits what the bundle keeps.
    :param of_row: what may be asked about a row.
    """

    final: Ridge
    of_row: Mapping[int, Ridge]

    @property
    def features(self) -> Floats:
        """Return the final vectors of all rows."""
        return self.final.features

    def margins(self, rows: Rows, target: Rows, n_groups: int, asked: Rows, penalty: Penalty) -> Floats64:
        """Fit on ``rows`` and score the rows ``asked``, which are of one fold."""
        return self.of_row[int(asked[0])].margins(rows, target, n_groups, asked, penalty)

    def fit(self, rows: Rows, target: Rows, n_groups: int, penalty: Penalty) -> tuple[Floats64, Floats64]:
        """Return weights and bias fitted on ``rows``."""
        return self.final.fit(rows, target, n_groups, penalty)


@dataclass(frozen=True, slots=True)
class Voted:
    """Hold one question after the vote.

    :param head: the linear head; where there is a vote, with calibration and unseen margins of what both say.
    :param voter: the transformer's own head.
    """

    head: FittedHead
    voter: FittedHead | None = None
    learned: Learned = _UNASKED

    def to_document(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {
            "weight": self.learned.vote.weight if self.learned.vote else 0.0,
            "rows": self.learned.rows,
            "accuracy_gained": [round(value, 4) for value in self.learned.accuracy],
            "loss_gained": [round(value, 4) for value in self.learned.loss],
        }


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
    one = len(folds) > 0 and all(stage is stages[0] for stage in stages)
    final = stages[0] if one else trainer.train(np.arange(len(texts)))
    of_row = {int(i): stage.ridge for fold, stage in zip(folds, stages, strict=True) for i in fold.test}
    staged = Staged(final.ridge, of_row)
    settings = config.heads.model_copy(update={"ridge": _RIDGE, "balance": _BALANCE})
    asked = [_ask(head, named[head.head.name], staged, hints, folds, settings) for head in fitted]
    about = {
        "tuned_rows": int(final.rows.size) if config.transformer.epochs else 0,
        "votes": {item.head.head.name: item.to_document() for item in asked},
    }
    voters = {i.head.head.name: (i.voter, i.learned.vote) for i in asked if i.voter and i.learned.vote}
    accurate = Accurate(
        final.transformer,
        final.centre,
        {name: voter.weights.astype(np.float32) for name, (voter, _) in voters.items()},
        {name: voter.bias.astype(np.float32) for name, (voter, _) in voters.items()},
        {name: found for name, (_, found) in voters.items()},
    )
    return [item.head for item in asked], accurate if voters else None, {"transformer": about}


def _question(head: FittedHead, task: Task) -> Question:
    index = head.head.group_of
    return Question(np.array([-1 if label is None else index[label] for label in task.labels]), len(head.head.groups))


def _ask(
    head: FittedHead, task: Task, staged: Staged, hints: Hints, folds: Sequence[Fold], settings: HeadConfig
) -> Voted:
    """Fit the transformer's own head for a question, learn its vote, and calibrate what both say."""
    voter = fit_head(task, staged, hints, folds, settings) if len(head.head.groups) > 1 and head.unseen else None
    if voter is None:
        return Voted(head)
    fold_of = {int(row): number for number, fold in enumerate(folds) for row in fold.test}
    index = head.head.group_of
    both = [i for i in head.unseen if i in voter.unseen]
    rows = [i for i in both if task.labels[i] is not None]
    learned = learn_vote(
        np.array([head.unseen[i] for i in rows]),
        np.array([voter.unseen[i] for i in rows]),
        np.array([index[str(task.labels[i])] for i in rows], np.int64),
        np.array([fold_of[i] for i in rows], np.int64),
    )
    if learned.vote is None:
        return Voted(head, None, learned)
    joined = {i: learned.vote.join(head.unseen[i], voter.unseen[i]) for i in both}
    calibration = calibrate(task, head.head, rows, np.stack([joined[i] for i in rows]), hints)
    return Voted(replace(head, head=replace(head.head, calibration=calibration), unseen=joined), voter, learned)


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
        centre = vectors[rows].mean(axis=0)
        return Stage(rows, transformer, centre, Ridge(direction(vectors, centre)))
