"""Write the pages of ``docs/`` that follow from the code (``python -m service.docs_text``); a test compares them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from data.errors import CATALOGUE
from service.cli import build
from service.settings import Settings

DOCS = Path(__file__).parent.parent / "docs"
_KINDS = {
    "1": "Input data",
    "2": "Bundle and model",
    "3": "Training and evaluation",
    "4": "HTTP, keys, command line",
    "5": "Storage and server",
    "6": "Duplicates and incidents",
    "7": "Categories, regions and agencies",
}


def errors() -> str:
    """Return the page of all errors."""
    lines = [
        "# Errors",
        "",
        "On the command line an error is one line on standard error, `PLH-nnn: …`; the exit code is 2 for bad usage or",
        "input and 1 for a failure. Over HTTP it is `application/problem+json` (RFC 9457):",
        "",
        '`{"type":"urn:pilah:error:PLH-422","title":"…","status":422,"detail":"…","code":"PLH-422","errors":[{"field":"text",'
        '"reason":"…"}]}`',
    ]
    kind = ""
    for code, info in sorted(CATALOGUE.items()):
        if code[4] != kind:
            kind = code[4]
            lines += ["", f"## {_KINDS.get(kind, 'Others')}"]
        lines += ["", f"### {code}: {info.title}", "", f"*{info.title_id}.* HTTP {info.status}.", ""]
        lines += [f"- Cause: {info.cause}", f"- What to do: {info.action}"]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return the page of all settings."""
    lines = [
        "# Settings",
        "",
        "A setting is an environment variable `PILAH_…`, or a line (in small letters, without `PILAH_`) of the TOML",
        "file that `PILAH_SETTINGS_FILE` names. Options of `pilah serve` win over variables, variables over the file.",
        "A name or a value that is not known is refused (PLH-440).",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
        "| `PILAH_SETTINGS_FILE` | | TOML file with settings. |",
    ]
    for name, field in Settings.model_fields.items():
        default = (
            "`model/base`" if name == "bundle" else f"`{field.default}`" if field.default not in ("", None, ()) else ""
        )
        lines.append(f"| `PILAH_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the page of all commands."""
    lines = [
        "# Commands",
        "",
        "`pilah COMMAND --help` says the same. Bad rows of an input are named on standard error (file, row, field,",
        "reason) and skipped.",
    ]
    for name, command in _tree(typer.main.get_command(build()), "pilah"):
        arguments = [_argument(p) for p in command.params if p.param_type_name == "argument"]
        usage = " ".join([name, "[OPTIONS]", *arguments])
        lines += ["", f"## {name}", "", f"`{usage}`", "", str(command.help or "").strip()]
        options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
        if options:
            lines += ["", "| option | default | what it does |", "|---|---|---|"]
        for option in options:
            shown = "" if option.default in (None, False) or callable(option.default) else f"`{option.default}`"
            lines.append(f"| `{', '.join(option.opts)}` | {shown} | {option.help or ''} |")
    return "\n".join(lines) + "\n"


def _argument(parameter: Any) -> str:
    shown = str(parameter.metavar or parameter.name.upper())
    return shown if parameter.nargs == 1 or shown.endswith("...") else f"{shown}..."


def _tree(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    found = getattr(command, "commands", None)
    if found is None:
        yield name, command
        return
    for part in sorted(found):
        yield from _tree(found[part], f"{name} {part}")


PAGES: dict[str, Callable[[], str]] = {"errors.md": errors, "settings.md": settings, "commands.md": commands}
"""The pages by their file."""


def write(folder: Path = DOCS) -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
