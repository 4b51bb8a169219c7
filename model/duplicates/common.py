"""How common words are in Indonesian complaints at large, so that a nearly empty index can already tell rare ones."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from data.errors import PilahError

COMMON_WORDS: Final = Path(__file__).parent / "base_weights" / "duplicate_words.json"
"""Words that at least one text in a thousand has, with that share; no rare words and no names."""

BACKGROUND: Final = 1000
"""The shares count as this many complaints beside those that are stored."""


@cache
def common_words() -> dict[str, float]:
    """Return the share of texts that have each common word.

    :raises PilahError: PLH-603 if the file is missing or damaged.
    """
    try:
        packed = json.loads(COMMON_WORDS.read_text(encoding="utf-8"))
        return {str(word): float(share) for word, share in packed["share"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PilahError("PLH-603", COMMON_WORDS.name) from error
