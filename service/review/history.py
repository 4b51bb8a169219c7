"""The timeline of a complaint: who did what, when, on which model, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.review.session import Visit
from service.storage.log import Event, State

_TITLES = {
    "received": "Laporan diterima",
    "updated": "Isi laporan diperbarui pengirim",
    "assessed": "Saran dibuat",
    "disposed": "Diteruskan",
    "returned": "Dikembalikan: bukan wewenang",
    "corrected": "Dikoreksi",
    "postponed": "Ditunda, menunggu kelengkapan dari pelapor",
    "followed_up": "Ditindaklanjuti",
    "closed": "Ditutup",
    "reopened": "Dibuka kembali",
    "undone": "Keputusan diurungkan",
    "duplicate_confirmed": "Ditautkan sebagai duplikat",
    "duplicate_rejected": "Dinyatakan bukan duplikat",
    "incident_merged": "Kejadian digabung",
    "incident_split": "Kejadian dipisah",
    "incident_closed": "Kejadian ditutup",
    "incident_reopened": "Kejadian dibuka kembali",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one line of the timeline.

    :param undone: whether it was taken back later.
    """

    title: str
    at: str
    who: str
    details: tuple[str, ...]
    kind: str
    undone: bool = False


def timeline(visit: Visit, state: State, events: Sequence[Event], names: Mapping[str, str]) -> list[Step]:
    """Return what happened, newest first; ids of complaints that the person may not see are left out."""
    gone = {name for event in events if event.kind == "undone" for name in event.payload.get("undoes", ())}
    others = [event.payload["duplicate_of"] for event in events if "duplicate_of" in event.payload]
    visible = visit.intake.store.visible_ids(others, visit.viewer)
    blind = not state.decided and not any(event.kind == "disposed" for event in events)
    steps = []
    for event in reversed(events):
        details = tuple(_details(event, visible, hide=blind))
        who = names.get(event.actor or "", event.actor or "")
        if event.kind in ("received", "updated"):
            who = ""
        title = _TITLES.get(event.kind, event.kind)
        if event.payload.get("outcome") == "arsip":
            title = "Diarsipkan"
        steps.append(Step(title, event.at, who, details, event.kind, event.event_id in gone))
    return steps


def _details(event: Event, visible: set[str], *, hide: bool) -> list[str]:
    payload = event.payload
    found: list[str] = []
    if event.kind == "assessed":
        return [f"model {payload.get('model', '–')}"]
    if payload.get("agency"):
        found.append(f"oleh {payload['agency']}" if event.kind == "returned" else f"ke {payload['agency']}")
    if payload.get("suggested_agency"):
        found.append(f"disarankan ke {payload['suggested_agency']}")
    found += [str(payload[name]) for name in ("category", "type") if payload.get(name)]
    other = payload.get("duplicate_of")
    if other is not None:
        found.append(f"laporan {other}" if other in visible else "laporan lain")
    if payload.get("reason"):
        found.append(f"alasan: {payload['reason']}")
    if payload.get("note"):
        found.append(f"catatan: {payload['note']}")
    suggested = payload.get("suggested")
    if suggested and not hide:
        said = "sesuai saran" if payload.get("accepted") else f"saran: {suggested.get('agency') or 'tidak ada'}"
        found.append(f"{said} (model {payload.get('model', '–')})")
    if payload.get("blind"):
        found.append("uji acak: saran tidak ditampilkan sebelum dijawab")
    return found
