"""Turn a text into the vector of a small transformer: the optional accurate tier.

Needs the extra ``accurate`` (onnxruntime and tokenizers), which is imported when the first text is read; no torch. One
thread, one text at a time. The file that runs was made by ``training/transformer_onnx.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import PilahError
from data.privacy import MASK

INPUT, OUTPUT = "ids", "vector"
_KEPT = 16  # texts whose vectors are kept: one complaint is asked about several times in a row
_MASKED = re.compile(rf"{re.escape(MASK)}{{2,}}")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Transformer:
    """Encode texts.

    :param network: the ONNX file.
    :param tokenizer: ``tokenizer.json``.
    :param max_tokens: pieces of a text that are read, marks included; what follows is left out.
    :param prefix: put before every text.
    """

    network: bytes = field(repr=False)
    tokenizer: str = field(repr=False)
    max_tokens: int = 128
    prefix: str = ""

    def encode(self, text: str) -> Floats:
        """Return the vector of a normalised text.

        :raises PilahError: PLH-207 without the extra, PLH-208 if the file cannot be run.
        """
        return self._encode(text)

    @cached_property
    def _encode(self) -> Callable[[str], Floats]:
        run, pieces = _session(self.network), Pieces(self.tokenizer, self.max_tokens, self.prefix)

        @lru_cache(maxsize=_KEPT)
        def encode(text: str) -> Floats:
            (vector,) = run([OUTPUT], {INPUT: pieces(text)})
            found = np.asarray(vector, np.float32)
            found.setflags(write=False)
            return found

        return encode


class Pieces:
    """Cut texts into the numbers of their pieces.

    :param tokenizer: ``tokenizer.json``.
    :raises PilahError: PLH-207 without the extra, PLH-208 if the tokenizer cannot be read.
    """

    def __init__(self, tokenizer: str, max_tokens: int, prefix: str) -> None:
        try:
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError as error:
            raise PilahError("PLH-207", str(error)) from error
        try:
            self._tokenizer = Tokenizer.from_str(tokenizer)
        except Exception as error:  # the library raises nothing narrower
            raise PilahError("PLH-208", f"tokenizer: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._prefix = prefix

    def __call__(self, text: str) -> NDArray[np.int64]:
        """Return the numbers of a text's pieces, shape (n,); a run of masked characters is read as one."""
        shown = self._prefix + _MASKED.sub(MASK, text)
        return np.array(self._tokenizer.encode(shown).ids, np.int64)


def _session(network: bytes) -> Callable[[list[str], dict[str, NDArray[Any]]], list[NDArray[Any]]]:
    try:
        import onnxruntime as runtime  # noqa: PLC0415
    except ImportError as error:
        raise PilahError("PLH-207", str(error)) from error
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = runtime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library raises classes of its own for each kind of damage
        raise PilahError("PLH-208", f"network: {error}") from error
    run: Callable[[list[str], dict[str, NDArray[Any]]], list[NDArray[Any]]] = session.run
    return run
