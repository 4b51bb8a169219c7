"""Decide which labels a head learns alone and which it learns together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from model.classifier import Group

_PLACE_KINDS = (
    "Kecamatan", "Distrik", "Kapanewon", "Kemantren", "Kelurahan", "Kalurahan", "Desa", "Nagari", "Kampung", "Gampong",
    "Rumah Sakit Umum Daerah", "RSUD", "UPTD Puskesmas", "Puskesmas", "Kantor Pertanahan", "Kepolisian Resor",
)  # fmt: skip
"""Kinds of offices that differ only by place."""

_REGION_TAIL = re.compile(r"\s+(?:Kabupaten|Kota|Provinsi)\s.*$")


def build_groups(
    labels: Sequence[str],
    min_rows: int,
    parent_of: Callable[[str], str | None] = lambda label: None,
    function: Callable[[str], str | None] = lambda label: None,
) -> tuple[Group, ...]:
    """Group the labels of a head; every label is a member of exactly one group.

    :param labels: the label of each training row.
    :param min_rows: labels with fewer rows share a group with the others of their parent.
    :param parent_of: a label's parent, e.g. a category's root; ``None`` where there is none.
    :param function: a label's function; ``None`` where it has none.

    >>> groups = build_groups(["Kecamatan A", "Kecamatan B", "Dinas X", "Dinas X"], 1)
    >>> [(g.name, g.kind, len(g.members)) for g in groups]
    [('Dinas X', 'single', 1), ('Kecamatan', 'place', 2)]
    """
    counts = Counter(labels)
    shared: dict[tuple[str, str], list[str]] = {}
    for label in sorted(counts):
        kind = next((k for k in _PLACE_KINDS if label.startswith(k + " ")), None)
        if kind is not None:
            shared.setdefault(("place", kind), []).append(label)
        elif counts[label] < min_rows:
            shared.setdefault(("rare", parent_of(label) or "Lainnya"), []).append(label)
        else:
            shared[("single", label)] = [label]
    groups = []
    for (kind, name), members in shared.items():
        total = sum(counts[m] for m in members)
        shares = tuple(counts[m] / total for m in members)
        if len(members) == 1:
            groups.append(Group(members[0], "single", tuple(members), (1.0,), (), function(members[0])))
        elif kind == "place":
            keys = tuple(_place_key(m, name) for m in members)
            groups.append(Group(name, "place", tuple(members), shares, keys, function(members[0])))
        else:
            groups.append(Group(name, "rare", tuple(members), shares, (), function(members[0])))
    return tuple(sorted(groups, key=lambda g: (g.name, g.kind)))


def place_keys(labels: Iterable[str]) -> frozenset[str]:
    """Return the keys of all places that labels name: what of a text a head can ever ask for.

    >>> sorted(place_keys(["Kecamatan Bale Endah", "Dinas X"]))
    ['baleendah']
    """
    kinds = ((label, next((k for k in _PLACE_KINDS if label.startswith(k + " ")), None)) for label in set(labels))
    return frozenset(_place_key(label, kind) for label, kind in kinds if kind is not None)


def _place_key(label: str, kind: str) -> str:
    """Return the letters of the place in an office's name.

    >>> _place_key("Kecamatan Bale Endah Kabupaten Bandung", "Kecamatan")
    'baleendah'
    """
    return re.sub(r"[^a-z0-9]", "", _REGION_TAIL.sub("", label[len(kind) :]).lower())
