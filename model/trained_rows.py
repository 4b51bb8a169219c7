"""The marks of the rows that a bundle was trained on, which it carries so that nobody measures it on them."""

from __future__ import annotations

from data.errors import PilahError
from data.sketch import Seen
from model.bundle import Bundle

FILE = "trained_rows.json"


def trained_rows(bundle: Bundle) -> Seen | None:
    """Return the marks of a bundle's training rows; ``None`` where it carries none.

    :raises PilahError: PLH-203 if they are damaged.
    """
    document = bundle.extras.get(FILE)
    if document is None:
        return None
    try:
        return Seen.from_document(document)
    except (ValueError, KeyError, TypeError) as error:
        raise PilahError("PLH-203", f"{FILE}: {error!r}") from error
