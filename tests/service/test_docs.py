"""The documentation names everything that there is, and the pages that follow from the code are in step with it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.docs_text import DOCS, PAGES
from service.metrics import Metrics
from service.schemas import ComplaintIn, EventIn, Kind
from service.settings import Settings
from service.viewer import SCOPES

API = (DOCS / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_follows_from_the_code_is_in_step(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m service.docs_text"


def test_every_endpoint_has_a_heading(server: Any) -> None:
    paths = server.app.openapi()["paths"]
    offered = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
    assert set(re.findall(r"^### ((?:GET|POST|PUT|DELETE|PATCH) \S+)$", API, re.M)) == offered


def test_every_metric_is_described() -> None:
    families = {family.name for family in Metrics().registry.collect()}
    described = {name.removesuffix("_total") for name in re.findall(r"^\| `(pilah_\w+)`", API, re.M)}
    assert described == families


def test_every_scope_field_and_kind_is_named() -> None:
    for name in (*SCOPES, *ComplaintIn.model_fields, *EventIn.model_fields, *Kind.__args__):  # type: ignore[attr-defined]
        assert re.search(rf"[`\"{{ ]{name}[`\"]", API), name


def test_every_setting_that_the_page_names_exists() -> None:
    named = set(re.findall(r"PILAH_(\w+)", API))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    dashboard = (DOCS.parent / "deploy" / "grafana.json").read_text(encoding="utf-8")
    kinds = {"counter": ("_total",), "histogram": ("_bucket",), "gauge": ("",)}
    offered = {f.name + end for f in Metrics().registry.collect() for end in kinds.get(f.type, ())}
    named = set(re.findall(r"pilah_\w+", dashboard))
    assert named
    assert named <= offered


NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("page", ["security.md", "operations.md"])
def test_every_test_that_a_page_names_exists_and_every_line_of_its_table_names_one(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = NAMED.findall(text)
    assert len(named) >= 20
    for file, name in named:
        code = (DOCS.parent / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", code, re.M), f"{file}::{name}"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    width = next(len(cells) for cells in rows if cells[-1] == "test")
    for cells in (cells for cells in rows if len(cells) == width and cells[1] and cells[-1] != "test"):
        assert NAMED.search(cells[-1]), cells
