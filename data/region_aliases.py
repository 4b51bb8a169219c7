"""Read the other names that people give to regions: abbreviations, capitals, nicknames, old names, areas.

The table ``catalog/region_aliases.csv`` is the project's own writing. A row has the alias, its targets
(``32.73:0.65 32.04:0.35``: code and share, 1 where omitted), its kind, how much context it needs and, for the reader of
the table only, the names of the targets.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from data.errors import PilahError
from data.regions import Regions, name_key

Context = Literal["", "petunjuk", "tegas"]
"""How much context an alias needs: none; a hint that a place is meant ("di Pare"); or a plain marker, the location
field or a second name that agrees ("Mitra", "BPN")."""

_CONTEXTS = ("", "petunjuk", "tegas")
KINDS = frozenset(
    {"singkatan", "ibu_kota", "julukan", "nama_lama", "kawasan", "ejaan", "bukan_wilayah"},
)


@dataclass(frozen=True, slots=True)
class Alias:
    """Hold one other name.

    :param targets: codes with the share of each, best first; empty for a name that is no region (``Pantura``).
    """

    alias: str
    targets: tuple[tuple[str, float], ...]
    kind: str
    context: Context


@cache
def load_aliases() -> dict[str, Alias]:
    """Return the shipped aliases by their :func:`data.regions.name_key`."""
    with resources.as_file(resources.files("data") / "catalog" / "region_aliases.csv") as path:
        return read_aliases(path, Regions.load())


def read_aliases(path: Path, regions: Regions) -> dict[str, Alias]:
    """Read a table of aliases.

    :param path: a CSV file with the columns ``alias,targets,kind,context``; others are ignored.
    :raises PilahError: PLH-701, naming file, row and field, if a row is not as it must be.
    """
    found: dict[str, Alias] = {}
    codes: dict[str, bool] = {}
    with path.open(encoding="utf-8", newline="") as file:
        # A plain reader: the dictionaries of DictReader cost three times as much at every start.
        reader = csv.reader(file)
        header = next(reader, [])
        if header[:4] != ["alias", "targets", "kind", "context"]:
            raise PilahError("PLH-701", f"{path.name}: the columns must be alias,targets,kind,context")
        for row in reader:
            alias, listed, kind, context = (*row[:4], "", "", "", "")[:4]
            key = name_key(alias)
            where = f"{path.name}, alias '{alias}'"
            if not key:
                raise PilahError("PLH-701", f"{where}: field alias is empty")
            if key in found:
                raise PilahError("PLH-701", f"{where}: field alias repeats '{found[key].alias}'")
            targets = []
            for part in listed.split():
                code, _, share = part.partition(":")
                if code not in codes:
                    codes[code] = code in regions
                if not codes[code]:
                    raise PilahError("PLH-701", f"{where}: field targets has the unknown region code '{code}'")
                targets.append((code, _share(share, where)))
            if sum(share for _, share in targets) > 1.05:
                raise PilahError("PLH-701", f"{where}: field targets has shares above 1 in total")
            if kind not in KINDS:
                raise PilahError("PLH-701", f"{where}: field kind is '{kind}'")
            if context not in _CONTEXTS:
                raise PilahError("PLH-701", f"{where}: field context is '{context}'")
            found[key] = Alias(alias, tuple(targets), kind, context)  # type: ignore[arg-type]
    return found


def _share(text: str, where: str) -> float:
    if not text:
        return 1.0
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise PilahError("PLH-701", f"{where}: field targets has the share '{text}', not between 0 and 1")
    return share
