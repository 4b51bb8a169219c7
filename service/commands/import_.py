"""``pilah import``: load an archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="CSV, JSONL, Parquet, XLSX or the export 'Laporan Ringkas'.")],
    store: Annotated[str | None, typer.Option(help="Database address; as the server's by default.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Folder of the model bundle.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 when a row was skipped.")] = False,
) -> None:
    """Load past complaints with their dispositions and statuses into store, event log and duplicate index.

    The same file again changes nothing. It may run while the server runs; the server then indexes what is new.
    """
    from tqdm import tqdm  # noqa: PLC0415

    from data.errors import PilahError  # noqa: PLC0415
    from data.readers import BadRow, read_records  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415
    from service.archive import Counts, import_records, index_tail  # noqa: PLC0415
    from service.server import make_private, open_index  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415
    from service.storage.store import Store  # noqa: PLC0415

    settings = load_settings(store=store, bundle=bundle)
    bad: list[BadRow] = []

    def report(row: BadRow) -> None:
        bad.append(row)
        tqdm.write(str(row), file=sys.stderr)

    readers = [read_records(file, on_bad_row=report) for file in files]  # a wrong file fails before anything is written
    make_private(settings.var)
    triage = Triage.load(settings.bundle)
    try:
        opened, alone = Store(settings.store_url, settings.busy_timeout, serving=True), True
    except PilahError as error:
        if error.code != "PLH-507":
            raise
        opened, alone = Store(settings.store_url, settings.busy_timeout), False
    try:
        total = Counts()
        for file, records in zip(files, readers, strict=True):
            with tqdm(desc=f"pilah import {file.name}", unit=" rows", disable=None) as bar:
                counts = Counts()
                for counts in import_records(opened, triage, records):
                    bar.update(counts.new + counts.updated + counts.same - bar.n)
            total.new += counts.new
            total.updated += counts.updated
            total.same += counts.same
            total.events += counts.events
        if alone:
            with tqdm(desc="pilah import: index", unit=" events", disable=None) as bar:
                for step in index_tail(opened, open_index(settings.var / "index")):
                    bar.update(step)
    finally:
        opened.close()
    kept = total.new + total.updated + total.same
    typer.echo(
        f"{kept} rows: {total.new} new, {total.updated} updated, {total.same} known; {total.events} events; "
        f"{len(bad)} rows skipped" + ("" if alone else "; the running server indexes them")
    )
    if kept == 0 or (strict and bad):
        raise typer.Exit(2)
