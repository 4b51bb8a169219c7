"""A tiny deterministic model with the interface of the real one, so that the service is tested by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.complaint import Complaint
from data.privacy import mask
from model.assessment import (
    AgencyAnswer,
    Alternative,
    Assessment,
    Decision,
    DuplicateAnswer,
    Guarantee,
    LabelAnswer,
    ModelRef,
    RegionAnswer,
    RegionCandidate,
    RegionRef,
    Span,
)

REGIONS = {"bandung": ("32.04", "Kabupaten Bandung"), "cimahi": ("32.77", "Kota Cimahi"), "klaten": ("33.10", "Klaten")}
FUNCTIONS = {"lampu": ("dishub", "2.15"), "sampah": ("dlh", "2.11"), "jalan": ("dpupr", "1.03")}


@dataclass(frozen=True, slots=True)
class Reading:
    complaint: Complaint


class KeywordTriage:
    """Answer by keywords; the word 'meledak' makes it fail, as a broken model would, and 'pasti' makes it sure."""

    model = ModelRef(id="keyword", bundle="sha256:0")

    def read(self, complaint: Complaint) -> Reading:
        names = ("title", "text", "location")
        masked = {name: mask(value) for name in names if (value := getattr(complaint, name)) is not None}
        return Reading(replace(complaint, **masked))

    def answer(
        self, reading: Reading, duplicates: Sequence[DuplicateAnswer] = (), *, explain: bool = True
    ) -> Assessment:
        complaint = reading.complaint
        if "meledak" in complaint.text:
            raise RuntimeError(f"rahasia dapur: {complaint.text}")
        words = f"{complaint.text} {complaint.location or ''}".lower()
        region = next((REGIONS[name] for name in REGIONS if name in words), None)
        office, function = next((FUNCTIONS[word] for word in FUNCTIONS if word in words), ("setda", "X"))
        span = Span("text", 0, min(5, len(complaint.text)))
        return Assessment(
            id=complaint.id,
            model=self.model,
            type=LabelAnswer("pengaduan", 0.9, (Alternative("aspirasi", 0.1),)),
            category=LabelAnswer(f"Kategori {function}", 0.8),
            agency=AgencyAnswer(
                label=f"{office} {region[1] if region else ''}".strip(),
                probability=0.7,
                id=f"{region[0]}:{office}" if region else None,
                function=function,
                region=RegionRef(*region) if region else None,
            ),
            region=RegionAnswer((RegionCandidate(region[0], region[1], 0.9, span),) if region else ()),
            decision=Decision(eligible=True, guarantee=Guarantee(0.05, 0.9, "semua", 200, True))
            if "pasti" in words
            else Decision(),
            duplicates=tuple(duplicates),
        )
