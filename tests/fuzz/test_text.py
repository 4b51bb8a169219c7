"""Whatever people write: it is masked, screened and answered within the contract, and never breaks or hangs."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from fuzzing import fuzz

from data.complaint import Complaint, Confidentiality
from data.privacy import mask
from model.text import normalise
from model.triage import Triage
from service.schemas import ComplaintIn

WORDS = (
    "lampu jalan mati Bandung Kab. Kota kecamatan desa RT 03 RW 05 Jl. No. 12 km 7 SD Negeri 1 PLN PDAM BPJS KTP NIK "
    "3204121212120001 081234567890 +62 812-3456-7890 a.b@c.go.id D 1234 ABC rek 1234567890 Rp 1.000.000 tgl 12/01/2024 "
    "12 Januari jam 07.00 tolong mohon segera terima kasih Yth. Bupati <b> & %s {0} 💡 ﷺ \u202e \u200b \u0301 ҉ 路灯 ضوء"
).split(" ")
PIECE = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.text("0123456789 .-+()/", max_size=30),
    st.text("aeiouknght.@", max_size=20),
    st.from_regex(r"[A-Z]{1,2} ?[0-9]{1,4} ?[A-Z]{0,3}", fullmatch=True),
)
SEPARATOR = st.sampled_from([" ", " ", "", ", ", ". ", "\n", "\t", "\u00a0", "!!!", "…"])
SENTENCE = st.tuples(st.lists(PIECE, max_size=40), SEPARATOR).map(lambda made: made[1].join(made[0]))
LONG = st.tuples(PIECE, st.integers(1, 4_000)).map(lambda made: (made[0] * made[1])[:20_000])
ANY_TEXT = st.one_of(SENTENCE, SENTENCE, SENTENCE, st.text(max_size=200), LONG)
SHORT = st.none() | SENTENCE.map(lambda text: text[:300])


@st.composite
def complaints(draw: st.DrawFn) -> Complaint:
    """Make what the API lets in: a text that is cleaned and not blank, and some of the other fields."""
    values = {name: draw(SHORT) for name in ("title", "location", "province", "regency", "district", "channel")}
    values |= {name: draw(SHORT) for name in ("claimed_agency", "claimed_category", "reporter")}
    text = draw(ANY_TEXT)
    given = {"id": "A-1", "text": text if text.strip() else "lampu", **values}
    given = {
        name: value.replace("\x00", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else value
        for name, value in given.items()
    }
    given["text"] = given["text"] if any(letter.isalnum() for letter in str(given["text"])) else "lampu"
    given["date"] = draw(st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31)))
    given["latitude"] = draw(st.none() | st.floats(-90, 90))
    given["longitude"] = draw(st.none() | st.floats(-180, 180))
    given["confidentiality"] = draw(st.sampled_from(Confidentiality))
    return ComplaintIn.model_validate(given).to_complaint()


def test_every_text_is_normalised_and_masked() -> None:
    def check(text: str) -> None:
        found = normalise(text)
        for at in (0, len(found.text) // 2):
            start, end = found.raw_span(at, len(found.text)) if found.text else (0, 0)
            assert 0 <= start <= end <= len(text)
        hidden = mask(text)
        assert len(hidden) == len(text)
        assert sum(one != other for one, other in zip(hidden, text, strict=True)) <= hidden.count("*")

    assert fuzz(ANY_TEXT, check) > 5


@pytest.fixture(scope="module")
def base() -> Triage:
    return Triage.load()


def test_every_complaint_is_answered_within_the_contract(base: Triage) -> None:
    def check(complaint: Complaint) -> None:
        answer = base.assess(complaint)
        document = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
        assert document["id"] == "A-1"
        for part in (answer.type, answer.category, answer.agency):
            if part is not None:
                shares = [part.probability, *(other.probability for other in part.alternatives)]
                assert all(0 <= share <= 1 for share in shares)
                assert part.label not in [other.label for other in part.alternatives]
        spans = [one.span for one in (*answer.explanation, *answer.region.candidates) if one.span is not None]
        for span in spans:
            assert 0 <= span.start < span.end <= len(getattr(complaint, span.field))

    assert fuzz(complaints(), check) > 5
