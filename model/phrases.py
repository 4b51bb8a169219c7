"""Find phrases of a rule file in a complaint: one pass over its words, whatever the number of rules.

A pattern is a row of words, written as citizens write them:

- ``gas bocor``: the words stand side by side;
- ``anak ~ hilang``: the second follows within five words;
- ``sekarang|skrg``: one of these;
- ``*perkosa*``: a word that contains, begins or ends so;
- ``{keluarga}``: one of a class of words that the file defines;
- ``#``: a number; ``?``: a question mark.

Words are compared in lower case, without letters repeated for emphasis (``toloong``) and without the ``2`` of
reduplication (``anak2``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from data.errors import PilahError
from model.assessment import Span
from model.text import Normalised

GAP = 5
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|\?")
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_CLASS = re.compile(r"\{(\w+)\}")
_WORDS_REMEMBERED = 50_000
_PLAIN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class Token(NamedTuple):
    """Hold one word with its span in the normalised field."""

    word: str
    field: Literal["title", "text"]
    start: int
    end: int


class Match(NamedTuple):
    """Hold one place where a pattern was found: words ``start`` to ``end``, the latter not included."""

    pattern: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Slot:
    atom: int
    loose: bool  # whether other words may stand before it


@dataclass(frozen=True, slots=True)
class PhraseText:
    """Hold the words of a complaint, title first, with a border between the fields.

    :param words: the word of each token; empty for a border.
    :param borders: the places of the borders.
    :param size: the number of words, borders and question marks left out.
    """

    tokens: tuple[Token, ...]
    fields: Mapping[str, Normalised]
    words: tuple[str, ...] = field(init=False, compare=False)
    borders: frozenset[int] = field(init=False, compare=False)
    size: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Count once what every rule file asks for."""
        words = tuple([token.word for token in self.tokens])
        borders = frozenset([place for place, word in enumerate(words) if not word]) if "" in words else frozenset()
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "borders", borders)
        object.__setattr__(self, "size", len(words) - len(borders) - words.count("?"))

    def span(self, start: int, end: int) -> tuple[Span, str]:
        """Return where words ``start`` to ``end`` stand as submitted, and their text."""
        first, last = self.tokens[start], self.tokens[end - 1]
        if last.field != first.field:
            last = first
        part = self.fields[first.field]
        return Span(first.field, *part.raw_span(first.start, last.end)), part.text[first.start : last.end]


def phrase_text(fields: Mapping[str, Normalised]) -> PhraseText:
    """Split title and text into words."""
    tokens: list[Token] = []
    names: tuple[Literal["title", "text"], ...] = ("title", "text")
    for name in names:
        part = fields.get(name)
        if part is None:
            continue
        if tokens:
            tokens.append(Token("", name, 0, 0))
        for match in _TOKEN.finditer(part.text):
            word = match[0]
            folded = fold(word)
            if "-" in folded:
                _add_both(tokens, word, name, match.start())
            else:
                tokens.append(Token(folded, name, *match.span()))
    return PhraseText(tuple(tokens), fields)


def _add_both(tokens: list[Token], word: str, field: Literal["title", "text"], start: int) -> None:
    """Add both words of two that a hyphen joins."""
    for piece in word.split("-"):
        tokens.append(Token(fold(piece), field, start, start + len(piece)))
        start += len(piece) + 1


@lru_cache(maxsize=_WORDS_REMEMBERED)
def fold(word: str) -> str:
    """Undo emphasis and reduplication.

    >>> fold("tolooong"), fold("anak2"), fold("anak-anaknya"), fold("jual-beli"), fold("2024")
    ('tolong', 'anak', 'anak', 'jual-beli', '2024')
    """
    if _REPEATED.search(word):  # few words: looking costs less than replacing nothing
        word = _REPEATED.sub(r"\1", word)
    first, hyphen, second = word.partition("-")
    if hyphen and len(first) > 2 and (second.startswith(first) or first.endswith(second)):
        return first
    if len(word) > 3 and word.endswith("2") and word[:-1].isalpha():
        return word[:-1]
    return word


