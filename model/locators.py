"""Read the parts of an address from a text: street, RT, RW, kilometre, house, block, landmark, hamlet, housing estate.

The values are normalised so that two spellings of one place compare as equal: ``Jl. Jend. Sudirman No 5`` and
``jln jenderal sudirman no.05`` give the street ``jenderal sudirman`` and the number ``5``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from model.assessment import Field, Span
from model.place_words import word_set
from model.text import Normalised, normalise

if TYPE_CHECKING:
    from model.place_context import Token

LocatorKind = Literal[
    "street", "alley", "rt", "rw", "km", "number", "block", "landmark", "hamlet", "estate", "coordinate", "pole"
]


@dataclass(frozen=True, slots=True)
class Locator:
    """Hold one part of an address.

    :param value: normalised, to compare.
    """

    kind: LocatorKind
    value: str
    span: Span


_TITLES = {
    "jend": "jenderal", "jendral": "jenderal", "jen": "jenderal", "gen": "jenderal", "letjend": "letjen",
    "letnan": "letnan", "kol": "kolonel", "kapt": "kapten", "brigjend": "brigjen", "mayjend": "mayjen",
    "moh": "mohammad", "muh": "mohammad", "moch": "mohammad", "mochamad": "mohammad", "muhamad": "mohammad",
    "mohamad": "mohammad", "muhammad": "mohammad", "mochammad": "mohammad", "soekarno": "sukarno", "a": "a",
    "soedirman": "sudirman", "suprapto": "suprapto", "soeprapto": "suprapto", "soetomo": "sutomo", "rya": "raya",
    "ry": "raya", "kh": "kh", "hr": "hr", "ki": "ki", "dr": "dr", "prof": "prof", "ir": "ir", "gatsu": "gatot subroto",
    "soebroto": "subroto", "kom": "komodor", "ind": "industri", "psr": "pasar", "tmn": "taman", "btn": "btn",
    "perjoangan": "perjuangan", "dipenogoro": "diponegoro", "brt": "barat", "tmr": "timur", "sel": "selatan",
    "utr": "utara", "lk": "lingkar", "sltn": "selatan", "yani": "yani", "ahmad": "ahmad", "achmad": "ahmad",
}  # fmt: skip
_STOP = word_set(
    "yang yg di ke dari dan dengan dgn untuk utk sudah sdh udah rusak berlubang bolong jelek parah banyak bnyk "
    "sangat tidak tdk ga gak nggak belum blm no nomor nmr rt rw km kec kecamatan kel kelurahan desa ds kab "
    "kabupaten kota blok depan dpn dekat dkt samping seberang sebrang belakang arah menuju sampai sampe samp pada "
    "block blk "
    "ada ini itu tersebut tsb mohon tolong tlg agar karena krn setiap sepanjang sekitar dalam perlu masih akan "
    "harus bisa mau lagi saat ketika gelap macet banjir mati hancur ancur lobang lubang amblas longsor ambles "
    "penuh tergenang sering selalu kami saya sy warga sejak dekat persis tepatnya tepat adalah serta atau juga jg "
    "padahal kondisi kondisinya tiap malam pagi siang sore hari sekarang skrg bekas akibat oleh kok kapan kenapa "
    "knp dong min pak bu bapak ibu antara perbatasan lampu jalan jl jln gang gg sisi ujung pinggir tengah atas "
    "bawah titik lokasi telah jika kalau kalo"
)
_NOT_STREETS = word_set(
    "raya utama umum kabupaten provinsi nasional desa poros lingkungan kampung tol negara lingkar aspal tanah "
    "setapak berlubang rusak kota tembus alternatif lintas penghubung kecil besar lain keluar masuk kaki pintas "
    "gang baru protokol hotmix cor beton paving usaha tani produksi nya an terus"
)


class _Finder(NamedTuple):
    """Find a pattern, having looked for what each of its matches holds: most texts hold none, and that is seen sooner.

    :param pieces: one of these is in every match.
    """

    pattern: re.Pattern[str]
    pieces: tuple[str, ...]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return the matches in a text, in order."""
        for piece in self.pieces:
            if piece in text:
                return self.pattern.finditer(text)
        return iter(())


def _after(words: str, rest: str) -> _Finder:
    """Find one of some words and what follows it.

    :param rest: a pattern.
    """
    listed = words.split()
    pieces = [word for word in listed if not any(other != word and other in word for other in listed)]
    return _Finder(re.compile(rf"\b(?:{'|'.join(listed)})\b{rest}"), tuple(pieces))


