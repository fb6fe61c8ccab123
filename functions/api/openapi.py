"""The OpenAPI 3.1 document, made from the routes and their models; nothing in it is written twice."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from functions.api.problem import MEDIA_TYPE, TITLES, Problem
from functions.api.registry import all_routes
from functions.api.route import PREFIX, Route
from shared.settings import VERSION

_REFERENCE = "#/components/schemas/{name}"
_STATUS_TEXTS = {
    400: "The request cannot be read.",
    401: "Not signed on.",
    403: "Not allowed.",
    404: "Not found.",
    409: "Decided or changed by somebody else.",
    410: "It was there, and retention has deleted it.",
    412: "Changed since it was loaded; the body holds the present version.",
    413: "Too large.",
    414: "Too long.",
    415: "Another media type is wanted.",
    422: "What was sent does not fit; `detail` or `fields` say where.",
    428: "If-Match is wanted.",
    429: "Too many requests; see Retry-After.",
    503: "Cannot be done right now; see Retry-After.",
}


@cache
def document() -> dict[str, Any]:
    """The document of this version."""
    routes = all_routes()
    models = list(dict.fromkeys(_models(routes)))
    schemas, components = msgspec.json.schema_components(models, ref_template=_REFERENCE)
    by_model = dict(zip(models, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, by_model)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Matta",
            "version": VERSION,
            "description": "Guards outgoing mail: held messages, approvals, password notices, settings, reports. "
            f"Kinds of problems: {', '.join(f'`/problems/{kind}`' for kind in TITLES)}.",
        },
        "servers": [{"url": "/"}],
        "security": [{"signOn": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"signOn": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _models(routes: tuple[Route, ...]) -> list[Any]:
    found: list[Any] = [Problem]
    for route in routes:
        found += [model for model in (route.query, route.body, route.returns) if model not in (None, bytes)]
    return found


def _operation(route: Route, by_model: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "description": " ".join((route.handler.__doc__ or "").split()),
        "tags": [route.tag],
        "parameters": _parameters(route, by_model),
        "responses": _responses(route, by_model),
    }
    if route.is_public:
        operation["security"] = []
    else:
        operation["x-rights"] = sorted(route.rights)
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": by_model[route.body]}},
        }
    elif route.raw_body:
        binary = {"schema": {"type": "string", "format": "binary", "maxLength": route.largest_body}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(route.raw_body, binary)}
    return operation


def _parameters(route: Route, by_model: dict[Any, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query is not None:
        for field in msgspec.structs.fields(route.query):
            (schema,), _ = msgspec.json.schema_components([field.type], ref_template=_REFERENCE)
            parameter: dict[str, Any] = {"name": field.encode_name, "in": "query", "schema": schema}
            if field.required:
                parameter["required"] = True
            found.append(parameter)
    if route.edits:
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    return found


def _responses(route: Route, by_model: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if route.returns is None:
        found["204"] = {"description": "Done."}
    elif route.returns is bytes:
        found[str(route.status)] = {"description": "The file.", "content": {"*/*": {"schema": {}}}}
    else:
        content = {"application/json": {"schema": by_model[route.returns]}}
        found[str(route.status)] = {"description": "Done.", "content": content}
    problem = {MEDIA_TYPE: {"schema": by_model[Problem]}}
    for status in sorted(_statuses(route)):
        found[str(status)] = {"description": _STATUS_TEXTS[status], "content": problem}
    return found


def _statuses(route: Route) -> set[int]:
    found = {404, 405, 429, 503, *route.problems} - {405}
    if not route.is_public:
        found |= {401, 403}
    if route.query is not None:
        found |= {414, 422}
    if route.body is not None or route.raw_body:
        found |= {400, 413, 415, 422}
    if route.edits:
        found |= {412, 428}
    return found
