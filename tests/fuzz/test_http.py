"""Schemathesis against a live server: made-up requests, right and wrong ones, to all endpoints, with all kinds of keys.

``FUZZ_CASES`` says how many an endpoint (``make fuzz``: 1,000), ``FUZZ_MODEL=base`` that the shipped model answers; the
suite sends a few to the stand-in model. No answer may be a 500 or hang, and each must be as ``/openapi.json`` says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "service"))

from serving_app import start

from model.duplicates.incidents import incident_id

CASES = int(os.environ.get("FUZZ_CASES", "3"))
THOROUGH = CASES >= 100
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,ignored_auth,unsupported_method"
)
PHASES = "examples,coverage,fuzzing" if THOROUGH else "fuzzing"
ALL = ("assess", "events", "read", "review", "admin")
KEYS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "all rights": (ALL, {}),
    "bound": (ALL, {"regions": ["32.04"]}),
    **({f"only {scope}": ((scope,), {}) for scope in ALL} if THOROUGH else {}),
}
HANGS = "60"  # seconds after which an answer counts as missing


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return one server for all: what one run stores is what the next one finds."""
    triage = None
    if os.environ.get("FUZZ_MODEL") == "base":
        from model.triage import Triage

        triage = Triage.load()
    with start(tmp_path_factory.mktemp("fuzz") / "var", triage) as running:
        headers = running.key()
        for number in range(5):
            running.assess(headers, id=f"A-{number}", text="Lampu jalan di depan SD Negeri 2 Bandung mati seminggu")
        job = running.client.post("/v1/jobs", json={"complaints": [{"text": "Sampah menumpuk"}]}, headers=headers)
        known = {"complaint_id": "A-1", "incident_id": incident_id("A-1"), "job_id": job.json()["id"]}
        lines = ["[parameters]", *(f'"path.{name}" = "{value}"' for name, value in known.items())]
        (running.var / "known.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield running


def run(server: Any, key: dict[str, str], known: bool, cases: int) -> subprocess.CompletedProcess[str]:
    """Send made-up requests.

    :param cases: for each endpoint.
    :param known: about ids that there are, none of which is erased.
    """
    command = [sys.executable, "-m", "schemathesis.cli"]
    command += ["--config-file", str(server.var / "known.toml")] if known else []
    command += ["run", f"{server.client.base_url}/openapi.json", *(["--exclude-method", "DELETE"] if known else [])]
    command += ["-H", f"Authorization:{key['Authorization']}", "-n", str(cases), "--phases", PHASES, "--no-color"]
    command += ["--checks", CHECKS, "--request-timeout", HANGS, "--warnings", "off", "--seed", "0"]
    if not THOROUGH:
        command += ["--no-shrink"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=server.var)  # noqa: S603


@pytest.mark.parametrize("known", [True, False], ids=["known ids", "any ids"])
@pytest.mark.parametrize("kind", KEYS)
def test_no_request_breaks_the_server(server: Any, kind: str, known: bool) -> None:
    scopes, binding = KEYS[kind]
    # A key with one scope is refused nearly everywhere: a tenth of the cases shows it.
    done = run(server, server.key(*scopes, **binding), known, CASES if len(scopes) > 1 else CASES // 10)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.client.get("/health/ready").status_code == 200
