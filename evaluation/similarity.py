"""Plain similarities of two complaints, reported beside the duplicate scorer: characters, shingles, embeddings."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from model.duplicates.document import Document

Floats = npt.NDArray[np.float64]

_PERMUTATIONS = 128
_PRIME = (1 << 61) - 1
_SIZE = 64
_WINDOW = 5
_WORD = r"[^\W\d_]+"
_MOST = 20_000
"""So many complaints are enough to learn the embedding from."""


def _whole(document: Document) -> str:
    return f"{document.title} {document.text}".lower()


def min_hashes(texts: Sequence[str], width: int = 5, seed: int = 0) -> npt.NDArray[np.uint64]:
    """Return a MinHash signature for each text (Broder 1997).

    :param width: characters of a shingle.
    :return: (texts, 128); the share of equal places estimates the Jaccard overlap of the shingles.

    >>> one, other = min_hashes(["lampu jalan mati", "lampu jalan mati"])
    >>> bool((one == other).all())
    True
    """
    rng = np.random.default_rng(seed)
    factors, offsets = rng.integers(1, 1 << 31, (2, _PERMUTATIONS), dtype=np.uint64)
    found = np.empty((len(texts), _PERMUTATIONS), dtype=np.uint64)
    for row, text in enumerate(texts):
        shingles = {text[start : start + width] for start in range(max(len(text) - width + 1, 1))}
        codes = np.array(
            [zlib.crc32(shingle.encode("utf-8", "surrogatepass")) for shingle in shingles], dtype=np.uint64
        )
        found[row] = ((codes[:, None] * factors + offsets) % np.uint64(_PRIME)).min(axis=0)
    return found


def static_embedding(texts: Sequence[str], learn_from: Sequence[str], seed: int = 0) -> Floats:
    """Return a vector for each text: the weighted mean of word vectors from co-occurrence (PPMI with SVD).

    After Levy and Goldberg 2014; learned from the complaints themselves, so that nothing has to be downloaded.

    :return: (texts, 64) of unit length, the common direction taken out (Arora et al. 2017).
    """
    counter = CountVectorizer(token_pattern=_WORD, min_df=5, max_features=8000)
    counter.fit(learn_from)
    split, known = counter.build_analyzer(), counter.vocabulary_
    left: list[int] = []
    right: list[int] = []
    for text in learn_from[:_MOST]:
        line = [known[word] for word in split(text) if word in known]
        for step in range(1, _WINDOW + 1):
            left += line[:-step]
            right += line[step:]
    places = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
    counted = sparse.coo_matrix((np.ones(len(left)), places), (len(known), len(known))).tocsr()
    counted.sum_duplicates()
    counts = sparse.coo_matrix(counted + counted.T)
    seen = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    context = seen**0.75 / np.sum(seen**0.75)
    values = np.log(counts.data / (seen[counts.row] * context[counts.col]))
    kept = values > 0
    matrix = sparse.csr_matrix((values[kept], (counts.row[kept], counts.col[kept])), counts.shape)
    first, strength, _ = svds(matrix, min(_SIZE, len(known) - 1), random_state=seed)
    rarity = 1e-3 / (1e-3 + seen / seen.sum())
    means = counter.transform(texts) @ (first * np.sqrt(strength) * rarity[:, None])
    means = means - means.mean(axis=0)
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12), dtype=np.float64)


def similarities(
    pairs: Sequence[tuple[str, str]], documents: Mapping[str, Document], collection: Sequence[Document]
) -> dict[str, Floats]:
    """Return the plain similarities of pairs.

    :param documents: the complaints that the pairs name.
    :param collection: all complaints, in which the rarity of character sequences and of words is counted.
    """
    names = sorted({name for pair in pairs for name in pair})
    rows = {name: row for row, name in enumerate(names)}
    one, other = (np.array([rows[pair[side]] for pair in pairs], dtype=np.int64) for side in (0, 1))
    texts, everything = [_whole(documents[name]) for name in names], [_whole(document) for document in collection]
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    matrix = characters.fit(everything[:_MOST]).transform(texts)
    hashes = min_hashes(texts)
    found = {
        "character_cosine": np.asarray(matrix[one].multiply(matrix[other]).sum(axis=1)).ravel(),
        "minhash": np.mean(hashes[one] == hashes[other], axis=1),
    }
    try:
        vectors = static_embedding(texts, everything)
    except ValueError:  # too few words occur often enough to learn an embedding from
        return found
    found["embedding_cosine"] = np.sum(vectors[one] * vectors[other], axis=1)
    return found
