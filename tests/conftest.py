"""Parts that several areas test with: the sample, and bundles trained on it once a session."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from data.complaint import Complaint, Confidentiality, Labels, Record
from data.readers import read_records
from model.bundle import Bundle
from model.triage import Triage
from training.card import with_card
from training.config import Config
from training.train import train

sys.path.insert(0, str(Path(__file__).parent))

from postgresql import postgres_server

settings.register_profile("suite", deadline=None)  # no test fails because a machine is busy
settings.load_profile("suite")

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
CREATED = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample_path() -> Path:
    return SAMPLE / "complaints.jsonl"


@pytest.fixture(scope="session")
def workbook_path() -> Path:
    return SAMPLE / "laporan_ringkas.xlsx"


@pytest.fixture(scope="session")
def sample_records(sample_path: Path) -> list[Record]:
    return list(read_records(sample_path))


@pytest.fixture(scope="session")
def bundle(sample_records: list[Record]) -> Bundle:
    return with_card(train(sample_records, Config(), created=CREATED, quiet=True))


@pytest.fixture(scope="session")
def shareable_bundle(sample_records: list[Record]) -> Bundle:
    return with_card(train(sample_records, Config(shareable=True), created=CREATED, quiet=True))


@pytest.fixture(scope="session")
def bundle_path(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "trained"
    bundle.save(path)
    return path


@pytest.fixture(scope="session")
def triage(bundle_path: Path) -> Triage:
    return Triage.load(bundle_path)


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Return a function that makes a record of a text with its labels."""

    def make(
        id: str,
        text: str,
        agency: str | None = None,
        category: str | None = None,
        type: str | None = None,
        title: str | None = None,
        date: datetime | None = None,
        confidentiality: Confidentiality = Confidentiality.BIASA,
    ) -> Record:
        complaint = Complaint(id=id, text=text, title=title, date=date, confidentiality=confidentiality)
        return Record(complaint, Labels(type=type, category=category, agency=agency), source="test.jsonl")

    return make


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Start a PostgreSQL server of its own and return what makes an empty database in it."""
    with postgres_server() as make:
        yield make
