"""Groups: each label is learned somewhere, rare ones under their parent, offices of one kind by place."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from training.groups import build_groups

LABELS = st.lists(
    st.sampled_from(
        ["Dinas X", "Dinas Y", "Kecamatan A", "Kecamatan B Kota C", "Puskesmas D", "K > a", "K > b", "L > a", "Lainnya"]
    ),
    max_size=40,
)


@given(LABELS, st.integers(1, 5))
def test_every_label_is_in_exactly_one_group(labels: list[str], min_rows: int) -> None:
    groups = build_groups(labels, min_rows, lambda label: label.partition(" > ")[0])
    members = [member for group in groups for member in group.members]
    assert sorted(members) == sorted(set(labels))


@given(LABELS, st.integers(1, 5))
def test_shares_are_the_parts_of_the_rows(labels: list[str], min_rows: int) -> None:
    counts = Counter(labels)
    for group in build_groups(labels, min_rows):
        total = sum(counts[member] for member in group.members)
        assert all(
            abs(share - counts[member] / total) < 1e-12
            for member, share in zip(group.members, group.shares, strict=True)
        )


@given(LABELS, st.randoms())
def test_the_order_of_the_rows_does_not_count(labels: list[str], random: object) -> None:
    shuffled = sorted(labels, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert build_groups(shuffled, 2) == build_groups(labels, 2)


def test_rare_labels_share_a_group_under_their_parent() -> None:
    labels = ["K > a", "K > b", *["K > c"] * 3, "L > a"]
    groups = {g.name: g for g in build_groups(labels, 2, lambda label: label.partition(" > ")[0])}
    assert groups["K"].kind == "rare"
    assert groups["K"].members == ("K > a", "K > b")
    assert groups["K > c"].kind == groups["L > a"].kind == "single"


def test_rare_labels_without_a_parent_stay_together() -> None:
    groups = build_groups(["a", "b", "c", "c"], 2)
    assert [(g.name, g.kind, g.members) for g in groups] == [("Lainnya", "rare", ("a", "b")), ("c", "single", ("c",))]


def test_district_offices_are_told_apart_by_their_place() -> None:
    labels = ["Kecamatan Bale Endah Kabupaten Bandung", "Kecamatan Paseh Kabupaten Bandung", "Dinas X"]
    group = next(g for g in build_groups(labels, 1) if g.kind == "place")
    assert group.keys == ("baleendah", "paseh")


def test_a_group_knows_its_function() -> None:
    groups = build_groups(["Dinas X", "Dinas X", "Dinas Y"], 1, function={"Dinas X": "2.15"}.get)
    assert {g.name: g.function for g in groups} == {"Dinas X": "2.15", "Dinas Y": None}
