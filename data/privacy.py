"""Mask personal data in complaint texts, length-preserving, so that every position stays what it was.

Masked are what UU 27/2022 calls personal data with a form of its own: NIK, KK, NPWP, telephone, e-mail, bank account,
other long personal numbers (NIP, NISN, BPJS, PLN customer), vehicle plates and handles of persons. What tells where and
whose the matter is stays: names of agencies and places, RT/RW, house numbers, km, ticket ids, years, lengths, prices,
coordinates, hot lines. The forms follow DOMAIN notes on personal data and `lokal.samaran` (package lokal-id), which is
checked against in the tests; a text without a long number or "@" costs a few microseconds here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MASK = "*"
"""What replaces each character: not a part of words, so that nothing masked gets into a vocabulary."""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Locate one piece of personal data, in code points.

    :param kind: ``nik, kk, npwp, phone, email, account, number, plate`` or ``handle``.
    """

    kind: str
    start: int
    end: int


# --- e-mail and handles -----------------------------------------------------------------------------------------------

_AT = re.compile(r"@|[(\[{]at[)\]}]|%40", re.I)
_MAY_BE_EMAIL = re.compile(r"[\w.+%-]@[\w-]{1,63}(?:\.|\s?[(\[]dot)", re.I)
_AT_MARKS = ("@", "%40", "(at)", "[at]", "{at}")
_EMAIL = re.compile(
    r"[\w.+%-]{1,64}(?:\s?(?:\(at\)|\[at\]|\{at\})\s?|@|%40)[\w-]{1,63}(?:(?:\.|\s?(?:\(dot\)|\[dot\])\s?)[\w-]{1,63}){1,5}",
    re.I,
)
_HANDLE = re.compile(r"(?<![\w@.*])@[A-Za-z0-9_][A-Za-z0-9_.]{1,29}")
# The account of an agency is no personal data, and it is evidence.
_PUBLIC_HANDLE = re.compile(
    r"dinas|dish?ub|dinsos|dinkes|disdik|disdukcapil|dukcapil|disnaker|diskominfo|kominfo|dlh|dpu|pupr|dbmp|distar|diskar"
    r"|pemkot|pemkab|pemprov|pemda|humas|kemen|lapor|polri|polres|polda|polsek|tmc|ntmc|satpol|bpbd|bnpb|bmkg|basarnas"
    r"|pln|pdam|bpjs|pertamina|telkom|indihome|kai121|commuter|krl|jasamarga|damri|bank|info|kota|kab_|kpk|ombudsman"
    r"|presiden|gubernur|walikota|bupati|rsud|puskesmas|kpu|bawaslu|pos(?:indo)?|bulog|bkn|menpan|ditjen|samsat",
    re.I,
)

# --- numbers ----------------------------------------------------------------------------------------------------------

