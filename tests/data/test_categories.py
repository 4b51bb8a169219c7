"""Categories: the official tree, its aliases, and files with a scheme of their own."""

import unicodedata
from datetime import date

import pytest

from data.categories import equivalents, is_open, load_categories, resolve, resolve_set, root_of


def test_the_tree_has_the_38_roots_in_clean_writing() -> None:
    tree = load_categories()
    roots = {category.root for category in tree.by_id.values()}
    assert len(roots) == 38
    assert len(tree.by_id) > 900
    for name in tree.by_id:
        assert name == unicodedata.normalize("NFKC", name)
        assert "  " not in name
        assert name.isupper() is (name in {"SRGI", "SP4N-LAPOR!"})


def test_every_id_and_alias_resolves_to_its_category() -> None:
    for category in load_categories().by_id.values():
        for name in (category.name, *category.aliases):
            match = resolve(name.upper())
            assert match is not None
            # A leaf that is called like a root gives way to the root.
            assert category.id in match.candidates or root_of(match.id or "") == name
        assert (found := resolve(category.id)) is not None
        assert found.id == category.id


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("LAMPU\u00a0PENERANGAN JALAN  UMUM", "Perhubungan > Lampu Penerangan Jalan Umum"),
        ("Perhubungan>Parkir liar", "Perhubungan > Parkir Liar"),
        ("Kartu Indoneisa Sehat (KIS)", "Sosial dan Kesejahteraan > Kartu Indonesia Sehat (KIS)"),
        ("Surat Tanda Nomor Kendara",
         "Ketenteraman, Ketertiban Umum, dan Pelindungan Masyarakat > Surat Tanda Nomor Kendaraan"),
        ("Laiinya Terkait Blokir Website", "Teknologi Informasi dan Komunikasi > Lainnya terkait Blokir Website"),
        ("Tenaga Medis/ STR", "Kesehatan > Tenaga Medis/STR"),
        ("Topik Lainnya", "Topik Lainnya"),
        ("Kesehatan", "Kesehatan"),
        ("Pekerjaan Umum, Perumahan, dan Penataan Ruang", "Pekerjaan Umum dan Penataan Ruang"),
        ("Pekerjaan Umum > Jalan Berlubang", "Pekerjaan Umum dan Penataan Ruang > Jalan Berlubang"),
        ("Sosial dan Kesejahteraan > Bantuan Sosial > Subsidi Listrik", "Sosial dan Kesejahteraan > Subsidi Listrik"),
        ("Kartu Indonesia Pintar (KIP)", "Sosial dan Kesejahteraan > Kartu Indonesia Pintar (KIP)"),
        ("Kartu Indonesia Pintar/KIP", "Pendidikan dan Kebudayaan > Kartu Indonesia Pintar/KIP"),
    ],
)  # fmt: skip
def test_resolves_what_exports_carry(label: str, expected: str) -> None:
    match = resolve(label)
    assert match is not None
    assert match.id == expected


@pytest.mark.parametrize("label", ["Kebudayaan", "SUBSIDI LISTRIK", "Status kepesertaan", "Pelayanan Kesehatan"])
def test_a_leaf_under_several_roots_stays_a_leaf(label: str) -> None:
    match = resolve(label)
    assert match is not None
    assert match.id is None
    assert len(match.candidates) == 2
    assert match.label.casefold() == label.casefold()


def test_the_day_decides_where_one_category_was_closed() -> None:
    later = resolve("Pelayanan Kesehatan", date(2025, 1, 1))
    earlier = resolve("Pelayanan Kesehatan", date(2021, 1, 1))
    assert later is not None
    assert earlier is not None
    assert (later.id, earlier.id) == ("Kesehatan > Pelayanan Kesehatan", None)


def test_unknown_and_empty_labels() -> None:
    unknown = resolve("Perizinan Reklame")
    assert unknown is not None
    assert (unknown.id, unknown.leaf, unknown.candidates) == (None, "Perizinan Reklame", ())
    assert resolve(" - ") is None


def test_closed_categories_are_not_open_for_predictions() -> None:
    today = date(2026, 1, 1)
    assert not is_open("Peniadaan Mudik > Pelanggaran Mudik ASN", today)
    assert is_open("Perhubungan > Parkir Liar", today)


def test_near_synonyms_are_equivalent_both_ways() -> None:
    for group in load_categories().equivalent.values():
        for member in group:
            assert equivalents(member) == group
    assert equivalents("Agama") == {"Agama"}


def test_a_file_of_the_official_tree_gets_ids() -> None:
    found = resolve_set(
        ["Parkir Liar", "parkir  liar", "Kebudayaan", "Jalan Berlubang", "Perizinan Reklame", "-", None]
    )
    assert found["Parkir Liar"] == found["parkir  liar"] == "Perhubungan > Parkir Liar"
    assert found["Kebudayaan"] == "Kebudayaan"
    assert found["Perizinan Reklame"] == "Perizinan Reklame"
    assert "-" not in found


def test_a_file_with_its_own_scheme_keeps_it() -> None:
    labels = [
        *["Infrastruktur"] * 5,
        "infrastruktur",
        *["Pelayanan Publik"] * 3,
        "Pendidikan",
        "Kesehatan",
        "Ketertiban",
    ]
    found = resolve_set(labels)
    assert set(found.values()) == {"Infrastruktur", "Pelayanan Publik", "Pendidikan", "Kesehatan", "Ketertiban"}
