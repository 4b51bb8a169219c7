"""Take the screenshots of ``docs/screens`` with the real model on the sample; run it as a script."""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[3]
# A script finds the helpers of the tests only after this: hence the imports below it.
sys.path[:0] = [str(ROOT), str(Path(__file__).parent), str(Path(__file__).parents[1])]

from browser import DESK, PHONE, browser, signed_in  # noqa: E402
from office import Office  # noqa: E402
from serving_app import start  # noqa: E402

from data.dates import JAKARTA  # noqa: E402
from data.readers import read_records  # noqa: E402
from evaluation.judging import Judgement, ScoredPair  # noqa: E402
from model.triage import Triage  # noqa: E402
from service.codec import now  # noqa: E402
from service.review.accounts import make_user  # noqa: E402
from service.storage.judging import Round, add_round, put_judgement  # noqa: E402
from service.storage.people import all_users  # noqa: E402

PASSWORD = "kebun raya bogor"  # noqa: S105 - of a store that lives as long as this script
SCREENS = ROOT / "docs" / "screens"
EXPORT = ROOT / "data/sample/laporan_ringkas.xlsx"
_TAKEN = 120
JUDGING, JUDGED = "a" * 24, "b" * 24


def fill(office: Office) -> None:
    """Send sample complaints as if they came in the last weeks."""
    lines = (ROOT / "data/sample/complaints.jsonl").read_text(encoding="utf-8").splitlines()[-_TAKEN:]
    exported = {record.complaint.id for record in read_records(EXPORT)}  # these come with the upload
    rows = [row for line in lines if (row := json.loads(line))["id"] not in exported]
    newest = datetime.fromisoformat(rows[-1]["date"])
    shift = datetime.now(JAKARTA) - newest
    names = "id text title location province regency district channel confidentiality".split()
    for row in rows:
        body = {name: row[name] for name in names if row.get(name)}
        body["date"] = (datetime.fromisoformat(row["date"]) + shift).isoformat()
        office.server.assess(office.server.key("assess"), **body)
    near = "Lampu jalan di depan Pasar Weleri padam sejak tiga malam, gelap dan rawan, mohon diperbaiki."
    today = datetime.now(JAKARTA)
    for number, text in enumerate((near, near.replace("tiga malam", "hari Senin") + " Sudah ada yang jatuh.")):
        office.complain(
            f"99000{number}", text, location="Weleri", regency="Kabupaten Kendal", province="Jawa Tengah",
            date=(today - timedelta(days=1 - number)).isoformat(),
        )  # fmt: skip


def judge(office: Office) -> None:
    """Begin a judging of the pair that :func:`fill` sends last, and one that is finished."""
    store = office.server.store
    ids = [user.id for user in store.read(all_users) if user.login in ("sari", "rina")]
    pairs = [ScoredPair("990000", "990001", 0.9)]
    for nonce in (JUDGING, JUDGED):
        made = Round(nonce, now(), "tim:nasional", ids[0], ids[1])
        store.write(lambda connection, made=made: add_round(connection, made, pairs)).result()  # type: ignore[misc]
    for person, told in zip(ids, ("same", "related"), strict=True):
        said = Judgement("990000", "990001", person, told)
        store.write(lambda connection, said=said: put_judgement(connection, JUDGED, said)).result()  # type: ignore[misc]