_LONG = re.compile(r"\d(?:[ \t.\-()/]{0,2}\d){6,}")
_PHONE = re.compile(
    r"(?<![\d#])(?<!\d[.,])(?:\(?(?:\+[ ]?)?62\)?|0062|\(?[0oO])[ \t.\-()]{0,2}8(?:[ \t.\-()]{0,2}\d){7,11}(?!\d)"
)
_ABROAD = re.compile(r"(?<!\w)\+[1-9]\d{0,2}(?:[ \-()]{0,2}\d){6,13}(?!\d)")
_LANDLINE = re.compile(r"\(0\d{2,3}\)[ \-.]{0,2}\d{3,4}[ \-.]?\d{2,5}(?!\d)")
_SIXTEEN = re.compile(r"(?<!\d)(?<!\d[.,])\d(?:[ .\-]?\d){15}(?!\d)")
_NPWP = re.compile(r"(?<!\d)\d{2}[. ]\d{3}[. ]\d{3}[. ]\d[\-. ]\d{3}[. ]\d{3}(?!\d)")
_BARE = re.compile(r"(?<!\d)(?<!\d[.,])\d{10,30}(?!\d)")
_RUN = re.compile(r"(?<![\d+])\+?\d(?:[ .\-()/]{0,2}\d){5,21}(?!\d)")
_NAME_BEFORE = re.compile(
    r"(?<![a-z])(?P<what>nik|n\.i\.k|ktp|kk|kartu keluarga|npwp|nip|nuptk|nisn|paspor|passport|sim|bpjs|jkn|kis|kks|kpj"
    r"|id ?pel(?:anggan)?|no(?:mor)?\.? ?(?:meter(?:an)?|pelanggan|peserta|polis|rangka|mesin|sambungan)"
    r"|(?:no(?:mor)?\.? ?)?rek(?:ening)?|norek|virtual account|va|transfer ke|tf ke|hp|h\.p|handphone|telp|telpon"
    r"|telepon|tlp|tlpn|wa|whatsapp|kontak|contact person|cp|hub|hubungi"
    r"|bca|bri|bni|mandiri|bsi|btn|cimb|danamon|permata|bjb|bank [a-z]{3,12}|dana|ovo|gopay)"
    r"(?![a-z])(?P<gap>[^\d\n+]{0,24})$",
    re.I,
)
_MONEY = re.compile(r"\d{1,3}(?:\.\d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
_MONEY_BEFORE = re.compile(r"(?:\brp|\bidr|\$|\bsebesar|\bseharga|\bsenilai|\bbiaya|\btarif|\bharga)[\s.:]*$", re.I)
_MONEY_AFTER = re.compile(
    r"[\s,\-]*(?:rupiah|ribu|juta|jt|rb|miliar|milyar|triliun|/\s?(?:bulan|bln|hari|kg|liter))\b", re.I
)
_TICKET_BEFORE = re.compile(
    r"(?:#|\b(?:tiket|ticket|tracking|laporan|aduan|pengaduan|surat|sk|resi|id laporan)\b"
    r"[\s.:]*(?:id|no(?:mor)?|ke)?[\s.:#]*)$",
    re.I,
)
_DATE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2}|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}")
_HOURS = re.compile(r"[012]?\d[.:][0-5]\d\s?[-/ ]\s?[012]?\d[.:][0-5]\d")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_PARTS = re.compile(r"\d+")
_NO_PERSON = re.compile(r"\b(?:rp|rt|rw|km|tahun|tanggal|tgl|jam|pukul)\b", re.I)
# Numbers for everyone: 1500-xxx, free-call 0800 and 0804.
_HOT_LINE = re.compile(r"1[ -]?500[ -]?\d{3}|0[ -]?80[04](?:[ -]?\d){6,8}")
_PHONE_WORDS = frozenset(
    "hp h.p handphone telp telpon telepon tlp tlpn wa whatsapp kontak cp hub hubungi".split()
) | {"contact person"}  # fmt: skip
_BANKS = re.compile(
    r"rek|norek|virtual|va$|transfer|tf|bca|bri|bni|mandiri|bsi|btn|cimb|danamon|permata|bjb|bank|dana|ovo|gopay"
)
_KINDS = {"nik": "nik", "n.i.k": "nik", "ktp": "nik", "kk": "kk", "kartu keluarga": "kk", "npwp": "npwp"}

# --- plates -----------------------------------------------------------------------------------------------------------

