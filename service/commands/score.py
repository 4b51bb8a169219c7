"""``pilah score``: assess a file of complaints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.parallel import spread
from service.inputs import Strict, TextColumn, TitleColumn, columns, read_inputs

if TYPE_CHECKING:
    from data.complaint import Complaint
    from model.triage import Triage


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
    from functools import partial  # noqa: PLC0415

    from tqdm import tqdm  # noqa: PLC0415

    from model.triage import BASE, Triage  # noqa: PLC0415

    records = read_inputs([source], columns(text=text_column, title=title_column), strict)
    lines = spread(partial(Triage.load, bundle or BASE), score_line, [record.complaint for record in records])
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
    target = output.open("w", encoding="utf-8") if output else sys.stdout
    try:
        for line in tqdm(lines, total=len(records), desc="pilah score", unit="row", disable=output is None):
            print(line, file=target)
    finally:
        if output:
            target.close()


def score_line(triage: Triage, complaint: Complaint) -> str:
    """Assess a complaint and write the answer as a line of JSON."""
    return json.dumps(triage.assess(complaint).to_dict(), ensure_ascii=False)
