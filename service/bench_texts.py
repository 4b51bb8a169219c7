"""Complaints made up at random for the benchmarks: varied, of real lengths, about nobody."""

from __future__ import annotations

import random
from functools import cache

from data.complaint import Complaint, Labels, Record

_COMMON = (
    "yang di dan ini itu dengan untuk pada dari ke saya kami mohon tidak sudah ada agar bisa karena juga akan lebih "
    "sangat masih belum segera tolong warga jalan rumah air lampu sampah rusak mati banjir sekolah desa kecamatan "
    "petugas pelayanan kantor pemerintah daerah masyarakat hari bulan tahun lalu sampai sekarang terima kasih"
).split()
_REGENCIES = ("Kabupaten Bandung", "Kota Surabaya", "Kabupaten Klaten", "Kota Medan", "Kabupaten Gowa", "Kota Malang")
_AGENCIES = tuple(f"Dinas {name}" for name in ("Perhubungan", "Kesehatan", "Pendidikan", "Sosial", "Lingkungan Hidup"))
_TOPICS = ("lampu padam", "pasien antre", "guru kosong", "bantuan sosial", "sampah menumpuk")
_SYLLABLES = tuple(f"{c}{v}{e}" for c in "bcdgjklmnprstwy" for v in "aiueo" for e in ("", "n", "r", "ng"))


@cache
def _vocabulary() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return 20,000 words with cumulative weights after Zipf's law, as in real text."""
    source = random.Random(7)  # noqa: S311 - nothing secret
    made = {"".join(source.choices(_SYLLABLES, k=source.randint(2, 4))) for _ in range(25_000)}
    words = (*_COMMON, *sorted(made - set(_COMMON))[:20_000])
    total, weights = 0.0, []
    for rank in range(1, len(words) + 1):
        total += 1.0 / (rank + 2.7)
        weights.append(total)
    return words, tuple(weights)


def make_complaint(number: int) -> Complaint:
    """Make the complaint of a number: always the same one, with 5 to 400 words (half of them have fewer than 56).

    >>> make_complaint(3) == make_complaint(3), make_complaint(3).text == make_complaint(4).text
    (True, False)
    """
    source = random.Random(number)  # noqa: S311
    words, weights = _vocabulary()
    length = min(400, max(5, round(source.lognormvariate(4.03, 0.75))))
    body = source.choices(words, cum_weights=weights, k=length)
    place = f"Jl. {source.choice(words).title()} No {source.randint(1, 300)} RT {source.randint(1, 12)}"
    body.insert(source.randrange(length), place)
    return Complaint(
        id=f"bench-{number}", text=" ".join(body), title=" ".join(body[:6]), location=source.choice(_REGENCIES)
    )


def make_record(number: int) -> Record:
    """Make a labelled complaint whose label can be learned from a few words."""
    kind = number % len(_AGENCIES)
    complaint = make_complaint(number)
    text = f"{_TOPICS[kind]} {complaint.text}"
    labels = Labels(type="pengaduan" if number % 7 else "aspirasi", category=_TOPICS[kind], agency=_AGENCIES[kind])
    return Record(Complaint(id=complaint.id, text=text, title=complaint.title), labels)
