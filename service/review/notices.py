"""What the watch has found, in plain words: surges, new topics, drift since the model went live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.regions import Regions
from service.alert_api import visible_part
from service.codec import as_utc
from service.review.figures import SMALLEST_CELL
from service.review.ledger import without_care
from service.review.session import Visit
from service.watching import Alert, Watcher

_WHAT = {
    "unknown": "kata-kata yang belum dikenal model",
    "length": "panjang laporan",
    "channel": "kanal laporan",
    "language": "bahasa laporan",
    "label": "kategori yang disarankan",
    "confidence": "keyakinan saran",
    "calibration": "ketepatan saran pada uji acak",
}


_WHY = {
    "gone": "Perubahan itu tidak tampak lagi pada laporan terbaru.",
    "audit": "Uji acak sejak itu menunjukkan bahwa keyakinan saran masih tepat.",
    "model": "Model baru sudah dipakai.",
}
_TOLD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Notice:
    """Hold one notice of the monitoring page."""

    title: str
    text: str
    since: str


def notices(visit: Visit) -> list[Notice]:
    """Return what the person may know of what stands now; nothing that rests on confidential complaints."""
    watcher: Watcher | None = getattr(visit.request.app.state, "watcher", None)
    found = []
    for alert in watcher.alerts if watcher is not None else ():
        part = visible_part(alert, without_care(visit.viewer), visit.intake)
        if part is not None and len(part["ids"]) == len(alert.ids) and not (alert.ids and alert.n < SMALLEST_CELL):
            found.append(_notice(alert))
    since = as_utc(datetime.now(UTC) - timedelta(days=_TOLD_DAYS))
    for end in watcher.ended if watcher is not None else ():
        if end["until"] >= since:
            text = f"Tidak lagi diperingatkan: {_WHAT.get(end['what'], end['what'])}. {_WHY[end['why']]}"
            found.append(Notice("Peringatan berakhir", text, end["until"]))
    return found


def _notice(alert: Alert) -> Notice:
    place = Regions.load().get(alert.place).full_name if alert.place and alert.place in Regions.load() else None
    if alert.kind == "drift":
        what = _WHAT.get(alert.what, alert.what)
        return Notice(
            "Laporan yang masuk berubah",
            f"Berubah: {what}, pada {alert.n} laporan terakhir. Penerusan otomatis berhenti selama peringatan ini.",
            alert.since,
        )
    if alert.kind == "surge":
        where = place or alert.place or "semua wilayah"
        usual = "" if alert.expected is None else f", biasanya sekitar {max(0, round(alert.expected))}"
        return Notice("Lonjakan laporan", f"{alert.what} di {where}: {alert.n} laporan{usual}.", alert.since)
    title = "Topik yang sedang ramai" if alert.kind == "topic" else "Topik baru di luar kategori"
    return Notice(title, f"{alert.n} laporan memuat kata: {', '.join(alert.words)}.", alert.since)
