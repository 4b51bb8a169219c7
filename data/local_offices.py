"""Load the local exceptions: regions where another office than the usual one answers a matter."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from data.errors import PilahError
from data.functions import Tier, as_tier, functions, split_list
from data.matters import matters


@dataclass(frozen=True, slots=True)
class LocalOffice:
    """Hold one exception.

    :param share: how much of the matter goes there (0 to 1).
    """

    id: str
    function: str
    tier: Tier
    office: str | None
    share: float
    reason: str


@cache
def local_offices() -> Mapping[tuple[str, str], LocalOffice]:
    """Return the exceptions by (matter id, region code).

    :raises PilahError: PLH-741 if a row names an unknown matter or tier, or a share outside 0 to 1.
    """
    text = (resources.files("data") / "catalog" / "matter_exceptions.psv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    known = {matter.id for matter in matters()}
    found: dict[tuple[str, str], LocalOffice] = {}
    for row in csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE):
        try:
            share = float(row["share"])
            if not 0 < share <= 1:
                raise ValueError(f"share {share}")
            if row["function"] not in functions():
                raise ValueError(f"unknown function {row['function']!r}")
            exception = LocalOffice(
                row["id"], row["function"], as_tier(row["tier"]), row["office"] or None, share, row["reason"]
            )
            for matter in split_list(row["matters"]):
                if matter not in known:
                    raise ValueError(f"unknown matter {matter!r}")
                for region in split_list(row["region"]):
                    found[matter, region] = exception
        except ValueError as error:
            raise PilahError("PLH-741", f"matter_exceptions.psv, row {row['id']}: {error}") from error
    return MappingProxyType(found)
