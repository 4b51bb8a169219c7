"""``pilah import``: load an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.parallel import spread
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
from service.opening import StoreOption, VarOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="CSV, JSONL, Parquet, XLSX or the export 'Laporan Ringkas'.")],
    store: StoreOption = None,
    var: VarOption = None,
    bundle: Annotated[Path | None, typer.Option(help="Folder of the model bundle.")] = None,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Load past complaints with their dispositions and statuses into store, event log, duplicate index and work list.

    The same file again changes nothing. It may run while the server runs; the server then takes up what is new.
    """
    from functools import partial  # noqa: PLC0415

    from tqdm import tqdm  # noqa: PLC0415

    from data.errors import PilahError  # noqa: PLC0415
    from service.archive import Counts, Reader, import_records, prepare  # noqa: PLC0415
    from service.following import follow_log  # noqa: PLC0415
    from service.server import make_private  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415
    from service.storage.store import Store  # noqa: PLC0415

    settings = load_settings(store=store, var=var, bundle=bundle)
    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    records = read_inputs(files, named, strict)
    make_private(settings.var)
    reader = partial(Reader.load, settings.bundle, settings.agencies)
    try:
        opened, alone = Store(settings.store_url, settings.busy_timeout, serving=True), True
    except PilahError as error:
        if error.code != "PLH-507":
            raise
        opened, alone = Store(settings.store_url, settings.busy_timeout), False
    counts = Counts()
    try:
        with tqdm(total=len(records), desc="pilah import", unit="row", disable=None) as bar:
            for counts in import_records(opened, spread(reader, prepare, records)):
                bar.update(counts.rows - bar.n)
        if alone:
            with tqdm(unit="event", disable=None) as bar:
                for name, step in follow_log(opened, settings):
                    bar.set_description(f"pilah import: {name}", refresh=False)
                    bar.update(step)
    finally:
        opened.close()
    said = (
        f"{counts.rows} rows: {counts.new} new, {counts.updated} updated, {counts.same} known; {counts.events} events"
    )
    typer.echo(said if alone else f"{said}; the running server indexes them")
