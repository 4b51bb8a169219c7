"""Turn records into training examples: cleaned, masked, without what gives the label away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from data.complaint import Complaint, Confidentiality, Record
from data.giveaways import strip_giveaways
from data.hygiene import Truth, clean_records, truth
from data.parallel import spread
from data.privacy import mask
from model.classifier import mentions
from model.matters import shipped_matcher
from model.reading import document_text
from model.text import normalise
from training.groups import place_keys


@dataclass(frozen=True)
class Example:
    """Hold one complaint as the heads learn it.

    :param full: normalised title and body.
    :param untitled: normalised body.
    :param mentioned: see :func:`model.classifier.mentions`; of places that no label names nothing is kept.
    :param complaint: without what gives the label away.
    """

    id: str
    full: str
    untitled: str
    mentioned: dict[str, float]
    date: datetime | None
    truth: Truth
    complaint: Complaint

    @cached_property
    def known(self) -> Mapping[str, float]:
        """Return what the responsibility table says, by function; nothing where no agency is to be learned.

        Only some examples are asked, so that it is found out then.
        """
        if self.truth.agency is None:
            return {}
        title = normalise(mask(self.complaint.title)) if self.complaint.title else None
        return shipped_matcher().read(normalise(mask(self.complaint.text)), title).probabilities

    @property
    def reporter(self) -> str | None:
        """Return the pseudonym of who sent it."""
        return self.complaint.reporter


def make_examples(
    records: Sequence[Record], shareable: bool, progress: Callable[[], object] = bool, processes: int = 1
) -> list[Example]:
    """Prepare records for training.

    :param shareable: leave reports marked ``rahasia`` out, because the bundle may leave the house.
    :param progress: called once a record that is kept.
    :param processes: that share the work.
    """
    open_ = [r for r in records if not (shareable and r.complaint.confidentiality is Confidentiality.RAHASIA)]
    kept = [r for r in open_ if not r.origin.audit]  # what the live accuracy is measured on is never learned
    cleaned = clean_records(kept)
    truths = [truth(record) for record in cleaned]
    keys = place_keys(label for found in truths for label in (found.agency, found.category, found.type) if label)
    found = []
    for example in spread(partial(frozenset, keys), _example, zip(cleaned, truths, strict=True), processes):
        found.append(example)
        progress()
    return found


def _example(keys: frozenset[str], labelled: tuple[Record, Truth]) -> Example:
    record, labels = labelled
    complaint = record.complaint
    names = [record.labels.agency, record.labels.parent_agency]
    body = strip_giveaways(complaint.text, names)
    stripped = strip_giveaways(complaint.title, names) if complaint.title else None
    text, title = mask(body), mask(stripped) if stripped else None
    fields = {
        "location": normalise(mask(complaint.location or "")).text,
        "district": normalise(complaint.district or "").text,
        "title": normalise(title or "").text,
        "text": normalise(text).text,
    }
    return Example(
        id=complaint.id,
        full=document_text(title, text),
        untitled=document_text(None, text),
        mentioned={key: weight for key, weight in mentions(fields).items() if key in keys},
        date=complaint.date,
        truth=labels,
        complaint=replace(complaint, title=stripped, text=body),
    )
