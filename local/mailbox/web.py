"""The mailbox's web side: pages for people, and a JSON API for tests, demo and benchmarks.

| request | answer |
| --- | --- |
| ``GET /api/health`` | ``{"status": "ok"}`` |
| ``GET /api/messages?person=&after=`` | list of ``{id, received, size, subject, header_from, envelope}``, oldest first |
| ``GET /api/messages/{id}`` | the same for one, with ``headers``, ``text``, ``html``, ``attachments`` |
| ``GET /api/messages/{id}/raw`` | the bytes as they came in |
| ``DELETE /api/messages`` | ``{"deleted": n}`` |
| ``GET``, ``PUT``, ``DELETE /api/faults`` | the faults in force; PUT takes a list of objects as in ``faults.Fault`` |
| ``GET /``, ``/m/{id}`` | pages |

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from local.mailbox.faults import FaultError, Faults, fault_from_json
from local.mailbox.message_view import attachment, view
from local.mailbox.store import MailStore, StoredMessage

_LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; "
    "base-uri 'none'"
)
# A message's own HTML: no scripts, nothing fetched, links open in a window of their own.
_HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_SHOWN_SOURCE = 200_000
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")

STORE = web.AppKey("store", MailStore)
FAULTS = web.AppKey("faults", Faults)
PAGES = web.AppKey("pages", Environment)


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only pages of this machine may talk to the mailbox: no rebound DNS name, no form of a foreign page."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    if host not in _LOCAL_HOSTS or (origin is not None and urlsplit(origin).netloc != request.host):
        raise web.HTTPForbidden(text="the mailbox answers to pages of this machine only")
    response = await handler(request)
    response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _summary(message: StoredMessage) -> dict[str, object]:
    content = asdict(message)
    del content["directory"]
    return content


def _find(request: web.Request) -> StoredMessage:
    message = request.app[STORE].get(request.match_info["id"])
    if message is None:
        raise web.HTTPNotFound(text="no such message")
    return message


async def _raw(message: StoredMessage) -> bytes:
    try:
        return await asyncio.to_thread(lambda: message.raw)
    except FileNotFoundError:
        raise web.HTTPNotFound(text="no such message") from None


async def api_health(request: web.Request) -> web.Response:
    """Whether it runs."""
    return web.json_response({"status": "ok"})


async def api_list(request: web.Request) -> web.Response:
    """Messages, oldest first."""
    query = request.query
    found = request.app[STORE].messages(person=query.get("person", ""), after=query.get("after", ""))
    return web.json_response([_summary(message) for message in found])


async def api_one(request: web.Request) -> web.Response:
    """One message, read."""
    message = _find(request)
    shown = await asyncio.to_thread(view, await _raw(message))
    return web.json_response(_summary(message) | asdict(shown))


async def api_raw(request: web.Request) -> web.StreamResponse:
    """One message's bytes."""
    message = _find(request)
    if not message.path.exists():
        raise web.HTTPNotFound(text="no such message")
    return web.FileResponse(message.path, headers={"Content-Type": "message/rfc822"})


async def api_clear(request: web.Request) -> web.Response:
    """Delete all messages."""
    return web.json_response({"deleted": await asyncio.to_thread(request.app[STORE].clear)})


async def api_faults(request: web.Request) -> web.Response:
    """The faults in force."""
    return web.json_response(list(request.app[FAULTS].as_json()))


async def api_set_faults(request: web.Request) -> web.Response:
    """Replace the faults in force."""
    try:
        content = await request.json()
        if not isinstance(content, list):
            raise FaultError("a list of faults is needed")
        faults = [fault_from_json(item) for item in content]
    except (FaultError, json.JSONDecodeError) as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    request.app[FAULTS].clear()
    request.app[FAULTS].add(*faults)
    return await api_faults(request)


async def api_clear_faults(request: web.Request) -> web.Response:
    """Behave well from now on."""
    request.app[FAULTS].clear()
    return await api_faults(request)


def _page(request: web.Request, name: str, **values: object) -> web.Response:
    return web.Response(text=request.app[PAGES].get_template(name).render(values), content_type="text/html")


async def page_list(request: web.Request) -> web.Response:
    """All messages, newest first, or one person's."""
    store, person = request.app[STORE], request.query.get("person", "")
    people = Counter(address for message in store.messages() for address in message.envelope.recipients)
    return _page(
        request, "list.html", messages=store.messages(person=person)[::-1], person=person, people=sorted(people.items())
    )


async def page_message(request: web.Request) -> web.Response:
    """One message."""
    message = _find(request)
    raw = await _raw(message)
    shown = await asyncio.to_thread(view, raw)
    source = raw[:_SHOWN_SOURCE].decode("utf-8", "replace")
    return _page(request, "message.html", message=message, view=shown, source=source, cut=len(raw) > _SHOWN_SOURCE)


async def page_html(request: web.Request) -> web.Response:
    """A message's own HTML, for the frame of its page."""
    shown = await asyncio.to_thread(view, await _raw(_find(request)))
    return web.Response(
        text=f'<base target="_blank">{shown.html}',
        content_type="text/html",
        headers={"Content-Security-Policy": _HTML_POLICY},
    )


async def page_attachment(request: web.Request) -> web.Response:
    """One attachment, to save."""
    found = await asyncio.to_thread(attachment, await _raw(_find(request)), int(request.match_info["index"]))
    if found is None:
        raise web.HTTPNotFound(text="no such attachment")
    about, content = found
    name = quote(about.name, safe="")
    return web.Response(
        body=content,
        content_type="application/octet-stream",  # never shown in the browser
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


async def page_clear(request: web.Request) -> web.Response:
    """The button that deletes everything."""
    await asyncio.to_thread(request.app[STORE].clear)
    raise web.HTTPSeeOther("/")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _size(count: int) -> str:
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.1f} KiB"
    return f"{count / 1024**2:.1f} MiB"


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Text cut into what is a link and what is not."""
    pieces, position = [], 0
    for match in _LINK.finditer(text):
        pieces += [(text[position : match.start()], False), (match.group(), True)]
        position = match.end()
    return [*pieces, (text[position:], False)]


def make_app(store: MailStore, faults: Faults) -> web.Application:
    """The web application."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
    )
    pages.filters.update(time=_time, size=_size, pieces=_pieces)
    app = web.Application(middlewares=[_guard], client_max_size=1024 * 1024)
    app[STORE], app[FAULTS], app[PAGES] = store, faults, pages
    app.add_routes(
        [
            web.get("/api/health", api_health),
            web.get("/api/messages", api_list),
            web.delete("/api/messages", api_clear),
            web.get("/api/messages/{id}", api_one),
            web.get("/api/messages/{id}/raw", api_raw),
            web.get("/api/faults", api_faults),
            web.put("/api/faults", api_set_faults),
            web.delete("/api/faults", api_clear_faults),
            web.get("/", page_list),
            web.post("/clear", page_clear),
            web.get("/m/{id}", page_message),
            web.get("/m/{id}/html", page_html),
            web.get(r"/m/{id}/attachment/{index:\d+}", page_attachment),
        ]
    )
    return app
