"""What is suggested before it is calibrated as a whole, and the signals of how far it is to be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from model.assessment import AgencyAnswer, LabelAnswer, PastDecision
from model.confidence import Signals, agency_signals, category_signals, label_signals
from model.mixing import Candidate
from model.phrases import PhraseText
from model.reading import Reading
from model.report_types import TypeReading
from model.routing import Routing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Hold what heads, rules and registry say together, before it is calibrated as a whole.

    :param candidates: agencies, best first.
    :param asked: what the phrases tell about the type.
    :param adapted: the agency after what people decided since; ``None`` where nobody has decided anything.
    :param nearest: the past decisions that are most like it.
    """

    routing: Routing
    candidates: tuple[Candidate, ...]
    text: PhraseText
    asked: TypeReading
    agency: AgencyAnswer | None
    category: LabelAnswer | None
    type: LabelAnswer | None
    adapted: AgencyAnswer | None = None
    nearest: tuple[PastDecision, ...] = ()

    def signals(self, question: str, reading: Reading) -> Signals:
        """Return what speaks for the answer to a question that has one."""
        if question == "category" and self.category is not None:
            return category_signals(self.category, reading.matters)
        if question == "type" and self.type is not None:
            return label_signals(self.type)
        if self.agency is not None:
            return agency_signals(self.agency, self.candidates, self.routing)
        return {}
