"""Cut from training text what staff added to it and what gives the label away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Words of agency names that tell none apart, and forms of address that stand before them.
_GENERIC = frozenset(
    "dinas badan kantor kepala kabupaten kab kota provinsi prov propinsi kec kel daerah dan republik indonesia ri"
    " pemerintah bapak ibu bpk sdr saudara pimpinan plt plh instansi satuan unit pelaksana teknis upt uptd".split()
)
_REGION_KINDS = frozenset({"kabupaten", "kab", "kota", "provinsi", "prov", "propinsi"})
# What people write for an office, as the words of its full name.
_SHORT = {
    "disdik": "dinas pendidikan", "disdikbud": "dinas pendidikan kebudayaan", "dishub": "dinas perhubungan",
    "dinsos": "dinas sosial", "dinkes": "dinas kesehatan", "disnaker": "dinas tenaga kerja ketenagakerjaan",
    "disdukcapil": "dinas kependudukan pencatatan sipil", "dukcapil": "dinas kependudukan pencatatan sipil",
    "capil": "pencatatan sipil kependudukan", "dlh": "dinas lingkungan hidup",
    "diskominfo": "dinas komunikasi informatika",
    "pupr": "pekerjaan umum penataan ruang tata perumahan rakyat", "dpu": "dinas pekerjaan umum",
    "dpupr": "dinas pekerjaan umum penataan ruang tata perumahan rakyat", "pu": "pekerjaan umum",
    "putr": "pekerjaan umum tata ruang", "dputr": "dinas pekerjaan umum tata ruang", "satpol": "satuan polisi",
    "pp": "pamong praja", "disperkim": "perumahan kawasan permukiman", "damkar": "pemadam kebakaran penyelamatan",
    "bpbd": "badan penanggulangan bencana daerah", "bkpsdm": "badan kepegawaian pengembangan sumber daya manusia",
    "bapenda": "badan pendapatan daerah", "disdagin": "perdagangan perindustrian", "camat": "kecamatan",
    "lurah": "kelurahan", "kades": "desa", "bupati": "pemerintah kabupaten", "walikota": "pemerintah kota",
    "wali": "pemerintah", "gubernur": "pemerintah provinsi", "pemkab": "pemerintah kabupaten",
    "pemkot": "pemerintah kota", "pemprov": "pemerintah provinsi", "pemda": "pemerintah daerah kabupaten kota",
    "rsud": "rumah sakit umum daerah", "kemensos": "kementerian sosial",
    "kemendikbud": "kementerian pendidikan kebudayaan",
    "menteri": "kementerian", "mentri": "kementerian", "kemenkes": "kementerian kesehatan",
    "bpn": "badan pertanahan nasional",
}  # fmt: skip

_OPENING = re.compile(
    r"[\s\W]*(?:(?:kepada|kpd)\s*,?\s*)?(?:(?:yth|yang\s+(?:kami\s+|saya\s+)?(?:terhormat|ter\s*hormat))\b[\W_]*"
    r"(?:kepada\b[\W_]*)?)",
    re.I,
)
_HANDED_ON = re.compile(
    r"(?:(?:laporan|aduan|pengaduan|aspirasi)\s+(?:ini\s+|tersebut\s+|anda\s+|saudara\s+)?(?:telah\s+|sudah\s+)?)?"
    r"(?:di?teruskan|ter?disposisi(?:kan)?|didisposisi(?:kan)?|disposisi|dilimpahkan)\s*(?:ke(?:pada)?\b|:)\s*|"
    r"(?:laporan|aduan|pengaduan|aspirasi|hal)\s+(?:ini\s+|tersebut\s+|anda\s+|saudara\s+)?"
    r"(?:menjadi|merupakan|adalah)\s+(?:ke)?wenang(?:an)?\s*(?:dari\s+)?:?\s*",
    re.I,
)
# A word ends where small letters meet a capital: the line breaks of exports are lost ("BandungMohon").
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_]+")
_ABBREVIATED = frozenset({"kab", "prov", "kec", "kel", "bpk", "sdr", "plt", "plh", "ri"})
_DI_TEMPAT = re.compile(r"[\s,]*\b(?:di\s*-?\s*tempat|ditempat)(?-i:(?![a-z]))", re.I)
_ENDS = re.compile(r"[\s.,:;!\-–—]*")
_MIN_LEFT = 12  # letters that must be left: a text that is only an address says more with it


def _expand(token: str) -> tuple[str, ...]:
    return tuple(_SHORT.get(token, token).split())


@lru_cache(maxsize=4096)
def _label_words(label: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return every word of a label and those that tell it apart from other labels."""
    tokens = [token.casefold() for token in _TOKEN.findall(unicodedata.normalize("NFKC", label))]
    every = {word for token in tokens for word in (token, *_expand(token))}
    # The region after "Kabupaten", "Kota" is shared by all offices of one government.
    own: list[str] = []
    for token in tokens:
        if token in {"kabupaten", "kab", "kota", "provinsi", "prov"}:
            break
        own.extend(_expand(token))
    distinct = set(own) - _GENERIC
    return frozenset(every), frozenset(distinct or every - _GENERIC)