class PhraseMatcher:
    """Find all patterns of a rule file.

    :param patterns: see the module; a pattern's number is its place in the list.
    :param classes: words by name of the class.
    :raises PilahError: PLH-751 if a pattern is empty or names an unknown class.
    """

    def __init__(self, patterns: Sequence[str], classes: Mapping[str, str] | None = None) -> None:
        self._atoms: dict[str, int] = {}
        self._exact: dict[str, list[int]] = {}
        self._globs: list[tuple[re.Pattern[str], int]] = []
        self._classes = {name: _expand(words, classes or {}) for name, words in (classes or {}).items()}
        self._by_first: dict[int, list[tuple[int, tuple[_Slot, ...], frozenset[int]]]] = {}
        for number, pattern in enumerate(patterns):
            slots = self._parse(pattern)
            needed = frozenset(slot.atom for slot in slots)
            self._by_first.setdefault(slots[0].atom, []).append((number, slots[1:], needed))
        self._first = frozenset(self._by_first)
        globs = "|".join([f"(?:{glob.pattern})" for glob, _ in self._globs])
        self._any_glob = re.compile(globs) if globs else None
        self._atoms_of = lru_cache(maxsize=_WORDS_REMEMBERED)(self._find_atoms)

    def _parse(self, pattern: str) -> tuple[_Slot, ...]:
        slots: list[_Slot] = []
        loose = False
        for word in pattern.split():
            if word == "~":
                loose = True
                continue
            slots.append(_Slot(self._atom(word, pattern), loose))
            loose = False
        if not slots or loose:
            raise PilahError("PLH-751", f"pattern {pattern!r}")
        return tuple(slots)

    def _atom(self, word: str, pattern: str) -> int:
        known = self._atoms.get(word)
        if known is not None:
            return known
        number = self._atoms[word] = len(self._atoms)
        choices: list[str] = []
        for choice in word.split("|"):
            named = _CLASS.fullmatch(choice)
            if named and named[1] not in self._classes:
                raise PilahError("PLH-751", f"pattern {pattern!r} names no known class")
            choices += self._classes[named[1]] if named else [choice]
        for choice in choices:
            if choice == "#" or "*" in choice:
                self._globs.append((_glob(choice), number))
            elif choice == "?" or _PLAIN.fullmatch(fold(choice)):
                self._exact.setdefault(fold(choice), []).append(number)
            else:
                raise PilahError("PLH-751", f"pattern {pattern!r}: {choice!r} is no word")
        return number

    def _find_atoms(self, word: str) -> frozenset[int]:
        found = set(self._exact.get(word, ()))
        if self._any_glob is not None and self._any_glob.fullmatch(word):  # few words match any
            found.update(atom for glob, atom in self._globs if glob.fullmatch(word))
        return frozenset(found) if found else _NO_ATOMS

    def find(self, text: PhraseText, hidden: Iterable[Match] = ()) -> list[Match]:
        """Return every match, in order of the text.

        :param hidden: matches whose words count as if they were not there.
        """
        atoms = list(map(self._atoms_of, text.words))
        for match in hidden:
            for position in range(match.start, match.end):
                atoms[position] = _NO_ATOMS
        active = [position for position, here in enumerate(atoms) if here]  # most words are in no pattern
        if not active:
            return []
        present = frozenset().union(*[atoms[position] for position in active])
        # Of the patterns that begin with an atom only those whose other words are there too.
        begun = {
            atom: possible
            for atom in present & self._first
            if (possible := [(number, rest) for number, rest, needed in self._by_first[atom] if needed <= present])
        }
        firsts = frozenset(begun)
        found: list[Match] = []
        for position in active:
            for atom in atoms[position] & firsts:
                for number, rest in begun[atom]:
                    end = _follow(atoms, text.borders, position + 1, rest)
                    if end is not None:
                        found.append(Match(number, position, end))
        return found


_NO_ATOMS: frozenset[int] = frozenset()


def _follow(atoms: list[frozenset[int]], borders: frozenset[int], position: int, rest: tuple[_Slot, ...]) -> int | None:
    if not rest:
        return position
    slot = rest[0]
    last = min(position + (GAP if slot.loose else 1), len(atoms))
    for place in range(position, last):
        if place in borders:
            return None
        if slot.atom in atoms[place]:
            end = _follow(atoms, borders, place + 1, rest[1:])
            if end is not None:
                return end
    return None


def _expand(words: str, classes: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    for word in words.split():
        named = _CLASS.fullmatch(word)
        if named is None:
            found.append(word)
        elif named[1] in classes:
            found += _expand(classes[named[1]], {k: v for k, v in classes.items() if k != named[1]})
        else:
            raise PilahError("PLH-751", f"class {word} is not defined, or names itself")
    return found


def _glob(choice: str) -> re.Pattern[str]:
    if choice == "#":
        return re.compile(r"\d+")
    return re.compile(".*".join(re.escape(part) for part in choice.split("*")))
