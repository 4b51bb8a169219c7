"""Know which registered agencies the names mean that a deployment's own history uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from data.agencies import AgencyRegistry
from data.agency import Agency


@dataclass(frozen=True)
class LocalOffices:
    """Know which registered agency each learned name means.

    :param agencies: by learned name; ``None`` where the name tells no agency.
    :param home: the region whose history was learned.
    :param resolve: looks up a name that was not learned.
    """

    agencies: Mapping[str, Agency | None]
    home: str | None
    resolve: Callable[[str], Agency | None] = lambda name: None
    _found: dict[str, Agency | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, labels: tuple[str, ...], registry: AgencyRegistry, home: str | None) -> LocalOffices:
        """Look every learned name up in the registry."""
        return cls({label: registry.resolve(label) for label in labels}, home, registry.resolve)

    @cached_property
    def functions(self) -> frozenset[str]:
        """Return the functions that learned offices have."""
        return frozenset(f for agency in self.agencies.values() if agency is not None for f in functions_of(agency))

    def find(self, label: str) -> Agency | None:
        """Return the agency that a name means, learned or not."""
        if label in self.agencies:
            return self.agencies[label]
        if label not in self._found:
            self._found[label] = self.resolve(label)
        return self._found[label]

    def is_home(self, code: str | None) -> bool:
        """Tell whether a region is, contains or lies within the home region."""
        if code is None or self.home is None:
            return False
        return code.startswith(self.home) or self.home.startswith(code)


def functions_of(agency: Agency) -> tuple[str, ...]:
    """Return the functions that an agency has."""
    return agency.functions or ((agency.function,) if agency.function else ())
