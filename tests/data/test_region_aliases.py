"""Test region aliases."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path

import pytest

from data.errors import PilahError
from data.region_aliases import load_aliases, read_aliases
from data.regions import Regions, name_key

REGIONS = Regions.load()
CATALOG = resources.files("data") / "catalog" / "region_aliases.csv"
HEAD = "alias,targets,kind,context\n"


def test_every_regency_and_province_with_an_abbreviation_of_the_domain_notes() -> None:
    aliases = load_aliases()
    for alias, code in {"Kutim": "64.08", "Jaksel": "31.74", "Jabar": "32", "Sulsel": "73", "PBD": "96"}.items():
        assert aliases[name_key(alias)].targets[0][0] == code


def test_every_province_has_aliases_for_most_of_its_regencies() -> None:
    named = {code[:5] for alias in load_aliases().values() for code, _ in alias.targets}
    missing = [code for code in REGIONS.upper_codes if len(code) == 5 and code not in named]
    assert len(missing) < 5


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Abc,99.99,singkatan,\n", "unknown region code '99.99'"),
        ("Abc,32.04:x,singkatan,\n", "share 'x'"),
        ("Abc,32.04:0.7 32.73:0.7,singkatan,\n", "above 1"),
        ("Abc,32.04,apa,\n", "kind is 'apa'"),
        ("Abc,32.04,singkatan,mungkin\n", "context is 'mungkin'"),
        (",32.04,singkatan,\n", "alias is empty"),
        ("Abc,32.04,singkatan,\na b c,32.04,singkatan,\n", "repeats 'Abc'"),
    ],
)
def test_a_wrong_table_is_refused_with_the_reason(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text(HEAD + row, encoding="utf-8")
    with pytest.raises(PilahError, match="PLH-701") as error:
        read_aliases(path, REGIONS)
    assert message in error.value.detail
    assert "aliases.csv" in error.value.detail


def test_a_right_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text(HEAD + "Kota X,32.04:0.4 32.73:0.6,julukan,petunjuk\n", encoding="utf-8")
    alias = read_aliases(path, REGIONS)["kotax"]
    assert alias.targets == (("32.04", 0.4), ("32.73", 0.6))
    assert alias.context == "petunjuk"


def test_the_names_beside_the_codes_are_those_of_the_codes() -> None:
    lines = CATALOG.read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines):
        codes = [part.partition(":")[0] for part in row["targets"].split()]
        named = row["names"].split("; ") if row["names"] else []
        assert {REGIONS.get(code).full_name for code in codes} >= set(named)


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text("nama,kode\nA,32\n", encoding="utf-8")
    with pytest.raises(PilahError, match="PLH-701"):
        read_aliases(path, REGIONS)
