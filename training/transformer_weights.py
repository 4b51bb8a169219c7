"""Read and write a small transformer: the folder that ``pilah encoder build --from`` makes and training starts from.

The folder is what Hugging Face's ``AutoModel`` and ``AutoTokenizer`` load: ``config.json``, ``model.safetensors``,
``tokenizer.json`` and ``tokenizer_config.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from data.errors import PilahError

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
WORDS, POSITIONS, TYPES = (f"embeddings.{name}_embeddings.weight" for name in ("word", "position", "token_type"))
_FAMILIES = {"bert": 0, "roberta": 2, "xlm-roberta": 2}  # architecture, and the position of the first piece
_PREFIXES = ("bert.", "roberta.", "0.auto_model.")

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Shape:
    """Describe an encoder of the BERT family (Devlin et al. 2019).

    :param heads: of attention, in each layer.
    :param width: of each vector.
    :param inner: width inside the feed-forward part.
    :param epsilon: of the layer normalisation.
    :param first: position of the first piece; RoBERTa counts from two.
    """

    layers: int
    heads: int
    width: int
    inner: int
    epsilon: float = 1e-12
    first: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Hold a transformer as training starts from it.

    :param weights: by the names of ``BertModel``.
    :param tokenizer: the document of ``tokenizer.json``.
    :param prefix: what its makers put before every text, e.g. ``"query: "``.
    """

    shape: Shape
    weights: Weights
    tokenizer: dict[str, Any]
    prefix: str = ""

    @property
    def longest(self) -> int:
        """Return how many pieces of a text it can read."""
        return int(self.weights[POSITIONS].shape[0]) - self.shape.first

    def save(self, directory: Path) -> None:
        """Write the folder."""
        directory.mkdir(parents=True, exist_ok=True)
        shape = self.shape
        config = {
            "architectures": ["BertModel"],
            "model_type": "bert" if shape.first == 0 else "xlm-roberta",
            "vocab_size": self.weights[WORDS].shape[0],
            "hidden_size": shape.width,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "max_position_embeddings": self.weights[POSITIONS].shape[0],
            "type_vocab_size": self.weights[TYPES].shape[0],
            "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu",
            "pilah_prefix": self.prefix,
        }
        save_file({name: np.ascontiguousarray(w) for name, w in self.weights.items()}, directory / WEIGHTS)
        (directory / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        marks = [entry["content"] for entry in self.tokenizer["added_tokens"]]
        reading: dict[str, Any] = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": self.longest}
        padding = next((mark for mark in marks if mark in ("<pad>", "[PAD]")), marks[0])
        reading["pad_token"] = padding
        (directory / "tokenizer_config.json").write_text(json.dumps(reading) + "\n", encoding="utf-8")
        text = json.dumps(self.tokenizer, ensure_ascii=False, separators=(",", ":"))
        (directory / TOKENIZER).write_text(text + "\n", encoding="utf-8")


def load_source(directory: Path) -> Source:
    """Read a folder.

    :raises PilahError: PLH-208 if it cannot be read or is of an unknown architecture.
    """
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
        tokenizer = json.loads((directory / TOKENIZER).read_text(encoding="utf-8"))
        weights = load_file(directory / WEIGHTS)
        prefix = str(config.get("pilah_prefix", ""))
        return Source(read_shape(config), plain_names(weights), tokenizer, prefix)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, SafetensorError) as error:
        raise PilahError("PLH-208", f"{directory}: {error!r}") from error


def read_shape(config: Mapping[str, Any]) -> Shape:
    """Read the shape from Hugging Face's ``config.json``.

    :raises ValueError: if the architecture is none of the BERT family.
    """
    family = str(config["model_type"])
    if family not in _FAMILIES or config.get("hidden_act", "gelu") != "gelu":
        raise ValueError(f"architecture {family!r}; these can be used: {', '.join(_FAMILIES)}, with gelu")
    return Shape(
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        width=int(config["hidden_size"]),
        inner=int(config["intermediate_size"]),
        epsilon=float(config["layer_norm_eps"]),
        first=_FAMILIES[family],
    )


def plain_names(weights: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Take what an encoder needs, under the names of ``BertModel``, as float32.

    :raises ValueError: if the word vectors are missing.
    """
    found = {}
    for name, values in weights.items():
        plain = next((name.removeprefix(p) for p in _PREFIXES if name.startswith(p)), name)
        if plain.startswith(("embeddings.", "encoder.layer.")) and plain.endswith((".weight", ".bias")):
            found[plain] = np.asarray(values, np.float32)
    missing = [name for name in (WORDS, POSITIONS, TYPES) if name not in found]
    if missing:
        raise ValueError(f"no {', '.join(missing)}")
    return found
