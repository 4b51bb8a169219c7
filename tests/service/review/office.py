"""A running app with people who are signed in, and forms filled as a browser would."""

from __future__ import annotations

import html
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from serving_app import Server, start
from stand_in import KeywordTriage, Reading

from data.tier_rules import tier_rules
from model.assessment import Alternative, Assessment, Claim, Decision, DuplicateAnswer, Screening
from service.review.accounts import new_user
from service.storage.people import User, add_user, open_session


class CareTriage(KeywordTriage):
    """The stand-in model, which also tells by words what needs care."""

    def answer(self, reading: Reading, duplicates: Sequence[DuplicateAnswer] = ()) -> Assessment:
        answer = super().answer(reading, duplicates)
        words = reading.complaint.text.lower()
        flags = tuple(
            flag
            for word, flag in (
                ("pelecehan", "kekerasan_seksual"),
                ("oknum", "terlapor_pejabat"),
                ("makan gratis", "topik:makan bergizi"),
            )
            if word in words
        )
        status = "darurat" if "tenggelam" in words else "ok"
        agency = answer.agency
        if agency is not None and agency.region is not None:
            code = agency.region.code
            agency = replace(
                agency,
                tier="kabkota",
                alternatives=(
                    Alternative("Dinas Pekerjaan Umum", 0.2, f"{code}:dpupr"),
                    Alternative("Dinas Lingkungan Hidup", 0.05, f"{code}:dlh"),
                ),
            )
        question = tier_rules().questions["road"] if "jembatan" in words else None
        return replace(
            answer,
            agency=agency,
            screening=Screening(status, 0.9, flags=flags),
            claim=Claim(reading.complaint.claimed_agency, None, reading.complaint.claimed_agency is not None),
            decision=Decision(
                priority="segera" if status == "darurat" else "biasa",
                question="Di kabupaten/kota mana kejadiannya?" if "entah" in words else question,
            ),
        )


@dataclass
class Person:
    """Someone who is signed in."""

    user: User
    client: httpx.Client
    csrf: str

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.client.get(path, **arguments)

    def post(self, path: str, data: dict[str, Any] | None = None, **arguments: Any) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.csrf, **(data or {})}, **arguments)

    def hidden(self, path: str) -> dict[str, str]:
        """Open a page and return what its forms carry."""
        page = self.get(path)
        assert page.status_code == 200, (path, page.status_code, page.text[:300])
        return hidden(page.text)

    def decide(self, complaint: str, verb: str, **fields: str) -> httpx.Response:
        """Open a complaint and decide."""
        carried = self.hidden(f"/review/laporan/{complaint}")
        return self.post(f"/review/laporan/{complaint}/putusan/{verb}", carried | fields)


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the first form that decides."""
    found: dict[str, str] = {}
    for name in ("formulir", "terlihat", "dari", "tempat", "keputusan"):
        match = re.search(rf'name="{name}" value="([^"]*)"', page)
        if match:
            found[name] = html.unescape(match.group(1))
    if "formulir" in found:
        found["formulir"] = secrets.token_hex(12) if found["formulir"] == "" else found["formulir"]
    return found


@dataclass
class Office:
    """A running app."""

    server: Server
    clients: list[httpx.Client] = field(default_factory=list)

    def person(self, role: str, *, named: bool = False, login: str | None = None, **where: str | None) -> Person:
        """Make someone of a role and sign in."""
        place: dict[str, str | None] = {"region": None, "agency": None, "office": None} | where
        user = new_user(
            login or f"{role}-{secrets.token_hex(3)}",
            f"Orang {role}",
            role,
            named=named,
            **place,  # type: ignore[arg-type]
        )
        store = self.server.store
        store.write(lambda connection: add_user(connection, user)).result()
        return self.enter(user)

    def enter(self, user: User) -> Person:
        """Sign someone in."""
        token = self.server.store.write(lambda connection: open_session(connection, user.id)).result()
        client = httpx.Client(base_url=str(self.server.client.base_url), cookies={"pilah_session": token}, timeout=30)
        self.clients.append(client)
        page = client.get("/review/akun")
        assert page.status_code == 200, page.text[:500]
        match = re.search(r'data-csrf="([^"]+)"', page.text)
        assert match is not None
        return Person(user, client, match.group(1))

    def complain(self, identifier: str, text: str = "Lampu jalan mati di Bandung", **fields: Any) -> dict[str, Any]:
        """Send a complaint by the API."""
        return self.server.assess(self.server.key("assess"), text, id=identifier, **fields)

    def decisions(self) -> list[dict[str, Any]]:
        """Read all decisions by the API."""
        headers = self.server.key("read", "review")
        answer = self.server.client.get("/v1/decisions", params={"limit": 1000}, headers=headers)
        found: list[dict[str, Any]] = answer.json()["decisions"]
        return found

    def kinds(self, complaint: str) -> list[str]:
        """Return the kinds of a complaint's events."""
        return [event.kind for event in self.server.store.events_of(complaint)]


@contextmanager
def open_office(var: Path, **settings: Any) -> Iterator[Office]:
    """Start an app on a folder; no blind audit unless asked for."""
    with start(var, CareTriage(), **{"audit_share": 0.0, **settings}) as server:
        office = Office(server)
        try:
            yield office
        finally:
            for client in office.clients:
                client.close()
