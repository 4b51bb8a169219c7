"""What goes out over HTTP, for the OpenAPI description; ``tests/fuzz`` holds the real answers against it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from model.assessment import Assessment


class Answer(BaseModel):
    """Base of all answers: nothing else is in them."""

    model_config = ConfigDict(extra="forbid")


class FieldError(Answer):
    """A field that was refused, and why."""

    field: str
    reason: str


class Problem(Answer):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(pattern=r"^PLH-[0-9]{3}$")
    errors: list[FieldError]


class BatchItem(Answer):
    """What became of one complaint of a batch or a job: ``assessment`` or ``error``."""

    index: int
    id: str | None
    outcome: str = "new"
    assessment: Assessment | None = None
    error: Problem | None = None


class BatchAnswer(Answer):
    """What became of every complaint of a batch, in order."""

    results: list[BatchItem]
    assessed: int
    failed: int


class Given(Answer):
    """An answer as it was given."""

    at: str
    model: str
    assessment: Assessment


class ComplaintAnswer(Answer):
    """A masked complaint and its state."""

    id: str
    complaint: dict[str, Any]
    status: str
    version: int
    received_at: str
    updated_at: str
    region_code: str | None
    decided: bool
    agency: str | None
    agency_id: str | None
    category: str | None
    type: str | None
    assessment: Assessment | None
    assessments: list[Given]


class EventAnswer(BaseModel):
    """Something that happened to a complaint; the further fields depend on ``kind``."""

    id: str
    complaint_id: str
    kind: str
    time: str
    recorded_at: str
    actor: str | None


class EventsAnswer(Answer):
    """The events of a complaint, in order."""

    events: list[EventAnswer]


class DecisionsAnswer(Answer):
    """Decisions in the order of the log; ``next`` is passed as ``after`` to go on."""

    decisions: list[EventAnswer]
    next: str
    more: bool


class DuplicateFound(Answer):
    """A stored complaint that a text may repeat."""

    id: str
    incident: str
    relation: str
    probability: float
    reasons: list[str]


class SearchAnswer(Answer):
    """What a text may repeat, best first."""

    duplicates: list[DuplicateFound]


class ParentFound(Answer):
    """The body above an agency."""

    id: str
    label: str | None


class AgencyFound(Answer):
    """An agency of the registry."""

    id: str
    label: str
    function: str | None
    tier: str
    region_code: str | None
    parent: ParentFound | None
    external_id: str | None
    connected: bool | None
    name_status: str


class AgenciesAnswer(Answer):
    """Agencies, best first."""

    agencies: list[AgencyFound]


class ModelAnswer(Answer):
    """What answers now."""

    id: str
    bundle: str
    registry: str | None
    policy: str | None


class IncidentAnswer(Answer):
    """The complaints of one case, oldest first."""

    id: str
    status: Literal["terbuka", "selesai"]
    representative: str
    members: list[str]
    first: str | None
    last: str | None
    supporters: int


class JobAnswer(Answer):
    """How far a job is."""

    id: str
    state: Literal["running", "finished"]
    created_at: str
    finished_at: str | None
    total: int
    done: int
    failed: int


class ResultsAnswer(Answer):
    """What a job has answered; ``next`` is passed as ``after`` to go on."""

    results: list[BatchItem]
    next: int
    more: bool


class AlertFound(Answer):
    """Something that changed."""

    kind: str
    what: str
    since: str
    p: float
    n: int
    says: str
    place: str | None
    words: list[str]
    expected: float | None
    ids: list[str]


class AlertEnded(Answer):
    """A drift alarm that stands no more: ``gone``, ``audit`` or ``model``."""

    kind: str
    what: str
    since: str
    until: str
    why: str
    says: str


class AlertsAnswer(Answer):
    """What has changed."""

    looked_at: str | None
    alerts: list[AlertFound]
    ended: list[AlertEnded]


class SwitchAnswer(Answer):
    """One act of switching."""

    scope: str
    on: bool
    official: str
    reason: str
    at: str
    sender: str | None


class SwitchesAnswer(Answer):
    """What is switched on, and everything that was ever switched, newest first."""

    switched_on: list[SwitchAnswer]
    history: list[SwitchAnswer]


class HealthAnswer(Answer):
    """The process answers."""

    status: Literal["ok"]
