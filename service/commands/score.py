"""``pilah score``: assess a file of complaints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from service.inputs import Strict, TextColumn, TitleColumn, columns, read_inputs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score")(score)


def score(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="CSV, JSONL, Parquet, XLSX or 'Laporan Ringkas'.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSONL file; standard output if left out.")
    ] = None,
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped base if left out.")] = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Write one assessment a line, in the order of the input."""
    import json  # noqa: PLC0415

    from tqdm import tqdm  # noqa: PLC0415

    from model.triage import BASE, Triage  # noqa: PLC0415

    records = read_inputs([source], columns(text=text_column, title=title_column), strict)
    triage = Triage.load(bundle or BASE)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
    target = output.open("w", encoding="utf-8") if output else sys.stdout
    try:
        for record in tqdm(records, desc="pilah score", unit="row", disable=output is None):
            print(json.dumps(triage.assess(record.complaint).to_dict(), ensure_ascii=False), file=target)
    finally:
        if output:
            target.close()
