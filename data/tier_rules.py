"""Load the rules that decide the tier of a matter, and those that decide between functions which share their words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from data.errors import PilahError
from data.functions import Tier, as_tier, functions
from data.matters import SLOTS


@dataclass(frozen=True, slots=True)
class TierRule:
    """Hold one rule about tiers.

    :param slots: the slots it speaks about; empty for every matter.
    :param pattern: what the normalised text must contain.
    :param odds: factors by tier; other tiers keep theirs.
    :param needs: pieces of text of which every match has one, so that most texts need no search; empty if not stated.
    """

    id: str
    slots: frozenset[str]
    pattern: re.Pattern[str]
    odds: Mapping[Tier, float]
    reason: str
    source: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Say which functions a fact makes less likely, whatever words the text shares with them.

    :param factors: factors on the scores of functions.
    :param needs: as for a tier rule.
    """

    id: str
    pattern: re.Pattern[str]
    factors: Mapping[str, float]
    reason: str
    source: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierRules:
    """Hold the whole table.

    :param questions: by slot the question, in Indonesian, that settles the tier.
    """

    version: str
    tiers: tuple[TierRule, ...]
    redirects: tuple[Redirect, ...]
    questions: Mapping[str, str]


def parse_rules(text: str, name: str = "tier_rules.toml") -> TierRules:
    """Read and check the table.

    :raises PilahError: PLH-742, naming the rule and what is wrong.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PilahError("PLH-742", f"{name}: {error}") from error
    seen: set[str] = set()
    tiers: list[TierRule] = []
    redirects: list[Redirect] = []
    for kind in ("tier", "redirect"):
        for row in raw.get(kind, []):
            try:
                if row["id"] in seen:
                    raise ValueError("the id stands twice")
                seen.add(row["id"])
                if kind == "tier":
                    tiers.append(_tier_rule(row))
                else:
                    redirects.append(_redirect(row))
            except (KeyError, ValueError, re.error) as error:
                raise PilahError("PLH-742", f"{name}, rule {row.get('id')}: {error}") from error
    return TierRules(raw.get("version", ""), tuple(tiers), tuple(redirects), raw.get("questions", {}))


def _pattern(row: Mapping[str, Any]) -> re.Pattern[str]:
    return re.compile("".join(row["pattern"]))


def _needs(row: Mapping[str, Any]) -> tuple[str, ...]:
    needs = tuple(row.get("needs", ()))
    if not all(isinstance(piece, str) and piece for piece in needs):
        raise ValueError("needs must be a list of words")
    return needs


def _factors(values: Mapping[str, float]) -> dict[str, float]:
    if not values or any(not value > 0 for value in values.values()):
        raise ValueError("factors must be given and above 0")
    return {key: float(value) for key, value in values.items()}


def _tier_rule(row: Mapping[str, Any]) -> TierRule:
    slots = frozenset(row["slots"])
    if not slots <= set(SLOTS):
        raise ValueError(f"unknown slot {', '.join(sorted(slots - set(SLOTS)))}")
    odds = {as_tier(tier): factor for tier, factor in _factors(row["odds"]).items()}
    return TierRule(row["id"], slots, _pattern(row), odds, row["reason"], row["source"], _needs(row))


def _redirect(row: Mapping[str, Any]) -> Redirect:
    factors = _factors(row["factors"])
    for function in factors:
        if function not in functions():
            raise ValueError(f"unknown function {function!r}")
    return Redirect(row["id"], _pattern(row), factors, row["reason"], row["source"], _needs(row))


@cache
def tier_rules() -> TierRules:
    """Return the shipped rules."""
    return parse_rules((resources.files("data") / "catalog" / "tier_rules.toml").read_text("utf-8"))
