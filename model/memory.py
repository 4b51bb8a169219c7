"""Remember what people decided, and recall it for the next complaint at once, without training.

Three things are recalled for each label: how much similar complaints speak for it, how much similar complaints that an
office returned ("bukan wewenang") speak against it, and how often it was decided lately, since the mix of complaints
changes. The memory lives in the store of a deployment and never in a bundle.

Reports marked ``rahasia`` are counted but never compared: nobody can find out by asking whether such a text is stored.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.features import Vectoriser, word_ngrams
from model.word_index import Arrays, WordIndex

CAPACITY = 20_000  # decisions kept; the oldest are forgotten
HALF_LIFE = 90.0  # days after which a decision counts half in the mix
_NEIGHBOURS = 40
_NAMED = 10  # the nearest that are named
_SHARPNESS = 1.5  # exponent on similarities: a near twin counts more than several loose relatives
_LEAST_IDF = 3.3  # words in more than a tenth of the complaints tell nothing apart
_LONG_NUMBER = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Remembered:
    """Hold what people decided about one complaint.

    :param labels: decided label by question (``agency``, ``category``, ``type``); empty while nothing is decided.
    :param rejected: agencies that returned it.
    :param day: when it was decided, in days since 1970.
    :param comparable: whether similar complaints may be compared with it; not for ``rahasia``.
    """

    id: str
    labels: Mapping[str, str]
    rejected: frozenset[str] = frozenset()
    day: float = 0.0
    comparable: bool = True


@dataclass(frozen=True)
class Tally:
    """Hold how often each label was decided: the same for every complaint until the next decision.

    :param counts: how often at all.
    :param decayed: the same with older decisions counting less, as of 1970.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    decayed: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def size(self) -> int:
        """Return the number of decisions."""
        return sum(self.counts.values())

    @cached_property
    def total(self) -> float:
        """Return the number of decisions, older ones counting less."""
        return sum(self.decayed.values())

    @cached_property
    def latest(self) -> tuple[str, ...]:
        """Return the labels, those decided most often of late first."""
        return tuple(sorted(self.decayed, key=self.decayed.__getitem__, reverse=True))


