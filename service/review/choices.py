"""What the forms offer: the official verbs, reasons, report types; and what of a form is a valid choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.agencies import AgencyRegistry
from data.categories import load_categories
from data.errors import PilahError

TYPES = ("pengaduan", "aspirasi", "permintaan informasi")

CORRECTIONS = {
    "urusan": "urusan atau instansi tidak tepat",
    "tingkat": "tingkat pemerintahan tidak tepat",
    "wilayah": "wilayah tidak tepat",
    "pelapor": "pelapor salah memilih",
    "nama": "nama instansi sudah berubah",
    "kembali": "dikembalikan oleh instansi",
    "lain": "lainnya (jelaskan)",
}
"""Why a person chose otherwise than was suggested."""

ARCHIVES = {
    "format": "kesalahan format laporan",
    "umum": "masukan terlalu umum",
    "tidak_relevan": "tidak relevan dengan kinerja pemerintah",
    "masih_proses": "laporan yang sama masih diproses",
    "uji_coba": "uji coba, iklan, atau spam",
    "pribadi": "sengketa antarpribadi atau perusahaan swasta",
    "hukum": "sedang dalam proses hukum",
}
"""Why a complaint is archived: the reasons of LAPOR!'s admin page and of its filing rules."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Hold a chosen agency."""

    label: str
    id: str | None


def agency_choice(form: Mapping[str, str], answer: Mapping[str, Any] | None, registry: AgencyRegistry) -> Chosen:
    """Read the chosen agency: one of the suggestions, or any of the registry.

    :raises PilahError: PLH-453 if nothing that exists was chosen.
    """
    given = form.get("instansi", "")
    if given.startswith("nama:") and answer is not None and answer["agency"] is not None:
        label = given.removeprefix("nama:")
        if label in {answer["agency"]["label"], *(one["label"] for one in answer["agency"]["alternatives"])}:
            return Chosen(label, None)
    found = registry.get(given.removeprefix("id:")) if given.startswith("id:") and len(given) < 200 else None
    if found is None:
        raise PilahError("PLH-453", "instansi: pilih satu instansi dari saran atau dari daftar")
    label = suggested_label(found.id, answer) or found.name
    return Chosen(label, found.id)


def suggested_label(agency_id: str, answer: Mapping[str, Any] | None) -> str | None:
    """Return the name under which an agency was suggested: a deployment's own spelling."""
    if answer is None or answer["agency"] is None:
        return None
    for one in (answer["agency"], *answer["agency"]["alternatives"]):
        if one["id"] == agency_id:
            return str(one["label"])
    return None


def category_choice(form: Mapping[str, str], answer: Mapping[str, Any] | None) -> str | None:
    """Read the chosen category: a suggestion, or one of the official tree; ``None`` if it was left open.

    :raises PilahError: PLH-453 if there is no such category.
    """
    given = form.get("kategori", "")
    if not given:
        return None
    known = set()
    if answer is not None and answer["category"] is not None:
        known = {answer["category"]["label"], *(one["label"] for one in answer["category"]["alternatives"])}
    if given not in known and given not in load_categories().by_id:
        raise PilahError("PLH-453", "kategori: pilih dari daftar")
    return given


def one_of(form: Mapping[str, str], field: str, allowed: Mapping[str, str] | tuple[str, ...], said: str) -> str:
    """Read a field that must be one of a list.

    :raises PilahError: PLH-453 with what is to be chosen.
    """
    given = form.get(field, "")
    if given not in allowed:
        raise PilahError("PLH-453", said)
    return given
