"""Let a candidate answer live traffic beside the live model, seen by nobody, and report where they differ.

What is kept is a line a complaint with its id and both models' labels, in the folder of the registry; the lines of an
erased complaint are removed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from data.errors import PilahError
from evaluation.rates import interval
from service.codec import from_plain
from service.live_model import Load
from service.settings import Settings
from service.storage.store import Store
from service.viewer import EVERYTHING
from training.registry import Registry

log = logging.getLogger(__name__)
_AT_ONCE = 20
_QUESTIONS = ("agency", "category", "type")


def _file(folder: Path, name: str) -> Path:
    return folder / f"shadow-{name}.jsonl"


class ShadowRunner:
    """Answer again, with the candidate, what the live model has answered; never in a request's way.

    :param count: called with ``same`` or ``differs`` for each complaint.
    """

    def __init__(
        self, store: Store, settings: Settings, load: Load, count: Callable[[str], object] = lambda _outcome: None
    ) -> None:
        self._store = store
        self._interval = settings.follow_interval
        self._registry = Registry(settings.var / "models")
        self._load = load
        self._count = count
        self._name: str | None = None
        self._triage: Any = None
        self._cursor = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                while await asyncio.to_thread(self.some):
                    await asyncio.sleep(0.05)
            except (PilahError, OSError) as error:
                log.error("the shadow model could not follow", extra={"detail": str(error)})

    def some(self) -> bool:
        """Answer some complaints; say whether more may wait."""
        name = self._registry.pointed("shadow")
        if name != self._name:
            self._triage = self._load(self._registry.path(name)) if name is not None else None
            self._name, self._cursor = name, self._store.last_seq()
        if name is None:
            return False
        events = self._store.events_after(self._cursor, _AT_ONCE, ("assessed", "deleted"))
        lines = []
        for event in events:
            if event.kind == "deleted":
                _forget(_file(self._registry.folder, name), event.complaint_id)
            elif (state := self._store.complaint(event.complaint_id, EVERYTHING)) is not None:
                start = time.process_time()
                answer = self._triage.assess(from_plain(dict(state.content))).to_dict()
                seconds = time.process_time() - start
                line: dict[str, Any] = {
                    "id": event.complaint_id,
                    "ms": round(1000 * seconds, 2),
                    "live": {},
                    "shadow": {},
                }
                for question in _QUESTIONS:
                    line["live"][question] = event.payload.get(question)
                    line["shadow"][question] = answer[question]["label"] if answer[question] else None
                self._count("same" if line["live"] == line["shadow"] else "differs")
                lines.append(json.dumps(line, ensure_ascii=False))
            self._cursor = event.seq
        if lines:
            with _file(self._registry.folder, name).open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        return len(events) == _AT_ONCE


def _forget(path: Path, complaint_id: str) -> None:
    if path.is_file():
        kept = [
            line for line in path.read_text(encoding="utf-8").splitlines() if json.loads(line)["id"] != complaint_id
        ]
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def report(folder: Path, name: str, decided: Mapping[str, Mapping[str, str | None]] | None = None) -> dict[str, Any]:
    """Say how often a shadow model differed from the live one, and who was right where people have decided.

    :param decided: what people decided, by complaint and question.
    """
    path = _file(folder, name)
    if not path.is_file():
        return {"n": 0}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found: dict[str, Any] = {"n": len(lines), "ms": round(sum(line["ms"] for line in lines) / max(1, len(lines)), 2)}
    for question in _QUESTIONS:
        differing = [line for line in lines if line["live"][question] != line["shadow"][question]]
        pairs = Counter((line["live"][question], line["shadow"][question]) for line in differing)
        low, high = interval(len(differing), len(lines))
        found[question] = {
            "differs": round(len(differing) / max(1, len(lines)), 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "most": [{"live": a, "shadow": b, "n": n} for (a, b), n in pairs.most_common(10)],
            "ids": [line["id"] for line in differing[-20:]],
        }
        truths = [(line, label) for line in lines if (label := (decided or {}).get(line["id"], {}).get(question))]
        if truths:
            found[question]["decided"] = {
                "n": len(truths),
                "live_right": sum(line["live"][question] == label for line, label in truths),
                "shadow_right": sum(line["shadow"][question] == label for line, label in truths),
            }
    return found
