"""Resolve category labels to the official tree of SP4N-LAPOR!, whose ids are ``Root > Leaf``.

The catalog holds names (facts) with corrected typing; spellings that stored labels carry are aliases. Exports give bare
leaf names, some of which stand under several roots: those resolve only where it is certain which one is meant.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from data.labels import clean_label, label_key

SEPARATOR = " > "

_OFFICIAL_SHARE = 0.6  # of the labels and of the rows: below it a file has a scheme of its own


@dataclass(frozen=True, slots=True)
class Category:
    """Hold one category of the tree; a root has no leaf name of its own.

    :param id: ``Root > Leaf``, or the name of the root.
    :param valid_from: the first day on which it could be chosen, where known.
    :param valid_to: the last day; it stays for history and is not predicted any more.
    """

    id: str
    root: str
    leaf: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def name(self) -> str:
        """Return the name without its path, as exports write it."""
        return self.leaf or self.root

    def is_open(self, when: date) -> bool:
        """Tell whether it could be chosen on a day."""
        return (self.valid_from is None or self.valid_from <= when) and (self.valid_to is None or when <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CategoryMatch:
    """Hold what a label resolves to.

    :param id: the one category that is meant; ``None`` if none or several are possible.
    :param leaf: the label's own name in official writing, or as cleaned where it is unknown.
    :param candidates: ids of all categories of that name.
    """

    id: str | None
    leaf: str
    candidates: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return the label to train and report with: the id where certain, else the leaf."""
        return self.id or self.leaf


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """Hold the categories by id, by name and by equivalence."""

    by_id: MappingProxyType[str, Category]
    by_key: MappingProxyType[str, tuple[Category, ...]]
    by_path: MappingProxyType[str, Category]
    equivalent: MappingProxyType[str, frozenset[str]]


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _read(document: dict[str, Any]) -> Iterable[Category]:
    for root in document["roots"]:
        name = root["name"]
        opened, closed = _day(root.get("valid_from")), _day(root.get("valid_to"))
        yield Category(name, name, None, tuple(root.get("aliases", ())), opened, closed)
        for entry in root["leaves"]:
            leaf, aliases = (entry, ()) if isinstance(entry, str) else (entry["name"], tuple(entry["aliases"]))
            yield Category(f"{name}{SEPARATOR}{leaf}", name, leaf, aliases, opened, closed)


@cache
def load_categories() -> CategoryTree:
    """Load the tree that the package ships."""
    text = resources.files("data").joinpath("catalog/categories.json").read_text(encoding="utf-8")
    document = json.loads(text)
    by_id = {category.id: category for category in _read(document)}
    by_key: dict[str, list[Category]] = {}
    for category in by_id.values():
        for spelling in dict.fromkeys(label_key(name) for name in (category.name, *category.aliases)):
            by_key.setdefault(spelling, []).append(category)
    equivalent = {member: frozenset(group) for group in document["equivalent"] for member in group}
    return CategoryTree(
        MappingProxyType(by_id),
        MappingProxyType({key: tuple(found) for key, found in by_key.items()}),
        MappingProxyType({label_key(name): category for name, category in by_id.items()}),
        MappingProxyType(equivalent),
    )


def _choose(found: tuple[Category, ...], label: str, when: date | None) -> tuple[Category, ...]:
    """Narrow categories of one name: a root before leaves, the exact typing, then what was open on the day."""
    roots = tuple(category for category in found if category.leaf is None)
    if roots:
        return roots
    folded = label.casefold()
    exact = tuple(c for c in found if folded in {name.casefold() for name in (c.name, *c.aliases)})
    found = exact or found
    if len(found) > 1 and when is not None:
        found = tuple(category for category in found if category.is_open(when)) or found
    return found


