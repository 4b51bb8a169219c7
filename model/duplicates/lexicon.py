"""The words by which places, objects, people and earlier reports are recognised (own writing, after DOMAIN 6)."""

from __future__ import annotations

from typing import Final


def word_set(text: str) -> frozenset[str]:
    """Turn ``"word word"`` into a set."""
    return frozenset(text.split())


def _by_word(groups: dict[str, str]) -> dict[str, str]:
    """Turn ``{kind: "word word"}`` into ``{word: kind}``."""
    return {word: kind for kind, words in groups.items() for word in words.split()}


NAMED_PLACES: Final = _by_word(
    {
        "jalan": "jalan gang jalur",
        "kampung": "kampung dusun banjar blok",
        "desa": "desa kelurahan",
        "kecamatan": "kecamatan",
        "kabupaten": "kabupaten kota",
        "perumahan": "perumahan villa taman apartemen rusun asrama griya",
        "sekolah": "sd sdn smp smpn sma sman smk smkn mi min mts mtsn man tk paud ppi sekolah kampus universitas",
        "tempat": "pasar jembatan sungai simpang perempatan pertigaan puskesmas rsud rs masjid terminal stasiun kantor "
        "spbu tugu gor stadion pabrik pt cv ud toko bank hotel mall gedung lapangan makam tpu tps tpa waduk bendungan "
        "irigasi alun halte gereja pura pondok pesantren embung tanjakan tikungan gapura pos polsek koramil "
        "warung cafe resto swalayan indomaret alfamart",
    }
)
"""The kind of a named place by its cue, in the canonical spelling of :mod:`model.duplicates.terms`."""

NUMBERED_PLACES: Final = {"rt": "RT", "rw": "RW", "km": "km", "nomor": "nomor", "blok": "blok", "pal": "km"}
"""What a number after the cue counts: never the same place with another number."""

BESIDE: Final = word_set("depan dekat belakang seberang samping arah")
"""Words before a landmark that has no cue of its own."""

NOT_A_NAME: Final = word_set(
    "rusak mati gelap lampu sampah banjir lubang parah raya umum utama desa provinsi nasional kabupaten kota "
    "tersebut tsb penghubung menuju arah sepanjang sekitar besar kecil lama baru hancur longsor macet tol baik "
    "bagus air motor mobil orang rumah rumahnya jalannya anak kaki tikus akses poros lingkungan warga kerja "
    "perbaikan nya sebelum sesudah setelah sehingga hingga sejak selama kurang lebih jam hari bulan tahun minggu rb "
    "ribu juta sudah tidak se lokasi kejadian wilayah area daerah kab kec kel kp alamat nama nik kk ktp hp rt rw km "
    "nomor pemerintah dinas menyala nyala padahal sering selalu masih makin pernah kini tiap setiap semua seluruh "
    "tanpa antara seorang sebuah beberapa mulai lalu lewat dulu saja aja lain lainnya mengalami menjadi diri "
    "sendiri bersama tempat satu dua tiga apalagi terutama bahkan kapan siapa minta meminta butuh perlu harap "
    "berharap lihat melihat membuat buang perhatian masuk keluar berisik pemukiman merusak perumahan terisolir "
    "akibat jalan dijanjikan kunjungan kontak pangkas pintu parkir pagi siang sore malam kampung dusun kelurahan "
    "kecamatan gang komplek dekat depan samping belakang seberang atas bawah kanan kiri tengah pinggir ujung pas "
    "persis penuh kotor bersih licin sempit lebar tinggi rendah panas hujan angin longsoran genangan selokan gorong "
    "drainase got pipa kabel tiang pohon rumput debu asap bau bising ribut kecelakaan kemacetan kendaraan truk "
    "sepeda angkot bus pengendara pengguna pejalan penumpang pedagang petugas pegawai kepala camat lurah bupati "
    "walikota gubernur presiden menteri ketua pengurus oknum pelaku korban pelapor pasien siswa guru murid "
    "mahasiswa karyawan buruh kerjaan usaha toko warung kantor pelayanan informasi data bantuan dana uang biaya "
    "bayar gratis harga pajak listrik internet jaringan aplikasi website surat berkas berbahaya memprihatinkan "
    "mengganggu terganggu meresahkan mohon dilakukan dibuat dipasang dibangun ditutup dibuka ditebang dibongkar "
    "terus kembali sebagian banyaknya adanya sedang harus boleh mau ingin dimohon kalo bila ketika waktu kali "
    "hampir bagian pihak instansi menggunakan melalui melewati melintas merasa terjadi"
)
"""Words that end the name of a place and never start it."""

