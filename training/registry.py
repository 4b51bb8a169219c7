"""The model registry: which bundles there are, which one answers, which did before, and why.

A folder (``var/models``) with a copy of every bundle, ``registry.json``, and two pointers, ``live`` and ``shadow``,
each a file with one name. A pointer is replaced in one step, so a server that watches it sees the old name or the
new one, never a half-written one; nothing here needs the libraries of training.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from data.errors import PilahError
from model.bundle import load

CANDIDATE, LIVE, RETIRED = "candidate", "live", "retired"
_POINTERS: Final = ("live", "shadow")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what is known of one bundle.

    :param parent: the live model when this one was added.
    :param fingerprint: of its training data.
    :param gate: what the gate measured and said when it was promoted.
    :param forced: who promoted it against the gate, and why.
    """

    name: str
    bundle: str
    digest: str
    created: str
    added: str
    rows: int
    fingerprint: str
    state: str = CANDIDATE
    parent: str | None = None
    promoted: str | None = None
    retired: str | None = None
    gate: Mapping[str, Any] | None = None
    forced: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """Hold the registry.

    :param best: the model that did best so far on the slices it was compared on.
    :param uses: how often each slice of the gate's data was used.
    :param history: every change, oldest first.
    """

    entries: tuple[Entry, ...] = ()
    best: str | None = None
    uses: Mapping[str, int] = field(default_factory=dict)
    history: tuple[Mapping[str, Any], ...] = ()

    def get(self, name: str) -> Entry:
        """Return an entry.

        :raises PilahError: PLH-307 if there is none of that name.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.entries) or "none"
        raise PilahError("PLH-307", f"{name!r}; there are: {known}")


class Registry:
    """Read and change the registry in a folder.

    :param folder: made when something is written first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> Contents:
        """Return what the registry holds.

        :raises PilahError: PLH-308 if its file is damaged.
        """
        path = self.folder / "registry.json"
        if not path.is_file():
            return Contents()
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            entries = tuple(Entry(**entry) for entry in document["entries"])
            return Contents(entries, document["best"], dict(document["uses"]), tuple(document["history"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PilahError("PLH-308", f"{path}: {error!r}") from error

    def path(self, name: str) -> Path:
        """Return the folder of a bundle."""
        return self.folder / "bundles" / name

    def pointed(self, pointer: str) -> str | None:
        """Return the name that ``live`` or ``shadow`` points at; ``None`` if it points nowhere."""
        try:
            name = (self.folder / pointer).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return name if _NAME.fullmatch(name) and self.path(name).is_dir() else None

    def live_path(self) -> Path | None:
        """Return the folder of the live bundle; ``None`` before the first promotion."""
        name = self.pointed("live")
        return None if name is None else self.path(name)

    def add(self, directory: Path) -> Entry:
        """Take a copy of a bundle in as a candidate; the same bundle again is the same entry.

        :raises PilahError: PLH-201 to PLH-203 if it cannot be used.
        """
        bundle = load(directory)
        name = f"{bundle.id}-{bundle.digest.removeprefix('sha256:')[:6]}"
        with self._changing() as contents:
            known = [entry for entry in contents.entries if entry.name == name]
            if known:
                return known[0]
            self._copy(directory, self.path(name))
            data = bundle.metadata.get("data", {})
            entry = Entry(
                name, bundle.id, bundle.digest, bundle.created, _now(), int(data.get("rows", 0)),
                str(data.get("fingerprint", "")), parent=self.pointed("live"),
            )  # fmt: skip
            self._write(replace(contents, entries=(*contents.entries, entry)), "added", name)
        return entry

    def promote(
        self, name: str, gate: Mapping[str, Any] | None, forced: Mapping[str, str] | None = None, best: bool = False
    ) -> Entry:
        """Let a bundle answer from now on.

        :param gate: what the gate said.
        :param forced: ``by`` and ``reason`` where the gate said no.
        :param best: whether it is the best so far.
        """
        with self._changing() as contents:
            contents.get(name)
            time = _now()
            entries = tuple(_promoted(entry, name, time, gate, forced) for entry in contents.entries)
            changed = replace(contents, entries=entries, best=name if best or contents.best is None else contents.best)
            note = {"from": self.pointed("live"), **(dict(forced) if forced else {})}
            self._write(changed, "promoted", name, note)
            self._point("live", name)
            if self.pointed("shadow") == name:
                self._point("shadow", None)
        return changed.get(name)

    def rollback(self, reason: str = "") -> str | None:
        """Let the model before answer again, in one step.

        :return: its name; ``None`` if that is the bundle of the settings.
        :raises PilahError: PLH-309 if nothing was promoted.
        """
        with self._changing() as contents:
            now_live = self.pointed("live")
            promoted = [h for h in contents.history if h["what"] == "promoted" and h["name"] == now_live]
            came_from = [h for h in promoted if h["from"] != now_live]  # promoting the live model again changes nothing
            if now_live is None or not came_from:
                raise PilahError("PLH-309", str(self.folder))
            before: str | None = came_from[-1]["from"]
            time = _now()
            entries = tuple(
                replace(entry, state=RETIRED, retired=time)
                if entry.name == now_live
                else replace(entry, state=LIVE, retired=None)
                if entry.name == before
                else entry
                for entry in contents.entries
            )
            best = before if contents.best == now_live else contents.best
            self._write(replace(contents, entries=entries, best=best), "rolled back", now_live,
                        {"to": before, "reason": reason})  # fmt: skip
            self._point("live", before)
        return before

    def shadow(self, name: str | None) -> None:
        """Let a candidate score live traffic beside the live model; ``None`` ends it."""
        with self._changing() as contents:
            if name is not None:
                contents.get(name)
            self._write(contents, "shadow", name or "")
            self._point("shadow", name)

    def count_use(self, piece: str) -> None:
        """Note that a slice of the gate's data was looked at."""
        with self._changing() as contents:
            uses = {**contents.uses, piece: contents.uses.get(piece, 0) + 1}
            self._save(replace(contents, uses=uses))

    @contextmanager
    def _changing(self) -> Iterator[Contents]:
        """Read the registry and keep other commands out until the change is written."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.read()

    def _write(self, contents: Contents, what: str, name: str, note: Mapping[str, Any] | None = None) -> None:
        event = {"at": _now(), "what": what, "name": name, **(note or {})}
        self._save(replace(contents, history=(*contents.history, event)))

    def _save(self, contents: Contents) -> None:
        document = asdict(contents)
        self._replace(self.folder / "registry.json", json.dumps(document, ensure_ascii=False, indent=2) + "\n")

    def _point(self, pointer: str, name: str | None) -> None:
        assert pointer in _POINTERS  # noqa: S101
        if name is None:
            (self.folder / pointer).unlink(missing_ok=True)
        else:
            self._replace(self.folder / pointer, name + "\n")

    def _replace(self, path: Path, text: str) -> None:
        staged = path.with_name(f".{path.name}.new")
        with staged.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)

    def _copy(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            shutil.copytree(source, staging, dirs_exist_ok=True)
            if target.exists():  # left by a command that was killed before it wrote the registry
                shutil.rmtree(target)
            staging.rename(target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise


def _promoted(
    entry: Entry, name: str, time: str, gate: Mapping[str, Any] | None, forced: Mapping[str, str] | None
) -> Entry:
    if entry.name == name:
        return replace(entry, state=LIVE, promoted=time, retired=None, gate=gate, forced=forced)
    return replace(entry, state=RETIRED, retired=time) if entry.state == LIVE else entry


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
