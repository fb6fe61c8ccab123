"""The stand-in's own pages, and a JSON API for tests and the demo. ``{person}`` is an object id or an address.

| request | answer |
| --- | --- |
| ``GET /api/health`` | ``{"status": "ok"}`` |
| ``GET /api/installed`` | 200 as soon as the bot knows everybody who has not removed the app, else 503 |
| ``GET /api/people`` | ``{id, name, address, language, key, conversation, installed, messages}`` of everybody |
| ``GET /api/chats/{person}`` | ``{person, installed, told, messages: [{id, author, note, versions}]}`` |
| ``POST /api/chats/{person}/actions`` | press a button: ``{message, action: {verb, data, …}, trigger?}`` or ``{message, submit: data}`` |
| ``POST /api/chats/{person}/texts`` | write to the bot: ``{text}`` |
| ``POST``, ``DELETE /api/chats/{person}/app`` | install the app, remove it |
| ``GET /api/activities`` | the last activities sent to the bot, with its answers |
| ``POST /api/activities`` | send any: ``{activity, signing?}``; see ``signing.Signing``; answers ``{status, body}`` |
| ``POST /api/keys`` | sign with a new key from now on: ``{kid}`` |
| ``GET``, ``PUT``, ``DELETE /api/faults`` | the faults in force; PUT takes a list of objects as in ``faults.Fault`` |
| ``GET /api/events`` | server-sent events: one at each change of a chat |
| ``GET /``, ``/chat/{person}`` | the page; ``?lang=en``; ``?client=old`` is a Teams without Universal Actions |

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from local.teams import activities
from local.teams.bot import Answer, Bot
from local.teams.chats import Message, Version
from local.teams.faults import FaultError, Faults, fault_from_json
from local.teams.people import Member
from local.teams.signing import SIGNINGS

_LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
# adaptivecards sets styles on its elements; pictures in cards are data URLs.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = Path(__file__).parent / "page"
_OWN = ("teams.css", "teams.js", "texts.js", "cards.js")
_MODULES = {
    "adaptivecards.js": "adaptivecards/dist/adaptivecards.min.js",
    "adaptivecards.css": "adaptivecards/dist/adaptivecards.css",
    "markdown-it.js": "markdown-it/dist/browser/markdown-it.umd.min.js",
}

BOT = web.AppKey("bot", Bot)
FAULTS = web.AppKey("faults", Faults)
MODULES = web.AppKey("modules", Path)
STOPPING = web.AppKey("stopping", asyncio.Event)


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only pages of this machine may talk to the stand-in: no rebound DNS name, no form of a foreign page."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    if host not in _LOCAL_HOSTS or (origin is not None and urlsplit(origin).netloc != request.host):
        raise web.HTTPForbidden(text="the Teams stand-in answers to pages of this machine only")
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response


def _member(request: web.Request) -> Member:
    member = request.app[BOT].chats.member(request.match_info["person"])
    if member is None:
        raise web.HTTPNotFound(text="no such person")
    return member


async def _object(request: web.Request) -> dict[str, Any]:
    """The request's JSON object. A content type of JSON is asked for: no foreign page can send it unasked."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON is needed")
    try:
        content = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return content


def _message(bot: Bot, member: Member, content: dict[str, Any]) -> Message:
    message = bot.chats.of(member).find(str(content.get("message", "")))
    if message is None:
        raise web.HTTPNotFound(text="no such message")
    return message


def _told(answer: Answer) -> web.Response:
    return web.json_response({"status": answer.status, "body": answer.body})


async def api_health(request: web.Request) -> web.Response:
    """Whether it runs."""
    return web.json_response({"status": "ok"})


async def api_installed(request: web.Request) -> web.Response:
    """Whether the installation of the app is done."""
    chats = request.app[BOT].chats
    missing = [one.name for one in chats.members.values() if not (chats.of(one).told or chats.of(one).removed)]
    return web.json_response({"missing": missing}, status=503 if missing else 200)


async def api_people(request: web.Request) -> web.Response:
    """Everybody."""
    chats = request.app[BOT].chats
    found = []
    for member in chats.members.values():
        chat = chats.of(member)
        about = {"id": member.id, "name": member.name, "address": member.address, "language": member.language}
        about |= {"key": member.key, "conversation": member.conversation}
        found.append(about | {"installed": bool(chat.told), "messages": len(chat.messages)})
    return web.json_response(found)


async def api_chat(request: web.Request) -> web.Response:
    """One chat, with every version of every message."""
    return web.json_response(asdict(request.app[BOT].chats.of(_member(request))))


