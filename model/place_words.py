"""Hold the words that show how a place name is meant: as a region, as the name of a street or person, as an origin."""

from __future__ import annotations

from functools import cache
from importlib import resources


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set: long lists read better without quotes and commas."""
    return frozenset(text.split())


PROVINCE_MARKERS = word_set("provinsi propinsi prov prop pemprov gubernur gub polda dprd-prov")
REGENCY_MARKERS = word_set("kabupaten kab kabup pemkab bupati wabup")
CITY_MARKERS = word_set("kota kodya kotamadya pemkot walikota wako wawali")
DISTRICT_MARKERS = word_set("kecamatan kec kecmtn kcamatan distrik kapanewon kemantren camat")
VILLAGE_MARKERS = word_set("desa ds gampong nagari pekon tiyuh kalurahan kades keuchik geuchik perbekel kuwu")
URBAN_VILLAGE_MARKERS = word_set("kelurahan kel kelurhan klurahan lurah")
KAMPUNG_MARKERS = word_set("kampung kp kmpg dusun dsn dukuh jorong negeri ohoi lembang lingkungan padukuhan")

LOCATIVE = word_set(
    "di d didaerah daerah wilayah sekitar kawasan sekitaran seputar warga masyarakat masy penduduk se area wil "
    "lokasi wonten neng ning nang ing ring rek dek urang tinggal domisili berdomisili alamat beralamat polres "
    "polresta polsek rsud samsat diskominfo disdukcapil dukcapil dinkes dinsos disnaker dpupr dishub dinas pdam "
    "pasar terminal stasiun alun pelabuhan puskesmas pkm simpang perumahan perum pemda kantor uptd upt satpol "
    "dprd bpn kpu imigrasi lapas pn pengadilan kejari kpp kodim koramil unit bandara alun2 pusat"
)
"""Words after which a name is most likely the place of the matter."""

PREPOSITIONS = word_set("di d didaerah daerah wilayah kawasan warga masyarakat penduduk wonten neng ning nang ing")
"""The plainer part of :data:`LOCATIVE`: "Dinas SDA" is no place, "di SDA" may be."""

ROADS = word_set("jalan jl jln ruas jembatan akses tol rute poros lintas")
TOWARD = word_set("ke menuju arah dari kearah jurusan penghubung lintas poros antara")
"""A road to a place is mostly in or near it: less telling than "di", more than a journey."""

ORIGIN = word_set(
    "dari asal berasal ktp kelahiran lahir lulusan alumni pindahan kiriman jurusan tujuan menuju ke arah via "
    "lewat merantau mudik kuliah rute trayek plat pelat seperti kayak kaya dibanding daripada contoh mencontoh "
    "bandingkan studi perantau hingga sampai sampe ka kak teka"
)
"""Words after which a name is more likely an origin, a destination or a comparison than the place of the matter."""

STREET = word_set("jalan jl jln jlan jalanan gang gg lorong lr ruas raya boulevard blvd flyover tol")
PERSON = word_set(
    "pak bapak bpk p ibu bu ibuk sdr sdri saudara saudari haji hj h mas mbak mba kang teh kyai kiai ust ustadz "
    "ustad kak bang bung om tante nama bernama oknum a.n an atas daeng gus cak ning mr mrs dr drg almarhum alm"
)
NAME_TITLES = word_set("bapak pak bpk ibu bu ibuk sdr sdri saudara saudari haji hj nama bernama")
"""Titles after which a first name and then a second follow: "Ibu Siti Surakarta"."""
OFFICES = word_set(
    "bupati walikota wali gubernur camat lurah kades kepala ketua kapolres kapolsek kapolda polisi dokter guru admin "
    "sekda kadis kadishub kadinkes menteri presiden satpol petugas rt rw dprd dewan pejabat pemkot pemkab pemprov "
    "dirut direktur manajer warga wakil wabup wawali wagub jokowi sekretaris kabid dinas kota pertiwi pkk hamil"
)
"""Offices, which stand between a title and a place: "Pak Camat Sukawati"."""
THING = word_set(
    "nasi rm warung batik soto sate bakso dodol tahu pecel apel jeruk bawang ukiran bika pempek kopi rumah-makan "
    "masakan rendang mie bebek salak wajik gudeg kerajinan sapi kambing ikan brem peuyeum asinan tauco tape bank "
    "pt cv ud toko universitas univ institut perguruan tim klub persatuan kapal km kmp bus po kereta ka sungai "
    "kali gunung danau teluk selat laut pulau tanjung bukit"
)
"""Words that make a place name part of the name of a dish, a firm, a ship or a natural feature."""

NAMED_FEATURES = word_set("sungai kali gunung danau teluk selat laut bukit tanjung pulau kereta ka bus po kapal")
FIRMS = word_set("pt cv ud toko bank universitas univ institut kmp")

HEADS_OF_REGENCY = word_set("bupati wabup pemkab kabupaten kab")
HEADS_OF_CITY = word_set("walikota wako pemkot wawali kotamadya")
RURAL = word_set("desa kades ds bumdes perangkat-desa pendamping-desa")
URBAN = word_set("kelurahan lurah kel")

GLUED_PREFIXES = (
    "pemkab", "pemkot", "kabupaten", "kota", "kab", "dikota", "dikab", "dikabupaten", "warga", "save", "info", "di",
)  # fmt: skip
"""What is found written together with a name: ``dibandung``, ``pemkotbekasi``, ``#SaveLapindo``."""

