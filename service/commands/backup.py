"""``pilah backup`` and ``pilah restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.opening import StoreOption, VarOption

_Passphrase = Annotated[
    Path | None,
    typer.Option(help="File whose first line is the passphrase. Keep it elsewhere: without it the backup is lost."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore_backup)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; one that is there is replaced.")],
    passphrase_file: _Passphrase = None,
    store: StoreOption = None,
    var: VarOption = None,
) -> None:
    """Copy the store into one file while the server runs; encrypted if a passphrase is given."""
    from service.backup import back_up  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415

    settings = load_settings(store=store, var=var)
    made = back_up(settings.store_url, target, _passphrase(passphrase_file))
    kind = "plain: keep it where only you can read it" if passphrase_file is None else "encrypted"
    typer.echo(f"{target}: {made.complaints} complaints up to event {made.seq}, {kind}")


def restore_backup(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that 'pilah backup' wrote.")],
    passphrase_file: _Passphrase = None,
    store: StoreOption = None,
    var: VarOption = None,
) -> None:
    """Put a backup in the place of the store. Stop the server first; the store before is kept beside it."""
    from service.backup import restore  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415

    settings = load_settings(store=store, var=var)
    made, aside = restore(source, settings.store_url, settings.var / "index", _passphrase(passphrase_file))
    typer.echo(f"restored {made.complaints} complaints up to event {made.seq}, as of {made.made_at}")
    if aside is not None:
        typer.echo(f"the store before is {aside}; delete it when you no longer need it")


def _passphrase(file: Path | None) -> str | None:
    from data.errors import PilahError  # noqa: PLC0415

    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PilahError("PLH-514", f"{file}: {type(error).__name__}") from None
    if not lines or len(lines[0].strip()) < 12:
        raise PilahError("PLH-514", f"{file}: at least 12 characters are needed in the first line")
    return lines[0].strip()
