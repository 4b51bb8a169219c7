"""Recognise a text again, exactly or nearly, from a few bytes that do not give it away.

The exact mark is a hash. The near one is a b-bit MinHash (Li and König 2010): eight bits of the least hash of the
text's character shingles under each of 32 functions. Equal bytes estimate the Jaccard similarity; each byte has a
256th of all shingles behind it, so that none can be read back.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.privacy import mask
from data.similar import THRESHOLD, shingles, wording

_FUNCTIONS = 32
_EXACT = 8
_CHUNK = 64
_ODD = (np.random.default_rng(20260301).integers(1, 2**62, _FUNCTIONS, dtype=np.uint64) << np.uint64(1)) | np.uint64(1)
_SHIFT = np.uint64(40)
_CHANCE = 1 / 256  # two unrelated bytes are equal


def sketch(text: str) -> tuple[bytes, bytes]:
    """Return the exact mark (8 bytes) and the near mark (32 bytes) of a text; personal data does not count.

    >>> a, b = sketch("Lampu PJU mati di Soreang"), sketch("lampu pju MATI, di soreang!")
    >>> a == b, len(a[0]), len(a[1])
    (True, 8, 32)
    """
    plain = wording(mask(text))
    exact = hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=_EXACT).digest()
    hashed = shingles(plain)
    if not hashed.size:
        return exact, bytes(_FUNCTIONS)
    mixed = hashed[None, :] * _ODD[:, None]
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    least = mixed.min(axis=1)
    least ^= least >> np.uint64(29)
    return exact, (((least * np.uint64(0x94D049BB133111EB)) >> _SHIFT) & np.uint64(255)).astype(np.uint8).tobytes()


@dataclass(frozen=True)
class Seen:
    """Hold the marks of texts, e.g. of those that a bundle was trained on.

    :param near: shape (n, 32), bytes.
    """

    exact: frozenset[bytes]
    near: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Seen:
        """Mark texts."""
        return cls.of_marks([sketch(text) for text in texts])

    @classmethod
    def of_marks(cls, marks: Sequence[tuple[bytes, bytes]]) -> Seen:
        """Collect marks; equal ones count once."""
        near = np.frombuffer(b"".join(sorted({mark for _, mark in marks})), np.uint8).reshape(-1, _FUNCTIONS)
        return cls(frozenset(exact for exact, _ in marks), near)

    def to_document(self) -> dict[str, Any]:
        """Return the marks as JSON."""
        return {
            "exact": base64.b64encode(b"".join(sorted(self.exact))).decode(),
            "near": base64.b64encode(self.near.tobytes()).decode(),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Seen:
        """Read what :meth:`to_document` wrote.

        :raises ValueError: if it is damaged.
        """
        exact, near = base64.b64decode(document["exact"]), base64.b64decode(document["near"])
        if len(exact) % _EXACT or len(near) % _FUNCTIONS:
            raise ValueError("marks of a wrong length")
        marks = frozenset(exact[i : i + _EXACT] for i in range(0, len(exact), _EXACT))
        return cls(marks, np.frombuffer(near, np.uint8).reshape(-1, _FUNCTIONS))

    def find(self, texts: Sequence[str], threshold: float = THRESHOLD) -> list[str | None]:
        """Tell for each text whether it is among these: ``exact``, ``near`` or ``None``.

        :param threshold: estimated Jaccard similarity from which a text counts as near.
        """
        marks = [sketch(text) for text in texts]
        similar = np.zeros(len(marks))
        asked = np.frombuffer(b"".join(near for _, near in marks), np.uint8).reshape(-1, _FUNCTIONS)
        for start in range(0, self.near.shape[0] and asked.shape[0], _CHUNK):
            block = asked[start : start + _CHUNK]
            equal = np.zeros((block.shape[0], self.near.shape[0]), np.uint8)
            for column in range(_FUNCTIONS):
                equal += block[:, column, None] == self.near[None, :, column]
            similar[start : start + _CHUNK] = equal.max(axis=1) / _FUNCTIONS
        estimated = (similar - _CHANCE) / (1 - _CHANCE)
        return [
            "exact" if exact in self.exact else "near" if estimated[i] >= threshold else None
            for i, (exact, _) in enumerate(marks)
        ]
