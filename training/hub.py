"""Read labelled rows through the library ``datasets``: a local folder of files, or a name on its hub.

What is read is data only: the library runs no code of a dataset, and the hub is asked for nothing but the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from data.complaint import Record
from data.errors import PilahError
from data.readers import BadRow, records_of
from data.tables import Row, Table, read_jsonl

PREFIX = "hf:"
"""Begins a source that ``datasets`` reads: ``hf:owner/name`` or ``hf:FOLDER``, then perhaps ``:config``, ``@split``."""
_TIMES = frozenset(f"timestamp[{unit}]" for unit in ("s", "ms", "us", "ns"))


def read_dataset(
    source: str, columns: Mapping[str, str] | None = None, on_bad_row: Callable[[BadRow], None] | None = None
) -> Iterator[Record]:
    """Read the rows of a dataset.

    :param source: begins with :data:`PREFIX`. Without a split it is the only one or ``train``.
    :param columns: field to column name, where the usual names do not fit.
    :raises PilahError: PLH-103 without the library, PLH-109 if there is no such dataset or the hub cannot be reached,
        PLH-104 and PLH-105 if its columns do not fit.
    """
    name, config, split = parse(source)
    found = _load(name, config)
    if split is None:
        split = next(iter(found)) if len(found) == 1 else "train"
    if split not in found:
        raise PilahError("PLH-109", f"{name}: there is no split {split!r}; there are {', '.join(found)}")
    rows = found[split]
    table = rows if isinstance(rows, Table) else Table(tuple(rows.column_names), _rows(rows))
    return records_of(f"{Path(name).name}@{split}", table, columns, on_bad_row)


def parse(source: str) -> tuple[str, str | None, str | None]:
    """Cut a source into name, configuration and split.

    >>> parse("hf:owner/name:2024@test"), parse("hf:owner/name")
    (('owner/name', '2024', 'test'), ('owner/name', None, None))
    """
    name, _, split = source.removeprefix(PREFIX).partition("@")
    name, _, config = name.partition(":")
    return name, config or None, split or None


def _load(name: str, config: str | None) -> Mapping[str, Any]:
    """Return the splits of a dataset by name."""
    try:
        import datasets  # noqa: PLC0415 - an extra
    except ImportError:
        raise PilahError("PLH-103", "datasets") from None
    try:
        if (Path(name) / "dataset_dict.json").is_file():
            return dict(datasets.DatasetDict.load_from_disk(name))
        if (Path(name) / "state.json").is_file():
            return {"train": datasets.Dataset.load_from_disk(name)}
        found = dict(datasets.load_dataset(name, config))
        return found if not _zones_lost(found) else _as_written(datasets.load_dataset_builder(name, config)) or found
    except (OSError, ValueError, RuntimeError) as error:  # what datasets, its hub client and the network raise
        raise PilahError("PLH-109", f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:200]}") from error


def _zones_lost(found: Mapping[str, Any]) -> bool:
    """Tell whether there are times without a zone: the reader of JSON turns times of any zone into those of UTC."""
    features = next(iter(found.values())).features.values()
    return any(str(getattr(feature, "dtype", "")) in _TIMES for feature in features)


def _as_written(builder: Any) -> dict[str, Table]:
    """Return the splits of JSON files as they are written; nothing for other formats, whose times are kept."""
    if not any(base.__name__ == "Json" for base in type(builder).__mro__):
        return {}
    import datasets  # noqa: PLC0415

    manager = datasets.DownloadManager()
    found = {}
    for split, urls in builder.config.data_files.items():
        tables = [read_jsonl(Path(file)) for file in manager.download_and_extract(list(urls))]
        columns = dict.fromkeys(column for table in tables for column in table.columns)
        found[str(split)] = Table(tuple(columns), chain.from_iterable(table.rows for table in tables))
    return found


def _rows(rows: Any) -> Iterator[Row]:
    """Give each row its number, from 1 on, and write the names of coded labels out."""
    named = {key: feature.int2str for key, feature in rows.features.items() if hasattr(feature, "int2str")}
    for number, row in zip(count(1), rows, strict=False):
        yield number, {key: named[key](value) if key in named and _code(value) else value for key, value in row.items()}


def _code(value: object) -> bool:
    return isinstance(value, int) and value >= 0
