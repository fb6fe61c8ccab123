"""From an HTTP request to a route's handler and back: who asks, may they, what do they send, what do they get (stage 6).

Order: size, method and path, origin, sign-on, rights, rate, If-Match, query and body, handler. Nothing of a request is
looked at by a use case before all of these have passed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import azure.functions as func
import msgspec

from functions.api.problem import MEDIA_TYPE, Refusal, invalid, problem_body, problem_of
from functions.api.rates import Rates
from functions.api.registry import all_routes
from functions.api.route import Answer, Call, Route
from functions.web import accepted_languages, peer_of
from shared import log
from shared.app import App
from shared.core.access.principal import Principal
from shared.core.text.language import choose_language
from shared.ports_sign_on import NotSignedOn
from shared.usecases.identify import UnknownPerson, identify

if TYPE_CHECKING:
    from werkzeug.routing import Map

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",  # the portal's origin is another one; CORS says which
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "Origin, Accept-Language, Authorization",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_RATES = Rates()
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_LONGEST_QUERY = 8 * 1024


def answer(req: func.HttpRequest, build: Callable[[], App], rates: Rates = _RATES) -> func.HttpResponse:
    """The response to any request below ``PREFIX``. Never raises. ``rates`` are the process's, unless named."""
    try:
        app = build()
    except Exception as error:
        log.trouble("api", None, error)
        return _refused(problem_of(error), {})
    cors = _cors(req, app.process.portal_url)
    if req.method == "OPTIONS":
        return _preflight(cors)
    try:
        return _served(req, app, cors, rates)
    except Refusal as refusal:
        return _refused(refusal, cors)
    except Exception as error:
        told = problem_of(error)
        if told.status >= 500:
            log.trouble("api", None, error)
        return _refused(told, cors)


def _served(req: func.HttpRequest, app: App, cors: dict[str, str], rates: Rates) -> func.HttpResponse:
    route, arguments = _find(req)
    try:
        principal = None if route.is_public else _let_in(req, app, route)
    except Refusal:
        rates.spend(None, peer_of(req), 1, app.clock.now())  # whoever tries tokens out is slowed down too
        raise
    rates.spend(principal, peer_of(req), route.cost, app.clock.now())
    if_match = str(req.headers.get("If-Match", "")).removeprefix("W/").strip('"')[:100]
    if route.edits and not if_match:
        raise Refusal(428, "if-match-needed")
    language = choose_language(
        str(req.params.get("lang", ""))[:20],
        *accepted_languages(req),
        principal.language if principal else "",
    )
    call = Call(
        app,
        principal,
        arguments,
        _query(req, route),
        _body(req, route),
        if_match,
        language,
        peer_of(req),
        _media_type(req),
    )
    found = route.handler(call)
    return _response(req, route, found if isinstance(found, Answer) else Answer(found, route.status), cors)


def _find(req: func.HttpRequest) -> tuple[Route, dict[str, str]]:
    from werkzeug.exceptions import MethodNotAllowed, NotFound
    from werkzeug.routing import RequestRedirect

    path = "/" + str(req.route_params.get("path", "")).strip("/")
    method = "GET" if req.method == "HEAD" else str(req.method)
    try:
        name, arguments = _map().bind("", "/").match(path, method)
    except MethodNotAllowed as refused:
        allowed = ", ".join(sorted(refused.valid_methods or ()))
        raise Refusal(405, "method-not-allowed", headers={"Allow": allowed}) from None
    except (NotFound, RequestRedirect):
        raise Refusal(404, "not-found") from None
    return _by_key()[name], {key: str(value) for key, value in arguments.items()}


@cache
def _by_key() -> dict[str, Route]:
    return {_key(route): route for route in all_routes()}


@cache
def _map() -> Map:
    from werkzeug.routing import Map, Rule

    return Map(
        [
            Rule(route.path.replace("{", "<").replace("}", ">"), endpoint=key, methods=[route.method])
            for key, route in _by_key().items()
        ],
        strict_slashes=False,
        redirect_defaults=False,
        merge_slashes=False,
    )


