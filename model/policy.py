"""Decide what may be routed without a person: only inside an error bound that was proved on labelled complaints.

The bound is a finite-sample one (learn-then-test with fixed-sequence testing, Angelopoulos, Bates, Candès, Jordan and
Lei 2021; fitted in ``training/policy.py``): with the stated confidence, at most the target share of eligible complaints
names a wrong agency, as long as new complaints come from where the calibration rows came from. Where that cannot be
shown, nothing is eligible. Nothing is ever routed unless a named official switched it on for the scope.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from data.errors import PilahError
from model.assessment import AgencyAnswer, Assessment, Claim, Decision, Guarantee
from model.outcomes import KIND as HINT
from model.outcomes import sayings
from model.screening import CONFIDENTIAL_FLAGS, Screened

FILE = "policy.json"
EVERYTHING = "semua"
TARGETS = (0.05, 0.1, 0.2)
"""Targets that every bundle has a policy for, whichever is the chosen one."""
_PARENT_SURE = 0.9
"""The government or body above is suggested as the addressee from this probability on where the office is unsure."""

_WITHIN = "Dalam batas terbukti"
_OFF = "Penerusan otomatis belum"
_DRIFT = "Perlu ditinjau orang: laporan belakangan ini berbeda dari data kalibrasi."
_STATUS_WORDS = {
    "kurang_lengkap": "laporan belum lengkap",
    "spam": "tampaknya uji coba, iklan, atau spam",
    "darurat": "tampaknya keadaan darurat",
    "sengketa_pribadi": "tampaknya sengketa pribadi",
    "proses_hukum": "tampaknya sedang dalam proses hukum",
    "tidak_jelas": "isi laporan tidak jelas",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """State what was proved for one scope.

    :param scope: ``semua``, ``tingkat:kabkota`` or ``wilayah:32.04``.
    :param threshold: eligible from this stated probability on; ``None`` if no threshold could be proved.
    :param n: labelled complaints above the threshold, ``errors`` of them wrong.
    :param labelled: labelled complaints of the scope.
    :param missing: labelled complaints still needed if the observed error stays; ``None`` if more rows will not help.
    """

    scope: str
    threshold: float | None
    n: int
    errors: int
    labelled: int
    missing: int | None = None

    @property
    def valid(self) -> bool:
        """Tell whether a threshold was proved."""
        return self.threshold is not None


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the promise and what was proved of it.

    :param target: largest share of wrong agencies among eligible complaints.
    :param confidence: probability with which each bound holds, over the draw of the labelled complaints.
    :param bounds: by scope.
    :param regions: regencies and provinces seen among the labelled complaints.
    """

    target: float
    confidence: float
    bounds: Mapping[str, Bound]
    regions: Collection[str]

    def to_document(self) -> dict[str, Any]:
        """Return the policy as JSON."""
        return {
            "target": self.target,
            "confidence": self.confidence,
            "bounds": [asdict(self.bounds[scope]) for scope in sorted(self.bounds)],
            "regions": sorted(self.regions),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Policy:
        """Read a policy.

        :raises PilahError: PLH-206 if a field is missing or outside its range.
        """
        try:
            bounds = [Bound(**item) for item in document["bounds"]]
            policy = cls(
                float(document["target"]),
                float(document["confidence"]),
                {bound.scope: bound for bound in bounds},
                frozenset(map(str, document["regions"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise PilahError("PLH-206", repr(error)) from error
        if not (0 < policy.target < 1 and 0 < policy.confidence < 1):
            raise PilahError("PLH-206", f"target {policy.target}, confidence {policy.confidence}")
        return policy

    def bound_for(self, agency: AgencyAnswer) -> Bound | None:
        """Return the bound of the narrowest scope that was proved; else the overall one, proved or not."""
        code = agency.region.code[:5] if agency.region else None
        for scope in (f"wilayah:{code}", f"tingkat:{agency.tier}"):
            bound = self.bounds.get(scope)
            if bound is not None and bound.valid:
                return bound
        return self.bounds.get(EVERYTHING)

    def admits(self, agency: AgencyAnswer) -> bool:
        """Tell whether an agency stands within a proved bound."""
        bound = self.bound_for(agency)
        known = self.knows(agency.region.code if agency.region else None)
        return known and bound is not None and bound.threshold is not None and agency.probability >= bound.threshold

    def knows(self, code: str | None) -> bool:
        """Tell whether labelled complaints of the region were seen."""
        return code is None or code[:5] in self.regions or (len(code) == 2 and code in self.regions)


def admitted_targets(policies: Mapping[float, Policy], answer: Assessment) -> tuple[float, ...]:
    """Return the targets under which an answer would be eligible, whichever of them holds now."""
    agency = answer.agency
    stands_in_the_way = answer.claim.conflict or CONFIDENTIAL_FLAGS & set(answer.screening.flags)
    hinted = any(finding.kind == HINT for finding in answer.screening.findings)
    if agency is None or answer.screening.status != "ok" or stands_in_the_way or hinted:
        return ()
    return tuple(target for target, policy in sorted(policies.items()) if policy.admits(agency))


def policies_document(policies: Sequence[Policy], chosen: float) -> dict[str, Any]:
    """Return the policies of several targets as JSON.

    :param chosen: the target that holds unless the operator sets another.
    """
    return {"chosen": chosen, "policies": [policy.to_document() for policy in policies]}


def read_policies(document: Mapping[str, Any]) -> tuple[float, dict[float, Policy]]:
    """Read the chosen target and the policies by target.

    :raises PilahError: PLH-206 if something is missing or outside its range.
    """
    try:
        policies = [Policy.from_document(item) for item in document["policies"]]
        chosen = float(document["chosen"])
    except (KeyError, TypeError, ValueError) as error:
        raise PilahError("PLH-206", repr(error)) from error
    by_target = {policy.target: policy for policy in policies}
    if chosen not in by_target:
        raise PilahError("PLH-206", f"no policy for the target {chosen}")
    return chosen, by_target


def decide(
    policy: Policy | None,
    agency: AgencyAnswer | None,
    screened: Screened,
    claim: Claim,
    question: str | None = None,
    switched_on: Collection[str] = (),
    drift: bool = False,
    contradicted: bool = False,
) -> Decision:
    """Decide whether the answer stands inside the proved bound, and what is to be done.

    :param policy: ``None`` where no bound was fitted.
    :param question: what would settle the router's main doubt.
    :param switched_on: scopes that a named official switched on; a person may review every complaint all the same.
    :param drift: whether an alarm says that new complaints differ from the labelled ones.
    :param contradicted: whether what people decided since the bounds were proved speaks for another agency.
    """
    screening = screened.screening
    emergency = screening.status == "darurat"
    against = _objections(policy, agency, screened, claim, drift)
    if contradicted:
        against.append("Keputusan sebelumnya mengarah ke instansi lain; perlu ditinjau orang.")
    bound = policy.bound_for(agency) if policy is not None and agency is not None else None
    guarantee = None
    if policy is not None and bound is not None:
        guarantee = Guarantee(policy.target, policy.confidence, bound.scope, bound.n, bound.valid and not drift)
        against += _shortfall(policy, bound, agency)
    eligible = not against and guarantee is not None
    routed = eligible and agency is not None and any(covers(scope, agency) for scope in switched_on)
    reasons = [*screened.says]
    if eligible and policy is not None and bound is not None:
        reasons.append(
            f"{_WITHIN}: paling banyak {_percent(policy.target)} salah dengan keyakinan "
            f"{_percent(policy.confidence)} ({bound.scope}, {bound.n} laporan berlabel)."
        )
        if not routed:
            reasons.append(f"{_OFF} diaktifkan pejabat untuk jawaban ini; perlu ditinjau orang.")
    asked = (
        screened.question if screening.status in ("kurang_lengkap", "tidak_jelas") else question or screened.question
    )
    return Decision(
        action="route" if routed else "review",
        eligible=eligible,
        level=_level(agency, eligible, bound),
        priority="segera" if emergency else "biasa",
        reasons=tuple(dict.fromkeys([*reasons, *against])),
        question=None if emergency or screening.status == "spam" else asked,
        guarantee=guarantee,
    )


def covers(scope: str, agency: AgencyAnswer) -> bool:
    """Tell whether a scope that was switched on includes an answer.

    >>> covers("tingkat:pusat", AgencyAnswer("PLN", 0.9, tier="bumn")), covers("semua", AgencyAnswer("PLN", 0.9))
    (False, True)
    """
    kind, _, value = scope.partition(":")
    if kind == "tingkat":
        return agency.tier == value
    if kind == "wilayah":
        code = agency.region.code if agency.region is not None else ""
        return code == value or code.startswith(value + ".")
    return scope == EVERYTHING


def switched(answer: Assessment, scopes: Collection[str], drift: bool = False) -> Assessment:
    """Apply what officials switched on, and an alarm, to an answer.

    :param scopes: scopes that are switched on; an answer outside its proved bound is never routed.
    :param drift: whether an alarm says that new complaints differ from the labelled ones.
    """
    decision = answer.decision
    if not decision.eligible:
        return answer
    if drift:
        guarantee = replace(decision.guarantee, valid=False) if decision.guarantee is not None else None
        reasons = tuple(r for r in decision.reasons if not r.startswith((_WITHIN, _OFF)))
        held = replace(decision, action="review", eligible=False, guarantee=guarantee, reasons=(*reasons, _DRIFT))
        return replace(answer, decision=held)
    on = next((s for s in sorted(scopes) if answer.agency is not None and covers(s, answer.agency)), None)
    if on is None:
        return answer
    reasons = tuple(r for r in decision.reasons if not r.startswith(_OFF))
    routed = replace(decision, action="route", reasons=(*reasons, f"Penerusan otomatis aktif untuk {on}."))
    return replace(answer, decision=routed)


def _objections(
    policy: Policy | None, agency: AgencyAnswer | None, screened: Screened, claim: Claim, drift: bool
) -> list[str]:
    found = []
    screening = screened.screening
    if screening.status != "ok":
        found.append(f"Perlu ditinjau orang: {_STATUS_WORDS[screening.status]}.")
    if screened.confidential:
        found.append("Perlu ditinjau orang: laporan peka dan diperlakukan sebagai rahasia.")
    found += sayings(screening.findings)
    if claim.conflict:
        found.append("Perlu ditinjau orang: pilihan pelapor berbeda dari jawaban.")
    if agency is None:
        found.append("Perlu ditinjau orang: instansi tidak dapat ditentukan.")
    elif policy is not None and not policy.knows(agency.region.code if agency.region else None):
        found.append("Perlu ditinjau orang: belum ada laporan berlabel dari wilayah ini.")
    if drift:
        found.append(_DRIFT)
    if policy is None:
        found.append("Perlu ditinjau orang: belum ada batas kesalahan yang terbukti untuk model ini.")
    return found


def _shortfall(policy: Policy, bound: Bound, agency: AgencyAnswer | None) -> list[str]:
    """Say why the bound does not cover this answer; empty if it does."""
    if bound.threshold is None:
        promise = f"sasaran {_percent(policy.target)} salah dengan keyakinan {_percent(policy.confidence)}"
        if bound.missing is None:
            return [f"Perlu ditinjau orang: {promise} belum tercapai; ketepatan model masih di bawah sasaran."]
        return [
            f"Perlu ditinjau orang: {promise} belum dapat dibuktikan; masih kurang {bound.missing} laporan berlabel."
        ]
    if agency is not None and agency.probability < bound.threshold:
        return [
            f"Perlu ditinjau orang: keyakinan {_percent(agency.probability)} di bawah ambang "
            f"{_percent(bound.threshold)}."
        ]
    return []


def _level(agency: AgencyAnswer | None, eligible: bool, bound: Bound | None) -> Any:
    """Suggest the government above as the addressee where the office is unsure and the government is not."""
    if agency is None or agency.parent is None or eligible:
        return "opd"
    sure = bound.threshold if bound is not None and bound.threshold is not None else _PARENT_SURE
    return "instansi" if agency.probability < sure <= agency.parent.probability else "opd"


def _percent(share: float) -> str:
    """Write a share as Indonesian readers do.

    >>> _percent(0.05), _percent(0.675)
    ('5 %', '67,5 %')
    """
    return f"{100 * share:.1f}".rstrip("0").rstrip(".").replace(".", ",") + " %"
