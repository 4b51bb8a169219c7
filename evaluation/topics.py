"""Find new topics: words that suddenly go together in many complaints, whatever their category.

Each day every word is tested over the last four weeks against the half year before (a shorter history is cut alike),
exactly, with the false discovery rate controlled over all words. Words that rise in the same complaints are one topic.
A topic is explained if one category holds most of its complaints with confidence; otherwise nobody has a category for
it yet, as for Covid-19 in 2020. A word is told only if it stands in five complaints or more, so that no person's name
is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from evaluation.rates import discoveries, excess_p
from evaluation.surges import Item, distinct

PROMISE = 0.01
"""The chance of any false alarm on a day."""
WINDOW, BASELINE = 28, 182
_LEAST_DAYS = 3
_LEAST = 5
_LEAST_TOTAL = 6
_RATIO = 3.0
_TOGETHER = 0.3
_ALIKE = 0.5
_SINGLE = 1e-6  # a word alone is a topic only if it rises so clearly, or was never written before
_MOST_WORDS = 60
_SHOWN = 8
_EXPLAINED_SHARE, _EXPLAINED_SURE = 0.7, 0.5


@dataclass(frozen=True, slots=True)
class Topic:
    """Hold one new topic.

    :param words: most telling first.
    :param n: complaints of the window that hold at least two of them.
    :param explained: the category that explains it; ``None`` for a new topic.
    :param p: of the most surprising word.
    """

    words: tuple[str, ...]
    day: date
    n: int
    explained: str | None
    p: float
    ids: tuple[str, ...]


def find_topics(items: Sequence[Item], today: date, promise: float = PROMISE) -> list[Topic]:
    """Return the topics of the latest window, the most surprising first.

    :param items: any complaints; only those of the last seven months up to today count.
    """
    recent = distinct([item for item in items if 0 <= (today - item.day).days < WINDOW + BASELINE])
    span = max(((today - item.day).days for item in recent), default=0) + 1
    window = max(_LEAST_DAYS, min(WINDOW, span * WINDOW // (WINDOW + BASELINE)))
    inside = [item for item in recent if (today - item.day).days < window]
    if len(inside) < _LEAST or len(recent) == len(inside):
        return []
    total = Counter(word for item in recent for word in item.words)
    now = Counter(word for item in inside for word in item.words)
    words = sorted(word for word, n in total.items() if n >= _LEAST_TOTAL)
    p_of = {word: excess_p(now[word], len(inside), total[word], len(recent)) for word in words}
    rest = len(recent) - len(inside)
    risen = [
        words[i]
        for i in discoveries([p_of[word] for word in words], promise)
        if now[words[i]] >= _LEAST and now[words[i]] >= _RATIO * (total[words[i]] - now[words[i]]) * len(inside) / rest
    ][:_MOST_WORDS]
    unheard = {word for word in risen if now[word] == total[word]}
    topics = [topic for group in _together(risen, inside) if (topic := _topic(group, inside, p_of, unheard, today))]
    return sorted(topics, key=lambda topic: (topic.p, topic.words))


def _together(words: Sequence[str], items: Sequence[Item]) -> list[list[str]]:
    """Join words that rise in the same complaints."""
    holding = {word: {i for i, item in enumerate(items) if word in item.words} for word in words}
    group = {word: {word} for word in words}
    for a, b in combinations(words, 2):
        shared = len(holding[a] & holding[b])
        if group[a] is not group[b] and shared >= _TOGETHER * min(len(holding[a]), len(holding[b])):
            joined = group[a] | group[b]
            for word in joined:
                group[word] = joined
    unique = {id(members): members for members in group.values()}
    return [[word for word in words if word in members] for members in unique.values()]


def _different(items: Sequence[Item]) -> int:
    """Count complaints of different wording: variants of one template are one."""
    kept: list[frozenset[str]] = []
    for item in items:
        if not any(len(item.words & other) >= _ALIKE * len(item.words | other) for other in kept):
            kept.append(item.words)
        if len(kept) >= _LEAST:
            break
    return len(kept)


def _topic(
    words: Sequence[str], items: Sequence[Item], p_of: Mapping[str, float], unheard: Set[str], today: date
) -> Topic | None:
    needed = min(2, len(words))
    wanted = set(words)
    held = [item for item in items if len(wanted & item.words) >= needed]
    if _different(held) < _LEAST:
        return None
    if len(words) < 2 and words[0] not in unheard and p_of[words[0]] > _SINGLE:
        return None
    kind, most = Counter(item.kind for item in held).most_common(1)[0]
    sure = sum(item.sure for item in held if item.kind == kind) / most
    explained = most >= _EXPLAINED_SHARE * len(held) and sure >= _EXPLAINED_SURE
    return Topic(
        tuple(words[:_SHOWN]),
        today,
        len(held),
        kind if explained else None,
        p_of[words[0]],
        tuple(item.id for item in held[-20:]),
    )
