"""Reduce Indonesian words, as citizens write them, to light stems: spelling, short forms, clitics, affixes.

The stems need not be words: text and cues go through the same rules, so that only sameness counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_FOLD = dict(
    pair.split("=")
    for pair in (
        "jl=jalan jln=jalan jalann=jalan jlan=jalan jaln=jalan dgn=dengan dg=dengan utk=untuk tdk=tidak gak=tidak "
        "ga=tidak gk=tidak nggak=tidak ngga=tidak ndak=tidak tak=tidak kgk=tidak kagak=tidak ora=tidak teu=tidak "
        "henteu=tidak kada=tidak indak=tidak tra=tidak trada=tidak nda=tidak enda=tidak seng=tidak dak=tidak "
        "hana=tidak tara=tidak sonde=tidak mboten=tidak nenten=tidak ten=tidak ndek=tidak enggak=tidak gada=tidak "
        "g=tidak tek=tidak de'=tidak blm=belum blom=belum belom=belum durung=belum acan=belum alun=belum "
        "balum=belum balun=belum "
        "sdh=sudah udh=sudah udah=sudah dah=sudah wis=sudah wes=sudah tos=sudah atos=sudah alah=sudah su=sudah "
        "so=sudah sampun=sudah lah=sudah uda=sudah lobang=lubang lobange=lubang lubange=lubang lobg=lubang "
        "bolong=bolong rosak=rusak ruksak=rusak rsk=rusak rusah=rusak ancur=hancur ajur=hancur "
        "krn=karena karna=karena dr=dari pd=pada dlm=dalam jg=juga dpn=depan dkt=dekat blkg=belakang sblh=sebelah "
        "smpng=samping org=orang sy=saya sya=saya lpr=lapor aer=air aek=air banyu=air cai=air caina=air aie=air "
        "aia=air ie=air yeh=air toya=air aik=air aing=air danum=air je'ne=air uwai=air aiy=air ayer=air ae=air "
        "runtah=sampah uwuh=sampah sarok=sampah ratik=sampah leluu=sampah luu=sampah sarap=sampah smph=sampah "
        "dalan=jalan labuah=jalan margi=jalan embong=jalan ret=jalan lorong=jalan jalannyo=jalan "
        "laleng=jalan rurung=jalan dalanan=jalan lurung=jalan "
        "lampune=lampu dalane=jalan banyune=air jalane=jalan listrike=listrik "
        "peteng=gelap petengan=gelap poek=gelap poék=gelap kalam=gelap galok=gelap kadap=gelap petteng=gelap "
        "galap=gelap gulap=gelap pareum=mati pejah=mati paeh=mati padem=padam mate=mati matek=mati "
        "ngocor=alir ngalir=alir ngalor=alir mili=alir ngelir=alir ngucur=alir bajalan=jalan "
        "sakola=sekolah sekolahan=sekolah sikola=sekolah skola=sekolah skolah=sekolah sekola=sekolah sklh=sekolah "
        "omah=rumah imah=rumah umah=rumah rumoh=rumah bola=bola griya=rumah roemah=rumah "
        "kreteg=jembatan jambatan=jembatan sasak=jembatan jmbtn=jembatan titi=jembatan jembatane=jembatan "
        "peken=pasar pasa=pasar pakan=pakan kalen=got solokan=selokan solokane=selokan bandar=bandar "
        "caah=banjir ampuhan=banjir "
        "hp=hp hape=hp dukcapi=dukcapil rmh=rumah lmpu=lampu lmp=lampu smpah=sampah jmbt=jembatan sklah=sekolah pskesmas=puskesmas krt=kereta lstrik=listrik lstrk=listrik pdm=padam lampunya=lampu bnyk=banyak bansos=bansos "
        "bantuane=bantuan dibenerin=baik benerin=baik dibaikin=baik bayarane=bayar bayaran=bayar "
        "kepsek=kepsek pns=pns puskes=puskesmas pskms=puskesmas pusk=puskesmas posyandu=posyandu "
        "sapeda=sepeda montor=motor honda=motor onda=motor wit=pohon tangkal=pohon kayon=pohon pohong=pohon "
        "duit=uang pis=uang pitih=uang doi=uang kepeng=uang artos=uang dhuwit=uang hepeng=uang peng=uang "
        "larangna=mahal awis=mahal mehong=mahal "
        "sertipikat=sertifikat sartipikat=sertifikat sertfikat=sertifikat srtifikat=sertifikat "
        "akte=akta ektp=ktp katepe=ktp kk=kk umroh=umrah ambulan=ambulans ambulance=ambulans adzan=azan "
        "menejemen=manajemen ijin=izin ijinnya=izin perijinan=perizinan walikota=walikota "
        "jukir=jukir pakir=parkir parker=parkir kendara=kendaraan polisine=polisi "
        "wong=orang urang=orang jalma=orang jelma=orang "
        "gaji=gaji gajih=gaji gajian=gaji bayaran=gaji "
        "gawean=kerja pagawean=kerja karajo=kerja gawe=kerja gawi=kerja damel=kerja "
        "bocah=anak budak=anak kanak=anak "
        "buruak=rusak buruk=rusak butut=rusak bujat=rusak uwug=rusak elek=jelek jele=jelek jahe=jelek "
        "tabok=pukul gebug=pukul gebuk=pukul digebugi=pukul digebuki=pukul paluk=pukul cakak=pukul "
        "maleh=malas nyolong=curi maling=maling "
        "resik=bersih barasih=bersih kamantan=mantan "
        "dipungut=pungut pungutan=pungutan"
    ).split(" ")
    if "=" in pair
)
"""Short and regional forms: only words whose meaning is certain without context (DOMAIN 6.2, 6.3)."""

_KEEP = frozenset(
    "kecamatan kelurahan kendaraan keluarga kehutanan kesehatan pendidikan perhubungan perikanan pertanian perumahan "
    "pelabuhan penduduk pengadilan pertanahan kebersihan keamanan kebudayaan kependudukan perdagangan perindustrian "
    "perpustakaan pertamina penumpang perkebunan peternakan pesisir pemuda pelanggan perusahaan kementerian terminal "
    "berita berkas dinas dinsos dishub dinkes disdik disnaker disdukcapil diskominfo berkala bersih beras bendung "
    "tersier ternak kejaksaan keuangan kejari kepala keluhan kesbangpol kereta merek merkuri menara meter meteran "
    "memang mesin metrologi media medis pegawai pengawas pejalan perempuan perempatan perintis pertalite pertamax "
    "perawat pertek pesantren peserta petani pesawat petugas penyu terumbu teras dialisa difabel disabilitas "
    "disiplin ketua ketinting keuchik sekolah masalah limbah".split()
)
_REPEATED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
_VOWELS = "aeiou"


def fold(word: str) -> str:
    """Undo typing habits: ``bangettt``, ``lobang2``, short and regional forms.

    >>> fold("lobang2"), fold("jln"), fold("parahhh")
    ('lubang', 'jalan', 'parah')
    """
    word = _REPEATED.sub(r"\1", word)
    if word[-1:] == "2" and len(word) > 3 and word[:-1].isalpha():
        word = word[:-1]
    return _FOLD.get(word, word)


def _strip_clitic(word: str) -> str:
    if word.endswith("nya") and len(word) >= 6:
        return word[:-3]
    if word.endswith(("lah", "kah")) and len(word) >= 8:
        return word[:-3]
    return word


def _strip_prefix(word: str) -> str:
    """Strip one prefix with the nasal undone; return the word as it is when too little would be left."""
    rest = word
    if word.startswith("di"):
        rest = word[2:]
    elif word.startswith(("meny", "peny")) and word[4:5] in _VOWELS:
        rest = "s" + word[4:]
    elif word.startswith(("meng", "peng")):
        rest = word[4:]
    elif word.startswith(("mem", "pem")) and len(word) > 3:
        rest = "p" + word[3:] if word[3] in _VOWELS else word[3:]
    elif word.startswith(("men", "pen")) and len(word) > 3:
        rest = "t" + word[3:] if word[3] in _VOWELS else word[3:]
    elif word.startswith(("ber", "ter", "per")) and word[3:4] not in _VOWELS:
        rest = word[3:]
    elif (word.startswith(("me", "pe")) and word[2:3] in "rlwynm" and word[3:4] in _VOWELS) or (
        word.startswith("ke") and word.endswith("an")
    ):
        rest = word[2:]
    elif word.startswith("ny") and word[2:3] in _VOWELS:
        rest = "s" + word[2:]
    elif word.startswith("ng") and word[2:3] in _VOWELS:
        rest = word[2:]
    return rest if len(rest) >= 4 else word


@lru_cache(maxsize=65_536)
def plain_form(word: str) -> str:
    """Return a word without typing habits and clitics, its affixes kept.

    >>> plain_form("penerangannya")
    'penerangan'
    """
    return fold(_strip_clitic(fold(word)))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the light stem of a normalised word.

    >>> stem("pemadaman"), stem("dipadamkan"), stem("berlubang"), stem("penerangan"), stem("jalannya")
    ('padam', 'padam', 'lubang', 'terang', 'jalan')
    """
    word = fold(word)
    if len(word) < 6 or word in _KEEP:
        return word
    word = fold(_strip_clitic(word))
    if word in _KEEP:
        return word
    rest = _strip_prefix(word)
    if rest == word:
        return fold(word[:-3]) if word.endswith("kan") and len(word) >= 8 else word
    if rest.startswith("per") and len(rest) >= 7 and rest[3] not in _VOWELS:
        rest = rest[3:]  # memper-, diper-
    for suffix in ("kan", "an", "i"):
        if rest.endswith(suffix) and len(rest) - len(suffix) >= 4:
            rest = rest[: -len(suffix)]
            break
    return fold(rest)


