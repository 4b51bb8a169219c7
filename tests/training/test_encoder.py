"""Word vectors: made from text alone, without rare words, and served as they were saved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.errors import PilahError
from model.encoder import ARRAY, TOKENIZER, WEIGHTS, Encoder, load_encoder
from training.encoder import EncoderConfig, build_encoder, read_lines, save_encoder

CONFIG = EncoderConfig(dimensions=8, min_lines=5, max_words=200)
THINGS = {"terang": "lampu jalan gelap malam padam tiang", "air": "sungai banjir selokan mampet hujan genangan"}


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    rng = np.random.default_rng(0)
    texts = []
    for i in range(1200):
        words = THINGS["terang" if i % 2 else "air"].split()
        texts.append([*rng.permutation(words)[:4].tolist(), f"mohon{i % 20}x".replace("x", "ah"), "pak"])
    texts[0].append("siticahyani")
    return texts


@pytest.fixture(scope="module")
def saved(lines: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    save_encoder(*build_encoder(lines, CONFIG), folder)
    return folder


def test_words_that_stand_together_are_near(saved: Path) -> None:
    encoder = load_encoder(saved)
    lamp, night, river = (encoder.encode(word) for word in ("lampu padam", "malam gelap", "sungai banjir"))
    assert lamp @ night > 0.5 > lamp @ river


def test_no_rare_word_and_no_number_gets_in(saved: Path) -> None:
    words = load_encoder(saved).words
    assert "lampu" in words
    assert "siticahyani" not in words
    assert not [word for word in words if any(c.isdigit() for c in word)]


def test_what_is_served_is_what_was_saved(lines: list[list[str]], saved: Path) -> None:
    words, vectors = build_encoder(lines, CONFIG)
    text = "lampu jalan padam"
    mean = np.mean([vectors[words.index(word)] for word in text.split()], axis=0)
    assert load_encoder(saved).encode(text) @ (mean / np.linalg.norm(mean)) > 0.999


def test_the_tokenizer_file_numbers_the_rows(saved: Path) -> None:
    tokenizer = json.loads((saved / TOKENIZER).read_text(encoding="utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))
    assert vocabulary[tokenizer["model"]["unk_token"]] == 0


def test_a_text_without_a_known_word_has_no_direction(saved: Path) -> None:
    assert not load_encoder(saved).encode("zzz 123").any()


def test_too_little_text_is_refused() -> None:
    with pytest.raises(PilahError, match="PLH-301"):
        build_encoder([["satu", "dua"]] * 10, CONFIG)


def test_a_folder_that_is_no_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="PLH-209"):
        load_encoder(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    (tmp_path / TOKENIZER).write_text("{}", encoding="utf-8")
    with pytest.raises(PilahError, match="PLH-209"):
        load_encoder(tmp_path)


def test_repeated_lines_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("Lampu mati!\nlampu MATI\njalan rusak\n", encoding="utf-8")
    assert list(read_lines([path])) == [["lampu", "mati"], ["jalan", "rusak"]]


def test_scales_must_fit() -> None:
    with pytest.raises(ValueError, match="scales"):
        Encoder(("a",), np.zeros((2, 3), np.int8), np.zeros(2, np.float32))
    assert ARRAY == "embedding.weight"


def test_answering_loads_no_torch_and_no_scikit_learn() -> None:
    code = (
        "import sys; from model.triage import Triage; from data.complaint import Complaint; "
        "Triage.load().assess(Complaint(id='a', text='lampu jalan mati')); "
        "print(sorted({'torch', 'sklearn', 'scipy', 'tokenizers'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
