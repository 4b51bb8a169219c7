"""``pilah serve``: start the API."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.opening import VarOption

if TYPE_CHECKING:
    from model.triage import Triage
    from service.settings import Settings
    from service.storage.store import Store

FIRST_SCOPES = ("assess", "events", "read", "review")
_EXAMPLE = '{"text": "Lampu jalan di Jl. Raya Banjaran Kabupaten Bandung mati sejak seminggu, mohon diperbaiki."}'


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Folder of the model bundle.")] = None,
    store: Annotated[str | None, typer.Option(help="Database address, as sqlite:////path/pilah.db.")] = None,
    var: VarOption = None,
) -> None:
    """Start the API on 127.0.0.1:8080 with the promoted model, else the bundle of the settings (the shipped base)."""
    from model.duplicates.scorer import scorer_of  # noqa: PLC0415
    from service.live_model import live_bundle  # noqa: PLC0415
    from service.server import run  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415

    settings = load_settings(host=host, port=port, bundle=bundle, store=store, var=var)
    run(
        settings,
        lambda: load_triage(settings, live_bundle(settings)),
        announce,
        scorer=lambda triage: scorer_of(triage.bundle),
        reload=partial(load_triage, settings),
    )


def load_triage(settings: Settings, bundle: Path) -> Triage:
    """Load a bundle with the deployment's own agencies, screening rules, topics, contacts and target."""
    from model.screening import Screener  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415

    own = (settings.screening, settings.topics, settings.contacts)
    screener = Screener(*own) if any(own) else None
    return Triage.load(bundle, settings.agencies, screener=screener, target=settings.target)


def announce(store: Store, url: str) -> None:
    """Say where the server answers; on the first start make a key and show it, once."""
    from service.security import create_key  # noqa: PLC0415
    from service.storage.keys import all_keys  # noqa: PLC0415
    from service.storage.people import all_users  # noqa: PLC0415

    print(f"pilah answers on {url} (API description: {url}/docs, stop with Ctrl+C)")
    if store.read(all_keys):
        print("Keys were made before and are not shown again; make another with: pilah keys create NAME")
        key = "KEY"
    else:
        _, key = create_key(store, "first", FIRST_SCOPES)
        print(f"First API key, shown only now (scopes {', '.join(FIRST_SCOPES)}):\n\n  {key}\n")
    print(f"Pages for admins: {url}/review")
    if not store.read(all_users):
        print("Make the first account with: pilah users create NAMA --role nasional --named")
    print("Try it:\n")
    print(f"{curl(url, key)}\n", flush=True)


def curl(url: str, key: str) -> str:
    """Return a call that works when pasted into a shell."""
    parts = ["curl", "-sS", f"{url}/v1/assess", "-H", f"Authorization: Bearer {key}"]
    return shlex.join([*parts, "-H", "Content-Type: application/json", "-d", _EXAMPLE])
