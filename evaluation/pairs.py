"""Read judged pairs and compute their signals."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from data.complaint import Complaint, Record
from data.errors import PilahError
from model.duplicates.common import BACKGROUND, common_words
from model.duplicates.document import Document
from model.duplicates.lexicon import STOP_WORDS
from model.duplicates.prepare import Preparer
from model.duplicates.profile import Profile, profile
from model.duplicates.relations import CAPS, FLOORS, certainties, doubts
from model.duplicates.scorer import pair_words
from model.duplicates.signals import SIGNALS, signals

Floats = npt.NDArray[np.float64]
RELATIONS = ("same", "followup", "recurrence", "related", "campaign", "different")


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold one pair that people judged."""

    a: str
    b: str
    relation: str
    confidence: int = 3


_DECIDED = {"duplicate_confirmed": "same", "duplicate_rejected": "related"}
"""What people said of a suggestion; a rejected one is alike, so it is taken for related."""


def judged_of_decision(row: Mapping[str, Any]) -> Judged | None:
    """Return the pair on which people decided, ``None`` for another kind of event.

    :param row: a line of ``/v1/decisions``: ``kind``, ``complaint_id`` and ``duplicate_of``.

    >>> judged_of_decision({"kind": "duplicate_rejected", "complaint_id": "2", "duplicate_of": "1"})
    Judged(a='2', b='1', relation='related', confidence=3)
    """
    relation = _DECIDED.get(str(row["kind"]))
    return None if relation is None else Judged(str(row["complaint_id"]), str(row["duplicate_of"]), relation)


