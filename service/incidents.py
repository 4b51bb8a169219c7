"""Incidents as the event log tells them: kept in memory, written down at times, made anew from the log if need be."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from data.errors import PilahError
from model.duplicates.document import to_day
from model.duplicates.incident_state import dump, load
from model.duplicates.incidents import Incident, Incidents, Member, incident_id
from service.files import replace_text
from service.storage.log import Event
from service.storage.store import Store
from service.viewer import Viewer

log = logging.getLogger(__name__)
KINDS: Final = (
    "received", "updated", "assessed", "deleted", "duplicate_confirmed", "duplicate_rejected",
    "incident_merged", "incident_split", "incident_closed", "incident_reopened", "undone",
)  # fmt: skip
"""The events that say something of incidents."""

_READ: Final = 1000  # events read at once
_FORMAT: Final = 2


def apply(incidents: Incidents, event: Event) -> None:
    """Bring the incidents from before an event to after it; what names unknown complaints changes nothing."""
    name, payload = event.complaint_id, event.payload
    if event.kind == "deleted":
        incidents.remove(name)
        return
    if event.kind in ("received", "updated"):
        content = payload.get("complaint", {})  # emptied by an erasure: then only what linked to it is of use
        date = content.get("date")
        incidents.add(Member(name, to_day(datetime.fromisoformat(date)) if date else None, content.get("reporter")))
        return
    with suppress(PilahError):  # of a complaint that was erased since
        if event.kind == "assessed" and name in incidents:
            incidents.link(name, payload.get("links", {}))
        elif event.kind == "duplicate_confirmed":
            incidents.confirm(name, payload["duplicate_of"])
        elif event.kind == "duplicate_rejected":
            incidents.reject(name, payload["duplicate_of"])
        elif event.kind == "undone" and "duplicate_of" in payload:
            incidents.retract(name, payload["duplicate_of"])
        elif event.kind in ("incident_merged", "incident_split"):
            known, others = ([one for one in payload[part] if one in incidents] for part in ("members", "others"))
            if known and others:
                (incidents.join if event.kind == "incident_merged" else incidents.separate)(known, others)
        elif event.kind in ("incident_closed", "incident_reopened"):
            of = next(one for one in (name, *payload["members"]) if one in incidents)
            incidents.close(incidents.of(of).id, closed=event.kind == "incident_closed")


class IncidentBook:
    """Answer questions about incidents, always as of the end of the log."""

    def __init__(self, store: Store, path: Path | None = None) -> None:
        self._store = store
        self._path = path
        self._incidents = Incidents()
        self._cursor = self._saved = 0

    def restore(self) -> None:
        """Read what :meth:`save` wrote, if it is of this log; otherwise everything is read from the log again."""
        if self._path is None or not self._path.is_file():
            return
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            if document["format"] != _FORMAT or document["at"] != self._store.mark(document["cursor"]):
                return
            self._incidents, self._cursor = load(document["state"]), document["cursor"]
            self._saved = self._cursor
        except (OSError, KeyError, IndexError, TypeError, ValueError):
            log.warning("the saved incidents cannot be read; they are made anew from the event log")

    def save(self, least: int = 1) -> None:
        """Write down what is known, so that the next start is quick.

        :param least: unless fewer events than this have come since it was last written.
        """
        if self._path is None or self._cursor - self._saved < least:
            return
        document = {"format": _FORMAT, "cursor": self._cursor, "at": self._store.mark(self._cursor)}
        text = json.dumps(document | {"state": dump(self._incidents)}, separators=(",", ":"))
        replace_text(self._path, text)
        self._saved = self._cursor

    def follow(self) -> None:
        """Read what was written since."""
        more = True
        while more:
            events = self._store.events_after(self._cursor, _READ, KINDS)
            for event in events:
                apply(self._incidents, event)
                self._cursor = event.seq
            more = len(events) == _READ

    def of(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the id of the incident of each complaint; one that is still being written begins its own."""
        if not ids:
            return {}
        self.follow()
        return {name: self._incidents.of(name).id if name in self._incidents else incident_id(name) for name in ids}

    def view(self, incident: str, viewer: Viewer) -> Incident:
        """Return an incident, as far as the viewer may see its complaints.

        :raises PilahError: PLH-607 if it is unknown or nothing of it is for this viewer's eyes.
        """
        self.follow()
        try:
            members = self._incidents.get(incident).members
        except PilahError as error:
            raise PilahError("PLH-607", incident) from error
        seen = self._incidents.view(incident, self._store.visible_ids(members, viewer))
        if seen is None:
            raise PilahError("PLH-607", incident)
        return seen

    def gathered(self, seen: Collection[str]) -> list[Incident]:
        """Return the incidents of which a viewer sees at least two complaints, as far as it sees them.

        :param seen: the ids of the complaints that the viewer sees.
        """
        self.follow()
        views = (self._incidents.view(incident.id, seen) for incident in self._incidents.gathered())
        return [view for view in views if view is not None and len(view.members) > 1]
