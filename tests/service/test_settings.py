"""Settings: options before the environment before the file; a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import PilahError
from service.settings import load_settings


def test_the_defaults_are_local() -> None:
    chosen = load_settings()
    assert (chosen.host, chosen.port) == ("127.0.0.1", 8080)
    assert chosen.store_url.endswith("/var/pilah.db")


def test_options_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pilah.toml"
    file.write_text('port = 1\nhost = "10.0.0.1"\nmax_batch = 7\n')
    monkeypatch.setenv("PILAH_SETTINGS_FILE", str(file))
    monkeypatch.setenv("PILAH_PORT", "2")
    monkeypatch.setenv("PILAH_HOST", "10.0.0.2")
    chosen = load_settings(port=3, host=None)
    assert (chosen.port, chosen.host, chosen.max_batch) == (3, "10.0.0.2", 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PILAH_PORT", "99999"), ("PILAH_PORT", "x"), ("PILAH_NONSENSE", "1"), ("PILAH_SETTINGS_FILE", "/nowhere.toml")],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(PilahError, match="PLH-440") as caught:
        load_settings()
    assert name.removeprefix("PILAH_").lower() in str(caught.value).lower()


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.toml").write_text("port = = 1")
    monkeypatch.setenv("PILAH_SETTINGS_FILE", str(tmp_path / "x.toml"))
    with pytest.raises(PilahError, match="PLH-440"):
        load_settings()
