"""Know whom to call in an emergency, everywhere and by region."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import PilahError
from data.rules import CATALOG

_REGION = re.compile(r"\d{2}(\.\d{2}){0,2}")
_COLUMNS = ("kind", "region", "name", "number", "note")


@dataclass(frozen=True, slots=True)
class Contact:
    """Name whom to call.

    :param kind: of emergency; ``*`` for all.
    :param region: Kemendagri code; empty for the whole country.
    """

    kind: str
    region: str
    name: str
    number: str
    note: str = ""


def read_contacts(path: Path | None = None) -> tuple[Contact, ...]:
    """Read the table of contacts; the shipped one without a path.

    :raises PilahError: PLH-752 naming the row that is wrong.
    """
    path = path or CATALOG / "emergency_contacts.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PilahError("PLH-752", f"{path.name}: {error}") from error
    contacts = []
    for number, row in enumerate(rows, 2):
        values = [(row.get(column) or "").strip() for column in _COLUMNS]
        contact = Contact(*values)
        if not (contact.kind and contact.name and contact.number):
            raise PilahError("PLH-752", f"{path.name}, row {number}")
        if contact.region and not _REGION.fullmatch(contact.region):
            raise PilahError("PLH-752", f"{path.name}, row {number}, region {contact.region!r}")
        contacts.append(contact)
    return tuple(contacts)


def contacts_for(contacts: Sequence[Contact], kind: str, region: str | None) -> tuple[Contact, ...]:
    """Return whom to call for a kind of emergency, the nearest region's first, those for everything last.

    :param region: where the complaint is from; ``None`` if unknown.
    """
    code = region or ""
    fitting = [
        c
        for c in contacts
        if c.kind in (kind, "*") and (not c.region or code == c.region or code.startswith(c.region + "."))
    ]
    return tuple(sorted(fitting, key=lambda c: (-len(c.region), c.kind == "*")))
