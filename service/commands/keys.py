"""``pilah keys``: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from service.opening import StoreOption, VarOption, open_store


def register(app: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(show)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="Whom or what the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="assess, events, read, review or admin; may be given again. By default the first three."),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Kemendagri code, as 32 or 32.04: the key sees only these regions.")
    ] = None,
    agency: Annotated[
        list[str] | None, typer.Option(help="Agency id: the key sees only what these agencies are to handle.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days after which the key expires; never by default.")] = None,
    rotate: Annotated[
        str | None, typer.Option(help="Id of a key to replace: the new one has its rights and sees what it sent.")
    ] = None,
    store: StoreOption = None,
    var: VarOption = None,
) -> None:
    """Make a key; it is printed once and kept only as a hash."""
    from data.errors import PilahError  # noqa: PLC0415
    from service.security import create_key, rotate_key  # noqa: PLC0415

    if rotate is not None and (scope or region or agency):
        raise PilahError("PLH-430", "--rotate takes scopes and bindings from the old key")
    with open_store(store, var) as opened:
        if rotate is not None:
            info, key = rotate_key(opened, rotate, name=name, days=days)
        else:
            scopes = scope or ("assess", "events", "read")
            info, key = create_key(opened, name, scopes, regions=region or (), agencies=agency or (), days=days)
    typer.echo(key)
    typer.echo(f"id {info.id}: keep the key now, it is not shown again", err=True)


def show(store: StoreOption = None, var: VarOption = None) -> None:
    """List the keys, without the keys themselves."""
    from service.codec import now  # noqa: PLC0415
    from service.storage.keys import all_keys  # noqa: PLC0415

    with open_store(store, var) as opened:
        found = opened.read(all_keys)
    time = now()
    for info in found:
        state = "valid" if info.is_valid(time) else "revoked" if info.revoked_at else "expired"
        bound = ",".join((*info.regions, *info.agencies)) or "everything"
        until = info.expires_at[:10] if info.expires_at else "-"
        typer.echo("\t".join((info.id, state, info.name, ",".join(info.scopes), bound, info.created_at[:10], until)))


def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, as 'pilah keys list' shows it.")],
    store: StoreOption = None,
    var: VarOption = None,
) -> None:
    """Make a key worthless at once, for a running server too."""
    from service.storage.keys import revoke_key  # noqa: PLC0415

    with open_store(store, var) as opened:
        info = opened.write(lambda connection: revoke_key(connection, key_id)).result()
    typer.echo(f"{info.id} ({info.name}) was revoked")
