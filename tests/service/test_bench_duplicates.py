"""The benchmark of duplicate search measures what it says."""

from __future__ import annotations

from model.duplicates.scorer import base_scorer
from service.bench_duplicates import REGENCY, make_document, make_query, measure


def test_every_second_query_retells_a_stored_complaint() -> None:
    stored = [make_document(number) for number in range(20)]
    query, source = make_query(2, 20)
    told = next(document for document in stored if document.id == source)
    assert set(query.text_words) <= set(told.text_words)
    assert make_query(3, 20)[1] is None
    assert {document.region for document in stored} == {REGENCY}


def test_all_figures_are_there() -> None:
    names = [figure.name for figure in measure(60, 20, base_scorer())]
    assert any("p99" in name for name in names)
    assert names[-1] == "archive of 20: pairs and incidents"
