"""``pilah train``: fit a bundle on labelled files."""

from __future__ import annotations

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


def train(
    sources: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Labelled files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory of the new bundle.")],
    config: Annotated[Path | None, typer.Option(help="config.toml; the defaults if left out.")] = None,
    shareable: Annotated[
        bool, typer.Option("--shareable", help="Leave confidential reports and rare words out.")
    ] = False,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Fit every question that the labels answer, calibrate it and write a bundle."""
    from training.card import with_card  # noqa: PLC0415
    from training.config import read_config  # noqa: PLC0415
    from training.train import train as fit  # noqa: PLC0415

    run = read_config(config)
    if shareable:
        run = run.model_copy(update={"shareable": True})
    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    bundle = with_card(fit(read_inputs(sources, named, strict), run))
    digest = bundle.save(output)
    typer.echo(f"{output}: {bundle.id}, {bundle.metadata['data']['rows']} rows, {digest}")
