"""Read one complaint once: masked, normalised, its features computed; everything later works on this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from data.complaint import Complaint
from data.privacy import mask
from model.assessment import Field, Span
from model.classifier import mentions
from model.features import SparseVector, Vectoriser
from model.formulas import without_formulas
from model.matters import MatterMatcher, MatterReading
from model.places import PlaceReading, PlaceResolver
from model.text import Normalised, normalise

_SEPARATOR = " . "


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was read from a complaint.

    :param complaint: the complaint with personal data masked, positions kept.
    :param fields: its text fields, normalised, by name; empty ones are left out.
    :param document: the text that the features were computed from: title and body.
    :param features: of ``document``.
    :param mentioned: weights of the words and names mentioned, see :func:`model.classifier.mentions`.
    :param places: where the complaint is from.
    :param matters: what the responsibility table's cues say.
    """

    complaint: Complaint
    fields: Mapping[str, Normalised]
    document: str
    features: SparseVector
    mentioned: Mapping[str, float]
    places: PlaceReading
    matters: MatterReading

    def span(self, start: int, end: int) -> Span | None:
        """Map a span of ``document`` to the field it stands in, as submitted.

        :return: ``None`` if the span covers the border between title and body.
        """
        offset = 0
        names: tuple[Literal["title"], Literal["text"]] = ("title", "text")
        for name in names:
            part = self.fields.get(name)
            if part is None:
                continue
            if start >= offset and end <= offset + len(part.text):
                return Span(name, *part.raw_span(start - offset, end - offset))
            offset += len(part.text) + len(_SEPARATOR)
        return None


def masked(complaint: Complaint) -> Complaint:
    """Return the complaint with personal data masked, length and positions kept (UU 27/2022)."""
    return replace(
        complaint,
        title=mask(complaint.title) if complaint.title else complaint.title,
        text=mask(complaint.text),
        location=mask(complaint.location) if complaint.location else complaint.location,
    )


def document_text(title: str | None, text: str) -> str:
    """Join title and body as the features read them.

    >>> document_text("Lampu mati", "Gelap")
    'lampu mati . gelap'
    """
    return _join(normalise(part).text for part in (title, text) if part)


def _join(parts: Iterable[str]) -> str:
    return _SEPARATOR.join(map(without_formulas, parts))


def read(complaint: Complaint, vectoriser: Vectoriser, resolver: PlaceResolver, matcher: MatterMatcher) -> Reading:
    """Mask and normalise a complaint, compute its features, find its places and the matters it names."""
    complaint = masked(complaint)
    fields: dict[str, Normalised] = {}
    for name in get_args(Field):
        value = getattr(complaint, name)
        if value:
            fields[name] = normalise(value)
    document = _join(fields[name].text for name in ("title", "text") if name in fields)
    mentioned = mentions({name: part.text for name, part in fields.items()})
    return Reading(
        complaint=complaint,
        fields=fields,
        document=document,
        features=vectoriser.transform(document),
        mentioned=mentioned,
        places=resolver.resolve(complaint, fields),
        matters=matcher.read(fields.get("text") or normalise(complaint.text), fields.get("title")),
    )
