"""Read rule files: phrases that tell something about a complaint, in a form that an admin can edit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import PilahError

CATALOG = Path(__file__).parent / "catalog"


@dataclass(frozen=True, slots=True)
class Rule:
    """State when something holds: ``any`` of these, each group of ``also`` near it, none of ``never``.

    :param gives: what the rule tells: a finding, a flag or a type.
    :param detail: a finer kind, e.g. of an emergency.
    :param probability: how often the rule is right where it fires.
    :param near: number of words within which the groups must stand; 0 for anywhere.
    :param least: number of different patterns of ``any`` that must be found.
    :param cover: least share of the complaint's words that the matches must cover.
    :param max_words: longest complaint that the rule is for; 0 for any length.
    :param weight: log-odds, of rules that are weighed instead of believed.
    :param say: what the admin reads, in Indonesian.
    """

    id: str
    gives: str
    any: tuple[str, ...]
    detail: str | None = None
    also: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    probability: float = 0.9
    near: int = 0
    least: int = 1
    cover: float = 0.0
    max_words: int = 0
    weight: float = 0.0
    say: str = ""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """Hold the rules of a file with its classes of words and the idioms to be looked past."""

    version: str
    rules: tuple[Rule, ...]
    classes: Mapping[str, str]
    hide: tuple[str, ...] = ()


def read_rules(path: Path) -> RuleFile:
    """Read a rule file.

    :raises PilahError: PLH-751 naming the rule and the field that is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PilahError("PLH-751", f"{path.name}: {error}") from error
    classes, hide = document.get("classes", {}), document.get("hide", [])
    if not isinstance(classes, dict) or not all(isinstance(v, str) for v in classes.values()):
        raise PilahError("PLH-751", f"{path.name}: classes must be texts")
    rules = tuple(_rule(path.name, i, item) for i, item in enumerate(document.get("rule", []), 1))
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise PilahError("PLH-751", f"{path.name}: id {rule.id} stands twice")
        seen.add(rule.id)
    return RuleFile(str(document.get("version", "")), rules, classes, _texts(path.name, "hide", hide))


_NUMBERS = {"probability": (0.0, 1.0), "cover": (0.0, 1.0), "weight": (-10.0, 10.0)}
_COUNTS = ("near", "least", "max_words")
_TEXTS = ("id", "gives", "detail", "say")


def _rule(file: str, number: int, item: Any) -> Rule:
    if not isinstance(item, dict):
        raise PilahError("PLH-751", f"{file}: rule {number} is no table")
    where = f"{file}: rule {item.get('id', number)}"
    values: dict[str, Any] = {}
    for key, value in item.items():
        known_text = key in _TEXTS and isinstance(value, str) and value
        if known_text or (key in _COUNTS and isinstance(value, int) and value >= 0):
            values[key] = value
        elif key in _NUMBERS and isinstance(value, int | float) and _NUMBERS[key][0] <= value <= _NUMBERS[key][1]:
            values[key] = float(value)
        elif key in ("any", "never"):
            values[key] = _texts(where, key, value)
        elif key == "also" and isinstance(value, list):
            values[key] = tuple(_texts(where, key, group) for group in value)
        else:
            raise PilahError("PLH-751", f"{where}: field {key}")
    for needed in ("id", "gives", "any"):
        if not values.get(needed):
            raise PilahError("PLH-751", f"{where}: field {needed} is missing")
    return Rule(**values)


def _texts(where: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise PilahError("PLH-751", f"{where}: field {key} must be a list of texts")
    return tuple(value)
