"""Check the texts of a file: too short, not Indonesian, repeated, confidential, with personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.complaint import Confidentiality, Record
from data.findings import Finding, Severity, graded, info, percent
from data.language import JAVA, OTHER, language
from data.privacy import contains_personal_data
from data.similar import wording

_SHORT = 15
"""Letters below which a text says too little to be routed by."""


def check_texts(records: Sequence[Record], groups: NDArray[np.int64]) -> list[Finding]:
    """Run the checks of texts.

    :param groups: near-duplicate group of each row.
    """
    return [
        _short(records),
        *_languages(records),
        *_repeated(records, groups),
        _confidential(records),
        _personal(records),
    ]


def _short(records: Sequence[Record]) -> Finding:
    rows = [r.complaint.id for r in records if sum(c.isalpha() for c in r.complaint.text) < _SHORT]
    return graded("short_texts", f"{len(rows)} texts have fewer than {_SHORT} letters.", rows, len(records), block=0.5)


def _languages(records: Sequence[Record]) -> list[Finding]:
    found = [language(f"{r.complaint.title or ''} {r.complaint.text}") for r in records]
    counts = Counter(found)
    table = tuple((name, str(n), percent(n, len(records))) for name, n in counts.most_common())
    beyond = sum(n for name, n in counts.items() if name not in JAVA and name != OTHER)
    mix = Finding(
        "languages",
        Severity.INFO,
        f"{percent(counts['indonesia'], len(records))} of the texts are mostly Indonesian; {beyond} are in a language "
        "from beyond Java.",
        columns=("language", "rows", "share"),
        table=table,
    )
    rows = [r.complaint.id for r, name in zip(records, found, strict=True) if name in (OTHER, "inggris")]
    says = f"{len(rows)} texts are not recognisable as Indonesian or a regional language."
    return [mix, graded("not_indonesian", says, rows, len(records), block=0.8)]


def _repeated(records: Sequence[Record], groups: NDArray[np.int64]) -> list[Finding]:
    texts = Counter(wording(r.complaint.text) for r in records)
    exact = [r.complaint.id for r in records if texts[wording(r.complaint.text)] > 1]
    sizes = Counter(groups.tolist())
    near = [r.complaint.id for r, group in zip(records, groups.tolist(), strict=True) if sizes[group] > 1]
    clusters = sorted((size for size in sizes.values() if size > 1), reverse=True)
    says = (
        f"{len(near)} rows stand in {len(clusters)} clusters of near-identical wording"
        f"{f', the largest of {clusters[0]}' if clusters else ''}; a random split would spread them over both sides."
    )
    return [
        info("exact_duplicates", f"{len(exact)} rows share their exact wording with another row.", exact),
        info("near_duplicates", says, near),
    ]


def _confidential(records: Sequence[Record]) -> Finding:
    rows = [r.complaint.id for r in records if r.complaint.confidentiality is Confidentiality.RAHASIA]
    hidden = sum(r.complaint.confidentiality is Confidentiality.ANONIM for r in records)
    says = (
        f"{len(rows)} rows are marked rahasia (a bundle that leaves the house must be made with --shareable), "
        f"{hidden} anonim."
    )
    return graded("confidential", says, rows, len(records))


def _personal(records: Sequence[Record]) -> Finding:
    kinds: Counter[str] = Counter()
    rows = []
    for record in records:
        found = contains_personal_data(f"{record.complaint.title or ''}\n{record.complaint.text}")
        kinds.update(found)
        if found:
            rows.append(record.complaint.id)
    finding = graded(
        "personal_data",
        f"{len(rows)} texts hold personal data; it is masked before anything is learned.",
        rows,
        len(records),
    )
    table = tuple((kind, str(n)) for kind, n in kinds.most_common())
    return Finding(finding.kind, finding.severity, finding.says, finding.rows, ("kind", "rows"), table)
