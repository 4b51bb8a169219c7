"""The one catalogue of errors: what happened, the likely cause and what to do next.

The same codes appear on the command line, in HTTP ``problem+json`` answers and (in Indonesian) in the pages.
Ranges: 1xx input data and privacy, 2xx bundle and model, 3xx training and evaluation, 4xx HTTP and security,
5xx storage, 6xx duplicates and incidents, 7xx catalog, regions and agencies.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Describe one kind of error.

    :param title: what happened, in English; one short sentence without the details.
    :param title_id: the same in Indonesian, as the pages show it.
    :param cause: the likely cause.
    :param action: what to do next.
    :param status: the HTTP status that the API answers with.
    """

    title: str
    title_id: str
    cause: str
    action: str
    status: int = 400


CATALOGUE: dict[str, ErrorInfo] = {
    "PLH-101": ErrorInfo(
        title="The input file cannot be read",
        title_id="Berkas masukan tidak dapat dibaca",
        cause="The path is wrong, the file is empty or it is of another format than its name says.",
        action="Check the path; the formats are CSV, JSONL, Parquet, XLSX and the export 'Laporan Ringkas'.",
    ),
    "PLH-102": ErrorInfo(
        title="A row was skipped",
        title_id="Satu baris dilewati",
        cause="A field of the row is missing or not of the expected form.",
        action="Correct the named field of the named row; the other rows were kept.",
        status=422,
    ),
    "PLH-103": ErrorInfo(
        title="A library that this file format needs is not installed",
        title_id="Pustaka untuk format berkas ini belum terpasang",
        cause="Parquet needs pyarrow and 'hf:' names need datasets, which the light serving install leaves out.",
        action="Run 'make setup' (or 'pip install pyarrow datasets'), or save the file as CSV, JSONL or XLSX.",
        status=501,
    ),
    "PLH-104": ErrorInfo(
        title="A named column is not in the file",
        title_id="Kolom yang disebut tidak ada di berkas",
        cause="An option such as --agency-column names a column that the file does not have, or an unknown field.",
        action="Take one of the listed columns.",
    ),
    "PLH-105": ErrorInfo(
        title="The file has no column with the complaint text",
        title_id="Berkas tidak memiliki kolom isi laporan",
        cause="No column is called 'text', 'isi laporan', 'isi' or another of the usual names.",
        action="Name the column with --text-column, or rename it to 'text'.",
    ),
    "PLH-106": ErrorInfo(
        title="The spreadsheet was refused",
        title_id="Berkas spreadsheet ditolak",
        cause="Unpacked it is too large, or its XML declares entities, as files made to overload a reader do.",
        action="Open it in a spreadsheet program and save it anew, or split it; CSV has no such limit.",
        status=413,
    ),
    "PLH-107": ErrorInfo(
        title="The data cannot be split in the way asked for",
        title_id="Data tidak dapat dibagi seperti yang diminta",
        cause="A split by time needs dates on two days at least, a grouped split as many different texts as folds.",
        action="Use 'grouped:K' for rows without dates, fewer folds, or more rows.",
        status=422,
    ),
    "PLH-108": ErrorInfo(
        title="No usable rows, or rows were skipped where none may be",
        title_id="Tidak ada baris yang dapat dipakai, atau ada baris yang dilewati",
        cause="Every row was bad, or one was and --strict was given; each is named above.",
        action="Correct the named rows, or leave --strict out to go on with the good ones.",
        status=422,
    ),
    "PLH-109": ErrorInfo(
        title="The dataset cannot be loaded",
        title_id="Himpunan data tidak dapat dimuat",
        cause="The hub cannot be reached from here, it has no such name, or the folder holds no files of a dataset.",
        action="Check name, configuration and split ('hf:owner/name:config@split'), or give a folder or file.",
        status=422,
    ),
    "PLH-201": ErrorInfo(
        title="A file of the bundle is missing",
        title_id="Berkas model tidak ditemukan",
        cause="The path is wrong or the bundle was copied in part.",
        action="Give the directory that holds manifest.json, or copy the bundle again.",
        status=503,
    ),
    "PLH-202": ErrorInfo(
        title="A file of the bundle was changed",
        title_id="Berkas model telah berubah",
        cause="Its hash differs from the manifest: damaged, edited or tampered with.",
        action="Take the bundle from its source again; do not use this one.",
        status=503,
    ),
    "PLH-203": ErrorInfo(
        title="The bundle cannot be read",
        title_id="Model tidak dapat dibaca",
        cause="It was made by a newer version of pilah, or it is damaged.",
        action="Update pilah, or train the bundle again with this version.",
        status=503,
    ),
    "PLH-204": ErrorInfo(
        title="The output directory holds something else",
        title_id="Direktori keluaran berisi hal lain",
        cause="It is not empty and holds no bundle, so it is not overwritten.",
        action="Choose an empty or new directory.",
    ),
    "PLH-205": ErrorInfo(
        title="The calibration of the answers cannot be read",
        title_id="Kalibrasi jawaban tidak dapat dibaca",
        cause="The document lacks a field, or a value is outside its range.",
        action="Train the bundle again, or take it from its source again.",
        status=503,
    ),
    "PLH-207": ErrorInfo(
        title="A library of the accurate tier is missing",
        title_id="Pustaka tingkat akurat belum terpasang",
        cause="The bundle, the configuration or the command asks for a transformer; its libraries are an extra.",
        action="Install pilah with [accurate] to serve it or [accurate-training] to train it, or use another bundle.",
        status=503,
    ),
    "PLH-208": ErrorInfo(
        title="The transformer cannot be used",
        title_id="Model transformer tidak dapat dipakai",
        cause="A file is missing or damaged, it is not of the BERT family, or its vectors are not the original's.",
        action="Build it again with 'pilah encoder build --from', or take the bundle from its source again.",
        status=503,
    ),
    "PLH-209": ErrorInfo(
        title="The word vectors cannot be read",
        title_id="Vektor kata tidak dapat dibaca",
        cause="The folder lacks model.safetensors or tokenizer.json, or their contents do not agree.",
        action="Build them again with 'pilah encoder build', or set features.encoder to \"base\".",
    ),
    "PLH-206": ErrorInfo(
        title="The policy cannot be read",
        title_id="Kebijakan penerusan tidak dapat dibaca",
        cause="The document lacks a field, or a value is outside its range.",
        action="Fit the policy again ('pilah train' does), or take the file from its source again.",
        status=503,
    ),
    "PLH-301": ErrorInfo(
        title="Too little labelled data",
        title_id="Data berlabel terlalu sedikit",
        cause="Fewer usable rows or labels than the task needs were found in the files.",
        action="Check the label columns (--agency-column and the like) or give more rows.",
    ),
    "PLH-302": ErrorInfo(
        title="The configuration is not valid",
        title_id="Konfigurasi tidak sah",
        cause="An unknown key, a wrong type or a value outside its range.",
        action="Correct the named setting; docs/training.md lists them all.",
    ),
    "PLH-303": ErrorInfo(
        title="The split is not possible",
        title_id="Pembagian data tidak mungkin",
        cause="The form is 'time:FRACTION' or 'grouped:FOLDS'; a time split needs dates.",
        action="Use for example --split time:0.2 or --split grouped:5.",
    ),
    "PLH-304": ErrorInfo(
        title="The bundle was trained on every row of this file",
        title_id="Model dilatih dengan semua baris berkas ini",
        cause="All rows, or near copies of them, are among the training rows that the bundle names.",
        action="Evaluate on later rows or other complaints; a bundle is never measured on its own rows.",
    ),
    "PLH-305": ErrorInfo(
        title="The predictions cannot be read",
        title_id="Berkas prediksi tidak dapat dibaca",
        cause="A line is no JSON object with an id and labels, or the file is empty.",
        action='Write a line a complaint: {"id": "...", "agency": "...", "category": "...", "type": "..."}.',
    ),
    "PLH-306": ErrorInfo(
        title="Too few rows to decide on a promotion",
        title_id="Baris terlalu sedikit untuk memutuskan promosi",
        cause="The gate decides on labelled rows that neither the candidate nor the live model was trained on.",
        action="Give more, or later, labelled complaints that were kept out of training.",
    ),
    "PLH-307": ErrorInfo(
        title="There is no such model in the registry",
        title_id="Model tidak ada di daftar",
        cause="The name is wrong, or the bundle was never added.",
        action="Take a name from 'pilah models list', or give the directory of a bundle.",
    ),
    "PLH-308": ErrorInfo(
        title="The model registry cannot be read",
        title_id="Daftar model tidak dapat dibaca",
        cause="registry.json was damaged or edited by hand.",
        action="Restore the folder 'models' from a backup; the bundles in it are unharmed.",
        status=503,
    ),
    "PLH-309": ErrorInfo(
        title="There is nothing to roll back",
        title_id="Tidak ada model untuk dikembalikan",
        cause="No model was promoted here, so the bundle of the settings answers.",
        action="Promote a model first with 'pilah models promote'.",
    ),
    "PLH-310": ErrorInfo(
        title="The gate refused the model",
        title_id="Model ditolak",
        cause="It did worse than the live model or the best so far, or broke another rule; each reason is named above.",
        action="Mend what is named, or promote it with --force, --reason and --by: the reason is recorded.",
    ),
    "PLH-400": ErrorInfo(
        title="The command was not used as it expects",
        title_id="Perintah tidak digunakan dengan benar",
        cause="An option or an argument is missing, unknown or of the wrong form.",
        action="Run the command with --help.",
    ),
    "PLH-401": ErrorInfo(
        title="No valid API key",
        title_id="Kunci API tidak sah",
        cause="The header 'Authorization: Bearer KEY' is missing, or the key is unknown, revoked or expired.",
        action="Send a valid key; 'pilah keys create' makes one.",
        status=401,
    ),
    "PLH-402": ErrorInfo(
        title="The key may not do this",
        title_id="Kunci tidak berwenang untuk tindakan ini",
        cause="The key lacks the scope that this endpoint asks for.",
        action="Use a key with that scope; 'pilah keys create --scope' makes one.",
        status=403,
    ),
    "PLH-404": ErrorInfo(
        title="There is nothing at this address",
        title_id="Alamat tidak ditemukan",
        cause="The path is misspelt or belongs to another version.",
        action="See /docs for the endpoints.",
        status=404,
    ),
    "PLH-405": ErrorInfo(
        title="The method is not allowed here",
        title_id="Metode tidak diizinkan di alamat ini",
        cause="The address exists, but not for this HTTP method.",
        action="See /docs for the methods of each endpoint.",
        status=405,
    ),
    "PLH-406": ErrorInfo(
        title="No such complaint",
        title_id="Laporan tidak ditemukan",
        cause="The id is unknown, the complaint was deleted, or the key may not see it.",
        action="Check the id, and the regions or agencies that the key is bound to.",
        status=404,
    ),
    "PLH-407": ErrorInfo(
        title="The id is already used",
        title_id="Id laporan sudah dipakai",
        cause="Another sender's complaint has this id, and this key may not see or change it.",
        action="Send the complaint with an id of its own.",
        status=409,
    ),
    "PLH-408": ErrorInfo(
        title="The event id is already used",
        title_id="Id peristiwa sudah dipakai",
        cause="An event with this id and other content is in the log; events are never changed.",
        action="Send the correction as a new event with an id of its own.",
        status=409,
    ),
    "PLH-409": ErrorInfo(
        title="The complaint was deleted",
        title_id="Laporan sudah dihapus",
        cause="A complaint with this id was erased on request; it is not taken in again.",
        action="If it is another complaint, send it with an id of its own.",
        status=410,
    ),
    "PLH-410": ErrorInfo(
        title="There is no such job",
        title_id="Pekerjaan tidak ditemukan",
        cause="The id is wrong, another sender sent it, or it was removed some days after it was finished.",
        action="Check the id; send the complaints again if you still need the answers.",
        status=404,
    ),
    "PLH-411": ErrorInfo(
        title="Too many jobs are open",
        title_id="Terlalu banyak pekerjaan yang belum selesai",
        cause="This sender has sent more jobs than are kept at once.",
        action="Wait until one is finished, or remove one.",
        status=429,
    ),
    "PLH-412": ErrorInfo(
        title="Too many requests",
        title_id="Terlalu banyak permintaan",
        cause="This key has used up its requests of this minute.",
        action="Wait as long as Retry-After says; send many complaints as one batch or as a job.",
        status=429,
    ),
    "PLH-413": ErrorInfo(
        title="The body is too large",
        title_id="Isi permintaan terlalu besar",
        cause="The body is over the limit of this endpoint.",
        action="Send smaller batches; docs/settings.md names the limits.",
        status=413,
    ),
    "PLH-415": ErrorInfo(
        title="The body is not of a known media type",
        title_id="Jenis isi permintaan tidak dikenal",
        cause="The header Content-Type is missing or not application/json.",
        action="Send JSON with 'Content-Type: application/json'.",
        status=415,
    ),
    "PLH-420": ErrorInfo(
        title="The body is not JSON",
        title_id="Isi permintaan bukan JSON",
        cause="The body is empty, cut off, or not UTF-8 JSON.",
        action="Send one JSON object as /docs describes.",
    ),
    "PLH-422": ErrorInfo(
        title="A field is missing or not valid",
        title_id="Ada isian yang kosong atau tidak sah",
        cause="A field is missing, unknown, too long, or of another type than expected.",
        action="Correct the fields named in errors[].",
        status=422,
    ),
    "PLH-423": ErrorInfo(
        title="The batch has too many items",
        title_id="Jumlah laporan dalam satu kiriman terlalu banyak",
        cause="The list is longer than the limit of a batch.",
        action="Send several smaller batches; docs/settings.md names the limit.",
        status=413,
    ),
    "PLH-424": ErrorInfo(
        title="The cursor is not valid",
        title_id="Kursor tidak sah",
        cause="The value of 'after' was not given out by this endpoint.",
        action="Start again without 'after', or use 'next' of the last answer.",
    ),
    "PLH-430": ErrorInfo(
        title="The key cannot be made so",
        title_id="Kunci tidak dapat dibuat seperti itu",
        cause="A scope, a region code, an agency or the expiry is not valid.",
        action="See 'pilah keys create --help'.",
    ),
    "PLH-431": ErrorInfo(
        title="No such key",
        title_id="Kunci tidak ditemukan",
        cause="No key has this id.",
        action="'pilah keys list' shows the ids.",
        status=404,
    ),
    "PLH-432": ErrorInfo(
        title="Automatic routing cannot be switched so",
        title_id="Sakelar penerusan otomatis tidak sah",
        cause="The scope is not one, or the official or the reason is missing.",
        action="Give semua, tingkat:TIER or wilayah:CODE, the official's name and office, and the reason.",
        status=422,
    ),
    "PLH-440": ErrorInfo(
        title="A setting is not valid",
        title_id="Pengaturan tidak sah",
        cause="A PILAH_ variable or a line of the settings file has a wrong name or value.",
        action="Correct it; docs/settings.md describes every setting.",
    ),
    "PLH-450": ErrorInfo(
        title="The form is out of date",
        title_id="Formulir sudah kedaluwarsa",
        cause="The form does not belong to this sign-in, or was sent from another site.",
        action="Open the page again and repeat the step.",
        status=403,
    ),
    "PLH-451": ErrorInfo(
        title="The role does not allow this",
        title_id="Peran Anda tidak mencakup tindakan ini",
        cause="The page or the action belongs to another role, region or office.",
        action="Ask your admin if you should have it.",
        status=403,
    ),
    "PLH-452": ErrorInfo(
        title="Someone else was faster",
        title_id="Laporan ini baru saja diubah orang lain",
        cause="The complaint was decided or changed after you opened it; your decision was not stored.",
        action="Look at what was decided and decide again if needed.",
        status=409,
    ),
    "PLH-453": ErrorInfo(
        title="The form is not complete",
        title_id="Isian formulir belum lengkap atau tidak sah",
        cause="A field is empty or holds what cannot be chosen.",
        action="Correct the named field and send the form again.",
        status=422,
    ),
    "PLH-454": ErrorInfo(
        title="The login is taken",
        title_id="Nama masuk sudah dipakai",
        cause="Another person, perhaps a deactivated one, has this login.",
        action="Choose another login.",
        status=409,
    ),
    "PLH-455": ErrorInfo(
        title="No such person",
        title_id="Pengguna tidak ditemukan",
        cause="The id or login is unknown, or you may not see this person.",
        action="'pilah users list' shows all.",
        status=404,
    ),
    "PLH-456": ErrorInfo(
        title="The upload was not found",
        title_id="Unggahan tidak ditemukan",
        cause="It is another person's, or the address is wrong.",
        action="Open the list of your uploads.",
        status=404,
    ),
    "PLH-457": ErrorInfo(
        title="This decision cannot be undone any more",
        title_id="Keputusan ini tidak dapat diurungkan lagi",
        cause="It is not yours, or something happened to the complaint after it.",
        action="Decide again instead: the log keeps both.",
        status=409,
    ),
    "PLH-458": ErrorInfo(
        title="The judging was not found",
        title_id="Penilaian tidak ditemukan",
        cause="It belongs to other people, is not finished, or the address is wrong.",
        action="Open the list of judgings.",
        status=404,
    ),
    "PLH-459": ErrorInfo(
        title="The judging is finished",
        title_id="Penilaian sudah selesai",
        cause="Both people have answered everything, or an admin ended it; answers do not change any more.",
        action="Open the result, or begin another judging.",
        status=409,
    ),
    "PLH-499": ErrorInfo(
        title="The request cannot be served",
        title_id="Permintaan tidak dapat dilayani",
        cause="The server refused the request as HTTP says.",
        action="See the status and the detail.",
    ),
    "PLH-500": ErrorInfo(
        title="Something went wrong inside",
        title_id="Terjadi kesalahan di dalam layanan",
        cause="This is a fault of the program, not of the request.",
        action="Try again; report it with the request id, which the log has too.",
        status=500,
    ),
    "PLH-501": ErrorInfo(
        title="The store cannot be opened",
        title_id="Penyimpanan tidak dapat dibuka",
        cause="The path or address is wrong, the rights are missing, or the file is damaged.",
        action="Check PILAH_STORE and the rights of the folder; restore the last backup if the file is damaged.",
        status=503,
    ),
    "PLH-502": ErrorInfo(
        title="The store is busy",
        title_id="Penyimpanan sedang sibuk",
        cause="Another program holds the store for longer than the busy timeout.",
        action="Try again after a moment; stop other programs that use the file.",
        status=503,
    ),
    "PLH-503": ErrorInfo(
        title="The store cannot be written",
        title_id="Penyimpanan tidak dapat ditulis",
        cause="The disk is full, read-only or failing.",
        action="Free space or repair the disk; what was answered before is kept.",
        status=503,
    ),
    "PLH-504": ErrorInfo(
        title="The store is newer than this program",
        title_id="Penyimpanan lebih baru dari program ini",
        cause="A later version of pilah has migrated the store.",
        action="Upgrade pilah, or restore a backup made with this version.",
        status=503,
    ),
    "PLH-505": ErrorInfo(
        title="The complaint could not be assessed",
        title_id="Laporan tidak dapat dinilai saat ini",
        cause="The model failed or is not loaded; nothing was stored.",
        action="Send the complaint again after a moment; see the log for the cause.",
        status=503,
    ),
    "PLH-506": ErrorInfo(
        title="The address is already in use",
        title_id="Alamat layanan sudah dipakai",
        cause="Another program, perhaps another pilah, listens on this host and port.",
        action="Stop it, or choose another port with --port.",
    ),
    "PLH-507": ErrorInfo(
        title="The store already has a server",
        title_id="Penyimpanan sudah dilayani program lain",
        cause="Another pilah serves the same SQLite file; one file has one server.",
        action="Stop the other server, or give this one a store of its own.",
        status=503,
    ),
    "PLH-508": ErrorInfo(
        title="The server has too much to do",
        title_id="Layanan sedang terlalu sibuk",
        cause="More requests are in work than are let in at once; nothing was stored.",
        action="Send the request again after a moment; send many complaints as a job.",
        status=503,
    ),
    "PLH-510": ErrorInfo(
        title="This store has tools of its own for backups",
        title_id="Penyimpanan ini memiliki alat cadangan sendiri",
        cause="The store is a PostgreSQL database or in memory; 'pilah backup' copies SQLite files.",
        action="Use pg_dump and pg_restore, then delete the folder 'index': the next start makes it anew.",
    ),
    "PLH-511": ErrorInfo(
        title="The backup cannot be used",
        title_id="Cadangan tidak dapat dipakai",
        cause="The file is no backup of pilah, was changed or cut, or a later version made it.",
        action="Take another backup; the store was left as it is.",
    ),
    "PLH-512": ErrorInfo(
        title="The backup cannot be decrypted",
        title_id="Cadangan tidak dapat didekripsi",
        cause="The passphrase is another one, or the file was changed or cut.",
        action="Check the passphrase file, or take another backup; the store was left as it is.",
    ),
    "PLH-513": ErrorInfo(
        title="The backup is encrypted",
        title_id="Cadangan terenkripsi",
        cause="No passphrase was given.",
        action="Name the file that holds it with --passphrase-file.",
    ),
    "PLH-514": ErrorInfo(
        title="The passphrase file cannot be used",
        title_id="Berkas kata sandi tidak dapat dipakai",
        cause="It is missing, not text, or its first line is too short.",
        action="Write a long passphrase into the first line of a file that only you can read.",
    ),
    "PLH-601": ErrorInfo(
        title="A part of the duplicate index is damaged",
        title_id="Bagian indeks duplikat rusak",
        cause="A file of the index is missing, cut short or altered.",
        action="Delete the folder of the index: it is built again from the stored complaints.",
        status=500,
    ),
    "PLH-602": ErrorInfo(
        title="The duplicate index was written by another version",
        title_id="Indeks duplikat ditulis oleh versi lain",
        cause="The program was changed since the index was saved.",
        action="Delete the folder of the index: it is built again from the stored complaints.",
        status=500,
    ),
    "PLH-603": ErrorInfo(
        title="The weights of the duplicate scorer cannot be used",
        title_id="Bobot penilai duplikat tidak dapat dipakai",
        cause="The file is missing, damaged or was trained with another version.",
        action="Train it again with 'pilah train duplicates', or install the program again.",
        status=500,
    ),
    "PLH-604": ErrorInfo(
        title="A pair names a complaint that is not in the input",
        title_id="Pasangan menyebut laporan yang tidak ada dalam masukan",
        cause="The id is misspelt or its row was skipped.",
        action="Check the ids of the pairs against those of the complaints.",
        status=422,
    ),
    "PLH-605": ErrorInfo(
        title="A line of the file of pairs is wrong",
        title_id="Satu baris berkas pasangan salah",
        cause="Each line must be a JSON object with the ids 'a' and 'b', and for training also 'relation'.",
        action="Correct the named line.",
        status=422,
    ),
    "PLH-606": ErrorInfo(
        title="The incident cannot be changed in this way",
        title_id="Kejadian tidak dapat diubah dengan cara itu",
        cause="The incident or one of the complaints is unknown, or no longer belongs to it.",
        action="Read the incident again and repeat the change on what it holds now.",
        status=409,
    ),
    "PLH-607": ErrorInfo(
        title="No such incident",
        title_id="Kejadian tidak ditemukan",
        cause="The id is unknown, the incident was merged into another, or the key may not see its complaints.",
        action="Read the incident's id again from one of its complaints.",
        status=404,
    ),
    "PLH-701": ErrorInfo(
        title="The table of region aliases is not valid",
        title_id="Tabel alias wilayah tidak sah",
        cause="A row names an unknown region code, repeats an alias or has a field of another form.",
        action="Correct the named row; the shipped table is data/catalog/region_aliases.csv.",
    ),
    "PLH-702": ErrorInfo(
        title="The table of regions is missing",
        title_id="Tabel wilayah tidak ditemukan",
        cause="The package with the region codes is not installed.",
        action="Install the program with its dependencies again.",
        status=500,
    ),
    "PLH-721": ErrorInfo(
        title="The agency table was refused",
        title_id="Tabel instansi ditolak",
        cause="A row has an unknown region, function, tier or successor, a wrong date, or an id that occurs twice.",
        action="Correct the named rows and load the table again; the table that was in use stays in use.",
        status=422,
    ),
    "PLH-722": ErrorInfo(
        title="There is no such function, tier or region",
        title_id="Fungsi, tingkat, atau wilayah tidak dikenal",
        cause="An agency was asked for with a code that is not in the catalog.",
        action="Use an urusan code or body of functions.csv, a tier, and a Kemendagri region code.",
        status=422,
    ),
    "PLH-741": ErrorInfo(
        title="The responsibility table is wrong",
        title_id="Tabel tanggung jawab tidak benar",
        cause="A row of matters.psv lacks a field or names an unknown function, tier or slot, or an id stands twice.",
        action="Correct the named row; the fields are described in data/matters.py.",
        status=500,
    ),
    "PLH-742": ErrorInfo(
        title="The tier rules are wrong",
        title_id="Aturan tingkat pemerintahan tidak benar",
        cause="A rule of tier_rules.toml lacks a field, has an id twice or names an unknown slot, tier or function.",
        action="Correct the named rule; the fields are described in data/tier_rules.py.",
        status=500,
    ),
    "PLH-751": ErrorInfo(
        title="The rule file is wrong",
        title_id="Berkas aturan tidak benar",
        cause="A rule lacks a field, has one of another form, repeats an id or names an unknown class of words.",
        action="Correct the named rule; the form is described at the top of data/catalog/screening.toml.",
        status=500,
    ),
    "PLH-752": ErrorInfo(
        title="The table of emergency contacts is wrong",
        title_id="Tabel kontak darurat tidak benar",
        cause="A row lacks a kind, a name or a number, or its region is not a Kemendagri code.",
        action="Correct the named row; the columns are kind,region,name,number,note.",
        status=500,
    ),
}
"""Every error by its code; each floor adds its own in the range of its kind."""


class PilahError(Exception):
    """Report an error of the catalogue with its details.

    :param code: a key of :data:`CATALOGUE`.
    :param detail: what happened here: file, row, field, value (never personal data).
    :raises KeyError: if the code is not in the catalogue.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.info = CATALOGUE[code]
        self.code = code
        self.detail = detail
        super().__init__(code, detail)

    def __str__(self) -> str:
        """Return the message as the command line prints it."""
        what = f"{self.info.title}: {self.detail}" if self.detail else self.info.title
        return f"{self.code}: {what}. {self.info.cause} {self.info.action}"
