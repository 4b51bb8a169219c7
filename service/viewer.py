"""Who is asking: what a key or a person may do and see."""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = ("assess", "events", "read", "review", "admin")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Hold the rights of whoever asks.

    :param id: the id of the key or the person.
    :param sender: in whose name complaints are posted; a rotated key keeps that of the key before it.
    :param regions: Kemendagri codes; the viewer sees these regions and what lies in them.
    :param agencies: ids of agencies; the viewer sees these and their offices.
    :param person: whether it is a person at the pages, for whom care goes before what the own team sent.
    :param offices: where the person works: what complains about these is hidden.
    :param decided_only: whether regions and agencies count only once people have decided.
    """

    id: str
    sender: str | None
    scopes: frozenset[str]
    regions: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    person: bool = False
    offices: tuple[str, ...] = ()
    decided_only: bool = False

    @property
    def bound(self) -> bool:
        """Say whether the viewer sees only some regions or agencies."""
        return bool(self.regions or self.agencies)

    @property
    def confidential(self) -> bool:
        """Say whether the viewer may see confidential complaints that others sent."""
        return not self.scopes.isdisjoint(("review", "admin"))


EVERYTHING = Viewer(id="system", sender=None, scopes=frozenset(SCOPES))
"""The program itself: commands run by whoever owns the files."""
