"""The record of one agency, and of what an agency's name was read as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from data.functions import Tier

NameStatus = Literal["verified", "generated"]


@dataclass(frozen=True, slots=True)
class Agency:
    """Hold one agency: an office in a region, a government, or a national body.

    :param id: stable: ``32.04:dishub``, ``32.04`` (government), ``32.04.32`` (district office), ``PLN``.
    :param function: the function it was composed for; ``None`` for a government, which has all of them.
    :param office: the key of the office under the function (``dishub``, ``polres``); ``None`` for a national body.
    :param region_code: its jurisdiction; ``None`` if it is the whole country or unknown.
    :param parent_id: the government or body above; where to send what the office cannot receive.
    :param external_id: its id in the deployment's intake system.
    :param connected: whether the deployment can route to it; ``None`` where the deployment says nothing.
    :param name_status: ``verified`` if the name is listed, ``generated`` if composed from the usual pattern.
    :param successor: ids of the bodies that took over.
    :param functions: all functions that it is known to hold, ``function`` among them.
    """

    id: str
    name: str
    function: str | None
    office: str | None
    tier: Tier
    region_code: str | None
    parent_id: str | None = None
    parent_name: str | None = None
    external_id: str | None = None
    connected: bool | None = None
    name_status: NameStatus = "generated"
    valid_from: date | None = None
    valid_to: date | None = None
    successor: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def valid_on(self, day: date) -> bool:
        """Say whether it existed on a day; ``valid_to`` is the first day that it did not."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class ParsedAgency:
    """Hold what an agency's name tells.

    :param function: ``None`` for a government, for an unknown name, and for an ambiguous one.
    :param region_code: the region named, as deep as it is certain.
    :param body_id: the id of a national body.
    :param government: whether a whole government is meant (``Pemerintah Kabupaten ...``, ``Bupati ...``).
    :param unit: whether the name says "the one of the place" (``setempat``) instead of naming it.
    :param probability: how sure the reading of function and office is.
    :param candidates: the offices that an ambiguous abbreviation may mean.
    :param regions: the codes that the place named may mean, if more than one.
    """

    function: str | None
    office: str | None
    tier: Tier | None
    region_code: str | None
    body_id: str | None
    government: bool
    probability: float
    functions: tuple[str, ...] = ()
    unit: bool = False
    candidates: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
