"""The accurate tier as it is served: votes in the margins, one bundle format, nothing loaded that is not needed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny import tiny

from data.complaint import Complaint, Record
from data.errors import PilahError
from model.accurate import FILES, Accurate, Vote, direction
from model.bundle import PLAIN_SCHEMA, SCHEMA, Bundle, load
from model.transformer import Transformer
from model.triage import Triage
from training.transformer_onnx import export

TEXT = "Lampu jalan mati sudah seminggu di depan sekolah, mohon diperbaiki"
MARGINS = arrays(np.float64, (3, 5), elements=st.floats(-3, 3))


@pytest.fixture(scope="module")
def accurate_bundle(bundle: Bundle) -> Bundle:
    """Return the sample's bundle with a random transformer that votes on two of its questions."""
    source = tiny(("lampu", "jalan", "mati", "air", "sekolah"))
    transformer = Transformer(export(source), json.dumps(source.tokenizer), 32, "")
    rng = np.random.default_rng(0)
    votes = {"agency": Vote(0.6, 0.2, 0.1), "category": Vote(0.3, 0.2, 0.1)}
    weights = {name: rng.normal(size=(8, len(bundle.heads[name].groups))).astype(np.float32) for name in votes}
    biases = {name: np.zeros(values.shape[1], np.float32) for name, values in weights.items()}
    return replace(bundle, accurate=Accurate(transformer, np.zeros(8, np.float32), weights, biases, votes))


@pytest.fixture(scope="module")
def saved(accurate_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("accurate") / "bundle"
    accurate_bundle.save(path)
    return path


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


@given(MARGINS, MARGINS, st.floats(0.01, 0.99), st.floats(0.05, 2), st.floats(0.05, 2))
def test_a_vote_mixes_probabilities(
    margins: np.ndarray, own: np.ndarray, weight: float, linear: float, temperature: float
) -> None:
    def softmax(values: np.ndarray) -> np.ndarray:
        powers = np.exp(values - values.max(-1, keepdims=True))
        return np.asarray(powers / powers.sum(-1, keepdims=True))

    joined = softmax(Vote(weight, linear, temperature).join(margins, own) / linear)
    wanted = (1 - weight) * softmax(margins / linear) + weight * softmax(own / temperature)
    np.testing.assert_allclose(joined, wanted, atol=1e-9)


@given(MARGINS, st.floats(0.01, 0.99), st.floats(0.05, 2))
def test_a_vote_for_the_same_changes_nothing(margins: np.ndarray, weight: float, linear: float) -> None:
    np.testing.assert_allclose(Vote(weight, linear, linear).join(margins, margins), margins, atol=1e-9)


@pytest.mark.parametrize("values", [(0.0, 1.0, 1.0), (1.0, 1.0, 1.0), (0.5, 0.0, 1.0), (0.5, 1.0, float("nan"))])
def test_a_vote_outside_its_range_is_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="Vote"):
        Vote(*values)


def test_directions_have_length_one() -> None:
    vectors = np.random.default_rng(0).normal(size=(4, 3))
    found = direction(vectors, vectors.mean(0).astype(np.float32))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert not direction(np.ones(3), np.ones(3, np.float32)).any()


def test_only_the_questions_with_a_vote_change(bundle: Bundle, accurate_bundle: Bundle) -> None:
    reading = Triage.of(bundle).read(Complaint(id="a", text=TEXT))
    plain = bundle.margins(reading.features, reading.document)
    joined = accurate_bundle.margins(reading.features, reading.document)
    for name, head in bundle.heads.items():
        same = np.array_equal(plain[head.columns], joined[head.columns])
        assert same == (name not in ("agency", "category")), name


def test_a_loaded_bundle_answers_as_the_trained_one(
    accurate_bundle: Bundle, saved: Path, sample_records: list[Record]
) -> None:
    before, after = Triage.of(accurate_bundle), Triage.load(saved)
    for record in sample_records[::20]:
        expected = before.assess(record.complaint)
        assert replace(after.assess(record.complaint), model=expected.model) == expected


def test_every_file_is_in_the_manifest(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    assert manifest["schema"] == SCHEMA > PLAIN_SCHEMA
    assert set(FILES) <= set(manifest["files"]) == {p.name for p in saved.iterdir()} - {"manifest.json"}


def test_the_same_bundle_is_written_as_the_same_bytes(accurate_bundle: Bundle, tmp_path: Path) -> None:
    assert accurate_bundle.save(tmp_path / "a") == accurate_bundle.save(tmp_path / "b")


@pytest.mark.parametrize("name", FILES)
def test_a_changed_or_missing_file_is_refused(copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content + b" ")
    with pytest.raises(PilahError, match="PLH-202"):
        load(copy)
    (copy / name).unlink()
    with pytest.raises(PilahError, match="PLH-201"):
        load(copy)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"network": b"no network"}, "PLH-208"),
        ({"tokenizer": "{}"}, "PLH-208"),
    ],
)
def test_a_damaged_part_is_refused_when_the_bundle_is_checked(
    accurate_bundle: Bundle, tmp_path: Path, change: dict[str, object], code: str
) -> None:
    accurate = accurate_bundle.accurate
    assert accurate is not None
    broken = replace(accurate, transformer=replace(accurate.transformer, **change))  # type: ignore[arg-type]
    replace(accurate_bundle, accurate=broken).save(tmp_path / "b")
    with pytest.raises(PilahError, match=code):
        Triage.load(tmp_path / "b")


def test_votes_for_other_groups_are_refused(accurate_bundle: Bundle, tmp_path: Path) -> None:
    accurate = accurate_bundle.accurate
    assert accurate is not None
    short = {name: values[:, 1:] for name, values in accurate.weights.items()}
    replace(accurate_bundle, accurate=replace(accurate, weights=short)).save(tmp_path / "b")
    with pytest.raises(PilahError, match="PLH-203"):
        load(tmp_path / "b")


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_without_the_extra_the_bundle_says_what_is_missing(
    saved: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(PilahError, match=f"PLH-207.*{library}"):
        Triage.load(saved)


def test_reasons_add_up_with_the_transformers_part(accurate_bundle: Bundle) -> None:
    triage = Triage.of(accurate_bundle)
    found = triage.assess(Complaint(id="a", text=TEXT))
    parts = [e for e in found.explanation if e.rule == "transformer"]
    assert {e.about for e in parts} <= {"agency", "category"}
    assert parts
    assert all(e.span is None for e in parts)


def test_masked_data_never_reaches_the_vectors(accurate_bundle: Bundle) -> None:
    triage = Triage.of(accurate_bundle)
    told = [f"{TEXT}. Hubungi {phone}" for phone in ("081234567890", "085711112222")]
    first, second = (triage.read(Complaint(id="a", text=text)).document for text in told)
    assert first == second


def test_serving_loads_no_torch_and_the_default_tier_no_extra(saved: Path, bundle_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from model.triage import Triage; "
        "Triage.load(Path(sys.argv[1])); print(sorted({'torch', 'onnx', 'onnxruntime', 'tokenizers', 'sklearn', "
        "'scipy', 'transformers'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    for path, loaded in ((saved, "['onnxruntime', 'tokenizers']"), (bundle_path, "[]")):
        command = [sys.executable, "-c", code, str(path)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603
        assert done.stdout.strip() == loaded
