"""Measure how often the region of a complaint is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.complaint import Complaint
from data.regions import Regions, level_of
from model.places import PlaceResolver


@dataclass(frozen=True, slots=True)
class RegionCase:
    """Hold a complaint with the region that it is from.

    :param expected: the code of the regency, or of the province where no more is known; ``None`` if none is given.
    """

    complaint: Complaint
    expected: str | None


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """Hold what was measured.

    :param n: cases with a region.
    :param correct: cases whose best region at the level of the expected one is the expected one.
    :param top3: cases with the expected one among the three best.
    :param without: cases without any region.
    :param invented: cases without any region where one was named with more than half of the probability.
    :param wrong: ids of the cases that are not correct.
    """

    n: int
    correct: int
    top3: int
    without: int
    invented: int
    wrong: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """Return the share of correct cases; 0 without cases."""
        return self.correct / self.n if self.n else 0.0


def region_code(regions: Regions, regency: str | None, province: str | None) -> str | None:
    """Return the code of a region given by names as an annotator writes them; the regency's where it is given.

    :raises ValueError: if a name is not that of one region.

    >>> region_code(Regions.load(), "Kabupaten Mojokerto", "Jawa Timur")
    '35.16'
    """
    if province is None:
        return None
    provinces = regions.by_name(province, level=1)
    if len(provinces) != 1:
        raise ValueError(f"province '{province}'")
    if regency is None:
        return provinces[0].code
    found = regions.by_name(regency, level=2, within=provinces[0].code)
    if len(found) != 1:
        raise ValueError(f"regency '{regency}'")
    return found[0].code


def measure_regions(cases: Iterable[RegionCase], resolver: PlaceResolver) -> RegionFigures:
    """Resolve each case and compare at the level of what is expected."""
    n = correct = top3 = without = invented = 0
    wrong: list[str] = []
    for case in cases:
        reading = resolver.resolve(case.complaint)
        if case.expected is None:
            without += 1
            if reading.candidates and reading.candidates[0].probability > 0.5:
                invented += 1
                wrong.append(case.complaint.id)
            continue
        n += 1
        codes = [code for code, _ in reading.at_level(level_of(case.expected))[:3]]
        correct += codes[:1] == [case.expected]
        top3 += case.expected in codes
        if codes[:1] != [case.expected]:
            wrong.append(case.complaint.id)
    return RegionFigures(n, correct, top3, without, invented, tuple(wrong))
