"""The one path from a complaint to its assessment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.complaint import Complaint
from data.labels import label_key
from model import bundle as bundles
from model.assessment import (
    AgencyAnswer,
    Alternative,
    Assessment,
    Claim,
    DuplicateAnswer,
    LabelAnswer,
    ModelRef,
)
from model.bundle import Bundle
from model.classifier import Distribution
from model.reading import Reading, read

ALTERNATIVES = 4
BASE = Path(__file__).parent / "base"
"""The shipped bundle."""


@dataclass(frozen=True)
class Triage:
    """Assess complaints with one bundle; the same object serves HTTP, files, evaluation and the pages."""

    bundle: Bundle

    @classmethod
    def load(cls, path: Path = BASE) -> Triage:
        """Read a bundle and check that it answers.

        :raises PilahError: PLH-201 to PLH-203 if the bundle cannot be used.
        """
        triage = cls(bundles.load(path))
        triage.assess(Complaint(id="self-check", text="lampu jalan mati"))
        return triage

    @property
    def model(self) -> ModelRef:
        """Return what answers."""
        return ModelRef(self.bundle.id, self.bundle.digest)

    def read(self, complaint: Complaint) -> Reading:
        """Mask and normalise a complaint and compute its features, once for everything that follows."""
        return read(complaint, self.bundle.vectoriser)

    def distributions(self, reading: Reading) -> dict[str, Distribution]:
        """Return the probabilities of every head."""
        margins = self.bundle.linear.margins(reading.features)
        return {
            name: head.distribution(margins[head.columns], reading.mentioned)
            for name, head in self.bundle.heads.items()
        }

    def answer(self, reading: Reading, duplicates: Sequence[DuplicateAnswer] = ()) -> Assessment:
        """Answer a complaint that was read."""
        found = self.distributions(reading)
        complaint = reading.complaint
        category = _label_answer(found.get("category"))
        agency = _agency_answer(found.get("agency"))
        return Assessment(
            id=complaint.id,
            model=self.model,
            type=_label_answer(found.get("type")),
            category=category,
            agency=agency,
            claim=Claim(
                agency=complaint.claimed_agency,
                category=complaint.claimed_category,
                conflict=_differs(complaint.claimed_agency, agency) or _differs(complaint.claimed_category, category),
            ),
            duplicates=tuple(duplicates),
        )

    def assess(self, complaint: Complaint) -> Assessment:
        """Read and answer one complaint."""
        return self.answer(self.read(complaint))

    def assess_many(self, complaints: Iterable[Complaint]) -> list[Assessment]:
        """Read and answer complaints, in order."""
        return [self.assess(complaint) for complaint in complaints]


def _label_answer(found: Distribution | None) -> LabelAnswer | None:
    if found is None:
        return None
    return LabelAnswer(found.best, float(found.probabilities[0]), _alternatives(found))


def _agency_answer(found: Distribution | None) -> AgencyAnswer | None:
    if found is None:
        return None
    return AgencyAnswer(found.best, float(found.probabilities[0]), alternatives=_alternatives(found))


def _alternatives(found: Distribution) -> tuple[Alternative, ...]:
    stop = ALTERNATIVES + 1
    pairs = zip(found.labels[1:stop], found.probabilities[1:stop], strict=True)
    return tuple(Alternative(label, float(p)) for label, p in pairs)


def _differs(claimed: str | None, answer: LabelAnswer | AgencyAnswer | None) -> bool:
    return claimed is not None and answer is not None and label_key(claimed) != label_key(answer.label)