def resolve(label: str | None, when: date | None = None) -> CategoryMatch | None:
    """Resolve a label: a path ``Root > Leaf``, a root, or a bare leaf.

    :param when: the day of the complaint; it decides between categories of which only one was open then.
    :returns: ``None`` if the label says nothing.

    >>> resolve("LAMPU PENERANGAN JALAN UMUM").id
    'Perhubungan > Lampu Penerangan Jalan Umum'
    >>> resolve("Kebudayaan")
    CategoryMatch(id=None, leaf='Kebudayaan', candidates=('Ekonomi dan Keuangan > Kebudayaan', \
'Pendidikan dan Kebudayaan > Kebudayaan'))
    """
    cleaned = clean_label(label)
    if cleaned is None:
        return None
    tree = load_categories()
    head, mark, tail = cleaned.partition(">")
    if mark:
        whole = tree.by_path.get(label_key(cleaned))
        if whole is not None:
            return CategoryMatch(whole.id, whole.name, (whole.id,))
        # A path may have middle levels; the official tree is flattened to root and leaf.
        roots = tree.by_key.get(label_key(head), ())
        leaves = tree.by_key.get(label_key(tail.rpartition(">")[2]), ())
        matching = [leaf for leaf in leaves if any(leaf.root == root.name for root in roots if root.leaf is None)]
        inside = [leaf for leaf in matching if leaf.leaf is not None]
        if len(inside) == 1:
            return CategoryMatch(inside[0].id, inside[0].name, (inside[0].id,))
        if label_key(cleaned) not in tree.by_key:
            return CategoryMatch(None, cleaned, tuple(leaf.id for leaf in inside))
    found = _choose(tree.by_key.get(label_key(cleaned), ()), cleaned, when)
    if not found:
        return CategoryMatch(None, cleaned, ())
    names = {category.name for category in found}
    leaf = min(names) if len(names) > 1 else next(iter(names))
    return CategoryMatch(found[0].id if len(found) == 1 else None, leaf, tuple(category.id for category in found))


def is_open(label: str, when: date) -> bool:
    """Tell whether a label may be predicted on a day; labels of other schemes always may.

    >>> is_open("Corona Virus > PCR Kit", date(2026, 1, 1)), is_open("Infrastruktur", date(2026, 1, 1))
    (False, True)
    """
    category = load_categories().by_id.get(label)
    return category is None or category.is_open(when)


def root_of(label: str) -> str | None:
    """Return the root of a category id; ``None`` for a bare leaf or a label of another scheme.

    >>> root_of("Perhubungan > Parkir Liar")
    'Perhubungan'
    """
    category = load_categories().by_id.get(label)
    return None if category is None else category.root


def equivalents(label: str) -> frozenset[str]:
    """Return the labels that count as right where this one is meant: near-synonyms under other roots, and itself.

    >>> sorted(equivalents("Perhubungan > Lampu Penerangan Jalan Umum"))[0]
    'Pekerjaan Umum dan Penataan Ruang > Penerangan Jalan'
    """
    return load_categories().equivalent.get(label, frozenset()) | {label}


def resolve_set(labels: Iterable[str | None]) -> dict[str, str]:
    """Map every raw category label of a file to the label to use.

    Where most labels and rows are of the official tree they become ids (ambiguous and unknown ones keep their
    cleaned name); otherwise the file has its own scheme, which is kept, with spellings of one label joined.

    >>> resolve_set(["Parkir  liar", "KEBUDAYAAN"])
    {'Parkir  liar': 'Perhubungan > Parkir Liar', 'KEBUDAYAAN': 'Kebudayaan'}
    >>> resolve_set(["Infrastruktur", "infrastruktur", "Infrastruktur", "Ketertiban", "Kesehatan"])
    {'Infrastruktur': 'Infrastruktur', 'infrastruktur': 'Infrastruktur', 'Ketertiban': 'Ketertiban', \
'Kesehatan': 'Kesehatan'}
    """
    counts = Counter(label for label in labels if label is not None)
    matches = {raw: match for raw in counts if (match := resolve(raw)) is not None}
    if not matches:
        return {}
    by_key: dict[str, Counter[str]] = {}
    for raw, match in matches.items():
        by_key.setdefault(label_key(match.leaf), Counter())[clean_label(raw) or raw] += counts[raw]
    known = {label_key(match.leaf) for match in matches.values() if match.candidates}
    rows = sum(sum(spellings.values()) for spellings in by_key.values())
    known_rows = sum(sum(by_key[key].values()) for key in known)
    if len(known) >= _OFFICIAL_SHARE * len(by_key) and known_rows >= _OFFICIAL_SHARE * rows:
        return {raw: match.label for raw, match in matches.items()}
    best = {key: min(found, key=lambda name: (-found[name], name)) for key, found in by_key.items()}
    return {raw: best[label_key(match.leaf)] for raw, match in matches.items()}
