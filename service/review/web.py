"""What every page needs: templates, forms, errors as pages, links that carry a hash."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping
from datetime import date, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from data.dates import JAKARTA
from data.errors import PilahError
from service.review.clock import day_of

log = logging.getLogger(__name__)
_FOLDER = Path(__file__).parent.parent
STATIC = _FOLDER / "static"
HOME = "/review"
COOKIE = "pilah_session"
_MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
_TEXT_FIELD = 10_000


class SignInNeededError(Exception):
    """Send whoever asks to the sign-in page."""


def day_text(value: str | date | None) -> str:
    """Write a day as people read it.

    >>> day_text("2026-11-22"), day_text(None)
    ('22 Nov 2026', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else day_of(value)
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}" if value.year < 9999 else "–"


def time_text(value: str) -> str:
    """Write a moment as people in western Indonesia read it.

    >>> time_text("2026-11-22T03:04:05.000000Z")
    '22 Nov 2026 10.04'
    """
    moment = datetime.fromisoformat(value).astimezone(JAKARTA)
    return f"{day_text(moment.date())} {moment:%H.%M}"


def number_text(value: float | int | None, digits: int = 0) -> str:
    """Write a number with Indonesian separators.

    >>> number_text(12345), number_text(0.25, 2), number_text(None)
    ('12.345', '0,25', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def percent_text(share: float | None) -> str:
    """Write a share.

    >>> percent_text(0.683), percent_text(None)
    ('68 %', '–')
    """
    return "–" if share is None else f"{round(100 * share)} %"


@cache
def asset(name: str) -> str:
    """Return the address of a file of ``static/``, with its hash, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{HOME}/aset/{name}?v={digest}"


def link(complaint_id: str) -> str:
    """Return the address of a complaint's page."""
    return f"{HOME}/laporan/{quote(complaint_id, safe='')}"


@cache
def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, a missing value is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"tanggal": day_text, "waktu": time_text, "angka": number_text, "persen": percent_text}
    made.globals |= {"aset": asset, "tautan": link, "rumah": HOME}
    return made


def new_form_id() -> str:
    """Return the id that makes sending a form twice the same as once."""
    return secrets.token_hex(12)


def render(template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Answer a page."""
    # Browsers name the origin of a form only where the referrer policy lets them; other sites learn nothing.
    headers = {"Referrer-Policy": "same-origin"}
    return HTMLResponse(environment().get_template(template).render(**values), status_code=status, headers=headers)


def go(address: str) -> Response:
    """Send the browser to another page after a form was handled."""
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


def safe_address(wanted: str | None) -> str:
    """Return an address inside the pages, whatever a link asked for.

    >>> safe_address("/review/laporan/7"), safe_address("https://example.org"), safe_address("//example.org")
    ('/review/laporan/7', '/review', '/review')
    """
    inside = wanted is not None and (wanted == HOME or wanted.startswith((f"{HOME}/", f"{HOME}?")))
    clean = wanted is not None and not any(mark in wanted for mark in "\r\n\\")
    return wanted if inside and clean and wanted is not None else HOME


async def form_of(request: Request) -> Mapping[str, str]:
    """Read the text fields of a form.

    :raises PilahError: PLH-453 if a field is too long.
    """
    form = await request.form(max_files=1, max_fields=200)
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            if len(value) > _TEXT_FIELD:
                raise PilahError("PLH-453", f"{name}: terlalu panjang")
            fields.setdefault(name, value.replace("\x00", "").strip())
    return fields


def check_origin(request: Request) -> None:
    """Refuse a form that another site sent.

    :raises PilahError: PLH-450.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise PilahError("PLH-450")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise PilahError("PLH-450")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser its cookie: not for scripts, not for other sites, over https only where there is https."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path=HOME)


class PageRoute(APIRoute):
    """Answer the errors of a page as a page, in Indonesian, with the code."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:  # noqa: PLR0911 - one kind of error a line
            try:
                if request.method == "POST":
                    check_origin(request)
                response = await handler(request)
                if (token := getattr(request.state, "new_cookie", None)) is not None:
                    set_cookie(request, response, token)
                return response
            except SignInNeededError:
                target = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
                if request.method != "GET" or target == HOME:
                    return go(f"{HOME}/masuk")
                return go(f"{HOME}/masuk?lanjut={quote(target, safe='')}")
            except PilahError as error:
                return error_page(error)
            except RequestValidationError:
                return error_page(PilahError("PLH-453"))
            except HTTPException as error:
                return error_page(PilahError("PLH-404" if error.status_code == HTTPStatus.NOT_FOUND else "PLH-499"))
            except Exception as error:
                log.error("unexpected error", exc_info=error, extra={"code": "PLH-500"})
                return error_page(PilahError("PLH-500"))
            finally:
                await request.close()  # and the files that came with a form

        return guarded


_ADVICE = {
    "PLH-404": "Mungkin tautannya sudah lama atau salah ketik.",
    "PLH-406": "Periksa nomornya. Laporan di luar wilayah Anda atau yang bersifat rahasia tidak ditampilkan.",
    "PLH-413": "Bagi berkas itu menjadi beberapa bagian yang lebih kecil.",
    "PLH-450": "Buka kembali halaman itu, lalu ulangi.",
    "PLH-451": "Bila tindakan ini memang tugas Anda, hubungi admin Anda.",
    "PLH-453": "Kembali, perbaiki isian itu, lalu kirim lagi.",
    "PLH-457": "Putuskan sekali lagi; keputusan sebelumnya tetap tercatat.",
    "PLH-606": "Kejadian itu mungkin baru saja diubah orang lain. Buka kembali, lalu ulangi.",
    "PLH-607": "Kejadian itu mungkin sudah digabungkan. Cari lewat salah satu laporannya.",
}
"""What to do now, in Indonesian, for errors that people meet at the pages."""


def error_page(error: PilahError) -> Response:
    """Answer an error of the catalogue as a page."""
    detail = error.detail if error.code == "PLH-453" else ""  # other details are for the log, and in English
    advice = _ADVICE.get(error.code, "")
    if error.info.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        advice = "Coba lagi sebentar lagi. Bila berulang, sampaikan kode ini dan jamnya kepada pengelola server."
    values = {"code": error.code, "title": error.info.title_id, "detail": detail, "advice": advice}
    return render("galat.html", error.info.status, **values)
