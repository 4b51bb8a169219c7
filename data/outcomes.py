"""Say how a past report ended at the admin's desk, as far as the text can have had a part in it.

LAPOR! exports tell it in "Status Detail" and "Alasan Tunda/Arsip": closed reports were followed up, archived ones were
judged (no evidence, unclear, not the government's work, hateful) or expired because nobody answered in time.
"""

from __future__ import annotations

from data.complaint import Record

FOLLOWED = "ditindaklanjuti"
ARCHIVED = "diarsipkan"
EXPIRED = "kedaluwarsa"
WAITING = "menunggu kelengkapan"
OUTCOMES = (FOLLOWED, ARCHIVED, EXPIRED, WAITING)

_TELLING = (
    # the first that fits; what the reporter withdrew says nothing of the report
    (None, ("oleh pelapor", "keinginan pelapor", "diarsipkan pelapor"), "arsip"),
    (EXPIRED, ("kadaluarsa", "kedaluwarsa", "kadaluwarsa", "diarsipkan oleh sistem"), ""),
    (ARCHIVED, ("diarsipkan", "terblokir", "diblokir"), ""),
    (WAITING, ("kelengkapan", "melengkapi", "ditunda"), ""),
    (FOLLOWED, ("ditutup", "selesai", "tindak lanjut"), ""),
)  # fmt: skip


def outcome_of(record: Record) -> str | None:
    """Return how the report ended; ``None`` where that is not known or says nothing of its text.

    >>> from data.complaint import Complaint
    >>> outcome_of(Record(Complaint("1", "x"), status="Diproses", status_detail="Diarsipkan oleh Admin"))
    'diarsipkan'
    >>> outcome_of(Record(Complaint("1", "x"), status_detail="Diarsipkan oleh Pelapor")) is None
    True
    """
    told = " ".join(part for part in (record.archive_reason, record.status_detail) if part).casefold()
    for outcome, words, also in _TELLING:
        if also in told and any(word in told for word in words):
            return outcome
    return None
