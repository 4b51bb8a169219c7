"""Write and read a bundle: the directory that holds a trained model.

Loading executes no code from the bundle. A missing file, a wrong hash or a newer schema is refused with a coded error.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from data.errors import PilahError
from model.accurate import FILES as ACCURATE_FILES
from model.accurate import Accurate
from model.classifier import Calibration, Group, Head, LinearModel
from model.encoder import Encoder
from model.features import Floats, SparseVector, Vectoriser

SCHEMA = 2
PLAIN_SCHEMA = 1
"""Of a bundle without a transformer, which programs of before the accurate tier read too."""
_ARRAYS, _VOCABULARY, _HEADS, _CONFIG, _CARD = (
    "arrays.safetensors",
    "vocabulary.json",
    "heads.json",
    "config.toml",
    "MODEL_CARD.md",
)
_REQUIRED = (_ARRAYS, _VOCABULARY, _HEADS, _CONFIG, _CARD)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")  # a file in the bundle itself, nowhere else
_BROKEN = (
    ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError, SafetensorError
)  # fmt: skip


@dataclass(frozen=True)
class Bundle:
    """Hold a trained model and what is known about it.

    :param id: short name with the day it was made.
    :param created: ISO time.
    :param vectoriser: the shared features.
    :param linear: the weights of all heads.
    :param heads: by question.
    :param home: Kemendagri code of the region whose history it learned; ``None`` for a national bundle.
    :param category_knowledge: part of the responsibility table in the category, in [0, 1].
    :param metadata: data fingerprint, label sets, metrics, thresholds, library versions.
    :param config: the run's ``config.toml``, as text.
    :param card: the model card, in Markdown.
    :param extras: further JSON documents by file name (duplicate scorer, policy).
    :param accurate: the transformer that votes beside the linear heads; ``None`` in the default tier.
    :param digest: ``sha256:…`` of the manifest; empty before it is saved.
    """

    id: str
    created: str
    vectoriser: Vectoriser
    linear: LinearModel
    heads: Mapping[str, Head]
    home: str | None = None
    category_knowledge: float = 0.0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""
    card: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)
    accurate: Accurate | None = None
    digest: str = ""

    def margins(self, features: SparseVector, document: str) -> Floats:
        """Return one score per group of every head, shape (n_groups,).

        :param document: the text that the features are of.
        :raises PilahError: PLH-207 if the bundle has a transformer and its libraries are missing.
        """
        margins = self.linear.margins(features)
        return margins if self.accurate is None else self.accurate.join(margins, self.heads, document)

    def save(self, directory: Path) -> str:
        """Write the bundle whole or not at all.

        :param directory: replaced if it holds a bundle already.
        :return: the digest of the written manifest.
        :raises PilahError: PLH-204 if the directory exists and is not a bundle.
        """
        directory = directory.resolve()  # a link keeps pointing at what is replaced
        if directory.exists() and not _replaceable(directory):
            raise PilahError("PLH-204", str(directory))
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        try:
            digest = self._write(staging)
            staging.chmod(0o755)
            _take_place(staging, directory)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        return digest

    def _write(self, directory: Path) -> str:
        arrays = {
            "weights": self.linear.weights,
            "scales": self.linear.scales,
            "bias": self.linear.bias,
            "idf": self.vectoriser.idf,
        }
        encoder = self.vectoriser.encoder
        if encoder is not None:
            arrays |= {"encoder": encoder.vectors, "encoder_scales": encoder.scales}
        save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, directory / _ARRAYS)
        vocabulary = {"words": self.vectoriser.words, "chars": self.vectoriser.chars}
        if encoder is not None:
            vocabulary["encoder"] = encoder.words
        _write_json(directory / _VOCABULARY, vocabulary)
        heads = {
            name: {
                "calibration": asdict(head.calibration),
                "columns": [head.columns.start, head.columns.stop],
                "groups": [asdict(group) for group in head.groups],
            }
            for name, head in self.heads.items()
        }
        _write_json(directory / _HEADS, heads)
        (directory / _CONFIG).write_text(self.config, encoding="utf-8")
        (directory / _CARD).write_text(self.card, encoding="utf-8")
        for name, document in self.extras.items():
            _write_json(directory / name, document)
        if self.accurate is not None:
            self.accurate.save(directory)
        manifest = {
            "schema": PLAIN_SCHEMA if self.accurate is None else SCHEMA,
            "id": self.id,
            "created": self.created,
            "home": self.home,
            "category_knowledge": self.category_knowledge,
            "extras": sorted(self.extras),
            **self.metadata,
            "files": {p.name: _sha256(p) for p in sorted(directory.iterdir())},
        }
        _write_json(directory / "manifest.json", manifest, indent=2)
        return "sha256:" + _sha256(directory / "manifest.json")


def load(directory: Path) -> Bundle:
    """Read a bundle after checking every file against the manifest.

    :raises PilahError: PLH-201 if a file is missing or named outside the bundle, PLH-202 on a wrong hash or one that is
        not stated, PLH-203 on a newer or broken bundle.
    """
    try:
        return _checked(directory)
    except _BROKEN as error:
        raise PilahError("PLH-203", f"{directory}: {error!r}") from error


def _checked(directory: Path) -> Bundle:
    path = directory / "manifest.json"
    if not path.is_file():
        raise PilahError("PLH-201", str(path))
    manifest = json.loads(path.read_text(encoding="utf-8"))
    schema, files, extras = int(manifest["schema"]), dict(manifest["files"]), list(manifest.get("extras") or [])
    if schema > SCHEMA:
        raise PilahError("PLH-203", f"{path}: schema {schema}, this program reads up to {SCHEMA}")
    required = (*_REQUIRED, *ACCURATE_FILES) if schema > PLAIN_SCHEMA else _REQUIRED
    for name in (*required, *files, *extras):
        if not _NAME.fullmatch(str(name)) or not (directory / str(name)).is_file():
            raise PilahError("PLH-201", f"{directory}: {str(name)[:100]!r}")
        if _sha256(directory / str(name)) != files.get(name):
            raise PilahError("PLH-202", str(directory / str(name)))
    return _assemble(directory, manifest, extras)


def _assemble(directory: Path, manifest: dict[str, Any], extras: list[str]) -> Bundle:
    arrays = load_file(directory / _ARRAYS)
    vocabulary = _read_json(directory / _VOCABULARY)
    encoder = None
    if "encoder" in vocabulary:
        encoder = Encoder(tuple(vocabulary["encoder"]), arrays["encoder"], arrays["encoder_scales"])
    vectoriser = Vectoriser(tuple(vocabulary["words"]), tuple(vocabulary["chars"]), arrays["idf"], encoder)
    linear = LinearModel(arrays["weights"], arrays["scales"], arrays["bias"])
    if linear.weights.dtype != np.int8 or linear.weights.shape != (vectoriser.size, linear.bias.size):
        raise ValueError(f"weights of shape {linear.weights.shape}, vocabulary of {vectoriser.size}")
    heads = {}
    for name, document in _read_json(directory / _HEADS).items():
        groups = tuple(
            Group(g["name"], g["kind"], tuple(g["members"]), tuple(g["shares"]), tuple(g["keys"]), g["function"])
            for g in document["groups"]
        )
        start, stop = document["columns"]
        if stop - start != len(groups) or not 0 <= start <= stop <= linear.bias.size:
            raise ValueError(f"head {name}: columns {start} to {stop} for {len(groups)} groups")
        heads[name] = Head(name, groups, Calibration(**document["calibration"]), slice(start, stop))
    known = {"schema", "id", "created", "home", "category_knowledge", "extras", "files"}
    return Bundle(
        id=str(manifest["id"]),
        created=str(manifest["created"]),
        vectoriser=vectoriser,
        linear=linear,
        heads=heads,
        home=manifest.get("home"),
        category_knowledge=float(manifest["category_knowledge"]),
        metadata={k: v for k, v in manifest.items() if k not in known},
        config=(directory / _CONFIG).read_text(encoding="utf-8"),
        card=(directory / _CARD).read_text(encoding="utf-8"),
        extras={name: _read_json(directory / name) for name in extras},
        accurate=Accurate.load(directory, heads) if int(manifest["schema"]) > PLAIN_SCHEMA else None,
        digest="sha256:" + _sha256(directory / "manifest.json"),
    )


def _replaceable(directory: Path) -> bool:
    return directory.is_dir() and ((directory / "manifest.json").exists() or not any(directory.iterdir()))


def _take_place(staging: Path, directory: Path) -> None:
    """Put the new bundle in the place of the older one, which is removed only after that."""
    if not directory.exists():
        staging.rename(directory)
        return
    older = staging.with_name(staging.name + "-older")
    directory.rename(older)
    try:
        staging.rename(directory)
    except BaseException:
        older.rename(directory)
        raise
    shutil.rmtree(older)


def _write_json(path: Path, document: Any, indent: int | None = None) -> None:
    separators = None if indent else (",", ":")
    text = json.dumps(document, ensure_ascii=False, indent=indent, separators=separators, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
