"""The sample that docs, tests and `make eval` use."""

from collections import Counter
from importlib import resources
from pathlib import Path

from data.categories import root_of
from data.complaint import Confidentiality, Record
from data.hygiene import clean_records
from data.privacy import contains_personal_data
from data.readers import BadRow, read_records
from data.splits import near_duplicate_groups, time_split


def read(name: str) -> list[Record]:
    bad: list[BadRow] = []
    with resources.as_file(resources.files("data").joinpath("sample", name)) as path:
        records = clean_records(list(read_records(Path(path), on_bad_row=bad.append)))
    assert bad == []
    return records


def test_the_sample_is_what_training_needs() -> None:
    records = read("complaints.jsonl")
    assert len(records) >= 300
    assert all(record.labels.agency and record.labels.category and record.labels.type for record in records)
    agencies = Counter(record.labels.agency for record in records)
    assert sum(count >= 10 for count in agencies.values()) >= 12
    assert len({record.labels.type for record in records}) == 4
    assert {record.complaint.confidentiality for record in records} == set(Confidentiality)
    assert any(record.complaint.title is None for record in records)
    # Official categories all but for a leaf that stands under two roots.
    assert sum(root_of(record.labels.category or "") is None for record in records) <= 2


def test_the_sample_spans_eighteen_months() -> None:
    records = read("complaints.jsonl")
    dates = [record.complaint.date for record in records if record.complaint.date is not None]
    assert len(dates) == len(records)
    assert (max(dates) - min(dates)).days > 500
    split = time_split(records, 0.2)
    assert 0.15 < len(split.test) / len(records) < 0.25


def test_the_sample_has_near_duplicates_and_no_personal_data() -> None:
    texts = [record.complaint.text for record in read("complaints.jsonl")]
    assert len(set(near_duplicate_groups(texts).tolist())) <= len(texts) - 5
    assert [kinds for text in texts if (kinds := contains_personal_data(text))] == []


def test_the_workbook_is_a_part_of_the_same_complaints() -> None:
    sample = {record.complaint.id: record for record in read("complaints.jsonl")}
    rows = read("laporan_ringkas.xlsx")
    assert len(rows) == 100
    assert rows[0].row == 12
    for row in rows:
        other = sample[row.complaint.id]
        assert (row.complaint.text, row.complaint.date) == (other.complaint.text, other.complaint.date)
        assert row.complaint.confidentiality is other.complaint.confidentiality
        assert (row.labels.agency, row.labels.category) == (other.labels.agency, other.labels.category)
