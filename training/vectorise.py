"""Choose the vocabulary and compute the feature matrix of the training texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from data.privacy import MASK
from model.bundle import load
from model.encoder import Encoder, load_encoder
from model.features import Vectoriser, count_documents
from model.triage import BASE
from training.config import FeatureConfig

_LONG_NUMBER = re.compile(r"\d{5}")


@cache
def find_encoder(name: str) -> Encoder | None:
    """Find the word vectors that a run asks for; see :class:`training.config.FeatureConfig`."""
    if name == "none":
        return None
    return load(BASE).vectoriser.encoder if name == "base" else load_encoder(Path(name))


def fit_vectoriser(
    texts: Sequence[str], config: FeatureConfig, minimum: int = 1, encoder: Encoder | None = None
) -> Vectoriser:
    """Choose the features and weigh them by inverse document frequency.

    Masked data and long numbers never enter the vocabulary.

    :param texts: normalised, masked.
    :param encoder: word vectors that were made before.
    :param minimum: least number of texts whatever ``config`` says; raised for bundles that leave the house.
    """
    words, chars, n = count_documents(texts)
    min_words, min_chars = max(config.min_words, minimum), max(config.min_chars, minimum)
    kept_words = _commonest(words, min_words, config.max_words)
    kept_chars = _commonest(chars, min_chars, config.max_chars)
    counts = np.array([words[w] for w in kept_words] + [chars[c] for c in kept_chars], np.float64)
    idf = np.log((1.0 + n) / (1.0 + counts)) + 1.0
    return Vectoriser(tuple(kept_words), tuple(kept_chars), idf.astype(np.float32), encoder)


def _commonest(counts: Mapping[str, int], least: int, most: int) -> list[str]:
    """Return the features that occur in enough texts, at most so many, in order."""
    kept = (feature for feature, count in counts.items() if count >= least and _allowed(feature))
    return sorted(sorted(kept, key=lambda feature: (-counts[feature], feature))[:most])


def feature_matrix(vectoriser: Vectoriser, texts: Sequence[str]) -> sp.csr_array:
    """Compute the features of many texts, shape (n_texts, n_features), float32."""
    rows = [vectoriser.transform(text) for text in texts]
    lengths = np.array([row.indices.size for row in rows], np.int64)
    return sp.csr_array(
        (
            np.concatenate([row.values for row in rows] or [np.empty(0, np.float32)]),
            np.concatenate([row.indices for row in rows] or [np.empty(0, np.int64)]).astype(np.int32),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),  # liblinear takes 32-bit indices
        ),
        shape=(len(rows), vectoriser.size),
    )


def _allowed(feature: str) -> bool:
    return MASK not in feature and _LONG_NUMBER.search(feature) is None
