"""The vocabulary: frequent, public, stable."""

from __future__ import annotations

import numpy as np

from model.reading import document_text
from training.config import FeatureConfig
from training.vectorise import feature_matrix, fit_vectoriser

TEXTS = ["lampu jalan mati", "lampu jalan rusak", "jalan rusak", "hub ******** lampu", "tiket 9165816 lampu 12345"]


def test_a_word_occurs_in_as_many_texts_as_asked() -> None:
    found = fit_vectoriser(TEXTS, FeatureConfig(min_words=2))
    assert found.words == ("jalan", "jalan rusak", "lampu", "lampu jalan", "rusak")


def test_a_word_said_twice_in_one_text_counts_once() -> None:
    assert fit_vectoriser(["mati mati mati", "lampu", "lampu"], FeatureConfig()).words == ("lampu",)


def test_the_minimum_raises_every_threshold() -> None:
    config = FeatureConfig(min_words=1, min_chars=1)
    found = fit_vectoriser(TEXTS, config, minimum=3)
    assert set(found.words) == {"jalan", "lampu"}
    for feature in found.chars:
        assert sum(any(feature in f" {w} " for w in text.split()) for text in TEXTS) >= 3


def test_masked_data_and_long_numbers_stay_out() -> None:
    found = fit_vectoriser(TEXTS * 5, FeatureConfig(min_words=1, min_chars=1))
    assert not any("*" in feature for feature in (*found.words, *found.chars))
    assert not any(len([c for c in feature if c.isdigit()]) >= 5 for feature in (*found.words, *found.chars))


def test_the_most_frequent_characters_are_kept() -> None:
    texts = [f"kata{k:03d}" for k in range(150)]
    found = fit_vectoriser(texts, FeatureConfig(min_words=1, min_chars=1, max_chars=100))
    assert len(found.chars) == 100
    assert {"kat", "ata", "kata"} <= set(found.chars)


def test_the_order_of_the_texts_does_not_count() -> None:
    one, other = (fit_vectoriser(texts, FeatureConfig()) for texts in (TEXTS, TEXTS[::-1]))
    assert (one.words, one.chars) == (other.words, other.chars)
    np.testing.assert_array_equal(one.idf, other.idf)


def test_the_matrix_holds_what_each_text_gives() -> None:
    vectoriser = fit_vectoriser(TEXTS, FeatureConfig(min_words=1))
    texts = [*TEXTS, "", document_text("Lampu", "jalan")]
    matrix = feature_matrix(vectoriser, texts)
    assert matrix.shape == (len(texts), vectoriser.size)
    for i, text in enumerate(texts):
        found = vectoriser.transform(text)
        row = np.zeros(vectoriser.size, np.float32)
        row[found.indices] = found.values
        np.testing.assert_array_equal(matrix[[i]].toarray()[0], row)


def test_no_texts_make_an_empty_matrix() -> None:
    assert feature_matrix(fit_vectoriser(TEXTS, FeatureConfig()), []).shape[0] == 0
