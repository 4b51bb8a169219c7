"""Training of the duplicate scorer: files in, numbers out, the same trees as scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from data.complaint import Complaint
from data.errors import PilahError
from evaluation.duplicates import b_cubed, calibration_p, duplicate_rate, incident_figures, precision_at_recall
from evaluation.pairs import Frequencies, Judged, components, read_pairs
from evaluation.similarity import similarities
from model.duplicates.document import build_document
from model.duplicates.index import DuplicateIndex
from model.duplicates.scorer import TrainedScorer
from model.duplicates.signals import SIGNALS
from model.duplicates.weights import Forest, Trees, load_weights
from training.duplicate_fit import Options, full_tree
from training.duplicates import train_from_files

STREETS = "Mawar Melati Kenanga Cempaka Dahlia Anggrek Flamboyan Teratai Kamboja Bougenville Seruni Wijaya".split()
TROUBLES = ["lampu PJU padam", "jalan berlubang dalam", "sampah menumpuk berbau", "pohon tumbang melintang"]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    random = Random(5)  # noqa: S311
    rows: list[dict[str, object]] = []
    pairs: list[dict[str, object]] = []
    rewritten: list[dict[str, object]] = []
    for number in range(60):
        street, other = random.sample(STREETS, 2)
        trouble, second = random.sample(TROUBLES, 2)
        texts = (
            f"Di Jl. {street} gang {number} {trouble}, mohon ditangani segera.",
            f"{trouble} jln {street.lower()} gg {number} tolong min"
            if number % 5
            else f"Menindaklanjuti laporan saya: {trouble} jln {street.lower()} gg {number} belum ada hasil",
            f"Di Jl. {other} gang {number + 60} {second}, mohon ditangani segera.",
        )
        secret = "Rahasia" if number % 10 == 0 else "Biasa"
        rows += [
            {
                "id": f"{number}-{part}",
                "text": text,
                "date": f"2024-03-{1 + number % 28:02d}",
                "confidentiality": secret,
            }
            for part, text in enumerate(texts)
        ]
        pairs += [
            {"a": f"{number}-0", "b": f"{number}-1", "relation": "same" if number % 5 else "followup", "confidence": 3},
            {"a": f"{number}-0", "b": f"{number}-2", "relation": "different"},
        ]
        told = {"title": None, "area": None, "date": "2024-03-20"}
        rewritten.append(
            {
                "source_id": f"{number}-0",
                "duplicate": told | {"text": texts[1]},
                "hard_negative": told | {"text": texts[2]},
            }
        )
    return {
        "complaints": write(tmp_path / "complaints.jsonl", rows),
        "pairs": write(tmp_path / "pairs.jsonl", pairs),
        "rewritten": write(tmp_path / "rewritten.jsonl", rewritten),
    }


def test_training_writes_weights_that_work_and_a_report(files: dict[str, Path], tmp_path: Path) -> None:
    figures = train_from_files(
        files["pairs"],
        [files["complaints"]],
        tmp_path / "out",
        rewritten=files["rewritten"],
        shareable=True,
        options=Options(trees=10, models=1, folds=3),
    )
    assert figures["same"]["average_precision"] > 0.8
    assert figures["same"]["n"] == 108  # of 120 pairs, 12 have a confidential complaint
    weights = load_weights(tmp_path / "out" / "duplicates.json")
    same, followup = TrainedScorer(weights).probabilities(np.zeros((3, len(SIGNALS))))
    assert same.shape == followup.shape == (3,)
    assert json.loads((tmp_path / "out" / "duplicates_report.json").read_text())["same"] == figures["same"]


def test_pairs_of_unknown_complaints_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    pairs = write(tmp_path / "p.jsonl", [{"a": "0-0", "b": "nowhere", "relation": "same"}])
    with pytest.raises(PilahError, match="PLH-604"):
        train_from_files(pairs, [files["complaints"]], tmp_path / "out")


@pytest.mark.parametrize("line", ["x", '{"a": "1"}', '{"a": "1", "b": "2", "relation": "sama"}'])
def test_wrong_lines_of_pairs_are_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"a": "1", "b": "2", "relation": "same"}\n' + line, encoding="utf-8")
    with pytest.raises(PilahError, match=r"PLH-605.*line 2"):
        read_pairs(path)


def test_laid_out_trees_answer_as_scikit_learn_does() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 5))
    positive = values[:, 0] * values[:, 1] + rng.normal(size=300) > 0.3
    model = GradientBoostingClassifier(n_estimators=20, max_depth=3, min_samples_leaf=30, random_state=0)
    model.fit(values, positive)
    share = positive.mean()
    parts = [full_tree(tree.tree_, 0.1, np.arange(5)) for tree in model.estimators_[:, 0]]
    forest = Forest(
        Trees(
            [one[0] for one in parts], [one[1] for one in parts], [one[2] for one in parts], np.log(share / (1 - share))
        )
    )
    assert forest.logits(values) == pytest.approx(model.decision_function(values), abs=1e-4)


def test_components_follow_links() -> None:
    pairs = [Judged("a", "b", "same"), Judged("c", "d", "same"), Judged("d", "b", "same"), Judged("x", "y", "same")]
    assert components(pairs).tolist() == [0, 0, 0, 1]


def test_precision_at_recall_takes_the_best_point() -> None:
    positive = np.array([True, False, True, True])
    assert precision_at_recall(positive, np.array([0.9, 0.8, 0.7, 0.6]), 0.5) == 0.75


def test_calibration_is_rejected_only_where_it_is_wrong() -> None:
    rng = np.random.default_rng(1)
    score = rng.random(2000)
    assert calibration_p(rng.random(2000) < score, score, 300) > 0.05
    assert calibration_p(rng.random(2000) < score**2, score, 300) < 0.05


def test_b_cubed_of_a_perfect_clustering_is_one() -> None:
    truth = {"a": "1", "b": "1", "c": "2"}
    assert b_cubed(truth, {"a": "x", "b": "x", "c": "y"}) == (1.0, 1.0)


def test_the_duplicate_rate_lies_in_its_interval() -> None:
    rate, low, high = duplicate_rate(np.array([0.9] * 100 + [0.05] * 300))
    assert low < rate < high
    assert rate == pytest.approx(0.2625)
    assert duplicate_rate(np.array([])) == (0.0, 0.0, 1.0)


def test_decisions_train_and_the_last_word_counts(tmp_path: Path) -> None:
    path = write(
        tmp_path / "decisions.jsonl",
        [
            {"kind": "duplicate_confirmed", "complaint_id": "b", "duplicate_of": "a", "time": "2024-03-01"},
            {"kind": "disposed", "complaint_id": "b", "agency": "Dinas X"},
            {"kind": "duplicate_rejected", "complaint_id": "a", "duplicate_of": "b"},
            {"a": "c", "b": "d", "relation": "same"},
        ],
    )
    assert read_pairs(path) == [Judged("a", "b", "related"), Judged("c", "d", "same")]


def test_plain_similarities_put_equal_texts_first() -> None:
    texts = ["lampu jalan padam di pasar legi", "lampu jalan padam di pasar legi", "gaji guru honorer belum cair"]
    documents = {str(n): build_document(Complaint(id=str(n), text=text)) for n, text in enumerate(texts)}
    found = similarities([("0", "1"), ("0", "2")], documents, [*documents.values()] * 5)
    assert {"character_cosine", "minhash", "embedding_cosine"} <= found.keys()
    for name, values in found.items():
        assert values[0] > values[1] + 0.3, name
        assert values[0] == pytest.approx(1.0, abs=1e-6)


def test_counted_rarity_is_that_of_the_index() -> None:
    index = DuplicateIndex()
    documents = [build_document(Complaint(id=str(n), text=f"lampu padam di jalan mawar {n % 3}")) for n in range(9)]
    for document in documents:
        index.add(document)
    words = ["lampu", "mawar", "lampu padam", "nihil"]
    assert Frequencies(documents).rarity(words) == pytest.approx(index.rarity(words))


def test_a_chain_of_weak_links_makes_no_single_incident() -> None:
    pairs = [Judged(f"{n:03}", f"{n + 1:03}", "related") for n in range(40)]
    figures = incident_figures(pairs, np.full(40, 0.65))
    assert figures["b_cubed_recall"] == 1.0
    assert figures["b_cubed_precision"] >= 0.4  # pairs at most: a chain joined whole would have 1/41
