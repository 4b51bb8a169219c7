"""Hold the words that show how a place name is meant: as a region, as the name of a street or person, as an origin."""

from __future__ import annotations

from functools import cache
from importlib import resources

PROVINCE_MARKERS = frozenset("provinsi propinsi prov prop pemprov gubernur gub polda dprd-prov".split())
REGENCY_MARKERS = frozenset("kabupaten kab kabup pemkab bupati wabup".split())
CITY_MARKERS = frozenset("kota kodya kotamadya pemkot walikota wako wawali".split())
DISTRICT_MARKERS = frozenset("kecamatan kec kecmtn kcamatan distrik kapanewon kemantren camat".split())
VILLAGE_MARKERS = frozenset(
    "desa ds kelurahan kel kelurhan gampong nagari pekon tiyuh kalurahan kades lurah keuchik geuchik perbekel kuwu".split()
)
KAMPUNG_MARKERS = frozenset("kampung kp kmpg dusun dsn dukuh jorong negeri ohoi lembang lingkungan padukuhan".split())

LOCATIVE = frozenset(
    "di d didaerah daerah wilayah sekitar kawasan sekitaran seputar warga masyarakat masy penduduk se area wil lokasi "
    "wonten neng ning nang ing ring rek dek urang tinggal domisili berdomisili alamat beralamat polres polresta polsek "
    "rsud samsat diskominfo disdukcapil dukcapil dinkes dinsos disnaker dpupr dishub dinas pdam pasar terminal stasiun "
    "alun pelabuhan puskesmas pkm simpang perumahan perum pemda kantor uptd upt satpol dprd bpn kpu imigrasi lapas pn "
    "pengadilan kejari kpp kodim koramil unit bandara alun2 pusat".split()
)
"""Words after which a name is most likely the place of the matter."""

ORIGIN = frozenset(
    "dari asal berasal ktp kelahiran lahir lulusan alumni pindahan kiriman jurusan tujuan menuju ke arah via lewat "
    "merantau mudik kuliah rute trayek plat pelat seperti kayak kaya dibanding daripada contoh mencontoh bandingkan "
    "studi perantau hingga sampai sampe ka kak teka".split()
)
"""Words after which a name is more likely an origin, a destination or a comparison than the place of the matter."""

STREET = frozenset("jalan jl jln jlan jalanan gang gg lorong lr ruas raya boulevard blvd flyover tol".split())
PERSON = frozenset(
    "pak bapak bpk p ibu bu ibuk sdr sdri saudara saudari haji hj h mas mbak mba kang teh kyai kiai ust ustadz ustad "
    "kak bang bung om tante nama bernama oknum a.n an atas daeng gus cak ning mr mrs dr drg almarhum alm".split()
)
THING = frozenset(
    "nasi rm warung batik soto sate bakso dodol tahu pecel apel jeruk bawang ukiran bika pempek kopi rumah-makan masakan "
    "rendang mie bebek salak wajik gudeg kerajinan sapi kambing ikan brem peuyeum asinan tauco tape bank pt cv ud toko "
    "universitas univ institut perguruan tim klub persatuan kapal km kmp bus po kereta ka sungai kali gunung danau teluk "
    "selat laut pulau tanjung bukit".split()
)
"""Words that make a place name part of the name of a dish, a firm, a ship or a natural feature."""

NAMED_FEATURES = frozenset(
    "sungai kali gunung danau teluk selat laut bukit tanjung pulau kereta ka bus po kapal".split()
)
FIRMS = frozenset("pt cv ud toko bank universitas univ institut kmp".split())

HEADS_OF_REGENCY = frozenset("bupati wabup pemkab kabupaten kab".split())
HEADS_OF_CITY = frozenset("walikota wako pemkot wawali kotamadya".split())
RURAL = frozenset("desa kades ds bumdes perangkat-desa pendamping-desa".split())
URBAN = frozenset("kelurahan lurah kel".split())

GLUED_PREFIXES = (
    "pemkab", "pemkot", "kabupaten", "kota", "kab", "dikota", "dikab", "dikabupaten", "warga", "save", "info", "di",
)  # fmt: skip
"""What is found written together with a name: ``dibandung``, ``pemkotbekasi``, ``#SaveLapindo``."""

EXPANSIONS = {
    "tj": "tanjung", "tjg": "tanjung", "tg": "tanjung", "tnjg": "tanjung", "sei": "sungai", "sungei": "sungai",
    "sgi": "sungai", "kep": "kepulauan", "pem": "pematang", "pkl": "pangkalan", "gn": "gunung", "gng": "gunung",
    "bdr": "bandar", "lb": "lubuk", "lbk": "lubuk", "tlk": "teluk", "ma": "muara", "muaro": "muara", "kr": "karang",
    "krg": "karang", "psr": "pasar", "pd": "pondok", "bt": "batu", "pd": "padang", "kp": "kampung", "sumatra": "sumatera",
    "brt": "barat", "bar": "barat", "tmr": "timur", "tim": "timur", "sel": "selatan", "slt": "selatan", "utr": "utara",
    "ut": "utara", "tgh": "tengah", "teng": "tengah", "pst": "pusat", "ps": "pasar", "kby": "kebayoran", "tmn": "taman",
}  # fmt: skip

LANGUAGES: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset("ora wis durung kulo nyuwun mboten sampun monggo dalan kabeh sing wong iki piye ngono tulung njaluk "
               "kowe ojo nganti wonten toya niki enten kudu omah saiki mung".split()), ("33", "34", "35")),
    (frozenset("teu tos atos teuing punten mugi runtah butut caina abdi kumaha wae atuh mah cai geus euweuh naon hoyong "
               "nuhun dugi beureum walungan oge".split()), ("32", "36")),
    (frozenset("bula epon nyo'on cabbhi mate kabbhi padaddi ongghu engghi".split()), ("35.26", "35.27", "35.28", "35.29")),
    (frozenset("indak alah ambo awak tagak urang den sajo iko ndak-ado jorong nagari baa".split()), ("13",)),
    (frozenset("kelen cemana awak lae kali-pun mamak inang amang horas tulang".split()), ("12",)),
    (frozenset("kada umpat wan pian ulun banyu haja banar hanyar sidin pambakal kawa".split()), ("63", "62", "64")),
    (frozenset("dak nian galo mano benerke wong cak nak".split()), ("16", "17", "15")),
    (frozenset("ji mi ki tabe ta' nda puang daeng pale' iye di'".split()), ("73", "76", "74")),
    (frozenset("torang ngana pe bagini mo nyanda kote ngoni depe".split()), ("71", "75", "82")),
    (frozenset("kitong ko tra su dong pu sa kam trada bapa pace mace".split()),
     ("91", "92", "93", "94", "95", "96")),
    (frozenset("beta katong seng su dong sonde basong bosong".split()), ("81", "53", "82")),
    (frozenset("tyang tiang ten bek sampun mangkin swastiastu banjar suksma titiang bli perbekel".split()), ("51",)),
    (frozenset("hana ka kamoe ie gampong tho keuchik peugot geutanyo".split()), ("11",)),
)  # fmt: skip
"""Words of regional languages with the provinces (or regencies) where they are spoken: DOMAIN 6.3, general knowledge."""


@cache
def ordinary_words() -> frozenset[str]:
    """Return the words that are names of places and ordinary words or personal names as well.

    The list is own work: names of the region table that, in informal Indonesian text, are mostly written without a
    capital, cleaned by hand, with personal names, numbers, plants and compass points added.
    """
    text = (resources.files("data") / "catalog" / "ordinary_words.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