EXPANSIONS = {
    "tj": "tanjung", "tjg": "tanjung", "tg": "tanjung", "tnjg": "tanjung", "sei": "sungai", "sungei": "sungai",
    "sgi": "sungai", "kep": "kepulauan", "pem": "pematang", "pkl": "pangkalan", "gn": "gunung", "gng": "gunung",
    "bdr": "bandar", "lb": "lubuk", "lbk": "lubuk", "tlk": "teluk", "ma": "muara", "muaro": "muara", "kr": "karang",
    "krg": "karang", "psr": "pasar", "bt": "batu", "pd": "padang", "kp": "kampung",
    "sumatra": "sumatera",
    "brt": "barat", "bar": "barat", "tmr": "timur", "tim": "timur", "sel": "selatan", "slt": "selatan", "utr": "utara",
    "ut": "utara", "tgh": "tengah", "teng": "tengah", "pst": "pusat", "ps": "pasar", "kby": "kebayoran", "tmn": "taman",
}  # fmt: skip

LANGUAGES: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (word_set("ora wis durung kulo nyuwun mboten sampun monggo dalan kabeh sing wong iki piye ngono tulung njaluk "
               "kowe ojo nganti wonten toya niki enten kudu omah saiki mung"), ("33", "34", "35")),
    (word_set("teu tos atos teuing punten mugi runtah butut caina abdi kumaha wae atuh mah cai geus euweuh naon hoyong "
               "nuhun dugi beureum walungan oge"), ("32", "36")),
    (word_set("bula epon nyo'on cabbhi mate kabbhi padaddi ongghu engghi"), ("35.26", "35.27", "35.28", "35.29")),
    (word_set("indak alah ambo awak tagak urang den sajo iko ndak-ado jorong nagari baa"), ("13",)),
    (word_set("kelen cemana awak lae kali-pun mamak inang amang horas tulang"), ("12",)),
    (word_set("kada umpat wan pian ulun banyu haja banar hanyar sidin pambakal kawa"), ("63", "62", "64")),
    (word_set("dak nian galo mano benerke wong cak nak"), ("16", "17", "15")),
    (word_set("ji mi ki tabe ta' nda puang daeng pale' iye di'"), ("73", "76", "74")),
    (word_set("torang ngana pe bagini mo nyanda kote ngoni depe"), ("71", "75", "82")),
    (word_set("kitong ko tra su dong pu sa kam trada bapa pace mace"),
     ("91", "92", "93", "94", "95", "96")),
    (word_set("beta katong seng su dong sonde basong bosong"), ("81", "53", "82")),
    (word_set("tyang tiang ten bek sampun mangkin swastiastu banjar suksma titiang bli perbekel"), ("51",)),
    (word_set("hana ka kamoe ie gampong tho keuchik peugot geutanyo"), ("11",)),
)  # fmt: skip
"""Words of regional languages with the provinces or regencies where they are spoken (general knowledge)."""


NEVER_PLACES = word_set(
    "yang nya bisa dari sudah sama jadi buat lebih banget kalo harus dalam kamu pada kasih gue gua kali sini lama "
    "tolong dah udah sampe sampai tetap sering minta normal mungkin setiap kalian namun luar para sayang bener "
    "lewat kau sedang agak tentang selamat ganti balik maka butuh dapet dapat sangat sekarang kurang banyak "
    "karena bilang keluar selama pulang apa siapa mana kapan kenapa mengapa bagaimana gimana itu ini situ sana "
    "dan atau tapi tetapi dengan tanpa oleh untuk antara agar supaya bila jika kalau ketika saat saja aja dong "
    "sih kok deh lah kah pun juga lagi masih belum tidak bukan jangan ada adalah ialah akan telah pernah mau "
    "ingin perlu mohon harap biar coba ayo mari saya kami kita anda dia mereka beliau ia nggak gak ga ndak "
    "seperti hingga sejak lalu kemudian serta maupun bahwa sebab apakah hanya cuma sebagai terhadap menjadi tiap "
    "semua seluruh beberapa sebuah suatu hal nama bulan tahun hari jam km se di ke si sang per min pak bu mas "
    "mbak bapak ibu warga kesehatan"
)
"""Words that name villages somewhere but are never read as places, whatever stands before them."""


@cache
def common_words() -> frozenset[str]:
    """Return the common words one letter away from the name of a region, which are no misspelling of it.

    Own list, from word counts of informal Indonesian text.
    """
    text = (resources.files("data") / "catalog" / "common_words.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def ordinary_words() -> frozenset[str]:
    """Return the words that are names of places and ordinary words or personal names as well.

    The list is own work: names of the region table that, in informal Indonesian text, are mostly written without a
    capital, cleaned by hand, with personal names, numbers, plants and compass points added.
    """
    text = (resources.files("data") / "catalog" / "ordinary_words.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
