"""Find the pairs and incidents of a whole archive in one go."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from data.errors import PilahError
from model.duplicates.document import Document
from model.duplicates.incidents import Incidents, Member
from model.duplicates.index import DuplicateIndex
from model.duplicates.match import Match, PairScorer

LINKED: Final = frozenset(("same", "followup", "recurrence", "campaign"))
"""Relations that are listed whatever the probability of ``same``."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold one pair: the complaint ``a`` and how the stored one relates to it."""

    a: str
    match: Match


def read_pair_ids(path: Path) -> list[tuple[str, str]]:
    """Read lines ``{"a","b"}``.

    :raises PilahError: PLH-101 if there is no such file, PLH-605 naming the line that is wrong.
    """
    if not path.is_file():
        raise PilahError("PLH-101", f"{path.name}: there is no such file")
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pairs.append((str(row["a"]), str(row["b"])))
        except (ValueError, KeyError, TypeError) as error:
            raise PilahError("PLH-605", f"{path.name}, line {number}") from error
    return pairs


class Archive:
    """Hold an archive in an index on disk that is deleted afterwards.

    :param scorer: judges the pairs.
    """

    def __init__(self, scorer: PairScorer) -> None:
        self._scorer = scorer
        self._folder = tempfile.TemporaryDirectory(prefix="pilah-duplicates-")
        self.index = DuplicateIndex(Path(self._folder.name), scorer=scorer)

    def __enter__(self) -> Archive:
        """Return the archive itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the index."""
        self._folder.cleanup()

    def add(self, document: Document) -> None:
        """Store one complaint."""
        self.index.add(document)

    def search(self, queries: Iterable[Document], *, top: int, minimum: float, both: bool) -> list[Pair]:
        """Search the archive for each complaint, the most probable pairs first.

        :param top: at most this many for each.
        :param minimum: leave out less probable pairs, unless they are linked in another way than ``same``.
        :param both: the queries are the archive itself: each pair is listed once, the newer complaint as ``a``.
        """
        self.index.compact()
        found: dict[tuple[str, str], Pair] = {}
        order = {document.id: place for place, document in enumerate(self.index.documents())} if both else {}

        def linked(matches: Sequence[Match]) -> Sequence[Match]:
            return [match for match in matches if match.probability >= minimum or match.relation in LINKED]

        for query in queries:
            for match in self.index.search(query, top, choose=linked):
                pair = Pair(query.id, match)
                key = (query.id, match.id)
                if both:
                    key = min(key, key[::-1])
                    newer = order.get(query.id, 0) >= order.get(match.id, 0)
                    if key in found and not newer:
                        continue
                found[key] = pair
        return sorted(found.values(), key=_best_first)

    def score_pairs(self, pairs: Iterable[tuple[str, str]], queries: Sequence[Document]) -> list[Pair]:
        """Score exactly these pairs, in their order.

        :param queries: the complaints that ``a`` names; ``b`` names one of the archive, or one of these.
        :raises PilahError: PLH-604 if an id is unknown.
        """
        self.index.compact()
        known = {document.id: document for document in queries}
        found: list[Pair] = []
        for a, b in pairs:
            one, other = known.get(a) or self.index.get(a), self.index.get(b) or known.get(b)
            if one is None or other is None:
                raise PilahError("PLH-604", a if one is None else b)
            match = self._scorer.judge(one, [other], self.index)[0]
            found.append(Pair(a, match.shown()))
        return sorted(found, key=_best_first)

    def incidents(self, found: Sequence[Pair], documents: Sequence[Document]) -> list[dict[str, Any]]:
        """Return the incidents of two or more complaints that the pairs make."""
        links: dict[str, dict[str, float]] = {}
        for pair in found:
            if pair.match.relation == "same":
                links.setdefault(pair.a, {})[pair.match.id] = pair.match.probability
                links.setdefault(pair.match.id, {})[pair.a] = pair.match.probability
        gathered = Incidents()
        for document in documents:
            gathered.add(Member(document.id, document.day, document.reporter), links.get(document.id))
        return [asdict(incident) for incident in gathered.all() if len(incident.members) > 1]


def _best_first(pair: Pair) -> tuple[float, str, str]:
    return -pair.match.probability, pair.a, pair.match.id
