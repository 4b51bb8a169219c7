"""Turn a stored answer into what the page of a complaint shows: words, marks, confidence, sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from data.functions import TIERS
from data.matters import matters
from data.tier_rules import tier_rules

_TIER_NAMES = {
    "pusat": "pusat",
    "vertikal": "instansi vertikal",
    "bumn": "BUMN/BUMD",
    "provinsi": "provinsi",
    "kabkota": "kabupaten/kota",
    "desa": "desa/kelurahan",
}
_STRONG = 0.08  # evidence weaker than this share of the strongest is not marked
_MOST_MARKS = 12
_WORD = re.compile(r"[a-z0-9]{3,}")
_COMMON = frozenset(
    "yang dan atau untuk dengan dari pada ini itu tidak sudah belum akan ada adalah juga saya kami kita mereka kepada "
    "oleh dalam agar supaya mohon tolong segera terima kasih bapak ibu pak bisa dapat karena sangat lebih saat masih "
    "hanya sampai sejak lagi tersebut kalau bila apakah kenapa mengapa bagaimana selalu setiap para tapi tetapi namun "
    "serta seperti antara hal sdh blm yg dgn utk tdk".split()
)

FLAGS = {
    "korban_anak": "Mungkin ada korban anak",
    "korban_perempuan": "Mungkin ada korban perempuan",
    "kekerasan_seksual": "Mungkin menyangkut kekerasan seksual",
    "pelapor_pelanggaran": "Pelapor mungkin mengungkap pelanggaran di tempatnya bekerja",
    "terlapor_pejabat": "Mungkin menyangkut seorang pejabat atau petugas",
    "terlapor_instansi": "Mungkin menyangkut instansi itu sendiri",
}
FINDINGS = {
    "darurat": "Mungkin keadaan darurat: mohon didahulukan dan hubungi pihak yang berwenang.",
    "spam": "Mungkin uji coba, iklan, atau spam: mohon periksa.",
    "proses_hukum": "Mungkin sedang dalam proses hukum: mohon periksa.",
    "sengketa_pribadi": "Mungkin sengketa antarpribadi: mohon periksa apakah ada kewajiban pemerintah di dalamnya.",
    "tidak_jelas": "Isi laporan mungkin belum jelas: mohon periksa.",
    "kurang_lengkap": "Laporan mungkin belum lengkap.",
    "berkadar_pengawasan": "Mungkin berkadar pengawasan: mohon dinilai bersama Inspektorat.",
}
ENDED = {
    "diarsipkan": "Laporan serupa kerap diarsipkan: mohon periksa bukti dan kejelasannya.",
    "kedaluwarsa": "Laporan serupa kerap kedaluwarsa tanpa tanggapan: mohon pastikan ada yang menanggapi.",
    "menunggu kelengkapan": "Laporan serupa kerap menunggu kelengkapan: mohon periksa apa yang kurang.",
}
MISSING = {
    "lokasi": "lokasi",
    "waktu": "waktu",
    "objek": "hal yang dilaporkan",
    "identitas": "identitas (lewat jalur rahasia)",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold a piece of a text.

    :param mark: what it speaks for, as ``agency`` or ``region``; empty for plain text.
    """

    text: str
    mark: str = ""


