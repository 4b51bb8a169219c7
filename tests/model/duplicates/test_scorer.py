"""Signals, weights, rules and reasons of the pair scorer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.complaint import Complaint, Confidentiality
from data.errors import PilahError
from model.duplicates.document import Document, build_document
from model.duplicates.index import DuplicateIndex
from model.duplicates.lexical import LexicalScorer
from model.duplicates.match import HIDDEN_REASON, Match
from model.duplicates.profile import profile
from model.duplicates.scorer import BASE_WEIGHTS, base_scorer, pair_words
from model.duplicates.signals import SIGNALS, signals
from model.duplicates.weights import calibrated, load_weights, save_weights

START = datetime(2024, 3, 1, tzinfo=UTC)


def make(name: str, text: str, *, day: int = 0, region: str | None = None, **fields: object) -> Document:
    complaint = Complaint(id=name, text=text, date=START + timedelta(days=day), **fields)  # type: ignore[arg-type]
    return build_document(complaint, region=region)


def judge(a: Document, b: Document) -> Match:
    index = DuplicateIndex()
    for number in range(20):
        index.add(make(f"lain-{number}", f"Laporan lain nomor {number} tentang pelayanan kantor yang lambat"))
    index.add(b)
    return base_scorer().judge(a, [b], index)[0]


def named(a: Document, b: Document) -> dict[str, float]:
    index = DuplicateIndex()
    one, other = profile(a), profile(b)
    return dict(zip(SIGNALS, signals(one, other, index.rarity(pair_words(one, other))), strict=True))


def test_signals_say_what_agrees_and_what_excludes() -> None:
    found = named(
        make("a", "Lampu mati di Jl. Kenanga RT 3 RW 5", latitude=-6.9, longitude=107.6, reporter="x"),
        make("b", "Lampu padam Jl. Kenanga RT 3 RW 9", latitude=-6.9, longitude=107.6, reporter="y"),
    )
    assert found["jalan_match"] == found["number_place_match"] == found["number_place_conflict"] == 1
    assert found["near"] == found["reporter_differs"] == 1
    assert found["far"] == found["reporter_same"] == 0


def test_far_coordinates_are_told() -> None:
    one = make("a", "Lampu mati", latitude=-6.9, longitude=107.6)
    assert named(one, make("b", "Lampu mati", latitude=-7.0, longitude=107.6))["far"] == 1


ADDRESS_WORDS = "tidak tahu ada di Jalan Desa Kec. SD yang untuk Paseh 3".split()
texts = st.text(st.sampled_from("abc RTW 123/.,\n*[]é"), max_size=80)


@settings(deadline=None)
@given(texts, texts)
def test_signals_are_finite_and_do_not_depend_on_the_order(one: str, other: str) -> None:
    a, b = make("a", one), make("b", other, day=3)
    values, swapped = named(a, b), named(b, a)
    assert np.isfinite(list(values.values())).all()
    for name in set(SIGNALS) - {"run_length", "run_share"}:  # the run is counted along the first text
        assert values[name] == pytest.approx(swapped[name]), name


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(ADDRESS_WORDS), max_size=4), min_size=4, max_size=4))
def test_any_words_may_stand_in_the_fields_of_an_address(fields: list[list[str]]) -> None:
    district, location, title, text = map(" ".join, fields)
    a = make("a", f"lampu mati {text}", district=district, location=location, title=title)
    b = make("b", f"lampu mati {text}", district=location, location=district)
    assert 0 < judge(a, b).probability < 1
    assert 0 < judge(b, a).probability < 1


def test_weights_survive_a_round_trip(tmp_path: Path) -> None:
    weights = load_weights(BASE_WEIGHTS)
    save_weights(weights, tmp_path / "w.json")
    assert load_weights(tmp_path / "w.json") == weights


def test_the_shipped_weights_hold_no_text() -> None:
    packed = json.loads(BASE_WEIGHTS.read_text(encoding="utf-8"))

    def strings(value: object) -> set[str]:
        if isinstance(value, str):
            return {value}
        if isinstance(value, dict):
            return set().union(*(strings(item) for item in value.values()))
        return set().union(*(strings(item) for item in value)) if isinstance(value, list) else set()

    assert strings(packed) <= {*SIGNALS, packed["about"]["date"], "shipped"}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": 1, "signals": ["x"]}'])
def test_unusable_weights_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "w.json"
    path.write_text(content)
    with pytest.raises(PilahError, match="PLH-603"):
        load_weights(path)
    with pytest.raises(PilahError, match="PLH-603"):
        load_weights(tmp_path / "missing.json")


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_the_shipped_calibration_rises(logits: list[float]) -> None:
    values = calibrated(np.sort(np.array(logits)), base_scorer().weights.calibration)
    assert (np.diff(values) >= -1e-12).all()
    assert ((values > 0) & (values < 1)).all()


def test_reasons_are_in_words_with_places_in_both_texts() -> None:
    a = make("a", "Mohon diperbaiki, lampu jalan di Jl. Kenanga RT 3 depan SDN Citra 2 mati total sejak Senin", day=2)
    b = make("b", "Lampu jalan di Jl. Kenanga RT 4 depan SDN Citra 2 mati total sejak Senin")
    match = judge(a, b)
    assert "jalan yang sama: Kenanga" in match.reasons
    assert "RT berbeda: 3 dan 4" in match.reasons
    assert "8 kata berturut-turut sama" in match.reasons
    assert "selisih 2 hari" in match.reasons
    assert any("Kenanga" in a.text[span.start : span.end] for span in match.spans_a)
    assert any(b.text[span.start : span.end].startswith("depan SDN Citra 2") for span in match.spans_b)


def test_other_regencies_are_never_the_same() -> None:
    text = "Lampu PJU di Jl. Ahmad Yani depan kantor pos mati sejak Sabtu malam"
    match = judge(make("a", text, region="33.75"), make("b", text, region="63.71"))
    assert match.probability < 0.1
    assert "kabupaten/kota berbeda" in match.reasons


def test_an_entitlement_of_another_reporter_is_not_the_same_but_a_resend_is() -> None:
    text = "PKH saya tahap 2 belum cair sejak bulan Maret, mohon dicek di kelurahan Sukamaju"
    assert judge(make("a", text, reporter="x"), make("b", text, reporter="y")).relation != "same"
    assert judge(make("a", text, reporter="x"), make("b", text, reporter="x")).relation == "same"


def test_after_the_parent_was_closed_it_is_a_recurrence() -> None:
    text = "Lampu PJU di Jl. Cempaka depan balai desa Sukaraja padam"
    old = build_document(Complaint(id="b", text=text, date=START), closed=START + timedelta(days=9))
    assert judge(make("a", text, day=40), old).relation == "recurrence"
    assert judge(make("a", text, day=4), old).relation == "same"


def test_a_quoted_ticket_is_a_followup() -> None:
    match = judge(
        make("a", "Menindaklanjuti laporan nomor 7788991, belum ada tindakan", day=9),
        make("7788991", "Jembatan gantung Desa Sumber rapuh"),
    )
    assert match.relation == "followup"
    assert match.followup > 0.9


def test_matches_come_best_first_and_only_as_many_as_asked_for() -> None:
    index = DuplicateIndex()
    query = make("q", "Lampu PJU di Jl. Cempaka depan balai desa Sukaraja padam", day=1)
    for number, text in enumerate([query.text, "Sampah di Pasar Baru", "Lampu Jl. Cempaka padam"]):
        index.add(make(f"c{number}", text))
    found = base_scorer().judge(query, list(index.documents()), index, choose=lambda found: found[:2])
    assert [match.id for match in found] == ["c0", "c2"]
    assert base_scorer().judge(query, [], index) == []


def test_confidential_matches_show_no_reasons() -> None:
    match = judge(
        make("a", "Lampu Jl. Kenanga mati"),
        make("b", "Lampu Jl. Kenanga mati", confidentiality=Confidentiality.RAHASIA),
    )
    assert match.confidential
    assert match.shown().reasons == (HIDDEN_REASON,)
    assert match.shown().spans_b == match.shown().spans_a == ()
    assert match.shown(allowed=True) == match


def test_the_lexical_scorer_needs_no_weights() -> None:
    index = DuplicateIndex(scorer=LexicalScorer())
    index.add(make("b", "Lampu di Jl. Kenanga mati"))
    assert index.search(make("a", "lampu di jln kenanga mati"))[0].relation == "same"


def test_unlikely_matches_can_be_left_out() -> None:
    index = DuplicateIndex()
    index.add(make("b", "Lampu di Jl. Kenanga mati"))
    query = make("a", "Lampu di Jl. Dahlia kedip-kedip")
    assert index.search(query)
    assert index.search(query, minimum=0.9) == ()


def test_reasons_stand_where_exports_append_the_place_of_the_incident() -> None:
    tail = "Lokasi Kejadian KABUPATEN Bandung | CILEUNYI | Jl KenangaKewenangan Pemerintah KABUPATEN Bandung"
    a = make("a", "Pembakaran sampah terus terjadi setiap malam" + tail, title="Asap", location="Cileunyi")
    b = make("b", "Pembakaran sampah terus terjadi setiap malam" + tail, location="Cileunyi")
    for span in judge(a, b).spans_b:
        assert 0 <= span.start < span.end <= len(b.text)
