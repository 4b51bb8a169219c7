"""The form in which a complaint is searched, compared and kept in the duplicate index."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any

from data.complaint import Complaint, Confidentiality
from model.duplicates.features import Features, features
from model.duplicates.reading import Locator, Reading, read
from model.duplicates.terms import Term, terms
from model.matters import shipped_matcher
from model.text import normalise

_EPOCH = date(1970, 1, 1).toordinal()


def to_day(moment: datetime | None) -> int | None:
    """Return the day of a moment, in days since 1970-01-01, in its own zone."""
    return None if moment is None else moment.date().toordinal() - _EPOCH


@dataclass(frozen=True, slots=True)
class Document:
    """Hold one complaint as duplicate search needs it.

    :param title: masked title, as sent otherwise.
    :param text: masked text, as sent otherwise.
    :param place: the location fields joined, masked.
    :param region: Kemendagri code of the region it is from; ``None`` where unknown or in doubt.
    :param day: days since 1970-01-01.
    :param closed: the day on which the case was closed.
    :param reading: what was read from title, text and place.
    :param about: the functions that its matter speaks for, by the responsibility table, with their shares.
    :param title_words: canonical words of the title.
    :param text_words: canonical words of the text.
    :param place_words: canonical words of the location fields.
    """

    id: str
    title: str
    text: str
    place: str = ""
    region: str | None = None
    day: int | None = None
    reporter: str | None = None
    confidentiality: Confidentiality = Confidentiality.BIASA
    category: str | None = None
    function: str | None = None
    closed: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    reading: Reading = field(default_factory=Reading)
    about: dict[str, float] = field(default_factory=dict)
    title_words: tuple[str, ...] = ()
    text_words: tuple[str, ...] = ()
    place_words: tuple[str, ...] = ()

    @property
    def confidential(self) -> bool:
        """Say whether its text may be shown only to those who are allowed to see it."""
        return self.confidentiality is Confidentiality.RAHASIA

    def features(self) -> Features:
        """Hash what it is found by."""
        return features((*self.title_words, *self.place_words), self.text_words)

    def to_record(self) -> bytes:
        """Pack into bytes for the index; :meth:`from_record` unpacks them.

        >>> sample = build_document(Complaint(id="1", text="Lampu Jl. Mawar RT 3 mati"))
        >>> Document.from_record(sample.to_record()) == sample
        True
        """
        reading = self.reading
        known: dict[str, Any] = {name: value for name in _READ if (value := getattr(reading, name))}
        known["locators"] = [
            [f"{place.kind}/{place.cue}" if place.cue else place.kind, *place.words] for place in reading.locators
        ]
        if reading.anchors:
            known["anchors"] = [" ".join(anchor) for anchor in reading.anchors]
        packed: dict[str, Any] = {
            name: value for name in _PLAIN if (value := getattr(self, name)) not in (None, "", {})
        }
        packed["reading"] = known
        for name in _WORDS:
            packed[name] = " ".join(getattr(self, name))
        return json.dumps(packed, separators=(",", ":")).encode()

    @classmethod
    def from_record(cls, record: bytes) -> Document:
        """Unpack what :meth:`to_record` packed."""
        packed: dict[str, Any] = json.loads(record)
        known = packed.pop("reading")
        places = tuple(
            Locator(kind.partition("/")[0], tuple(words), kind.partition("/")[2])
            for kind, *words in known.pop("locators")
        )
        anchors = tuple(tuple(anchor.split()) for anchor in known.pop("anchors", ()))
        values: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in known.items()}
        reading = Reading(locators=places, anchors=anchors, **values)
        for name in _WORDS:
            packed[name] = tuple(packed[name].split())
        packed["confidentiality"] = Confidentiality(packed["confidentiality"])
        packed.setdefault("title", "")
        packed.setdefault("text", "")
        return cls(reading=reading, **packed)


_WORDS = ("title_words", "text_words", "place_words")
_PLAIN = tuple(item.name for item in fields(Document) if item.name not in (*_WORDS, "reading"))
_READ = tuple(item.name for item in fields(Reading) if item.name != "locators")


def field_terms(document: Document) -> tuple[list[Term], list[Term]]:
    """Return the terms of title and text as :func:`build_document` read them, with their spans in each field."""
    start = len(document.title) + 1
    end = start + len(document.text)
    found = terms(f"{document.title}\n{document.text}\n{document.place}")
    title = [term for term in found if term.end < start]
    text = [Term(term.word, max(term.start - start, 0), term.end - start) for term in found if start <= term.end <= end]
    return title, [term for term in text if term.end > 0]


_HEAD = 200
"""Characters of a text without a title that are read for its matter; what follows tells other things too."""


def about(title: str, text: str) -> dict[str, float]:
    """Return the functions that the title, or else the beginning of the text, speaks for, with their shares.

    >>> list(about("Lampu PJU mati", ""))[0]
    '2.15'
    """
    found = shipped_matcher().read(normalise(title or text[:_HEAD])).probabilities
    return {function: round(share, 2) for function, share in found.items() if share >= 0.05}


_COORDINATES = re.compile(r"(-?\d{1,2}[.,]\d{3,8})\s*[,;\s]\s*(1[0-4]\d[.,]\d{3,8}|9[4-9][.,]\d{3,8})")


def coordinates(text: str) -> tuple[float, float] | None:
    """Return the first point in Indonesia that a text names in degrees.

    >>> coordinates("titik -7,0472253, 107,6623541")
    (-7.0472253, 107.6623541)
    """
    for latitude, longitude in _COORDINATES.findall(text):
        point = float(latitude.replace(",", ".")), float(longitude.replace(",", "."))
        if -11.5 <= point[0] <= 6.5 and 94.5 <= point[1] <= 141.5:
            return point
    return None


def build_document(
    complaint: Complaint,
    *,
    region: str | None = None,
    category: str | None = None,
    function: str | None = None,
    closed: datetime | None = None,
) -> Document:
    """Read a masked complaint for duplicate search.

    :param complaint: with title, text and location fields already masked (:mod:`data.privacy`).
    :param region: code of its region where the reading of places is sure of one.
    :param category: the category, predicted or confirmed.
    :param function: the function, predicted or confirmed.
    :param closed: when the case was closed, if it is.
    """
    fields = (complaint.location, complaint.district, complaint.regency, complaint.province)
    place = " | ".join(dict.fromkeys(part.strip() for part in fields if part and not part.strip().isdigit()))
    title = complaint.title or ""
    whole = f"{title}\n{complaint.text}\n{place}"
    found = terms(whole)
    borders = len(title), len(title) + 1 + len(complaint.text)
    named = [Locator("kecamatan", tuple(term.word for term in terms(complaint.district)))] if complaint.district else []
    reading = read(whole, found, sum(term.end <= borders[0] for term in found))
    if named:
        reading = replace(reading, locators=tuple(dict.fromkeys((*reading.locators, *named))))
    point = complaint.latitude, complaint.longitude
    if None in point:
        point = coordinates(whole) or (None, None)
    return Document(
        id=complaint.id,
        title=title,
        text=complaint.text,
        place=place,
        region=region,
        day=to_day(complaint.date),
        reporter=complaint.reporter,
        confidentiality=complaint.confidentiality,
        category=category,
        function=function,
        closed=to_day(closed),
        latitude=point[0],
        longitude=point[1],
        reading=reading,
        about=about(title, complaint.text),
        title_words=tuple(term.word for term in found if term.end <= borders[0]),
        text_words=tuple(term.word for term in found if borders[0] + 1 < term.end <= borders[1]),
        place_words=tuple(term.word for term in found if term.end > borders[1]),
    )
