"""``pilah switches``: switch automatic routing on and off, and see who did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.opening import StoreOption, VarOption, open_store

_Scope = Annotated[str, typer.Argument(help="semua, tingkat:TIER or wilayah:CODE, as in the guarantee of an answer.")]
_Official = Annotated[str, typer.Option(help="Name and office of the person who decides it.")]
_Reason = Annotated[str, typer.Option(help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    switches = typer.Typer(help="Switch automatic routing on and off for a scope.", no_args_is_help=True)
    switches.command("list")(show)
    switches.command("on")(turn_on)
    switches.command("off")(turn_off)
    app.add_typer(switches, name="switches")


def turn_on(
    scope: _Scope, official: _Official, reason: _Reason, store: StoreOption = None, var: VarOption = None
) -> None:
    """Let answers inside the proved error bound be routed without a person, in this scope."""
    _turn(scope, True, official, reason, store, var)


def turn_off(
    scope: _Scope, official: _Official, reason: _Reason, store: StoreOption = None, var: VarOption = None
) -> None:
    """Send every answer of this scope to a person again."""
    _turn(scope, False, official, reason, store, var)


def _turn(scope: str, on: bool, official: str, reason: str, store: str | None, var: Path | None) -> None:
    from service.storage.switches import add_switch  # noqa: PLC0415

    with open_store(store, var) as opened:
        switch = opened.write(lambda connection: add_switch(connection, scope, on, official, reason)).result()
    typer.echo(f"{switch.scope}\t{'on' if switch.on else 'off'}\t{switch.at}")


def show(store: StoreOption = None, var: VarOption = None) -> None:
    """List every act of switching, oldest first; the last of a scope holds."""
    from service.storage.switches import all_switches  # noqa: PLC0415

    with open_store(store, var) as opened:
        found = opened.read(all_switches)
    for s in found:
        typer.echo("\t".join((s.at, s.scope, "on" if s.on else "off", s.official, s.reason, s.sender or "-")))