def _named_until(text: str, start: int, label: str) -> int | None:
    """Find where the name of the label ends that starts at ``start``; ``None`` if another thing stands there."""
    every, distinct = _label_words(label)
    found: set[str] = set()
    end = position = start
    last = ""
    for match in _TOKEN.finditer(text, start):
        gap = text[position : match.start()]
        token = match.group().casefold()
        previous = text[max(start, position - 6) : position].casefold()
        if "\n" in gap or (
            any(mark in gap for mark in ".;:!?") and not previous.endswith(tuple(_ABBREVIATED)) and found
        ):
            break
        words = set(_expand(token))
        of_region = last in _REGION_KINDS and match.group()[0].isupper()
        if not (words & every or token in every or token in _GENERIC or of_region):
            # A lost line break without a capital: "Bandungizin melaporkan".
            glued = next((word for word in every if len(word) >= 5 and token.startswith(word)), None)
            end = match.start() + len(glued) if glued is not None else end
            break
        found |= words | {token}
        position = match.end()
        last = token
        if token not in {"dan", "kota"} or token in every:
            end = position
    # More than half of what is its own must be there: "Yth. Dinas" names nobody.
    return end if distinct and len(found & distinct) * 2 > len(distinct) else None


def strip_giveaways(text: str, labels: Iterable[str | None]) -> str:
    """Cut prefixes (and a closing note) that hand a complaint to one of its own labels.

    Only "Yth. <agency>", "Kpd Yth, <agency>" at the start and "Terdisposisi ke <agency>", "Aduan ini menjadi kewenangan
    <agency>" at the start or as the last sentence are cut, and only where they name the label. A citizen who
    mentions the agency in the middle of a text keeps it.

    :param labels: the names of the agency, as in the file or cleaned.

    >>> strip_giveaways("Yth. Dinas Perhubungan Kab. Bandung, lampu jalan mati sejak Senin", ["Dinas Perhubungan"])
    'lampu jalan mati sejak Senin'
    >>> strip_giveaways("Yth. Dinas Sosial, lampu jalan mati sejak Senin", ["Dinas Perhubungan"])
    'Yth. Dinas Sosial, lampu jalan mati sejak Senin'
    """
    names = [label for label in labels if label]
    if not names:
        return text
    left = text
    for _ in range(3):
        shorter = _strip_start(left, names)
        if shorter == left:
            break
        left = shorter
    left = _strip_end(left, names)
    return left if sum(character.isalpha() for character in left) >= _MIN_LEFT else text


def _strip_start(text: str, names: list[str]) -> str:
    opening = _OPENING.match(text)
    if opening is None:
        stripped = len(text) - len(text.lstrip(" \t\r\n.,:;-*"))
        opening = _HANDED_ON.match(text, stripped)
    if opening is None:
        return text
    ends = [end for name in names if (end := _named_until(text, opening.end(), name)) is not None]
    if not ends:
        return text
    end = max(ends)
    place = _DI_TEMPAT.match(text, end)
    end = place.end() if place is not None else end
    closing = _ENDS.match(text, end)
    return text[closing.end() if closing is not None else end :]


def _strip_end(text: str, names: list[str]) -> str:
    last = None
    for match in _HANDED_ON.finditer(text, max(0, len(text) - 300)):
        last = match
    if last is None or (last.start() > 0 and not re.search(r"[.!?\n)\]]\s*[-–*(\[]*\s*$", text[: last.start()])):
        return text
    for name in names:
        end = _named_until(text, last.end(), name)
        if end is not None and not _TOKEN.search(text, end):
            return text[: last.start()].rstrip(" \t\r\n-–*([")
    return text


_GLUED = re.compile(r"(?<=[a-z0-9?!.)])(?=[A-Z][a-z])|(?<=[A-Z]{3})(?=[A-Z][a-z]{2})")
_TITLE_WORD = re.compile(r"\w+")


def split_glued_title(title: str | None, text: str) -> str:
    """Cut the title off the start of a text that it is glued to without a space, as in about 4 % of an export.

    >>> split_glued_title("Jalan rusak di Paseh", "Jalan Rusak di PasehMohon jalan segera diperbaiki")
    'Mohon jalan segera diperbaiki'
    >>> split_glued_title("Jalan rusak", "Jalan rusaknya sudah lama")
    'Jalan rusaknya sudah lama'
    """
    if not title:
        return text
    wanted = set(_TITLE_WORD.findall(title.casefold()))
    for glue in _GLUED.finditer(text, 0, len(title) + 60):
        start = set(_TITLE_WORD.findall(text[: glue.start()].casefold()))
        shared = len(start & wanted)
        # The title may have been corrected since: most of the words must be the same on both sides.
        if shared and shared * 10 >= len(start | wanted) * 7:
            rest = text[glue.start() :]
            return rest if sum(character.isalpha() for character in rest) >= _MIN_LEFT else text
    return text
