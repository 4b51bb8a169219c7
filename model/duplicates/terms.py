"""Read a text as canonical terms: what duplicate search counts, hashes and compares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# What masking left ("[NOMOR KTP DISENSOR]", "[PHONE]", runs of * or X) and the tail that LaporGub adds.
_NOISE = re.compile(
    r"\[(?:(?:NOMOR|NUMBER|PHONE|EMAIL|HANDLE|NIK|KK|NAMA|NAME|URL|LINK|DATE|ADDRESS)[^\]\[\n]{0,30}|\*+)\]\d*"
    r"|\*{2,}|\b[xX]{4,}\b|\b(?:aduan ini )?kewenangan pemerintah\b[^|\n]{0,90}$",
    re.IGNORECASE,
)
# A capital after a small letter starts a new word: exports often glue two lines ("parahLokasi", "RuslanALAMAT").
_TERM = re.compile(
    r"\d+|[A-Z]{2,}?(?=(?:ALAMAT|NAMA|NIK|KTP|DESA)(?![a-z]))|[A-Z]{2,}(?=(?:nama|alamat|lokasi|desa)\b)"
    r"|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]"
)

_SPELLINGS: Final = {
    "jalan": "jl jln jlan jlanan jalanan dalan dln ndalan ruas",
    "gang": "gg gng lorong",
    "kampung": "kp kmp kpg kampong",
    "dusun": "dsn dsun dukuh dkh lingkungan padukuhan pedukuhan",
    "desa": "ds dsa nagari pekon gampong",
    "kelurahan": "kel klurahan",
    "kecamatan": "kec kcmtn kecmatan distrik",
    "kabupaten": "kab kabupten",
    "perumahan": "perum prumahan komplek kompleks komp kmplk cluster",
    "sd": "sdn",
    "smp": "smpn",
    "sma": "sman",
    "smk": "smkn",
    "mts": "mtsn",
    "rumah": "rmh omah umah imah",
    "nomor": "no nmr nmer",
    "depan": "dpn ngarep ngarepe hareup hareupeun",
    "belakang": "blkg blkng mburi tukang",
    "dekat": "dkt deket cedak cedhak caket",
    "seberang": "sebrang sbrang seberangan",
    "samping": "smping sebelah sblh",
    "pertigaan": "ptigaan tigaan simpangtiga",
    "perempatan": "prapatan prempatan pertelon",
    "sekolah": "skolah skul",
    "masjid": "mesjid musholla mushola mushalla musola langgar",
    "lampu": "pju lpju lampune penerangan penerang ppj pjl",
    "mati": "padam pet mti mateni pareum",
    "gelap": "peteng poek glap",
    "rusak": "rsk rusaknya ancur hancur bosok ruksak jebol ambrol",
    "lubang": "berlubang bolong lobang berlobang bolongbolong lubangan jeglongan",
    "banjir": "bnjir banjire caah kebanjiran genangan tergenang menggenang",
    "sampah": "smpah sampahe runtah uwuh",
    "sungai": "kali walungan sungei",
    "air": "banyu cai pdam pam",
    "yang": "yg sing nu",
    "tidak": "tdk gak ga nggak ngga engga enggak ndak tak kagak ora gk g teu henteu nda tida",
    "sudah": "sdh udah udh uwis wis wes geus atos dah sdah",
    "belum": "blm blum durung dereng tacan acan belom",
    "dengan": "dgn dg karo sareng",
    "untuk": "utk tuk kanggo buat keur",
    "karena": "krn karna krna soale soalnya",
    "saya": "sy aku kula kulo abdi urang gue gw",
    "orang": "org wong jalma",
    "mohon": "mhn mhon nyuwun",
    "tolong": "tlg tlong tulung tulong punten",
    "bulan": "bln wulan sasi",
    "hari": "hr dinten",
    "tahun": "thn taun",
    "minggu": "mgg mnggu",
    "malam": "mlm malem wengi peuting bengi",
    "kemarin": "kmrn kmaren kemaren wingi kamari",
    "warga": "wrga",
    "masyarakat": "masy msyrkt masyrkt",
    "pemerintah": "pemrintah pmrintah",
    "bapak": "pak bpk",
    "bisa": "bs iso tiasa",
    "dari": "dr dri saka ti",
    "sampai": "smpai smp2 sampe nepi nganti",
    "seperti": "spt sprti kaya",
    "banyak": "bnyk byk akeh loba",
    "motor": "mtr",
    "mobil": "mbl",
    "anak": "ank bocah",
    "bantuan": "bntuan",
    "informasi": "info inpo",
    "perbaikan": "diperbaiki perbaiki benerin dibenerin dandani didandani memperbaiki dibenahi",
    "timur": "tmr tim wetan",
    "barat": "brt kulon",
    "utara": "utr lor kaler",
    "selatan": "sltn kidul",
}
_ROMAN: Final = "ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xvii xviii xix".split()
"""Roman numerals that are no Indonesian words and no single letters, with the number each stands for."""
_NUMBERS: Final = (2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19)
CANONICAL: Final = {variant: word for word, variants in _SPELLINGS.items() for variant in variants.split()} | {
    roman: str(number) for roman, number in zip(_ROMAN, _NUMBERS, strict=True)
}
"""Common spellings, abbreviations and Javanese or Sundanese words by the Indonesian word they stand for."""


@dataclass(frozen=True, slots=True)
class Term:
    """Hold one canonical term with its span in the text as read."""

    word: str
    start: int
    end: int


def canonical(word: str) -> str:
    """Return the one spelling under which a lower-case word is compared.

    >>> canonical("jln"), canonical("007"), canonical("lampunya")
    ('jalan', '7', 'lampu')
    """
    if word.isdigit():
        return word.lstrip("0") or "0"
    if len(word) >= 7 and word.endswith("nya"):
        word = word[:-3]
    return CANONICAL.get(word, word)


def terms(text: str) -> list[Term]:
    """Split a text into canonical terms with their spans.

    >>> [term.word for term in terms("Lampu Jln. Mawar RT 03/RW.5 matiLokasi [PHONE]")]
    ['lampu', 'jalan', 'mawar', 'rt', '3', 'rw', '5', 'mati', 'lokasi']
    >>> [term.word for term in terms("BPJS PBInama : WIDIALAMAT : Desa")]
    ['bpjs', 'pbi', 'nama', 'widi', 'alamat', 'desa']
    """
    clean = _NOISE.sub(lambda match: " " * len(match.group()), text)
    return [Term(canonical(m.group().lower()), m.start(), m.end()) for m in _TERM.finditer(clean)]
