"""The running service follows the registry: no request is lost, a broken model changes nothing, shadow stays unseen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from model.bundle import Bundle
from model.triage import Triage
from service.app import create_app
from service.security import create_key
from service.server import address, bind, open_index
from service.settings import Settings
from service.shadow import report
from service.storage.store import Store
from training.registry import Registry


@contextmanager
def serving(var: Path, bundle: Path) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    settings = Settings(var=var, bundle=bundle, follow_interval=0.05, watch_interval=0.2)
    store = Store(settings.store_url, serving=True)
    app = create_app(settings, Triage.load(bundle), open_index(var / "index"), store, Triage.load)
    listener = bind("127.0.0.1", 0)
    listener.listen(128)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    _, key = create_key(store, "test", ("assess", "events", "read", "admin"))
    try:
        with httpx.Client(base_url=address(listener), timeout=60) as client:
            yield client, {"Authorization": f"Bearer {key}"}
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def other_path(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("other") / "bundle"
    replace(bundle, id="pilah-other").save(path)
    return path


def test_promotion_and_rollback_lose_no_request(bundle_path: Path, other_path: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    registry = Registry(var / "models")
    with serving(var, bundle_path) as (client, headers):
        answered: list[tuple[int, str]] = []
        stop = threading.Event()

        def ask(worker: int) -> None:
            with httpx.Client(base_url=client.base_url, timeout=60) as own:
                number = 0
                while not stop.is_set():
                    number += 1
                    body = {"id": f"{worker}-{number}", "text": f"Lampu jalan mati di Kendal, laporan {number}"}
                    response = own.post("/v1/assess", json=body, headers=headers)
                    answered.append((response.status_code, response.json().get("model", {}).get("id", "")))

        threads = [threading.Thread(target=ask, args=(worker,)) for worker in range(2)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: len(answered) >= 5)
            registry.promote(registry.add(other_path).name, None)
            until(lambda: bool(answered) and answered[-1][1] == "pilah-other")
            registry.rollback()
            until(lambda: answered[-1][1] != "pilah-other")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert {status for status, _ in answered} == {200}
        assert len({model for _, model in answered}) == 2
        metrics = client.get("/metrics").text
        assert metrics.count("pilah_model_info{") == 1


def test_a_broken_model_changes_nothing(bundle_path: Path, other_path: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    registry = Registry(var / "models")
    name = registry.add(other_path).name
    with serving(var, bundle_path) as (client, headers):
        before = client.get("/v1/model", headers=headers).json()
        (registry.path(name) / "heads.json").write_text("{}", encoding="utf-8")
        registry.promote(name, None)
        time.sleep(0.5)
        assert client.get("/v1/model", headers=headers).json() == before
        assert client.post("/v1/assess", json={"text": "Sampah menumpuk"}, headers=headers).status_code == 200


def test_the_promoted_model_answers_after_a_restart(bundle_path: Path, other_path: Path, tmp_path: Path) -> None:
    from service.live_model import live_bundle

    settings = Settings(var=tmp_path / "var", bundle=bundle_path)
    registry = Registry(settings.var / "models")
    assert live_bundle(settings) == bundle_path
    name = registry.add(other_path).name
    registry.promote(name, None)
    assert live_bundle(settings) == registry.path(name)


def test_a_shadow_model_answers_unseen_and_is_reported(bundle_path: Path, other_path: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    registry = Registry(var / "models")
    name = registry.add(other_path).name
    registry.shadow(name)
    with serving(var, bundle_path) as (client, headers):
        time.sleep(0.5)  # until it follows: complaints from before are not answered again
        for number in range(3):
            body = {"id": f"s{number}", "text": f"Jalan rusak di Weleri nomor {number}"}
            answer = client.post("/v1/assess", json=body, headers=headers).json()
            assert answer["model"]["id"] != "pilah-other"
        until(lambda: report(registry.folder, name)["n"] == 3)
        assert report(registry.folder, name)["agency"]["differs"] == 0.0
        client.delete("/v1/complaints/s1", headers=headers)
        until(lambda: report(registry.folder, name)["n"] == 2)
