"""The records of routing: what goes in besides texts, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from data.agency import Agency
from data.functions import Tier
from model.assessment import Evidence, Span


class PlaceCandidate(Protocol):
    """Name one region that the complaint may be from."""

    @property
    def code(self) -> str:
        """Return the Kemendagri code, as deep as it is certain."""
        ...

    @property
    def probability(self) -> float:
        """Return how likely it is."""
        ...

    @property
    def span(self) -> Span | None:
        """Return where it is named."""
        ...


class Places(Protocol):
    """Say where a complaint is from: candidates, best first."""

    @property
    def candidates(self) -> Sequence[PlaceCandidate]:
        """Return the regions; empty when nothing tells."""
        ...


@dataclass(frozen=True, slots=True)
class PoolWeights:
    """Set how the learned function head and the table's knowledge are pooled.

    The pool is log-linear: ``log p = knowledge * log p_table + head * log p_head`` up to a constant (Genest and
    Zidek 1986, "Combining probability distributions"). The defaults were chosen by cross-validation.

    :param knowledge: weight of the table's cues.
    :param head: weight of the learned head.
    :param floor: least probability that either side may give a function, so that neither can veto.
    :param split: exponent on the shares of a function's offices and tiers: below 1, a function that is sure but whose
        tier is not still comes before a less likely function of one tier.
    :param default: share of a function's usual office and tier beside what the matters say.
    :param claim: factor on agencies that agree with what the reporter chose: evidence, never the answer by itself.
    :param home: share of the deployment's region where nothing tells the place.
    """

    knowledge: float = 1.0
    head: float = 0.3
    floor: float = 0.02
    split: float = 1.0
    default: float = 0.04
    claim: float = 1.5
    home: float = 0.9


@dataclass(frozen=True, slots=True)
class RoutedAgency:
    """Hold one agency with its probability and what led to it.

    :param matter: the row of the table that spoke for it most, if any.
    """

    agency: Agency
    probability: float
    function: str
    tier: Tier
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class RoutedParent:
    """Hold the government or body above, with its own probability."""

    id: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Routing:
    """Answer who is responsible.

    :param agencies: best first.
    :param parents: governments and bodies (level "instansi"), best first.
    :param co_agencies: who else takes part in the best matter.
    :param functions: the pooled distribution over functions, best first.
    :param question: what would settle the main doubt, in Indonesian; ``None`` without one.
    :param conflict: whether the reporter's own choice disagrees with the answer.
    """

    agencies: tuple[RoutedAgency, ...] = ()
    parents: tuple[RoutedParent, ...] = ()
    co_agencies: tuple[Agency, ...] = ()
    functions: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    question: str | None = None
    conflict: bool = False

    @property
    def best(self) -> RoutedAgency | None:
        """Return the most probable agency."""
        return self.agencies[0] if self.agencies else None
