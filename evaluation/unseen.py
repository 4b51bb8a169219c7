"""Leave out the rows that a bundle was trained on, exactly or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.complaint import Record
from data.errors import PilahError
from model.bundle import Bundle
from model.trained_rows import trained_rows


@dataclass(frozen=True, slots=True)
class Unseen:
    """Hold the rows that may be asked about.

    :param left_out: for each row that is not, its id and whether it is ``exact`` or ``near``.
    :param unknown: ids of bundles that do not say what they were trained on.
    """

    records: list[Record]
    left_out: dict[str, str]
    unknown: tuple[str, ...]

    def about(self) -> dict[str, object]:
        """Return what a report states."""
        kinds = list(self.left_out.values())
        stated: dict[str, object] = {
            "left_out": {"exact": kinds.count("exact"), "near": kinds.count("near"), "ids": sorted(self.left_out)}
        }
        if self.unknown:
            stated["training_rows_unknown"] = list(self.unknown)
        return stated


def unseen_by(records: Sequence[Record], bundles: Sequence[Bundle]) -> Unseen:
    """Keep the rows that none of the bundles was trained on.

    :raises PilahError: PLH-304 if none is left.
    """
    texts = [record.complaint.text for record in records]
    found: dict[int, str] = {}
    unknown = []
    for bundle in bundles:
        marks = trained_rows(bundle)
        if marks is None:
            unknown.append(bundle.id)
            continue
        for i, kind in enumerate(marks.find(texts)):
            if kind is not None and found.get(i) != "exact":
                found[i] = kind
    kept = [record for i, record in enumerate(records) if i not in found]
    if not kept:
        raise PilahError("PLH-304", f"{len(found)} of {len(records)} rows")
    return Unseen(kept, {records[i].complaint.id: kind for i, kind in sorted(found.items())}, tuple(unknown))
