"""``pilah evaluate``: measure honestly, beside the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    sources: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Labelled files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory of the report.")],
    bundle: Annotated[Path | None, typer.Option(help="Bundle to measure on all rows.")] = None,
    split: Annotated[
        str | None, typer.Option(help="time:0.2 or grouped:5: fit inside and measure on the rest.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="With --bundle: another bundle, as the live one, asked on the same rows.")
    ] = None,
    with_examples: Annotated[
        bool, typer.Option("--with-examples", help="Show masked texts of the worst confusions in the page.")
    ] = False,
    curve: Annotated[bool, typer.Option(help="With --split time: also draw the learning curve.")] = True,
    config: Annotated[Path | None, typer.Option(help="config.toml of the fits inside a split.")] = None,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Write report.html, metrics.json and predictions.jsonl; give either --bundle or --split."""
    from data.hygiene import clean_records  # noqa: PLC0415
    from evaluation.against import LIVE, add_paired, beside, full_point, masked_texts  # noqa: PLC0415
    from evaluation.baseline import NAME, BaselineLearner  # noqa: PLC0415
    from evaluation.curve import learning_curve  # noqa: PLC0415
    from evaluation.evaluate import SYSTEM, summarise, write_results  # noqa: PLC0415
    from evaluation.protocols import Case, Learner, make_splits, run_bundle, run_split  # noqa: PLC0415
    from evaluation.report import write_report  # noqa: PLC0415
    from evaluation.slices import learned_by_bundle, learned_by_fold, slice_report  # noqa: PLC0415
    from evaluation.unseen import unseen_by  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415
    from training.config import read_config  # noqa: PLC0415
    from training.learner import PilahLearner, TriagePredictor  # noqa: PLC0415
    from training.policy import find_threshold  # noqa: PLC0415

    if (bundle is None) == (split is None):
        raise PilahError("PLH-303", "give either --bundle or --split")
    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    records = read_inputs(sources, named, strict)
    about: dict[str, Any] = {"data": [path.name for path in sources], "rows": len(records)}
    points: list[dict[str, Any]] = []
    if bundle is not None:
        triages = [Triage.load(path) for path in (bundle, against) if path is not None]
        about |= {"bundle": triages[0].bundle.id, "digest": triages[0].bundle.digest}
        rows = unseen_by(records, [triage.bundle for triage in triages])
        about |= rows.about()
        records = rows.records
        cases: list[Case] = []
        for name, triage in zip((SYSTEM, LIVE), triages, strict=False):
            cases = beside(cases, run_bundle(records, name, TriagePredictor(triage)))
        learned = {0: learned_by_bundle(triages[0].bundle)}
    else:
        run = read_config(config)
        about |= {"split": split, "seed": run.seed}
        learners: dict[str, Learner] = {SYSTEM: PilahLearner(run), NAME: BaselineLearner()}
        cases = run_split(records, str(split), learners, run.seed)
        cleaned = clean_records(records)
        splits = make_splits(cleaned, str(split), run.seed)
        learned = learned_by_fold(cleaned, splits)
        if curve and str(split).startswith("time:"):
            points = learning_curve(cleaned, splits[0], PilahLearner(run), run.seed)
    metrics = summarise(cases, about, find_threshold, ordered=split is None or split.startswith("time:"))
    if set(metrics) <= {"about", "trust"}:
        raise PilahError("PLH-301", "no row has a label that was asked for")
    metrics["slices"] = slice_report(cases, clean_records(records), SYSTEM, learned)
    add_paired(metrics, cases)
    if points:
        metrics["learning_curve"] = [*points, full_point(metrics, splits[0])]
    write_results(cases, metrics, output)
    write_report(cases, metrics, output, masked_texts(records) if with_examples else None)
    _say(metrics)
    typer.echo(f"{output / 'report.html'}")


def _say(metrics: dict[str, Any]) -> None:
    from evaluation.protocols import QUESTIONS  # noqa: PLC0415

    for question, values in metrics.items():
        if question in QUESTIONS:
            typer.echo(_line(question, values, metrics.get("baseline", {}).get(question)))
    for target, kept in metrics["trust"]["promise"].items():
        typer.echo(_promise(target, kept))


def _line(question: str, ours: dict[str, Any], theirs: dict[str, Any] | None) -> str:
    text = (
        f"{question}: n {ours['n']}, accuracy {ours['accuracy']:.3f}, macro-F1 {ours['macro_f1']:.3f}, "
        f"top-3 {ours['top3']:.3f}, ECE {ours['ece']:.3f} (calibration p {ours['calibration_p']:.2f})"
    )
    if theirs:
        text += f" | baseline {theirs['accuracy']:.3f}, {theirs['macro_f1']:.3f}, {theirs['top3']:.3f}"
    return text


def _promise(target: str, kept: dict[str, Any]) -> str:
    text = f"at most {100 * float(target):g} % wrong agencies: {kept['n']} of {kept['of']} eligible"
    return text + (f", {kept['errors']} wrong" if kept["n"] else "")
