"""Training with a transformer: it votes where it helps, and leaves no trace where it does not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny import tiny

from data.complaint import Record
from data.errors import PilahError
from model.bundle import Bundle, load
from model.triage import Triage
from training.card import with_card
from training.config import Config, read_config
from training.train import train
from training.transformer_weights import Shape, Source

Make = Callable[..., Record]
CREATED = datetime(2026, 3, 1, tzinfo=UTC)
LETTERS = "bcdfghjklmnprstw"
WORDS = [a + b + c + d for a, b, c, d in itertools.product(LETTERS, "aiu", LETTERS, "eo")]
"""Words without meaning."""
AGENCIES = ("Dinas Perhubungan", "Dinas Kesehatan", "Dinas Pendidikan")


def records(make: Make, meaning: dict[str, int], dated: bool) -> list[Record]:
    """Return complaints of rare words; only who knows their meaning can tell the agency."""
    rng = np.random.default_rng(1)
    words = sorted(meaning)
    found = []
    for i in range(190):
        agency = int(rng.integers(3))
        own = [word for word in words if meaning[word] == agency]
        text = " ".join([*rng.choice(own, 4), *rng.choice(words, 3)])
        date = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=i) if dated else None
        found.append(make(f"r{i}", text, AGENCIES[agency], date=date))
    return found


@pytest.fixture(scope="module")
def meaning() -> dict[str, int]:
    drawn = np.random.default_rng(0).permutation(len(WORDS))[:600]
    return {WORDS[i]: number % 3 for number, i in enumerate(drawn.tolist())}


@pytest.fixture(scope="module")
def encoder(meaning: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a transformer to which words of one meaning are alike."""
    shape = Shape(layers=1, heads=2, width=12, inner=16)
    rng = np.random.default_rng(2)
    directions = 4 * np.eye(12, dtype=np.float32)
    vectors = {word: directions[m] + rng.normal(0, 0.3, 12).astype(np.float32) for word, m in meaning.items()}
    path = tmp_path_factory.mktemp("encoder")
    tiny(tuple(meaning), shape, vectors).save(path)
    return path


def fit(rows: list[Record], encoder: Path | str, **settings: object) -> Bundle:
    run = {"transformer": {"encoder": str(encoder), "epochs": 0, **settings}, "features": {"encoder": "none"}}
    return train(rows, Config.model_validate(run), created=CREATED, quiet=True)


@pytest.mark.parametrize("dated", [False, True])
def test_a_transformer_that_knows_the_words_gets_a_vote(
    make_record: Make, meaning: dict[str, int], encoder: Path, tmp_path: Path, dated: bool
) -> None:
    rows = records(make_record, meaning, dated)
    bundle = fit(rows, encoder)
    assert bundle.accurate is not None
    said = bundle.metadata["transformer"]["votes"]["agency"]
    assert said["weight"] == bundle.accurate.votes["agency"].weight >= 0.5
    assert said["accuracy_gained"][0] > 0.05
    with_card(bundle).save(tmp_path / "b")
    fresh = np.random.default_rng(9)
    right = {"plain": 0, "accurate": 0}
    systems = {"plain": Triage.of(fit(rows, "none")), "accurate": Triage.of(load(tmp_path / "b"))}
    for i in range(60):
        own = [word for word in sorted(meaning) if meaning[word] == i % 3]
        asked = make_record(f"n{i}", " ".join(fresh.choice(own, 5))).complaint
        for name, triage in systems.items():
            right[name] += triage.distributions(triage.read(asked))["agency"].best == AGENCIES[i % 3]
    assert right["accurate"] > right["plain"]


def test_a_transformer_that_knows_nothing_leaves_a_plain_bundle(
    make_record: Make, meaning: dict[str, int], tmp_path: Path
) -> None:
    tiny(("lain",), Shape(layers=1, heads=2, width=12, inner=16)).save(tmp_path / "encoder")
    rows = records(make_record, meaning, False)
    bundle, plain = fit(rows, tmp_path / "encoder"), fit(rows, "none")
    assert bundle.accurate is None
    assert bundle.metadata["transformer"]["votes"]["agency"]["weight"] == 0.0
    assert bundle.heads == plain.heads


def test_training_twice_gives_the_same_bytes(
    make_record: Make, meaning: dict[str, int], encoder: Path, tmp_path: Path
) -> None:
    rows = records(make_record, meaning, True)
    digests = {fit(rows, encoder).save(tmp_path / name) for name in "ab"}
    assert len(digests) == 1


@pytest.mark.parametrize(("dated", "times"), [(True, 1), (False, 6)])
def test_a_fold_is_asked_by_a_transformer_that_has_not_seen_it(
    make_record: Make, meaning: dict[str, int], encoder: Path, dated: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from training import accurate

    seen: list[int] = []
    tune = accurate.tune

    def counting(source: Source, pieces: Sequence[NDArray[np.int64]], *rest: Any) -> Source:
        seen.append(len(pieces))
        return tune(source, pieces, *rest)

    monkeypatch.setattr(accurate, "tune", counting)
    rows = records(make_record, meaning, dated)
    bundle = fit(rows, encoder, epochs=1, frozen_layers=0)
    assert len(seen) == times
    assert max(seen[:5]) < len(rows)
    assert bundle.metadata["transformer"]["tuned_rows"] == seen[-1]


def test_a_bundle_that_may_leave_the_house_is_not_fine_tuned(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('shareable = true\n[transformer]\nencoder = "var/encoder"\n')
    with pytest.raises(PilahError, match="epochs"):
        read_config(path)
    path.write_text('shareable = true\n[transformer]\nencoder = "var/encoder"\nepochs = 0\n')
    assert read_config(path).transformer.epochs == 0


def test_a_folder_that_is_no_transformer_is_refused(make_record: Make, meaning: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="PLH-208"):
        fit(records(make_record, meaning, False), tmp_path)
