"""``pilah check-data``: look at labelled files before training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from service.inputs import (
    AgencyColumn,
    CategoryColumn,
    Strict,
    TextColumn,
    TitleColumn,
    TypeColumn,
    columns,
    read_inputs,
)

_BLOCKED = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check-data")(check_data)


def check_data(
    sources: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Labelled files.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="HTML page with all details.")] = None,
    noise: Annotated[
        bool, typer.Option(help="Also look for labels that are probably wrong, which fits models.")
    ] = True,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Report labels, duplicates, leaks, languages, personal data, likely wrong labels; exit 2 on a blocking fault."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from tqdm import tqdm  # noqa: PLC0415

    from data.check_labels import QUESTIONS  # noqa: PLC0415
    from data.checks import check_records, sort_findings  # noqa: PLC0415
    from data.findings import Severity  # noqa: PLC0415
    from data.hygiene import truth  # noqa: PLC0415
    from evaluation.findings_page import as_page, as_text  # noqa: PLC0415

    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    records = read_inputs(sources, named, strict)
    quiet = not sys.stderr.isatty()
    with tqdm(total=1, desc="pilah check-data", unit="step", disable=quiet) as bar:
        findings = check_records(records, datetime.now(UTC))
        if noise:
            from training.noise import STEPS, find_suspects, noise_finding  # noqa: PLC0415

            bar.reset(1 + STEPS * len(QUESTIONS))
            bar.update()
            for question in QUESTIONS:
                labelled = sum(getattr(truth(record), question) is not None for record in records)
                suspects = find_suspects(records, question, progress=bar.update)
                if labelled:
                    findings.append(noise_finding(question, suspects, labelled))
    findings = sort_findings(findings)
    typer.echo(as_text(findings))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(as_page(findings, [path.name for path in sources]), encoding="utf-8")
        typer.echo(f"{output}")
    if any(finding.severity is Severity.BLOCKING for finding in findings):
        raise typer.Exit(_BLOCKED)
