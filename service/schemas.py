"""What comes in over HTTP: types, limits, no unknown fields, no control characters."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from data.complaint import Complaint, Confidentiality
from data.dates import to_moment
from data.privacy import mask

MAX_TEXT = 50_000  # characters; the longest complaint of the public sets has about 10,000
MAX_ITEMS = 100_000  # of any list of complaints, whatever the settings say: more are not even looked at
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ID = r"^[^\s\x00-\x1f#/?\\][^\x00-\x1f/?#\\]*$"


def _clean(text: str) -> str:
    """Refuse NUL, turn other control characters into spaces (spans stay right), keep line breaks and tabs."""
    if "\x00" in text:
        raise ValueError("a NUL character is not allowed")
    if _SURROGATE.search(text):
        raise ValueError("half of a character (a lone surrogate) is not allowed")
    return _CONTROL.sub(" ", text)


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _written(date: object) -> object:
    if isinstance(date, (int, float)):  # seconds or milliseconds, since when? A wrong guess would be another day
        raise ValueError("a date is a text, as 2024-05-29T10:00:00+07:00")
    return date


Text = Annotated[str, AfterValidator(_clean)]
Short = Annotated[Text, Field(max_length=300)]
Id = Annotated[Text, Field(min_length=1, max_length=150, pattern=_ID)]
Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(to_moment)]


class Body(BaseModel):
    """Base of all bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ComplaintIn(Body):
    """A complaint as the intake sends it; only ``text`` must be there."""

    id: Id | None = Field(None, description="Your id; without one pilah makes one. The same id again is an update.")
    text: Annotated[Text, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_filled)] = Field(
        description="What the citizen wrote, as it was sent."
    )
    title: Annotated[Text, Field(max_length=1_000)] | None = None
    location: Annotated[Text, Field(max_length=2_000)] | None = Field(None, description="The form's location field.")
    province: Short | None = None
    regency: Short | None = None
    district: Short | None = None
    latitude: float | None = Field(None, ge=-90, le=90, strict=True)
    longitude: float | None = Field(None, ge=-180, le=180, strict=True)
    date: Moment | None = Field(
        None, description="When it was sent, between 1990 and 2100; without a zone it is Asia/Jakarta."
    )
    channel: Short | None = None
    reporter: Short | None = Field(None, description="An opaque pseudonym, never a name.")
    confidentiality: Confidentiality = Confidentiality.BIASA
    claimed_agency: Short | None = None
    claimed_category: Short | None = None

    def to_complaint(self) -> Complaint:
        """Return the record that the model reads."""
        values = {name: getattr(self, name) for name in ComplaintIn.model_fields}
        values["id"] = self.id or f"plh-{secrets.token_hex(8)}"
        return Complaint(**values)


class AssessIn(ComplaintIn):
    """A complaint to assess."""

    dry_run: StrictBool = Field(False, description="Answer only: store and index nothing.")


class BatchIn(Body):
    """Complaints to assess in one go; each is checked by itself, so that one bad item spoils no other."""

    complaints: list[dict[str, Any]] = Field(
        min_length=1, max_length=MAX_ITEMS, description="Each as in POST /v1/assess, without dry_run."
    )
    dry_run: StrictBool = False


class SearchIn(ComplaintIn):
    """A complaint to search duplicates for; nothing is stored."""

    limit: int = Field(5, ge=1, le=50, strict=True)


Kind = Literal[
    "disposed",
    "returned",
    "corrected",
    "postponed",
    "followed_up",
    "closed",
    "reopened",
    "duplicate_confirmed",
    "duplicate_rejected",
]


class EventIn(Body):
    """Something that happened to a complaint after it was taken in."""

    id: Id | None = Field(None, description="Your id of the event; the same id again changes nothing.")
    kind: Kind
    agency: Short | None = Field(
        None, description="Name of the agency: of the new one, or of the one that returned it."
    )
    agency_id: Annotated[Text, Field(max_length=200)] | None = None
    category: Short | None = None
    type: Annotated[Text, Field(max_length=60)] | None = None
    region_code: Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")] | None = None
    duplicate_of: Id | None = Field(None, description="For duplicate_confirmed and duplicate_rejected: the other id.")
    reason: Annotated[Text, Field(max_length=2_000)] | None = None
    actor: Annotated[Text, Field(max_length=200)] | None = Field(None, description="Who decided: a staff id, no name.")
    time: Moment | None = Field(None, description="When it happened; without it, now.")

    def missing(self) -> str | None:
        """Name the field that this kind of event needs and that is not there."""
        if self.kind == "disposed" and not (self.agency or self.agency_id):
            return "agency"
        if self.kind == "corrected" and not (
            self.agency or self.agency_id or self.category or self.type or self.region_code
        ):
            return "agency"
        if self.kind.startswith("duplicate_") and not self.duplicate_of:
            return "duplicate_of"
        return None

    def payload(self) -> dict[str, Any]:
        """Return what the log keeps of it."""
        names = ("agency", "agency_id", "category", "type", "region_code", "duplicate_of", "reason")
        found = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if "reason" in found:
            found["reason"] = mask(found["reason"])
        return found
