"""What pilah stands on: every dependency has a range, and a free licence that fits Apache-2.0."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PROJECT: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
SHIPPED = [
    *PROJECT["dependencies"],
    *(d for extra in ("training", "postgresql") for d in PROJECT["optional-dependencies"][extra]),
]
FREE = re.compile(r"\b(MIT|BSD|0BSD|Apache|PSF|Python Software Foundation|ISC|Zlib|CC0|MPL|LGPL|Unlicense|HPND)\b")
BINDING = re.compile(r"(?<!L)\b(A?GPL|SSPL|BUSL|Commons Clause|CC-BY-NC|Proprietary)")


def all_of(requirement: str, seen: set[str]) -> set[str]:
    """Collect the names of a requirement and of what it needs, as far as it is installed."""
    wanted = Requirement(requirement)
    name = re.sub(r"[-_.]+", "-", wanted.name).lower()
    if name in seen:
        return seen
    try:
        needed = requires(name) or []
    except PackageNotFoundError:  # of another system or extra
        return seen
    seen.add(name)
    for further in needed:
        marker = Requirement(further).marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*wanted.extras, "")):
            all_of(further, seen)
    return seen


def test_every_dependency_has_a_range() -> None:
    for requirement in map(Requirement, SHIPPED):
        operators = {one.operator for one in requirement.specifier}
        assert operators == {">=", "<"}, requirement
    for requirement in (Requirement(d) for extra in PROJECT["optional-dependencies"].values() for d in extra):
        assert requirement.url is None, requirement  # nothing from a place that the index does not vouch for


def test_the_licence_of_all_that_is_shipped_is_known_and_free() -> None:
    names: set[str] = set()
    for requirement in SHIPPED:
        all_of(requirement, names)
    assert {"fastapi", "numpy", "sqlalchemy"} <= names
    for name in names:
        about = metadata(name)
        classified = [one for one in about.get_all("Classifier", []) if one.startswith("License ::")]
        licence = about.get("License-Expression") or " ".join(classified) or (about.get("License") or "")[:200]
        assert FREE.search(licence), (name, licence)
        assert not BINDING.search(licence), (name, licence)
