"""Clean labels, so that spellings of one agency, category or type are one label."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from data.casing import title_case

_SPACES = re.compile(r"\s+")
_MISSING = frozenset(
    {
        *("", "-", "--", "?", "n/a", "na", "nan", "null", "none", "nihil", "tidak diketahui", "tidak ada"),
        *("tanpa kategori",),
        *("belum terdisposisi", "belum didisposisikan", "belum ada", "unknown", "kosong", "tidak terdisposisi"),
    }
)  # fmt: skip

CONTRACT_TYPES = ("pengaduan", "aspirasi", "permintaan informasi")
"""The report types of an assessment."""


def clean_label(label: str | None) -> str | None:
    r"""Normalise a label as written; ``None`` where it says nothing.

    >>> clean_label("Pekerjaan\u00a0Umum  dan Tata Ruang ")
    'Pekerjaan Umum dan Tata Ruang'
    >>> clean_label("Tidak Diketahui") is None
    True
    """
    if label is None:
        return None
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", label)).strip(" \u200b\ufeff\t,;")
    return None if text.casefold() in _MISSING else text


def label_key(label: str) -> str:
    """Reduce a label to what is compared: no case, no punctuation.

    >>> label_key("Tenaga Medis/ STR") == label_key("tenaga medis / str")
    True
    """
    folded = unicodedata.normalize("NFKC", label).casefold()
    return " ".join(re.findall(r"[\w+]+", folded))


# --- report types -----------------------------------------------------------------------------------------------------


def canonical_type(label: str | None) -> str | None:
    """Clean a report type and fold its case; the grades of supervision stay apart.

    >>> canonical_type("Pengaduan  Berkadar PENGAWASAN")
    'pengaduan berkadar pengawasan'
    """
    cleaned = clean_label(label)
    return None if cleaned is None else cleaned.casefold()


def contract_type(label: str | None) -> str | None:
    """Map a report type to one of :data:`CONTRACT_TYPES`; ``None`` for a type of another scheme.

    >>> contract_type("Pengaduan Tidak Berkadar Pengawasan"), contract_type("Permintaan Informasi")
    ('pengaduan', 'permintaan informasi')
    """
    folded = canonical_type(label)
    if folded is None:
        return None
    if re.match(r"(pengaduan|aduan|keluhan)\b", folded):
        return "pengaduan"
    if re.match(r"(aspirasi|usul|saran)", folded):
        return "aspirasi"
    if re.match(r"(permintaan|permohonan)\s+informasi\b", folded) or folded == "informasi":
        return "permintaan informasi"
    return None


def is_supervised(label: str | None) -> bool | None:
    """Tell whether a complaint was graded "berkadar pengawasan" (the longer time limit); ``None`` if it does not say.

    >>> is_supervised("Pengaduan Berkadar Pengawasan"), is_supervised("Pengaduan Tidak Berkadar Pengawasan")
    (True, False)
    """
    folded = canonical_type(label) or ""
    if "berkadar pengawasan" not in folded:
        return None
    return re.search(r"\b(tidak|non|bukan)\s+berkadar", folded) is None


# --- agencies ---------------------------------------------------------------------------------------------------------

_REGENCY = re.compile(r"\b(?:kab|kabupaten)\b\.?\s*", re.I)
_PROVINCE = re.compile(r"\b(?:prov|propinsi|provinsi)\b\.?\s*", re.I)
_GOVERNMENT = {
    re.compile(r"^(?:pemkab|pemda\s+kab(?:upaten)?)\b\.?\s*", re.I): "Pemerintah Kabupaten ",
    re.compile(r"^pemkot\b\.?\s*", re.I): "Pemerintah Kota ",
    re.compile(r"^pemprov\b\.?\s*", re.I): "Pemerintah Provinsi ",
}
_INNER_GOVERNMENT = re.compile(r"(?<=\S)\s+pemerintah\s+(?=(?:Kabupaten|Kota|Provinsi)\b)", re.I)
_SHORT = {
    re.compile(r"^kec\b\.?\s+", re.I): "Kecamatan ",
    re.compile(r"^kel\b\.?\s+", re.I): "Kelurahan ",
    re.compile(r"\bjendral\b", re.I): "Jenderal",
    re.compile(r"\bpemukiman\b", re.I): "Permukiman",
}
_ADDRESS = re.compile(
    r"^(?:(?:kepada|kpd)\s+)?(?:yth|yang\s+terhormat)\b[.,:\s]*|^(?:bapak|ibu|bpk|sdr)\b(?:\s*/\s*ibu)?[.\s]+", re.I
)
_TAIL = re.compile(r"\b(Kabupaten|Kota|Provinsi)\s+([A-Z][^,()]*?)\s*$")
_OFFICE = re.compile(r"^(?:Dinas|Badan|Inspektorat|Satuan|Sekretariat|Bagian|Kantor|Pemerintah)\b")


def canonical_agency(label: str | None) -> str | None:
    """Write the name of an agency in one way: title case, "Kab." as "Kabupaten", no form of address.

    >>> canonical_agency("Dinas Pekerjaan Umum Dan Tata Ruang Kab. Bandung")
    'Dinas Pekerjaan Umum dan Tata Ruang Kabupaten Bandung'
    >>> canonical_agency("Yth. PEMKAB BANDUNG"), canonical_agency("-")
    ('Pemerintah Kabupaten Bandung', None)
    """
    cleaned = clean_label(label)
    if cleaned is None:
        return None
    name = clean_label(_ADDRESS.sub("", cleaned)) or cleaned
    for pattern, full in _GOVERNMENT.items():
        name = pattern.sub(full, name)
    for pattern, full in _SHORT.items():
        name = pattern.sub(full, name)
    name = _PROVINCE.sub("Provinsi ", _REGENCY.sub("Kabupaten ", name))
    name = title_case(_SPACES.sub(" ", name).strip(" .,;"))
    # "Disdukcapil Pemerintah Kabupaten Batang" is the Disdukcapil of that regency.
    return _INNER_GOVERNMENT.sub(" ", name) or None


def _same_office(name: str) -> str:
    """Make the key under which spellings of one office meet within a file."""
    key = label_key(name)
    return re.sub(r"^inspektorat daerah\b", "inspektorat", key)


def canonical_agencies(labels: Iterable[str | None]) -> dict[str, str]:
    """Map every raw agency label of a file to one spelling, using what the file itself makes certain.

    Where most labels end in one government ("Kabupaten Bandung"), a name that ends in its bare region ("Dinas
    Pendidikan Bandung") means that one, unless the file also knows another government of that region; a name without
    a region joins the full one that is in the file. Of several spellings the commonest stays.

    >>> names = ["Dinas Sosial Kab. Bandung", "Dinas Sosial Kabupaten Bandung", "Dinas Pendidikan Bandung"]
    >>> sorted(set(canonical_agencies(names).values()))
    ['Dinas Pendidikan Kabupaten Bandung', 'Dinas Sosial Kabupaten Bandung']
    """
    counts = Counter(label for label in labels if label is not None)
    single = {raw: name for raw in counts if (name := canonical_agency(raw)) is not None}
    weight: Counter[str] = Counter()
    for raw, name in single.items():
        weight[name] += counts[raw]
    governments: dict[str, Counter[str]] = {}
    for name, count in weight.items():
        tail = _TAIL.search(name)
        if tail is not None:
            governments.setdefault(tail[2].casefold(), Counter())[f"{tail[1]} {tail[2]}"] += count
    home = _home(governments, sum(weight.values()))
    completed = {name: _complete(name, governments, home, weight) for name in weight}
    groups: dict[str, Counter[str]] = {}
    for name, count in weight.items():
        groups.setdefault(_same_office(completed[name]), Counter())[completed[name]] += count
    # Ties go to the name that sorts first, so that the order of the rows does not matter.
    best = {key: min(names, key=lambda name: (-names[name], name)) for key, names in groups.items()}
    return {raw: best[_same_office(completed[name])] for raw, name in single.items()}


def _home(governments: dict[str, Counter[str]], total: int) -> str | None:
    """Find the one government whose export this is: most of the labels end in its name."""
    shares = Counter({name: count for kinds in governments.values() for name, count in kinds.items()})
    if not shares:
        return None
    name, count = shares.most_common(1)[0]
    return name if count * 2 > total else None


def _complete(name: str, governments: dict[str, Counter[str]], home: str | None, known: Counter[str]) -> str:
    if home is None:
        return name
    if _TAIL.search(name) is not None:
        # "Kecamatan Pacet Kabupaten Bandung" beside "Kecamatan Pacet": the shorter name is the file's own.
        bare = _TAIL.sub("", name).strip()
        return bare if bare.startswith("Kecamatan ") and name.endswith(home) else name
    if not _OFFICE.match(name):
        return name
    region = home.split(" ", 1)[1].casefold()
    if name.casefold().endswith(" " + region):
        return f"{name[: -len(region)].rstrip()} {home}" if len(governments[region]) == 1 else name
    return f"{name} {home}" if f"{name} {home}" in known else name