def _let_in(req: func.HttpRequest, app: App, route: Route) -> Principal:
    try:
        claims = app.sign_on.check(str(req.headers.get("Authorization", "")))
    except NotSignedOn as error:
        kind = "sign-on-expired" if error.expired else "not-signed-on"
        raise Refusal(401, kind, headers={"WWW-Authenticate": "Bearer"}) from None
    try:
        principal = identify(app, claims)
    except UnknownPerson as error:
        raise Refusal(403, error.kind) from None
    if not principal.rights & route.rights:
        raise Refusal(403, "not-allowed")
    return principal


def _query(req: func.HttpRequest, route: Route) -> Any:
    if route.query is None:
        return None
    given = {str(key): str(value) for key, value in req.params.items() if key != "lang"}
    if sum(len(key) + len(value) for key, value in given.items()) > _LONGEST_QUERY:
        raise Refusal(414, "too-large")
    try:
        return _QUERY_DECODERS[_key(route)].decode(msgspec.json.encode(given))
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def _body(req: func.HttpRequest, route: Route) -> Any:
    if route.body is None and not route.raw_body:
        return None
    body: bytes = req.get_body()
    if len(body) > route.largest_body:
        raise Refusal(413, "too-large", f"At most {route.largest_body} bytes.")
    kind = _media_type(req)
    if route.raw_body:
        if kind not in route.raw_body:
            raise Refusal(415, "unsupported-media-type", f"Send {' or '.join(route.raw_body)}.")
        return body
    if kind != "application/json":
        raise Refusal(415, "unsupported-media-type", "Send application/json.")
    try:
        return _BODY_DECODERS[_key(route)].decode(body)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "bad-request", "This is not JSON.") from None


def _media_type(req: func.HttpRequest) -> str:
    return str(req.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _key(route: Route) -> str:
    return f"{route.method} {route.path}"


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_BODY_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    _key(route): msgspec.json.Decoder(route.body) for route in all_routes() if route.body is not None
}
_QUERY_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    _key(route): msgspec.json.Decoder(route.query, strict=False) for route in all_routes() if route.query is not None
}
_ENCODER = msgspec.json.Encoder()


def _response(req: func.HttpRequest, route: Route, found: Answer, cors: dict[str, str]) -> func.HttpResponse:
    headers = HEADERS | cors
    if found.etag:
        headers["ETag"] = f'"{found.etag}"'
    if found.file is not None:
        kind = "inline" if found.inline_policy else "attachment"
        if found.inline_policy:
            headers["Content-Security-Policy"] = found.inline_policy
        if found.file_name:
            kind += f"; filename*=UTF-8''{quote(found.file_name, safe='')}"
        headers["Content-Disposition"] = kind
        body, media_type = found.file, found.media_type
    elif found.model is None:
        return func.HttpResponse(b"", status_code=204, headers=headers)
    else:
        body, media_type = _ENCODER.encode(found.model), "application/json"
    return func.HttpResponse(
        b"" if req.method == "HEAD" else body, status_code=found.status, headers=headers, mimetype=media_type
    )


def _refused(refusal: Refusal, cors: dict[str, str]) -> func.HttpResponse:
    return func.HttpResponse(
        problem_body(refusal),
        status_code=refusal.status,
        headers=HEADERS | cors | refusal.headers,
        mimetype=MEDIA_TYPE,
    )


def _cors(req: func.HttpRequest, portal_url: str) -> dict[str, str]:
    """What lets the portal's origin, and no other, read the answer (Fetch standard, section 3.2)."""
    origin = str(req.headers.get("Origin", ""))
    if not origin or origin != portal_url.rstrip("/"):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "ETag, Retry-After, Content-Disposition",
    }


def _preflight(cors: dict[str, str]) -> func.HttpResponse:
    if not cors:
        return func.HttpResponse(b"", status_code=403, headers=HEADERS)
    allowed = {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Accept-Language",
        "Access-Control-Max-Age": "600",
    }
    return func.HttpResponse(b"", status_code=204, headers=HEADERS | cors | allowed)
