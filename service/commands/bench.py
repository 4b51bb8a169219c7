"""``pilah bench``: measure speed and memory."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Part(StrEnum):
    """Name what is measured."""

    service = "service"
    duplicates = "duplicates"
    pages = "pages"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    part: Annotated[
        Part,
        typer.Argument(help="What to measure: the whole service, the duplicate search or the admins' pages alone."),
    ] = Part.service,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of the model bundle; the shipped base if left out.")
    ] = None,
    stored: Annotated[int, typer.Option(min=0, help="Complaints in the store before the server is measured.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each load lasts.")] = 10.0,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Callers at once.")] = 4,
    batch: Annotated[int, typer.Option(min=1, max=500, help="Complaints in one batch.")] = 200,
    training: Annotated[int, typer.Option(min=0, help="Rows to train on; 0 leaves training out.")] = 1_000,
    archive: Annotated[
        int, typer.Option(min=0, help="With duplicates: complaints of the archive that is searched for pairs.")
    ] = 0,
    waiting: Annotated[int, typer.Option(min=0, help="With pages: complaints that wait for a person.")] = 5_000,
    peer: Annotated[
        bool, typer.Option("--peer", help="Also measure a plain FastAPI app with TF-IDF and logistic regression.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file for the figures.")] = None,
) -> None:
    """Measure the model in process, the server over HTTP, its start and memory, and training.

    `pilah bench duplicates` measures search among --stored complaints, all of one regency, index, memory and --archive.
    `pilah bench pages` measures the pages under /review on --stored complaints of which --waiting wait.
    The texts are made up at random. A temporary store is used; nothing of yours is touched.
    """
    import json  # noqa: PLC0415

    from model.duplicates.scorer import scorer_of  # noqa: PLC0415
    from model.triage import BASE, Triage  # noqa: PLC0415
    from service.bench import machine, run  # noqa: PLC0415
    from service.bench_duplicates import measure  # noqa: PLC0415
    from service.bench_pages import measure_pages  # noqa: PLC0415

    chosen = bundle or BASE
    described = machine()
    typer.echo("  ".join(f"{name} {value}" for name, value in described.items()))
    figures = []
    measured = (
        measure(stored, archive, scorer_of(Triage.load(chosen).bundle))
        if part is Part.duplicates
        else measure_pages(stored, min(waiting, stored), chosen)
        if part is Part.pages
        else run(
            lambda: Triage.load(chosen),
            chosen,
            stored=stored,
            seconds=seconds,
            workers=workers,
            batch=batch,
            training=training,
            peer=peer,
        )
    )
    for figure in measured:
        figures.append(figure)
        limit = f"  ({figure.limit})" if figure.limit else ""
        typer.echo(f"{figure.name:<58}{figure.value:>12,.2f} {figure.unit}{limit}")
    if output is not None:
        rows = [{"name": f.name, "value": f.value, "unit": f.unit, "limit": f.limit or None} for f in figures]
        output.write_text(json.dumps({"machine": described, "figures": rows}, indent=2) + "\n", encoding="utf-8")
