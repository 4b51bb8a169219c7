"""Decide the tier of a matter from the facts a complaint tells: school level, road class, hospital owner, ...

Each rule multiplies the tiers' odds of the matters with its slot. Sources are named at each rule; where the text tells
nothing the table's own shares stand, and the question that would settle it is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

from data.functions import Tier
from data.matters import Matter
from model.assessment import Field, Span
from model.text import Normalised


@dataclass(frozen=True, slots=True)
class TierRule:
    """Hold one rule.

    :param slots: the slots it speaks about; empty for every matter whose tiers include the favoured ones.
    :param pattern: what the normalised text must contain.
    :param odds: factors by tier; other tiers keep theirs.
    :param functions: if given, only matters of these functions.
    """

    id: str
    slots: tuple[str, ...]
    pattern: str
    odds: Mapping[Tier, float]
    reason: str
    source: str
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierEvidence:
    """Hold one rule that applied, with where."""

    rule: TierRule
    span: Span


QUESTIONS: Mapping[str, str] = {
    "school": "Jenjang sekolahnya apa: SD/SMP (kabupaten/kota), SMA/SMK/SLB (provinsi), atau madrasah (Kemenag)?",
    "road": "Jalan nasional, provinsi, atau kabupaten?",
    "hospital": "Rumah sakit milik kabupaten/kota, provinsi, atau pusat?",
    "river": "Sungai ini wilayah balai (BBWS/BWS), provinsi, atau kabupaten/kota?",
    "irrigation": "Daerah irigasinya di bawah 1.000 ha (kabupaten/kota), 1.000-3.000 ha (provinsi), atau lebih (pusat)?",
    "port": "Pelabuhan ini dikelola KSOP/Kemenhub, ASDP/Pelni, provinsi, atau kabupaten/kota?",
    "terminal": "Terminal tipe A (pusat), B (provinsi), atau C (kabupaten/kota)?",
    "permit": "Persetujuan lingkungannya diterbitkan oleh kabupaten/kota, provinsi, atau kementerian?",
    "labour": "Pengawasan norma kerja (provinsi) atau mediasi perselisihan (kabupaten/kota)?",
}
"""The question that settles the tier, by slot, in the words an admin would use."""

_U23 = "UU 23/2014 Lampiran"


def _rule(
    number: str, slots: str, pattern: str, odds: Mapping[Tier, float], reason: str, source: str, functions: str = ""
) -> TierRule:
    return TierRule(number, tuple(slots.split()), pattern, odds, reason, source, tuple(functions.split()))


RULES: tuple[TierRule, ...] = (
    _rule("T001", "school", r"\b(?:sma|smk|slb|sman|smkn|smu|stm|slta|sma ?n(?:egeri)?|smk ?n(?:egeri)?|smkn?\d+"
          r"|sman?\d+|sekolah menengah atas|sekolah menengah kejuruan|kelas (?:10|11|12|x|xi|xii)|cabdin|cabang dinas)\b",
          {"provinsi": 30.0, "kabkota": 0.15, "pusat": 0.6}, "SMA, SMK dan SLB urusan provinsi", f"{_U23} A"),
    _rule("T002", "school", r"\b(?:sd|sdn|sdit|sd ?n(?:egeri)?|sdn?\d+|smp|smpn|smpn?\d+|smp ?n(?:egeri)?|sltp|tk|paud"
          r"|sekolah dasar|sekolah menengah pertama|kelas [1-9]|kelas (?:i|ii|iii|iv|v|vi|vii|viii|ix))\b",
          {"kabkota": 8.0, "provinsi": 0.12, "pusat": 0.8}, "PAUD, SD dan SMP urusan kabupaten/kota", f"{_U23} A"),
    _rule("T010", "road", r"\b(?:jalan|jln|jl|ruas|status)\.? (?:nasional|negara|lintas (?:timur|barat|tengah|selatan"
          r"|sumatera|nasional|sulawesi|kalimantan)|trans[ -]\w+|arteri)\b|\b(?:pantura|jalinsum|jalintim|jalinbar"
          r"|jalinteng|trans[ -]?(?:sulawesi|kalimantan|papua|sumatera|flores|halmahera|seram|timor|maluku|jawa)"
          r"|bbpjn|bpjn|balai (?:besar )?(?:pelaksanaan )?jalan)\b",
          {"vertikal": 60.0, "pusat": 3.0, "kabkota": 0.1, "provinsi": 0.3}, "Jalan nasional dikelola Kementerian PU "
          "melalui BBPJN/BPJN", "UU 38/2004; PP 34/2006"),
    _rule("T011", "road", r"\b(?:jalan|jln|jl|ruas|status)\.? (?:provinsi|propinsi|prov)\b|\bmilik provinsi\b"
          r"|\bantar ?kabupaten\b", {"provinsi": 40.0, "kabkota": 0.15}, "Jalan provinsi", "UU 38/2004; PP 34/2006"),
    _rule("T012", "road", r"\b(?:jalan|jln|jl|ruas)\.? (?:kabupaten|kota|poros desa|antar ?desa|antar ?kecamatan"
          r"|dalam kota)\b", {"kabkota": 8.0, "provinsi": 0.2, "vertikal": 0.2}, "Jalan kabupaten/kota",
          "UU 38/2004; PP 34/2006"),
    _rule("T013", "road", r"\b(?:kelurahan|gang|gg|rt|rw|dusun|dukuh|perumahan|komplek|kampung|dsn|ds|desa)\b",
          {"vertikal": 0.4, "provinsi": 0.6}, "Jalan lokal", "PP 34/2006"),
    _rule("T014", "road", r"\b(?:by ?pass|ring ?road|jalur (?:utama|lintas)|jalan lintas|jalan raya)\b",
          {"vertikal": 2.5, "provinsi": 2.0}, "Jalan utama sering nasional atau provinsi", "PP 34/2006"),
    _rule("T020", "hospital", r"\b(?:rsup|rscm|rsud prov\w*|rumah sakit (?:umum )?pusat|rs vertikal)\b",
          {"pusat": 8.0, "kabkota": 0.3}, "RS vertikal milik Kementerian Kesehatan", f"{_U23} B"),
    _rule("T021", "hospital", r"\b(?:rsud (?:dr\.? )?(?:soetomo|moewardi|margono|saiful anwar|zainoel abidin|arifin achmad"
          r"|ulin|abdul wahab|doris sylvanus|abdul moeloek|raden mattaher|undata|bahteramas|abepura|jayapura|provinsi"
          r"|haulussy|chasan boesoirie|m yunus|soedarso|al ihsan|tugurejo|kelet|pasar minggu|tarakan|cengkareng"
          r"|dr soedono|soedono|haji|labuang baji|sayang rakyat)|rumah sakit (?:milik )?(?:provinsi|pemprov))\b",
          {"provinsi": 30.0, "kabkota": 0.1}, "RSUD milik provinsi", f"{_U23} B"),
    _rule("T030", "river", r"\b(?:bbws|bws|bengawan solo|citarum|ciliwung|cisadane|brantas|serayu|opak|progo|kapuas"
          r"|mahakam|barito|musi|batang ?hari|indragiri|kampar|siak|rokan|mamberamo|jeneberang|cimanuk|cisanggarung"
          r"|citanduy|pemali|juana|mesuji|tulang bawang|way sekampung|kali bekasi|angke|walanae|cenranae|pompengan"
          r"|saddang|limboto|bone bolango|tondano|palu|lasolo|konaweha|kahayan|mentaya|katingan|krueng aceh|peusangan"
          r"|wampu|batang toru|asahan|deli|belawan|kuantan|batang kuantan|benanain|noelmina|digul)\b",
          {"vertikal": 3.0}, "Wilayah sungai lintas provinsi, lintas negara atau strategis nasional urusan pusat (BBWS/BWS)",
          "UU 17/2019; Permen PUPR 04/PRT/M/2015"),
    _rule("T031", "river", r"\b(?:got|selokan|gorong|kali kecil|sungai kecil|parit)\b", {"vertikal": 0.3},
          "Saluran kecil urusan kabupaten/kota", f"{_U23} C"),
    _rule("T040", "irrigation", r"\b(?:saluran (?:induk|primer)|bendung(?:an)? besar|bbws|bws|waduk|3[. ]?000 ha)\b",
          {"vertikal": 4.0}, "Daerah irigasi di atas 3.000 ha urusan pusat", f"{_U23} C; Permen PUPR 14/PRT/M/2015"),
    _rule("T041", "irrigation", r"\b(?:tersier|irigasi desa|embung desa|jitut|jides)\b",
          {"kabkota": 3.0, "vertikal": 0.3}, "Jaringan tersier dan irigasi desa", f"{_U23} C"),
    _rule("T050", "port", r"\b(?:pelni|asdp|feri|ferry|ferizy|pelindo)\b", {"bumn": 6.0},
          "Angkutan oleh BUMN", "UU 17/2008; PP 61/2009"),
    _rule("T051", "port", r"\b(?:ksop|kupp|syahbandar|tol laut|kapal perintis|sabuk nusantara)\b",
          {"vertikal": 5.0, "pusat": 3.0}, "Pelabuhan laut dan angkutan perintis urusan pusat", "UU 17/2008"),
    _rule("T052", "port", r"\b(?:dermaga (?:sungai|desa|kampung|rakyat|kayu)|dermaga|tambatan perahu|klotok|ketinting"
          r"|speed ?boat|perahu|danau)\b", {"kabkota": 5.0, "provinsi": 1.5},
          "Pelabuhan sungai, danau dan pengumpan lokal urusan kabupaten/kota", f"{_U23} O"),
    _rule("T060", "terminal", r"\btipe a\b", {"vertikal": 40.0}, "Terminal tipe A urusan pusat (BPTD)", f"{_U23} O"),
    _rule("T061", "terminal", r"\btipe b\b", {"provinsi": 60.0}, "Terminal tipe B urusan provinsi", f"{_U23} O"),
    _rule("T062", "terminal", r"\btipe c\b|\b(?:angkot|angkutan desa|angdes|sub ?terminal)\b", {"kabkota": 8.0},
          "Terminal tipe C urusan kabupaten/kota", f"{_U23} O"),
    _rule("T063", "terminal", r"\b(?:akap|antar ?provinsi|bus malam)\b", {"vertikal": 4.0},
          "Terminal bus antarprovinsi biasanya tipe A", f"{_U23} O"),
    _rule("T070", "permit", r"\b(?:lintas (?:kabupaten|kota)|dua kabupaten|izin provinsi|antar ?kabupaten)\b",
          {"provinsi": 6.0}, "Dampak lintas kabupaten/kota urusan provinsi", "UU 32/2009; PP 22/2021"),
    _rule("T071", "permit", r"\b(?:klh|kementerian lingkungan|gakkum|pma|smelter|pltu|proyek strategis|psn|lintas provinsi"
          r"|lahan gambut|izin pusat|kawasan industri)\b", {"pusat": 8.0, "provinsi": 1.5},
          "Persetujuan lingkungan usaha besar diterbitkan pusat", "UU 32/2009; PP 22/2021"),
    _rule("T080", "labour", r"\b(?:umk|umr|ump|upah minimum|lembur|thr|pengawas|wasnaker|jam kerja|k3|apd|cuti|bpjs"
          r"|kecelakaan kerja|pekerja anak)\b", {"provinsi": 2.5},
          "Pengawasan norma ketenagakerjaan urusan provinsi", f"{_U23} G"),
    _rule("T081", "labour", r"\b(?:mediasi|mediator|bipartit|tripartit|phk|di ?pecat|pesangon|dirumahkan|perselisihan)\b",
          {"kabkota": 4.0, "provinsi": 0.6}, "Perselisihan hubungan industrial dimediasi kabupaten/kota",
          "UU 2/2004; UU 23/2014 Lampiran G"),
    _rule("T090", "", r"\b(?:kementerian|kementrian|kemen\w+|menteri|pemerintah pusat|ditjen|direktorat jenderal|presiden"
          r"|se-?indonesia|secara nasional|tingkat nasional)\b", {"pusat": 2.2},
          "Menyebut pemerintah pusat", "praktik umum"),
    _rule("T091", "", r"\b(?:gubernur|pemprov|provinsi|propinsi)\b", {"provinsi": 1.6}, "Menyebut provinsi",
          "praktik umum"),
    _rule("T092", "", r"\b(?:bupati|wali ?kota|pemkab|pemkot|pemda)\b", {"kabkota": 1.3},
          "Menyebut kepala daerah", "praktik umum"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Redirect:
    """Say which functions a fact rules out, whatever else the text shares with them.

    :param pattern: what the normalised text must contain.
    :param factors: factors on the scores of functions.
    """

    id: str
    pattern: str
    factors: Mapping[str, float]
    reason: str
    source: str


REDIRECTS: tuple[Redirect, ...] = (
    Redirect("F001", r"\b(?:madrasah?|mts[ns]?|mis|mas|man ?\d+|min ?\d+|ibtidaiyah|tsanawiyah|aliyah|pesantren|ponpes"
             r"|pondok|raudhatul|tpq|diniyah)\b", {"1.01": 0.4, "5.03": 0.6}, "Madrasah dan pesantren urusan Kemenag",
             "UU 23/2014 Pasal 10 ayat (1) huruf f"),
    Redirect("F002", r"\b(?:uin|iain|stain|stai|iakn|stakn|ihdn|ptkin)\b", {"Pendidikan Tinggi": 0.3},
             "Perguruan tinggi keagamaan urusan Kemenag", "UU 12/2012; UU 23/2014 Pasal 10"),
    Redirect("F003", r"\bketenaga ?kerja?an\b|\b(?:bpjs ?tk|bpjamsostek|jamsostek|jht|jmo)\b", {"BPJS Kesehatan": 0.3},
             "Jaminan sosial ketenagakerjaan, bukan kesehatan", "UU 24/2011"),
    Redirect("F004", r"\b(?:mbg|sppg|makan (?:bergizi|gratis|siang gratis))\b",
             {"1.01": 0.4, "1.02": 0.5, "BPOM": 0.4, "2.09": 0.5}, "Makan Bergizi Gratis urusan BGN", "Perpres 83/2024"),
    Redirect("F005", r"\b(?:smas?|smks?|slb|sman|smkn)\b.{0,40}\bguru honorer\b|\bguru honorer\b.{0,40}"
             r"\b(?:sma|smk|slb|sman|smkn)\b", {"5.03": 0.75}, "Guru SMA/SMK diurus dinas pendidikan provinsi",
             "UU 23/2014 Lampiran A"),
    Redirect("F006", r"\b(?:laporan|aduan)(?: saya)? (?:no|nomor)\b.{0,30}\btentang\b", {"KemenPANRB": 0.3},
             "Laporan lanjutan: pokok laporan induk yang menentukan", "PermenPANRB 62/2018"),
    Redirect("F007", r"\b(?:pinjol|pinjaman online|pinjaman daring|galbay|debt ?collector|paylater)\b",
             {"Kepolisian": 0.5, "Komdigi": 0.6, "2.12": 0.5}, "Pinjaman daring urusan OJK", "UU 4/2023"),
    Redirect("F008", r"\b(?:lampu (?:jalan|penerangan)|pju|lpju|penerangan jalan)\b", {"PLN": 0.5, "1.03": 0.7},
             "Penerangan jalan umum bukan pasokan listrik", "UU 22/2009"),
)  # fmt: skip
"""Facts that decide between functions which share most of their words."""


_ANY_REDIRECT = re.compile(
    r"madrasah|\bm[ti][ns]|\bmas\b|\bman\b|aliyah|pes?antren|ponpes|pondok|raudhatul|tpq|diniyah|\b(?:uin|iain|stai|st?akn"
    r"|ihdn|ptkin)|kerja?an\b|bpjs ?tk|jamsostek|\bjht|\bjmo|mbg|sppg|makan |honorer|(?:no|nomor)\b|pinjol|pinjaman"
    r"|galbay|debt|paylater|lampu |pju|penerangan"
)
"""A quick look whether any redirect may apply."""


@cache
def _redirects() -> tuple[tuple[Redirect, re.Pattern[str]], ...]:
    return tuple((rule, re.compile(rule.pattern)) for rule in REDIRECTS)


def redirects(text: Normalised, title: Normalised | None = None) -> dict[str, float]:
    """Return the factors on functions that the text calls for.

    >>> from model.text import normalise
    >>> redirects(normalise("guru MTs belum digaji"))
    {'1.01': 0.4, '5.03': 0.6}
    """
    whole = text.text if title is None else f"{title.text} {text.text}"
    factors: dict[str, float] = {}
    if not _ANY_REDIRECT.search(whole):
        return factors
    for rule, pattern in _redirects():
        match = pattern.search(whole)
        if match is not None and not _TRAP.search(whole, max(0, match.start() - 24), match.start()):
            for function, factor in rule.factors.items():
                factors[function] = factors.get(function, 1.0) * factor
    return factors


@cache
def _compiled() -> tuple[tuple[TierRule, re.Pattern[str]], ...]:
    return tuple((rule, re.compile(rule.pattern)) for rule in RULES)


_TRAP = re.compile(r"\b(?:bukan|depan|dpn|dekat|samping|belakang|seberang|sebelah) (?:\w+ )?$")
"""Words before a match that make it a landmark or a denial."""


@dataclass(frozen=True, slots=True)
class TierReading:
    """Hold the rules that apply to one text."""

    evidence: tuple[TierEvidence, ...] = field(default=())

    def apply(self, matter: Matter) -> dict[Tier, float]:
        """Return the distribution over tiers for a matter, given what the text tells.

        :param matter: a row of the responsibility table.
        """
        shares = dict(matter.tiers)
        for item in self.evidence:
            rule = item.rule
            if rule.slots and matter.slot not in rule.slots:
                continue
            for tier, odds in rule.odds.items():
                if tier in shares:
                    shares[tier] *= odds
        total = sum(shares.values())
        return {tier: share / total for tier, share in sorted(shares.items(), key=lambda pair: -pair[1])}


def read_tiers(text: Normalised, title: Normalised | None = None, slots: Collection[str] | None = None) -> TierReading:
    """Find the rules that apply to a complaint.

    :param text: the normalised text.
    :param title: the normalised title, if there is one.
    :param slots: only rules of these slots, and those of every slot; ``None`` for all rules.
    """
    found: list[TierEvidence] = []
    sources: list[tuple[Field, Normalised]] = [("text", text)]
    if title is not None:
        sources.insert(0, ("title", title))
    for rule, pattern in _compiled():
        if slots is not None and rule.slots and not any(slot in slots for slot in rule.slots):
            continue
        for name, source in sources:
            match = pattern.search(source.text)
            while match is not None and _TRAP.search(source.text, max(0, match.start() - 24), match.start()):
                match = pattern.search(source.text, match.end())
            if match is not None:
                start, end = source.raw_span(match.start(), match.end())
                found.append(TierEvidence(rule, Span(name, start, end)))
                break
    return TierReading(tuple(found))


def question_for(matter: Matter, tiers: Mapping[Tier, float], doubt: float = 0.65) -> str | None:
    """Return the question that would settle the tier, ``None`` where the tier is sure enough or nothing settles it.

    :param tiers: the distribution over tiers.
    :param doubt: below this probability of the best tier the question is asked.
    """
    if matter.slot is None or max(tiers.values()) >= doubt:
        return None
    return QUESTIONS[matter.slot]
