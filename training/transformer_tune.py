"""Fine-tune a transformer on all questions at once: one softmax a question over the mean of the last layer's vectors.

Plain torch functions over a dictionary of weights; torch is imported when training starts. The word vectors and the
lowest layers stay as they are: with a few thousand complaints there is too little to learn them from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data.errors import PilahError
from training.config import TransformerConfig
from training.transformer_weights import POSITIONS, TYPES, WORDS, Shape, Source

if TYPE_CHECKING:
    from torch import Tensor

_HEAD_RATE = 2e-3
_DROPOUT = 0.1
_SMOOTHING = 0.05
_WARM_UP = 0.08
_DECAY = 0.01
_SORTED = 20  # batches within which texts are put in order of length, so that little is padded
_LARGEST_STEP = 1.0


@dataclass(frozen=True, slots=True)
class Question:
    """Hold what is asked about each text.

    :param target: number of the answer, -1 where unknown, shape (n,).
    :param size: how many answers there are.
    """

    target: NDArray[np.int64]
    size: int


def tune(
    source: Source,
    pieces: Sequence[NDArray[np.int64]],
    questions: Sequence[Question],
    config: TransformerConfig,
    seed: int,
    progress: Callable[[], object] = bool,
) -> Source:
    """Return the transformer fine-tuned.

    :param pieces: of each text.
    :param progress: called after each epoch.
    :raises PilahError: PLH-207 if torch is missing.
    """
    if config.epochs == 0:
        return source
    try:
        import torch  # noqa: PLC0415
        from torch.nn import functional as f  # noqa: PLC0415
    except ImportError as error:
        raise PilahError("PLH-207", str(error)) from error
    rng = np.random.default_rng(seed)
    weights = {name: torch.from_numpy(values.copy()) for name, values in source.weights.items()}
    learned = [weight for name, weight in weights.items() if _is_learned(name, config.frozen_layers)]
    # A head per question, from zero: its first step is what logistic regression would do.
    heads = [(torch.zeros(q.size, source.shape.width), torch.zeros(q.size)) for q in questions]
    targets = [torch.from_numpy(q.target) for q in questions]
    balance = [_balance(q) for q in questions]
    for parameter in (*learned, *(part for head in heads for part in head)):
        parameter.requires_grad_(True)
    groups = [
        {"params": learned, "lr": config.learning_rate, "weight_decay": _DECAY},
        {"params": [part for head in heads for part in head], "lr": _HEAD_RATE, "weight_decay": 0.0},
    ]
    steps = config.epochs * -(-len(pieces) // config.batch)
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    fast = torch.cpu.get_capabilities().get("avx512_bf16", False)  # half the time where processors have it
    generator = torch.Generator().manual_seed(seed)
    for _ in range(config.epochs):
        for batch in _batches(pieces, config.batch, rng):
            with torch.autocast("cpu", torch.bfloat16, enabled=fast):
                vectors = encode(weights, source.shape, [pieces[i] for i in batch]).float()
            kept = torch.rand(vectors.shape, generator=generator) >= _DROPOUT
            vectors = vectors * kept / (1 - _DROPOUT)
            rows = torch.from_numpy(batch)
            loss = vectors.sum() * 0.0
            for (matrix, bias), target, weight in zip(heads, targets, balance, strict=True):
                known = target[rows] >= 0
                if bool(known.any()):
                    scores = f.linear(vectors[known], matrix, bias)
                    wanted = target[rows][known]
                    loss = loss + f.cross_entropy(scores, wanted, torch.from_numpy(weight), label_smoothing=_SMOOTHING)
            optimiser.zero_grad()
            torch.autograd.backward([loss])
            torch.nn.utils.clip_grad_norm_(learned, _LARGEST_STEP)
            optimiser.step()
            schedule.step()
        progress()
    return replace(source, weights={name: w.detach().numpy() for name, w in weights.items()})


def encode(weights: Mapping[str, Tensor], shape: Shape, texts: Sequence[NDArray[np.int64]]) -> Tensor:
    """Return the mean of the last layer's vectors of each text, shape (n_texts, width).

    :param texts: the pieces of each.
    """
    import torch  # noqa: PLC0415
    from torch.nn import functional as f  # noqa: PLC0415

    longest = max(text.size for text in texts)
    ids = torch.from_numpy(np.stack([np.pad(text, (0, longest - text.size)) for text in texts]))
    real = torch.arange(longest)[None, :] < torch.tensor([text.size for text in texts])[:, None]
    places = weights[POSITIONS][shape.first : shape.first + longest] + weights[TYPES][0]

    def norm(values: Tensor, name: str) -> Tensor:
        return f.layer_norm(values, (shape.width,), weights[f"{name}.weight"], weights[f"{name}.bias"], shape.epsilon)

    def dense(values: Tensor, name: str) -> Tensor:
        return f.linear(values, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def by_head(values: Tensor) -> Tensor:
        return values.view(len(texts), longest, shape.heads, -1).transpose(1, 2)

    hidden = norm(f.embedding(ids, weights[WORDS]) + places, "embeddings.LayerNorm")
    for layer in range(shape.layers):
        before = f"encoder.layer.{layer}."
        query, key, value = (
            by_head(dense(hidden, f"{before}attention.self.{name}")) for name in ("query", "key", "value")
        )
        mixed = f.scaled_dot_product_attention(query, key, value, attn_mask=real[:, None, None, :])
        attended = dense(mixed.transpose(1, 2).flatten(2), f"{before}attention.output.dense")
        hidden = norm(attended + hidden, f"{before}attention.output.LayerNorm")
        inner = f.gelu(dense(hidden, f"{before}intermediate.dense"))
        hidden = norm(dense(inner, f"{before}output.dense") + hidden, f"{before}output.LayerNorm")
    counted = real[:, :, None].to(hidden.dtype)
    return (hidden * counted).sum(1) / counted.sum(1)


def _is_learned(name: str, frozen: int) -> bool:
    return name.startswith("encoder.layer.") and int(name.split(".")[2]) >= frozen


def _balance(question: Question) -> NDArray[np.float32]:
    """Weigh answers by the inverse square root of their rows, one on average over the rows."""
    counts = np.bincount(question.target[question.target >= 0], minlength=question.size)
    weights = 1.0 / np.sqrt(np.maximum(counts, 1))
    return np.asarray(weights * counts.sum() / max(1e-9, float(weights @ counts)), np.float32)


def _rate(step: int, steps: int) -> float:
    """Return the share of the learning rate: it rises, then falls to nearly nothing."""
    return min(1.0, (step + 1) / max(1.0, _WARM_UP * steps)) * max(0.02, 1.0 - step / steps)


def _batches(pieces: Sequence[NDArray[np.int64]], size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Draw the rows of an epoch in batches of texts of about the same length."""
    order = rng.permutation(len(pieces))
    found = []
    for start in range(0, order.size, size * _SORTED):
        near = sorted(order[start : start + size * _SORTED].tolist(), key=lambda i: pieces[i].size)
        found += [np.array(near[i : i + size], np.int64) for i in range(0, len(near), size)]
    return [found[i] for i in rng.permutation(len(found))]
