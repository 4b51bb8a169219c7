"""``pilah compare``: two bundles, or any outside system, on identical rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.errors import PilahError
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

if TYPE_CHECKING:
    from evaluation.compare import Comparison


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    paths: Annotated[
        list[Path], typer.Argument(metavar="A B DATA...", help="Bundles (one with --predictions, or two), then files.")
    ],
    predictions: Annotated[
        list[Path] | None, typer.Option(help="Answers of an outside system, by id; may be given again.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file for the figures.")] = None,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Compare systems on the same unseen rows with paired tests; rows that a bundle was trained on are left out."""
    from data.hygiene import clean_records  # noqa: PLC0415
    from evaluation.compare import compare as compare_systems  # noqa: PLC0415
    from evaluation.outside import Spellings, read_predictions  # noqa: PLC0415
    from evaluation.protocols import QUESTIONS  # noqa: PLC0415
    from evaluation.together import ask_together, predictions_of  # noqa: PLC0415
    from evaluation.unseen import unseen_by  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415
    from training.learner import TriagePredictor  # noqa: PLC0415

    bundles = [path for path in paths if path.is_dir()]
    outside = predictions or []
    if not 1 <= len(bundles) <= 2 or len(bundles) + len(outside) < 2 or len(bundles) == len(paths):
        raise PilahError("PLH-400", "pilah compare needs A B DATA..., or A DATA... with --predictions FILE")
    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    raw = read_inputs([path for path in paths if path not in bundles], named, strict)
    triages = [Triage.load(path) for path in bundles]
    rows = unseen_by(raw, [triage.bundle for triage in triages])
    names = [f"{letter} {triage.bundle.id}" for letter, triage in zip("AB", triages, strict=False)]
    predictors = {name: TriagePredictor(triage) for name, triage in zip(names, triages, strict=True)}
    spellings = Spellings(raw, clean_records(raw))
    answered = {f"{path.name}": read_predictions(path, spellings) for path in outside}
    cases = ask_together(rows.records, predictors, answered, quiet=not sys.stderr.isatty())
    about: dict[str, Any] = {"rows": len(rows.records), **rows.about()}
    about["systems"] = {n: t.bundle.digest for n, t in zip(names, triages, strict=True)} | dict.fromkeys(answered, "")
    document: dict[str, Any] = {"about": about}
    typer.echo(f"{len(rows.records)} rows; left out because trained on: {len(rows.left_out)}")
    for bundle_id in rows.unknown:
        typer.echo(f"{bundle_id} does not say what it was trained on: its rows cannot be left out")
    for question in QUESTIONS:
        found = compare_systems(predictions_of(cases, question, [*names, *answered]))
        if found is not None:
            document[question] = found.to_dict()
            typer.echo(_lines(question, found))
    if len(document) == 1:
        raise PilahError("PLH-301", "no row has a label that was asked for")
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        typer.echo(f"{output}")


def _lines(question: str, found: Comparison) -> str:
    lines = []
    for name, m in found.measures.items():
        ece = f", ECE {m.ece:.3f}" if m.ece is not None else ""
        lines.append(
            f"{question}: {name}: n {m.n}, accuracy {m.accuracy:.3f} ({m.accuracy_low:.3f} to {m.accuracy_high:.3f}), "
            f"macro-F1 {m.macro_f1:.3f}, top-3 {m.top3:.3f}{ece}"
        )
    for (a, b), d in found.pairs.items():
        lines.append(
            f"{question}: {a} less {b}: accuracy {d.difference:+.3f} ({d.low:+.3f} to {d.high:+.3f}), "
            f"right only {d.only_first} : {d.only_second}, McNemar p {d.p:.3g}, "
            f"macro-F1 {d.f1:+.3f} ({d.f1_low:+.3f} to {d.f1_high:+.3f})"
        )
    return "\n".join(lines)
