"""Write an encoder of the BERT family as an ONNX file that reads one text at a time, in one byte a weight.

The graph is written out operator by operator: for one text without padding it needs no attention mask, and the
quantised form is the one that onnxruntime runs fastest (activations quantised as they come, weights one scale a
column). Weights take seven bits of their byte: with eight, processors without VNNI instructions overflow, and the
same bundle would answer differently on an older machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import PilahError
from model.transformer import INPUT, OUTPUT
from training.transformer_weights import POSITIONS, TYPES, WORDS, Floats, Source

try:
    from onnx import NodeProto, TensorProto, helper, numpy_helper
except ImportError as missing:  # an extra
    raise PilahError("PLH-207", str(missing)) from missing

_OPSET, _FORMAT = 20, 10  # what onnxruntime 1.18 and later read
_LARGEST = 63.0


def export(source: Source, *, quantised: bool = True) -> bytes:
    """Return the ONNX file of an encoder: piece numbers in, the mean of the last layer's vectors out.

    :param quantised: one byte a weight instead of four.
    """
    graph = _Graph(source, quantised)
    hidden = graph.embed(INPUT)
    for layer in range(source.shape.layers):
        hidden = graph.layer(hidden, f"encoder.layer.{layer}.")
    graph.add("ReduceMean", [hidden, graph.constant("rows", np.array([0]))], [OUTPUT], keepdims=0)
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info(INPUT, TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [source.shape.width])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_FORMAT)
    return bytes(model.SerializeToString())


def quantise(weights: Floats, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """Round weights to one byte with one scale along the other axis.

    :param axis: along which the numbers share a scale.
    """
    scales = np.maximum(np.abs(weights).max(axis=axis, keepdims=True), 1e-12) / _LARGEST
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)


@dataclass(slots=True)
class _Graph:
    """Collect nodes and constants."""

    source: Source
    quantised: bool
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add(self, operator: str, inputs: Sequence[str], outputs: Sequence[str] | None = None, **settings: Any) -> str:
        """Add a node and return the name of its first output."""
        names = list(outputs or [f"{operator}_{len(self.nodes)}"])
        self.nodes.append(helper.make_node(operator, list(inputs), names, **settings))
        return names[0]

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def embed(self, ids: str) -> str:
        """Add up the vectors of pieces and positions."""
        weights, shape = self.source.weights, self.source.shape
        if self.quantised:
            table, scales = quantise(weights[WORDS], axis=1)
            rows = self.add("Cast", [self.add("Gather", [self.constant("words", table), ids])], to=TensorProto.FLOAT)
            words = self.add("Mul", [rows, self.add("Gather", [self.constant("word_scales", scales), ids])])
        else:
            words = self.add("Gather", [self.constant("words", weights[WORDS]), ids])
        places = self.constant("positions", weights[POSITIONS][shape.first :] + weights[TYPES][0])
        start = self.constant("start", np.array([0]))
        used = self.add("Slice", [places, start, self.add("Shape", [ids])])
        return self.norm(self.add("Add", [words, used]), "embeddings.LayerNorm")

    def norm(self, hidden: str, name: str) -> str:
        """Normalise each vector."""
        values = [self.constant(f"{name}.{part}", self.source.weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self.add("LayerNormalization", [hidden, *values], axis=-1, epsilon=self.source.shape.epsilon)

    def dense(self, hidden: str, name: str, weights: Floats, bias: Floats) -> str:
        """Multiply by a matrix and add a bias.

        :param weights: shape (n_inputs, n_outputs).
        """
        if self.quantised:
            values, scales = quantise(weights, axis=0)
            number = len(self.nodes)
            outputs = [f"bytes_{number}", f"scale_{number}", f"zero_{number}"]
            self.add("DynamicQuantizeLinear", [hidden], outputs)
            product = self.add("MatMulInteger", [outputs[0], self.constant(f"{name}.q", values), outputs[2]])
            scale = self.add("Mul", [outputs[1], self.constant(f"{name}.s", scales[0])])
            product = self.add("Mul", [self.add("Cast", [product], to=TensorProto.FLOAT), scale])
        else:
            product = self.add("MatMul", [hidden, self.constant(f"{name}.w", weights)])
        return self.add("Add", [product, self.constant(f"{name}.b", bias)])

    def layer(self, hidden: str, before: str) -> str:
        """Add one layer: attention, then the feed-forward part, each added to what came in and normalised."""
        attended = self._attention(hidden, before)
        attended = self.dense(attended, f"{before}ao", *self._matrix(f"{before}attention.output.dense"))
        hidden = self.norm(self.add("Add", [attended, hidden]), f"{before}attention.output.LayerNorm")
        inner = self.dense(hidden, f"{before}fi", *self._matrix(f"{before}intermediate.dense"))
        outer = self.dense(self.add("Gelu", [inner]), f"{before}fo", *self._matrix(f"{before}output.dense"))
        return self.norm(self.add("Add", [outer, hidden]), f"{before}output.LayerNorm")

    def _matrix(self, name: str) -> tuple[Floats, Floats]:
        return self.source.weights[f"{name}.weight"].T, self.source.weights[f"{name}.bias"]

    def _attention(self, hidden: str, before: str) -> str:
        shape = self.source.shape
        size = shape.width // shape.heads
        parts = [self._matrix(f"{before}attention.self.{name}") for name in ("query", "key", "value")]
        parts[0] = (parts[0][0] / np.float32(np.sqrt(size)), parts[0][1] / np.float32(np.sqrt(size)))
        matrix, bias = (np.concatenate([part[i] for part in parts], axis=-1) for i in (0, 1))
        both = self.dense(hidden, f"{before}qkv", matrix, bias)
        names = [f"{before}{name}" for name in ("query", "key", "value")]
        self.add("Split", [both], names, axis=-1, num_outputs=3)
        by_head = self.constant(f"{before}by_head", np.array([0, shape.heads, size]))
        query, key, value = (
            self.add("Transpose", [self.add("Reshape", [name, by_head])], perm=order)
            for name, order in zip(names, ([1, 0, 2], [1, 2, 0], [1, 0, 2]), strict=True)
        )
        weights = self.add("Softmax", [self.add("MatMul", [query, key])], axis=-1)
        mixed = self.add("Transpose", [self.add("MatMul", [weights, value])], perm=[1, 0, 2])
        return self.add("Reshape", [mixed, self.constant(f"{before}flat", np.array([0, shape.width]))])
