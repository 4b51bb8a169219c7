"""Cut an evaluation into slices: where the system is good, and where it is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.agencies import parse_agency
from data.check_labels import agreement
from data.complaint import Record
from data.dates import JAKARTA
from data.functions import function_of
from data.language import INDONESIAN, JAVA, OTHER, language
from data.near_duplicates import near_duplicate_groups
from evaluation.metrics import bootstrap
from evaluation.protocols import QUESTIONS, Case, Split
from evaluation.rates import interval
from model.bundle import Bundle

_LEAST = 5
_MOST = 40
_DRAWS = 400
_INFORMAL = re.compile(
    r"\b(?:yg|gak|ga|nggak|ngga|gk|tdk|sdh|udh|udah|blm|krn|dgn|utk|jg|klo|kalo|bgt|dong|sih|nih|kok|aja)\b"
)
_SMS_LENGTH = 160
_JAVA_PROVINCES = frozenset({"31", "32", "33", "34", "35", "36"})


@dataclass(frozen=True, slots=True)
class Learned:
    """Hold what a fold's model had seen: labels by question, and regions."""

    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()


def learned_by_fold(records: Sequence[Record], splits: Sequence[Split]) -> dict[int, Learned]:
    """Read what each fold could learn.

    :param records: cleaned, in the order that the splits count.
    """
    from data.hygiene import truth  # noqa: PLC0415

    found = {}
    for split in splits:
        rows = [records[i] for i in split.train]
        truths = [truth(row) for row in rows]
        labels = {q: frozenset(label for t in truths if (label := getattr(t, q)) is not None) for q in QUESTIONS}
        found[split.fold] = Learned(labels, frozenset(r for row in rows if (r := region_of(row)) is not None))
    return found


def learned_by_bundle(bundle: Bundle) -> Learned:
    """Read what a finished bundle had seen; its regions are those of the offices that it learned."""
    labels = {name: frozenset(head.labels) for name, head in bundle.heads.items()}
    codes = [parse_agency(label).region_code for label in labels.get("agency", ())]
    return Learned(labels, frozenset(code[:5] for code in codes if code is not None))


def region_of(record: Record) -> str | None:
    """Return the regency or province that a complaint belongs to: by its agency's name, else by its own field."""
    if record.labels.agency is not None:
        code = parse_agency(record.labels.agency).region_code
        if code is not None:
            return code[:5]
    return record.complaint.regency


def slices_of(record: Record) -> dict[str, str]:
    """Name the slices that a complaint belongs to, one of each kind."""
    complaint = record.complaint
    text = f"{complaint.title or ''} {complaint.text}".lower()
    spoken, region = language(text), region_of(record)
    size = len(complaint.text)
    found = {
        "length": next(name for most, name in _LENGTHS if size <= most),
        "language": "dialect" if spoken not in (INDONESIAN, OTHER) else spoken,
        "register": "informal" if len(_INFORMAL.findall(text)) >= 2 else "plain",
        "sms": "yes" if "sms" in (complaint.channel or "").casefold() or _is_short_hand(text) else "no",
        "title": "yes" if complaint.title else "no",
    }
    if region is not None:
        found["region"] = region
        if region[:2].isdigit():
            found["island"] = "Java" if region[:2] in _JAVA_PROVINCES else "beyond Java"
    if spoken not in JAVA and spoken not in (OTHER, "inggris"):
        found["island"] = "beyond Java"
    if complaint.date is not None:
        found["month"] = f"{complaint.date.astimezone(JAKARTA):%Y-%m}"
    return found


_LENGTHS = ((60, "up to 60"), (200, "61 to 200"), (600, "201 to 600"), (10**9, "more than 600"))


def _is_short_hand(text: str) -> bool:
    return len(text) <= _SMS_LENGTH and len(_INFORMAL.findall(text)) >= 2


