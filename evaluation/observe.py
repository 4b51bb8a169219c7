"""Turn an answered complaint into what drift, surges and topics are watched by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from data.complaint import Complaint
from data.dates import JAKARTA
from data.language import language
from data.privacy import mask
from data.similar import wording
from evaluation.drift import Observation
from evaluation.surges import Item

_WORD = re.compile(r"[a-z][a-z-]{3,}")
_ALL_WORDS = re.compile(r"\w\w+")
_STOP = frozenset(
    "yang dengan untuk tidak tolong mohon agar supaya sudah belum karena dari pada dalam juga saya kami kita sangat "
    "lebih banyak setiap masih sampai hingga telah akan bisa dapat harus oleh para pihak terkait segera terima kasih "
    "selamat pagi siang sore malam assalamualaikum wassalam bapak yth kepada laporan warga masyarakat tersebut "
    "januari februari maret april juni juli agustus september oktober november desember "
    "sehingga namun tetapi serta atau jika kalau seperti hanya saja lagi maka adalah ada ini itu".split()
)


def observe(complaint: Complaint, answer: Mapping[str, Any], vocabulary: Collection[str]) -> Observation:
    """Read what is watched for drift.

    :param answer: the assessment as JSON.
    :param vocabulary: words that the model knows; empty where unknown.
    """
    text = mask(f"{complaint.title or ''} {complaint.text}").lower()
    words = _ALL_WORDS.findall(text)
    unknown = sum(word not in vocabulary for word in words) / len(words) if words and vocabulary else 0.0
    agency, category = answer.get("agency"), answer.get("category")
    label = (agency or {}).get("function") or (category or {}).get("label") or ""
    return Observation(
        unknown=round(unknown, 4),
        length=len(complaint.text),
        channel=(complaint.channel or "").casefold(),
        language=language(text),
        label=str(label),
        confidence=float((agency or {}).get("probability") or 0.0),
    )


def item_of(complaint: Complaint, kind: str | None, place: str | None, sure: float, received: date) -> Item:
    """Read what is watched for surges and topics.

    :param received: the day, where the complaint has no date of its own.
    """
    text = wording(mask(f"{complaint.title or ''} {complaint.text}"))
    return Item(
        id=complaint.id,
        day=complaint.date.astimezone(JAKARTA).date() if complaint.date else received,
        kind=kind or "",
        place=place or "",
        sure=sure,
        words=frozenset(_WORD.findall(text)) - _STOP,
        wording=hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest(),
    )
