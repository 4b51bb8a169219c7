"""Turn a complaint's text into sparse word and character n-gram features, once for all heads.

The recipe (words 1-2, characters 3-5 inside words, sublinear TF-IDF, each block L2-normalised) is what did best among
linear text models on Indonesian complaints; see ``docs/model.md``. Plain Python and numpy: a complaint costs well
under a millisecond, and serving needs no scikit-learn.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.word_forms import word_forms
from model.encoder import Encoder

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WORD = re.compile(r"\w+")
_FORMS = word_forms()
_MARKS = ".,;:!?()\"'"
_CHARS = (3, 4, 5)
_WORD_CACHE = 50_000  # distinct words kept with their character features; about 15 MB when full
ENCODER_LENGTH = np.float32(0.8)
"""Length of the encoder's part beside the two blocks of length one, chosen on grouped folds of Purbalingga."""
_NOTHING = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Hold the features of one text.

    :param indices: feature columns, ascending, shape (nnz,).
    :param values: their weights, shape (nnz,).
    """

    indices: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Hold where the features of a text come from, occurrence by occurrence.

    :param columns: feature columns, shape (n,).
    :param pieces: which piece of the text each comes from, shape (n,).
    :param shares: how much of the feature's occurrence stands in that piece, shape (n,).
    :param spans: start and end of each piece in the normalised text.
    """

    columns: Ints
    pieces: Ints
    shares: NDArray[np.float64]
    spans: tuple[tuple[int, int], ...]


def _standard_words(text: str) -> list[str]:
    return [_FORMS.get(word, word) for word in WORD.findall(text)]


def word_ngrams(text: str) -> list[str]:
    """List the words and word pairs of a normalised text, short and regional words as the standard ones.

    >>> word_ngrams("jalan rusak parah")
    ['jalan', 'rusak', 'parah', 'jalan rusak', 'rusak parah']
    >>> word_ngrams("runtah numpuk")[0]
    'sampah'
    """
    words = _standard_words(text)
    return words + [f"{a} {b}" for a, b in itertools.pairwise(words)]


def char_ngrams(word: str) -> list[str]:
    """List the character 3- to 5-grams of one word with its borders.

    >>> char_ngrams("air")
    [' ai', 'air', 'ir ', ' air', 'air ', ' air ']
    """
    bare = word.strip(_MARKS)
    padded = f" {word.replace(bare, _FORMS[bare], 1) if bare in _FORMS else word} "
    size = len(padded)
    grams: list[str] = []
    for n in _CHARS:
        if size <= n:
            grams.append(padded)
            break
        grams += [padded[i : i + n] for i in range(size - n + 1)]
    return grams


@dataclass(frozen=True)
class Vectoriser:
    """Map texts to sparse vectors with a fixed vocabulary.

    :param words: word and word-pair features, in column order.
    :param chars: character features, in column order, after the words.
    :param idf: inverse document frequency of each column, shape (n_words + n_chars,).
    :param encoder: its dimensions are the last columns, in every text; ``None`` without one.
    """

    words: tuple[str, ...]
    chars: tuple[str, ...]
    idf: Floats
    encoder: Encoder | None = None
    _word_index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _chars_of: Callable[[str], NDArray[np.int32]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the look-up tables."""
        object.__setattr__(self, "_word_index", {w: i for i, w in enumerate(self.words)})
        char_index = {c: i for i, c in enumerate(self.chars, start=len(self.words))}

        @lru_cache(maxsize=_WORD_CACHE)
        def chars_of(word: str) -> NDArray[np.int32]:
            found = map(char_index.get, char_ngrams(word))
            return np.array([i for i in found if i is not None], np.int32)

        object.__setattr__(self, "_chars_of", chars_of)

    @property
    def size(self) -> int:
        """Return the number of feature columns."""
        return self.n_counted + (self.encoder.size if self.encoder is not None else 0)

    @property
    def n_counted(self) -> int:
        """Return the number of word and character columns."""
        return len(self.words) + len(self.chars)

    def transform(self, text: str) -> SparseVector:
        """Compute the features of a normalised text.

        :param text: output of :func:`model.text.normalise`.
        """
        index = self._word_index
        found = [i for i in map(index.get, word_ngrams(text)) if i is not None]
        # longer runs of characters are keyboard noise or links
        letters = [self._chars_of(word) for word in text.split() if len(word) <= 40]
        unique, counts = np.unique(np.concatenate([np.array(found, np.int32), *letters]), return_counts=True)
        values: Floats = (1.0 + np.log(counts.astype(np.float32))) * self.idf[unique]
        border = int(np.searchsorted(unique, len(self.words)))
        for block in (values[:border], values[border:]):
            if block.size:
                block[:] /= np.sqrt(block @ block)
        columns = unique.astype(np.int64)
        if self.encoder is None:
            return SparseVector(columns, values)
        vector = self.encoder.encode(text) * ENCODER_LENGTH
        added = np.arange(self.n_counted, self.size)
        return SparseVector(np.concatenate([columns, added]), np.concatenate([values, vector]))

    def occurrences(self, text: str) -> Occurrences:
        """Find where each feature of a text comes from, fast enough to explain every answer.

        A word pair counts half for each of its words.
        """
        spans: list[tuple[int, int]] = []
        columns: list[int] = []
        pieces: list[int] = []
        shares: list[float] = []
        of_letters: list[NDArray[np.int32]] = []
        column_of, chars_of = self._word_index.get, self._chars_of
        previous, before = "", 0
        for number, match in enumerate(_PIECE.finditer(text)):
            piece = match[0]
            spans.append(match.span())
            for word in _words_of(piece):
                column = column_of(word)
                if column is not None:
                    columns.append(column)
                    pieces.append(number)
                    shares.append(1.0)
                column = column_of(f"{previous} {word}") if previous else None
                if column is not None:
                    columns += (column, column)
                    pieces += (before, number)
                    shares += (0.5, 0.5)
                previous, before = word, number
            of_letters.append(chars_of(piece) if len(piece) <= 40 else _NOTHING)
        lengths = list(map(len, of_letters))
        joined = np.concatenate(of_letters or [_NOTHING])
        return Occurrences(
            np.concatenate([np.array(columns, np.int64), joined]),
            np.concatenate([np.array(pieces, np.int64), np.repeat(np.arange(len(lengths)), lengths)]),
            np.concatenate([np.array(shares, np.float64), np.ones(joined.size)]),
            tuple(spans),
        )


_PIECE = re.compile(r"\S+")


@lru_cache(maxsize=_WORD_CACHE)
def _words_of(piece: str) -> tuple[str, ...]:
    """Return the standard words of a piece of text that has no white space."""
    return tuple(_standard_words(piece))


def count_documents(texts: Iterable[str]) -> tuple[Counter[str], Counter[str], int]:
    """Count in how many texts each word feature and each character feature occurs.

    :param texts: normalised texts.
    :return: word counts, character counts, number of texts.
    """
    words: Counter[str] = Counter()
    chars: Counter[str] = Counter()
    grams_of = lru_cache(maxsize=_WORD_CACHE)(lambda w: tuple(char_ngrams(w)))
    n = 0
    for text in texts:
        n += 1
        words.update(set(word_ngrams(text)))
        chars.update(set(itertools.chain.from_iterable(grams_of(w) for w in set(text.split()) if len(w) <= 40)))
    return words, chars, n
