"""Make word vectors from text alone: positive pointwise mutual information, reduced by singular values (PPMI + SVD).

Levy, Goldberg and Dagan 2015, "Improving distributional similarity with lessons learned from word embeddings"; the
weighting of words is that of Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings".
On complaints these did as well as vectors distilled from a multilingual transformer.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.utils.extmath import randomized_svd

from data.errors import PilahError
from model.encoder import ARRAY, TOKEN, TOKENIZER, UNKNOWN, WEIGHTS
from model.text import normalise

_NUMBER = re.compile(r"\d")
_LONGEST = 250  # words of a line that are read
_SMOOTHING = 0.75  # exponent on context counts
_FREQUENT = 1e-3  # share of the text from which a word's weight falls off
_LEAST_LINES = 1_000


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """Set how vectors are made.

    :param dimensions: of each vector.
    :param window: words to each side that count as near.
    :param min_lines: in how many different lines a word must stand, so that no rare word or name gets in.
    :param max_words: most words kept, the most frequent first.
    """

    dimensions: int = 128
    window: int = 5
    min_lines: int = 20
    max_words: int = 16_000
    seed: int = 0


def normalised_lines(paths: Sequence[Path]) -> Iterator[str]:
    """Read text files, one text a line, plain or gzipped, and yield each line normalised.

    :raises PilahError: PLH-101 if a file cannot be read.
    """
    for path in paths:
        try:
            with open_text(path) as file:
                for line in file:
                    yield normalise(line).text
        except (OSError, UnicodeDecodeError) as error:
            raise PilahError("PLH-101", f"{path}: {error}") from error


def read_lines(paths: Sequence[Path]) -> Iterator[list[str]]:
    """Yield the words of each line of text files, repeated lines once.

    :raises PilahError: PLH-101 if a file cannot be read.
    """
    seen: set[int] = set()
    for text in normalised_lines(paths):
        words = TOKEN.findall(text)[:_LONGEST]
        key = hash(tuple(words))
        if len(words) > 1 and key not in seen:
            seen.add(key)
            yield words


def open_text(path: Path) -> IO[str]:
    """Open a text file, plain or gzipped."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def build_encoder(lines: Iterable[Sequence[str]], config: EncoderConfig) -> tuple[list[str], NDArray[np.float32]]:
    """Return words and their vectors, weighted and centred.

    :param lines: the words of each text.
    :return: words, and vectors of shape (n_words, dimensions).
    :raises PilahError: PLH-301 if there is too little text.
    """
    texts = [list(line) for line in lines]
    occurs = Counter(word for text in texts for word in set(text))
    kept = [w for w, count in occurs.items() if count >= config.min_lines and not _NUMBER.search(w) and len(w) > 1]
    words = sorted(kept, key=lambda w: (-occurs[w], w))[: config.max_words]
    if len(texts) < _LEAST_LINES or len(words) <= config.dimensions:
        raise PilahError("PLH-301", f"{len(texts)} lines with {len(words)} frequent words are too little text")
    index = {word: i for i, word in enumerate(words)}
    gap = [-1] * config.window
    flat = np.array([i for text in texts for i in ([index[w] for w in text if w in index] + gap)], np.int64)
    positive = _positive_information(_near(flat, len(words), config.window))
    left, values, _ = randomized_svd(positive, config.dimensions, n_iter=3, random_state=config.seed)
    vectors = left * np.sqrt(values)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    share = np.bincount(flat[flat >= 0], minlength=len(words)) / max(1, int((flat >= 0).sum()))
    vectors *= (_FREQUENT / (_FREQUENT + share))[:, None]
    known = [[index[w] for w in text if w in index] for text in texts]
    centre = np.mean([vectors[rows].mean(axis=0) for rows in known if rows], axis=0)
    return words, (vectors - centre).astype(np.float32)


def _near(flat: NDArray[np.int64], n: int, window: int) -> sp.csr_matrix:
    """Count how often words stand near each other, nearer ones more, shape (n, n)."""
    total = sp.csr_matrix((n, n))
    for distance in range(1, window + 1):
        first, second = flat[:-distance], flat[distance:]
        both = (first >= 0) & (second >= 0)
        weights = np.full(int(both.sum()), 1.0 / distance)
        total = total + sp.coo_matrix((weights, (first[both], second[both])), shape=(n, n)).tocsr()
    return (total + total.T).tocsr()


def _positive_information(counts: sp.csr_matrix) -> sp.csr_matrix:
    sums = np.asarray(counts.sum(axis=1)).ravel()
    context = sums**_SMOOTHING
    context /= context.sum()
    cells = counts.tocoo()
    information = np.log(cells.data / (sums[cells.row] * context[cells.col]))
    kept = information > 0
    return sp.csr_matrix((information[kept], (cells.row[kept], cells.col[kept])), shape=counts.shape)


def save_encoder(words: Sequence[str], vectors: NDArray[np.float32], directory: Path) -> None:
    """Write what ``sentence_transformers.models.StaticEmbedding`` loads: safetensors and ``tokenizer.json``."""
    directory.mkdir(parents=True, exist_ok=True)
    rows = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), vectors])
    save_file({ARRAY: np.ascontiguousarray(rows)}, directory / WEIGHTS)
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": TOKEN.pattern},
            "behavior": "Removed",
            "invert": True,
        },
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {UNKNOWN: 0, **{word: i for i, word in enumerate(words, start=1)}},
            "unk_token": UNKNOWN,
        },
    }
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (directory / TOKENIZER).write_text(text + "\n", encoding="utf-8")
