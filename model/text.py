"""Normalise complaint text, with every position kept so that evidence can be shown in the text as sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"[\x00-\x7f]+(?![^\x00-\x7f])")
"""ASCII without the character that a following accent may belong to."""
_WORD = re.compile(r"\w+")
_READ_AGAIN = 16  # texts whose words are kept: places and matters read the same ones


@dataclass(frozen=True, slots=True)
class Normalised:
    """Hold a text in the form that the models read.

    :param raw: the text as submitted.
    :param text: NFKC, lower case, any run of white space one space.
    :param offsets: for each character of ``text`` its position in ``raw``; ``None`` where they are the same.
    """

    raw: str
    text: str
    offsets: tuple[int, ...] | None = None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of ``text`` back to ``raw``.

        >>> normalise("Jalan   RUSAK").raw_span(6, 11)
        (8, 13)
        """
        if self.offsets is None:
            return start, end
        if start >= end:
            position = self.offsets[start] if start < len(self.offsets) else len(self.raw)
            return position, position
        return self.offsets[start], _cluster_end(self.raw, self.offsets[end - 1])


def normalise(raw: str) -> Normalised:
    r"""Fold case, Unicode form and white space.

    :param raw: any text.

    >>> normalise("Jalan\u00a0 RUSAK ").text
    'jalan rusak '
    """
    if raw.isascii():
        text = raw.lower()
        if "  " not in text and text.isprintable():
            return Normalised(raw, text)
    characters: list[str] = []
    offsets: list[int] = []
    position = 0
    while position < len(raw):
        plain = _PLAIN.match(raw, position)
        if plain is not None:
            _fold_plain(raw, position, plain.end(), characters, offsets)
            position = plain.end()
            continue
        end = _cluster_end(raw, position)
        for piece in _fold(raw[position:end]):
            is_space = piece.isspace()
            if is_space and characters and characters[-1] == " ":
                continue
            characters.append(" " if is_space else piece)
            offsets.append(position)
        position = end
    return Normalised(raw, "".join(characters), tuple(offsets))


def _fold_plain(raw: str, start: int, end: int, characters: list[str], offsets: list[int]) -> None:
    """Fold a part that is ASCII, without looking at each character."""
    for gap in _SPACES.finditer(raw, start, end):
        characters += raw[start : gap.start()].lower()
        offsets += range(start, gap.start())
        if not characters or characters[-1] != " ":
            characters.append(" ")
            offsets.append(gap.start())
        start = gap.end()
    characters += raw[start:end].lower()
    offsets += range(start, end)


def _cluster_end(raw: str, position: int) -> int:
    """Return the end of the character at ``position`` with the accents that follow it as characters of their own."""
    end = position + 1
    while end < len(raw) and unicodedata.combining(raw[end]):
        end += 1
    return end


def _fold(cluster: str) -> str:
    if cluster.isascii():
        return cluster.lower()
    # Twice: a small letter may have a composed form where its capital has none.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).lower())


@lru_cache(maxsize=_READ_AGAIN)
def words(text: str) -> tuple[tuple[str, int, int], ...]:
    """Split a normalised text into words with their spans.

    >>> words("rt 03/rw 5")
    (('rt', 0, 2), ('03', 3, 5), ('rw', 6, 8), ('5', 9, 10))
    """
    return tuple([(match[0], *match.span()) for match in _WORD.finditer(text)])
