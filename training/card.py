"""Write the model card of a bundle from what the bundle knows about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.bundle import Bundle

_QUESTIONS = ("agency", "category", "type", "function")


def with_card(bundle: Bundle, figures: str = "") -> Bundle:
    """Return the bundle with its model card.

    :param figures: measured results in Markdown, with the command that gives them.
    """
    data = bundle.metadata["data"]
    span = f"{data['first_date']} to {data['last_date']}" if data["first_date"] else "undated"
    heads = "\n".join(
        f"| {name} | {sum(len(g.members) for g in head.groups)} | {sum(data['labels'].get(name, {}).values())} |"
        for name, head in bundle.heads.items()
    )
    shareable = "shareable = true" in bundle.config
    confidential = (
        "Reports marked `rahasia` were left out; every feature occurs in several different complaints."
        if shareable
        else "Reports marked `rahasia` may have been used: this bundle must not leave the house."
    )
    card = f"""# Model card: {bundle.id}

Suggests the responsible agency, the category and the report type of an Indonesian public complaint.

## Data
{data["rows"]} complaints, {span}. {confidential} Personal data was masked before anything was learned.

| question | labels | labelled rows |
|---|---|---|
{heads}

## Method
Word 1-2 and character 3-5 n-gram TF-IDF of title and body, linear one-vs-rest models (ridge regression up to 12,000
rows, support vector machines beyond), probabilities fitted on rows that the fitted model had not seen (later ones where
rows are dated). Configuration: `config.toml` beside this file.

## Figures
{figures or "Run `pilah evaluate` with `--split` on the training files; a bundle is never measured on its own rows."}

## Limits
Labels are admins' decisions and partly wrong; near-identical complaints often went to different offices. The mix of
complaints changes with time: accuracy on later months is lower than on random splits. Texts in regional languages,
very short texts and texts without a place are answered less well.

## Must not be used for
Closing, refusing or delaying a complaint without a person; judging reporters or officials; anything but suggesting
where a complaint should go.
"""
    return replace(bundle, card=card)


def figures_of(reports: Sequence[Mapping[str, Any]]) -> str:
    """Write what `pilah evaluate` measured as the card shows it.

    :param reports: the documents of ``metrics.json``.
    """
    return "\n\n".join(_report(report) for report in reports)


def _report(report: Mapping[str, Any]) -> str:
    about = report["about"]
    said = ", ".join(f"{name} {_plain(value)}" for name, value in about.items())
    if "joining" in report:
        rows = [f"| {name} | {_row(values)} |" for name, values in report["joining"].items()]
        head = ["| offices that join | n | accuracy | macro-F1 | top-3 |", "|---|---|---|---|---|"]
        return "\n".join([said, "", *head, *rows])
    lines = [f"{said}", "", "| question | n | accuracy | macro-F1 | top-3 | calibration p | gain over baseline |"]
    lines.append("|---|---|---|---|---|---|---|")
    for question in _QUESTIONS:
        if question in report:
            values = report[question]
            gain = values.get("gain")
            told = f"{gain['accuracy']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})" if gain else ""
            lines.append(f"| {question} | {_row(values)} | {_number(values['calibration_p'])} | {told} |")
    curve = report.get("learning_curve", ())
    if curve:
        asked = [q for q in _QUESTIONS if q in curve[-1]]
        lines += ["", f"How many rows are needed: accuracy by rows of training ({', '.join(asked)})", ""]
        lines += [f"- {point['rows']}: " + ", ".join(_number(point.get(q)) for q in asked) for point in curve]
    return "\n".join(lines)


def _row(values: Mapping[str, Any]) -> str:
    interval = f"{values['accuracy']:.3f} ({values['accuracy_low']:.3f} to {values['accuracy_high']:.3f})"
    return f"{values['n']} | {interval} | {values['macro_f1']:.3f} | {values['top3']:.3f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
