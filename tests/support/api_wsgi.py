"""The JSON API as a WSGI program, for tools that speak HTTP; a change that succeeds meets nobody else: the world is made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl

import azure.functions as func

from functions.api.dispatch import answer
from functions.api.rates import Rates
from functions.api.route import PREFIX
from tests.support.app import World

Start = Callable[[str, list[tuple[str, str]]], object]
_DUMMY = "http://127.0.0.1"


def api_program(make: Callable[[], World]) -> Callable[[Mapping[str, Any], Start], Iterable[bytes]]:
    """The program. ``make`` makes its world, again after every change that has succeeded."""
    worlds: list[World] = []

    def program(environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        headers = {key[5:].replace("_", "-"): str(value) for key, value in environ.items() if key.startswith("HTTP_")}
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = str(environ["CONTENT_TYPE"])
        # WSGI hands bytes over as if they were Latin-1 (PEP 3333).
        path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")
        query = str(environ.get("QUERY_STRING", ""))
        request = func.HttpRequest(
            method=str(environ["REQUEST_METHOD"]),
            url=_DUMMY + path + (f"?{query}" if query else ""),
            headers=headers,
            params=dict(parse_qsl(query, keep_blank_values=True)),
            route_params={"path": path.removeprefix(PREFIX).lstrip("/")},
            body=cast(bytes, environ["wsgi.input"].read()),
        )
        if not worlds:
            worlds.append(make())
        response = answer(request, lambda: worlds[0].app, Rates())
        if request.method not in ("GET", "HEAD") and response.status_code < 300:
            worlds.clear()
        status = HTTPStatus(response.status_code)
        sent = list(dict(response.headers).items())
        if response.status_code != HTTPStatus.NO_CONTENT:
            sent.append(("Content-Type", response.mimetype))
        start(f"{status.value} {status.phrase}", sent)
        return [response.get_body()]

    return program