_STREET = _after("jalan jln jl jlan", r"\.?\s*")
_ALLEY = _after("gang gg lorong lrg", r"\.?\s*")
_HAMLET = _after("dusun dsn dukuh dk kampung kp kmpg lingkungan padukuhan jorong banjar", r"\.?\s*")
_ESTATE = _after(
    "perumahan perum perumnas prmhn komplek kompleks komp cluster apartemen apartement rusun rusunawa", r"\.?\s*"
)
_RT = _after("rt", r"[\s.:/-]*(?:(?:ke|no)[\s.-]*)?(\d{1,3})\b")
_RW = _after("rw", r"[\s.:/-]*(?:(?:ke|no)[\s.-]*)?(\d{1,3}|[ivx]{1,5})\b")
_GLUED = _Finder(re.compile(r"\b(rt|rw)(\d{1,3})\b"), ("rt", "rw"))
_RT_SLASH = _after("rt", r"(?:\s*/\s*rw)?[\s.:]*(\d{1,3})\s*[/.-]\s*(?:rw\s*)?(\d{1,3})\b")
_KM = _after("km kilometer pal", r"[\s.:]*(\d{1,4}(?:\s?[+,.]\s?\d{1,3})?)")
_NUMBER = _after("no nomor nmr", r"[\s.:]*(\d{1,4})\s?([a-z])?\b")
_BLOCK = _after("blok blk block", r"[\s.:]*([a-z]{1,2}\s?-?\s?\d{0,3}|\d{1,3}\s?[a-z]?)\b")
_POLE = _after("tiang gardu panel", r"(?:\s*(?:no|nomor|listrik|pju))*[\s.:]*([a-z]{0,4}[\s.-]?\d[\d/.-]*)")
_COORDINATE = _Finder(re.compile(r"(-?\d{1,2}\.\d{3,})\s*[,;\s]\s*(\d{2,3}\.\d{3,})"), (".",))
_LANDMARK = _after(
    "depan dpn dekat dkt deket samping smping seberang sebrang sebelah belakang blkg blakang sekitar area",
    r"\s+(?=(?:sd|sdn|sdit|smp|smpn|sma|sman|smk|smkn|mi|min|mts|mtsn|man|tk|paud|masjid|mesjid|musholla|mushola|musala|"
    r"langgar|surau|gereja|pura|vihara|klenteng|pasar|psr|puskesmas|pkm|pustu|rsud|rs|rsu|rumah sakit|klinik|kantor|"
    r"balai|polsek|polres|koramil|kodim|stasiun|terminal|halte|jembatan|spbu|pom|pabrik|pt|cv|toko|indomaret|alfamart|"
    r"alfamidi|mall|hotel|bank|makam|tpu|lapangan|taman|stadion|kampus|universitas|pondok|ponpes|pesantren|waduk|embung|"
    r"pos|gapura|warung|bengkel|apotek|apotik|perumahan|simpang|perempatan|pertigaan|bundaran|tugu|monumen|alun)\b)",
)
_TRIGGERS = word_set(
    "jalan jln jl jlan gang gg lorong lrg dusun dsn dukuh dk kampung kp kmpg lingkungan padukuhan jorong banjar "
    "perumahan perum perumnas prmhn komplek kompleks komp cluster griya apartemen apartement rusun rusunawa rt rw "
    "km kilometer pal no nomor nmr blok blk block tiang gardu panel depan dpn dekat dkt deket samping smping "
    "seberang sebrang sebelah belakang blkg blakang sekitar area"
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11,
          "xii": 12, "xiii": 13, "xiv": 14, "xv": 15}  # fmt: skip


def find_locators(field: Field, raw: str | Normalised, tokens: list[Token] | None = None) -> list[Locator]:
    """Return the parts of an address in a field, in order.

    :param raw: the field as submitted, or normalised already.
    :param tokens: the words of the field if known; saves the search where no word can begin an address.

    >>> [(x.kind, x.value) for x in find_locators("text", "Jl. Jend. Sudirman No. 05 RT 003/RW 07 depan SDN 1 rusak")]
    [('street', 'jenderal sudirman'), ('number', '5'), ('rt', '3'), ('rw', '7'), ('landmark', 'sdn 1')]
    """
    text = normalise(raw) if isinstance(raw, str) else raw
    if tokens is not None and "." not in text.raw and _TRIGGERS.isdisjoint(t.text.rstrip("0123456789") for t in tokens):
        return []
    found: list[tuple[int, Locator]] = []
    for kind, value, start, end in _all(text.text):
        raw_start, raw_end = text.raw_span(start, end)
        found.append((start, Locator(kind, value, Span(field, raw_start, raw_end))))
    unique: dict[tuple[str, str], tuple[int, Locator]] = {}
    for start, locator in found:
        unique.setdefault((locator.kind, locator.value), (start, locator))
    return [locator for _, locator in sorted(unique.values(), key=lambda item: item[0])]


