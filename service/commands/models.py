"""``pilah models``: candidates, the live model and those before it; promotion through a gate, rollback, shadow."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import PilahError
from service.inputs import AgencyColumn, CategoryColumn, TypeColumn, columns, read_inputs
from service.opening import VarOption

if TYPE_CHECKING:
    from training.registry import Entry, Registry


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Candidates, the live model, and those before it.")
    group.command("list")(list_models)
    for command in (add, show, promote, rollback, shadow):
        group.command(command.__name__)(command)
    app.add_typer(group, name="models")


def _registry(var: Path | None) -> Registry:
    from service.settings import load_settings  # noqa: PLC0415
    from training.registry import Registry  # noqa: PLC0415

    return Registry(load_settings(var=var).var / "models")


def list_models(var: VarOption = None) -> None:
    """List the models, newest first."""
    registry = _registry(var)
    contents = registry.read()
    live, shadowed = registry.pointed("live"), registry.pointed("shadow")
    if live is None:
        typer.echo("live: the bundle of the settings (nothing was promoted)")
    for entry in reversed(contents.entries):
        marks = [entry.state]
        marks += ["shadow"] if entry.name == shadowed else []
        marks += ["best so far"] if entry.name == contents.best else []
        marks += ["forced"] if entry.forced and entry.state == "live" else []
        typer.echo(f"{entry.name}: {', '.join(marks)}; {entry.rows} rows; added {entry.added}")


def add(bundle: Annotated[Path, typer.Argument(help="Directory of a bundle.")], var: VarOption = None) -> None:
    """Take a copy of a bundle in as a candidate."""
    typer.echo(_registry(var).add(bundle).name)


def show(name: Annotated[str, typer.Argument(help="Name of a model.")], var: VarOption = None) -> None:
    """Print what is known of a model: lineage, the gate's figures, its shadow report."""
    from service.shadow import report  # noqa: PLC0415

    registry = _registry(var)
    entry = registry.read().get(name)
    history = [change for change in registry.read().history if change["name"] == name]
    document = {**asdict(entry), "history": history, "shadow": report(registry.folder, name)}
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _entry(registry: Registry, model: str) -> Entry:
    """Return the entry of a name, or of a bundle's directory, which is added first."""
    if "/" in model or Path(model, "manifest.json").is_file():
        return registry.add(Path(model))
    return registry.read().get(model)


def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name of a model, or the directory of a bundle.")],
    sources: Annotated[
        list[Path] | None, typer.Argument(metavar="DATA...", help="Labelled files for the gate.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote all the same; needs --reason and --by.")] = False,
    reason: Annotated[str, typer.Option(help="Why it is forced; kept in the registry.")] = "",
    by: Annotated[str, typer.Option(help="Who forces it.")] = "",
    floor: Annotated[float, typer.Option(min=0.0, max=1.0, help="Least accuracy of the agency in each region.")] = 0.2,
    var: VarOption = None,
    agency_column: AgencyColumn = None,
    category_column: CategoryColumn = None,
    type_column: TypeColumn = None,
) -> None:
    """Let a model answer if the gate finds nothing against it on DATA, labelled rows kept out of training."""
    if force and not (reason.strip() and by.strip()):
        raise PilahError("PLH-400", "--force needs --reason and --by")
    if not sources and not force:
        raise PilahError("PLH-400", "the gate needs DATA: labelled complaints kept out of training")
    registry = _registry(var)
    entry = _entry(registry, model)
    named = columns(agency=agency_column, category=category_column, type=type_column)
    document, best = None, False
    if sources:
        document, best = _judge(registry, entry, read_inputs(sources, named, False), floor)
    refused = document is not None and not document["passed"]
    if refused and not force:
        raise PilahError("PLH-310", entry.name)
    forced = {"by": by, "reason": reason} if force and (refused or document is None) else None
    registry.promote(entry.name, document, forced, best)
    typer.echo(f"{entry.name} is live{f' (forced by {by}: {reason})' if forced else ''}; a running server follows")


def _judge(registry: Registry, entry: Entry, records: list, floor: float) -> tuple[dict, bool]:  # type: ignore[type-arg]
    from model.triage import Triage  # noqa: PLC0415
    from service.settings import load_settings  # noqa: PLC0415
    from training.gate import BEST, NEW, NOW, QUESTIONS, Rules, judge  # noqa: PLC0415

    contents = registry.read()
    live = registry.live_path() or load_settings().bundle
    paths = {NEW: registry.path(entry.name), NOW: live}
    if contents.best is not None and contents.best not in (registry.pointed("live"), entry.name):
        paths[BEST] = registry.path(contents.best)
    systems = {name: Triage.load(path) for name, path in paths.items()}
    sizes = {name: sum(f.stat().st_size for f in path.iterdir()) for name, path in paths.items()}
    quiet = not sys.stderr.isatty()
    verdict = judge(systems, sizes, records, contents.uses, Rules(floor=floor), quiet)
    registry.count_use(str(verdict.figures["slice"]))
    document = verdict.to_document()
    typer.echo(
        f"gate: slice {document['slice']} (used {document['used_before']} times before), {document['rows']} rows, "
        f"left out because trained on: {len(document['left_out']['ids'])}"
    )
    for question in QUESTIONS:
        for pair in document.get(question, {}).get("pairs", []):
            if pair["first"] == NEW:
                typer.echo(
                    f"{question}: candidate less {pair['second']} {pair['difference']:+.3f} "
                    f"({pair['low']:+.3f} to {pair['high']:+.3f}), McNemar p {pair['p']:.3g}"
                )
    for kind, says in verdict.refusals.items():
        typer.echo(f"refused ({kind}): {says}")
    return document, verdict.best and not verdict.refusals


def rollback(
    reason: Annotated[str, typer.Option(help="Why; kept in the registry.")] = "",
    var: VarOption = None,
) -> None:
    """Let the model before answer again, at once."""
    before = _registry(var).rollback(reason)
    typer.echo(f"{before or 'the bundle of the settings'} is live again; a running server follows")


def shadow(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="Name or directory; none ends it.")] = None,
    var: VarOption = None,
) -> None:
    """Let a candidate score live traffic beside the live model, unseen by anyone; `show` reports the difference."""
    registry = _registry(var)
    name = _entry(registry, model).name if model is not None else None
    registry.shadow(name)
    typer.echo(f"shadow: {name or 'none'}")
