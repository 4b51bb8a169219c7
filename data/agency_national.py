"""Choose the national body for a function and a day, and follow a body to its successor."""

from __future__ import annotations

from datetime import date
from functools import cache

from data.agency import Agency
from data.agency_names import national_bodies
from data.functions import Tier


def national(function: str, on: date | None = None, *, tier: Tier | None = None) -> Agency | None:
    """Return the national body for a function, as it was on a day; without a day those that exist now."""
    held = _by_function().get(function, ())
    return next((body for body in held if (tier is None or body.tier == tier) and exists(body, on)), None)


@cache
def _by_function() -> dict[str, tuple[Agency, ...]]:
    """Return the bodies of a function: the one named like it, those above the others, then as in the table."""
    found: dict[str, list[Agency]] = {}
    for body in national_bodies().values():
        found.setdefault(body.function or "", []).append(body)
    return {
        function: tuple(sorted(bodies, key=lambda body: (body.id != function, body.parent_id is not None)))
        for function, bodies in found.items()
    }


def any_body(function: str, on: date | None) -> Agency:
    """Return the body for a function then, else now; Kemendagri where no body of the state has it (Setda, DPRD)."""
    return national(function, on) or national(function) or national_bodies()["Kemendagri"]


def exists(body: Agency, on: date | None) -> bool:
    """Say whether a body existed on a day; without a day whether it exists now."""
    return body.valid_to is None if on is None else body.valid_on(on)


def successor_of(body: Agency, function: str | None = None) -> Agency:
    """Follow a national body to the one that holds a function now; by function where it was split.

    >>> successor_of(national_bodies()["PUPR"], "1.04").name
    'Kementerian Perumahan dan Kawasan Permukiman'
    """
    seen = {body.id}
    while body.successor:
        heirs = [national_bodies()[key] for key in body.successor if key not in seen]
        if not heirs:
            break
        body = next((heir for heir in heirs if heir.function == function), heirs[0])
        seen.add(body.id)
    return body


def as_tier_of(body: Agency, tier: Tier) -> Agency:
    """Return a national body that stands for its regional office, which is not known."""
    return Agency(
        body.id,
        body.name,
        body.function,
        None,
        tier,
        None,
        body.parent_id,
        body.parent_name,
        name_status=body.name_status,
        valid_from=body.valid_from,
        functions=body.functions,
        aliases=body.aliases,
    )
