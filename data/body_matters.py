"""Make rows of the responsibility table from the names of bodies.

They are a weak hint: a body named is often only the addressee, or the one that already refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from types import MappingProxyType

from data.functions import Tier, as_tier, catalog_rows, split_list
from data.matters import Cue, Matter

_GENERAL = frozenset(
    (
        "puskesmas;rsud;kelurahan;kecamatan;terminal;museum;perpustakaan;sekolah;tahura;cipta karya;"
        "bina marga;pasar;pemadam;jembatan;kereta api;taman;pertanian;kesehatan;pendidikan;sosial;perum;"
        "daerah;balai;rutan;lapas;mandiri;telkom;busway;panselnas;citarum;kampus;air minum;perkim;satgas;"
        "kantor pos;kereta;bangunan;lembaga pemasyarakatan"
    ).split(";")
)
"""Names that are everyday words; the table itself says what they mean."""
_LEAST_LENGTH = 4
_SHARES: dict[Tier, float] = {"kabkota": 0.85, "provinsi": 0.15}
_GROUPS: tuple[tuple[Tier, ...], ...] = (("kabkota", "provinsi", "desa"), ("vertikal",), ("pusat",), ("bumn",))


def _names() -> Iterator[tuple[str, str | None, Tier, str]]:
    """Yield function, office, tier and name of every office and body."""
    for file, tier in (("offices.csv", None), ("vertical.csv", "vertikal"), ("national.csv", None)):
        for row in catalog_rows(file):
            if row.get("scope"):
                continue  # a name of some regions only
            office = None if row.get("default", "1") == "1" else row["office"]
            for name in (row["name"].split("{")[0], *split_list(row["aliases"])):
                folded = re.sub(r"[;|,+*~!]|\s+(?:di|setempat)\s*$", " ", name.lower())
                yield row["function"], office, as_tier(tier or row["tier"]), " ".join(folded.split())


@cache
def body_matters() -> tuple[Matter, ...]:
    """Return a row for each office and body whose name tells one function only.

    >>> next(row.function for row in body_matters() if Cue("disdukcapil", body=True) in row.strong)
    '2.12'
    """
    owners: dict[str, set[str]] = defaultdict(set)
    found: dict[tuple[str, str | None], dict[Tier, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for function, office, tier, name in _names():
        if len(name) >= _LEAST_LENGTH and name not in _GENERAL:
            owners[name].add(function)
            found[function, office][tier][name] = None
    rows = []
    for (function, office), by_tier in found.items():
        for group in _GROUPS:
            tiers = [tier for tier in group if tier in by_tier]
            names = dict.fromkeys(name for tier in tiers for name in by_tier[tier] if len(owners[name]) == 1)
            if names:
                rows.append(_row(function, office, tiers, tuple(names)))
    return tuple(rows)


def _row(function: str, office: str | None, tiers: list[Tier], names: tuple[str, ...]) -> Matter:
    shares = {tier: _SHARES.get(tier, 1.0) for tier in tiers}
    total = sum(shares.values())
    return Matter(
        id=f"B:{function}:{office or tiers[0]}",
        legacy=None,
        name=f"Menyebut {names[0]}",
        function=function,
        offices=MappingProxyType(dict.fromkeys(tiers, office) if office is not None else {}),
        slot=None,
        tiers=MappingProxyType({tier: share / total for tier, share in shares.items()}),
        strong=tuple(Cue(name, body=True) for name in names),
        weak=(),
        negative=(),
        co=(),
        alternatives=(),
        category=None,
        source="praktik umum",
        note="Nama badan saja; sering hanya alamat surat",
    )
