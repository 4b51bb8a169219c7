"""Measure what is lost when complaints are written otherwise: typos, slang, dialect, shouting, noise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.complaint import Complaint, Record
from data.hygiene import truth
from evaluation.metrics import macro_f1
from evaluation.page import table
from evaluation.protocols import QUESTIONS, Predictor

Change = Callable[[str, np.random.Generator], str]

_WORD = re.compile(r"\w+")
_KEYS = dict(
    pair.split("=")
    for pair in (
        "a=sq b=vn c=xv d=sf e=wr f=dg g=fh h=gj i=uo j=hk k=jl l=ko m=nk n=bm o=ip p=ol q=wa r=et s=ad t=ry u=yi "
        "v=cb w=qe x=zc y=tu z=xs"
    ).split()
)
"""Keys beside each other."""
_SLANG = dict(
    pair.split("=")
    for pair in (
        "yang=yg dengan=dgn untuk=utk tidak=gak belum=blm sudah=udh karena=krn dari=dr pada=pd dalam=dlm juga=jg "
        "jalan=jln saya=sy tolong=tlg mohon=mhn banyak=bnyk orang=org bagaimana=gmn kenapa=knp sampai=smp "
        "sekarang=skrg kemarin=kmrn kabupaten=kab kecamatan=kec kelurahan=kel depan=dpn dekat=dkt bapak=pak ibu=bu"
    ).split()
)
_JAVANESE = dict(
    pair.split("=")
    for pair in (
        "tidak=ora sudah=wis belum=durung di=neng jalan=dalan air=banyu gelap=peteng banyak=akeh orang=wong rumah=omah "
        "yang=sing saya=aku besar=gede tolong=tulung minta=nyuwun hari=dino sekarang=saiki"
    ).split()
)
_SUNDANESE = dict(
    pair.split("=")
    for pair in (
        "tidak=teu sudah=tos belum=tacan air=cai gelap=poek banyak=seueur orang=jalmi rumah=bumi yang=anu saya=abdi "
        "rusak=ruksak sampah=runtah tolong=punten hari=dinten sekarang=ayeuna"
    ).split()
)
_SMS = 120


def typos(text: str, rng: np.random.Generator) -> str:
    """Hit a neighbouring key, double, drop or swap one letter in twenty."""
    letters = list(text)
    for i in np.flatnonzero(rng.random(len(letters)) < 0.05):
        near = _KEYS.get(letters[i].lower())
        if near is None:
            continue
        kind = int(rng.integers(4))
        if kind == 0:
            letters[i] = near[int(rng.integers(len(near)))]
        elif kind == 1:
            letters[i] *= 2
        elif kind == 2:
            letters[i] = ""
        elif i + 1 < len(letters):
            letters[i], letters[i + 1] = letters[i + 1], letters[i]
    return "".join(letters)


def missing_vowels(text: str, rng: np.random.Generator) -> str:
    """Leave the inner vowels out of a third of the longer words."""

    def shorten(match: re.Match[str]) -> str:
        word = match.group()
        if len(word) < 4 or rng.random() > 1 / 3:
            return word
        return word[0] + re.sub(r"[aiueoAIUEO]", "", word[1:-1]) + word[-1]

    return _WORD.sub(shorten, text)


def truncated(text: str, rng: np.random.Generator) -> str:
    """Keep what fits a short message."""
    return text[:_SMS]


def no_spaces(text: str, rng: np.random.Generator) -> str:
    """Join a tenth of the words with the next one."""
    return re.sub(r" ", lambda m: "" if rng.random() < 0.1 else m.group(), text)


def emoji(text: str, rng: np.random.Generator) -> str:
    """Add signs of feeling."""
    return re.sub(r"[.!?]+", lambda m: m.group() + " 😡🙏", text) + " 🙏🙏"


def greeting(text: str, rng: np.random.Generator) -> str:
    """Wrap the text in the polite phrases of letters."""
    return (
        "Assalamualaikum warahmatullahi wabarakatuh. Selamat pagi Bapak/Ibu yang saya hormati. "
        f"{text} Demikian yang dapat kami sampaikan, atas perhatian Bapak/Ibu kami ucapkan terima kasih. "
        "Hormat kami, warga."
    )


def _swap(words: dict[str, str]) -> Change:
    def change(text: str, rng: np.random.Generator) -> str:
        return _WORD.sub(lambda m: words.get(m.group().lower(), m.group()), text)

    return change


CHANGES: dict[str, Change] = {
    "salah ketik 5 %": typos,
    "singkatan": _swap(_SLANG),
    "tanpa vokal": missing_vowels,
    "huruf besar": lambda text, rng: text.upper(),
    "spasi hilang 10 %": no_spaces,
    "campur Jawa": _swap(_JAVANESE),
    "campur Sunda": _swap(_SUNDANESE),
    "salam dan penutup": greeting,
    "SMS terpotong": truncated,
    "emoji": emoji,
}
"""Ways to write the same, by name."""
UNTITLED = "tanpa judul"


@dataclass(frozen=True, slots=True)
class Loss:
    """Hold what one change does to one question.

    :param change: its name; ``asli`` for the texts as sent.
    :param lost: accuracy lost against the texts as sent.
    """

    change: str
    question: str
    n: int
    accuracy: float
    macro_f1: float
    lost: float


def changed(record: Record, change: Change, rng: np.random.Generator) -> Record:
    """Write title and text of a record otherwise."""
    complaint = record.complaint
    title = change(complaint.title, rng) if complaint.title else complaint.title
    return replace(record, complaint=replace(complaint, title=title, text=change(complaint.text, rng) or "-"))


def _untitled(complaint: Complaint) -> Complaint:
    return replace(complaint, title=None)


def robustness(records: Sequence[Record], predictor: Predictor, seed: int = 0) -> list[Loss]:
    """Ask a predictor about the records as sent and in every other way of writing.

    :param records: labelled and cleaned; rows that the predictor has not learned from.
    :param seed: of the random changes.
    """
    sets = {"asli": list(records), UNTITLED: [replace(r, complaint=_untitled(r.complaint)) for r in records]}
    for name, change in CHANGES.items():
        rng = np.random.default_rng(seed)
        sets[name] = [changed(record, change, rng) for record in records]
    losses: list[Loss] = []
    base: dict[str, float] = {}
    for name, rows in sets.items():
        answers = predictor.predict(rows)
        for question in QUESTIONS:
            pairs = [
                (getattr(truth(record), question), found[question].ranked[0])
                for record, found in zip(records, answers, strict=True)
                if getattr(truth(record), question) is not None and question in found
            ]
            if not pairs:
                continue
            truths, given = [t for t, _ in pairs], [a for _, a in pairs]
            accuracy = sum(t == a for t, a in pairs) / len(pairs)
            base.setdefault(question, accuracy)
            losses.append(
                Loss(name, question, len(pairs), accuracy, macro_f1(truths, given), base[question] - accuracy)
            )
    return losses


def robustness_lines(losses: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write the accuracy lost by each change, in points, a line a change."""
    by_change: dict[str, list[str]] = {}
    for loss in losses:
        told = f"{loss['question']} {100 * loss['lost']:+.1f}"
        by_change.setdefault(loss["change"], []).append(
            told if loss["change"] != "asli" else f"{loss['question']} {loss['accuracy']:.3f}"
        )
    return [f"{change}: {', '.join(told)}" for change, told in by_change.items()]


def robustness_section(metrics: Mapping[str, Any]) -> str:
    """Return the part of a report page on other ways of writing; empty where that was not measured."""
    losses = metrics.get("robustness", ())
    if not losses:
        return ""
    columns = ("change", "question", "n", "accuracy", "macro_f1", "lost")
    rows = [[loss[column] for column in columns] for loss in losses]
    return f"<h2>robustness</h2>{table([column.replace('_', ' ') for column in columns], rows)}"
