"""The one file that describes a training run, with its defaults; it is stored in the bundle."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.errors import PilahError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FeatureConfig(_Section):
    """Set the vocabulary.

    ``min_words`` and ``min_chars``: in how many texts a word or character feature must occur; ``max_words`` and
    ``max_chars``: the most that are kept, the commonest.
    ``encoder``: word vectors beside them: those of the shipped bundle (``base``), ``none``, or a folder that
    ``pilah encoder build`` wrote.
    """

    min_words: int = Field(2, ge=1)
    min_chars: int = Field(3, ge=1)
    max_words: int = Field(150_000, ge=100)
    max_chars: int = Field(30_000, ge=100)
    encoder: str = Field("base", min_length=1)


class HeadConfig(_Section):
    """Set the linear heads.

    ``ridge`` and ``balance``: penalties, and how far rare labels count as much as frequent ones (0 not, 1 fully); with
    few rows the best pair on unseen rows is chosen, else the first. ``min_rows``: labels with fewer rows
    are learned under their parent. ``title_dropout``: share of the rows learned without their title, which is often an
    admin's and missing at intake. ``category_knowledge``: part of the responsibility table in the category; small where
    the labels follow local custom.
    """

    ridge: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] = Field((1.0, 4.0), min_length=1)
    balance: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field((0.5, 1.0), min_length=1)
    min_rows: int = Field(3, ge=1)
    title_dropout: float = Field(0.15, ge=0, le=1)
    category_knowledge: float = Field(0.1, ge=0, le=1)


class TransformerConfig(_Section):
    """Set the accurate tier, off by default.

    ``encoder``: a folder that ``pilah encoder build --from`` wrote, or ``none``. ``epochs`` of fine-tuning (0: the
    encoder stays as it is and only heads are learned on it), at ``learning_rate``, ``batch`` texts at a time, the
    lowest ``frozen_layers`` left as they are. ``max_tokens``: pieces of a text that are read.
    """

    encoder: str = Field("none", min_length=1)
    epochs: int = Field(4, ge=0, le=100)
    learning_rate: float = Field(1.2e-4, gt=0, lt=1)
    batch: int = Field(16, ge=1)
    frozen_layers: int = Field(3, ge=0)
    max_tokens: int = Field(128, ge=8, le=512)


class PolicyConfig(_Section):
    """Set the promise of automatic routing: at most ``target`` wrong, with ``confidence``."""

    target: float = Field(0.05, gt=0, lt=1)
    confidence: float = Field(0.9, gt=0, lt=1)


class Config(_Section):
    """Describe a run; every value has a default.

    ``shareable`` leaves confidential reports out and keeps only features that at least ``min_shared`` texts use, so
    that the bundle may leave the house. ``home`` is the Kemendagri code of the deployment's region. ``agency`` says
    whether the names of local offices are learned (``labels``) or only what they do (``functions``), as a bundle for
    the whole country must.
    """

    name: str = Field("pilah", pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    seed: int = Field(0, ge=0, lt=2**32)
    home: str | None = Field(None, pattern=r"^\d{2}(\.\d{2})?$")
    shareable: bool = False
    min_shared: int = Field(5, ge=2)
    calibration_folds: int = Field(5, ge=2, le=20)
    agency: Literal["labels", "functions"] = "labels"
    features: FeatureConfig = FeatureConfig()
    heads: HeadConfig = HeadConfig()
    transformer: TransformerConfig = TransformerConfig()
    policy: PolicyConfig = PolicyConfig()

    @model_validator(mode="after")
    def _keep_private(self) -> Config:
        """Refuse to fine-tune what may leave the house: weights can hold what a single complaint said."""
        if self.shareable and self.transformer.encoder != "none" and self.transformer.epochs:
            raise ValueError("transformer.epochs must be 0 where shareable is true")
        return self

    def to_toml(self) -> str:
        """Write the run with all its defaults filled in.

        >>> Config(seed=7).to_toml().splitlines()[1]
        'seed = 7'
        """
        plain, sections = [], []
        for key, value in self.model_dump(exclude_none=True).items():
            if isinstance(value, dict):
                sections += ["", f"[{key}]", *(f"{k} = {_toml(v)}" for k, v in value.items())]
            else:
                plain.append(f"{key} = {_toml(value)}")
        return "\n".join([*plain, *sections]) + "\n"


def read_config(path: Path | None) -> Config:
    """Read ``config.toml`` or return the defaults.

    :raises PilahError: PLH-302 naming the setting that is wrong.
    """
    if path is None:
        return Config()
    try:
        return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PilahError("PLH-302", f"{path}: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise PilahError("PLH-302", f"{path}: {faults}") from error


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
