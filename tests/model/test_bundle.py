"""Bundles: what is saved is what is loaded, and nothing else is accepted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.complaint import Complaint, Record
from data.errors import PilahError
from model.bundle import PLAIN_SCHEMA, SCHEMA, Bundle, load
from model.triage import Triage

FILES = ("arrays.safetensors", "vocabulary.json", "heads.json", "config.toml", "MODEL_CARD.md")


@pytest.fixture
def copy(bundle_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle_path, tmp_path / "copy"))


def refused(directory: Path) -> PilahError:
    with pytest.raises(PilahError) as caught:
        load(directory)
    return caught.value


def edit_manifest(directory: Path, **changes: Any) -> None:
    path = directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def rewrite(directory: Path, name: str, content: bytes) -> None:
    """Change a file and its hash in the manifest, as one who made the bundle could."""
    (directory / name).write_bytes(content)
    files = json.loads((directory / "manifest.json").read_text())["files"]
    edit_manifest(directory, files={**files, name: hashlib.sha256(content).hexdigest()})


def test_a_loaded_bundle_answers_as_the_trained_one(
    bundle: Bundle, bundle_path: Path, sample_records: list[Record]
) -> None:
    before, after = Triage.of(bundle), Triage.of(load(bundle_path))
    for record in sample_records[::10]:
        expected = before.distributions(before.read(record.complaint))
        for name, found in after.distributions(after.read(record.complaint)).items():
            assert found.labels == expected[name].labels
            np.testing.assert_array_equal(found.probabilities, expected[name].probabilities)


def test_everything_said_about_a_bundle_is_kept(bundle: Bundle, tmp_path: Path) -> None:
    full = replace(bundle, home="33.24", extras={"policy.json": {"level": "opd"}})
    digest = full.save(tmp_path / "b")
    found = load(tmp_path / "b")
    for name in ("id", "created", "home", "config", "card", "extras", "metadata", "heads"):
        assert getattr(found, name) == getattr(full, name), name
    assert found.digest == digest


def test_the_same_bundle_is_written_as_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    assert bundle.save(tmp_path / "a") == bundle.save(tmp_path / "b")


def test_a_bundle_holds_arrays_text_and_json_only(bundle_path: Path) -> None:
    names = {p.name for p in bundle_path.iterdir()}
    assert {p for p in names if not p.endswith(".json")} == {"arrays.safetensors", "config.toml", "MODEL_CARD.md"}
    manifest = json.loads((bundle_path / "manifest.json").read_text())
    assert manifest["schema"] == PLAIN_SCHEMA
    assert set(manifest["files"]) == names - {"manifest.json"} >= set(FILES)
    assert {"id", "created", "data", "versions"} <= set(manifest)
    for name in names - {"arrays.safetensors"}:
        (bundle_path / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("home", [True, ["32.04"], {"code": "32"}, 3204])
def test_a_manifest_that_says_what_cannot_be_is_refused_at_the_start(copy: Path, home: object) -> None:
    edit_manifest(copy, home=home)
    with pytest.raises(PilahError, match="PLH-203"):
        Triage.load(copy)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_a_changed_byte_is_refused(copy: Path, name: str, where: float) -> None:
    content = bytearray((copy / name).read_bytes())
    content[min(int(where * len(content)), len(content) - 1)] ^= 1
    (copy / name).write_bytes(content)
    assert refused(copy).code == "PLH-202"


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    error = refused(copy)
    assert error.code == "PLH-201"
    assert name in error.detail


def test_a_newer_schema_is_refused(copy: Path) -> None:
    edit_manifest(copy, schema=SCHEMA + 1)
    assert refused(copy).code == "PLH-203"


@pytest.mark.parametrize("name", ["../outside.json", "/etc/hostname", "sub/file.json", "..", "x" * 5000, "a\0b"])
def test_a_path_out_of_the_bundle_is_refused(copy: Path, name: str) -> None:
    (copy.parent / "outside.json").write_text("{}")
    edit_manifest(copy, files={**json.loads((copy / "manifest.json").read_text())["files"], name: "0"})
    assert refused(copy).code == "PLH-201"


@pytest.mark.parametrize(
    ("extra", "code"), [("../outside.json", "PLH-201"), ("unlisted.json", "PLH-202"), ("absent.json", "PLH-201")]
)
def test_a_document_without_a_hash_is_not_read(copy: Path, extra: str, code: str) -> None:
    (copy.parent / "outside.json").write_text("{}")
    (copy / "unlisted.json").write_text("{}")
    edit_manifest(copy, extras=[extra])
    assert refused(copy).code == code


def test_a_required_file_without_a_hash_is_refused(copy: Path) -> None:
    files = json.loads((copy / "manifest.json").read_text())["files"]
    edit_manifest(copy, files={name: files[name] for name in FILES if name != "heads.json"})
    assert refused(copy).code == "PLH-202"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("heads.json", b"[]"),
        ("heads.json", b'{"type": {}}'),
        ("heads.json", b'{"type": {"calibration": {}, "columns": [0, 2], "groups": []}}'),
        ("heads.json", b'{"type": {"calibration": {"x": 1}, "columns": [0, 0], "groups": []}}'),
        ("heads.json", b"[" * 100_000),
        ("vocabulary.json", b'{"words": ["a"], "chars": []}'),
        ("vocabulary.json", b"null"),
        ("arrays.safetensors", b""),
        ("arrays.safetensors", b"\x80\x04\x95."),
        ("config.toml", b"\xff\xfe"),
    ],
)
def test_broken_contents_are_refused_even_with_a_right_hash(copy: Path, name: str, content: bytes) -> None:
    rewrite(copy, name, content)
    assert refused(copy).code == "PLH-203"


MANIFESTS = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["schema", "files", "id", "created", "home", "extras"]), inner, max_size=6
            )
        ),
        max_leaves=12,
    ).map(lambda document: json.dumps(document).encode()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(MANIFESTS)
@example(b'{"schema": Infinity, "files": {}}')
@example(b'{"schema": 1, "files": [[5, "x"]]}')
@example(b'{"schema": 1, "files": {"' + b"x" * 5000 + b'": "0"}}')
@example(b"[" * 100_000)
@example(b'{"schema": ' + b"9" * 5000 + b"}")
def test_no_manifest_brings_the_loader_down(copy: Path, content: bytes) -> None:
    (copy / "manifest.json").write_bytes(content)
    assert refused(copy).code in ("PLH-201", "PLH-202", "PLH-203")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.sampled_from(["schema", "id", "created", "home", "extras", "files"]),
    st.sampled_from([None, True, -1, 1.5, "x", [], {}, [None], [[1, 2]], {"a": 1}, [".."], ["heads.json"], [5]]),
)
def test_a_field_of_the_wrong_kind_is_refused_or_harmless(
    copy: Path, bundle_path: Path, name: str, value: object
) -> None:
    shutil.copy(bundle_path / "manifest.json", copy)
    edit_manifest(copy, **{name: value})
    try:
        found = load(copy)
    except PilahError as error:
        assert error.code in ("PLH-201", "PLH-202", "PLH-203")
    else:
        assert name not in ("files",)
        assert len(found.heads) == 4


@pytest.mark.parametrize("left_out", ["id", "created"])
def test_a_manifest_without_its_id_is_refused(copy: Path, left_out: str) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest[left_out]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert refused(copy).code == "PLH-203"


def test_saving_replaces_an_older_bundle(bundle: Bundle, copy: Path) -> None:
    replace(bundle, id="newer").save(copy)
    assert load(copy).id == "newer"
    assert [p.name for p in copy.parent.iterdir()] == ["copy"]


def test_saving_through_a_link_replaces_what_it_points_at(bundle: Bundle, copy: Path) -> None:
    link = copy.parent / "current"
    link.symlink_to(copy.name)
    replace(bundle, id="newer").save(link)
    assert link.is_symlink()
    assert load(copy).id == load(link).id == "newer"


def test_an_interrupted_save_leaves_the_older_bundle(bundle: Bundle, copy: Path) -> None:
    broken = replace(bundle, extras={"policy.json": object()})
    with pytest.raises(TypeError):
        broken.save(copy)
    assert load(copy).id == bundle.id
    assert [p.name for p in copy.parent.iterdir()] == ["copy"]


def test_a_save_that_cannot_take_the_place_leaves_the_older_bundle(
    bundle: Bundle, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if (self / "manifest.json").exists() and json.loads((self / "manifest.json").read_text())["id"] == "newer":
            raise OSError("disk gone")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="disk gone"):
        replace(bundle, id="newer").save(copy)
    assert load(copy).id == bundle.id
    assert [p.name for p in copy.parent.iterdir()] == ["copy"]


def test_a_directory_with_other_things_is_not_overwritten(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(PilahError, match="PLH-204"):
        bundle.save(tmp_path)
    assert os.listdir(tmp_path) == ["letter.txt"]


def test_a_file_in_the_place_of_the_directory_is_not_overwritten(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("keep me")
    with pytest.raises(PilahError, match="PLH-204"):
        bundle.save(tmp_path / "b")
    assert (tmp_path / "b").read_text() == "keep me"


def test_missing_parents_are_made(bundle: Bundle, tmp_path: Path) -> None:
    bundle.save(tmp_path / "var" / "models" / "b")
    assert load(tmp_path / "var" / "models" / "b").id == bundle.id


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere").code == "PLH-201"


def test_loaded_answers_name_their_bundle(triage: Triage) -> None:
    answer = triage.assess(Complaint(id="1", text="lampu jalan mati"))
    assert answer.model.id == triage.bundle.id
    assert answer.model.bundle == triage.bundle.digest
    assert answer.model.bundle.startswith("sha256:")