def _all(text: str) -> Iterator[tuple[LocatorKind, str, int, int]]:
    yield from _named(text)
    yield from _numbered(text)
    yield from _figures(text)


def _named(text: str) -> Iterator[tuple[LocatorKind, str, int, int]]:
    for finder, kind, longest in _NAMED:
        for match in finder.finditer(text):
            name = _name(text, match.end(), longest)
            if name is None:
                continue
            value, end = name
            if kind == "street" and value.split()[0] in _NOT_STREETS and len(value.split()) == 1:
                continue
            yield kind, value, match.start(), end


def _numbered(text: str) -> Iterator[tuple[LocatorKind, str, int, int]]:
    slashed: list[tuple[int, int]] = []
    for match in _RT_SLASH.finditer(text):
        slashed.append(match.span())
        yield "rt", str(int(match[1])), match.start(), match.end(1)
        yield "rw", str(int(match[2])), match.start(2), match.end()
    singles: tuple[tuple[_Finder, LocatorKind], ...] = ((_RT, "rt"), (_RW, "rw"))
    for finder, kind in singles:
        for match in finder.finditer(text):
            if not any(start <= match.start() < end for start, end in slashed):
                yield kind, _integer(match[1]), match.start(), match.end()
    for match in _GLUED.finditer(text):
        yield ("rt" if match[1] == "rt" else "rw"), str(int(match[2])), match.start(), match.end()


def _figures(text: str) -> Iterator[tuple[LocatorKind, str, int, int]]:
    for match in _KM.finditer(text):
        yield "km", re.sub(r"\s", "", match[1]).replace(",", "."), match.start(), match.end()
    for match in _NUMBER.finditer(text):
        yield "number", f"{int(match[1])}{match[2] or ''}", match.start(), match.end()
    for match in _BLOCK.finditer(text):
        yield "block", re.sub(r"[\s-]", "", match[1]), match.start(), match.end()
    for match in _POLE.finditer(text):
        yield "pole", re.sub(r"\s", "", match[1]).strip("./-"), match.start(), match.end()
    for match in _COORDINATE.finditer(text):
        latitude, longitude = float(match[1]), float(match[2])
        if -11.5 <= latitude <= 6.5 and 94.5 <= longitude <= 141.5:
            yield "coordinate", f"{latitude:.5f},{longitude:.5f}", match.start(), match.end()


_NAMED: tuple[tuple[_Finder, LocatorKind, int], ...] = (
    (_STREET, "street", 4),
    (_ALLEY, "alley", 3),
    (_HAMLET, "hamlet", 2),
    (_ESTATE, "estate", 4),
    (_LANDMARK, "landmark", 4),
)


def _name(text: str, start: int, longest: int) -> tuple[str, int] | None:
    """Read a name of a few words from a position: up to a word that does not belong to a name, or a break."""
    parts: list[str] = []
    end = start
    for match in _WORD.finditer(text, start):
        gap = text[end : match.start()]
        if parts and (gap.strip(" .-'") or len(gap) > 3):
            break
        if not parts and gap.strip(" ."):
            break
        word = match.group().replace("’", "'")
        pieces = [piece for piece in re.split(r"[.\-]", word) if piece]
        if pieces[0] in _STOP or (parts and pieces[0].isdigit() and len(parts) > 2):
            break
        parts += [_TITLES.get(piece, piece) for piece in pieces]
        end = match.end()
        if len(parts) >= longest or text[end : end + 1] in (",", ";", ":", "!", "?", "(", ")", "/", "\n"):
            break
        if text[end : end + 2] == ". " and len(pieces[-1]) > 4:
            break
    while parts and parts[-1] in _STOP:
        parts.pop()
    if not parts:
        return None
    return " ".join(str(int(p)) if p.isdigit() else p for p in parts), end


def _integer(text: str) -> str:
    return str(int(text)) if text.isdigit() else str(_ROMAN.get(text, text))