# Registration areas of Perpol 7/2021 and the older codes that are still on the road.
_AREAS = tuple(
    "A B D E F G H K L M N P R S T W Z AA AB AD AE AG BA BB BD BE BG BH BK BL BM BN BP DA DB DC DD DE DG DH DK DL DM DN"
    " DP DR DS DT DW EA EB ED KB KH KT KU PA PB PS PT".split()
)
_AREA_SET = frozenset(_AREAS)
_AREA = "|".join(sorted(_AREAS, key=len, reverse=True))
_PLATE = re.compile(r"(?P<area>[ABD-HK-NPR-TWZ][A-Z]?)[ \-.]?\d{3,4}[ \-.]?(?P<suffix>[A-Z]{2,3})(?!\w)")
_GLUED_BEFORE = re.compile(r"[\w/.\-]")
_PLATE_WORDS = ("pol", "plat", "pelat", "kendaraan", "tnkb")
_NAMED_PLATE = re.compile(
    r"\b(?:nopol|no\.? ?pol(?:isi)?|nomor polisi|plat(?: nomor| no)?|pelat(?: nomor)?|nomor kendaraan|tnkb|berplat)\b"
    rf"[^\w\n]{{0,5}}(?:mobil|motor|kendaraan|nya)?[^\w\n]{{0,5}}"
    rf"(?P<plate>(?:{_AREA})[ \-.]?\d{{1,4}}(?:[ \-.]?[A-Z]{{1,3}})?)(?!\w)",
    re.I,
)
_NO_SUFFIX = frozenset(
    "RT RW KM KK DI KE DAN YG DR SD TH THN JL GG NO DES KEC KAB DUS MTR CM HA KG KVA KWH MM PK CC DPT TPS TPU"
    " ATM".split()
)
_NO_PLATE_BEFORE = re.compile(
    r"\b(?:blok|block|no|nomor|gang|gg|jalan|jl|jln|kelas|lantai|tipe|type|gedung|ruang|rt|rw|kios|los|km|petak|kavling|kav"
    r"|pasal|ayat|golongan|gol|seri|kode|rute|trayek|sd|smp|sma|tahun|th|thn)[\s.:]*$",
    re.I,
)


def _digits(text: str) -> str:
    return "".join(_PARTS.findall(text))


def _is_harmless(text: str, start: int, end: int) -> bool:
    """Tell numbers that only look long: money, dates, hours, years, ticket ids."""
    value = text[start:end]
    before = text[max(0, start - 24) : start]
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(text, end) or _MONEY.fullmatch(value):
        return True
    if _TICKET_BEFORE.search(before) or _DATE.match(value) or _HOURS.match(value):
        return True
    parts = _PARTS.findall(value)
    return len(parts) > 1 and all(_YEAR.fullmatch(part) for part in parts)


def _sixteen_kind(text: str, start: int) -> str:
    label = text[max(0, start - 25) : start].casefold()
    if re.search(r"\b(?:kk|kartu keluarga)\b\D*$", label):
        return "kk"
    return "npwp" if "npwp" in label else "nik"


def _sixteen_grouped(value: str) -> bool:
    sizes = tuple(len(part) for part in _PARTS.findall(value))
    return (
        len(sizes) == 1 or set(sizes) == {4} or sizes in {(6, 6, 4), (2, 2, 2, 6, 4), (4, 12), (6, 10), (12, 4), (8, 8)}
    )


def _numbers(text: str, start: int, end: int) -> Iterator[PersonalData]:
    """Find personal numbers between two positions: searching only where a long number stands is what makes it cheap."""
    for match in _NPWP.finditer(text, start, end):
        yield PersonalData("npwp", *match.span())
    for match in _SIXTEEN.finditer(text, start, end):
        if _sixteen_grouped(match.group()) and not _is_harmless(text, *match.span()):
            yield PersonalData(_sixteen_kind(text, match.start()), *match.span())
    yield from _phones(text, start, end)
    for match in _RUN.finditer(text, start, end):
        kind = _named_kind(text, match)
        if kind is not None:
            yield PersonalData(kind, *match.span())
    for match in _BARE.finditer(text, start, end):
        if not _is_harmless(text, *match.span()):
            yield PersonalData("number", *match.span())


def _phones(text: str, start: int, end: int) -> Iterator[PersonalData]:
    for match in _PHONE.finditer(text, start, end):
        public = _HOT_LINE.fullmatch(match.group()) or _is_harmless(text, *match.span())
        if 9 <= len(_digits(match.group())) <= 15 and not public:
            yield PersonalData("phone", *match.span())
    for pattern in (_ABROAD, _LANDLINE):
        for match in pattern.finditer(text, start, end):
            yield PersonalData("phone", *match.span())


