"""HTTP triggers: route, method, key and body checks, then the function with Azure's own request and response types."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import azure.functions as func
from aiohttp import web
from azure.functions.meta import Datum, get_binding_registry
from multidict import CIMultiDict

from local.host.blob_events import PATH as EVENTS_PATH
from local.host.blob_events import BlobCreated, read_events
from local.host.host_json import HostConfig
from local.host.invoke import Invoker
from local.host.keys import Keys
from local.host.metadata import FunctionSpec
from local.host.routes import Route

log = logging.getLogger("matta.host.http")
_GENERIC_FAILURE = "The server could not complete this request.\n"
_ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_HOP_BY_HOP = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "server", "date"})

AdminHandler = Callable[[str, str], Awaitable[tuple[int, Any]]]
"""Answers (method, path below /admin/) with a status and something for JSON."""


@dataclass(frozen=True)
class _Endpoint:
    spec: FunctionSpec
    route: Route
    methods: tuple[str, ...]
    level: str


class _Request(web.BaseRequest):
    """aiohttp's request; its responses don't say which server made them."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        response.headers.pop("Server", None)


class HttpTriggers:
    """The HTTP side of the host: every http function and the admin pages."""

    def __init__(
        self,
        specs: Iterable[FunctionSpec],
        config: HostConfig,
        keys: Keys,
        invoker: Invoker,
        admin: AdminHandler,
        on_blob: Callable[[BlobCreated], None],
    ) -> None:
        """Raises StartError for a route that can't be read."""
        self._on_blob = on_blob
        self._config = config
        self._keys = keys
        self._invoker = invoker
        self._admin = admin
        endpoints = [self._endpoint(spec) for spec in specs if spec.kind == "http"]
        self._endpoints = sorted(endpoints, key=lambda endpoint: endpoint.route.precedence)
        self._runner: web.ServerRunner | None = None

    def _endpoint(self, spec: FunctionSpec) -> _Endpoint:
        prefix = self._config.route_prefix
        template = str(spec.trigger.get("route") or "").strip("/")
        route = Route(f"{prefix}/{template}" if prefix else template, place=f"function {spec.name}")
        methods = tuple(str(method).upper() for method in spec.trigger.get("methods") or _ALL_METHODS)
        return _Endpoint(spec, route, methods, str(spec.trigger.get("authLevel") or "function"))

    def routes(self) -> dict[str, str]:
        """Route template (with prefix) of each http function, by name."""
        return {endpoint.spec.name: f"/{endpoint.route.template}" for endpoint in self._endpoints}

    async def start(self, address: str, port: int) -> int:
        """Listen; returns the port. Raises OSError when the port is taken."""
        server = web.Server(self._answer, request_factory=self._make_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=3600)
        await self._runner.setup()
        site = web.TCPSite(self._runner, address, port, reuse_address=True)
        await site.start()
        bound = self._runner.addresses[0]
        return int(bound[1])

    async def stop(self) -> None:
        """Take no new requests, and return when those in flight are answered."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _make_request(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return _Request(message, payload, protocol, writer, task, loop, client_max_size=self._config.body_limit)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        started = time.perf_counter()
        # Paths and query strings carry link tokens: the log names the template of the route, nothing of the request.
        route, response = "(none)", None
        try:
            raw_path = request.rel_url.raw_path.lstrip("/")
            first = raw_path.split("/", 1)[0].lower()
            if first == "admin":
                route = "/admin"
                response = await self._answer_admin(request, raw_path)
            elif raw_path == EVENTS_PATH:
                route = f"/{EVENTS_PATH}"
                response = await self._take_events(request)
            else:
                route, response = await self._answer_function(request, raw_path)
        except web.HTTPException as error:
            response = _plain(error.status, "The request body is too large.\n" if error.status == 413 else "")
        except Exception:
            log.exception("request failed", extra={"route": route})
            response = _plain(500, _GENERIC_FAILURE)
        finally:
            line = {
                "event": "http",
                "method": request.method if request.method in _ALL_METHODS else "(other)",
                "route": route,
                "status": response.status if response is not None else 499,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            }
            log.info("request", extra=line)
        return response

    async def _take_events(self, request: web.BaseRequest) -> web.Response:
        if not _is_loopback(request.remote):
            return _plain(401)
        if request.method != "POST" or request.content_type != "application/json":
            return _plain(415)
        try:
            events = read_events(await request.read())
        except ValueError:
            return _plain(400, "These are no events about blobs.\n")
        for event in events:
            self._on_blob(event)
        return _plain(200)

    async def _answer_function(self, request: web.BaseRequest, raw_path: str) -> tuple[str, web.Response]:
        endpoint, values, allowed = self._find(request.method, raw_path)
        if endpoint is None:
            if not allowed:
                return "(none)", _plain(404)
            response = _plain(405)
            response.headers["Allow"] = ", ".join(allowed)
            return "(none)", response
        route = f"/{endpoint.route.template}"
        key = request.headers.get("x-functions-key") or request.query.get("code")
        if not self._keys.allows(endpoint.level, endpoint.spec.name, key):
            return route, _plain(401)
        if (request.content_length or 0) > self._config.body_limit:
            # The body is not read: the connection ends with this answer.
            response = _plain(413, "The request body is too large.\n")
            response.force_close()
            return route, response
        data = Datum(type="http", value=await _http_value(request, values))
        value = get_binding_registry().get("httpTrigger").decode(data, trigger_metadata={})
        try:
            result = await self._invoker.call(endpoint.spec, value)
        except Exception:  # logged by the invoker; nothing of it may leave
            return route, _plain(500, _GENERIC_FAILURE)
        return route, to_response(result)

    def _find(self, method: str, raw_path: str) -> tuple[_Endpoint | None, Mapping[str, str], Sequence[str]]:
        """The endpoint for a request, its route parameters, and the methods that its path would take."""
        allowed: list[str] = []
        for endpoint in self._endpoints:
            values = endpoint.route.match(raw_path)
            if values is None:
                continue
            if method in endpoint.methods:
                return endpoint, values, ()
            allowed += [name for name in endpoint.methods if name not in allowed]
        return None, {}, allowed

    async def _answer_admin(self, request: web.BaseRequest, raw_path: str) -> web.Response:
        key = request.headers.get("x-functions-key") or request.query.get("code")
        if not _is_loopback(request.remote) and not self._keys.allows("admin", "", key):
            return _plain(401)
        if request.method not in ("GET", "HEAD") and request.content_type != "application/json":
            # A page of another site can't send JSON without asking first, so it can't start functions here.
            return _plain(415)
        status, content = await self._admin(request.method, raw_path.split("/", 1)[1] if "/" in raw_path else "")
        return web.json_response(content, status=status) if content is not None else _plain(status)


def _plain(status: int, text: str = "") -> web.Response:
    return web.Response(status=status, text=text)


def _is_loopback(remote: str | None) -> bool:
    try:
        return ipaddress.ip_address(remote or "").is_loopback
    except ValueError:
        return False


async def _http_value(request: web.BaseRequest, route_values: Mapping[str, str]) -> dict[str, Any]:
    """The request in the form in which the worker's converter takes it.

    Repeated headers and query parameters are joined with a comma, as Azure's host does before its worker sees them.
    The client's address is added to X-Forwarded-For, as Azure's front end does.
    """
    body = await request.read()
    forwarded = request.headers.getall("X-Forwarded-For", [])
    others = [(name, value) for name, value in request.headers.items() if name.lower() != "x-forwarded-for"]
    headers = [*others, ("X-Forwarded-For", ", ".join([*forwarded, request.remote or "unknown"]))]
    return {
        "method": Datum(request.method, "string"),
        "url": Datum(str(request.url), "string"),
        "headers": _joined(headers),
        "query": _joined(request.query.items()),
        "params": {name: Datum(value, "string") for name, value in route_values.items()},
        "body": Datum(body, "bytes"),
    }


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, Datum]:
    values: dict[str, list[str]] = defaultdict(list)
    spelling: dict[str, str] = {}
    for name, value in pairs:
        values[spelling.setdefault(name.lower(), name)].append(value)
    return {name: Datum(",".join(several), "string") for name, several in values.items()}


def to_response(result: Any) -> web.Response:
    """What a function returned, as an answer. Raises TypeError for anything but HttpResponse and str, as the worker does."""
    if isinstance(result, str):
        return web.Response(text=result)
    if not isinstance(result, func.HttpResponse):
        raise TypeError(f"an http function must return HttpResponse or str, not {type(result).__name__}")
    encoded = get_binding_registry().get("http").encode(result, expected_type=None)
    value = encoded.value
    headers: CIMultiDict[str] = CIMultiDict()
    for name, datum in value["headers"].items():
        if name.lower() not in _HOP_BY_HOP:
            headers.add(name, datum.value)
    for cookie in value["cookies"] or ():
        for morsel in cookie.values():
            headers.add("Set-Cookie", morsel.OutputString())
    return web.Response(status=int(value["status_code"].value), headers=headers, body=value["body"].value)
