"""Turn complaints as read from a file into documents for duplicate search: masked, with their region."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from data.complaint import Complaint, Record
from data.privacy import mask
from model.duplicates.document import Document, build_document
from model.places import PlaceReading

SURE: Final = 0.8
"""A region less probable than this narrows no search."""


class Resolver(Protocol):
    """Resolve where a complaint is from; :class:`model.places.PlaceResolver` does."""

    def resolve(self, complaint: Complaint) -> PlaceReading:
        """Return the regions that it may be from."""
        ...


def mask_complaint(complaint: Complaint) -> Complaint:
    """Mask the personal data in every field of free text."""
    return replace(
        complaint,
        title=mask(complaint.title) if complaint.title else complaint.title,
        text=mask(complaint.text),
        location=mask(complaint.location) if complaint.location else complaint.location,
    )


class Preparer:
    """Prepare the complaints of files.

    The region is taken from the location fields alone, each combination resolved once: reading it from every text
    would cost more than the search.

    :param resolver: ``None`` leaves all regions unknown.
    """

    def __init__(self, resolver: Resolver | None) -> None:
        self._resolver = resolver
        self._known: dict[tuple[str | None, ...], str | None] = {}

    def region(self, complaint: Complaint) -> str | None:
        """Return the code of the region that the location fields name, if they are sure of one."""
        fields = complaint.province, complaint.regency, complaint.district, complaint.location
        if self._resolver is None or not any(fields):
            return None
        if fields not in self._known:
            reading = self._resolver.resolve(replace(complaint, title=None, text=""))
            best = reading.candidates[0] if reading.candidates else None
            self._known[fields] = best.code if best is not None and best.probability >= SURE else None
        return self._known[fields]

    def document(self, record: Record) -> Document:
        """Read one record."""
        complaint = mask_complaint(record.complaint)
        return build_document(complaint, region=self.region(complaint), category=record.labels.category)
