"""Test regions."""

from __future__ import annotations

import pytest

from data.complaint import Complaint
from data.regions import Regions
from evaluation.regions import RegionCase, measure_regions, region_code
from model.places import PlaceResolver


def test_counts_right_wrong_and_invented() -> None:
    resolver = PlaceResolver(Regions.load())
    cases = [
        RegionCase(Complaint("right", "jalan rusak", location="Slawi"), "33.28"),
        RegionCase(Complaint("wrong", "jalan rusak", location="Slawi"), "33.76"),
        RegionCase(Complaint("province", "jalan rusak", location="Jawa Barat"), "32"),
        RegionCase(Complaint("none", "harga beras naik"), None),
        RegionCase(Complaint("invented", "jalan rusak", location="Wamena"), None),
    ]
    figures = measure_regions(cases, resolver)
    assert (figures.n, figures.correct, figures.without, figures.invented) == (3, 2, 2, 1)
    assert figures.wrong == ("wrong", "invented")
    assert figures.accuracy == pytest.approx(2 / 3)


def test_names_of_annotators_become_codes() -> None:
    regions = Regions.load()
    assert region_code(regions, "Kota Administrasi Jakarta Barat", "Daerah Khusus Ibukota Jakarta") == "31.73"
    assert region_code(regions, None, "Papua Tengah") == "94"
    assert region_code(regions, None, None) is None
    with pytest.raises(ValueError, match="regency"):
        region_code(regions, "Kabupaten Tiada", "Papua")
