"""Normalisation keeps what is said and every position, and drops how it was typed."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from model.text import normalise, words

TEXTS = st.text(max_size=60)
LATIN = st.text(alphabet="abcéèüñôšÅ xyz ,.", max_size=40)


@given(TEXTS)
@example("İ ẞ ﬁ ℃ ¨ \u2003\u00a0 x")
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = normalise(raw).text
    assert normalise(once).text == once


@given(TEXTS)
def test_every_character_maps_into_the_text_as_sent(raw: str) -> None:
    found = normalise(raw)
    previous = 0
    for i in range(len(found.text)):
        start, end = found.raw_span(i, i + 1)
        assert previous <= start < end <= len(raw)
        previous = start


@given(TEXTS)
def test_a_word_is_found_again_where_its_span_points(raw: str) -> None:
    found = normalise(raw)
    for word, start, end in words(found.text):
        raw_start, raw_end = found.raw_span(start, end)
        assert word in normalise(raw[raw_start:raw_end]).text


@given(st.lists(st.sampled_from(["Jalan", "RUSAK", "parah,", "RT", "03/05", "lampu"]), min_size=1), st.data())
def test_spans_of_ascii_words_are_exact(tokens: list[str], data: st.DataObject) -> None:
    gaps = [data.draw(st.sampled_from([" ", "  ", "\n", "\t ", "\u00a0", " \u2003"])) for _ in tokens]
    raw = "".join(gap + token for gap, token in zip(gaps, tokens, strict=True))
    found = normalise(raw)
    at = 0
    for token in tokens:
        at = found.text.index(token.lower(), at)
        start, end = found.raw_span(at, at + len(token))
        assert raw[start:end] == token
        at += len(token)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_case_does_not_count(raw: str) -> None:
    assert normalise(raw.upper()).text == normalise(raw).text == normalise(raw.lower()).text


@given(
    st.lists(st.sampled_from(["jalan", "rusak", "désa"]), max_size=8), st.sampled_from([" ", "   ", "\n\n", "\u00a0 "])
)
def test_the_width_and_kind_of_spaces_do_not_count(tokens: list[str], gap: str) -> None:
    assert normalise(gap.join(tokens)).text == " ".join(tokens)


@given(LATIN)
def test_composed_and_decomposed_letters_are_the_same(raw: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", raw), unicodedata.normalize("NFD", raw)
    assert normalise(decomposed).text == normalise(composed).text


def test_a_span_takes_the_accent_of_its_last_letter_along() -> None:
    raw = unicodedata.normalize("NFD", "Padé ieu")
    start, end = normalise(raw).raw_span(0, 4)
    assert unicodedata.normalize("NFC", raw[start:end]) == "Padé"


def test_wide_and_styled_letters_are_read_as_plain_ones() -> None:
    assert normalise("ＪＡＬＡＮ 𝗿𝘂𝘀𝗮𝗸 ﬁ").text == "jalan rusak fi"


def test_an_empty_span_stands_at_its_place() -> None:
    found = normalise("a   b")
    assert found.raw_span(2, 2) == (4, 4)
    assert found.raw_span(3, 3) == (5, 5)


@given(TEXTS)
def test_words_are_cut_where_they_stand(raw: str) -> None:
    text = normalise(raw).text
    assert all(text[start:end] == word and word for word, start, end in words(text))