def pieces(field: str, text: str, evidence: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """Cut a field into plain and marked pieces; where marks overlap the stronger one counts.

    >>> span = {"field": "text", "start": 0, "end": 5}
    >>> pieces("text", "lampu mati", [{"about": "agency", "span": span, "weight": 1.0}])
    [Piece(text='lampu', mark='agency'), Piece(text=' mati', mark='')]
    """
    speaking = [item for item in evidence if item["span"] and item["span"]["field"] == field and item["weight"] > 0]
    best: dict[str, float] = {}
    for item in evidence:
        best[item["about"]] = max(best.get(item["about"], 0.0), item["weight"])
    speaking = [item for item in speaking if item["weight"] >= _STRONG * best[item["about"]]]
    speaking.sort(key=lambda item: -item["weight"] / best[item["about"]])
    marks: list[str] = [""] * len(text)
    for item in speaking[:_MOST_MARKS]:
        start, end = item["span"]["start"], min(item["span"]["end"], len(text))
        if start < end and not any(marks[start:end]):
            marks[start:end] = [item["about"]] * (end - start)
    found: list[Piece] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or marks[end] != marks[start]:
            found.append(Piece(text[start:end], marks[start]))
            start = end
    return found


def confidence(probability: float, tested: bool) -> str:
    """Say a probability in plain words.

    >>> confidence(0.683, True), confidence(0.9, False)
    ('Dari 100 saran seperti ini, sekitar 68 benar.', 'Perkiraan model 90 dari 100; belum teruji di daerah Anda.')
    """
    share = min(99, max(1, round(100 * probability)))
    if tested:
        return f"Dari 100 saran seperti ini, sekitar {share} benar."
    return f"Perkiraan model {share} dari 100; belum teruji di daerah Anda."


def strength(probability: float) -> str:
    """Name a probability for the colour of its bar."""
    return "kuat" if probability >= 0.8 else "sedang" if probability >= 0.5 else "lemah"


_SOURCES = {
    "learned": "dari riwayat daerah",
    "composed": "dari aturan dan daftar instansi",
    "mixed": "dari riwayat daerah serta aturan dan daftar instansi",
}


@cache
def _legal() -> dict[str, tuple[str, str]]:
    """Return by id of a matter or tier rule what it is about and its legal basis."""
    found = {matter.id: (matter.name, matter.source) for matter in matters()}
    rules = tier_rules()
    found |= {rule.id: (rule.reason, rule.source) for rule in rules.tiers}
    return found | {rule.id: (rule.reason, rule.source) for rule in rules.redirects}


@dataclass(frozen=True, slots=True)
class Source:
    """Say where a suggestion comes from.

    :param grounds: what each rule is about, with its legal basis.
    """

    text: str
    grounds: tuple[tuple[str, str], ...]


def source_of(answer: Mapping[str, Any]) -> Source | None:
    """Say where the suggested agency comes from, with the legal basis of the rules that spoke for it."""
    agency = answer["agency"]
    if agency is None:
        return None
    rules = dict.fromkeys(
        item["rule"]
        for item in answer["explanation"]
        if item["about"] == "agency" and item["rule"] and item["weight"] > 0
    )
    grounds = tuple(dict.fromkeys(_legal()[rule] for rule in rules if rule in _legal()))
    return Source(_SOURCES[agency["source"]], grounds[:4])


def tier_name(tier: str | None) -> str | None:
    """Return the name of a tier."""
    return _TIER_NAMES.get(tier) if tier in TIERS else None


def findings(answer: Mapping[str, Any]) -> list[str]:
    """Say what screening found, in careful words."""
    screening = answer["screening"]
    said = []
    for item in screening["findings"]:
        text = FINDINGS.get(item["kind"]) or ENDED.get(item["detail"] or "", "")
        missing = [MISSING.get(name, name) for name in item["missing"]]
        if missing:
            text = f"{text} Belum disebut: {', '.join(missing)}."
        if text:
            said.append(text)
    said += [f"{FLAGS[flag]}: mohon ditangani sebagai rahasia." for flag in screening["flags"] if flag in FLAGS]
    said += [
        f"Topik khusus: {flag.removeprefix('topik:')}." for flag in screening["flags"] if flag.startswith("topik:")
    ]
    return list(dict.fromkeys(said))


def shared_words(one: str, other: str) -> set[str]:
    """Return the telling words that two texts share.

    >>> sorted(shared_words("Lampu jalan di Sukajadi mati", "lampu Sukajadi yang mati"))
    ['lampu', 'mati', 'sukajadi']
    """
    words = [set(_WORD.findall(text.lower())) for text in (one, other)]
    return (words[0] & words[1]) - _COMMON


def mark_words(text: str, words: Collection[str]) -> list[Piece]:
    """Mark the given words in a text."""
    found: list[Piece] = []
    start = 0
    for match in _WORD.finditer(text.lower()):
        if match.group() in words:
            if match.start() > start:
                found.append(Piece(text[start : match.start()]))
            found.append(Piece(text[match.start() : match.end()], "same"))
            start = match.end()
    if start < len(text):
        found.append(Piece(text[start:]))
    return found


def suggested_title(content: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """Suggest the gist as a title: the sender's own, else the first clause, with the place.

    >>> suggested_title({"text": "Lampu mati. Tolong."}, {"category": None, "region": {"candidates": []}})
    'Lampu mati'
    """
    if content.get("title"):
        return str(content["title"])[:100]
    clause = re.split(r"[.!?\n;]", content["text"].strip(), maxsplit=1)[0].strip()
    words = clause.split()
    gist = " ".join(words[:12]) + ("…" if len(words) > 12 else "")
    place = content.get("location") or content.get("regency")
    if place and str(place).casefold() not in gist.casefold() and len(gist) < 70:
        gist = f"{gist} ({place})"
    return (gist[:1].upper() + gist[1:])[:100]
