"""The complaint record that every floor works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Confidentiality(StrEnum):
    """Say who may see a complaint (DOMAIN: anonim hides the name, rahasia hides the report from the public).

    A report that is both is kept as ``RAHASIA``, the stricter one.
    """

    BIASA = "biasa"
    ANONIM = "anonim"
    RAHASIA = "rahasia"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Hold one complaint as it was sent, before any person edited it.

    :param id: the sender's id, unique within a deployment.
    :param text: what the citizen wrote; the only field that must be there.
    :param location: free text of the form's location field (``area`` in some exports).
    :param date: when it was sent; always with a zone (a date without one is Asia/Jakarta).
    :param reporter: an opaque pseudonym, never a name.
    :param claimed_agency: the agency that the reporter chose: evidence, never echoed.
    :param claimed_category: the category that the reporter chose.
    """

    id: str
    text: str
    title: str | None = None
    location: str | None = None
    province: str | None = None
    regency: str | None = None
    district: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    date: datetime | None = None
    channel: str | None = None
    reporter: str | None = None
    confidentiality: Confidentiality = Confidentiality.BIASA
    claimed_agency: str | None = None
    claimed_category: str | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """Hold what people decided about a complaint; ``None`` where nothing is known.

    :param category_external_id: the export's own id of the category.
    :param parent_agency: the government or body above ``agency``.
    """

    type: str | None = None
    category: str | None = None
    agency: str | None = None
    category_external_id: str | None = None
    parent_agency: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Say where the labels come from; ``None`` where nothing is known.

    :param decided_by: who decided: ``reporter``, ``admin``, ``import`` or another role.
    :param suggestion_shown: whether the person who decided had seen the machine's suggestion, which pulls towards it.
    :param returned: how often an agency sent it back as not its own before the last decision.
    :param audit: whether it belongs to the blind audit sample, which is kept apart from training.
    """

    decided_by: str | None = None
    suggestion_shown: bool | None = None
    returned: int | None = None
    audit: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Hold a complaint with its labels, its status and where it was read.

    :param source: the name of the file.
    :param row: the row or line number in that file, counted from 1, header and preamble included.
    """

    complaint: Complaint
    labels: Labels = field(default_factory=Labels)
    status: str | None = None
    status_detail: str | None = None
    archive_reason: str | None = None
    origin: Origin = Origin()
    source: str = ""
    row: int = 0
