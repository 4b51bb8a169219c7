"""The benchmark of the pages runs to its end on a small store and names its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.triage import BASE
from service import bench_pages


def test_every_page_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_pages, "_DIFFERENT", 12)
    monkeypatch.setattr(bench_pages, "_CALLS", 8)
    figures = list(bench_pages.measure_pages(40, 15, Path(BASE)))
    names = [figure.name for figure in figures]
    assert names[:2] == ["work list made from 40 complaints", "figures of 40 complaints read"]
    for page in (
        "queue",
        "one complaint",
        "incidents",
        "monitoring, half a year",
        "picker of agencies",
        "picker of regions",
    ):
        assert f"{page}, p50" in names
    assert all(figure.value >= 0 for figure in figures)
