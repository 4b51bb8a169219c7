"""Drive the system's Chromium; where there is none the tests of this kind are skipped with a reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = "REQUIRE_BROWSER"  # set by .ci/run: a machine without Chromium then fails instead of skipping
_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK, PHONE, ZOOMED = (1366, 768), (390, 844), (683, 384)


def missing() -> str | None:
    """Say why there is no browser; ``None`` if there is one or there must be one."""
    if CHROMIUM is None and not os.environ.get(NEEDED):
        return "no Chromium on this machine (Debian: apt-get install chromium)"
    return None


@contextmanager
def browser() -> Iterator[Any]:
    """Start a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def signed_in(started: Any, url: str, login: str, password: str, size: tuple[int, int] = DESK) -> Iterator[Any]:
    """Open a page of someone who signs in with a password; a fault in a script or a refused resource fails the test."""
    context = started.new_context(viewport={"width": size[0], "height": size[1]}, locale="id-ID", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(f"{url}/review/masuk")
    page.fill("[name=login]", login)
    page.fill("[name=sandi]", password)
    page.click("button.utama")
    page.wait_for_url(lambda address: "/masuk" not in address)
    try:
        yield page
    finally:
        context.close()
    assert not faults, faults