def slice_report(
    cases: Sequence[Case], records: Sequence[Record], system: str, learned: Mapping[int, Learned] | None = None
) -> dict[str, Any]:
    """Measure every slice of every question, the noise ceiling, and the kinds of error of the agency.

    :param records: cleaned, of the cases, in any order.
    :param learned: what each fold's model had seen; ``None`` where unknown.
    """
    by_id = {record.complaint.id: record for record in records}
    kept = [case for case in cases if case.id in by_id]
    texts = [f"{by_id[c.id].complaint.title or ''} {by_id[c.id].complaint.text}" for c in kept]
    groups = near_duplicate_groups(texts)
    of = [slices_of(by_id[case.id]) for case in kept]
    report: dict[str, Any] = {}
    for question in QUESTIONS:
        rows: dict[tuple[str, str], list[bool]] = {}
        for case, names in zip(kept, of, strict=True):
            truth, answer = getattr(case.truth, question), case.answers.get(system, {}).get(question)
            if truth is None or answer is None:
                continue
            right = answer.ranked[:1] == (truth,)
            for kind, name in {**names, "label": truth, **_novelty(case, question, names, learned)}.items():
                rows.setdefault((kind, name), []).append(right)
        if rows:
            report[question] = {"slices": _measured(rows), "ceiling": _ceiling(kept, question, groups)}
    if "agency" in report:
        report["agency"]["errors"] = error_kinds(kept, system)
    return report


def _novelty(
    case: Case, question: str, names: Mapping[str, str], learned: Mapping[int, Learned] | None
) -> dict[str, str]:
    known = (learned or {}).get(case.fold)
    if known is None:
        return {}
    found = {"seen label": "yes" if getattr(case.truth, question) in known.labels.get(question, ()) else "no"}
    if "region" in names and known.regions:
        found["seen region"] = "yes" if names["region"] in known.regions else "no"
    return found


def _measured(rows: Mapping[tuple[str, str], list[bool]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for (kind, name), rights in sorted(rows.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1])):
        listed = found.setdefault(kind, [])
        if len(rights) < _LEAST and kind in ("label", "region", "month"):
            continue
        if len(listed) < _MOST:
            values = np.array(rights, float)
            low, high = bootstrap(values, np.random.default_rng(0), n=_DRAWS)
            listed.append(
                {"name": name, "n": len(rights), "accuracy": round(float(values.mean()), 4), "low": round(low, 4),
                 "high": round(high, 4)}
            )  # fmt: skip
    for kind in ("month", "length"):
        if kind in found:
            order = [name for _, name in _LENGTHS] if kind == "length" else sorted(s["name"] for s in found[kind])
            found[kind].sort(key=lambda entry, o=order: o.index(entry["name"]))  # type: ignore[misc]
    return {kind: listed for kind, listed in found.items() if listed}


def _ceiling(cases: Sequence[Case], question: str, groups: np.typing.NDArray[np.int64]) -> dict[str, Any] | None:
    """Return how often near-identical rows have one label: about the most that any model can reach."""
    same, pairs, _ = agreement([getattr(case.truth, question) for case in cases], groups)
    if not pairs:
        return None
    low, high = interval(same, pairs)
    return {"pairs": pairs, "agreement": round(same / pairs, 4), "low": round(low, 4), "high": round(high, 4)}


def error_kinds(cases: Sequence[Case], system: str) -> dict[str, int]:
    """Count wrong agencies by what is wrong first: function, region, tier, or only the office."""
    counts: Counter[str] = Counter()
    for case in cases:
        answer = case.answers.get(system, {}).get("agency")
        if case.truth.agency is None or answer is None or not answer.ranked or answer.ranked[0] == case.truth.agency:
            continue
        said, true = parse_agency(answer.ranked[0]), parse_agency(case.truth.agency)
        if function_of(answer.ranked[0]) != function_of(case.truth.agency):
            counts["function"] += 1
        elif said.tier != true.tier:
            counts["tier"] += 1
        elif said.region_code != true.region_code:
            counts["region"] += 1
        else:
            counts["office"] += 1
    return dict(counts.most_common())
