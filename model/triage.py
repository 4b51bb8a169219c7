"""The one path from a complaint to its assessment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from data.agencies import AgencyRegistry
from data.agency import Agency
from data.complaint import Complaint
from data.errors import PilahError
from data.labels import canonical_agency, label_key
from data.regions import Regions
from model import bundle as bundles
from model.assessment import (
    AgencyAnswer,
    Alternative,
    Assessment,
    Claim,
    DuplicateAnswer,
    LabelAnswer,
    ModelRef,
    PastDecision,
    RegionAnswer,
    RegionCandidate,
)
from model.bundle import Bundle
from model.care import care_agencies
from model.category_mixing import mix_categories
from model.classifier import Distribution
from model.confidence import FILE as CONFIDENCE
from model.confidence import Confidence
from model.experience import Experience
from model.explain import learned_evidence
from model.features import Floats
from model.local_offices import LocalOffices
from model.matters import MatterMatcher, shipped_matcher
from model.memory import Recall
from model.mixing import ALTERNATIVES, Candidate, agency_answer, at_home, mix, mix_pooled
from model.outcomes import FILE as OUTCOMES
from model.outcomes import HEAD as OUTCOME
from model.outcomes import Outcomes
from model.phrases import phrase_text
from model.places import PlaceReading, PlaceResolver
from model.policy import FILE as POLICY
from model.policy import Policy, decide, read_policies
from model.pool_model import FILE as POOL
from model.pool_model import KNOWLEDGE_ONLY, LOCAL, PoolModel
from model.pooling import Learned, Pooled, adjusted, evidence, log_shares
from model.reading import Reading, read
from model.report_types import TypeReader, pool_types, shipped_type_reader, type_evidence
from model.routing import Routing, compose
from model.screening import Screener, shipped_screener
from model.suggestion import Suggestion

BASE = Path(__file__).parent / "base"
"""The shipped bundle."""
_ALIKE = 0.2
"""Past decisions less similar than this explain nothing."""


@dataclass(frozen=True)
class Triage:
    """Assess complaints with one bundle; the same object serves HTTP, files, evaluation and the pages.

    :param registry: which agencies there are.
    :param screener: what is fit to route, with the deployment's own topics and emergency contacts.
    :param confidence: how sure the joined answers are; ``None`` keeps the raw probabilities.
    :param policies: the proved error bounds by target.
    :param policy: those of the target that holds; ``None`` where there are none.
    :param switched_on: scopes for which a named official switched automatic routing on.
    :param experience: what the deployment learned since the bundle was made; ``None`` where nobody decides.
    :param drift: whether an alarm says that complaints have changed; nothing is eligible then.
    """

    bundle: Bundle
    registry: AgencyRegistry
    screener: Screener = field(default_factory=shipped_screener)
    types: TypeReader = field(default_factory=shipped_type_reader)
    confidence: Confidence | None = None
    policies: Mapping[float, Policy] = field(default_factory=dict)
    policy: Policy | None = None
    switched_on: frozenset[str] = frozenset()
    drift: bool = False
    experience: Experience | None = None

    @classmethod
    def load(
        cls,
        path: Path = BASE,
        registry: Path | None = None,
        *,
        screener: Screener | None = None,
        target: float | None = None,
    ) -> Triage:
        """Read a bundle and check that it answers.

        :param registry: a deployment's own table of agencies.
        :param screener: with a deployment's own rules, topics or contacts.
        :param target: largest share of wrong agencies among eligible complaints; the bundle's own if ``None``.
        :raises PilahError: PLH-201 to PLH-206 if the bundle cannot be used or has no policy for the target, PLH-721 if
            the table is wrong.
        """
        bundle = bundles.load(path)
        try:
            triage = cls.of(bundle, registry, screener=screener, target=target)
            triage.assess(Complaint(id="self-check", text="lampu jalan mati"))
        except PilahError:
            raise
        except Exception as error:  # the hashes fit, but what the files say does not
            raise PilahError("PLH-203", f"{path}: {error!r}") from error
        return triage

    @classmethod
    def of(
        cls,
        bundle: Bundle,
        registry: Path | None = None,
        *,
        screener: Screener | None = None,
        target: float | None = None,
    ) -> Triage:
        """Use a bundle that is in memory; see :meth:`load`."""
        document, scales = bundle.extras.get(POLICY), bundle.extras.get(CONFIDENCE)
        chosen, policies = read_policies(document) if document else (0.0, {})
        if target is not None and document and target not in policies:
            raise PilahError("PLH-206", f"no policy for the target {target}, only for {sorted(policies)}")
        return cls(
            bundle,
            AgencyRegistry.load(registry, home=bundle.home),
            screener=screener or shipped_screener(),
            confidence=Confidence.from_document(scales) if scales else None,
            policies=policies,
            policy=policies.get(chosen if target is None else target),
        )

    @property
    def model(self) -> ModelRef:
        """Return what answers."""
        return ModelRef(self.bundle.id, self.bundle.digest, policy=self._policy_id)

    @cached_property
    def _policy_id(self) -> str | None:
        """Name the promise that holds and the numbers behind it."""
        if self.policy is None:
            return None
        document = json.dumps(self.policy.to_document(), sort_keys=True)
        return f"{self.policy.target:g}@{self.policy.confidence:g}:{hashlib.sha256(document.encode()).hexdigest()[:12]}"

    @cached_property
    def _regions(self) -> Regions:
        return Regions.load()

    @cached_property
    def _resolver(self) -> PlaceResolver:
        return PlaceResolver(self._regions, self.bundle.home)

    @cached_property
    def _matcher(self) -> MatterMatcher:
        return shipped_matcher()

    @cached_property
    def _offices(self) -> LocalOffices:
        head = self.bundle.heads.get("agency")
        return LocalOffices.of(head.labels if head else (), self.registry, self.bundle.home)

    def read(self, complaint: Complaint) -> Reading:
        """Mask and normalise a complaint and compute its features, once for everything that follows."""
        return read(complaint, self.bundle.vectoriser, self._resolver, self._matcher)

    def distributions(self, reading: Reading, margins: Floats | None = None) -> dict[str, Distribution]:
        """Return the probabilities of every head.

        :param margins: one score per group of every head, where they are at hand.
        """
        if margins is None:
            margins = self.bundle.margins(reading.features, reading.document)
        known = reading.matters.probabilities
        return {
            name: head.distribution(margins[head.columns], reading.mentioned, known)
            for name, head in self.bundle.heads.items()
            if name != OUTCOME
        }

    @cached_property
    def _outcomes(self) -> Outcomes | None:
        document = self.bundle.extras.get(OUTCOMES)
        return Outcomes.from_document(document) if document is not None and OUTCOME in self.bundle.heads else None

    def outcomes(self, reading: Reading, margins: Floats) -> dict[str, float]:
        """Return how likely the report is to end otherwise than with a follow-up; empty where nobody learned that."""
        found, head = self._outcomes, self.bundle.heads.get(OUTCOME)
        return found.probabilities(head, margins[head.columns], reading) if found and head else {}

    def route(self, reading: Reading, functions: Distribution | None) -> Routing:
        """Compose the responsible agencies from function, tier and place."""
        complaint = reading.complaint
        return compose(
            functions.as_dict() if functions else None,
            reading.matters,
            reading.places,
            self.registry,
            home=self.bundle.home,
            on=complaint.date.date() if complaint.date else None,
            claimed=complaint.claimed_agency,
        )

    def suggest(self, reading: Reading, margins: Floats) -> Suggestion:
        """Join what was learned with what rules and the registry say; the probabilities are still raw.

        :param margins: one score per group of every head.
        """
        found = self.distributions(reading, margins)
        routing = self.route(reading, found.get("function"))
        candidates = mix(found.get("agency"), routing, reading.places, self._offices)
        adapted, nearest = self._adapted(reading, margins, found.get("agency"), routing)
        text = phrase_text(reading.fields)
        asked = self.types.read(text)
        return Suggestion(
            routing,
            tuple(candidates),
            text,
            asked,
            agency_answer(candidates, self.registry.parent, self._regions),
            _label_answer(self._category(found.get("category"), reading)),
            _label_answer(pool_types(asked, found.get("type"), self.bundle.home is not None)),
            agency_answer(adapted, self.registry.parent, self._regions) if adapted else None,
            nearest,
        )

    def _stated(
        self, raw: Suggestion, reading: Reading
    ) -> tuple[AgencyAnswer | None, LabelAnswer | None, LabelAnswer | None]:
        """State the answers with the probabilities that held on unseen complaints."""
        scales = self.confidence
        if scales is None:
            return raw.agency, raw.category, raw.type
        return (
            raw.agency and scales.agency(raw.agency, raw.signals("agency", reading)),
            raw.category and scales.label("category", raw.category, raw.signals("category", reading)),
            raw.type and scales.label("type", raw.type, raw.signals("type", reading)),
        )

    def stated(self, reading: Reading) -> tuple[AgencyAnswer | None, LabelAnswer | None, LabelAnswer | None]:
        """Return agency, category and type alone, without reasons, screening and decision."""
        return self._stated(self.suggest(reading, self.bundle.margins(reading.features, reading.document)), reading)

    def answer(
        self, reading: Reading, duplicates: Sequence[DuplicateAnswer] = (), *, explain: bool = True
    ) -> Assessment:
        """Answer a complaint that was read.

        :param explain: whether anybody will read the reasons; finding the words that spoke for the learned answers
            takes a third of the time.
        """
        margins = self.bundle.margins(reading.features, reading.document)
        raw = self.suggest(reading, margins)
        routing, asked, complaint = raw.routing, raw.asked, reading.complaint
        proved, category, report_type = self._stated(raw, reading)
        agency = raw.adapted or proved
        # The bounds were proved for the bundle's own answer: they hold where that is the answer still.
        contradicted = proved is not None and agency is not None and proved.label != agency.label
        text = raw.text
        hints = self._outcomes.findings(self.outcomes(reading, margins)) if self._outcomes else ()
        screened = self.screener.screen(complaint, text, reading.places, reading.matters, hints)
        claim = Claim(
            agency=complaint.claimed_agency,
            category=complaint.claimed_category,
            conflict=routing.conflict or _differs(complaint.claimed_category, category),
        )
        return Assessment(
            id=complaint.id,
            model=self.model,
            type=report_type,
            category=category,
            agency=agency,
            co_agencies=self._co_agencies(
                [*care_agencies(screened.screening, agency, reading.places, self.registry), *routing.co_agencies],
                routing.best.probability if routing.best else 0.0,
            ),
            region=_region_answer(reading.places),
            claim=claim,
            screening=screened.screening,
            decision=decide(
                self.policy, proved, screened, claim, routing.question, self.switched_on, self.drift, contradicted
            ),
            explanation=(
                *routing.evidence,
                *(
                    learned_evidence(self.bundle, reading, margins, agency, category, report_type, hints)
                    if explain
                    else ()
                ),
                *(type_evidence(asked, report_type.label, text) if report_type else ()),
                *screened.evidence,
            ),
            duplicates=tuple(duplicates),
            nearest=raw.nearest,
        )

    def agency_label(self, name: str | None, agency_id: str | None = None) -> str | None:
        """Return the name under which an office is answered: the learned one where it has one.

        :param agency_id: its id in the registry, which counts more than the name.
        """
        head = self.bundle.heads.get("agency")
        if head is not None and name in head.group_of:
            return name
        agency = self.registry.get(agency_id) if agency_id else None
        if agency is None and name is not None:
            agency = self.registry.resolve(name)
        if agency is None or agency.id.startswith(":"):  # an office of nowhere in particular
            return canonical_agency(name)
        offices = self._offices.agencies.items()
        learned = [label for label, known in offices if known is not None and known.id == agency.id]
        return learned[0] if len(learned) == 1 else name if name and len(learned) > 1 else agency.name

    def _category(self, learned: Distribution | None, reading: Reading) -> Distribution | None:
        if learned is None:
            return None
        mixed = mix_categories(learned, reading.matters, self.bundle.category_knowledge)
        if self.experience is None:
            return mixed
        recall = self.experience.recall(reading, "category")
        correction = self.experience.corrections.get("category")
        return adjusted(mixed, self.bundle.heads["category"], recall, correction, reading.features)

    @cached_property
    def _pool(self) -> PoolModel | None:
        document = self.bundle.extras.get(POOL)
        return PoolModel.from_document(document) if document is not None else None

    @cached_property
    def _shares(self) -> dict[str, float]:
        head = self.bundle.heads.get("agency")
        counts = self.bundle.metadata.get("data", {}).get("labels", {}).get("agency", {})
        return log_shares(head, counts) if head is not None else {}

    def evidence(self, reading: Reading, margins: Floats, routing: Routing) -> Pooled:
        """Collect what speaks for each agency."""
        head = self.bundle.heads.get("agency")
        learned = Learned(head, margins[head.columns], reading.mentioned, self._shares) if head is not None else None
        experience = self.experience
        recall = experience.recall(reading, "agency") if experience is not None else Recall()
        correction = experience.corrections.get("agency") if experience is not None else None
        composed = at_home(routing, self._offices)
        custom = self._pool.custom if self._pool is not None else {}
        return evidence(learned, composed, self._offices, recall, correction, reading.features, custom)

    def _adapted(
        self, reading: Reading, margins: Floats, local: Distribution | None, routing: Routing
    ) -> tuple[list[Candidate], tuple[PastDecision, ...]]:
        """Rank the agencies by what people decided since, and name the decisions most like this complaint.

        Empty without decisions: then the formula of :func:`model.mixing.mix` stands, which lets an office without
        history win; on a history alone the weights add nothing (``docs/model.md``).
        """
        if self.experience is None or not len(self.experience.memory):
            return [], ()
        model = self._pool or (LOCAL if local is not None else KNOWLEDGE_ONLY)
        pooled = self.evidence(reading, margins, routing)
        near = tuple(PastDecision(name, label, round(s, 4)) for name, label, s in pooled.nearest if s >= _ALIKE)
        return mix_pooled(pooled, model, routing, reading.places, self._offices), near

    def _co_agencies(self, agencies: Sequence[Agency], probability: float) -> tuple[AgencyAnswer, ...]:
        unique = {agency.id: agency for agency in agencies}
        answers = (
            agency_answer([Candidate(a.name, a, probability, "composed")], self.registry.parent, self._regions)
            for a in unique.values()
        )
        return tuple(answer for answer in answers if answer is not None)

    def assess(self, complaint: Complaint) -> Assessment:
        """Read and answer one complaint."""
        return self.answer(self.read(complaint))

    def assess_many(self, complaints: Iterable[Complaint]) -> list[Assessment]:
        """Read and answer complaints, in order."""
        return [self.assess(complaint) for complaint in complaints]


def _label_answer(found: Distribution | None) -> LabelAnswer | None:
    if found is None:
        return None
    (label, probability), *others = found.as_dict(ALTERNATIVES + 1).items()
    return LabelAnswer(label, round(probability, 6), tuple(Alternative(other, round(p, 6)) for other, p in others))


def _region_answer(places: PlaceReading) -> RegionAnswer:
    return RegionAnswer(
        tuple(RegionCandidate(c.code, c.name, round(c.probability, 6), c.span) for c in places.candidates)
    )


def _differs(claimed: str | None, answer: LabelAnswer | None) -> bool:
    return claimed is not None and answer is not None and label_key(claimed) != label_key(answer.label)
