"""Label hygiene of whole files."""

from datetime import datetime

from data.complaint import Complaint, Labels, Record
from data.dates import JAKARTA
from data.hygiene import clean_records


def record(number: int, **labels: str) -> Record:
    date = datetime(2024, 5, 1, tzinfo=JAKARTA)
    return Record(Complaint(str(number), "Yth. Dinas Sosial, isi", date=date), Labels(**labels), row=number)


def test_labels_are_cleaned_and_texts_stay() -> None:
    before = [
        record(1, agency="Dinas Sosial Kab. Kendal", category="PARKIR LIAR", type="Aspirasi"),
        record(2, agency="Dinas Sosial Kabupaten Kendal", category="Pelayanan Kesehatan", type="ASPIRASI "),
        record(3, agency="-", category="Tidak Diketahui", parent_agency="Pemkab Kendal"),
    ]
    after = clean_records(before)
    assert [r.complaint for r in after] == [r.complaint for r in before]
    assert after[0].labels == Labels("aspirasi", "Perhubungan > Parkir Liar", "Dinas Sosial Kabupaten Kendal")
    assert after[1].labels.agency == after[0].labels.agency
    assert after[2].labels == Labels(parent_agency="Pemerintah Kabupaten Kendal")


def test_an_ambiguous_leaf_becomes_certain_by_its_date() -> None:
    after = clean_records([record(1, category="Pelayanan Kesehatan"), record(2, category="Parkir Liar")])
    assert after[0].labels.category == "Kesehatan > Pelayanan Kesehatan"


def test_cleaning_twice_changes_nothing() -> None:
    rows = [
        record(1, agency="Dinas Sosial Kab. Kendal", category="Kebudayaan", type="Pengaduan"),
        record(2, agency="Dinas Sosial Kendal", category="Jalan Berlubang"),
    ]
    once = clean_records(rows)
    assert clean_records(once) == once