async def api_act(request: web.Request) -> web.Response:
    """Press a button on a card."""
    bot, member, content = request.app[BOT], _member(request), await _object(request)
    message = _message(bot, member, content)
    if "submit" in content:
        return _told(await bot.submit(member, message, content["submit"]))
    action, trigger = content.get("action"), content.get("trigger", "manual")
    if not isinstance(action, dict) or trigger not in ("manual", "automatic"):
        raise web.HTTPBadRequest(text="an action is needed, and a trigger: manual or automatic")
    return _told(await bot.act(member, message, action, trigger))


async def api_write(request: web.Request) -> web.Response:
    """Write to the bot."""
    bot, member = request.app[BOT], _member(request)
    text = str((await _object(request)).get("text", ""))
    bot.chats.add(member, "person", Version(time.time(), "posted", None, text))
    return _told(await bot.send(activities.typed(member, bot.id, bot.service_url, text)))


async def api_install(request: web.Request) -> web.Response:
    """Install the app for a person."""
    return web.json_response({"installed": await request.app[BOT].install(_member(request))})


async def api_remove(request: web.Request) -> web.Response:
    """Remove the app."""
    return _told(await request.app[BOT].remove(_member(request)))


async def api_sent(request: web.Request) -> web.Response:
    """What was sent to the bot."""
    return web.json_response([{"activity": one, **asdict(answer)} for one, answer in request.app[BOT].sent])


async def api_send(request: web.Request) -> web.Response:
    """Send any activity, signed in any way."""
    content = await _object(request)
    activity, signing = content.get("activity"), content.get("signing", "good")
    if not isinstance(activity, dict) or signing not in SIGNINGS:
        raise web.HTTPBadRequest(text=f"an activity is needed, and a signing: {', '.join(SIGNINGS)}")
    return _told(await request.app[BOT].send(activity, signing))


async def api_rotate(request: web.Request) -> web.Response:
    """A new signing key."""
    return web.json_response({"kid": await asyncio.to_thread(request.app[BOT].keys.rotate)})


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
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    request.app[FAULTS].replace(faults)
    return await api_faults(request)


async def api_clear_faults(request: web.Request) -> web.Response:
    """Behave well from now on."""
    request.app[FAULTS].replace(())
    return await api_faults(request)


async def api_events(request: web.Request) -> web.StreamResponse:
    """Tell a page that something changed."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    stopping = asyncio.ensure_future(request.app[STOPPING].wait())
    changes = request.app[BOT].chats.changes()
    try:
        while not stopping.done():
            change = asyncio.ensure_future(anext(changes))
            await asyncio.wait((change, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not change.done():
                change.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await change
                break
            await response.write(b"data: changed\n\n")
    except ConnectionError:
        pass  # the page was closed
    finally:
        stopping.cancel()
        await changes.aclose()
    return response


async def page(request: web.Request) -> web.FileResponse:
    """The page; it asks the API for all that it shows."""
    return web.FileResponse(_PAGE / "index.html", headers={"Content-Type": "text/html; charset=utf-8"})


async def static(request: web.Request) -> web.FileResponse:
    """Scripts and styles: the stand-in's own, and those of the Node packages."""
    name = request.match_info["name"]
    if name in _OWN:
        return web.FileResponse(_PAGE / name)
    if name in _MODULES:
        return web.FileResponse(request.app[MODULES] / _MODULES[name])
    raise web.HTTPNotFound


async def _stop(app: web.Application) -> None:
    app[STOPPING].set()


def make_pages(bot: Bot, faults: Faults, modules: Path) -> web.Application:
    """The application to serve to browsers; ``modules`` is a ``node_modules``."""
    app = web.Application(middlewares=[_guard], client_max_size=1024 * 1024)
    app[BOT], app[FAULTS], app[MODULES], app[STOPPING] = bot, faults, modules, asyncio.Event()
    app.on_shutdown.append(_stop)
    app.add_routes(
        [
            web.get("/api/health", api_health),
            web.get("/api/installed", api_installed),
            web.get("/api/people", api_people),
            web.get("/api/chats/{person}", api_chat),
            web.post("/api/chats/{person}/actions", api_act),
            web.post("/api/chats/{person}/texts", api_write),
            web.post("/api/chats/{person}/app", api_install),
            web.delete("/api/chats/{person}/app", api_remove),
            web.get("/api/activities", api_sent),
            web.post("/api/activities", api_send),
            web.post("/api/keys", api_rotate),
            web.get("/api/faults", api_faults),
            web.put("/api/faults", api_set_faults),
            web.delete("/api/faults", api_clear_faults),
            web.get("/api/events", api_events),
            web.get("/static/{name}", static),
            web.get("/", page),
            web.get("/chat/{person}", page),
        ]
    )
    return app