def skeleton(word: str) -> str:
    """Return the consonants of a word, which is what SMS spelling keeps.

    >>> skeleton("jembatan") == skeleton("jmbtn")
    True
    """
    return "".join(character for character in word if character not in _VOWELS)


class StemIndex:
    """Find the known stem that a written word stands for, tolerating regional endings, SMS spelling and slips.

    :param stems: the known stems, in order of preference where two are equally near.
    """

    def __init__(self, stems: Iterable[str]) -> None:
        self._stems = dict.fromkeys(stems)
        self._skeletons: dict[str, str] = {}
        for known in self._stems:
            bones = skeleton(known)
            if len(bones) >= 4 and known.isalpha():
                self._skeletons.setdefault(bones, known)
        self.find = lru_cache(maxsize=65_536)(self._find)

    def _find(self, word: str) -> str | None:
        """Return the known stem for a word, ``None`` if there is none.

        :param word: a normalised word.
        """
        for candidate in self._endings(word):
            if candidate in self._stems:
                return candidate
        if not word.isalpha():
            return None
        return self._by_skeleton(word) or self._by_slip(word)

    @staticmethod
    def _endings(word: str) -> Iterator[str]:
        folded = fold(word)
        yield folded
        yield stem(word)
        # Javanese -e/-ne, Sundanese -na, Makassar -ki/-mi/-ji, colloquial -in/-an, Banjar -nya is a clitic already
        for suffix in ("ne", "na", "ki", "mi", "ji", "in", "an", "e", "i", "ka", "ta", "nyo", "no", "ku"):
            if folded.endswith(suffix) and len(folded) - len(suffix) >= 4:
                yield fold(folded[: -len(suffix)])
                yield stem(folded[: -len(suffix)])
        if folded.startswith("ba") and len(folded) >= 6:  # Minang, Banjar, Manado, Papua ba- = ber-
            yield fold(folded[2:])
        if folded.startswith("ta") and len(folded) >= 7:
            yield fold(folded[2:])

    def _by_skeleton(self, word: str) -> str | None:
        """Undo SMS spelling, which drops most vowels: ``jmbtn``."""
        if len(word) < 4 or sum(character in _VOWELS for character in word) > 1:
            return None
        known = self._skeletons.get(skeleton(word))
        return known if known is not None and known[0] == word[0] and len(word) < len(known) else None

    def _by_slip(self, word: str) -> str | None:
        """Undo a vowel too many or too few, a doubled consonant, or two letters swapped.

        Other slips are left: one consonant apart there are too many other words (belakang, belalang).
        """
        if len(word) < 7:
            return None
        for variant in (_DOUBLED.sub(r"\1", word), *_swaps(word)):
            if variant in self._stems:
                return variant
        known = self._skeletons.get(skeleton(word))
        if known is None or abs(len(known) - len(word)) != 1:
            return None
        shorter, longer = sorted((known, word), key=len)
        return known if any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))) else None


def _swaps(word: str) -> Iterator[str]:
    for place in range(1, len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
