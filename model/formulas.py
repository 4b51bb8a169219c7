"""Leave polite formulas out of what is learned and compared: every letter has them, and they say nothing of the matter.

A greeting and a closing are a third of a short complaint. Left in, they cost an answer up to twelve points of accuracy
where a writer adds them (``pilah evaluate --robust``).
"""

from __future__ import annotations

import re
from typing import Final

_YOU = r"(?:bapak|bpk|pak|ibu|bu|saudara|admin)"
_YOU_ALL = rf"{_YOU}(?: ?(?:/|&|,|dan|beserta) ?{_YOU}){{0,3}}"
_FAVOUR = r"(?:perhatian|bantuan|kerja ?sama|tanggapan|respon|tindak ?lanjut|kebijaksanaan|waktu|kesediaan)"
_FAVOURS = rf"{_FAVOUR}(?:nya)?(?:(?:,| dan|,? serta) {_FAVOUR}(?:nya)?){{0,3}}"
_PATTERNS: Final = {
    "alaikum": r"\bw?as+ala?m+u?[ '`’.]{0,2}al+a?i?kum\w*"
    r"(?:[ .,]{0,3}(?:wr|wb|wrwb|wara?o?hmatul+ah\w*|wa?baro?a?kat\w*)\b)*",
    "salam": r"\bsalam (?:sejahtera|sehat|hormat)\b(?: (?:bagi|untuk) kita semua)?|\bwas+alam\b",
    "selamat": r"\bselamat (?:pagi|siang|sore|malam)\b",
    "hormat": rf"(?:\b{_YOU_ALL} )?\b(?:yang|yg) (?:(?:saya|kami) )?(?:ter)?hormati?\b|\bdengan (?:segala )?hormat\b|"
    r"\bhormat (?:kami|saya)\b",
    "yth": r"\b(?:(?:kepada|kpd) )?yth\b",
    "ganggu": r"\b(?:mohon )?maaf (?:telah )?(?:meng)?ganggu\w*(?: waktu\w*)?",
    "demikian": r"\bdemikian(?:lah)?\b(?: (?:yang ingin|yang|yg))?"
    r"(?: (?:laporan|aduan|pengaduan|surat|permohonan|informasi|keluhan|aspirasi|usulan))?(?: ini)?"
    r"(?:(?: (?:dapat|bisa|kami|saya|buat|sampaikan|disampaikan)\b){1,4})?",
    "kasih": rf"(?:\batas (?:segala )?{_FAVOURS}(?: (?:dari )?{_YOU_ALL})?[ ,]{{0,2}})?"
    r"(?:\b(?:saya|kami) )?(?:\b(?:meng|di)?(?:ucapkan|haturkan|sampaikan) )?(?:\bbanyak )?"
    rf"\b(?:te?rima ?|ma)kasih(?: (?:banyak|sebelumnya))?(?: atas (?:segala )?{_FAVOURS}\b(?: {_YOU_ALL}\b)?)?",
    "atas ": rf"\batas (?:segala )?(?:{_FAVOUR}(?:nya)?(?:,| dan|,? serta) )?{_FAVOUR}nya\b",
    "nuhun": r"\b(?:hatur ?)?nuhun\b",
    "nuwun": r"\b(?:matur ?)?nuwun\b",
    "suwun": r"\b(?:matur ?)?suwun\b",
}
"""Patterns by the letters without which they find nothing: most texts hold few of them."""
_FORMULAS: Final = {letters: re.compile(pattern) for letters, pattern in _PATTERNS.items()}
_LEAST = 12
"""Letters that must be left; who sends nothing but thanks is read as sent."""


def without_formulas(text: str) -> str:
    """Put spaces in the place of greetings, forms of address, thanks and closings; every position is kept.

    :param text: a normalised text.

    >>> without_formulas("selamat pagi pak, lampu jalan mati. terima kasih").split()
    ['pak,', 'lampu', 'jalan', 'mati.']
    >>> without_formulas("terima kasih banyak")
    'terima kasih banyak'
    """
    found = text
    for letters, pattern in _FORMULAS.items():
        if letters in found:
            found = pattern.sub(lambda match: " " * len(match[0]), found)
    return found if sum(map(str.isalpha, found)) >= _LEAST else text
