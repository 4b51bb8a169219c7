"""Run one server: bind, open the store and the index, serve, stop gracefully."""

from __future__ import annotations

import gc
import shutil
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvicorn

from data.errors import PilahError
from data.privacy import mask
from model.duplicates.index import DuplicateIndex
from model.duplicates.match import PairScorer
from model.duplicates.segment_files import check_saved
from service import logs
from service.app import create_app
from service.freeing import share_heap
from service.intake import Triage
from service.live_model import Load
from service.settings import Settings
from service.storage.store import Store

T = TypeVar("T", bound=Triage)
_KEEP_ALIVE = 75  # seconds: longer than a proxy keeps a connection (nginx 60), or it would send into a closing one
_STOP_SECONDS = 20  # to finish what was begun
_SWITCH = 0.0005  # seconds for which a thread that learns or watches may keep the requests' thread waiting


def make_private(folder: Path) -> None:
    """Make the data folder, readable by its owner only.

    :raises PilahError: PLH-501 if it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PilahError("PLH-501", f"{folder}: {error.strerror}") from None


def bind(host: str, port: int) -> socket.socket:
    """Take the address, before anything slow is done.

    :raises PilahError: PLH-506 if it is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's delay of 40 ms on every answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PilahError("PLH-506", f"{host}:{port}: {error.strerror}") from None
    listener.set_inheritable(True)
    return listener


def open_index(
    folder: Path, scorer: PairScorer | None = None, check: Callable[[], object] | None = None
) -> DuplicateIndex:
    """Open the saved duplicate index; one that is damaged or of another version is made anew from the event log.

    :param scorer: the shipped one if ``None``.
    :param check: compares the checksums, where that was begun elsewhere.
    """
    try:
        (check or partial(check_saved, folder))()
        return DuplicateIndex.open(folder, verify=False, scorer=scorer)
    except PilahError as error:
        if error.code == "PLH-603":  # the scorer, not the index
            raise
        shutil.rmtree(folder)
        return DuplicateIndex.open(folder, scorer=scorer)


def address(listener: socket.socket) -> str:
    """Return the URL under which a bound server answers."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What was read lives as long as the process: looking through it for garbage would hold up requests.
        gc.collect()
        gc.freeze()
        gc.enable()


def run(
    settings: Settings,
    load: Callable[[], T],
    announce: Callable[[Store, str], None] = lambda _store, _url: None,
    *,
    scorer: Callable[[T], PairScorer | None] = lambda _triage: None,
    reload: Load | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    :param load: loads the model.
    :param scorer: the scorer of duplicates that the model brings; the shipped one if ``None``.
    :param reload: reads another bundle when the model registry points at one.
    :param announce: told the store and the URL once the server is about to accept requests.
    :raises PilahError: if the address, the store or the model cannot be had.
    """
    logs.set_up(settings.log_level, mask)
    share_heap()
    make_private(settings.var)
    listener = bind(settings.host, settings.port)
    gc.disable()  # what is read at the start stays: looking through it for garbage again and again is for nothing
    try:
        store = Store(settings.store_url, settings.busy_timeout, serving=True)
        try:
            folder = settings.var / "index"
            with ThreadPoolExecutor(1) as beside:  # on the other core: four gigabytes where a million are stored
                checked = beside.submit(check_saved, folder)
                triage = load()
                index = open_index(folder, scorer(triage), checked.result)
            app = create_app(settings, triage, index, store, reload)
            listener.listen(128)  # from here on callers wait instead of being refused
            announce(store, address(listener))
            sys.setswitchinterval(_SWITCH)
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                timeout_graceful_shutdown=_STOP_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE,
                lifespan="on",
            )
            _Server(config).run(sockets=[listener])
        finally:
            store.close()  # again is no fault: the app closes it when it stops
    finally:
        gc.enable()
        listener.close()
