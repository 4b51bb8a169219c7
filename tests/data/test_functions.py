"""Names of agencies, written in the ways that officials and citizens write them, map to functions and tiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.agency_parse import parse_agency
from data.agency_text import agency_words
from data.functions import function_of, functions, functions_of, functions_version

# name | function | tier; all written for this test
TYPICAL = """
Dinas Pendidikan Kabupaten Wajo|1.01|kabkota
Disdik Kota Cimahi|1.01|kabkota
Dispendik Kab. Jombang|1.01|kabkota
Dindikbud Provinsi Banten|1.01|provinsi
Disdikpora Kab. Boyolali|1.01|kabkota
Dinas P dan K Kabupaten Rembang|1.01|kabkota
Dikpora Kota Mataram|1.01|kabkota
Cabang Dinas Pendidikan Wilayah VII|1.01|provinsi
Cabdin Pendidikan Kab. Kediri|1.01|provinsi
SMAN 3 Kota Bukittinggi|1.01|provinsi
SMKN 1 Batang|1.01|provinsi
SDN 04 Kabupaten Sanggau|1.01|kabkota
Kemendikdasmen|1.01|pusat
Mendikbud|1.01|pusat
Puslapdik Kemendikdasmen|1.01|pusat
BPMP Provinsi Jambi|1.01|vertikal
Dinas Kesehatan Kab Ngada|1.02|kabkota
Dinkes Prov. Kalimantan Utara|1.02|provinsi
DKK Surakarta|1.02|kabkota
UPT Puskesmas Sukorame|1.02|kabkota
RSUD Kabupaten Belu|1.02|kabkota
Rumah Sakit Umum Daerah Kota Langsa|1.02|kabkota
RSJ Provinsi Bali|1.02|provinsi
Kemenkes RI|1.02|pusat
RSUP Dr. Contoh|1.02|vertikal
Dinas PUPR Kab. Solok|1.03|kabkota
UPTD Wilayah Jalan dan Jembatan Kab. Garut|1.03|kabkota
DPUTR Kabupaten Tuban|1.03|kabkota
Dinas PU Kota Metro|1.03|kabkota
DPU Bina Marga Kab. Lumajang|1.03|kabkota
PUPR Provinsi Maluku|1.03|provinsi
Dinas Bina Marga dan Penataan Ruang Provinsi Jawa Barat|1.03|provinsi
PSDA Provinsi Sumatera Selatan|1.03|provinsi
Dinas Sumber Daya Air Provinsi DKI Jakarta|1.03|provinsi
Dinas Tata Ruang Kota Kendari|1.03|kabkota
Dinas Cipta Karya Kabupaten Gianyar|1.03|kabkota
BBPJN Sumatera Utara|1.03|vertikal
Balai Besar Wilayah Sungai Brantas|1.03|vertikal
BWS Kalimantan II|1.03|vertikal
Kementerian PU|1.03|pusat
Ditjen Bina Marga|1.03|pusat
BPJT|1.03|pusat
PT Jasa Marga (Persero) Tbk|1.03|bumn
PT Hutama Karya|1.03|bumn
Disperkim Kab. Majene|1.04|kabkota
Dinas Perumahan Rakyat dan Kawasan Permukiman Kota Jambi|1.04|kabkota
Perkimtan Kab. Bulungan|1.04|kabkota
Kementerian PKP|1.04|pusat
BP Tapera|1.04|pusat
Satpol PP Kabupaten Sikka|1.05|kabkota
Satuan Polisi Pamong Praja dan Wilayatul Hisbah Kota Langsa|1.05|kabkota
Pol PP Kota Ternate|1.05|kabkota
BPBD Kab. Lumajang|1.05|kabkota
BPBD Provinsi Sulawesi Barat|1.05|provinsi
Damkar Kota Palopo|1.05|kabkota
Dinas Pemadam Kebakaran dan Penyelamatan Kab. Maros|1.05|kabkota
Gulkarmat DKI Jakarta|1.05|provinsi
BNPB|1.05|pusat
Dinsos Kab. Nias|1.06|kabkota
Dinas Sosial P3A Kabupaten Natuna|1.06|kabkota
Kemensos|1.06|pusat
Mensos RI|1.06|pusat
Pemerintah Kabupaten Alor - Program BPNT|1.06|kabkota
Disnaker Kota Batam|2.07|kabkota
Disnakertrans Provinsi Papua|2.07|provinsi
Dinas Ketenagakerjaan Kab. Karimun|2.07|kabkota
Wasnaker Provinsi Jawa Timur|2.07|provinsi
Kemnaker|2.07|pusat
DP3A Kota Kupang|2.08|kabkota
DP3AP2KB Kab. Blora|2.08|kabkota
UPTD PPA Kabupaten Sigi|2.08|kabkota
KPAI|2.08|pusat
Dinas Ketahanan Pangan Kab. Dompu|2.09|kabkota
Bapanas|2.09|pusat
Perum Bulog Kantor Wilayah Lampung|2.09|bumn
Kantor Pertanahan Kota Bitung|2.10|vertikal
Kantah Kab. Muna|2.10|vertikal
Kanwil BPN Provinsi Bengkulu|2.10|vertikal
ATR/BPN|2.10|pusat
DLH Kab. Poso|2.11|kabkota
DLHK Provinsi NTB|2.11|provinsi
Dinas Kebersihan dan Pertamanan Kota Padang|2.11|kabkota
BPLHD Provinsi Jawa Barat|2.11|provinsi
KLH/BPLH|2.11|pusat
PD Kebersihan Kota Bandung|2.11|bumn
Disdukcapil Kab. Yalimo|2.12|kabkota
Dindukcapil Kabupaten Batang|2.12|kabkota
Dispendukcapil Kota Blitar|2.12|kabkota
Disduk Capil Kab. Paser|2.12|kabkota
Dinas Kependudukan dan Catatan Sipil Kota Sabang|2.12|kabkota
Ditjen Dukcapil|2.12|pusat
DPMD Kabupaten Buol|2.13|kabkota
Dispermades Kab. Pati|2.13|kabkota
Dinas Pemberdayaan Masyarakat dan Gampong Kab. Pidie|2.13|kabkota
DPMK Kab. Nduga|2.13|kabkota
Pemerintah Desa Sukamaju|2.13|desa
Kantor Desa Tanjung Harapan|2.13|desa
Kemendes PDT|2.13|pusat
DPPKB Kab. Sinjai|2.14|kabkota
BKKBN|2.14|pusat
Dishub Kota Tidore Kepulauan|2.15|kabkota
Dinas Perhubungan Kabupaten Mimika|2.15|kabkota
Dishub LLAJ Provinsi Jawa Timur|2.15|provinsi
Kemenhub|2.15|pusat
Ditjen Hubdat|2.15|pusat
BPTD Kelas II Aceh|2.15|vertikal
KSOP Kelas III Kijang|2.15|vertikal
Kantor UPBU Wamena|2.15|vertikal
PT Transportasi Jakarta|2.15|bumn
Diskominfo Staper Kutai Timur|2.16|kabkota
Dinas Kominfo Kota Tual|2.16|kabkota
Kominfo Kab. Alor|2.16|kabkota
Dinkominfo Kab. Banyumas|2.16|kabkota
Diskop UKM Kab. Bantaeng|2.17|kabkota
Dinkop UKM Provinsi Jawa Tengah|2.17|provinsi
KemenUMKM|2.17|pusat
DPMPTSP Kab. Kaur|2.18|kabkota
MPP Kota Probolinggo|2.18|kabkota
Kementerian Investasi/BKPM|2.18|pusat
Dispora Kota Ambon|2.19|kabkota
Kemenpora|2.19|pusat
BPS Kabupaten Karo|2.20|vertikal
BPS|2.20|pusat
Dinas Kebudayaan (Kundha Kabudayan) Kabupaten Bantul|2.22|kabkota
Balai Pelestarian Kebudayaan Wilayah X|2.22|vertikal
Dispusip Kab. Subang|2.23|kabkota
Arpusda Kab. Kudus|2.23|kabkota
Perpusnas|2.23|pusat
ANRI|2.24|pusat
Dinas Perikanan Kab. Tuban|3.25|kabkota
Diskanla Provinsi Sulawesi Utara|3.25|provinsi
Stasiun PSDKP Kupang|3.25|vertikal
KKP|3.25|pusat
Dispar Kab. Raja Ampat|3.26|kabkota
Disparekraf Provinsi Gorontalo|3.26|provinsi
Distan Kab. Tanah Karo|3.27|kabkota
DTPHP Kabupaten Kepahiang|3.27|kabkota
Disnakkeswan Provinsi Lampung|3.27|provinsi
Kementan|3.27|pusat
PT Pupuk Indonesia|3.27|bumn
Dinas Kehutanan Provinsi Sulawesi Tengah|3.28|provinsi
KPH Unit IX|3.28|provinsi
BKSDA Maluku|3.28|vertikal
Balai TN Komodo|3.28|vertikal
Perum Perhutani|3.28|bumn
Dinas ESDM Provinsi Banten|3.29|provinsi
BPH Migas|3.29|pusat
Disdag Kota Magelang|3.30|kabkota
Disperindag Kab. Buru|3.30|kabkota
UPTD Metrologi Legal Kab. Gresik|3.30|kabkota
Kemendag|3.30|pusat
Perumda Pasar Jaya|3.30|bumn
Disperin Kab. Morowali|3.31|kabkota
Kementerian Transmigrasi|3.32|pusat
Setda Kab. Sumba Timur|4.01|kabkota
Bagian Kesra Setda Kota Solok|4.01|kabkota
Biro Hukum Setda Provinsi Riau|4.01|provinsi
Sekretariat DPRD Kab. Sambas|4.02|kabkota
Bappelitbangda Kab. Luwu|5.01|kabkota
Inspektorat Daerah Istimewa Yogyakarta|6.01|provinsi
DPMD DIY|2.13|provinsi
Bapenda Kota Depok|5.02|kabkota
BPKAD Kabupaten Rote Ndao|5.02|kabkota
Samsat Kota Tegal|5.02|provinsi
BKPSDM Kab. Fakfak|5.03|kabkota
BKD Provinsi Kalimantan Selatan|5.03|provinsi
Inspektorat Daerah Kab. Tapin|6.01|kabkota
Kecamatan Sukolilo Kota Surabaya|7.01|kabkota
Kelurahan Tebet Barat Jakarta Selatan|7.01|provinsi
Distrik Kurulu Kabupaten Jayawijaya|7.01|kabkota
Kapanewon Gamping Kab. Sleman|7.01|kabkota
Wali Kota Administrasi Jakarta Barat|7.01|provinsi
Kesbangpol Kab. Buleleng|8.01|kabkota
Dinas Syariat Islam Kota Banda Aceh|Kekhususan|kabkota
PDAM Tirta Contoh Kab. Klaten|PDAM|bumn
Perumda Air Minum Kota Padang|PDAM|bumn
Perumda Tirtauli|PDAM|bumn
Polres Nganjuk|Kepolisian|vertikal
Polda Metro Jaya|Kepolisian|vertikal
Satlantas Polres Jember|Kepolisian|vertikal
Polsek Cilandak|Kepolisian|vertikal
Mabes Polri|Kepolisian|pusat
Kankemenag Kab. Demak|Agama|vertikal
Direktorat Jenderal Bimbingan Masyarakat Kristen|Agama|pusat
KUA Kecamatan Turen|Agama|vertikal
MAN 2 Kota Serang|Agama|vertikal
Kemenag RI|Agama|pusat
Kementerian Haji dan Umrah|Haji|pusat
Kanim Kelas II Non TPI Madiun|Imigrasi|vertikal
Dirjen Imigrasi|Imigrasi|pusat
Lapas Kelas IIA Kerobokan|Pemasyarakatan|vertikal
Kejari Gowa|Kejaksaan|vertikal
Pengadilan Agama Cianjur|Pengadilan|vertikal
KPP Pratama Serpong|Pajak Pusat|vertikal
Ditjen Pajak|Pajak Pusat|pusat
Bea Cukai|Bea Cukai|pusat
Balai Besar POM di Semarang|BPOM|vertikal
BPJS Kesehatan Cabang Kupang|BPJS Kesehatan|pusat
BPJAMSOSTEK Cabang Gresik|BPJS Ketenagakerjaan|pusat
BPJS TK Cabang Ternate|BPJS Ketenagakerjaan|pusat
BPJS Ketenaga Kerjaan|BPJS Ketenagakerjaan|pusat
LLDikti Wilayah IX|Pendidikan Tinggi|vertikal
Universitas Negeri Contoh|Pendidikan Tinggi|pusat
SPPG Desa Karanganyar|BGN|pusat
PLN ULP Sumbawa|PLN|bumn
Pertamina Patra Niaga|Pertamina|bumn
PT KAI Daop 6|KAI|bumn
Kantor Pos Atambua|Pos|bumn
Komdigi|Komdigi|pusat
BAKTI Komdigi|Komdigi|pusat
OJK Satgas PASTI|OJK|pusat
BP3MI Nusa Tenggara Timur|P2MI|vertikal
Kanreg XI BKN|BKN|vertikal
Panselnas|BKN|pusat
Ombudsman RI|Ombudsman|pusat
Bawaslu|Bawaslu|pusat
Bawaslu Provinsi Lampung|Bawaslu|vertikal
KPU|KPU|pusat
KPU Kota Sorong|KPU|vertikal
BNN Kabupaten Karimun|BNN|vertikal
Koramil Nunukan|TNI|vertikal
Bank BRI Unit Dompu|Bank BUMN|bumn
""".strip().splitlines()


@pytest.mark.parametrize("row", TYPICAL)
def test_typical_names_tell_function_and_tier(row: str) -> None:
    name, function, tier = row.split("|")
    parsed = parse_agency(name)
    assert (parsed.function, function_of(name)) == (function, function)
    assert parsed.tier == tier


@pytest.mark.parametrize(
    "name", ["DKP Kab. Sampang", "DPKP Kota Bogor", "DPK Kab. Bone", "Disnak Kab. Tegal", "BPJS", "DKPP Kab. Gowa"]
)
def test_ambiguous_abbreviations_are_not_guessed(name: str) -> None:
    assert function_of(name) is None
    assert len(parse_agency(name).candidates) > 0


@pytest.mark.parametrize(
    "name",
    ["Pemerintah Kabupaten Bandung", "Pemkot Salatiga", "Bupati Sleman", "Bpk Walikota Tual", "Gubernur Jawa Timur"],
)
def test_governments_have_no_single_function(name: str) -> None:
    assert function_of(name) is None
    assert parse_agency(name).government


@pytest.mark.parametrize("name", ["", "admin", "dinas terkait", "-", "pihak yang berwenang", "12345"])
def test_names_of_nothing_give_nothing(name: str) -> None:
    assert function_of(name) is None
    assert not parse_agency(name).government


def test_a_merged_office_tells_all_its_functions_in_order() -> None:
    name = "Dinas Sosial, Pengendalian Penduduk, Keluarga Berencana, Pemberdayaan Perempuan dan Perlindungan Anak"
    assert functions_of(name) == ("1.06", "2.14", "2.08")


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("kementrian agama", "Kementerian Agama"),
        ("Direktorat Jendral Pajak", "Direktorat Jenderal Pajak"),
        ("DINAS PERIJINAN", "Dinas Perizinan"),
        ("Kepala Dinas Perhubungan", "Dinas Perhubungan"),
        ("Satpol-PP", "Satpol PP"),
        ("Dinas Pemuda & Olah Raga", "Dinas Pemuda dan Olahraga"),
    ],
)
def test_misspellings_fold_to_the_same_words(dirty: str, clean: str) -> None:
    assert agency_words(dirty) == agency_words(clean)


def test_every_function_of_the_table_is_known_and_has_tiers() -> None:
    assert functions_version()
    assert all(function.tiers for function in functions().values())


@given(st.text(max_size=80))
def test_any_text_gives_a_known_function_or_none(text: str) -> None:
    found = function_of(text)
    assert found is None or found in functions()
    assert 0.0 <= parse_agency(text).probability <= 1.0


@given(st.sampled_from([row.split("|") for row in TYPICAL]))
def test_case_and_spaces_do_not_matter(row: list[str]) -> None:
    assert function_of("  " + row[0].upper().replace(" ", "   ")) == row[1]
