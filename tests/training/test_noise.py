"""Likely wrong labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.complaint import Record
from data.hygiene import clean_records
from training.noise import find_suspects, noise_finding, rank


def test_planted_wrong_labels_are_found_first(sample_records: list[Record]) -> None:
    rows = clean_records(sample_records)
    rng = np.random.default_rng(0)
    names = ["Dinas Kesehatan Kabupaten Kendal", "Dinas Perhubungan Kabupaten Kendal"]
    planted = set()
    for i in rng.choice(len(rows), 15, replace=False):
        wrong = names[0] if rows[i].labels.agency != names[0] else names[1]
        rows[i] = replace(rows[i], labels=replace(rows[i].labels, agency=wrong))
        planted.add(rows[i].complaint.id)
    suspects = find_suspects(rows, "agency")
    hits = [suspect.id in planted for suspect in suspects]
    assert sum(hits) >= 8
    assert sum(hits[:15]) >= 5
    assert len(hits) <= 60


def test_few_rows_name_nobody(sample_records: list[Record]) -> None:
    assert find_suspects(sample_records[:40], "agency") == []


def test_a_row_that_fits_its_label_is_no_suspect() -> None:
    stated = np.array([[0.7, 0.3], [0.9, 0.1], [0.2, 0.8], [0.1, 0.9]])
    assert rank(stated, np.array([0, 0, 1, 1])) == []


def test_the_finding_holds_the_ids(sample_records: list[Record]) -> None:
    suspects = find_suspects(sample_records, "type")
    assert noise_finding("type", suspects, 326).rows == tuple(s.id for s in suspects)


def test_no_more_are_named_than_the_rows_that_fit_badly_foretell() -> None:
    """A label given at random fits as rows of other labels do: uniformly, so half of them lie below one half."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, 1_000)
    target = truth.copy()
    wrong = rng.choice(1_000, 60, replace=False)
    target[wrong] = (target[wrong] + rng.integers(1, 4, 60)) % 4
    stated = rng.dirichlet(np.ones(4), 1_000) * 0.4
    stated[np.arange(1_000), truth] += 0.6
    named = [row for row, _, _ in rank(stated, target)]
    assert 40 <= len(named) <= 90
    assert len({*named} & {*wrong.tolist()}) >= 40
    assert rank(stated, truth) == []
