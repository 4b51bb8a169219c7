"""Say whether a complaint is fit to route, what it lacks, and whether it must be handled with special care.

Several things may be found at once. The status is the gravest that is more likely than not. Precision comes first: a
real complaint that is held back is the worst error, so a rule that is not sure stays silent, and nothing is ever
refused here: every finding is a suggestion that a person confirms (PermenPANRB on SP4N-LAPOR!: verification is an
admin's act).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from data.complaint import Complaint, Confidentiality
from data.emergency import Contact, contacts_for, read_contacts
from data.rules import CATALOG, read_rules
from model.assessment import Evidence, Finding, Screening
from model.matters import MatterReading
from model.phrases import PhraseText
from model.places import PlaceReading
from model.rulebook import Rulebook, RuleHit

_GRAVITY = ("darurat", "spam", "proses_hukum", "sengketa_pribadi", "tidak_jelas", "kurang_lengkap")
_STATUS = 0.5
"""A finding less likely than this stays a finding."""
_FLAG = "flag:"
TOPIC = "topik:"
CONFIDENTIAL_FLAGS = frozenset(
    {
        "korban_anak", "korban_perempuan", "kekerasan_seksual",
        "pelapor_pelanggaran", "terlapor_pejabat", "terlapor_instansi",
    }
)  # fmt: skip
"""Flags that make a complaint confidential: no campaigns, no supporter lists, no public examples."""
PPA_FLAGS = frozenset({"korban_anak", "korban_perempuan", "kekerasan_seksual"})
ACCUSED_FLAGS = frozenset({"pelapor_pelanggaran", "terlapor_pejabat", "terlapor_instansi"})

SUPERVISION = "berkadar_pengawasan"
"""Kind of the finding that a complaint may be one for the inspectorate; without it, it is *tidak berkadar*."""
_WEAK = 0.6

_ON_THE_GROUND = frozenset({"1.03", "1.04", "2.11", "2.15", "1.05", "PLN"})
"""Functions whose objects stand somewhere: roads, housing, waste, transport, order, electricity."""
_GROUND_WORDS = re.compile(
    r"\b(?:jalan|jln|jl|jembatan|lampu|pju|sampah|selokan|got|drainase|banjir|trotoar|longsor|irigasi|gorong|lubang|"
    r"berlubang|pohon|air|listrik|parkir|macet|kabel|tiang|rusak|aspal|taman|halte|limbah|asap|bau)\w*"
)
_PERSON = re.compile(r"\b(?:saya|aku|sy|kami|istri|suami|anak|ibu|bapak|ayah|nenek|kakek|orang ?tua)\b")
_ENTITLEMENT = re.compile(
    r"\b(?:e-?ktp|ktp|kartu keluarga|kk|akta|akte|kia|bpjs|kis|pkh|bpnt|blt|bansos|bantuan sosial|pip|kip|prakerja|"
    r"pensiun|jht|npwp|sim|paspor|dtks|dtsen)\b"
)
_IDENTITY = re.compile(r"\*{4,}|x{6,}|\b\d{10,}\b|\b(?:nik|nomor kk|no kk|atas nama|a\.?n\.?|nama saya|bernama)\b")
_NO_NAME = (
    "rusak|berlubang|lubang|bolong|hancur|ancur|parah|jelek|ini|itu|umum|sangat|yang|yg|nya|mati|padam|gelap|sudah|udah|"
    "sdh|tidak|belum|di|dan|kami|saya|tersebut|utama|licin|becek|banjir|macet|ambles|longsor|retak|terus|lagi|tolong|mohon"
)
"""Words after "jalan" that name no street."""
_WHERE = re.compile(
    rf"\b(?:jln?|jalan (?!{_NO_NAME})\w+|gg|gang|rt|rw|"
    r"desa|ds|kel|kelurahan|kec|kecamatan|kab|kabupaten|kota|kampung|kp|dusun|dsn|lingkungan|komplek|kompleks|perum\w*|blok|"
    r"simpang|perempatan|pertigaan|bundaran|pasar|terminal|stasiun|bandara|pelabuhan|sdn|smpn|sman|smkn|sd|smp|sma|smk|"
    r"mts|man|rsud|rs|puskesmas|km|flyover|underpass|tol|lintas|depan|dekat|dkt|dpn|samping|sebelah|belakang|antara|"
    r"pantai|sungai|kali|bendungan|waduk|gunung|nagari|gampong|jorong|distrik|banjar|wilayah|daerah|arah|menuju|exit)\b"
)
_QUESTIONS = {
    "lokasi": "Di mana tepatnya? Mohon sebutkan jalan atau patokan, desa/kelurahan, kecamatan, dan kabupaten/kota.",
    "waktu": "Kapan kejadiannya? Mohon sebutkan tanggal dan perkiraan jam.",
    "objek": "Apa yang dilaporkan? Mohon sebutkan objek dan masalahnya, misalnya lampu jalan yang padam.",
    "identitas": (
        "Atas nama siapa berkas atau bantuannya? Mohon sampaikan identitas lewat kolom rahasia, jangan di isi laporan."
    ),
}
_INCIDENT = re.compile(r"\b(?:pungli|dibentak|dipukul|ditolak|kecelakaan|tabrakan|dimintai uang|diminta uang|dicuri)\b")
_WHEN = re.compile(
    r"\b(?:tadi|kemarin|kmrn|kemaren|hari|minggu|bulan|tahun|tgl|tanggal|jam|pukul|pagi|siang|sore|malam|sejak|senin|"
    r"selasa|rabu|kamis|jumat|sabtu|januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|"
    r"desember|sekarang|barusan|setiap|tiap|sering|selalu|lalu)\b|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\b20\d\d\b"
)
_MASH = re.compile(r"(?:asd|qwe|zxc|jkl|hjk|fgh|dfg|wer|ghj){1,}", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouy]")
_SHORT = 12
"""A complaint of at most so many words cannot name a place that no rule knows."""


@dataclass(frozen=True, slots=True)
class Screened:
    """Hold what screening found with all that the decision and the page need.

    :param emergencies: kinds, the most likely first.
    :param says: sentences for the admin, in Indonesian.
    :param question: a ready question to the reporter; sent to nobody without a click.
    """

    screening: Screening
    emergencies: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    question: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def confidential(self) -> bool:
        """Tell whether the complaint must be handled as confidential."""
        return bool(CONFIDENTIAL_FLAGS & set(self.screening.flags))


class Screener:
    """Screen complaints with rule files that an admin can edit.

    :param rules: path of another rule file than the shipped one.
    :param topics: path of a file of special topics, whose rules give ``topik:NAME``.
    :param contacts: path of another table of emergency contacts.
    :raises PilahError: PLH-751 or PLH-752 if a file is wrong.
    """

    def __init__(self, rules: Path | None = None, topics: Path | None = None, contacts: Path | None = None) -> None:
        self._rules = Rulebook(read_rules(rules or CATALOG / "screening.toml"))
        self._topics = Rulebook(read_rules(topics)) if topics else None
        self._contacts: Sequence[Contact] = read_contacts(contacts)

    def screen(
        self,
        complaint: Complaint,
        text: PhraseText,
        places: PlaceReading,
        matters: MatterReading,
        learned: Sequence[Finding] = (),
    ) -> Screened:
        """Screen one masked complaint.

        :param learned: hints of :mod:`model.outcomes`; they never decide the status.
        """
        hits = self._rules.apply(text)
        if self._topics:
            hits += self._topics.apply(text)
        findings, says, emergencies = _findings(hits)
        flags = _flags(hits, complaint, says)
        noise = _noise(text)
        if noise is not None:
            findings["spam"] = max(findings.get("spam", noise), noise, key=lambda f: f.probability)
        question = None
        if not {"spam", "tidak_jelas"} & set(findings) or "darurat" in findings:
            missing = _missing(complaint, text, places, matters)
        else:
            missing = Finding("kurang_lengkap", 0.6, ("objek",), "lengkap-objek")
        if missing is not None and "spam" not in findings:
            findings["kurang_lengkap"] = missing
            question = " ".join(_QUESTIONS[name] for name in missing.missing)
        ordered = tuple(sorted(findings.values(), key=lambda f: (_GRAVITY.index(f.kind), -f.probability)))
        region = places.candidates[0].code if places.candidates else None
        says += [self._call(kind, region) for kind in emergencies]
        if PPA_FLAGS & set(flags):
            says.append(self._call("perempuan dan anak", region))
        return Screened(
            Screening(*_status(ordered), (*ordered, *_supervision(hits), *learned), flags),
            tuple(emergencies),
            tuple(dict.fromkeys(says)),
            question,
            tuple(_evidence(hits, text)),
        )

    def _call(self, kind: str, region: str | None) -> str:
        found = contacts_for(self._contacts, kind, region)
        numbers = ", ".join(f"{c.name} {c.number}" + (f" ({c.note})" if c.note else "") for c in found)
        return f"Kontak {kind}: {numbers}."


def _findings(hits: Sequence[RuleHit]) -> tuple[dict[str, Finding], list[str], list[str]]:
    found: dict[str, Finding] = {}
    says: list[str] = []
    emergencies: list[str] = []
    for hit in sorted(hits, key=lambda h: -h.rule.probability):
        rule = hit.rule
        if rule.gives.startswith((_FLAG, TOPIC)):
            continue
        if rule.gives == "darurat" and rule.detail and rule.detail not in emergencies:
            emergencies.append(rule.detail)
        if rule.say:
            says.append(rule.say)
        known = found.get(rule.gives)
        finding = Finding(rule.gives, rule.probability, (), rule.id, rule.detail)
        if known is not None:  # a second rule of the same kind leaves less doubt
            together = 1 - (1 - known.probability) * (1 - rule.probability) ** 0.5
            finding = replace(known, probability=round(together, 4))
        found[rule.gives] = finding
    return found, says, emergencies


def _flags(hits: Sequence[RuleHit], complaint: Complaint, says: list[str]) -> tuple[str, ...]:
    flags: dict[str, None] = {}
    accused = False
    for hit in hits:
        gives = hit.rule.gives
        if gives.startswith(_FLAG):
            flags[gives.removeprefix(_FLAG)] = None
            says.append(hit.rule.say)
        elif gives.startswith(TOPIC):
            flags[gives] = None
            if hit.rule.say:
                says.append(hit.rule.say)
        accused = accused or gives in (_FLAG + "terlapor_pejabat", _FLAG + "terlapor_instansi")
    if accused and complaint.confidentiality is Confidentiality.RAHASIA:
        flags["pelapor_pelanggaran"] = None  # who reports an official and hides asks for protection
    return tuple(flags)


def _supervision(hits: Sequence[RuleHit]) -> Iterable[Finding]:
    """Hint that a complaint may carry *kadar pengawasan*: it points at a breach of law or duty by those who serve.

    Only such complaints go to the inspectorate with its longer time limit (PermenPAN 5/2009: signs of deviation or
    abuse of authority); all others are *tidak berkadar pengawasan*. Admins judge it from more than the text, so the
    hint is weak and its probability is set, not measured.
    """
    told = [hit for hit in hits if hit.rule.gives.removeprefix(_FLAG) in ACCUSED_FLAGS]
    if told:
        strongest = max(told, key=lambda hit: hit.rule.probability)
        yield Finding(SUPERVISION, _WEAK, (), strongest.rule.id)


def _status(findings: Iterable[Finding]) -> tuple[str, float]:
    """Return the gravest finding that is more likely than not, or ``ok`` with the probability that none holds."""
    doubt = 0.0
    for finding in findings:
        if finding.probability >= _STATUS:
            return finding.kind, finding.probability
        if finding.kind != "kurang_lengkap":
            doubt = max(doubt, finding.probability)
    return "ok", round(min(0.98, 1 - doubt), 4)


def _noise(text: PhraseText) -> Finding | None:
    """Find texts that are keyboard noise, or nothing but signs."""
    words = [word for word in text.words if word not in ("", "?")]
    letters = [word for word in words if not word.isdigit()]
    if not letters:
        return Finding("spam", 0.9, (), "derau-tanpa-kata")
    if len(letters) <= 8 and max(map(len, letters)) >= 4:
        odd = sum(_is_noise(word) for word in letters)
        if odd / len(letters) >= 0.6:
            return Finding("spam", 0.85, (), "derau-papan-ketik")
    return None


def _is_noise(word: str) -> bool:
    mashed = sum(len(m) for m in _MASH.findall(word)) / len(word)
    return (
        (len(word) >= 3 and mashed >= 0.9)
        or (len(word) >= 5 and mashed >= 0.6)
        or (len(word) >= 6 and not _VOWEL.search(word))
        or len(set(word)) == 1 < len(word)
    )


def _missing(complaint: Complaint, text: PhraseText, places: PlaceReading, matters: MatterReading) -> Finding | None:
    """Find what the matter needs and the complaint does not tell.

    Only a complaint that names no place at all and is about something that stands somewhere is taken as incomplete;
    what else is missing is asked for without holding the complaint up.
    """
    full = " ".join(text.fields[name].text for name in ("title", "text") if name in text.fields)
    missing: dict[str, float] = {}
    best = matters.best
    ground = _GROUND_WORDS.search(full) is not None and (best is None or best.function in _ON_THE_GROUND)
    given = complaint.location or complaint.district or complaint.regency or complaint.latitude is not None
    named = any(candidate.span is not None for candidate in places.candidates)
    if ground and not given and not named:
        missing["lokasi"] = 0.4 if _WHERE.search(full) else (0.8 if text.size <= 2 * _SHORT else 0.45)
    if complaint.date is None and _INCIDENT.search(full) and not _WHEN.search(full):
        missing["waktu"] = 0.4
    if _ENTITLEMENT.search(full) and _PERSON.search(full) and not _IDENTITY.search(full):
        missing["identitas"] = 0.4
    if not missing:
        return None
    return Finding("kurang_lengkap", max(missing.values()), tuple(missing), f"lengkap-{next(iter(missing))}")


def _evidence(hits: Sequence[RuleHit], text: PhraseText) -> Iterable[Evidence]:
    for hit in hits:
        span, words = text.span(hit.start, hit.end)
        yield Evidence("screening", span, words, hit.rule.probability, hit.rule.id)


@cache
def shipped_screener() -> Screener:
    """Return the screener of the shipped rules."""
    return Screener()
