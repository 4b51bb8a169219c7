"""Describe for programs what each endpoint answers: bodies, errors, and that a key is needed."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from service.problems import MEDIA_TYPE

_REF = "#/components/schemas/{model}"
_KEY = "key"
_NO_KEY = ("/health/live", "/health/ready", "/metrics")
_ALWAYS = (401, 403, 404, 429, 500, 503)  # no key, no right, nothing there, too many requests, a fault, no store
_WITH_BODY = (400, 413, 415, 422)
_CONFLICTS = {
    "/v1/assess": (409, 410),
    "/v1/complaints/{complaint_id}": (410,),
    "/v1/complaints/{complaint_id}/events": (409, 410),
    "/v1/incidents/{incident_id}/merge": (409,),
    "/v1/incidents/{incident_id}/split": (409,),
    "/v1/decisions": (400,),
}


def _answers() -> Mapping[tuple[str, str], tuple[tuple[int, ...], Any]]:
    """Return status and body of each endpoint when all is well."""
    from model.assessment import Assessment  # noqa: PLC0415
    from service import answers as a  # noqa: PLC0415 - made only when somebody asks for the description

    complaint, events = "/v1/complaints/{complaint_id}", "/v1/complaints/{complaint_id}/events"
    incident, job = "/v1/incidents/{incident_id}", "/v1/jobs/{job_id}"
    return {
        ("post", "/v1/assess"): ((200,), Assessment),
        ("post", "/v1/assess/batch"): ((200,), a.BatchAnswer),
        ("get", complaint): ((200,), a.ComplaintAnswer),
        ("post", events): ((200, 201), a.EventAnswer),
        ("get", events): ((200,), a.EventsAnswer),
        ("get", "/v1/decisions"): ((200,), a.DecisionsAnswer),
        ("post", "/v1/duplicates/search"): ((200,), a.SearchAnswer),
        ("get", "/v1/agencies"): ((200,), a.AgenciesAnswer),
        ("get", "/v1/model"): ((200,), a.ModelAnswer),
        ("get", incident): ((200,), a.IncidentAnswer),
        ("post", f"{incident}/merge"): ((200,), a.IncidentAnswer),
        ("post", f"{incident}/split"): ((200,), a.IncidentAnswer),
        ("post", f"{incident}/close"): ((200,), a.IncidentAnswer),
        ("post", "/v1/jobs"): ((202,), a.JobAnswer),
        ("get", job): ((200,), a.JobAnswer),
        ("get", f"{job}/results"): ((200,), a.ResultsAnswer),
        ("get", "/v1/alerts"): ((200,), a.AlertsAnswer),
        ("get", "/v1/routing-switches"): ((200,), a.SwitchesAnswer),
        ("post", "/v1/routing-switches"): ((201,), a.SwitchAnswer),
        ("get", "/health/live"): ((200,), a.HealthAnswer),
        ("get", "/health/ready"): ((200,), a.HealthAnswer),
    }


def install(app: FastAPI) -> None:
    """Let an app describe itself in full."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of an app."""
    from service.answers import Problem  # noqa: PLC0415

    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own form, which is never answered
        schemas.pop(name, None)
    components["securitySchemes"] = {_KEY: {"type": "http", "scheme": "bearer", "description": "A key of pilah keys."}}
    problem = {MEDIA_TYPE: {"schema": _named(Problem, schemas)}}
    answers = _answers()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            good = {status: operation["responses"][status] for status in operation["responses"] if status < "300"}
            if (found := answers.get((method, path))) is not None:
                content = {"application/json": {"schema": _named(found[1], schemas)}}
                good = {str(s): {"description": HTTPStatus(s).phrase, "content": content} for s in found[0]}
            elif path == "/metrics":
                good = {"200": {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}}
            operation["responses"] = good | {
                str(status): {"description": HTTPStatus(status).phrase, "content": problem}
                for status in _errors(path, operation)
            }
            if path.startswith("/v1"):
                operation["security"] = [{_KEY: []}]
    return document


def _errors(path: str, operation: Mapping[str, Any]) -> list[int]:
    if path in _NO_KEY:
        return [400, 401, 403, 429, 500, 503] if path == "/metrics" else [400, 500, 503]
    found = {400, *_ALWAYS, *_CONFLICTS.get(path, ())}
    if operation.get("parameters"):
        found.add(422)
    return sorted(found | set(_WITH_BODY) if "requestBody" in operation else found)


def _named(model: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Put the schema of a model among the others and return the reference to it."""
    document = TypeAdapter(model).json_schema(ref_template=_REF, mode="serialization")
    for name, part in document.pop("$defs", {}).items():
        schemas.setdefault(name, part)
    schemas.setdefault(model.__name__, document)
    return {"$ref": _REF.format(model=model.__name__)}
