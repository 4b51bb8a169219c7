"""``pilah watch``: go through a dated file as if it came in day by day, and tell what would have been alerted."""

from __future__ import annotations

import json
import sys
from collections import Counter
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
        Path | None, typer.Option(help="Complaints to compare with, 300 or more; the first 500 of FILES if left out.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of the model bundle; the shipped base if left out.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSONL file for the alerts.")] = None,
    text_column: TextColumn = None,
    title_column: TitleColumn = None,
    strict: Strict = False,
) -> None:
    """Report when drift begins and ends, surges and new topics, with the day and after how many complaints."""
    from tqdm import tqdm  # noqa: PLC0415

    from evaluation.drift import LEAST_REFERENCE  # noqa: PLC0415
    from evaluation.observe import item_of, observe  # noqa: PLC0415
    from evaluation.standing import REFERENCE  # noqa: PLC0415
    from model.triage import BASE, Triage  # noqa: PLC0415

    named = columns(text=text_column, title=title_column)
    dated = [r.complaint for r in read_inputs(sources, named, strict) if r.complaint.date is not None]
    if not dated:
        raise PilahError("PLH-107", "no row has a date")
    dated.sort(key=lambda complaint: (complaint.date, complaint.id))
    before = [r.complaint for r in read_inputs([reference], named, strict)] if reference else dated[:REFERENCE]
    after = dated if reference else dated[REFERENCE:]
    if reference and len(before) < LEAST_REFERENCE:
        raise PilahError(
            "PLH-107", f"{reference}: {len(before)} complaints, {LEAST_REFERENCE} are needed to compare with"
        )
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
    drift = _drift([observed[c.id] for c in before], [observed[c.id] for c in after])
    for alert in drift:
        alert["day"] = f"{after[alert['after'] - 1].date:%Y-%m-%d}"
    found = sorted([*drift, *_days(items)], key=lambda alert: str(alert["day"]))
    if output is not None:
        lines = [json.dumps(alert, ensure_ascii=False, default=str) for alert in found]
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for alert in found:
        what = [alert.get("category"), alert.get("what") or alert.get("place")]
        says = alert.get("says") or ", ".join(alert.get("words", ()))
        typer.echo(f"{alert['day']} {alert['kind']} {' '.join(part for part in what if part)}: {says}")
    counts = Counter(alert["kind"] for alert in found)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "nothing found"
    typer.echo(f"{len(after)} complaints watched: {told}")


def _drift(before: list[Any], after: list[Any]) -> list[dict[str, Any]]:
    """Tell each drift alarm once when it begins, and when it ends."""
    from evaluation.drift import STEP  # noqa: PLC0415
    from evaluation.standing import follow  # noqa: PLC0415

    begun, ended = follow(before, after)
    shift = len(before) // STEP
    found = [
        {"kind": "drift", "after": (one.hundreds - shift) * STEP, **asdict(one.alarm)} for one in begun
    ] + [
        {
            "kind": "drift_end",
            "after": (one.hundreds - shift) * STEP,
            "what": one.standing.alarm.what,
            "why": one.why,
            "says": f"began after {(one.standing.hundreds - shift) * STEP}, {one.says}",
        }
        for one in ended
    ]  # fmt: skip
    for alert in found:
        alert["says"] = f"{alert['says']} (after {alert['after']} complaints)"
    return sorted(found, key=lambda alert: int(alert["after"]))


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
