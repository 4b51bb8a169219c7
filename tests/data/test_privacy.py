"""Personal data: what is masked, what must survive, and that no position moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lokal.samaran import detect_pii

from data.privacy import MASK, contains_personal_data, find_personal_data, mask


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("NIK saya 3324010101900001 ditolak", "nik", "3324010101900001"),
        ("NIK: 3324 0101 0190 0001", "nik", "3324 0101 0190 0001"),
        ("NIK.332401-010190-0001", "nik", "332401-010190-0001"),
        ("ktp 33.24.01.010190.0001 belum jadi", "nik", "33.24.01.010190.0001"),
        ("No KK 3324012309120005 an istri", "kk", "3324012309120005"),
        ("kartu keluarga nomor 3324012309120005", "kk", "3324012309120005"),
        ("npwp 09.254.294.3-407.000", "npwp", "09.254.294.3-407.000"),
        ("hub 081234567890 ya", "phone", "081234567890"),
        ("wa 0812-3456-7890", "phone", "0812-3456-7890"),
        ("0812 3456 7890 (istri)", "phone", "0812 3456 7890"),
        ("0812.3456.7890", "phone", "0812.3456.7890"),
        ("08 12 34 56 78 90", "phone", "08 12 34 56 78 90"),
        ("+62 812-3456-7890", "phone", "+62 812-3456-7890"),
        ("+6281234567890", "phone", "+6281234567890"),
        ("6281234567890", "phone", "6281234567890"),
        ("(+62) 812 3456 7890", "phone", "(+62) 812 3456 7890"),
        ("hp o81234567890", "phone", "o81234567890"),
        ("WA081234567890", "phone", "081234567890"),
        ("telp (0294) 381234", "phone", "(0294) 381234"),
        ("telepon rumah 0294-381234", "phone", "0294-381234"),
        ("kirim ke budi.s_88@contoh.co.id ya", "email", "budi.s_88@contoh.co.id"),
        ("budi(at)contoh.com", "email", "budi(at)contoh.com"),
        ("rek BRI 3001-01-012345-53-4 an saya", "account", "3001-01-012345-53-4"),
        ("norek 1234567890", "account", "1234567890"),
        ("transfer ke BCA: 123 456 7890", "account", "123 456 7890"),
        ("no. rekening saya 70112233", "account", "70112233"),
        ("NIP 198501012010011001", "number", "198501012010011001"),
        ("BPJS 0001234567890 nonaktif", "number", "0001234567890"),
        ("ID pelanggan 523012345678 padam", "number", "523012345678"),
        ("mobil H 1234 AB parkir", "plate", "H 1234 AB"),
        ("motor D5678XYZ", "plate", "D5678XYZ"),
        ("plat nomor h 12 xy ugal-ugalan", "plate", "h 12 xy"),
        ("nopol AA 9 K", "plate", "AA 9 K"),
        ("DM ke @siti_rahayu88 dong", "handle", "@siti_rahayu88"),
    ],
)
def test_masks(text: str, kind: str, value: str) -> None:
    found = find_personal_data(text)
    assert [(item.kind, text[item.start : item.end].strip()) for item in found] == [(kind, value)]
    assert contains_personal_data(text) == (kind,)
    assert value not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Kendal belum menjawab",
        "RT 03 RW 05 Desa Sumberrejo Kec. Kaliwungu",
        "RT 003/RW 012 Kelurahan Langenharjo 51314",
        "rumah No. 12 A, Blok D 15 No 7, Gang 3",
        "Perum Griya Asri Blok B 1234 AC tanpa listrik",
        "Jalan Soekarno-Hatta KM 12,5 sampai KM 14+200",
        "laporan #9165816 dan #12345678901 tidak ditanggapi",
        "nomor laporan 9165816 tahun 2023, tiket 20230015521",
        "dari 2021 2022 2023 2024 tetap begitu",
        "anggaran Rp 1.500.000.000,00 untuk 2.750 meter",
        "harga Rp1500000000 atau 12.500.000.000 rupiah",
        "biaya 62.800.000.000 untuk jembatan",
        "tanggal 08-12-2023 10.30 dan 2023-12-08 08:30",
        "buka 08.00-16.00, 08.00 - 15.00 WIB",
        "jalan 5x1000 m, lebar 3.5 m, 12 lampu dari 150",
        "koordinat -6.9147440, 107.6098101234",
        "call center 1500-455, 112, 110, saluran telepon 1500655",
        "UU 27/2022, Perda Nomor 5 Tahun 2016, SK 188.45/123/2023",
        "SMA Negeri 1, SD 2 Boja, Puskesmas Kaliwungu 1",
        "daya 1300 VA, 450 watt, kelas 3 BPJS sejak 2019",
        "150 KK terdampak, 1234 KK belum terima",
        "akun @dishubkendal dan @pln_123 @infokendal",
        "kirim 3 x 1000 DI TAHUN A 2020 DAN 2021",
        "Rekening listrik naik jadi 1.500.000 per bulan",
        "nomor rumah 12345678",
    ],
)
def test_what_is_no_personal_data_survives(text: str) -> None:
    assert mask(text) == text


def test_several_are_masked_where_they_stand() -> None:
    text = "NIK 3324010101900001, hp 081234567890, lampu mati di RT 02/03"
    assert mask(text) == f"NIK {MASK * 16}, hp {MASK * 12}, lampu mati di RT 02/03"
    assert contains_personal_data(text) == ("nik", "phone")


@given(st.text(max_size=300) | st.from_regex(r"([\w.]{0,5}[ @+()-]?\d{1,9}){0,20}", fullmatch=True))
def test_no_position_moves_and_masking_is_final(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert all(after in (before, MASK) for before, after in zip(text, masked, strict=True))
    assert mask(masked) == masked


BEFORE = st.sampled_from(["", "Lampu mati di RT 03. ", "😀 ", "hubungi ", "an Budi, "])
AFTER = st.sampled_from(["", " terima kasih", ", mohon dicek", "\nJalan Merdeka No 5", ". RW 04"])
DIGITS = st.text("0123456789", min_size=4, max_size=4)


MOBILES = st.builds(
    lambda prefix, gap, a, b: f"{prefix}{gap}{a}{gap}{b}",
    st.sampled_from(["0812", "+62813", "62857"]),
    st.sampled_from(["", " ", "-", "."]),
    DIGITS,
    DIGITS,
)


@given(BEFORE, AFTER, MOBILES)
def test_no_mobile_number_gets_through(before: str, after: str, mobile: str) -> None:
    assert mask(f"{before}{mobile}{after}") == f"{before}{MASK * len(mobile)}{after}"


NIKS = st.builds(
    lambda area, day, month, woman, serial: f"{area}01{day + 40 * woman:02}{month:02}90{serial:04}",
    st.sampled_from(["3324", "3204", "1101", "9471"]),
    st.integers(1, 28),
    st.integers(1, 12),
    st.booleans(),
    st.integers(0, 9999),
)


@given(BEFORE, AFTER, NIKS)
def test_masks_every_nik_and_all_that_lokal_finds(before: str, after: str, nik: str) -> None:
    text = f"{before}{nik}{after}"
    assert mask(text) == f"{before}{MASK * 16}{after}"
    for item in detect_pii(text, types=["NIK", "KK", "NPWP", "PHONE", "EMAIL", "BANK_ACCOUNT", "CARD"]):
        assert set(mask(text)[item.start : item.end]) == {MASK}


@pytest.mark.parametrize("kind", ["PHONE", "EMAIL", "BANK_ACCOUNT", "NIP", "BPJS"])
def test_lokal_finds_nothing_in_masked_texts(kind: str) -> None:
    text = (
        "Saya Budi, hp 0812 3456 7890 / +62 857-1234-5678, email budi@contoh.id, rek BNI 0123456789, "
        "NIP 19850101 201001 1 001, BPJS 0001234567890, telp (0294) 381234"
    )
    assert detect_pii(text, types=[kind])
    assert detect_pii(mask(text), types=[kind]) == []
