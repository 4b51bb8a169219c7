"""The answer to one complaint, as the public contract states it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, Literal

Field = Literal["title", "text", "location", "province", "regency", "district", "channel", "claimed_agency"]


@dataclass(frozen=True, slots=True)
class Span:
    """Point at code points ``[start, end)`` of a field as it was submitted."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Name one further label with its probability."""

    label: str
    probability: float
    id: str | None = None


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """Answer a type or a category; ``alternatives`` excludes ``label``, best first."""

    label: str
    probability: float
    alternatives: tuple[Alternative, ...] = ()
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class RegionRef:
    """Name a region by its Kemendagri code (``32``, ``32.04``, ``32.04.32``, ``32.04.32.2001``)."""

    code: str
    name: str
    province: str | None = None


@dataclass(frozen=True, slots=True)
class ParentAgency:
    """Name the government or body above an office, with a probability of its own."""

    label: str
    id: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class AgencyAnswer:
    """Answer the responsible agency.

    :param source: ``learned`` from local history, ``composed`` from function, tier and region, or ``mixed``.
    :param function: an urusan code (``2.15``) or the name of a national body (``PLN``).
    :param tier: ``pusat``, ``vertikal``, ``bumn``, ``provinsi``, ``kabkota`` or ``desa``.
    :param region: the agency's jurisdiction; ``None`` for ``pusat``.
    """

    label: str
    probability: float
    id: str | None = None
    external_id: str | None = None
    source: Literal["learned", "composed", "mixed"] = "learned"
    function: str | None = None
    tier: str | None = None
    region: RegionRef | None = None
    parent: ParentAgency | None = None
    name_status: Literal["verified", "generated"] | None = None
    connected: bool | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionCandidate:
    """Name one region that the complaint may come from, with the evidence."""

    code: str
    name: str
    probability: float
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    """Answer where the complaint is from, best first; empty when nothing tells."""

    candidates: tuple[RegionCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Repeat what the reporter chose and whether the answer disagrees with it."""

    agency: str | None = None
    category: str | None = None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Report one thing that screening found.

    :param missing: what an incomplete complaint lacks: ``lokasi``, ``waktu``, ``objek``, ``identitas``.
    :param rule: id of the rule that found it.
    :param detail: a finer kind, e.g. of an emergency.
    """

    kind: str
    probability: float
    missing: tuple[str, ...] = ()
    rule: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """Say whether the complaint is fit to route."""

    status: str = "ok"
    probability: float = 1.0
    findings: tuple[Finding, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guarantee:
    """State the proved error bound that an eligible answer stands within."""

    target: float
    confidence: float
    scope: str
    n: int
    valid: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Say what is to be done with the answer: routed, or reviewed by a person, and why."""

    action: Literal["route", "review"] = "review"
    eligible: bool = False
    level: Literal["instansi", "opd"] = "instansi"
    priority: Literal["biasa", "segera"] = "biasa"
    reasons: tuple[str, ...] = ()
    question: str | None = None
    guarantee: Guarantee | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Give one reason for an answer: a span of a field with its weight, or a rule."""

    about: str
    span: Span | None
    text: str
    weight: float
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicateAnswer:
    """Name a stored complaint that this one may repeat; ``probability`` is that of ``same``."""

    id: str
    relation: str
    probability: float
    incident: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastDecision:
    """Name a decided complaint that is like this one, and who got it: a reason that people can look up.

    :param similarity: of the telling words, in (0, 1].
    """

    id: str
    agency: str
    similarity: float


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Say which bundle, registry and policy answered."""

    id: str
    bundle: str
    registry: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Answer one complaint: the public contract of ``pilah score`` and ``POST /v1/assess``."""

    id: str
    model: ModelRef
    type: LabelAnswer | None
    category: LabelAnswer | None
    agency: AgencyAnswer | None
    co_agencies: tuple[AgencyAnswer, ...] = ()
    region: RegionAnswer = field(default_factory=RegionAnswer)
    claim: Claim = field(default_factory=Claim)
    screening: Screening = field(default_factory=Screening)
    decision: Decision = field(default_factory=Decision)
    explanation: tuple[Evidence, ...] = ()
    duplicates: tuple[DuplicateAnswer, ...] = ()
    nearest: tuple[PastDecision, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain dictionaries and tuples, ready for JSON."""
        return _plain(self)


def _plain(value: Any) -> dict[str, Any]:
    """Do what :func:`dataclasses.asdict` does, without its deep copies, which take longer than the model.

    :param value: a dataclass of this module.
    """
    kind: object = type(value)
    names, deeper = _plan(kind)
    plain = {name: getattr(value, name) for name in names}
    for name in deeper:
        inner = plain[name]
        if isinstance(inner, tuple):
            if inner:
                plain[name] = [_plain(item) if is_dataclass(item) else item for item in inner]
        elif inner is not None:
            plain[name] = _plain(inner)
    return plain


@cache
def _plan(of: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a dataclass's field names, and which of them hold more than a single value."""
    names = tuple(item.name for item in fields(of))
    single = {"str", "float", "int", "bool", "str | None", "bool | None", "Field"}
    deeper = (item.name for item in fields(of) if item.type not in single and not str(item.type).startswith("Literal"))
    return names, tuple(deeper)
