"""``pilah duplicates``: find pairs and incidents in a file, or look its complaints up in another."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from data.parallel import cores
from service.inputs import Strict, TextColumn, TitleColumn, columns, read_inputs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("duplicates")(duplicates)


def duplicates(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="CSV, JSONL, Parquet, XLSX or 'Laporan Ringkas'.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSONL file; standard output if left out.")
    ] = None,
    against: Annotated[Path | None, typer.Option(help="Search these complaints for each of INPUT.")] = None,
    pairs: Annotated[Path | None, typer.Option(help='Score exactly these pairs: lines {"a","b"}.')] = None,
    min_probability: Annotated[float, typer.Option(min=0.0, max=1.0, help="Leave out less probable pairs.")] = 0.5,
    top: Annotated[int, typer.Option(min=1, help="At most this many pairs for each complaint.")] = 10,
    incidents: Annotated[Path | None, typer.Option(help="Also write the incidents, one a line.")] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Use the scorer that this bundle carries, if it was trained on own judgements.")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="duplicates.json of an own training.")] = None,
    rate: Annotated[
        bool, typer.Option("--rate", help="Also tell, on standard error, the estimated share of repeated reports.")
    ] = False,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Write a line for each pair, best first; `probability` is that of being the same incident."""
    from tqdm import tqdm  # noqa: PLC0415

    from data.regions import Regions  # noqa: PLC0415
    from model.bundle import load as load_bundle  # noqa: PLC0415
    from model.duplicates.archive import LINKED, Archive, Pair, best_pairs_first, read_pair_ids  # noqa: PLC0415
    from model.duplicates.prepare import Preparer  # noqa: PLC0415
    from model.duplicates.scorer import TrainedScorer, base_scorer, scorer_of  # noqa: PLC0415
    from model.duplicates.weights import load_weights  # noqa: PLC0415
    from model.places import PlaceResolver  # noqa: PLC0415

    named = columns(text=text_column, title=title_column)
    records = read_inputs([source], named, strict)
    corpus = read_inputs([against], named, strict) if against else []
    asked = read_pair_ids(pairs) if pairs else None
    if weights is not None:
        scorer = TrainedScorer(load_weights(weights))
    else:
        scorer = base_scorer() if bundle is None else scorer_of(load_bundle(bundle))
    prepare = Preparer(PlaceResolver(Regions.load())).document
    quiet = not sys.stderr.isatty()

    def linked(pair: Pair) -> bool:
        return pair.match.relation in LINKED

    def shown(rows: Any, what: str) -> Iterator[Any]:
        return iter(tqdm(rows, desc=what, unit="row", disable=quiet))

    with Archive(scorer, cores()) as archive:
        stored = corpus if against else records
        with tqdm(total=len(stored), desc="pilah duplicates: read", unit="row", disable=quiet) as bar:
            for step in archive.fill(stored):
                bar.update(step)
        queries = [prepare(record) for record in shown(records, "pilah duplicates: read queries")] if against else []
        if asked is not None:
            found = archive.score_pairs(shown(asked, "pilah duplicates: score"), queries)
        elif against:
            found = archive.search(shown(queries, "pilah duplicates: search"), top=top, minimum=min_probability)
        else:
            least = min(min_probability, _LEAST_COUNTED) if rate else min_probability
            listed: list[Pair] = []
            with tqdm(total=archive.index.end, desc="pilah duplicates: search", unit="row", disable=quiet) as bar:
                for step, pairs_found in archive.pairs(top=top, minimum=least):
                    listed += pairs_found
                    bar.update(step)
            found = best_pairs_first(listed)
            if rate:
                _tell_rate([(pair.a, pair.match.probability) for pair in found], len(stored))
                found = [pair for pair in found if pair.match.probability >= min_probability or linked(pair)]
        lines = [
            {
                "a": pair.a,
                "b": pair.match.id,
                "relation": pair.match.relation,
                "probability": round(pair.match.probability, 6),
                "reasons": list(pair.match.reasons),
            }
            for pair in found
        ]
        _write(output, lines)
        if incidents is not None:
            _write(incidents, archive.incidents(found))


_LEAST_COUNTED = 0.02
"""Less probable repeats change the estimated share by nothing that shows."""


def _tell_rate(found: list[tuple[str, float]], complaints: int) -> None:
    """Print the share of complaints that repeat an earlier one, with its interval.

    :param found: the newer complaint of each pair, with the probability of ``same``.
    """
    import numpy as np  # noqa: PLC0415

    from evaluation.duplicates import duplicate_rate  # noqa: PLC0415

    best: dict[str, float] = {}
    for name, probability in found:
        best[name] = max(best.get(name, 0.0), probability)
    values = np.array([*best.values(), *[0.0] * (complaints - len(best))])
    share, low, high = duplicate_rate(values)
    typer.echo(f"repeated reports: {share:.1%} of {complaints} (95 % interval {low:.1%} to {high:.1%})", err=True)


def _write(path: Path | None, lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if path is None:
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")
