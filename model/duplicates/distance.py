"""The distance between two complaints that carry coordinates."""

from __future__ import annotations

import math
from typing import Final

from model.duplicates.document import Document

_EARTH_M: Final = 6_371_000.0


def distance_m(a: Document, b: Document) -> float | None:
    """Return the great-circle distance in metres (haversine), ``None`` where a coordinate is missing."""
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    one, other = math.radians(a.latitude), math.radians(b.latitude)
    turn = math.radians(b.longitude - a.longitude)
    half = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(turn / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(min(half, 1.0)))
