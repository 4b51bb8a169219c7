"""``pilah evaluate``: measure honestly, beside the baseline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from data.complaint import Record
    from evaluation.protocols import Case
    from training.config import Config


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
    prequential: Annotated[
        bool,
        typer.Option(
            "--prequential",
            help="Rows in date order, each answered before its label is known. With --bundle it continues from the "
            "bundle; with --split time:0.4 it fits on the earlier rows and continues over the rest.",
        ),
    ] = False,
    feedback_delay: Annotated[
        str, typer.Option(help="With --prequential: how long after a complaint its label is known (12h, 1d, 2w).")
    ] = "1d",
    history: Annotated[
        list[Path] | None,
        typer.Option(help="With --prequential --bundle: the bundle's training files, for the baseline to begin with."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="With --bundle: another bundle, as the live one, asked on the same rows.")
    ] = None,
    joining: Annotated[
        str | None,
        typer.Option(
            help="Beginnings of office names, with commas between: these offices are kept out of training, then join; "
            "asked about before any decision on them, and after two on each."
        ),
    ] = None,
    with_examples: Annotated[
        bool, typer.Option("--with-examples", help="Show masked texts of the worst confusions in the page.")
    ] = False,
    robust: Annotated[
        bool,
        typer.Option(
            "--robust",
            help="Also ask about the same complaints written otherwise (typos, slang, capitals, no title …); with "
            "--split those of the first fold.",
        ),
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
    """Write report.html, metrics.json and predictions.jsonl; give one of --bundle, --split and --joining.

    With --joining only metrics.json is written.
    """
    from data.hygiene import clean_records  # noqa: PLC0415
    from evaluation.against import add_paired, full_point, masked_texts  # noqa: PLC0415
    from evaluation.baseline import NAME, BaselineLearner  # noqa: PLC0415
    from evaluation.curve import learning_curve  # noqa: PLC0415
    from evaluation.evaluate import SYSTEM, summarise, write_results  # noqa: PLC0415
    from evaluation.protocols import Learner, make_splits, run_split  # noqa: PLC0415
    from evaluation.report import write_report  # noqa: PLC0415
    from evaluation.slices import learned_by_fold, slice_report  # noqa: PLC0415
    from training.config import read_config  # noqa: PLC0415
    from training.learner import PilahLearner  # noqa: PLC0415
    from training.policy import find_threshold  # noqa: PLC0415

    if [bundle, split, joining].count(None) != 2:
        raise PilahError("PLH-303", "give one of --bundle, --split and --joining")
    named = columns(
        agency=agency_column, category=category_column, type=type_column, text=text_column, title=title_column
    )
    records = read_inputs(sources, named, strict)
    if joining is not None:
        _join(records, tuple(filter(None, map(str.strip, joining.split(",")))), read_config(config), output)
        return
    about: dict[str, Any] = {"data": [path.name for path in sources], "rows": len(records)}
    run = read_config(config)
    points: list[dict[str, Any]] = []
    learned: dict[int, Any] = {}
    if prequential:
        earlier = read_inputs(history, named, strict) if history else []
        cases = _prequential(records, earlier, bundle, split, feedback_delay, run, about)
    elif bundle is not None:
        records, cases, learned = _of_bundles(records, bundle, against, about)
    else:
        about |= {"split": split, "seed": run.seed}
        learners: dict[str, Learner] = {SYSTEM: PilahLearner(run, cores()), NAME: BaselineLearner()}
        cases = run_split(records, str(split), learners, run.seed)
        cleaned = clean_records(records)
        splits = make_splits(cleaned, str(split), run.seed)
        learned = learned_by_fold(cleaned, splits)
        if curve and str(split).startswith("time:"):
            points = learning_curve(cleaned, splits[0], PilahLearner(run, cores()), run.seed)
    metrics = summarise(cases, about, find_threshold, ordered=split is None or split.startswith("time:"))
    if set(metrics) <= {"about", "trust", "screening"}:
        raise PilahError("PLH-301", "no row has a label that was asked for")
    metrics["slices"] = slice_report(cases, clean_records(records), SYSTEM, learned)
    add_paired(metrics, cases)
    if points:
        metrics["learning_curve"] = [*points, full_point(metrics, splits[0])]
    if robust:
        metrics["robustness"] = _robustness(records, bundle, split, run)
    write_results(cases, metrics, output)
    write_report(cases, metrics, output, masked_texts(records) if with_examples else None)
    _say(metrics)
    typer.echo(f"{output / 'report.html'}")


def _of_bundles(
    records: list[Record], bundle: Path, against: Path | None, about: dict[str, Any]
) -> tuple[list[Record], list[Case], dict[int, Any]]:
    """Ask one or two bundles about the rows that none of them was trained on."""
    from evaluation.against import LIVE, beside  # noqa: PLC0415
    from evaluation.evaluate import SYSTEM  # noqa: PLC0415
    from evaluation.protocols import run_bundle  # noqa: PLC0415
    from evaluation.slices import learned_by_bundle  # noqa: PLC0415
    from evaluation.unseen import unseen_by  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415
    from training.learner import TriagePredictor  # noqa: PLC0415

    triages = [Triage.load(path) for path in (bundle, against) if path is not None]
    about |= {"bundle": triages[0].bundle.id, "digest": triages[0].bundle.digest}
    rows = unseen_by(records, [triage.bundle for triage in triages])
    about |= rows.about()
    cases: list[Case] = []
    for name, triage in zip((SYSTEM, LIVE), triages, strict=False):
        cases = beside(cases, run_bundle(rows.records, name, TriagePredictor(triage)))
    return rows.records, cases, {0: learned_by_bundle(triages[0].bundle)}


def _robustness(records: list[Record], bundle: Path | None, split: str | None, run: Config) -> list[dict[str, Any]]:
    """Measure what is lost when the complaints are written otherwise."""
    from dataclasses import asdict  # noqa: PLC0415

    from data.hygiene import clean_records  # noqa: PLC0415
    from evaluation.protocols import make_splits, without_giveaways  # noqa: PLC0415
    from evaluation.robustness import robustness  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415
    from training.learner import PilahLearner, TriagePredictor  # noqa: PLC0415

    cleaned = clean_records(records)
    if bundle is not None:
        predictor, asked = TriagePredictor(Triage.load(bundle)), cleaned
    else:
        cut = make_splits(cleaned, str(split), run.seed)[0]
        predictor = PilahLearner(run, cores()).fit([cleaned[i] for i in cut.train])
        asked = [cleaned[i] for i in cut.test]
    losses = robustness([without_giveaways(record) for record in asked], predictor, run.seed)
    return [{k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(loss).items()} for loss in losses]


def _say(metrics: dict[str, Any]) -> None:
    from evaluation.outcomes import outcome_lines  # noqa: PLC0415
    from evaluation.protocols import QUESTIONS  # noqa: PLC0415
    from evaluation.robustness import robustness_lines  # noqa: PLC0415

    for question, values in metrics.items():
        if question in QUESTIONS:
            typer.echo(_line(question, values, metrics.get("baseline", {}).get(question)))
    for target, kept in metrics["trust"]["promise"].items():
        typer.echo(_promise(target, kept))
    for line in (*outcome_lines(metrics.get("screening", {})), *robustness_lines(metrics.get("robustness", ()))):
        typer.echo(line)


def _prequential(
    records: list[Record],
    history: list[Record],
    bundle: Path | None,
    split: str | None,
    feedback_delay: str,
    run: Config,
    about: dict[str, Any],
) -> list[Case]:
    """Continue from a bundle over all rows, or fit on the earlier rows and continue over the later ones."""
    from data.hygiene import clean_records  # noqa: PLC0415
    from evaluation.baseline import NAME, RefittedBaseline  # noqa: PLC0415
    from evaluation.evaluate import SYSTEM  # noqa: PLC0415
    from evaluation.prequential import parse_delay, run_prequential  # noqa: PLC0415
    from evaluation.protocols import make_splits, without_giveaways  # noqa: PLC0415
    from model.triage import Triage  # noqa: PLC0415
    from training.learner import AdaptivePredictor, PilahLearner  # noqa: PLC0415

    if split is not None and not split.startswith("time:"):
        raise PilahError("PLH-303", "--prequential needs --bundle or --split time:…")
    delay = parse_delay(feedback_delay)
    cleaned = clean_records(records)
    if bundle is not None:
        triage = Triage.load(bundle)
        about |= {"bundle": triage.bundle.id, "digest": triage.bundle.digest}
        earlier, later, ours = clean_records(history), cleaned, AdaptivePredictor(triage)
    else:
        cut = make_splits(cleaned, str(split), run.seed)[0]
        earlier, later = [cleaned[i] for i in cut.train], [cleaned[i] for i in cut.test]
        about |= {"split": split, "seed": run.seed}
        ours = PilahLearner(run, cores()).adapt(earlier)
    about |= {"protocol": "prequential", "feedback_delay": feedback_delay}
    baseline = RefittedBaseline([without_giveaways(record) for record in earlier])
    return run_prequential(later, {SYSTEM: ours, NAME: baseline}, delay)


def _join(records: list[Record], offices: tuple[str, ...], run: Config, output: Path) -> None:
    """Let offices join that the training never saw."""
    from evaluation.joining import simulate_join  # noqa: PLC0415
    from training.learner import PilahLearner  # noqa: PLC0415

    found = simulate_join(records, lambda label: label.startswith(offices), PilahLearner(run, cores()).adapt)
    stages = {"without a label": found.unknown, f"after {found.corrections} decisions on each": found.corrected}
    measured = {name: metrics.to_dict() for name, metrics in stages.items() if metrics is not None}
    if not measured:
        raise PilahError("PLH-301", f"no row of an office that begins with {', '.join(offices)}")
    about = {"protocol": "joining", "offices": offices, "seed": run.seed}
    output.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"about": about, "joining": measured}, ensure_ascii=False, indent=1)
    (output / "metrics.json").write_text(text + "\n", encoding="utf-8")
    for name, values in measured.items():
        typer.echo(
            f"agency {name}: n {values['n']}, accuracy {values['accuracy']:.3f} "
            f"({values['accuracy_low']:.3f} to {values['accuracy_high']:.3f}), top-3 {values['top3']:.3f}"
        )


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