@dataclass(frozen=True, slots=True)
class Recall:
    """Hold what the memory says to one question about one complaint.

    :param similar: for each label the summed similarity of the nearest complaints decided so.
    :param rejected: the same for agencies that returned them.
    :param tally: how often each label was decided.
    :param fading: what decisions of 1970 count today.
    :param nearest: id, label and similarity, in (0, 1], of the most similar complaints that have a label, best first.
    """

    similar: Mapping[str, float] = field(default_factory=dict)
    rejected: Mapping[str, float] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    fading: float = 1.0
    nearest: tuple[tuple[str, str, float], ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how often each label was decided at all."""
        return self.tally.counts


class Memory:
    """Keep what was decided, with an inverted index of the complaints' telling words.

    :param vectoriser: of the bundle in use: says how telling a word is.
    :param capacity: how many complaints are kept; the oldest go first.
    """

    def __init__(self, vectoriser: Vectoriser, capacity: int = CAPACITY) -> None:
        self._idf = WordWeights(vectoriser)
        self._capacity = capacity
        self._rows: dict[str, tuple[int, Remembered]] = {}
        self._slots: list[str | None] = []
        self._erased: list[int] = []  # slots whose words are still in the index
        self._index = WordIndex()
        self._asked: tuple[str, int, list[tuple[Remembered, float]]] = ("", -1, [])  # questions come in pairs
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._decayed: dict[str, dict[str, float]] = defaultdict(dict)
        self._tallies: dict[str, Tally] = {}  # of the two above, until the next decision
        self.version = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Remembered]:
        """Go through what is remembered, oldest first."""
        return (row for _, row in self._rows.values())

    def get(self, complaint_id: str) -> Remembered | None:
        """Return what is remembered of a complaint."""
        found = self._rows.get(complaint_id)
        return found[1] if found is not None else None

    def remember(self, row: Remembered, document: str) -> None:
        """Take in a decision, in the place of an earlier one on the same complaint.

        :param document: normalised, masked title and body.
        """
        self.forget(row.id)
        self._rows[row.id] = (len(self._slots), row)
        if row.comparable:
            self._index.add(len(self._slots), self._idf.weigh(document))
        self._slots.append(row.id)
        self._count(row, 1)
        while len(self._rows) > self._capacity:
            self.forget(next(iter(self._rows)))
        if self._index.crowded or len(self._slots) > 2 * len(self._rows) + 100:
            self.merge()

    def forget(self, complaint_id: str) -> bool:
        """Erase a complaint; its words count for nothing at once, and leave the index when it is next merged."""
        found = self._rows.pop(complaint_id, None)
        if found is None:
            return False
        slot, row = found
        self._slots[slot] = None
        self._erased.append(slot)
        self._count(row, -1)
        return True

    def merge(self) -> None:
        """Bring the index into the form in which it is small, and drop from it what was forgotten."""
        moved = np.full(len(self._slots), -1, np.int32)
        for new, (slot, _) in enumerate(self._rows.values()):
            moved[slot] = new
        self._index.merge(moved)
        self._rows = {name: (i, row) for i, (name, (_, row)) in enumerate(self._rows.items())}
        self._slots, self._erased = list(self._rows), []

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return everything as arrays, to be written down; :meth:`restore` reads them."""
        self.merge()
        rows = [(r.id, dict(r.labels), sorted(r.rejected), r.day, r.comparable) for r in self]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        return {**self._index.arrays(), "rows": np.frombuffer(text, np.uint8)}

    def restore(self, arrays: Arrays) -> None:
        """Take over what :meth:`arrays` gave, in an empty memory of the same bundle.

        :raises ValueError: if the arrays do not fit together.
        """
        rows = json.loads(np.asarray(arrays["rows"], np.uint8).tobytes())
        index = WordIndex(arrays)
        if index.n_slots > len(rows):
            raise ValueError("the index names complaints that are not remembered")
        for slot, (name, labels, rejected, day, comparable) in enumerate(rows):
            row = Remembered(name, labels, frozenset(rejected), day, comparable)
            self._rows[name] = (slot, row)
            self._count(row, 1)
        self._slots, self._index = list(self._rows), index

    def recall(self, document: str, question: str, day: float, without: str = "") -> Recall:
        """Recall what speaks for each label.

        :param document: normalised, masked title and body.
        :param question: ``agency``, ``category`` or ``type``.
        :param day: now, in days since 1970.
        :param without: id of the complaint that is asked about: it does not testify for itself, save that what was
            returned by an office is held against that office.
        """
        own = self.get(without)
        if not self._rows:
            return Recall()
        similar: dict[str, float] = defaultdict(float)
        rejected: dict[str, float] = defaultdict(float)
        testified: list[tuple[float, str, str]] = []
        for row, weight in self._nearest(document):
            if row.id == without:
                continue
            label = row.labels.get(question)
            if label is not None:
                similar[label] += weight
                testified.append((weight, row.id, label))
            if question == "agency":
                for agency in row.rejected:
                    rejected[agency] += weight
        if own is not None and question == "agency":
            for agency in own.rejected:
                rejected[agency] += 1.0
        testified.sort(key=lambda item: (-item[0], item[1]))
        nearest = tuple((id_, label, min(1.0, weight ** (1 / _SHARPNESS))) for weight, id_, label in testified[:_NAMED])
        return Recall(dict(similar), dict(rejected), self._tally(question), 0.5 ** (day / HALF_LIFE), nearest)

    def _tally(self, question: str) -> Tally:
        found = self._tallies.get(question)
        if found is None:
            found = self._tallies[question] = Tally(dict(self._counts[question]), dict(self._decayed[question]))
        return found

    def _nearest(self, document: str) -> list[tuple[Remembered, float]]:
        """Return the most similar complaints with their weights."""
        if self._asked[:2] != (document, self.version):
            self._asked = (document, self.version, self._search(document))
        return self._asked[2]

    def _search(self, document: str) -> list[tuple[Remembered, float]]:
        scores = self._index.scores(self._idf.weigh(document), len(self._slots))
        scores[self._erased] = 0.0
        best = (
            np.argpartition(-scores, _NEIGHBOURS)[:_NEIGHBOURS] if scores.size > _NEIGHBOURS else np.arange(scores.size)
        )
        best = best[scores[best] > 0]
        names = map(self._slots.__getitem__, best.tolist())
        found = zip(names, scores[best].tolist(), strict=True)
        return [(self._rows[name][1], score**_SHARPNESS) for name, score in found if name is not None]

    def _count(self, row: Remembered, step: int) -> None:
        """Count a decision in or out; the decayed counts are kept as of 1970, so that adding up is all there is."""
        self.version += 1
        self._tallies.clear()
        grown = step * 2.0 ** (row.day / HALF_LIFE)
        for question, label in row.labels.items():
            counts, decayed = self._counts[question], self._decayed[question]
            counts[label] += step
            decayed[label] = decayed.get(label, 0.0) + grown
            if not counts[label]:
                del counts[label], decayed[label]


class WordWeights:
    """Weigh the words and word pairs of a document by how telling they are.

    :param vectoriser: a word that it does not know is as telling as its rarest.
    """

    def __init__(self, vectoriser: Vectoriser) -> None:
        self._known = dict(zip(vectoriser.words, vectoriser.idf[: len(vectoriser.words)].tolist(), strict=True))
        self._most = max(self._known.values(), default=1.0)

    def weigh(self, document: str) -> dict[str, float]:
        """Return the telling words with their weights, of length one together."""
        words = word_ngrams(document)
        if _LONG_NUMBER.search(document):
            words = [word for word in words if not _LONG_NUMBER.search(word)]
        counts = Counter(words)
        weights = {}
        for word, count in counts.items():
            idf = self._known.get(word, self._most)
            if idf >= _LEAST_IDF or self._most < _LEAST_IDF:
                weights[word] = (1.0 + math.log(count)) * idf
        length = math.sqrt(sum(value * value for value in weights.values())) or 1.0
        return {word: value / length for word, value in weights.items()}
