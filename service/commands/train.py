"""``pilah train``: fit a bundle on labelled files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from data.errors import PilahError
from data.parallel import cores
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
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="DATA...", help="Labelled files or hf:NAME; or: duplicates PAIRS COMPLAINTS..."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory of the new bundle.")],
    config: Annotated[Path | None, typer.Option(help="config.toml; the defaults if left out.")] = None,
    shareable: Annotated[
        bool, typer.Option("--shareable", help="Leave confidential reports and rare words out.")
    ] = False,
    scorer: Annotated[
        Path | None,
        typer.Option(help="duplicates.json of `pilah train duplicates`, for the bundle to carry."),
    ] = None,
    figures: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of a report of `pilah evaluate`, for the model card to show; may be given again."),
    ] = None,
    rewritten: Annotated[
        Path | None, typer.Option(help="With duplicates: reports rewritten by hand, with look-alikes.")
    ] = None,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Fit every question that the labels answer, calibrate it and write a bundle.

    `pilah train duplicates PAIRS COMPLAINTS... -o DIR` fits the scorer of duplicates on judged pairs instead (lines
    with a, b and relation) and writes duplicates.json with a report; name a data file of that name ./duplicates.
    """
    if str(sources[0]) == "duplicates":
        _duplicates(sources[1:], output, rewritten, shareable)
        return
    from model.duplicates.scorer import BASE_WEIGHTS  # noqa: PLC0415
    from model.duplicates.weights import read_packed  # noqa: PLC0415
    from training.card import figures_of, with_card  # noqa: PLC0415
    from training.config import read_config  # noqa: PLC0415
    from training.train import train as fit  # noqa: PLC0415

    run = read_config(config)
    if shareable:
        run = run.model_copy(update={"shareable": True})
    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    own = {} if scorer is None else {BASE_WEIGHTS.name: read_packed(scorer)}
    reports = [_metrics(folder) for folder in figures or ()]
    bundle = with_card(fit(read_inputs(sources, named, strict), run, processes=cores()), figures_of(reports))
    bundle = replace(bundle, extras={**bundle.extras, **own})
    digest = bundle.save(output)
    typer.echo(f"{output}: {bundle.id}, {bundle.metadata['data']['rows']} rows, {digest}")


def _metrics(folder: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PilahError("PLH-101", f"{folder}: no metrics.json of pilah evaluate") from None
    return report


def _duplicates(files: list[Path], output: Path, rewritten: Path | None, shareable: bool) -> None:
    from training.duplicates import train_from_files  # noqa: PLC0415

    if len(files) < 2:
        raise PilahError("PLH-400", "pilah train duplicates needs PAIRS and at least one file of COMPLAINTS")
    for path in (*files, *([rewritten] if rewritten else [])):
        if not path.is_file():
            raise PilahError("PLH-101", f"{path.name}: there is no such file")
    figures = train_from_files(files[0], files[1:], output, rewritten=rewritten, shareable=shareable)
    same, incidents = figures["same"], figures["incidents"]
    typer.echo(
        f"{output}: {same['n']} pairs, average precision {same['average_precision']:.3f}, "
        f"precision at recall 0.5 {same['p_at_r50']:.3f}, calibration p {same['calibration_p']:.3f}"
    )
    typer.echo(f"weighted to the candidate population: {figures['population_average_precision']:.3f}")
    for name, found in (*figures["by_source"].items(), *figures["baselines"].items()):
        typer.echo(f"{name}: average precision {found['average_precision']:.3f}, n {found['n']}")
    typer.echo(
        f"incidents: B-cubed precision {incidents['b_cubed_precision']:.3f}, recall {incidents['b_cubed_recall']:.3f}"
    )
    if "rewritten" in figures:
        told = figures["rewritten"]
        typer.echo(
            f"rewritten reports called same: {told['called_same']:.3f}, look-alikes refused: {told['refused']:.3f}"
        )