def small(picture: bytes, path: Path) -> None:
    """Keep a picture in 64 colours, which is a quarter of the bytes."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(colors=64, method=Image.Quantize.MEDIANCUT)
    image.save(path, optimize=True)


def take(page: Any, url: str, path: str, name: str, size: tuple[int, int]) -> None:
    """Take one picture."""
    page.goto(f"{url}{path}")
    page.wait_for_load_state()
    kind = "hp" if size == PHONE else "meja"
    small(page.screenshot(), SCREENS / f"{name}-{kind}.png")


def pages(office: Office, started: Any, url: str, size: tuple[int, int]) -> None:
    """Take all pictures at one size."""
    with signed_in(started, url, "sari", PASSWORD, size) as page:
        if size == DESK:
            work(office, page, url)
        upload = office.server.store.read(lambda c: c.exec_driver_sql("SELECT id FROM uploads").scalar())
        incident = office.server.app.state.intake.incidents.of(["990000"])["990000"]
        for name, path in {
            "antrean": "/review",
            "selesai": "/review?tab=selesai",
            "laporan": "/review/laporan/990001",
            "unggah": "/review/unggah",
            "unggahan": f"/review/unggah/{upload}",
            "kejadian": "/review/kejadian",
            "kejadian-satu": f"/review/kejadian/{incident}",
            "pengguna": "/review/orang",
            "pantauan": "/review/monitor?wilayah=33",
            "laporan-berkala": "/review/monitor/laporan?wilayah=33",
            "penerusan": "/review/penerusan",
            "catatan": "/review/catatan",
            "akun": "/review/akun",
            "penilaian": f"/review/penilaian/{JUDGING}",
            "penilaian-daftar": "/review/penilaian",
            "penilaian-hasil": f"/review/penilaian/{JUDGED}",
        }.items():
            take(page, url, path, name, size)
    for login, taken in {
        "wati": {"daftar": "/review/daftar", "keperluan": "/review/daftar/990001"},
        "joko": {"penghubung": "/review"},
        "rina": {"analis": "/review/monitor?wilayah=33"},
    }.items():
        with signed_in(started, url, login, PASSWORD, size) as page:
            for name, path in taken.items():
                take(page, url, path, name, size)
    context = started.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    take(page, url, "/review/masuk", "masuk", size)
    token = office.server.store.read(lambda c: c.exec_driver_sql("SELECT id FROM users WHERE login='baru'").scalar())
    from service.storage.people import invite

    link = office.server.store.write(lambda c: invite(c, str(token), 7)).result()
    take(page, url, f"/review/undangan/{link}", "undangan", size)
    take(page, url, "/review/tidak-ada", "galat", size)
    context.close()


def work(office: Office, page: Any, url: str) -> None:
    """Upload an export, decide some complaints, open one text for a purpose."""
    page.goto(f"{url}/review/unggah")
    page.set_input_files("[name=berkas]", EXPORT)
    page.click("main button.utama")
    page.wait_for_selector("text=Unduh XLSX dengan saran", timeout=120_000)
    page.goto(f"{url}/review")
    page.click(".baris-tautan >> nth=0")
    for _ in range(12):
        page.wait_for_selector("#tombol-verifikasi")
        if not page.locator("#verifikasi [name=instansi]:checked").count():
            if not page.locator("#verifikasi .opsi:not([hidden])").count():
                page.goto(f"{url}/review")
                break
            page.keyboard.press("1")
        before = page.url
        page.click("#tombol-verifikasi")
        page.wait_for_url(lambda address, before=before: address != before)


def main() -> None:
    """Take all pictures."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        start(Path(folder) / "var", Triage.load(), audit_share=0.0) as server,
        browser() as started,
    ):
        office = Office(server)
        store = server.store
        make_user(store, "sari", "Admin Nasional", "nasional", named=True, password=PASSWORD)
        make_user(store, "kendal", "Admin Kabupaten Kendal", "instansi", region="33.24", password=PASSWORD)
        make_user(store, "wati", "Koordinator Jawa Tengah", "koordinator", region="33", password=PASSWORD)
        make_user(store, "joko", "Penghubung Dishub", "penghubung", agency="33.24:dishub", password=PASSWORD)
        make_user(store, "baru", "Penghubung Baru", "penghubung", agency="33.24:disdik")
        make_user(store, "rina", "Analis", "analis", password=PASSWORD)
        fill(office)
        judge(office)
        url = str(server.client.base_url).rstrip("/")
        for size in (DESK, PHONE):
            pages(office, started, url, size)


if __name__ == "__main__":
    main()
