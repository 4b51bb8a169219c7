"""``pilah encoder build``: make word vectors from plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Word vectors for training.", no_args_is_help=True)
    group.command("build")(build)
    app.add_typer(group, name="encoder")


def build(
    sources: Annotated[list[Path], typer.Argument(metavar="TEXTS...", help="Text files, one text a line; .gz too.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of model.safetensors and tokenizer.json.")],
    dimensions: Annotated[int, typer.Option(min=8, max=512, help="Length of each vector.")] = 128,
    min_lines: Annotated[
        int, typer.Option(min=2, help="In how many different texts a word must stand; keeps rare names out.")
    ] = 20,
    max_words: Annotated[int, typer.Option(min=100, help="Most words kept.")] = 16_000,
) -> None:
    """Make word vectors from text alone; 'features.encoder' in a training configuration names the folder."""
    from training.encoder import EncoderConfig, build_encoder, read_lines, save_encoder  # noqa: PLC0415

    config = EncoderConfig(dimensions=dimensions, min_lines=min_lines, max_words=max_words)
    words, vectors = build_encoder(read_lines(sources), config)
    save_encoder(words, vectors, output)
    typer.echo(f"{len(words)} words, {vectors.shape[1]} dimensions: {output}")
