"""Reading a complaint: masked, one document, spans in the fields as sent."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from data.complaint import Complaint
from data.regions import Regions
from model.bundle import Bundle
from model.features import Vectoriser
from model.matters import shipped_matcher
from model.places import PlaceResolver
from model.reading import Reading, document_text, masked
from model.reading import read as read_with

NIK, PHONE = "3324015501900003", "081234567890"
VECTORISER = Vectoriser(("jalan", "lampu", "mati"), ("lam",), np.ones(4, np.float32))


def read(complaint: Complaint, vectoriser: Vectoriser) -> Reading:
    return read_with(complaint, vectoriser, resolver(), shipped_matcher())


@cache
def resolver() -> PlaceResolver:
    return PlaceResolver(Regions.load())


def test_personal_data_is_masked_in_every_free_text_with_its_length_kept() -> None:
    complaint = Complaint(id="1", text=f"NIK {NIK} lampu", title=f"hub {PHONE}", location=f"rumah wa {PHONE}")
    found = masked(complaint)
    for name in ("text", "title", "location"):
        before, after = getattr(complaint, name), getattr(found, name)
        assert len(after) == len(before)
        assert not any(digits in after for digits in (NIK, PHONE))


def test_personal_data_reaches_neither_the_document_nor_the_mentions() -> None:
    reading = read(Complaint(id="1", text=f"NIK saya {NIK}", title=f"hub {PHONE}", location=PHONE), VECTORISER)
    seen = reading.document + " ".join(reading.mentioned) + "".join(f.text for f in reading.fields.values())
    assert NIK not in seen
    assert PHONE not in seen


def test_the_document_is_what_training_reads() -> None:
    reading = read(Complaint(id="1", title="Lampu MATI", text="Sudah  lama\nmati"), VECTORISER)
    assert reading.document == document_text("Lampu MATI", "Sudah  lama\nmati") == "lampu mati . sudah lama mati"
    assert read(Complaint(id="1", text="Gelap"), VECTORISER).document == document_text(None, "Gelap") == "gelap"


def test_an_empty_title_is_no_title() -> None:
    assert read(Complaint(id="1", title="", text="Gelap"), VECTORISER).document == "gelap"


def test_features_are_those_of_the_document() -> None:
    reading = read(Complaint(id="1", title="Lampu", text="jalan mati"), VECTORISER)
    expected = VECTORISER.transform("lampu . jalan mati")
    np.testing.assert_array_equal(reading.features.indices, expected.indices)
    np.testing.assert_array_equal(reading.features.values, expected.values)


@pytest.mark.parametrize("word", ["lampu", "mati", "jalan"])
def test_spans_point_into_the_field_as_sent(word: str) -> None:
    complaint = Complaint(id="1", title="LAMPU  mati", text="Di\u00a0 Jalan  raya")
    reading = read(complaint, VECTORISER)
    start = reading.document.index(word)
    span = reading.span(start, start + len(word))
    assert span is not None
    assert getattr(complaint, span.field)[span.start : span.end].lower() == word


def test_a_span_over_the_border_of_title_and_text_is_none() -> None:
    reading = read(Complaint(id="1", title="Lampu", text="mati"), VECTORISER)
    assert reading.span(3, 9) is None
    assert reading.span(5, 6) is None


def test_all_positions_of_features_are_spans(bundle: Bundle) -> None:
    complaint = Complaint(id="1", title="Jalan RUSAK", text="Jalan  berlubang,\ndi depan pasar")
    reading = read(complaint, bundle.vectoriser)
    found = bundle.vectoriser.occurrences(reading.document).spans
    assert len(found) > 6
    for start, end in found:
        assert reading.span(start, end) is not None or reading.document[start:end] == "."  # between title and text