def _named_kind(text: str, match: re.Match[str]) -> str | None:
    """Tell what a number is by the word before it; ``None`` if that names nothing personal."""
    name = _NAME_BEFORE.search(text, max(0, match.start() - 45), match.start())
    if name is None or _NO_PERSON.search(name["gap"]) or _is_harmless(text, *match.span()):
        return None
    what = name["what"].casefold()
    count = len(_digits(match.group()))
    if what in _PHONE_WORDS:
        return "phone" if count >= 7 and not _HOT_LINE.fullmatch(match.group()) else None
    if count < 8:
        return None
    return "account" if _BANKS.search(what) else _KINDS.get(what, "number")


def _plates(text: str, lowered: str) -> Iterator[PersonalData]:
    for match in _PLATE.finditer(text):
        if match["area"] not in _AREA_SET or match["suffix"] in _NO_SUFFIX:
            continue
        before = text[max(0, match.start() - 14) : match.start()]
        if not (_GLUED_BEFORE.match(before[-1:]) or _NO_PLATE_BEFORE.search(before)):
            yield PersonalData("plate", *match.span())
    if any(word in lowered for word in _PLATE_WORDS):
        for match in _NAMED_PLATE.finditer(text):
            yield PersonalData("plate", *match.span("plate"))


def _addresses(text: str) -> Iterator[PersonalData]:
    for at in _AT.finditer(text):
        start, end = max(0, at.start() - 66), at.end() + 200
        if at.group() == "@" and not _MAY_BE_EMAIL.match(text, max(0, at.start() - 1)):
            start = end
        for match in _EMAIL.finditer(text, start, end):
            if match.start() > at.start():
                break
            if at.start() < match.end():
                yield PersonalData("email", *match.span())
        handle = _HANDLE.match(text, at.start())
        if handle is not None and not _PUBLIC_HANDLE.search(handle.group()):
            yield PersonalData("handle", *handle.span())


def find_personal_data(text: str) -> list[PersonalData]:
    """Find personal data, in order of position; where two overlap the earlier, then the longer one stays.

    >>> find_personal_data("hub 0812-3456-7890 soal jalan RT 03/05")
    [PersonalData(kind='phone', start=4, end=18)]
    """
    found: list[PersonalData] = []
    lowered = text.lower()
    if any(mark in lowered for mark in _AT_MARKS):
        found.extend(_addresses(text))
    for long in _LONG.finditer(text):
        # The patterns reach a bracket, a sign and a letter "o" before the digits and one character after them.
        found.extend(_numbers(text, max(0, long.start() - 4), long.end() + 1))
    found.extend(_plates(text, lowered))
    if len(found) < 2:
        return found
    # The order of the detectors breaks ties, so that a labelled NIK is not just a "number".
    ranked = sorted(enumerate(found), key=lambda item: (item[1].start, item[0], -item[1].end))
    kept: list[PersonalData] = []
    for _, item in ranked:
        if kept and item.start < kept[-1].end:
            if item.end > kept[-1].end:
                kept[-1] = PersonalData(kept[-1].kind, kept[-1].start, item.end)
            continue
        kept.append(item)
    return kept


def mask(text: str) -> str:
    """Replace personal data by :data:`MASK`, one for each character.

    >>> mask("NIK saya 3204012501900003, lapor #9165816")
    'NIK saya ****************, lapor #9165816'
    """
    found = find_personal_data(text)
    if not found:
        return text
    pieces: list[str] = []
    at = 0
    for item in found:
        pieces += (text[at : item.start], MASK * (item.end - item.start))
        at = item.end
    pieces.append(text[at:])
    return "".join(pieces)


def contains_personal_data(text: str) -> tuple[str, ...]:
    """List the kinds of personal data in a text, each once, in order of position.

    >>> contains_personal_data("kirim ke budi@contoh.id atau 081234567890")
    ('email', 'phone')
    """
    return tuple(dict.fromkeys(item.kind for item in find_personal_data(text)))
