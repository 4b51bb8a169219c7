"""The store that a command works on: the options that name it, and opening it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.storage.store import Store

StoreOption = Annotated[str | None, typer.Option(help="Database address; as the server's by default.")]
VarOption = Annotated[Path | None, typer.Option(help="Folder of everything the server writes.")]


@contextmanager
def open_store(address: str | None, var: Path | None = None) -> Iterator[Store]:
    """Open the store that a server may be using too.

    :param address: the database address; the server's own if ``None``.
    :param var: the server's folder; that of the settings if ``None``.
    """
    # Here, not above: a command that only prints its help must not wait for the database's libraries.
    from service.server import make_private  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415
    from service.storage.store import Store  # noqa: PLC0415

    settings = load_settings(store=address, var=var)
    if not settings.store:
        make_private(settings.var)
    store = Store(settings.store_url, settings.busy_timeout)
    try:
        yield store
    finally:
        store.close()
