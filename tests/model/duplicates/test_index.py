"""The duplicate index: finding, removing, restarting; any order of these equals a rebuild."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from data.complaint import Complaint, Confidentiality
from data.errors import PilahError
from model.duplicates.document import Document, build_document
from model.duplicates.index import DuplicateIndex, region_number
from model.duplicates.match import HIDDEN_REASON

START = datetime(2024, 3, 1, tzinfo=UTC)
PLACES = ["Jl. Mawar", "Jl. Melati RT 03/RW 05", "Pasar Baru", "Desa Sidomulyo", "SDN 2 Karang", "Kp. Cibeureum"]
TROUBLES = ["lampu PJU padam", "jalan berlubang dalam", "sampah menumpuk", "banjir setiap hujan", "pohon tumbang"]


def make(number: int, text: str, *, day: int | None = 0, region: str | None = None, **fields: object) -> Document:
    date = None if day is None else START + timedelta(days=day)
    return build_document(Complaint(id=f"c{number}", text=text, date=date, **fields), region=region)  # type: ignore[arg-type]


def ids(index: DuplicateIndex, document: Document, **options: object) -> list[str]:
    return [found.id for found in index.candidates(document, **options)]  # type: ignore[arg-type]


def test_equal_text_is_found_whatever_its_case_spacing_and_spelling() -> None:
    index = DuplicateIndex()
    index.add(make(1, "Lampu PJU di Jl. Mawar   padam"))
    index.add(make(2, "Sampah menumpuk di Pasar Baru"))
    assert ids(index, make(9, "lampu pju di jln MAWAR mati"))[0] == "c1"


def test_a_complaint_is_not_a_candidate_of_itself() -> None:
    index = DuplicateIndex()
    document = make(1, "Lampu PJU di Jl. Mawar padam")
    index.add(document)
    assert ids(index, document) == []


def test_removed_complaints_are_not_found() -> None:
    index = DuplicateIndex(delta_limit=2)
    for number in range(6):
        index.add(make(number, f"Lampu padam di Jl. Mawar nomor {number}"))
    assert index.remove("c1")
    assert index.remove("c5")
    assert not index.remove("c5")
    assert len(index) == 4
    assert set(ids(index, make(9, "Lampu padam di Jl. Mawar"))) == {"c0", "c2", "c3", "c4"}


def test_adding_an_id_again_replaces_it() -> None:
    index = DuplicateIndex(delta_limit=1)
    index.add(make(1, "Lampu padam di Jl. Mawar"))
    index.add(make(1, "Sampah menumpuk di Pasar Baru"))
    assert len(index) == 1
    assert ids(index, make(2, "Lampu padam di Jl. Mawar")) == []
    found = index.get("c1")
    assert found is not None
    assert found.text == "Sampah menumpuk di Pasar Baru"


def test_window_keeps_near_and_undated_complaints() -> None:
    index = DuplicateIndex(delta_limit=2)
    text = "Lampu padam di Jl. Mawar"
    for number, day in enumerate([0, 5, 40, None]):
        index.add(make(number, text, day=day))
    assert set(ids(index, make(9, text, day=3), window_days=7)) == {"c0", "c1", "c3"}
    assert set(ids(index, make(9, text, day=None), window_days=7)) == {"c0", "c1", "c2", "c3"}


def test_region_blocks_other_regencies_only() -> None:
    index = DuplicateIndex(delta_limit=2)
    text = "Lampu padam di Jl. Ahmad Yani"
    for number, region in enumerate(["32.04.05", "32.73", "32", "33.26", None]):
        index.add(make(number, text, region=region))
    assert set(ids(index, make(9, text, region="32.04"))) == {"c0", "c2", "c4"}
    assert set(ids(index, make(9, text, region="32"))) == {"c0", "c1", "c2", "c4"}
    assert set(ids(index, make(9, text))) == {"c0", "c1", "c2", "c3", "c4"}
    assert set(ids(index, make(9, text), region="33.26")) == {"c3", "c4"}


@pytest.mark.parametrize(("code", "number"), [("32.04.32.2001", 3204), ("32", 3200), ("", 0), ("x", 0), (None, 0)])
def test_region_number(code: str | None, number: int) -> None:
    assert region_number(code) == number


def test_expiry_forgets_old_but_not_undated_complaints() -> None:
    index = DuplicateIndex(delta_limit=2)
    for number, day in enumerate([0, 10, 20, None]):
        index.add(make(number, "Lampu padam", day=day))
    first = index.get("c0")
    assert first is not None and first.day is not None
    assert index.expire(first.day + 15) == 2
    assert sorted(document.id for document in index.documents()) == ["c2", "c3"]


def test_closing_is_recorded() -> None:
    index = DuplicateIndex()
    index.add(make(1, "Lampu padam"))
    assert index.close("c1", 19_800)
    assert not index.close("c2", 19_800)
    found = index.get("c1")
    assert found is not None
    assert found.closed == 19_800


def test_rarity_falls_with_the_number_of_complaints() -> None:
    index = DuplicateIndex(delta_limit=4)
    for number in range(10):
        index.add(make(number, "lampu mati" if number else "lampu cibeureum mati"))
    rarity = index.rarity(["lampu", "cibeureum", "takdikenal"])
    assert rarity["lampu"] < rarity["cibeureum"] < rarity["takdikenal"] == 1


def test_reasons_for_confidential_reports_are_hidden_unless_allowed() -> None:
    index = DuplicateIndex()
    index.add(make(1, "Lampu padam di Jl. Mawar", confidentiality=Confidentiality.RAHASIA))
    query = make(2, "Lampu padam di Jl. Mawar")
    assert index.search(query)[0].reasons == (HIDDEN_REASON,)
    assert index.search(query)[0].confidential
    assert HIDDEN_REASON not in index.search(query, reveal_confidential=True)[0].reasons


def test_saved_index_opens_with_its_cursor_and_content(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path, delta_limit=3)
    for number in range(20):
        index.add(make(number, f"{TROUBLES[number % 5]} di {PLACES[number % 6]}"))
    index.remove("c4")
    index.save(41)
    index.add(make(30, "ditambah setelah disimpan"))
    again = DuplicateIndex.open(tmp_path, delta_limit=3)
    assert again.cursor == 41
    assert len(again) == 19
    query = make(99, "lampu PJU padam di Jl. Mawar")
    again.add(make(30, "ditambah setelah disimpan"))
    assert ids(index, query) == ids(again, query)


def test_unsaved_segments_are_dropped_at_the_next_start(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path, delta_limit=2)
    index.add(make(1, "Lampu padam"))
    index.save(1)
    for number in range(2, 9):
        index.add(make(number, "Sampah menumpuk"))
    again = DuplicateIndex.open(tmp_path)
    assert [document.id for document in again.documents()] == ["c1"]
    assert sum(path.is_dir() for path in tmp_path.iterdir()) == 1


def test_an_archive_of_more_than_a_segment_holds_is_left_in_few_of_them(tmp_path: Path) -> None:
    index = DuplicateIndex(tmp_path, delta_limit=4, segment_limit=1024)
    documents = [make(number, f"Lampu {number} padam di Jl. Mawar") for number in range(1280)]
    for start in range(0, len(documents), 64):
        index.add_many(documents[start : start + 64])
    index.save(1)
    assert sum(path.is_dir() for path in tmp_path.iterdir()) == 2  # the largest that there is, and the rest
    again = DuplicateIndex.open(tmp_path)
    assert [document.id for document in again.documents()] == [document.id for document in documents]


def test_open_without_anything_saved_is_empty(tmp_path: Path) -> None:
    assert len(DuplicateIndex.open(tmp_path / "new")) == 0


@pytest.mark.parametrize("name", ["postings.npy", "records.bin", "keys.npy"])
def test_damaged_segment_is_refused(tmp_path: Path, name: str) -> None:
    index = DuplicateIndex(tmp_path)
    index.add(make(1, "Lampu padam di Jl. Mawar"))
    index.save(1)
    path = next(tmp_path.glob(f"*/{name}"))
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(PilahError, match="PLH-601"):
        DuplicateIndex.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "code"), [({"crc": 1}, "PLH-601"), ({"version": 0}, "PLH-602"), ({"body": None}, "PLH-601")]
)
def test_damaged_or_foreign_manifest_is_refused(tmp_path: Path, change: dict[str, object], code: str) -> None:
    index = DuplicateIndex(tmp_path)
    index.add(make(1, "Lampu padam di Jl. Mawar"))
    index.save(1)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(PilahError, match=code):
        DuplicateIndex.open(tmp_path)


def test_equal_texts_beyond_the_budget_are_still_found() -> None:
    index = DuplicateIndex(budget=5, delta_limit=8)
    for number in range(30):
        index.add(make(number, "Kami menolak tambang di desa kami", day=number))
    assert ids(index, make(99, "Kami menolak tambang di desa kami"), limit=3) == ["c0", "c1", "c2"]


def test_only_lower_places_are_searched_where_this_is_asked_for() -> None:
    index = DuplicateIndex(delta_limit=4)
    for number in range(40):
        index.add(make(number, "Lampu padam di Jl. Mawar", day=number))
    index.compact()
    assert [document.id for place in range(index.end) if (document := index.stored(place))] == [
        f"c{number}" for number in range(40)
    ]
    assert set(ids(index, make(99, "Lampu padam di Jl. Mawar"), below=3)) == {"c0", "c1", "c2"}


TEXTS = st.builds("{} di {}".format, st.sampled_from(TROUBLES), st.sampled_from(PLACES))


class AnyOrder(RuleBasedStateMachine):
    """Add, replace, remove, expire, save and restart in any order; a rebuild must answer the same."""

    stored: Bundle[Document] = Bundle("stored")

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.options = {"delta_limit": 3, "segment_limit": 40, "budget": 60}
        self.index = DuplicateIndex.open(Path(self.folder.name), **self.options)
        self.expected: dict[str, Document] = {}
        self.saved: dict[str, Document] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(
        number=st.integers(0, 25),
        text=TEXTS,
        day=st.none() | st.integers(0, 30),
        region=st.sampled_from([None, "32.04", "33.26"]),
    )
    def add(self, number: int, text: str, day: int | None, region: str | None) -> None:
        document = make(number, text, day=day, region=region)
        self.index.add(document)
        self.expected[document.id] = document

    @rule(numbers=st.lists(st.integers(0, 25), max_size=6), text=TEXTS)
    def add_many(self, numbers: list[int], text: str) -> None:
        documents = [make(number, f"{text} {place}") for place, number in enumerate(numbers)]
        self.index.add_many(documents)
        self.expected |= {document.id: document for document in documents}

    @rule(number=st.integers(0, 25))
    def remove(self, number: int) -> None:
        assert self.index.remove(f"c{number}") == (self.expected.pop(f"c{number}", None) is not None)

    @rule()
    def save(self) -> None:
        self.index.save(len(self.expected))
        self.saved = dict(self.expected)

    @rule()
    def restart(self) -> None:
        self.index = DuplicateIndex.open(Path(self.folder.name), **self.options)
        self.expected = dict(self.saved)

    @rule(text=TEXTS, day=st.none() | st.integers(0, 30), region=st.sampled_from([None, "32.04"]))
    def search(self, text: str, day: int | None, region: str | None) -> None:
        rebuilt = DuplicateIndex(budget=60)
        for document in self.expected.values():
            rebuilt.add(document)
        query = make(99, text, day=day, region=region)
        assert ids(self.index, query, limit=4, window_days=9) == ids(rebuilt, query, limit=4, window_days=9)
        assert self.index.rarity(query.text_words) == rebuilt.rarity(query.text_words)

    @invariant()
    def holds_what_was_added(self) -> None:
        assert {document.id: document for document in self.index.documents()} == self.expected
        assert len(self.index) == len(self.expected)


AnyOrder.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | st.integers(0, 9)), min_size=1, max_size=20), st.randoms())
def test_order_of_adding_does_not_matter(rows: list[tuple[str, int | None]], random: object) -> None:
    documents = [make(number, text, day=day) for number, (text, day) in enumerate(rows)]
    shuffled = sorted(documents, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = DuplicateIndex(delta_limit=4), DuplicateIndex()
    for document in documents:
        one.add(document)
    for document in shuffled:
        other.add(document)
    assert ids(one, documents[0], limit=5) == ids(other, documents[0], limit=5)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=200), st.text(max_size=40))
def test_any_text_can_be_stored_and_read_back(text: str, title: str) -> None:
    index = DuplicateIndex(delta_limit=1)
    document = make(1, text, title=title)
    index.add(document)
    assert index.get("c1") == document
    index.search(make(2, text, title=title))
