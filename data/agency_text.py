"""Fold the many spellings of an agency's name into one sequence of words."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+")

_REWRITES: tuple[tuple[str, str], ...] = (
    # Two words that are written as one, and the reverse.
    (r"\bolah raga\b", "olahraga"),
    (r"\bwali kota\b", "walikota"),
    (r"\bdinas\s+kominfo\b|\bkominfo(?=\s+(?:kab|kota|prov))", "diskominfo"),
    (r"\bbpk\.?(?=\s+(?:bupati|walikota|gubernur|camat|lurah|kepala|kades|presiden|menteri)\b)", ""),  # bapak
    (r"\b(?:kotamadya|kodya)\b", "kota"),
    (r"\bbudi daya\b", "budidaya"),
    (r"\bsatpol\W*pp\b|\bpol\W?pp\b", "satpol pp"),
    (r"\bpp\s*(?:&|dan)\s*wh\b", "pp wh"),
    (r"\bp\s*(?:&|dan)\s*k\b", "pendidikan kebudayaan"),
    (r"\bperusahaan umum daerah\b", "perumda"),
    (r"\bperusahaan daerah air minum\b", "pdam"),
    (r"\bperumda\s+(?=tirta)", "pdam "),
    (r"\bke tenaga\s*kerjaan\b", "ketenagakerjaan"),
    (r"\bperusahaan perseroan\b", ""),
    (r"\brepublik indonesia\b", ""),
    (r"\bdisdik\s*bud\b", "disdikbud"),
    (r"\bdis\s*duk\s*capil\b", "disdukcapil"),
    (r"\bduk\s+capil\b", "dukcapil"),
    (r"\bd\.?\s?k\.?\s?i\.?\s+jakarta\b|\bdaerah khusus(?: ibu\s?kota)? jakarta\b|\bdkj\b", "dki jakarta"),
    (r"\bd\.?\s?i\.?\s+yogyakarta\b|\bdaerah istimewa yogyakarta\b|\bdiy\b", "diy"),
)
_PATTERNS = tuple((re.compile(pattern), to) for pattern, to in _REWRITES)

_SPELLINGS = {
    "kementrian": "kementerian",
    "kemeterian": "kementerian",
    "kementerain": "kementerian",
    "kemen": "kementerian",
    "departemen": "kementerian",
    "jendral": "jenderal",
    "jend": "jenderal",
    "pentaan": "penataan",
    "komomunikasi": "komunikasi",
    "infokom": "kominfo",
    "perijinan": "perizinan",
    "ijin": "izin",
    "propinsi": "provinsi",
    "prov": "provinsi",
    "prop": "provinsi",
    "kab": "kabupaten",
    "kec": "kecamatan",
    "kel": "kelurahan",
    "kan": "kabupaten",  # "disdukcapil kan.siak": b and n are neighbours on the keyboard
    "pelindungan": "perlindungan",
    "sertipikat": "sertifikat",
    "trantibum": "trantib",
    "resort": "resor",
    "kep": "kepulauan",
    "sekda": "setda",
}
_EXPANSIONS = {
    "ditjen": ("direktorat", "jenderal"),
    "dirjen": ("direktorat", "jenderal"),
    "pemkab": ("pemerintah", "kabupaten"),
    "pemkot": ("pemerintah", "kota"),
    "pemprov": ("pemerintah", "provinsi"),
    "pemda": ("pemerintah", "daerah"),
    "pemdes": ("pemerintah", "desa"),
    "kades": ("kepala", "desa"),
    "kadis": (),
    "kadishub": ("dishub",),
    "kadisdik": ("disdik",),
    "kadinkes": ("dinkes",),
    "kadinsos": ("dinsos",),
    "sudin": ("suku",),
    "sudinhub": ("suku", "dishub"),
}
_DROPPED: frozenset[str] = frozenset(
    {"dan", "serta", "sarta", "dengan", "pt", "persero", "perseroda", "tbk", "ri", "republik", "upt", "uptd", "dinas"}
    | {"yth", "bapak", "ibu", "bapk", "pak", "bu", "kepala", "pimpinan"}
)
"""Words that never tell one agency from another. ``Dinas`` is among them: ``Dinas Sosial`` and ``Dinsos`` meet."""

_KEPT_WITH_KEPALA = frozenset({"desa"})


@lru_cache(maxsize=65_536)
def agency_words(name: str) -> tuple[str, ...]:
    """Return the folded words of an agency's name, without those that tell nothing.

    >>> agency_words("Kepala Dinas PU & Penataan Ruang Kab.Kolaka")
    ('pu', 'penataan', 'ruang', 'kabupaten', 'kolaka')
    >>> agency_words("Kementrian Agraria dan Tata Ruang/BPN")
    ('kementerian', 'agraria', 'tata', 'ruang', 'bpn')
    """
    text = " ".join(name.lower().replace("’", "").replace("'", "").split())
    for pattern, to in _PATTERNS:
        text = pattern.sub(to, text)
    found: list[str] = []
    for raw in _WORD.findall(text):
        word = _SPELLINGS.get(raw, raw)
        found.extend(_EXPANSIONS.get(word, (word,)))
    kept: list[str] = []
    for i, word in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else ""
        if word in _DROPPED and not (word == "kepala" and following in _KEPT_WITH_KEPALA):
            continue
        kept.append(word)
    return tuple(kept)
