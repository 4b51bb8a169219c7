"""``pilah export``: what people decided, as training rows; the blind audit sample apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from service.opening import StoreOption, VarOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory of the files.")],
    store: StoreOption = None,
    var: VarOption = None,
) -> None:
    """Write rows.jsonl to train on, audit.jsonl to evaluate on, and estimates.json with intervals.

    The texts are masked, but confidential reports are among them: the files are readable by their owner only.
    """
    from service.files import replace_text  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415
    from service.storage.store import Store  # noqa: PLC0415
    from service.training_rows import estimates, training_rows  # noqa: PLC0415

    opened = Store(load_settings(store=store, var=var).store_url)
    try:
        rows = list(training_rows(opened))
        figures = estimates(rows, opened)
    finally:
        opened.close()
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, audit in (("rows.jsonl", False), ("audit.jsonl", True)):
        lines = [json.dumps(row.fields, ensure_ascii=False) for row in rows if row.audit is audit]
        replace_text(output / name, "".join(f"{line}\n" for line in lines))
        typer.echo(f"{output / name}: {len(lines)} rows")
    replace_text(output / "estimates.json", json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    for name, found in figures.items():
        shown = (
            "no rows" if found["share"] is None else f"{found['share']:.3f} ({found['low']:.3f} to {found['high']:.3f})"
        )
        typer.echo(f"{name}: {shown}, n {found['n']}: {found['of']}")
