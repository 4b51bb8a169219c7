"""Read the predictions of any other system, to score them on the rows that ours are scored on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.categories import resolve
from data.complaint import Record
from data.errors import PilahError
from data.labels import canonical_agency, clean_label, contract_type
from evaluation.protocols import Answer, Answers

_QUESTIONS = ("agency", "category", "type")


class Spellings:
    """Bring an outside system's labels into the spelling of the cleaned truths.

    A label that the file itself uses is cleaned as the file's own labels were; others by themselves.

    :param raw: the records as read.
    :param cleaned: the same, cleaned.
    """

    def __init__(self, raw: Sequence[Record], cleaned: Sequence[Record]) -> None:
        self._known: dict[tuple[str, str], str] = {}
        for before, after in zip(raw, cleaned, strict=True):
            for question in _QUESTIONS:
                old, new = getattr(before.labels, question), getattr(after.labels, question)
                if old is not None and new is not None:
                    self._known[question, old] = new
                    self._known[question, new] = new

    def clean(self, question: str, label: str) -> str:
        """Return the label in the file's spelling."""
        known = self._known.get((question, label))
        if question == "type":
            return contract_type(known or label) or known or label
        if known is not None:
            return known
        if question == "agency":
            name = canonical_agency(label) or label
            return self._known.get((question, name), name)
        match = resolve(label)
        name = match.label if match is not None else clean_label(label) or label
        return self._known.get((question, name), name)


def read_predictions(path: Path, spellings: Spellings) -> dict[str, Answers]:
    """Read lines ``{"id", "agency", "category", "type"}`` by id.

    Each answer is a label, an object as in an assessment (``label``, ``probability``, ``alternatives``) or as in
    ``predictions.jsonl`` (``ranked``, ``confidence``). So the output of ``pilah score`` can be read too.

    :raises PilahError: PLH-305 naming the line that cannot be read.
    """
    if not path.is_file():
        raise PilahError("PLH-101", f"{path.name}: there is no such file")
    found: dict[str, Answers] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
            answers = _answers(document, spellings)
            found[str(document["id"])] = answers
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PilahError("PLH-305", f"{path.name}, line {number}: {error!r}") from error
    if not found:
        raise PilahError("PLH-305", f"{path.name}: no line")
    return found


def _answers(document: Mapping[str, Any], spellings: Spellings) -> Answers:
    answers: Answers = {}
    for question in _QUESTIONS:
        value = document.get(question)
        if value is None:
            continue
        labels, confidence = _ranked(value)
        answers[question] = Answer(tuple(spellings.clean(question, label) for label in labels), confidence)
    return answers


def _ranked(value: Any) -> tuple[list[str], float]:
    if isinstance(value, str):
        return [value], math.nan
    if "ranked" in value:
        stated = value.get("confidence")
        return [str(label) for label in value["ranked"]], math.nan if stated is None else float(stated)
    labels = [str(value["label"]), *(str(other["label"]) for other in value.get("alternatives") or ())]
    stated = value.get("probability")
    return labels, math.nan if stated is None else float(stated)
