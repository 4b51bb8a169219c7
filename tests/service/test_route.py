"""``pilah route`` prints the reasoning in Indonesian."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from service.commands.route import register


def _run(*arguments: str) -> str:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["route", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_answer_names_agency_matter_tier_and_place() -> None:
    told = _run("lampu jalan mati", "--location", "Kabupaten Bandung")
    assert "Dinas Perhubungan Kabupaten Bandung" in told
    assert '"lampu jalan mati"' in told or '"lampu jalan"' in told
    assert "Tingkat pemerintahan: kabkota" in told
    assert "32.04" in told


def test_a_conflicting_choice_is_shown() -> None:
    told = _run("ktp belum jadi", "--location", "Kabupaten Bandung", "--claimed", "Dinas Kesehatan Kabupaten Bandung")
    assert "berbeda dengan usul" in told


def test_a_text_without_a_matter_says_so() -> None:
    assert "belum dapat ditentukan" in _run("zzz qqq")
