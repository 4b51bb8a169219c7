"""The command line: one module per command in ``service/commands``, loaded by name."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import typer

from data.errors import PilahError
from service import commands

_USAGE, _FAILURE, _INTERRUPTED = 2, 1, 130


def build() -> typer.Typer:
    """Make the program; each module of ``service.commands`` adds its command with ``register(app)``.

    The modules import what is slow only when their command runs, so that every command starts fast.
    """
    app = typer.Typer(
        name="pilah",
        help="Triage of public complaints in Indonesia: agency, category, type and duplicates.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(lambda: None)  # so that a single command keeps its name
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(app)
    return app


def exit_code(error: PilahError) -> int:
    """Return 2 where the call or its input is wrong, 1 where something failed."""
    return _USAGE if error.code[4] == "1" or error.code in ("PLH-400", "PLH-430", "PLH-432", "PLH-440") else _FAILURE


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; every message on standard error is ``PLH-nnn: …``."""
    try:
        command = typer.main.get_command(build())
        result = command.main(list(sys.argv[1:] if arguments is None else arguments), "pilah", standalone_mode=False)
    except PilahError as error:
        return _say(error)
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of the output has gone, as in `pilah … | head`
        sys.stderr.close()
        return 0
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _say(PilahError("PLH-400", error.format_message().rstrip(".")))
    return result if isinstance(result, int) else 0


def _say(error: PilahError) -> int:
    print(error, file=sys.stderr)
    return exit_code(error)


def main() -> None:
    """Run the program for the shell."""
    sys.exit(run())
