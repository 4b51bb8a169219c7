"""The memory: what was decided is recalled, at once and no longer than it should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.features import Vectoriser
from model.memory import HALF_LIFE, Memory, Remembered

TEXTS = {
    "a": "lampu jalan mati di depan pasar baleendah",
    "b": "sampah menumpuk di tepi sungai citarum",
    "c": "guru meminta iuran buku kepada murid",
}


def vectoriser() -> Vectoriser:
    words = tuple(sorted({word for text in TEXTS.values() for word in text.split()}))
    return Vectoriser(words, (), np.full(len(words), 4.0, np.float32))


def row(
    name: str, agency: str | None, day: float = 100.0, text: str | None = None, **more: object
) -> tuple[Remembered, str]:
    labels = {"agency": agency} if agency else {}
    return Remembered(name, labels, day=day, **more), text or TEXTS[name]  # type: ignore[arg-type]


def test_the_nearest_decision_speaks_loudest() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub"))
    memory.remember(*row("b", "DLH"))
    found = memory.recall("lampu di depan pasar mati", "agency", 101.0)
    assert found.similar["Dishub"] > 3 * found.similar.get("DLH", 0.0)


def test_a_word_that_the_bundle_does_not_know_is_compared() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("x", "Diskominfo", text="aplikasi sabilulungan galat"))
    assert memory.recall("sabilulungan tidak bisa dibuka", "agency", 101.0).similar["Diskominfo"] > 0.05


def test_a_later_decision_replaces_the_earlier_one() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub"))
    memory.remember(*row("a", "PLN"))
    found = memory.recall(TEXTS["a"], "agency", 101.0)
    assert set(found.counts) == set(found.similar) == {"PLN"}


def test_old_decisions_count_less_in_the_mix() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub", day=100.0))
    memory.remember(*row("b", "DLH", day=100.0 + HALF_LIFE))
    found = memory.recall("x", "agency", 100.0 + HALF_LIFE)
    recent = {label: count * found.fading for label, count in found.tally.decayed.items()}
    assert recent["DLH"] == pytest.approx(2 * recent["Dishub"]) == pytest.approx(1.0)


def test_a_return_speaks_against_the_office() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", None, rejected=frozenset({"DLH"})))
    assert memory.recall(TEXTS["a"], "agency", 101.0).rejected["DLH"] > 0.5
    assert not memory.recall(TEXTS["a"], "category", 101.0).rejected


def test_a_complaint_does_not_testify_for_itself_but_keeps_its_returns() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub", rejected=frozenset({"DLH"})))
    found = memory.recall(TEXTS["a"], "agency", 101.0, without="a")
    assert not found.similar
    assert found.rejected == {"DLH": 1.0}


def test_a_confidential_report_is_counted_but_not_compared() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub", comparable=False))
    found = memory.recall(TEXTS["a"], "agency", 101.0)
    assert not found.similar
    assert found.counts == {"Dishub": 1}


def test_the_oldest_are_forgotten() -> None:
    memory = Memory(vectoriser(), capacity=2)
    for name in "abc":
        memory.remember(*row(name, name))
    assert [r.id for r in memory] == ["b", "c"]
    assert "a" not in memory.recall(TEXTS["a"], "agency", 101.0).counts


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["X", "Y", ""])), max_size=40))
def test_any_course_of_events_leaves_what_the_last_decisions_say(course: list[tuple[str, str]]) -> None:
    memory, state = Memory(vectoriser()), dict[str, str]()
    for name, label in course:
        text = TEXTS["abcabc"["abcdef".index(name)]]
        if label:
            memory.remember(*row(name, label, text=text))
            state.pop(name, None)
            state[name] = label
        else:
            memory.forget(name)
            state.pop(name, None)
    fresh = Memory(vectoriser())
    for name, label in state.items():
        fresh.remember(*row(name, label, text=TEXTS["abcabc"["abcdef".index(name)]]))
    for text in TEXTS.values():
        ours, theirs = (m.recall(text, "agency", 100.0) for m in (memory, fresh))
        assert ours.counts == theirs.counts
        assert ours.similar == pytest.approx(theirs.similar)
        assert ours.tally.decayed == pytest.approx(theirs.tally.decayed)


def test_what_was_written_down_is_recalled_alike() -> None:
    memory, other = Memory(vectoriser()), Memory(vectoriser())
    for name in "abc":
        memory.remember(*row(name, name, rejected=frozenset({"x"})))
    memory.forget("b")
    other.restore(memory.arrays())
    assert list(other) == list(memory)
    for text in TEXTS.values():
        assert other.recall(text, "agency", 101.0) == memory.recall(text, "agency", 101.0)


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub"))
    arrays = memory.arrays() | {"rows": np.frombuffer(b"[]", np.uint8)}
    with pytest.raises(ValueError, match="not remembered"):
        Memory(vectoriser()).restore(arrays)


def test_the_nearest_decisions_are_named_best_first_without_confidential_and_own_ones() -> None:
    memory = Memory(vectoriser())
    memory.remember(*row("a", "Dishub"))
    memory.remember(*row("b", "DLH", text=TEXTS["b"] + " lampu"))
    memory.remember(*row("s", "Dishub", text=TEXTS["a"], comparable=False))
    memory.remember(*row("o", "Dishub", text=TEXTS["a"]))
    named = memory.recall(TEXTS["a"], "agency", 101.0, without="o").nearest
    assert [one[:2] for one in named] == [("a", "Dishub"), ("b", "DLH")]
    assert named[0][2] == pytest.approx(1.0, abs=1e-3)
    assert 0 < named[1][2] < 0.5
