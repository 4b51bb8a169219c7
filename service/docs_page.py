"""The page ``/docs``: the OpenAPI description as plain HTML, without a script, a font or a picture from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
h2{margin-top:2.5rem;border-top:1px solid #bbb;padding-top:1rem}code,pre{background:#f2f2f2}pre{padding:.7rem;
overflow-x:auto}table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .5rem;
text-align:left;vertical-align:top}.m{display:inline-block;min-width:4.5rem;font-weight:700}"""


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Show every endpoint with its fields and a call to try."""
    return HTMLResponse(page(request.app.openapi(), str(request.base_url).rstrip("/")))


@router.get("/docs/style.css")
async def style() -> Response:
    """Serve the style of the page."""
    return Response(_STYLE, media_type="text/css")


def page(openapi: dict[str, Any], base: str) -> str:
    """Write the page.

    :param openapi: the OpenAPI description.
    :param base: the address of the server, for the calls.
    """
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>pilah: API</title>",
        "<meta name='viewport' content='width=device-width'>",
        "<link rel='stylesheet' href='/docs/style.css'></head><body>",
        f"<h1>{escape(openapi['info']['title'])}: API</h1><p>{escape(openapi['info']['description'])}</p>",
        "<p>Machine-readable: <a href='/openapi.json'>/openapi.json</a>. Send <code>Authorization: Bearer KEY</code> ",
        "with every call to /v1. Errors are <code>application/problem+json</code> with a code, <code>PLH-nnn</code>.",
        "</p>",
    ]
    schemas = openapi.get("components", {}).get("schemas", {})
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(path, method, operation, schemas, base))
    parts.append("</body></html>")
    return "".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any], base: str) -> str:
    summary = escape(operation.get("summary", ""))
    parts = [f"<h2><span class='m'>{method.upper()}</span> <code>{escape(path)}</code></h2><p><b>{summary}.</b> "]
    parts.append(f"{escape(operation.get('description', ''))}</p>")
    rows = [(p["name"], p["in"], p.get("required", False), p["schema"], "") for p in operation.get("parameters", ())]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = body.get("$ref", "").rpartition("/")[2]
    schema = schemas.get(name, {})
    for field, details in schema.get("properties", {}).items():
        rows.append((field, "body", field in schema.get("required", ()), details, details.get("description", "")))
    if rows:
        parts.append("<table><tr><th>field</th><th>in</th><th>type</th><th>needed</th><th></th></tr>")
        for field, where, required, details, text in rows:
            cells = (field, where, _type(details, schemas), "yes" if required else "", text)
            parts.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
        parts.append("</table>")
    parts.append(f"<pre>{escape(_call(path, method, schema, base))}</pre>")
    return "".join(parts)


def _type(details: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "$ref" in details:
        return _type(schemas.get(details["$ref"].rpartition("/")[2], {}), schemas)
    if "enum" in details:
        return " | ".join(map(str, details["enum"]))
    if "anyOf" in details:
        return ", ".join(_type(option, schemas) for option in details["anyOf"] if option.get("type") != "null")
    bounds = [f"at most {details['maxLength']} characters"] if "maxLength" in details else []
    bounds += [f"{details['minimum']} to {details['maximum']}"] if "maximum" in details and "minimum" in details else []
    return ", ".join([str(details.get("type", "")), *([details["format"]] if "format" in details else []), *bounds])


_EXAMPLES: dict[str, Any] = {
    "text": "Lampu jalan di Jl. Sukajadi mati sejak seminggu, mohon diperbaiki.",
    "kind": "disposed",
    "complaints": [{"id": "A-1", "text": "Sampah menumpuk di pasar sejak Senin."}],
}


def _call(path: str, method: str, schema: dict[str, Any], base: str) -> str:
    line = f"curl -X {method.upper()} {base}{path}"
    if path.startswith("/v1"):
        line += " -H 'Authorization: Bearer KEY'"
    if schema:
        body = {name: _EXAMPLES[name] for name in schema.get("required", ()) if name in _EXAMPLES}
        if "kind" in body:
            body["agency"] = "Dinas Perhubungan"
        line += f" -H 'Content-Type: application/json' -d '{json.dumps(body, ensure_ascii=False)}'"
    return line
