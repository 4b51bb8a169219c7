"""Turn the event log into training rows, keep the blind audit sample apart, and estimate what management asks for.

The label of a complaint is where it ended after all returns. A person who has seen a suggestion tends to take it, so
accuracy on such rows flatters the model: only the blind audit, drawn at random and decided without the suggestion,
gives an unbiased figure. It is therefore never trained on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.labels import label_key
from evaluation.rates import interval
from service.storage.log import Event, State
from service.storage.store import Store
from service.storage.tables import assessments

_DECIDING = ("disposed", "corrected")
_IMPORTED = "pilah import"
_NEWEST = 5_000
_SAME = 0.5


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """Hold one decided complaint.

    :param fields: the masked complaint and its labels, in the columns that the readers know.
    :param audit: whether it belongs to the blind audit sample.
    :param suggested: the agency that was suggested; ``None`` where that is not known.
    :param returned: how often an agency sent it back.
    """

    fields: Mapping[str, Any]
    audit: bool
    suggested: str | None
    returned: int


def training_rows(store: Store) -> Iterator[TrainingRow]:
    """Go through all decided complaints; erased ones are gone."""
    for state in store.states():
        if state.decided:
            yield row_of(state, store.events_of(state.id))


def row_of(state: State, events: Sequence[Event]) -> TrainingRow:
    """Read a complaint's final labels and where they come from."""
    undone = {name for event in events if event.kind == "undone" for name in event.payload.get("undoes", ())}
    told = [event for event in events if event.event_id not in undone]
    deciding = [event for event in told if event.kind in _DECIDING]
    first, last = deciding[0], deciding[-1]
    audit = any(event.payload.get("blind") for event in deciding)
    shown = False if audit else True if any("suggested" in event.payload for event in deciding) else None
    returned = sum(event.kind == "returned" for event in told)
    fields = {
        **state.content,
        "agency": state.agency,
        "category": _said(deciding, "category"),
        "type": _said(deciding, "type"),
        "status": state.status,
        "decided_by": "import" if last.actor == _IMPORTED else "admin",
        "suggestion_shown": shown,
        "returned": returned,
        "audit": audit,
    }
    suggested = (first.payload.get("suggested") or {}).get("agency")
    return TrainingRow({k: v for k, v in fields.items() if v is not None}, audit, suggested, returned)


def _said(deciding: Sequence[Event], name: str) -> str | None:
    """Return what people said last; the machine's own answer is no label."""
    return next((event.payload[name] for event in reversed(deciding) if event.payload.get(name)), None)


def estimates(rows: Sequence[TrainingRow], store: Store) -> dict[str, Any]:
    """Estimate shares with exact 95 % intervals; each says how many complaints it stands on."""
    audited = [row for row in rows if row.audit and row.suggested is not None]
    right = sum(label_key(str(row.fields.get("agency"))) == label_key(str(row.suggested)) for row in audited)
    seen = [row for row in rows if row.fields.get("suggestion_shown") and row.suggested is not None]
    taken = sum(label_key(str(row.fields.get("agency"))) == label_key(str(row.suggested)) for row in seen)
    local = [row for row in rows if row.fields["decided_by"] != "import"]
    bodies = _answers(store)
    repeated = sum(any(d["relation"] == "same" and d["probability"] >= _SAME for d in b["duplicates"]) for b in bodies)
    return {
        "live_accuracy": share(right, len(audited), "blind audit: the suggestion was the final agency"),
        "taken_when_shown": share(taken, len(seen), "biased towards the suggestion; not an accuracy"),
        "misrouting_rate": share(sum(row.returned > 0 for row in local), len(local), "returned at least once"),
        "duplicate_rate": share(repeated, len(bodies), "answered with a probable repetition of a known report"),
        "share_eligible": share(sum(bool(b["decision"]["eligible"]) for b in bodies), len(bodies), "inside the bound"),
    }


def _answers(store: Store) -> list[dict[str, Any]]:
    statement = sa.select(assessments.c.body).order_by(assessments.c.seq.desc()).limit(_NEWEST)
    return [json.loads(row.body) for row in store.read(lambda connection: connection.execute(statement).all())]


def share(hits: int, n: int, says: str) -> dict[str, Any]:
    """State a share with its interval; without rows there is none.

    >>> share(0, 0, "x")["share"] is None, share(3, 4, "x")["high"]
    (True, 0.9937)
    """
    low, high = interval(hits, n)
    return {
        "share": round(hits / n, 4) if n else None,
        "low": round(low, 4),
        "high": round(high, 4),
        "hits": hits,
        "n": n,
        "of": says,
    }
