"""What a citizen wrote is text on every page, whatever it looks like, and in every field."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from office import Office

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "<!--<a href='//evil.example'>",
)
FIELDS = ("title", "location", "district", "channel", "reporter", "claimed_agency", "claimed_category")
PAGES = (
    "/review",
    "/review/laporan/R-1",
    "/review/kejadian",
    "/review/monitor",
    "/review/monitor/laporan",
    "/review/monitor/angka.csv",
    "/review/catatan",
    "/review/unggah",
    "/review/penilaian",
    "/review/orang",
)


class Watch(HTMLParser):
    """Read a page as a browser does and refuse what would run or lead elsewhere."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str | None] = dict(attrs)
        assert not [name for name in given if name.startswith("on")], (tag, attrs)
        assert tag != "script" or str(given.get("src")).startswith("/review/aset/"), attrs
        for name in ("href", "src", "action", "formaction"):
            address = str(given.get(name) or "").strip().lower()
            assert not address.startswith(("javascript:", "data:", "//", "http")), (tag, attrs)

    def handle_comment(self, data: str) -> None:
        assert "evil" not in data


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_complaint_is_shown_as_text(office: Office, admin: Any, word: str) -> None:
    others = dict.fromkeys(FIELDS, f"{word} x")
    office.complain("R-1", f"Lampu jalan mati total di Bandung {word} mohon diperbaiki", **others)
    office.complain("R-2", f"Lampu jalan mati total di Bandung {word} mohon diperbaiki", **others)
    event = {"kind": "disposed", "agency": f"Dinas {word}", "reason": word, "actor": word}
    headers = office.server.key("events")
    assert office.server.client.post("/v1/complaints/R-2/events", json=event, headers=headers).status_code == 201
    seen = 0
    for path in (*PAGES, "/review/laporan/R-2", f"/review?cari={word}", f"/review/cari/instansi?q={word}"):
        answer = admin.get(path)
        assert answer.status_code == 200, path
        page = answer.text
        seen += "alert(1)" in page or "7*7" in page or "evil" in page
        if answer.headers["content-type"].startswith("text/html"):
            Watch().feed(page)
        assert ">49<" not in page
    assert seen >= 2  # it was shown, as text
