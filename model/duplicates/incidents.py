"""Incidents: complaints of one case gathered, so that forty reports of one road are one piece of work.

The machine gathers, people decide: what they merge, split or close stands above every link and survives a rebuild.
The state is a function of the links and decisions alone, so replaying the event log gives the same incidents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from data.errors import PilahError
from model.duplicates.cluster import LARGEST, LINK, cluster


@dataclass(frozen=True, slots=True)
class Member:
    """Hold what incidents need of a complaint.

    :param day: days since 1970-01-01.
    :param reporter: an opaque pseudonym.
    :param came: its place in the order in which complaints came; :class:`Incidents` sets it.
    """

    id: str
    day: int | None = None
    reporter: str | None = None
    came: int = 0

    @property
    def order(self) -> tuple[bool, int, str]:
        """Return the key that puts the oldest first, those without a date last."""
        return self.day is None, self.day or 0, self.id


@dataclass(frozen=True, slots=True)
class Incident:
    """Hold one incident.

    :param id: stable: it follows from the complaint that came first, and stays when that one is deleted.
    :param representative: the member that stands for all: the oldest.
    :param members: ids, oldest first.
    :param supporters: the number of different people; each unknown reporter counts as one.
    :param status: ``terbuka`` or ``selesai``; a person closes it, a closed member does not.
    """

    id: str
    representative: str
    members: tuple[str, ...]
    first: int | None
    last: int | None
    supporters: int
    status: str = "terbuka"


def incident_id(identifier: str) -> str:
    """Return the id of the incident that begins with a complaint.

    >>> incident_id("SP4N-1")
    'K-ad175a19b4'
    """
    return "K-" + hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


class Incidents:
    """Keep the links and decisions from which incidents follow.

    Only what a change can reach through links is gathered anew, so one more complaint costs little. Most complaints are
    the only one of their incident: of them nothing is kept but what they are, a million times.

    :param largest: the machine makes no incident larger than this.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest = largest
        self._members: dict[str, Member] = {}
        # When a complaint came, and the one whose id its incident takes; only where that is another than itself.
        self._anchor: dict[str, tuple[int, str]] = {}
        self._inherited: set[str] = set()  # ids under which incidents go on without the complaint that gave them
        self._came = 0
        self._near: dict[str, dict[str, float]] = {}
        self._confirmed: dict[str, set[str]] = {}
        self._rejected: dict[str, set[str]] = {}
        self._closed: set[str] = set()
        self._incidents: dict[str, Incident] = {}  # of two members and more
        self._of: dict[str, str] = {}  # the one of these that a complaint is in
        self._began: dict[str, str] = {}  # the complaint that gave an incident its id
        self._unnamed: list[str] = []  # complaints not in there yet: hashing them waits until somebody asks
        self._changed: set[str] = set()

    def __contains__(self, identifier: str) -> bool:
        """Say whether a complaint is in an incident."""
        return identifier in self._members

    def link(self, identifier: str, links: Mapping[str, float]) -> None:
        """Replace the links of a complaint, its content staying as it is; see :meth:`add`."""
        self.add(self._members[identifier], links)

    def view(self, incident: str, members: Collection[str]) -> Incident | None:
        """Return an incident as it is for someone who sees only some complaints; ``None`` if there is nothing to see.

        :raises PilahError: PLH-606 if it is unknown.
        """
        found = self.get(incident)
        seen = [name for name in found.members if name in members]
        if len(seen) == len(found.members):
            return found
        return replace(self._incident(seen), id=found.id, status=found.status) if seen else None

    # --- what happens

    def add(self, member: Member, links: Mapping[str, float] | None = None) -> None:
        """Take up a complaint, or its new content: the links that it had are replaced.

        :param links: the probability of ``same`` for each complaint that it may repeat.
        """
        name = member.id
        if (known := self._members.get(name)) is None:
            self._came += 1
            if name in self._inherited:  # it was here before and founded an incident that went on without it
                self._anchor[name] = (self._came, f"{name}#{self._came}")
            self._unnamed.append(name)
        self._members[name] = replace(member, came=known.came if known else self._came)
        self._touch(name)
        for other in self._near.pop(name, {}):
            self._near[other].pop(name, None)
        for other, probability in (links or {}).items():
            if other != name and other in self._members and probability >= LINK:
                self._near.setdefault(name, {})[other] = probability
                self._near.setdefault(other, {})[name] = probability

    def remove(self, identifier: str) -> None:
        """Forget a complaint; the rest of its incident stays together if its links still hold it, under the same id."""
        if identifier not in self._members:
            return
        heirs = [name for name in self.of(identifier).members if name != identifier]
        self._touch(identifier)
        self._began.pop(incident_id(self._anchor_of(identifier)[1]), None)
        if heirs:
            heir = min(heirs, key=self._anchor_of)
            self._anchor[heir], dropped = sorted((self._anchor_of(heir), self._anchor_of(identifier)))
            self._unnamed.append(heir)
            if self._anchor[heir][1] != heir:
                self._inherited.add(self._anchor[heir][1])
            if identifier in self._closed:
                self._closed.add(heir)
        else:
            dropped = self._anchor_of(identifier)
        self._inherited.discard(dropped[1])
        for kept in (self._confirmed, self._rejected):
            for other in kept.pop(identifier, set()):
                kept[other].discard(identifier)
        for other in self._near.pop(identifier, {}):
            self._near[other].pop(identifier, None)
        self._closed.discard(identifier)
        self._anchor.pop(identifier, None)
        del self._members[identifier]

    def confirm(self, a: str, b: str) -> None:
        """Record that a person said that two complaints are of one incident.

        :raises PilahError: PLH-606 if one is unknown.
        """
        self._decide(a, b, self._confirmed, self._rejected)

    def reject(self, a: str, b: str) -> None:
        """Record that a person said that they are not.

        :raises PilahError: PLH-606 if one is unknown.
        """
        self._decide(a, b, self._rejected, self._confirmed)

    def retract(self, a: str, b: str) -> None:
        """Forget what a person said of two complaints: it was taken back.

        :raises PilahError: PLH-606 if one is unknown.
        """
        for name in (a, b):
            if name not in self._members:
                raise PilahError("PLH-606", name)
            self._touch(name)
        for said in (self._confirmed, self._rejected):
            said.get(a, set()).discard(b)
            said.get(b, set()).discard(a)

    def merge(self, one: str, other: str) -> Incident:
        """Join two incidents by hand and return the one that they are now.

        :raises PilahError: PLH-606 if one is unknown.
        """
        return self.join(self.get(one).members, self.get(other).members)

    def join(self, some: Sequence[str], others: Sequence[str]) -> Incident:
        """Say by hand that complaints are of one incident with others, and return it.

        :raises PilahError: PLH-606 if one is unknown.
        """
        for a in some:
            for b in others:
                self._rejected.get(a, set()).discard(b)
                self._rejected.get(b, set()).discard(a)
        members = (*some, *others)
        for member in members[1:]:
            if member != members[0]:
                self.confirm(members[0], member)
        return self.of(members[0])

    def split(self, incident: str, members: Sequence[str]) -> Incident:
        """Take members out of an incident by hand and return the incident that they are now.

        :raises PilahError: PLH-606 if the incident is unknown, or the members are not some but not all of its own.
        """
        whole = self.get(incident)
        out = [member for member in whole.members if member in set(members)]
        stay = [member for member in whole.members if member not in set(members)]
        if len(out) != len(set(members)) or not out or not stay:
            raise PilahError("PLH-606", incident)
        return self.separate(out, stay)

    def separate(self, out: Sequence[str], stay: Sequence[str]) -> Incident:
        """Say by hand that complaints are not of one incident with others, and return theirs.

        :raises PilahError: PLH-606 if one is unknown.
        """
        for a in out:
            for b in stay:
                self.reject(a, b)
        for part in (out, stay):
            for member in part[1:]:
                self.confirm(part[0], member)
        return self.of(out[0])

    def close(self, incident: str, *, closed: bool = True) -> Incident:
        """Close an incident by hand, or open it again.

        :raises PilahError: PLH-606 if it is unknown.
        """
        found = self.get(incident)
        self._closed -= set(found.members)
        if closed:
            self._closed.add(found.representative)
        self._touch(found.representative)
        return self.of(found.representative)

    # --- what follows

    def all(self) -> list[Incident]:
        """Return all incidents, by id; each complaint is in exactly one."""
        self._refresh()
        alone = [self._incident([name]) for name in self._members if name not in self._of]
        return sorted([*self._incidents.values(), *alone], key=lambda incident: incident.id)

    def gathered(self) -> list[Incident]:
        """Return the incidents of two complaints and more, in no order."""
        self._refresh()
        return list(self._incidents.values())

    def get(self, incident: str) -> Incident:
        """Return an incident.

        :raises PilahError: PLH-606 if it is unknown.
        """
        self._refresh()
        if (found := self._incidents.get(incident)) is not None:
            return found
        self._began.update((incident_id(self._anchor_of(name)[1]), name) for name in self._unnamed if name in self)
        self._unnamed.clear()
        name = self._began.get(incident)
        if name not in self._members or name in self._of or incident_id(self._anchor_of(name)[1]) != incident:
            raise PilahError("PLH-606", incident)
        return self._incident([name])

    def of(self, identifier: str) -> Incident:
        """Return the incident of a complaint.

        :raises PilahError: PLH-606 if the complaint is unknown.
        """
        self._refresh()
        if identifier in self._of:
            return self._incidents[self._of[identifier]]
        if identifier not in self._members:
            raise PilahError("PLH-606", identifier)
        return self._incident([identifier])

    # --- parts

    def _anchor_of(self, name: str) -> tuple[int, str]:
        return self._anchor.get(name) or (self._members[name].came, name)

    def _decide(self, a: str, b: str, into: dict[str, set[str]], out_of: dict[str, set[str]]) -> None:
        for name in (a, b):
            if a == b or name not in self._members:
                raise PilahError("PLH-606", name)
            self._touch(name)
        for one, other in ((a, b), (b, a)):
            into.setdefault(one, set()).add(other)
            out_of.get(one, set()).discard(other)

    def _touch(self, name: str) -> None:
        """Mark a complaint, and what is with it or linked to it now, as to be gathered anew."""
        self._changed.add(name)
        if (incident := self._incidents.get(self._of.get(name, ""))) is not None:
            self._changed.update(incident.members)
        self._changed.update(self._near.get(name, {}), self._confirmed.get(name, ()))

    def _reachable(self, start: str) -> set[str]:
        seen, waiting = {start}, [start]
        while waiting:
            name = waiting.pop()
            for other in (*self._near.get(name, ()), *self._confirmed.get(name, ())):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return seen

    def _refresh(self) -> None:
        if not self._changed:
            return
        changed, self._changed = self._changed, set()
        # Not "changed - members.keys()": that goes through all members.
        waiting = {name for name in changed if name in self._members}
        for name in changed - waiting:
            self._forget(name)
        parts: list[set[str]] = []
        while waiting:
            name = waiting.pop()
            parts.append(self._reachable(name) if self._near.get(name) or self._confirmed.get(name) else {name})
            waiting -= parts[-1]
        for name in (name for part in parts for name in part):
            self._forget(name)  # all of them first: a part of an incident may keep the id that another part had
        for members in parts:
            for group in self._gather(members) if len(members) > 1 else ():
                if len(group) > 1:
                    self._settle(group)

    def _settle(self, group: list[str]) -> None:
        incident = self._incident(group)
        self._incidents[incident.id] = incident
        self._of.update(dict.fromkeys(group, incident.id))

    def _forget(self, name: str) -> None:
        self._incidents.pop(self._of.pop(name, ""), None)

    def _gather(self, members: set[str]) -> list[list[str]]:
        def pairs(of: Mapping[str, Iterable[str]]) -> set[frozenset[str]]:
            return {frozenset((name, other)) for name in members for other in of.get(name, ()) if other in members}

        links = {
            frozenset((name, other)): value for name in members for other, value in self._near.get(name, {}).items()
        }
        return cluster(members, links, pairs(self._confirmed), pairs(self._rejected), self.largest)

    def _incident(self, names: list[str]) -> Incident:
        members = sorted((self._members[name] for name in names), key=lambda member: member.order)
        days = [member.day for member in members if member.day is not None]
        known = {member.reporter for member in members if member.reporter}
        return Incident(
            id=incident_id(min(self._anchor_of(name) for name in names)[1]),
            representative=members[0].id,
            members=tuple(member.id for member in members),
            first=min(days, default=None),
            last=max(days, default=None),
            supporters=len(known) + sum(not member.reporter for member in members),
            status="selesai" if any(name in self._closed for name in names) else "terbuka",
        )
