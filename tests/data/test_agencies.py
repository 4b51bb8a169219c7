"""Agencies are composed from function, tier and region, found by id and by what is typed, and overridden by CSV."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.agencies import AgencyRegistry, same_agency
from data.agency_names import Office, balai, names_in_use, national_bodies, offices, vertical_offices
from data.agency_regions import regions
from data.errors import PilahError
from data.functions import TIERS, functions

TODAY = date(2026, 1, 15)
REGISTRY = AgencyRegistry.load(today=TODAY)
HEADER = "id,name,aliases,external_id,function,office,tier,region,parent,connected,valid_from,valid_to,successor\n"

COMPOSED = """
2.15|kabkota|33.10||33.10:dishub|Dinas Perhubungan Kabupaten Klaten
1.05|kabkota|64.72||64.72:satpolpp|Satuan Polisi Pamong Praja Kota Samarinda
1.05|kabkota|64.72|bpbd|64.72:bpbd|Badan Penanggulangan Bencana Daerah Kota Samarinda
1.05|kabkota|64.72|damkar|64.72:damkar|Dinas Pemadam Kebakaran dan Penyelamatan Kota Samarinda
1.01|provinsi|53.01||53:disdik|Dinas Pendidikan dan Kebudayaan Provinsi Nusa Tenggara Timur
2.15|kabkota|31.74||31:dishub|Dinas Perhubungan Provinsi DKI Jakarta
1.03|kabkota|31.71|dsda|31:dsda|Dinas Sumber Daya Air Provinsi DKI Jakarta
7.01|provinsi|31.75.07.1001||31.75.07.1001|Kelurahan Duren Sawit
7.01|kabkota|32.04.32||32.04.32|Kecamatan Baleendah
7.01|kabkota|95.01||95.01:kecamatan|Distrik setempat (Kabupaten Jayawijaya)
7.01|kabkota|34.04||34.04:kecamatan|Kapanewon setempat (Kabupaten Sleman)
2.13|desa|18.11||18.11:desa|Pemerintah Desa setempat (Kabupaten Mesuji)
2.13|desa|11.07||11.07:desa|Pemerintah Gampong setempat (Kabupaten Pidie)
2.13|kabkota|11.07||11.07:dpmd|Dinas Pemberdayaan Masyarakat dan Gampong Kabupaten Pidie
2.13|kabkota|95.04||95.04:dpmd|Dinas Pemberdayaan Masyarakat dan Kampung Kabupaten Tolikara
1.05|kabkota|11.74||11.74:satpolpp|Satuan Polisi Pamong Praja dan Wilayatul Hisbah Kota Langsa
2.12|provinsi|11.07||11:disdukcapil|Dinas Registrasi Kependudukan Aceh
2.16|provinsi|34.04||34:diskominfo|Dinas Komunikasi dan Informatika Daerah Istimewa Yogyakarta
3.29|kabkota|35.08||35:esdm|Dinas Energi dan Sumber Daya Mineral Provinsi Jawa Timur
Kepolisian|vertikal|35.09||35.09:polres|Kepolisian Resor Jember
Kepolisian|vertikal|35.78||35.78:polres|Kepolisian Resor Kota Besar Surabaya
Kepolisian|vertikal|31.74||31.74:polres|Kepolisian Resor Metro Jakarta Selatan
Kepolisian|vertikal|35||35:polda|Kepolisian Daerah Jawa Timur
1.06|kabkota|32||32.*:dinsos|Dinas Sosial kabupaten/kota setempat (Provinsi Jawa Barat)
1.06|kabkota|||:dinsos|Dinas Sosial setempat
2.10|vertikal|33.24||33.24:kantah|Kantor Pertanahan Kabupaten Kendal
Agama|vertikal|12.07||12.07:kankemenag|Kantor Kementerian Agama Kabupaten Deli Serdang
1.03|vertikal|33.21||bbpjn-jatengdiy|Balai Besar Pelaksanaan Jalan Nasional Jawa Tengah-DI Yogyakarta
1.03|vertikal|32.04|bbws|bbws-citarum|Balai Besar Wilayah Sungai Citarum
1.03|vertikal|33.74|bbws|bbws-pemalijuana|Balai Besar Wilayah Sungai Pemali Juana
3.28|vertikal|53.15|tn|tn-komodo|Balai Taman Nasional Komodo
2.22|vertikal|73.18||bpk-19|Balai Pelestarian Kebudayaan Wilayah XIX
Pendidikan Tinggi|vertikal|53.71||lldikti-15|LLDikti Wilayah XV
Imigrasi|vertikal|51.04||kanim-denpasar|Kantor Imigrasi Kelas I TPI Denpasar
PLN|bumn|15.08||PLN|PT PLN (Persero)
PDAM|bumn|32.04||32.04:pdam|Perumda Air Minum Tirta Raharja
PDAM|bumn|71.04||71.04:pdam|Perumda Air Minum Kabupaten Kepulauan Talaud
PDAM|bumn|31.73||31:pdam|Perumda Air Minum Jaya
1.03|bumn|18.01||Hutama Karya|PT Hutama Karya (Persero)
1.03|bumn|33.74||Jasa Marga|PT Jasa Marga (Persero) Tbk
2.15|bumn|73.71||73.71:perumda-parkir|Perumda Parkir Makassar Raya
2.09|bumn|63.08||Bulog|Perum BULOG
2.15|bumn|33.10||33.10:dishub|Dinas Perhubungan Kabupaten Klaten
Bank BUMN|bumn|33.10||BRI|PT Bank Rakyat Indonesia (Persero) Tbk
1.02|vertikal|33.10||Kemenkes|Kementerian Kesehatan
Kemenko|pusat|||Kemenko Perekonomian|Kementerian Koordinator Bidang Perekonomian
BGN|pusat|||BGN|Badan Gizi Nasional
1.06|pusat|||Kemensos|Kementerian Sosial
Imigrasi|vertikal|||Imigrasi|Direktorat Jenderal Imigrasi
2.12|pusat|||Kemendagri:dukcapil|Direktorat Jenderal Kependudukan dan Pencatatan Sipil
4.01|kabkota|32.04|setda-hukum|32.04:setda-hukum|Bagian Hukum Sekretariat Daerah Kabupaten Bandung
""".strip().splitlines()


@pytest.mark.parametrize("row", COMPOSED)
def test_compose(row: str) -> None:
    function, tier, region, office, agency_id, name = row.split("|")
    agency = REGISTRY.compose(function, next(t for t in TIERS if t == tier), region or None, office or None)
    assert (agency.id, agency.name) == (agency_id, name)


@pytest.mark.parametrize("row", [row for row in COMPOSED if "31.71" not in row])
def test_an_id_gives_the_same_agency_again(row: str) -> None:
    agency_id, name = row.split("|")[4:]
    found = REGISTRY.get(agency_id)
    assert found is not None
    assert (found.id, found.name) == (agency_id, name)


def test_offices_know_the_government_above() -> None:
    agency = REGISTRY.compose("2.15", "kabkota", "32.04.32")
    assert (agency.parent_id, agency.parent_name) == ("32.04", "Pemerintah Kabupaten Bandung")
    assert REGISTRY.compose("2.15", "provinsi", "11.07").parent_name == "Pemerintah Aceh"


def test_the_name_says_whether_it_is_verified() -> None:
    assert REGISTRY.compose("1.03", "kabkota", "32.04").name_status == "verified"
    assert REGISTRY.compose("1.03", "kabkota", "71.04").name_status == "generated"


def test_one_office_answers_for_its_merged_functions() -> None:
    assert REGISTRY.compose("2.14", "kabkota", "32.04").id == REGISTRY.compose("2.08", "kabkota", "32.04").id
    merged = REGISTRY.get("32.04:dppkb")
    assert merged is not None
    assert merged.id == "32.04:dp3a"


def test_suku_dinas_is_below_the_office_of_jakarta() -> None:
    above = REGISTRY.compose("2.15", "kabkota", "31.74")
    below = REGISTRY.branch(above, "31.74")
    assert (below.id, below.parent_id) == ("31.74:dishub", "31:dishub")
    assert below.name == "Suku Dinas Perhubungan Kota Administrasi Jakarta Selatan"
    assert REGISTRY.get("31.74:dishub") == below


@pytest.mark.parametrize(
    ("old", "function", "now"),
    [
        ("PUPR", "1.03", "PU"),
        ("PUPR", "1.04", "PKP"),
        ("KLHK", "3.28", "Kemenhut"),
        ("Kemendikbudristek", "Pendidikan Tinggi", "Kemdiktisaintek"),
        ("Kemendikbudristek", "2.22", "Kemenbud"),
        ("Kemenkumham", "Imigrasi", "Imigrasi"),
        ("Kominfo", "Komdigi", "Komdigi"),
        ("BNP2TKI", "P2MI", "P2MI"),
        ("BP Haji", "Haji", "Haji"),
    ],
)
def test_old_bodies_map_forward_by_function(old: str, function: str, now: str) -> None:
    body = REGISTRY.get(old)
    assert body is not None
    assert not body.valid_on(TODAY)
    assert REGISTRY.current(body, function).id == now


def test_a_day_in_the_past_gives_the_body_of_that_day() -> None:
    assert REGISTRY.compose("1.03", "pusat", None, on=date(2020, 5, 1)).id == "PUPR"
    assert REGISTRY.compose("1.03", "pusat", None).id == "PU"


def test_resolve_gives_the_agency_of_today() -> None:
    resolved = REGISTRY.resolve("Kementerian Pekerjaan Umum dan Perumahan Rakyat")
    assert resolved is not None
    assert resolved.id == "PU"
    assert REGISTRY.resolve("Bupati Sleman") == REGISTRY.government("34.04")
    assert REGISTRY.resolve("tidak tahu") is None


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dishub kab bandung", "32.04:dishub"),
        ("disduk lebak", "36.02:disdukcapil"),
        ("polres jember", "35.09:polres"),
        ("kecamatan baleendah", "32.04.32"),
        ("kelurahan duren sawit", "31.75.07.1001"),
        ("pln", "PLN"),
        ("jawa barat", "32"),
        ("kantor pertanahan kota bog", "32.71:kantah"),
        ("suku dinas perhubungan jakarta selatan", "31.74:dishub"),
        ("bbws brantas", "bbws-brantas"),
        ("bpjs kes", "BPJS Kesehatan"),
    ],
)
def test_find(query: str, first: str) -> None:
    assert REGISTRY.find(query, limit=3)[0].id == first


def test_find_without_a_place_looks_at_home_first() -> None:
    at_home = AgencyRegistry.load(today=TODAY, home="33.10")
    assert [agency.id for agency in at_home.find("dinas sosial", limit=2)] == ["33.10:dinsos", "33:dinsos"]


def test_names_without_a_place_are_read_at_home() -> None:
    at_home = AgencyRegistry.load(today=TODAY, home="32.04")
    names = ["Kecamatan Majalaya", "Badan Pendapatan Daerah", "Dinas Pendidikan Bandung", "Disdik Kota Cimahi", "PLN"]
    found = [at_home.resolve(name) for name in names]
    assert [agency and agency.id for agency in found] == [
        "32.04.33",
        "32.04:bapenda",
        "32.04:disdik",
        "32.77:disdik",
        "PLN",
    ]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("DPUPR Kab. Pidie", "Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Pidie", True),
        ("Dinas Sosial Kabupaten Tasikmalaya", "Dinas Sosial, Pengendalian Penduduk Kab. Tasikmalaya", True),
        ("Dinas Pemuda dan Olahraga Kota Tual", "Dinas Kepemudaan dan Olahraga Kota Tual", True),
        ("PT PLN (Persero) ULP Sumbawa", "PLN", True),
        ("BPJS Kesehatan", "BPJS Kesehatan Cabang Kupang", True),
        ("Puskesmas setempat", "Puskesmas Sukorame", True),
        ("Kantor Imigrasi setempat", "Kantor Imigrasi Kelas I TPI Denpasar", True),
        ("Dinas Kesehatan setempat", "Dinas Kesehatan Kabupaten Ngada", True),
        ("Dinas Kesehatan setempat", "Dinas Sosial Kabupaten Ngada", False),
        ("Pemerintah Desa setempat (Kabupaten Mesuji)", "Pemerintah Desa setempat (Kab. Mesuji)", True),
        ("Kemenkes", "Kementerian Kesehatan", True),
        ("Inspektorat Daerah Kab. Maros", "Inspektorat Kabupaten Maros", True),
        ("Polres Gowa", "Kepolisian Resor Gowa", True),
        ("Satpol PP Kota Serang", "BPBD Kota Serang", False),
        ("Dinas Pendidikan Kabupaten Bogor", "Dinas Pendidikan Kota Bogor", False),
        ("Dinas Pendidikan Provinsi Bali", "Dinas Pendidikan Kota Denpasar", False),
        ("Kementerian Sosial", "Dinas Sosial Kota Palu", False),
        ("RSUD Ende", "RSUD Larantuka", False),
        ("Polres Gowa", "Polda Sulawesi Selatan", False),
        ("Kementerian Kehutanan", "Kementerian Lingkungan Hidup", False),
        ("Pemerintah Kota Bandung", "Pemerintah Kabupaten Bandung", False),
        ("", "Dinas Sosial Kota Palu", False),
    ],
)
def test_same_agency(a: str, b: str, *, same: bool) -> None:
    assert same_agency(a, b) is same
    assert same_agency(b, a) is same


def _load(tmp_path: Path, *rows: str) -> AgencyRegistry:
    path = tmp_path / "agencies.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
    return AgencyRegistry.load(path, today=TODAY)


def test_a_renamed_office_shows_in_the_next_answer(tmp_path: Path) -> None:
    registry = _load(tmp_path, "33.10:dishub,Dinas Transportasi Kabupaten Klaten,Distrans,EXT-7,,,,,,ya,,,")
    agency = registry.compose("2.15", "kabkota", "33.10.05")
    assert (agency.name, agency.external_id, agency.connected) == ("Dinas Transportasi Kabupaten Klaten", "EXT-7", True)
    assert (agency.id, agency.name_status) == ("33.10:dishub", "verified")
    assert registry.find("distrans")[0].id == "33.10:dishub"
    assert registry.parse("Dinas Transportasi Kabupaten Klaten").function == "2.15"
    assert REGISTRY.compose("2.15", "kabkota", "33.10").name == "Dinas Perhubungan Kabupaten Klaten"


def test_a_new_merged_office_takes_over_its_functions(tmp_path: Path) -> None:
    registry = _load(
        tmp_path, "33.10:dsp3,Dinas Sosial dan Perempuan Kabupaten Klaten,,,1.06;2.08,dsp3,kabkota,33.10,,,,,"
    )
    assert registry.compose("2.08", "kabkota", "33.10").id == "33.10:dsp3"
    assert registry.compose("1.06", "kabkota", "33.10").function == "1.06"


def test_a_listed_fire_brigade_does_not_take_the_place_of_satpol_pp(tmp_path: Path) -> None:
    registry = _load(tmp_path, "33.10:damkar,Dinas Damkar Kabupaten Klaten,,,1.05,damkar,kabkota,33.10,,,,,")
    assert registry.compose("1.05", "kabkota", "33.10").id == "33.10:satpolpp"
    assert registry.compose("1.05", "kabkota", "33.10", "damkar").name == "Dinas Damkar Kabupaten Klaten"


def test_an_unconnected_office_falls_back_visibly_to_its_parent(tmp_path: Path) -> None:
    registry = _load(tmp_path, "33.10:dishub,,,,,,,,,tidak,,,", "33.10:dinsos,,,,,,,,,ya,,,")
    unconnected = registry.compose("2.15", "kabkota", "33.10")
    assert (unconnected.connected, unconnected.parent_id) == (False, "33.10")
    assert registry.addressee(unconnected).id == "33.10"
    unlisted = registry.compose("1.02", "kabkota", "33.10")
    assert unlisted.connected is False
    elsewhere = registry.compose("1.02", "kabkota", "33.11")
    assert elsewhere.connected is None
    assert registry.addressee(elsewhere) == elsewhere


def test_an_office_that_ended_gives_its_successor(tmp_path: Path) -> None:
    registry = _load(
        tmp_path,
        "33.10:dishub,,,,,,,,,,,2025-06-30,33.10:transportasi",
        "33.10:transportasi,Dinas Transportasi Kabupaten Klaten,,,2.15,dishub,kabkota,33.10,,,2025-07-01,,",
    )
    assert registry.compose("2.15", "kabkota", "33.10").id == "33.10:transportasi"
    assert registry.compose("2.15", "kabkota", "33.10", on=date(2025, 1, 1)).id == "33.10:dishub"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["99.99:dishub,Dinas X,,,2.15,dishub,kabkota,99.99,,,,,"], "unknown region code '99.99'"),
        (["33.10:dishub,A,,,,,,,,,,,", "33.10:dishub,B,,,,,,,,,,,"], "row 3: id '33.10:dishub' occurs twice"),
        (["33.10:dishub,A,,,,,,,,,31-12-2025,,"], "valid_from is '31-12-2025'"),
        (["33.10:dishub,A,,,2.99,,,,,,,,"], "unknown function '2.99'"),
        (["33.10:dishub,A,,,,,kota,,,,,,"], "unknown tier 'kota'"),
        (["33.10:dishub,A,,,,,,,,mungkin,,,"], "connected is 'mungkin'"),
        (["33.10:dishub,A,,,,,,,,,2025-02-01,2025-01-01,"], "valid_to is not after valid_from"),
        (["33.10:dishub,A,,,,,,,,,,,tidak-ada"], "unknown agency 'tidak-ada'"),
        ([",A,,,,,,,,,,,"], "row 2: id is empty"),
        (["Badan Baru,,,,,,,,,,,,"], "name is needed for the new agency"),
    ],
)
def test_a_wrong_table_is_refused_with_row_and_reason(tmp_path: Path, rows: list[str], reason: str) -> None:
    with pytest.raises(PilahError, match="PLH-721") as caught:
        _load(tmp_path, *rows)
    assert reason in caught.value.detail


def test_a_table_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text("kode,nama\n1,2\n", "utf-8")
    with pytest.raises(PilahError, match="PLH-721"):
        AgencyRegistry.load(path)
    with pytest.raises(PilahError, match="PLH-721"):
        AgencyRegistry.load(tmp_path / "missing.csv")


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(PilahError, match="PLH-722"):
        REGISTRY.compose("2.99", "kabkota", "33.10")
    with pytest.raises(PilahError, match="PLH-722"):
        REGISTRY.compose("2.15", "kabkota", "99.01")


REGENCIES = st.sampled_from([code for code in regions().upper_codes if len(code) == 5])


@settings(deadline=None)
@given(st.sampled_from(sorted(functions())), st.sampled_from(TIERS), REGENCIES)
def test_every_function_tier_and_region_composes_to_a_stable_id(function: str, tier: str, region: str) -> None:
    agency = REGISTRY.compose(function, next(t for t in TIERS if t == tier), region)
    assert agency.name
    assert "{" not in agency.name
    again = REGISTRY.get(agency.id)
    assert again is not None
    assert (again.id, again.name) == (agency.id, agency.name)


@settings(deadline=None)
@given(
    st.sampled_from([row for row in offices() if row.tier == "kabkota" and not row.scope and row.default]), REGENCIES
)
def test_a_composed_name_reads_back_as_its_function_and_region(office: Office, region: str) -> None:
    agency = REGISTRY.compose(office.function, "kabkota", region)
    parsed = REGISTRY.parse(agency.name)
    # A name in use need not tell all that the office does: Disperkim of Bandung holds land matters too.
    assert office.function in parsed.functions or agency.name_status == "verified"
    assert parsed.region_code == agency.region_code


@settings(deadline=None)
@given(st.text(max_size=40))
def test_find_takes_any_text(text: str) -> None:
    assert len(REGISTRY.find(text, limit=5)) <= 5


def test_the_catalog_is_sound() -> None:
    known = functions()
    keys = {row.key for row in offices()} | {row.key for row in vertical_offices()}
    for row in names_in_use():
        assert row.region in regions()
        assert row.office in keys, row
        assert set(row.functions) <= set(known)
    for office in (*offices(), *vertical_offices()):
        assert office.function in known
    for body in national_bodies().values():
        assert body.function in known
        assert set(body.successor) <= set(national_bodies())
        assert body.successor or body.valid_to is None
    assert len({row.name for row in names_in_use()}) >= 400
    assert all(unit.name for unit in balai().values())
