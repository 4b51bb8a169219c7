"""``pilah watch``: go through a dated file as if it came in day by day, and tell what would have been alerted."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from data.errors import PilahError
from service.inputs import Strict, TextColumn, TitleColumn, columns, read_inputs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(
    sources: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Dated complaints.")],
    reference: Annotated[
        Path | None, typer.Option(help="Complaints to compare with; the first 500 of FILES if left out.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of the model bundle; the shipped base if left out.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSONL file for the alerts.")] = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Report drift, surges and new topics with the day and the number of complaints after which each is found."""
    from tqdm import tqdm  # noqa: PLC0415

    from evaluation.drift import REFERENCE  # noqa: PLC0415
    from evaluation.drift import watch as watch_drift  # noqa: PLC0415
    from evaluation.observe import item_of, observe  # noqa: PLC0415
    from model.triage import BASE, Triage  # noqa: PLC0415

    named = columns(text=text_column, title=title_column)
    dated = [r.complaint for r in read_inputs(sources, named, strict) if r.complaint.date is not None]
    if not dated:
        raise PilahError("PLH-107", "no row has a date")
    dated.sort(key=lambda complaint: (complaint.date, complaint.id))
    before = [r.complaint for r in read_inputs([reference], named, strict)] if reference else dated[:REFERENCE]
    after = dated if reference else dated[REFERENCE:]
    triage = Triage.load(bundle or BASE)
    words = frozenset(triage.bundle.vectoriser.words)
    observed, items = {}, []
    rows = {complaint.id: complaint for complaint in (*before, *dated)}
    for complaint in tqdm(rows.values(), desc="pilah watch", unit="row", disable=not sys.stderr.isatty()):
        answer = triage.assess(complaint).to_dict()
        observed[complaint.id] = observe(complaint, answer, words)
        if complaint.date is not None:
            category, places = answer["category"] or {}, answer["region"]["candidates"]
            place = places[0]["code"] if places else None
            sure = float(category.get("probability") or 0)
            items.append(item_of(complaint, category.get("label"), place, sure, complaint.date.date()))
    found: list[dict[str, Any]] = []
    for end, alarm in watch_drift([observed[c.id] for c in before], [observed[c.id] for c in after]):
        found.append({"kind": "drift", "day": f"{after[end - 1].date:%Y-%m-%d}", "after": end, **asdict(alarm)})
    found += _days(items)
    lines = [json.dumps(alert, ensure_ascii=False, default=str) for alert in found]
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for alert in found:
        what = alert.get("what") or alert.get("place") or ""
        says = alert.get("says") or ", ".join(alert.get("words", ())) or alert.get("wording", "")
        typer.echo(f"{alert['day']} {alert['kind']} {alert.get('category', '')} {what}: {says}")
    typer.echo(f"{len(after)} complaints watched, {len(found)} alerts")


def _days(items: list[Any]) -> list[dict[str, Any]]:
    """Go through the days and tell each surge and topic once, when it is found first."""
    from evaluation.surges import find_surges  # noqa: PLC0415
    from evaluation.topics import find_topics  # noqa: PLC0415

    items.sort(key=lambda item: (item.day, item.id))
    told: dict[tuple[str, ...], Any] = {}
    found = []
    day = items[0].day
    while day <= items[-1].day:
        recent = [item for item in items if timedelta(0) <= day - item.day <= timedelta(days=210)]
        for surge in find_surges(recent, day):
            key = ("surge", surge.kind, surge.place)
            if key not in told or day - told[key] > timedelta(days=14):
                says = f"{surge.n} in {surge.days} day(s), {surge.expected:.1f} expected"
                found.append({"category": surge.kind, "says": says, **asdict(surge), "kind": "surge"})
            told[key] = day
        for topic in find_topics(recent, day):
            keys = [("topic", word) for word in topic.words]
            if not any(key in told and day - told[key] <= timedelta(days=28) for key in keys):
                kind = "topic" if topic.explained else "new_topic"
                found.append({"kind": kind, "category": topic.explained or "", **asdict(topic)})
            told |= dict.fromkeys(keys, day)
        day += timedelta(days=1)
    return found