def read_pairs(path: Path) -> list[Judged]:
    """Read judged pairs, one JSON object a line: judgements or decisions.

    Of several on one pair the last counts, so a decision that was taken back does not train anything.

    :raises PilahError: PLH-605 naming the line that is wrong.
    """
    pairs: dict[frozenset[str], Judged] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                pair = (
                    judged_of_decision(row)
                    if "kind" in row
                    else Judged(str(row["a"]), str(row["b"]), str(row["relation"]), int(row.get("confidence", 3)))
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise PilahError("PLH-605", f"{path.name}, line {number}") from error
            if pair is None:
                continue
            if pair.relation not in RELATIONS:
                raise PilahError("PLH-605", f"{path.name}, line {number}: relation {pair.relation[:30]!r}")
            pairs[frozenset((pair.a, pair.b))] = pair
    return list(pairs.values())


def read_rewritten(path: Path, prepare: Preparer) -> tuple[list[Judged], list[Document]]:
    """Read reports that people rewrote: each tells a stored incident in other words, and a look-alike of another one.

    ``siblings`` are other stored complaints of the same incident, ``related`` near ones of another.

    :return: pairs of these with both, and both as documents with ids of their own.
    :raises PilahError: PLH-605 naming the line that is wrong.
    """
    pairs: list[Judged] = []
    documents: list[Document] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            for key, relation in (("duplicate", "same"), ("hard_negative", "different")):
                told = row[key]
                day = datetime.fromisoformat(told["date"]) if told.get("date") else None
                complaint = Complaint(
                    id=f"{path.stem}-{number}-{key}",
                    text=told["text"],
                    title=told.get("title"),
                    location=told.get("area"),
                    date=day if day is None or day.tzinfo else day.replace(tzinfo=ZoneInfo("Asia/Jakarta")),
                )
                documents.append(prepare.document(Record(complaint)))
                pairs.append(Judged(str(row["source_id"]), complaint.id, relation))
                pairs += [Judged(str(other), complaint.id, relation) for other in row.get("siblings") or ()]
            pairs += [
                Judged(str(other), f"{path.stem}-{number}-duplicate", "related") for other in row.get("related") or ()
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PilahError("PLH-605", f"{path.name}, line {number}") from error
    return pairs, documents


@dataclass(frozen=True, slots=True)
class PairData:
    """Hold judged pairs as numbers.

    :param views: the signals of all pairs, (pairs, signals), once for each collection of complaints in which the
        rarity of words was counted; the last is the largest.
    :param labels: the relation of each.
    :param components: the connected component of each: pairs of one component belong in one fold.
    :param sources: the source of each pair's first complaint.
    :param rules: (pairs, rules of :data:`~model.duplicates.relations.CAPS`), whether each holds.
    :param floors: the least probability of ``same`` that a rule of :data:`~model.duplicates.relations.FLOORS` gives
        each pair; 0 where none holds.
    :param measured: false for rows that only help to train: rewritten reports with their look-alikes.
    """

    views: list[Floats]
    labels: npt.NDArray[np.str_]
    components: npt.NDArray[np.int64]
    sources: npt.NDArray[np.str_]
    measured: npt.NDArray[np.bool_]
    rules: npt.NDArray[np.bool_]
    floors: Floats

    def rows(self, chosen: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> PairData:
        """Return some of the pairs, by their numbers or a mask."""
        return PairData(
            [view[chosen] for view in self.views],
            self.labels[chosen],
            self.components[chosen],
            self.sources[chosen],
            self.measured[chosen],
            self.rules[chosen],
            self.floors[chosen],
        )


def components(pairs: Sequence[Judged]) -> npt.NDArray[np.int64]:
    """Return for each pair the number of its connected component.

    >>> components([Judged("a", "b", "same"), Judged("x", "y", "same"), Judged("b", "c", "same")]).tolist()
    [0, 1, 0]
    """
    parent: dict[str, str] = {}

    def root(item: str) -> str:
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for pair in pairs:
        parent[root(pair.a)] = root(pair.b)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(root(pair.a), len(numbers)) for pair in pairs], dtype=np.int64)


def pair_data(
    pairs: Sequence[Judged], collections: Mapping[str, Sequence[Document]], rewritten: Sequence[Document] = ()
) -> PairData:
    """Compute the signals of judged pairs among their own source's complaints and among all.

    :param collections: the complaints by source.
    :param rewritten: further complaints that pairs name as ``b``; they are in no collection.
    :raises PilahError: PLH-604 if a pair names a complaint that is in none.
    """
    source_of = {document.id: source for source, documents in collections.items() for document in documents}
    documents = {document.id: document for held in collections.values() for document in held}
    documents |= {document.id: document for document in rewritten}
    for pair in pairs:
        for identifier in (pair.a, pair.b):
            if identifier not in documents or pair.a not in source_of:
                raise PilahError("PLH-604", identifier)
    profiles = {
        identifier: profile(documents[identifier])
        for identifier in {item for pair in pairs for item in (pair.a, pair.b)}
    }
    everything = Frequencies(documents.values())
    views = [np.zeros((len(pairs), len(SIGNALS)))]
    if len(collections) > 1:
        views.insert(0, np.zeros((len(pairs), len(SIGNALS))))
        own = {source: Frequencies(held) for source, held in collections.items()}
        for row, pair in enumerate(pairs):
            views[0][row] = _pair_signals(own[source_of[pair.a]], profiles[pair.a], profiles[pair.b])
    for row, pair in enumerate(pairs):
        views[-1][row] = _pair_signals(everything, profiles[pair.a], profiles[pair.b])
    return PairData(
        views=views,
        labels=np.array([pair.relation for pair in pairs]),
        components=components(pairs),
        sources=np.array([source_of[pair.a] for pair in pairs]),
        measured=np.array([pair.b in source_of for pair in pairs]),
        rules=np.array(
            [
                [rule in held for rule in CAPS]
                for pair, wording in zip(pairs, views[-1][:, SIGNALS.index("triple_share")], strict=True)
                for held in (doubts(profiles[pair.a], profiles[pair.b], float(wording)),)
            ]
        ),
        floors=np.array(
            [
                max(
                    (FLOORS[rule] for rule in certainties(profiles[pair.a], profiles[pair.b], float(wording))),
                    default=0.0,
                )
                for pair, wording in zip(pairs, views[-1][:, SIGNALS.index("triple_share")], strict=True)
            ]
        ),
    )


class Frequencies:
    """Count in how many complaints each word and word pair is: what the index tells, without building one."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._counts: Counter[str] = Counter()
        self._documents = 0
        for document in documents:
            words = (*document.title_words, *document.place_words, *document.text_words)
            useful = [word for word in words if word not in STOP_WORDS]
            self._counts.update({*useful, *(f"{one} {two}" for one, two in pairwise(useful))})
            self._documents += 1

    def __len__(self) -> int:
        """Return the number of complaints."""
        return self._documents

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return the rarity of each word, as :meth:`model.duplicates.index.DuplicateIndex.rarity` does."""
        shares, whole = common_words(), math.log(2.0 + BACKGROUND + self._documents)
        return {
            word: max(1.0 - math.log1p(self._counts[word] + BACKGROUND * shares.get(word, 0.0)) / whole, 0.0)
            for word in words
        }


def _pair_signals(counted: Frequencies, a: Profile, b: Profile) -> list[float]:
    return signals(a, b, counted.rarity(pair_words(a, b)))
