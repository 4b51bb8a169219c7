"""Load the short and regional forms of words that citizens write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources


def _lines() -> Iterator[tuple[str, list[str]]]:
    text = (resources.files("data") / "catalog" / "word_forms.txt").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, _, rest = line.partition(": ")
            yield head, rest.split()


@cache
def word_forms() -> Mapping[str, str]:
    """Return the standard word by written form.

    >>> word_forms()["jln"], word_forms()["runtah"]
    ('jalan', 'sampah')
    """
    return {form: head for head, forms in _lines() for form in forms if head != "-"}


@cache
def whole_words() -> frozenset[str]:
    """Return the words whose beginning or end only looks like an affix (``kecamatan``, ``terminal``)."""
    return frozenset(word for head, forms in _lines() for word in forms if head == "-")
