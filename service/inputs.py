"""Read the input files of a command: bad rows are named on standard error, the good ones are kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from data.complaint import Record
from data.errors import PilahError
from data.readers import BadRow, read_records
from training.hub import PREFIX, read_dataset

AgencyColumn = Annotated[str | None, typer.Option(help="Column that holds the agency.")]
CategoryColumn = Annotated[str | None, typer.Option(help="Column that holds the category.")]
TypeColumn = Annotated[str | None, typer.Option(help="Column that holds the report type.")]
TextColumn = Annotated[str | None, typer.Option(help="Column that holds the text as sent.")]
TitleColumn = Annotated[str | None, typer.Option(help="Column that holds the title.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 2 if any row was skipped.")]


def columns(**named: str | None) -> dict[str, str]:
    """Collect the column options that were given, by field."""
    return {field: column for field, column in named.items() if column is not None}


def read_inputs(paths: Sequence[Path], overrides: dict[str, str], strict: bool) -> list[Record]:
    """Read all files; a path ``hf:…`` is a dataset, see :mod:`training.hub`.

    :param strict: refuse the input after naming every bad row.
    :raises PilahError: PLH-108 if no row survives, or with ``strict`` if one was skipped.
    """
    bad: list[BadRow] = []

    def report(row: BadRow) -> None:
        bad.append(row)
        print(row, file=sys.stderr)

    records = [record for path in paths for record in _read(path, overrides, report)]
    if not records or (strict and bad):
        names = ", ".join(path.name for path in paths)
        raise PilahError("PLH-108", f"{names}: {len(bad)} rows skipped, {len(records)} kept")
    return records


def _read(path: Path, overrides: dict[str, str], report: Callable[[BadRow], None]) -> Iterator[Record]:
    if str(path).startswith(PREFIX):
        return read_dataset(str(path), overrides, report)
    return read_records(path, columns=overrides, on_bad_row=report)
