"""The configuration: read, refused by name, written back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import PilahError
from training.config import Config, FeatureConfig, HeadConfig, read_config

CONFIGS = st.builds(
    Config,
    name=st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}", fullmatch=True),
    seed=st.integers(0, 2**32 - 1),
    home=st.none() | st.from_regex(r"[0-9]{2}(\.[0-9]{2})?", fullmatch=True),
    shareable=st.booleans(),
    min_shared=st.integers(2, 100),
    calibration_folds=st.integers(2, 20),
    agency=st.sampled_from(["labels", "functions"]),
    features=st.builds(
        FeatureConfig, min_words=st.integers(1, 99), min_chars=st.integers(1, 99), max_chars=st.integers(100, 10**6)
    ),
    heads=st.builds(
        HeadConfig,
        ridge=st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=3).map(tuple),
        balance=st.lists(st.floats(0, 1), min_size=1, max_size=3).map(tuple),
        min_rows=st.integers(1, 99),
        title_dropout=st.floats(0, 1),
    ),
)


@given(CONFIGS)
def test_what_is_written_reads_back_the_same(config: Config) -> None:
    assert Config.model_validate(tomllib.loads(config.to_toml())) == config


def test_all_defaults_are_written_out() -> None:
    written = tomllib.loads(Config().to_toml())
    assert Config.model_validate(written) == Config()
    assert {name: set(written[name]) for name in ("features", "heads")} == {
        "features": set(FeatureConfig.model_fields),
        "heads": set(HeadConfig.model_fields),
    }


def test_without_a_file_the_defaults_hold() -> None:
    assert read_config(None) == Config()


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('home = "33.24"\n[heads]\nmin_rows = 7\n')
    assert read_config(path) == Config(home="33.24", heads=HeadConfig(min_rows=7))


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("sed = 1", "sed"),
        ("seed = 1.5", "seed"),
        ("seed = -1", "seed"),
        ("seed = 4294967296", "seed"),
        ('home = "Kendal"', "home"),
        ('agency = "offices"', "agency"),
        ('name = "Base Model"', "name"),
        ("calibration_folds = 1", "calibration_folds"),
        ("min_shared = 1", "min_shared"),
        ("[heads]\nridge = [1.0, 0]", "heads.ridge.1"),
        ("[heads]\nridge = [1.0, inf]", "heads.ridge.1"),
        ("[heads]\nridge = [1.0, nan]", "heads.ridge.1"),
        ("[heads]\ntitle_dropout = 1.1", "heads.title_dropout"),
        ("[heads]\nbalance = [nan]", "heads.balance.0"),
        ("[heads]\nbalance = []", "heads.balance"),
        ("[heads]\nridge = 1.0", "heads.ridge"),
        ("[features]\nmax_words = 1", "features.max_words"),
        ("features = 3", "features"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, setting: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(PilahError) as caught:
        read_config(path)
    assert caught.value.code == "PLH-302"
    assert f" {setting}: " in caught.value.detail


@pytest.mark.parametrize("content", [b"seed = ", b"\xff", b"[heads"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(PilahError, match="PLH-302"):
        read_config(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="PLH-302"):
        read_config(tmp_path / "config.toml")
