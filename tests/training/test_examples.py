"""Examples: masked, without giveaways, without what may not leave the house."""

from __future__ import annotations

from collections.abc import Callable

from data.complaint import Confidentiality, Record
from model.reading import document_text
from training.examples import make_examples

Make = Callable[..., Record]


def test_personal_data_is_masked_before_anything_is_learned(make_record: Make) -> None:
    record = make_record("1", "NIK 3324015501900003 belum terbit", title="hub 081234567890 segera")
    example = make_examples([record], shareable=False)[0]
    seen = example.full + example.untitled + " ".join(example.mentioned)
    assert "3324015501900003" not in seen
    assert "081234567890" not in seen


def test_an_address_to_the_label_is_cut(make_record: Make) -> None:
    record = make_record("1", "Yth. Dinas Perhubungan, lampu jalan mati sejak Senin", agency="Dinas Perhubungan")
    assert make_examples([record], shareable=False)[0].full == "lampu jalan mati sejak senin"


def test_an_address_to_another_agency_stays(make_record: Make) -> None:
    record = make_record("1", "Yth. Dinas Sosial, lampu jalan mati sejak Senin", agency="Dinas Perhubungan")
    assert "dinas sosial, lampu jalan" in make_examples([record], shareable=False)[0].full


def test_the_text_is_joined_as_at_intake(make_record: Make) -> None:
    example = make_examples([make_record("1", "Sudah  lama", title="Lampu")], shareable=False)[0]
    assert example.full == document_text("Lampu", "Sudah  lama")
    assert example.untitled == document_text(None, "Sudah  lama")


def test_confidential_reports_train_only_at_home(make_record: Make) -> None:
    records = [make_record(kind.value, "lampu mati", confidentiality=kind) for kind in Confidentiality]
    assert [e.id for e in make_examples(records, shareable=False)] == ["biasa", "anonim", "rahasia"]
    assert [e.id for e in make_examples(records, shareable=True)] == ["biasa", "anonim"]


def test_labels_are_cleaned(make_record: Make) -> None:
    record = make_record("1", "lampu mati", agency="Dinas\u00a0Perhubungan  Kab. Bandung", category="-")
    truth = make_examples([record], shareable=False)[0].truth
    assert truth.agency == "Dinas Perhubungan Kabupaten Bandung"
    assert truth.function == "2.15"
    assert truth.category is None