TOPICS: Final = _by_word(
    {
        "lampu": "lampu tiang bohlam",
        "jalan": "lubang aspal diaspal pengaspalan paving cor hotmix bergelombang amblas trotoar",
        "sampah": "sampah tps tpa pembakaran dibakar limbah bau busuk",
        "banjir": "banjir selokan drainase gorong luapan meluap got saluran tanggul",
        "air": "air pdam keran sumur kekeringan pipa",
        "lalu lintas": "macet rambu marka parkir terminal angkot bus truk tonase",
        "kependudukan": "ktp ektp kk akta kia disdukcapil capil domisili pindah",
        "bantuan": "bansos pkh bpnt blt bst pip kip kks dtks sembako prakerja bantuan dtsen bsu rutilahu",
        "jaminan": "bpjs jkn kis pbi jht iuran",
        "pegawai": "gaji honor upah thr insentif tunjangan tpp gajih honorer pppk cpns asn",
        "sekolah": "ppdb spmb siswa guru spp komite ijazah rapor lks",
        "kesehatan": "puskesmas rsud dokter pasien obat rawat vaksin posyandu",
        "pohon": "pohon ranting tumbang dahan penebangan",
        "ketertiban": "pkl miras karaoke bising judi premanisme gelandangan pengemis",
        "pungli": "pungli pungutan suap korupsi potongan dipotong",
        "jaringan": "listrik pln kabel internet wifi sinyal telkom",
        "situs": "website situs link web retas diretas judol slot aplikasi domain",
        "tanah": "sertifikat sertipikat ptsl bpn ajb sengketa",
        "hewan": "anjing kucing ular monyet sapi kandang ternak ayam",
        "bangunan": "imb pbg pembangunan proyek pabrik tower",
        "jembatan": "jembatan",
    }
)
"""The object of a complaint by the words that name it."""

ENTITLEMENTS: Final = word_set(
    "ktp ektp kk akta kia bansos pkh bpnt blt bst pip kip kks dtks dtsen sembako prakerja bsu rutilahu bpjs jkn kis "
    "pbi jht gaji gajih honor upah thr insentif tunjangan tpp klaim kartu kepesertaan pensiun nik"
)
"""Matters that belong to one person: another person's is another case, however alike the words (DOMAIN 6.7)."""

FIRST_PERSON: Final = word_set("saya ku keluarga suami istri ibu bapak anak orangtua nama")
"""Words that tie an entitlement to the one who writes."""

NAME_CUES: Final = word_set("nama bernama an oknum perkenalkan penerima pasien almarhum")
"""Words before the name of a person."""

FOLLOW_UP: Final = (
    "menindaklanjuti",
    "tindak lanjut",
    "laporan sebelum",
    "laporan saya sebelum",
    "laporan yang lalu",
    "laporan terdahulu",
    "laporan saya terdahulu",
    "laporan saya kemarin",
    "laporan saya yang kemarin",
    "laporan kemarin",
    "laporan pertama",
    "laporan kedua",
    "sudah pernah lapor",
    "sudah pernah melapor",
    "pernah saya lapor",
    "pernah dilaporkan",
    "sudah saya laporkan",
    "cabut laporan",
    "mencabut laporan",
    "saya cabut",
    "melanjutkan laporan",
    "lanjutan laporan",
    "jawaban laporan",
    "jawaban dari laporan",
    "menanggapi jawaban",
    "tanggapan atas laporan",
    "laporan ditolak",
    "laporan ditutup",
    "laporan sudah ditutup",
    "laporan saya ditutup",
    "dari laporan",
)
"""Phrases, in canonical spelling, with which a text goes back to an earlier report."""

AGAIN: Final = ("lagi", "kambuh", "kembali rusak", "kembali mati", "terulang", "kembali banjir", "kumat")
"""Phrases that say that something came back."""

DIRECTIONS: Final = word_set("utara selatan timur barat tengah hulu hilir atas bawah dalam")
"""Words that, after a name, tell one part of it from another: Ngagel Utara is not Ngagel Selatan."""

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari jan", "februari feb pebruari", "maret mar", "april apr", "mei", "juni jun", "juli jul",
            "agustus agu agt ags aug", "september sep sept", "oktober okt", "november nov nop", "desember des",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
"""Months by name."""

NOT_OF_A_SITE: Final = word_set(
    "maps goo google waze youtube youtu facebook fb instagram twitter tiktok whatsapp wa bit drive t"
)
"""Parts of addresses that show a place, a picture or a post, not the site that is complained about."""

REQUESTS: Final = word_set(
    "ditindak ditindaklanjuti tindak lanjut tindakan ditangani penanganan perbaikan diperhatikan perhatian bantu "
    "dibantu bantuannya dicek ditinjau harap berharap dimohon permohonan lokasi kejadian daerah wilayah kabupaten kota "
    "provinsi pemerintah dinas instansi semoga segera secepatnya respon ditanggapi solusi solusinya izin ijin "
    "sekitar rumah hal"
)
"""Words of any complaint that say nothing about its object."""

STOP_WORDS: Final = word_set(
    "yang di dan ini itu untuk dari dengan ke pada tidak saya kami mohon ada sudah agar bisa karena juga bapak ibu "
    "warga masyarakat tolong belum kalau kalo akan oleh sangat lagi atau para kepada dalam saat serta sampai jadi "
    "dapat seperti hari min admin yth assalamualaikum wr wb terima kasih terimakasih trims selamat pagi siang sore "
    "malam mas mbak kita nya ya pun lah kah deh dong nih sih kok segera banyak apa apakah bagaimana lapor melapor "
    "laporan melaporkan terkait dimana mana sekali adalah hanya tetapi tapi namun supaya bagi secara"
)
"""Words that say nothing about which incident is meant."""
