"""Features agree with scikit-learn's TfidfVectorizer, without needing it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from data.complaint import Record
from data.word_forms import word_forms
from model.features import Vectoriser, char_ngrams, count_documents, word_ngrams
from model.reading import document_text

TEXT = st.lists(
    st.sampled_from(["jalan", "rusak", "di", "a", "rt", "03/05", "wc", "lampu.", "-", "é"]), max_size=9
).map(" ".join)
FITTED = Vectoriser(("jalan", "jalan rusak", "rusak"), (" ja", "ala", "rus"), np.ones(6, np.float32))


@pytest.fixture(scope="module")
def texts(sample_records: list[Record]) -> list[str]:
    forms = word_forms()
    read = [document_text(r.complaint.title, r.complaint.text) for r in sample_records[:120]]
    return [re.sub(r"\w+", lambda word: forms.get(word[0], word[0]), text) for text in read]


def test_short_and_regional_words_are_read_as_the_standard_ones() -> None:
    vectoriser = Vectoriser(("jalan", "sampah", "sampah jalan"), (" sa", "lan"), np.ones(5, np.float32))
    standard, regional = vectoriser.transform("sampah, jalan"), vectoriser.transform("runtah, jln")
    assert standard.indices.tolist() == regional.indices.tolist() == [0, 1, 2, 3, 4]
    assert standard.values.tolist() == regional.values.tolist()


@pytest.mark.parametrize("analyzer", ["word", "char_wb"])
def test_values_are_those_of_scikit_learn(texts: list[str], analyzer: str) -> None:
    is_word = analyzer == "word"
    reference = TfidfVectorizer(
        analyzer=analyzer, ngram_range=(1, 2) if is_word else (3, 5), token_pattern=r"\w+" if is_word else None,
        sublinear_tf=True, lowercase=False, norm="l2",
    )  # fmt: skip
    expected = reference.fit_transform(texts).toarray()
    names = tuple(reference.get_feature_names_out())
    idf = reference.idf_.astype(np.float32)
    ours = Vectoriser(names if is_word else (), () if is_word else names, idf)
    for text, row in zip(texts, expected, strict=True):
        found = ours.transform(text)
        dense = np.zeros(ours.size)
        dense[found.indices] = found.values
        np.testing.assert_allclose(dense, row, atol=2e-6)


def test_document_counts_are_those_of_scikit_learn(texts: list[str]) -> None:
    words, chars, n = count_documents(texts)
    assert n == len(texts)
    for counts, analyzer, span, pattern in ((words, "word", (1, 2), r"\w+"), (chars, "char_wb", (3, 5), None)):
        reference = TfidfVectorizer(
            analyzer=analyzer, ngram_range=span, token_pattern=pattern, lowercase=False, binary=True, use_idf=False,
            norm=None,
        )  # fmt: skip
        sums = np.asarray(reference.fit_transform(texts).sum(axis=0)).ravel()
        assert counts == dict(zip(reference.get_feature_names_out().tolist(), sums.astype(int).tolist(), strict=True))


@pytest.mark.parametrize("text", ["", "   ", "qqq zzz", "*** ..."])
def test_a_text_without_known_features_is_empty(text: str) -> None:
    found = FITTED.transform(text)
    assert found.indices.size == found.values.size == 0
    assert FITTED.occurrences(text).columns.size == 0


@given(TEXT)
def test_columns_ascend_and_each_block_has_length_one(text: str) -> None:
    found = FITTED.transform(text)
    assert np.all(np.diff(found.indices) > 0)
    for block in (found.values[found.indices < 3], found.values[found.indices >= 3]):
        assert block.size == 0 or abs(float(block @ block) - 1) < 1e-5


@given(TEXT)
def test_occurrences_stand_in_the_pieces_they_name(text: str) -> None:
    found = FITTED.occurrences(text)
    for column, piece in zip(found.columns.tolist(), found.pieces.tolist(), strict=True):
        stands = slice(*found.spans[piece])
        assert " " not in text[stands]
        if column < 3:
            assert set(FITTED.words[column].split()) & set(word_ngrams(text[stands]))
        else:
            assert FITTED.chars[column - 3] in char_ngrams(text[stands])


@given(TEXT)
def test_occurrences_are_exactly_the_features_of_the_text(text: str) -> None:
    assert set(FITTED.occurrences(text).columns.tolist()) == set(FITTED.transform(text).indices.tolist())


def test_very_long_words_have_no_character_features() -> None:
    noise = "jalan" * 9
    assert FITTED.transform(noise).indices.size == 0
    assert count_documents([noise])[1] == {}
