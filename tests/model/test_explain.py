"""Recompute every number of an explanation from the bundle's arrays alone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from data.complaint import Complaint, Record
from model.explain import contrasts, evidence, lead
from model.features import char_ngrams, word_ngrams
from model.text import normalise
from model.triage import Triage


def features(triage: Triage, text: str) -> dict[str, float]:
    """Compute the features of a text the slow way, by name."""
    vectoriser = triage.bundle.vectoriser
    names = [*vectoriser.words, *vectoriser.chars]
    found: dict[str, float] = {}
    blocks = (
        (word_ngrams(text), vectoriser.words, 0),
        ([g for w in text.split() if len(w) <= 40 for g in char_ngrams(w)], vectoriser.chars, len(vectoriser.words)),
    )
    for grams, known, offset in blocks:
        block = {
            g: (1 + np.log(grams.count(g))) * vectoriser.idf[offset + known.index(g)] for g in set(grams) & set(known)
        }
        norm = np.sqrt(sum(float(v) ** 2 for v in block.values()))
        found.update({f"{offset}:{g}": float(v) / norm for g, v in block.items()})
    assert len(names) == vectoriser.n_counted
    return found


def meaning(triage: Triage, text: str) -> np.ndarray:
    """Compute the word vectors' part of the features the slow way."""
    encoder = triage.bundle.vectoriser.encoder
    assert encoder is not None
    total = np.zeros(encoder.size)
    for word in re.findall(r"[a-z0-9]+", text):
        if word in encoder.words:
            row = encoder.words.index(word)
            total += float(encoder.scales[row]) * encoder.vectors[row].astype(float)
    return 0.8 * total / np.linalg.norm(total)


@pytest.mark.parametrize("question", ["agency", "category", "type", "function"])
def test_parts_add_up_to_the_margin_of_the_bundle(triage: Triage, sample_records: list[Record], question: str) -> None:
    head = triage.bundle.heads[question]
    linear, vectoriser = triage.bundle.linear, triage.bundle.vectoriser
    for record in sample_records[:12]:
        reading = triage.read(record.complaint)
        margins = linear.margins(reading.features)[head.columns]
        rival = lead(head, margins, reading.matters.probabilities, head.labels[0])
        assert rival is not None
        occurrences = vectoriser.occurrences(reading.document)
        part = contrasts(triage.bundle, reading, [rival], occurrences)[0]
        first, second = head.columns.start + rival.best, head.columns.start + rival.other
        total = float(linear.bias[first]) - float(linear.bias[second]) + part.knowledge
        for name, value in features(triage, reading.document).items():
            offset, _, gram = name.partition(":")
            row = int(offset) + (vectoriser.chars if int(offset) else vectoriser.words).index(gram)
            total += value * (
                float(linear.weights[row, first]) * float(linear.scales[first])
                - float(linear.weights[row, second]) * float(linear.scales[second])
            )
        for row, number in enumerate(meaning(triage, reading.document), start=vectoriser.n_counted):
            total += number * (
                float(linear.weights[row, first]) * float(linear.scales[first])
                - float(linear.weights[row, second]) * float(linear.scales[second])
            )
        assert part.margin == pytest.approx(total, abs=1e-4)
        assert part.words.sum() + part.bias + part.knowledge == pytest.approx(part.margin)
        learned = float(margins[rival.best] - margins[rival.other])
        assert part.margin - part.knowledge == pytest.approx(learned, abs=1e-4)


def test_the_rival_is_the_strongest_other_group(triage: Triage) -> None:
    head = triage.bundle.heads["agency"]
    reading = triage.read(Complaint(id="x", text="Lampu jalan mati di Soreang"))
    margins = triage.bundle.linear.margins(reading.features)[head.columns]
    known = reading.matters.probabilities
    scores = margins + head.calibration.knowledge * head.hints(known)
    rival = lead(head, margins, known, head.labels[0])
    assert rival is not None
    assert rival.other == max((i for i in range(len(head.groups)) if i != rival.best), key=lambda i: scores[i])
    assert rival.knowledge == pytest.approx(
        float(scores[rival.best] - scores[rival.other] - margins[rival.best] + margins[rival.other]), abs=1e-5
    )


def test_occurrences_are_those_of_the_features(triage: Triage, sample_records: list[Record]) -> None:
    vectoriser = triage.bundle.vectoriser
    for record in sample_records[:20]:
        text = normalise(record.complaint.text).text
        found = vectoriser.occurrences(text)
        counted = [i for i in vectoriser.transform(text).indices.tolist() if i < vectoriser.n_counted]
        assert sorted(set(found.columns.tolist())) == counted
        words = [gram for gram in word_ngrams(text) if gram in set(vectoriser.words)]
        letters = found.columns >= len(vectoriser.words)
        assert found.shares[~letters].sum() == pytest.approx(len(words))
        assert np.all(found.shares[letters] == 1)


def test_evidence_points_at_the_words_as_sent(triage: Triage) -> None:
    complaint = Complaint(id="x", title="Lampu  PJU padam", text="Lampu\njalan MATI di depan pasar Soreang, gelap.")
    reading = triage.read(complaint)
    assessment = triage.answer(reading)
    words = [
        e for e in assessment.explanation if e.rule is None and e.about in ("agency", "category", "type") and e.span
    ]
    assert words
    for item in words:
        assert item.span is not None
        source = str(getattr(complaint, item.span.field))
        assert normalise(source[item.span.start : item.span.end]).text == item.text


def test_phrases_say_no_more_than_the_words_do(triage: Triage) -> None:
    reading = triage.read(Complaint(id="x", text="Sampah menumpuk di pasar Soreang sudah seminggu belum diangkut"))
    head = triage.bundle.heads["agency"]
    margins = triage.bundle.linear.margins(reading.features)[head.columns]
    rival = lead(head, margins, reading.matters.probabilities, head.labels[int(margins.argmax())])
    if rival is None:
        rival = lead(head, margins, reading.matters.probabilities, head.labels[0])
    assert rival is not None
    occurrences = triage.bundle.vectoriser.occurrences(reading.document)
    part = contrasts(triage.bundle, reading, [rival], occurrences)[0]
    shown = [e.weight for e in evidence(part, "agency", reading, occurrences) if e.rule is None]
    assert sum(w for w in shown if w > 0) <= part.words[part.words > 0].sum() + 1e-3
    assert sum(w for w in shown if w < 0) >= part.words[part.words < 0].sum() - 1e-3
