"""Training: the same input gives the same bundle, and nothing private gets into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from data.complaint import Complaint, Confidentiality, Record
from data.errors import PilahError
from data.hygiene import clean_records, truth
from data.near_duplicates import near_duplicate_groups
from model.bundle import Bundle
from model.features import char_ngrams, word_ngrams
from model.triage import Triage
from training.config import Config, FeatureConfig, HeadConfig
from training.examples import make_examples
from training.train import train

Make = Callable[..., Record]
CREATED = datetime(2026, 3, 1, 9, tzinfo=UTC)
MATTERS = {
    "Dinas Perhubungan": ["lampu jalan mati", "parkir liar", "terminal kotor", "rambu hilang", "angkot ugal ugalan"],
    "Dinas Kesehatan": ["obat habis", "antre puskesmas lama", "imunisasi bayi", "perawat kurang", "demam berdarah"],
}


@pytest.fixture
def few(make_record: Make) -> list[Record]:
    """Return 40 rows of two agencies, each a little different."""
    words = "pagi siang sore malam kemarin lusa senin selasa rabu kamis".split()
    return [
        make_record(f"{agency[6]}{i}", f"{MATTERS[agency][i % 5]} {words[i % 10]} di gang {words[(3 * i) % 7]}", agency)
        for agency in MATTERS
        for i in range(20)
    ]


def fit(records: list[Record], **settings: object) -> Bundle:
    return train(records, Config.model_validate(settings), created=CREATED, quiet=True)


def test_training_twice_gives_the_same_bytes(bundle: Bundle, sample_records: list[Record]) -> None:
    again = train(sample_records, Config(), created=CREATED, quiet=True)
    assert (again.vectoriser.words, again.vectoriser.chars) == (bundle.vectoriser.words, bundle.vectoriser.chars)
    np.testing.assert_array_equal(again.vectoriser.idf, bundle.vectoriser.idf)
    for name in ("weights", "scales", "bias"):
        np.testing.assert_array_equal(getattr(again.linear, name), getattr(bundle.linear, name))
    assert again.heads == bundle.heads
    assert again.metadata == bundle.metadata


def test_every_label_of_the_sample_is_learned(bundle: Bundle, sample_records: list[Record]) -> None:
    truths = [truth(record) for record in clean_records(sample_records)]
    for name, head in bundle.heads.items():
        assert set(head.labels) == {label for t in truths if (label := getattr(t, name)) is not None}


def test_heads_stand_side_by_side_in_the_weights(bundle: Bundle) -> None:
    stop = 0
    for head in bundle.heads.values():
        assert head.columns == slice(stop, stop + len(head.groups))
        stop = head.columns.stop
    assert bundle.linear.bias.size == stop


def test_the_learned_rows_are_mostly_known_again(triage: Triage, sample_records: list[Record]) -> None:
    records = clean_records(sample_records)
    answers = [triage.distributions(triage.read(r.complaint))["agency"].best for r in records]
    assert np.mean([a == r.labels.agency for a, r in zip(answers, records, strict=True)]) > 0.8


def test_the_bundle_says_what_it_was_trained_on(bundle: Bundle, sample_records: list[Record]) -> None:
    data = bundle.metadata["data"]
    assert data["rows"] == len(sample_records)
    assert data["first_date"].startswith("2024-09")
    truths = [truth(record) for record in clean_records(sample_records)]
    assert data["labels"]["agency"] == dict(Counter(t.agency for t in truths))
    assert bundle.id == "pilah-20260301"
    assert {"numpy", "python", "scikit-learn"} <= set(bundle.metadata["versions"])


def test_the_fingerprint_follows_the_texts_alone(few: list[Record]) -> None:
    prints = [fit(rows).metadata["data"]["fingerprint"] for rows in (few, few[::-1], few[1:])]
    assert prints[0] == prints[1] != prints[2]


def test_the_home_is_where_most_offices_are(bundle: Bundle) -> None:
    assert bundle.home == "33.24"


def test_a_stated_home_is_kept(few: list[Record]) -> None:
    assert fit(few, home="32.04").home == "32.04"
    assert fit(few).home is None


def test_a_bundle_for_the_country_learns_functions_not_names(few: list[Record]) -> None:
    assert set(fit(few, agency="functions").heads) == {"function"}
    assert set(fit(few).heads) == {"function", "agency"}


def test_masked_data_and_long_numbers_stay_out_of_the_vocabulary(few: list[Record], make_record: Make) -> None:
    private = "nik 3324015501900003 hub 081234567890"
    rows = [
        make_record(f"p{i}", f"{r.complaint.text} {private} tiket 9165816", r.labels.agency) for i, r in enumerate(few)
    ]
    found = fit(rows).vectoriser
    for feature in (*found.words, *found.chars):
        assert "*" not in feature
        assert sum(c.isdigit() for c in feature) < 5
        assert not any(part.isdigit() and part in private for part in feature.split())
    assert "tiket" in found.words


def test_a_shareable_bundle_leaves_confidential_reports_out(
    shareable_bundle: Bundle, sample_records: list[Record], make_record: Make, few: list[Record]
) -> None:
    open_rows = [r for r in sample_records if r.complaint.confidentiality is not Confidentiality.RAHASIA]
    assert shareable_bundle.metadata["data"]["rows"] == len(open_rows) < len(sample_records)
    secret = [
        make_record(f"s{i}", f"zamrud {i} {r.complaint.text}", "Dinas Zamrud", confidentiality=Confidentiality.RAHASIA)
        for i, r in enumerate(few)
    ]
    shared, own = fit([*few, *secret], shareable=True), fit([*few, *secret])
    assert "zamrud" not in shared.vectoriser.words
    assert "Dinas Zamrud" not in shared.heads["agency"].labels
    assert "zamrud" in own.vectoriser.words


def test_a_shareable_vocabulary_holds_what_several_complaints_use(
    shareable_bundle: Bundle, sample_records: list[Record]
) -> None:
    examples = make_examples(sample_records, shareable=True)
    groups = near_duplicate_groups([e.full for e in examples])
    complaints: dict[str, set[int]] = {}
    for example, group in zip(examples, groups.tolist(), strict=True):
        grams = {g for word in example.full.split() if len(word) <= 40 for g in char_ngrams(word)}
        for feature in (*(f"w:{g}" for g in word_ngrams(example.full)), *(f"c:{g}" for g in grams)):
            complaints.setdefault(feature, set()).add(group)
    vectoriser = shareable_bundle.vectoriser
    for feature in (*(f"w:{w}" for w in vectoriser.words), *(f"c:{c}" for c in vectoriser.chars)):
        assert len(complaints[feature]) >= Config().min_shared, feature


def test_sending_a_complaint_again_does_not_make_its_words_shareable(few: list[Record], make_record: Make) -> None:
    again = [make_record(f"z{i}", "ibu zamrud zubaidah lampunya padam lagi", "Dinas Perhubungan") for i in range(8)]
    words = fit([*few, *again], shareable=True).vectoriser.words
    assert "gang" in words
    assert "zamrud" not in words


def test_titles_are_dropped_by_the_seed(few: list[Record], make_record: Make) -> None:
    rows = [make_record(r.complaint.id, r.complaint.text, r.labels.agency, title=str(r.labels.agency)[6:]) for r in few]

    def weights(seed: int, dropout: float) -> np.ndarray:
        # The folds depend on the seed as well; the weights do not.
        return fit(rows, seed=seed, heads={"title_dropout": dropout}).linear.weights

    assert np.array_equal(weights(1, 0.5), weights(1, 0.5))
    assert not np.array_equal(weights(1, 0.5), weights(2, 0.5))
    assert np.array_equal(weights(1, 0.0), weights(2, 0.0))


def test_too_few_rows_are_refused(few: list[Record]) -> None:
    with pytest.raises(PilahError, match="PLH-301") as caught:
        fit(few[:19])
    assert "19" in caught.value.detail


def test_rows_left_out_do_not_count(few: list[Record], make_record: Make) -> None:
    secret = [
        make_record(r.complaint.id, r.complaint.text, r.labels.agency, confidentiality=Confidentiality.RAHASIA)
        for r in few
    ]
    with pytest.raises(PilahError, match="PLH-301"):
        fit(secret, shareable=True)


def test_one_label_is_nothing_to_learn(few: list[Record]) -> None:
    with pytest.raises(PilahError, match="PLH-301"):
        fit(few[:20])


def test_rows_that_share_no_word_are_refused(make_record: Make) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [make_record(str(i), " ".join(c * 7 + d for d in "xyz"), f"Dinas {i % 2}") for i, c in enumerate(letters)]
    with pytest.raises(PilahError, match="PLH-301"):
        fit(rows, shareable=True)


def test_labels_that_are_all_rare_are_learned_by_their_shares(make_record: Make, few: list[Record]) -> None:
    rows = [make_record(r.complaint.id, r.complaint.text, f"Dinas Urusan {i}") for i, r in enumerate(few)]
    bundle = fit(rows)
    assert len(bundle.heads["agency"].labels) == len(few)


def test_offices_of_one_kind_are_told_apart_by_place_alone(make_record: Make, few: list[Record]) -> None:
    places = ["Paseh", "Soreang"]
    rows = [
        make_record(r.complaint.id, f"{r.complaint.text} {places[i % 2]}", f"Kecamatan {places[i % 2]}")
        for i, r in enumerate(few)
    ]
    triage = Triage.of(fit(rows))
    for place in places:
        reading = triage.read(Complaint(id="1", text=f"antre ktp di {place}"))
        assert triage.distributions(reading)["agency"].best == f"Kecamatan {place}"


def test_unlabelled_rows_help_no_head_and_hurt_none(few: list[Record], make_record: Make) -> None:
    bundle = fit([*few, *(make_record(f"u{i}", f"tanpa label nomor {i}") for i in range(10))])
    assert bundle.metadata["data"]["rows"] == 50
    assert sum(bundle.metadata["data"]["labels"]["agency"].values()) == 40


def test_dated_rows_are_calibrated_on_the_future(few: list[Record], make_record: Make) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    dated = [
        make_record(r.complaint.id, r.complaint.text, r.labels.agency, date=start + timedelta(days=7 * i % 40))
        for i, r in enumerate(few)
    ]
    one, other = fit(dated), fit(few)
    assert one.metadata["data"]["first_date"] == "2025-01-01"
    np.testing.assert_array_equal(one.linear.weights, other.linear.weights)
    assert one.heads["agency"].calibration != other.heads["agency"].calibration


def test_settings_reach_the_vocabulary_and_the_groups(few: list[Record]) -> None:
    strict = train(few, Config(features=FeatureConfig(min_words=10), heads=HeadConfig(min_rows=1)), CREATED, quiet=True)
    assert len(strict.vectoriser.words) < len(fit(few).vectoriser.words)
    assert "min_words = 10" in strict.config


def test_the_card_tells_what_is_in_the_bundle(bundle: Bundle, shareable_bundle: Bundle) -> None:
    assert f"{bundle.metadata['data']['rows']} complaints, 2024-09" in bundle.card
    assert "must not leave the house" in bundle.card
    assert "must not leave the house" not in shareable_bundle.card
    for name, head in bundle.heads.items():
        assert f"| {name} | {len(head.labels)} | " in bundle.card
