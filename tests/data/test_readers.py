"""Readers: every format gives the same records, bad rows are named and cost nothing else."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.complaint import Confidentiality, Record
from data.errors import PilahError
from data.readers import MAX_FIELD, BadRow, read_records

ROWS = [
    {
        "id": "1",
        "tanggal": "29 Mei 2023",
        "judul": "Lampu",
        "isi": 'Lampu jalan mati; gelap, "sekali"',
        "opd": "Dishub",
    },
    {"id": "2", "tanggal": "2023-05-30", "judul": "", "isi": "Jalan rusak\ndi dua tempat", "opd": "DPUPR"},
    {"id": "3", "tanggal": "-", "judul": "-", "isi": "Café tanpa izin", "opd": ""},
]


def read(path: Path, **options: dict[str, str]) -> tuple[list[Record], list[BadRow]]:
    bad: list[BadRow] = []
    return list(read_records(path, on_bad_row=bad.append, **options)), bad


def write_csv(path: Path, delimiter: str, encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(ROWS[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_reads_csv_whatever_its_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    records, bad = read(write_csv(tmp_path / "a.csv", delimiter, encoding))
    assert bad == []
    assert [record.complaint.text for record in records] == [row["isi"] for row in ROWS]
    assert [record.labels.agency for record in records] == ["Dishub", "DPUPR", None]
    assert [record.complaint.title for record in records] == ["Lampu", None, None]
    assert records[0].complaint.date is not None
    assert records[0].complaint.date.isoformat() == "2023-05-29T00:00:00+07:00"
    assert records[2].complaint.date is None
    # The second record has two lines.
    assert [record.row for record in records] == [2, 3, 5]


def test_jsonl_and_parquet_give_the_same_records_as_csv(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    expected = [record.complaint for record in read(write_csv(tmp_path / "a.csv", ",", "utf-8"))[0]]
    for name in ("a.jsonl", "a.parquet"):
        records, bad = read(tmp_path / name)
        assert bad == []
        assert [record.complaint for record in records] == expected


def test_three_bad_rows_of_a_hundred_are_named_and_the_others_kept(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"A{n}", "text": f"Laporan nomor {n}", "date": "2024-01-05"}) for n in range(100)]
    lines[9] = json.dumps({"id": "A9", "text": " - "})
    lines[49] = '{"id": "A49", "text": "terpotong'
    lines[98] = json.dumps({"id": "A98", "text": "ada isinya", "date": "rahasia pribadi"})
    path = tmp_path / "seratus.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    records, bad = read(path)
    assert len(records) == 97
    assert [(row.row, row.field) for row in bad] == [(10, "text"), (50, ""), (99, "date")]
    assert all(row.file == "seratus.jsonl" for row in bad)
    assert "pribadi" not in " ".join(map(str, bad))


def test_an_unclosed_quotation_mark_costs_its_own_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,isi\n1,baik\n2,"tidak ditutup\n3,juga baik\n4,"dua\nbaris"\n5,akhir\n', encoding="utf-8")
    records, bad = read(path)
    assert [record.complaint.id for record in records] == ["1", "3", "4", "5"]
    assert [row.row for row in bad] == [3]


def test_a_row_with_too_many_fields_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,isi\n1,jalan rusak, mohon segera\n2,lampu mati\n", encoding="utf-8")
    records, bad = read(path)
    assert [record.complaint.id for record in records] == ["2"]
    assert bad[0].row == 2


def test_rows_before_the_header_are_skipped_in_csv_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Judul Laporan;;Laporan Ringkas\nPeriode;;2024\n\nTracking ID;Isi Laporan Awal;Kategori\n7;Isi;X\n")
    records, bad = read(path)
    assert (records[0].complaint.id, records[0].row, bad) == ("7", 5, [])


def test_a_second_row_with_the_same_id_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,isi\n1,pertama\n1,kedua\n", encoding="utf-8")
    records, bad = read(path)
    assert [record.complaint.text for record in records] == ["pertama"]
    assert (bad[0].field, bad[0].row) == ("id", 3)


def test_rows_without_an_id_get_one_that_stays(tmp_path: Path) -> None:
    path = tmp_path / "tanpa id.csv"
    path.write_text("isi\nsatu\ndua\n", encoding="utf-8")
    first = [record.complaint.id for record in read(path)[0]]
    assert first == [record.complaint.id for record in read(path)[0]]
    assert len(set(first)) == 2


def test_a_numeric_area_is_no_location(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text":"a b","area":"10"}\n{"text":"a b","area":"Desa 10"}\n', encoding="utf-8")
    assert [record.complaint.location for record in read(path)[0]] == [None, "Desa 10"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Anonim", Confidentiality.ANONIM),
        ("Rahasia", Confidentiality.RAHASIA),
        ("Anonim|Rahasia", Confidentiality.RAHASIA),
        ("Anonim, Rahasia", Confidentiality.RAHASIA),
        ("RAHASIA dan anonim", Confidentiality.RAHASIA),
        ("", Confidentiality.BIASA),
        ("Publik", Confidentiality.BIASA),
    ],
)
def test_reads_confidentiality(tmp_path: Path, written: str, expected: Confidentiality) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "isi laporan", "confidentiality": written}), encoding="utf-8")
    assert read(path)[0][0].complaint.confidentiality is expected


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"text": "x" * (MAX_FIELD + 1)}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": None}, "text"),
        ({"text": "isi", "latitude": "utara"}, "latitude"),
        ({"text": "isi", "longitude": 200}, "longitude"),
        ({"text": "isi", "latitude": float("inf")}, "latitude"),
        ({"text": "isi", "confidentiality": "entahlah"}, "confidentiality"),
        ({"text": "isi", "date": "31/02/2024"}, "date"),
    ],
)
def test_a_field_that_is_wrong_names_itself(tmp_path: Path, row: dict[str, object], field: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row) + '\n{"text": "baik"}\n', encoding="utf-8")
    records, bad = read(path)
    assert [record.complaint.text for record in records] == ["baik"]
    assert bad[0].field == field


def test_control_characters_and_lone_surrogates_become_spaces(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "jalan\\u0000rusak\\ud800parah\\n\\u202eemoji \\ud83d\\ude4f"}', encoding="utf-8")
    text = read(path)[0][0].complaint.text
    assert text == "jalan rusak parah\n\u202eemoji 🙏"
    assert text.encode("utf-8")


@pytest.mark.parametrize(
    "name", ["tiada.csv", "kosong.csv", "spasi.csv", "kosong.jsonl", "foto.png", "palsu.xlsx", "palsu.parquet"]
)
def test_a_file_that_cannot_be_read_is_a_coded_error(tmp_path: Path, name: str) -> None:
    contents = {"kosong.csv": b"", "spasi.csv": b" \n\n", "kosong.jsonl": b"\n", "foto.png": b"\x89PNG"}
    if name != "tiada.csv":
        (tmp_path / name).write_bytes(contents.get(name, b"bukan berkas itu"))
    with pytest.raises(PilahError) as caught:
        read(tmp_path / name)
    assert caught.value.code == "PLH-101"


def test_overrides_reach_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nomor,apa,siapa\n1,Jalan rusak,Dinas PU\n", encoding="utf-8")
    records, _ = read(path, columns={"text": "apa", "agency": "siapa", "id": "nomor"})
    assert (records[0].complaint.text, records[0].labels.agency) == ("Jalan rusak", "Dinas PU")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_csv_rows_survive_the_way_there_and_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "isi"), *((f"r{n}", f"isi {b}") for n, (_, b) in enumerate(rows))])
    records, bad = read(path)
    assert bad == []
    assert [record.complaint.id for record in records] == [f"r{n}" for n in range(len(rows))]


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.xlsx"]))
def test_any_bytes_are_records_or_a_coded_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / name
    path.write_bytes(b"text\n" + content if name == "a.csv" else content)
    try:
        records, bad = read(path)
    except PilahError:
        return
    assert all(record.complaint.text for record in records)
    assert all(row.row > 0 for row in bad)
