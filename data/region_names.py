"""Write the names of regions as letters do, and read the kind from a name."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["provinsi", "kabupaten", "kota", "kecamatan", "kelurahan", "desa"]

_PAPUA = frozenset({"91", "92", "93", "94", "95", "96"})
_ROMAN = frozenset({"II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XX"})
_SHORT_WORDS = {"Kep.": "Kepulauan", "Dan": "dan"}
KIND_PREFIX = re.compile(
    r"^(?P<prefix>provinsi|propinsi|prov|pemerintah provinsi|pemprov|pemerintah kabupaten|pemkab|"
    r"kabupaten administrasi|kabupaten|kab|pemerintah kota|pemkot|kota administrasi|kota adm|"
    r"kotamadya|kota|kecamatan|kec|distrik|kapanewon|"
    r"kemantren|kelurahan|kel|kalurahan|desa|ds|gampong|nagari|pekon|tiyuh|kampung)\b[\s.]+(?=\S)"
)
_PREFIX_KINDS: dict[str, frozenset[str]] = {
    "prov": frozenset({"provinsi"}),
    "prop": frozenset({"provinsi"}),
    "kab": frozenset({"kabupaten"}),
    "kota": frozenset({"kota"}),
    "kec": frozenset({"kecamatan"}),
    "dist": frozenset({"kecamatan"}),
    "kapa": frozenset({"kecamatan"}),
    "kema": frozenset({"kecamatan"}),
    "kel": frozenset({"kelurahan"}),
}


def tidy(name: str) -> str:
    """Put right what the table has wrong: spaces, "Kep.", words in capitals or without."""
    words: list[str] = []
    for word in name.split():
        fixed = _SHORT_WORDS.get(word, word)
        if len(fixed) > 3 and fixed.isupper() and fixed not in _ROMAN:
            fixed = fixed.capitalize()
        elif not words and fixed[:1].islower():
            fixed = fixed[:1].upper() + fixed[1:]
        words.append(fixed)
    return " ".join(words)


def kinds_of_prefix(prefix: str) -> frozenset[str]:
    """Return the kinds that a prefix matched by :data:`KIND_PREFIX` may stand before."""
    if prefix.startswith("pem"):
        prefix = prefix.removeprefix("pemerintah ").removeprefix("pem")
        prefix = "kota" if prefix == "kot" else prefix
    for start, kinds in _PREFIX_KINDS.items():
        if prefix.startswith(start):
            return kinds
    return frozenset({"desa", "kelurahan"})


def full_name(code: str, name: str, kind: Kind) -> str:
    """Return a name with its kind, in the word of its province: gampong, nagari, distrik, kapanewon.

    :param name: tidied; that of a regency or city has its kind already.
    """
    if kind == "provinsi":
        return name if name.startswith("Daerah Istimewa") else f"Provinsi {name}"
    if len(code) == 5:
        return name
    if kind == "kecamatan":
        return f"{_district_word(code)} {name}"
    if kind == "kelurahan":
        return f"Kelurahan {name}"
    return f"{_village_word(code)} {name}"


def _district_word(code: str) -> str:
    if code[:2] in _PAPUA:
        return "Distrik"
    if code[:2] == "34":
        return "Kemantren" if code.startswith("34.71") else "Kapanewon"
    return "Kecamatan"


def _village_word(code: str) -> str:
    if code[:2] in _PAPUA:
        return "Kampung"
    words = {"11": "Gampong", "34": "Kalurahan"}
    if code.startswith("13") and not code.startswith(("13.09", "13.77")):
        return "Nagari"
    return words.get(code[:2], "Desa")
