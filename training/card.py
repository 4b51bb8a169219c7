"""Write the model card of a bundle from what the bundle knows about itself."""

from __future__ import annotations

from dataclasses import replace

from model.bundle import Bundle


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
    votes = ", ".join(
        f"{name} {vote.weight:g}" for name, vote in (bundle.accurate.votes if bundle.accurate else {}).items()
    )
    transformer = (
        f"\nA small transformer, fine-tuned on these complaints, votes beside them (weights learned on unseen rows:"
        f" {votes})."
        if votes
        else ""
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
rows are dated). Configuration: `config.toml` beside this file.{transformer}

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
