"""The model registry: what is live, what was before, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import PilahError
from model.bundle import Bundle
from training.registry import Registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


@pytest.fixture
def others(bundle: Bundle, tmp_path: Path) -> list[Path]:
    paths = []
    for number in range(3):
        path = tmp_path / f"b{number}"
        replace(bundle, id=f"pilah-{number}").save(path)
        paths.append(path)
    return paths


def test_nothing_is_live_at_first(registry: Registry) -> None:
    assert registry.live_path() is None
    assert registry.read().entries == ()


def test_a_bundle_is_copied_in_once(registry: Registry, bundle_path: Path) -> None:
    first, again = registry.add(bundle_path), registry.add(bundle_path)
    assert first == again
    assert first.state == "candidate"
    assert (registry.path(first.name) / "manifest.json").is_file()


def test_promotion_retires_the_model_before(registry: Registry, others: list[Path]) -> None:
    names = [registry.add(path).name for path in others[:2]]
    registry.promote(names[0], {"passed": True})
    registry.promote(names[1], {"passed": True}, best=True)
    states = {entry.name: entry.state for entry in registry.read().entries}
    assert states == {names[0]: "retired", names[1]: "live"}
    assert registry.pointed("live") == names[1]
    assert registry.read().best == names[1]


def test_lineage_says_what_was_live_when_it_came(registry: Registry, others: list[Path]) -> None:
    first = registry.add(others[0])
    registry.promote(first.name, None)
    assert registry.add(others[1]).parent == first.name


def test_rollback_goes_back_step_by_step(registry: Registry, others: list[Path]) -> None:
    names = [registry.add(path).name for path in others]
    for name in names:
        registry.promote(name, None)
    assert registry.rollback("slow") == names[1]
    assert registry.rollback() == names[0]
    assert registry.rollback() is None
    assert registry.live_path() is None
    with pytest.raises(PilahError, match="PLH-309"):
        registry.rollback()


def test_promoting_the_live_model_again_leaves_the_way_back(registry: Registry, others: list[Path]) -> None:
    names = [registry.add(path).name for path in others[:2]]
    for name in (names[0], names[1], names[1]):
        registry.promote(name, None)
    assert registry.rollback() == names[0]


def test_who_forced_it_and_why_is_kept(registry: Registry, others: list[Path]) -> None:
    name = registry.add(others[0]).name
    registry.promote(name, {"passed": False}, {"by": "lia", "reason": "kantor baru"})
    contents = registry.read()
    assert contents.get(name).forced == {"by": "lia", "reason": "kantor baru"}
    assert contents.history[-1]["reason"] == "kantor baru"


def test_uses_of_a_slice_are_counted(registry: Registry) -> None:
    registry.count_use("1/4")
    registry.count_use("1/4")
    assert registry.read().uses == {"1/4": 2}


def test_a_shadow_is_a_pointer_of_its_own(registry: Registry, others: list[Path]) -> None:
    names = [registry.add(path).name for path in others[:2]]
    registry.promote(names[0], None)
    registry.shadow(names[1])
    assert (registry.pointed("live"), registry.pointed("shadow")) == (names[0], names[1])
    registry.promote(names[1], None)
    assert registry.pointed("shadow") is None


def test_an_unknown_name_is_refused(registry: Registry) -> None:
    with pytest.raises(PilahError, match="PLH-307"):
        registry.promote("nobody", None)


def test_a_damaged_registry_is_named(registry: Registry, bundle_path: Path) -> None:
    registry.add(bundle_path)
    (registry.folder / "registry.json").write_text("{", encoding="utf-8")
    with pytest.raises(PilahError, match="PLH-308"):
        registry.read()


@pytest.mark.parametrize("content", ["../../etc", "", "gone-1"])
def test_a_pointer_leads_nowhere_else(registry: Registry, bundle_path: Path, content: str) -> None:
    registry.add(bundle_path)
    (registry.folder / "live").write_text(content, encoding="utf-8")
    assert registry.live_path() is None


def test_a_damaged_bundle_is_not_taken_in(registry: Registry, others: list[Path]) -> None:
    (others[0] / "heads.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PilahError, match="PLH-202"):
        registry.add(others[0])
    assert not (registry.folder / "bundles").exists()


def test_what_is_written_is_json(registry: Registry, others: list[Path]) -> None:
    registry.promote(registry.add(others[0]).name, None)
    document = json.loads((registry.folder / "registry.json").read_text(encoding="utf-8"))
    assert [change["what"] for change in document["history"]] == ["added", "promoted"]
