"""Microsoft's side towards the bot, over HTTPS: OpenID metadata and keys, tokens for the bot, the Connector service.

| request | what it is at Microsoft |
| --- | --- |
| ``GET /v1/.well-known/openidconfiguration``, ``/v1/.well-known/keys`` | login.botframework.com |
| ``GET /{tenant}/v2.0/.well-known/openid-configuration``, ``POST /{tenant}/oauth2/v2.0/token`` | login.microsoftonline.com |
| ``POST /jp/v3/conversations/{id}/activities``, ``PUT …/activities/{activity}`` | smba.trafficmanager.net |

HTTPS because msal takes no other authority, and so that the bot needs no exception for local runs.

Source: learn.microsoft.com/azure/bot-service/rest-api (authentication, Connector API reference) and for errors
learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import jwt
from aiohttp import web
from aiohttp.typedefs import Handler

from local.teams.bot import CARD
from local.teams.chats import Chats, Message, Version
from local.teams.faults import Fault, Faults, Stage
from local.teams.people import Member
from local.teams.signing import ISSUER, TOKEN_SECONDS, SigningKeys

AUDIENCE = "https://api.botframework.com"
SCOPE = f"{AUDIENCE}/.default"
CARD_BYTES = 28 * 1024
"""Largest card that Teams takes."""

KEYS = web.AppKey("keys", SigningKeys)
FAULTS = web.AppKey("faults", Faults)
CHATS = web.AppKey("chats", Chats)
ADDRESS = web.AppKey("address", str)
"""URL of this service, without a slash at the end."""
BOT_ID = web.AppKey("bot_id", str)
BOT_SECRET = web.AppKey("bot_secret", str)


class Refusal(Exception):
    """An answer that is no success: status, Teams' error code, text for people, seconds to wait."""

    def __init__(self, status: int, code: str, text: str, retry_after: float = 0.0) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.retry_after = status, code, text, retry_after


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals in the form in which the Connector service gives them."""
    try:
        return await handler(request)
    except Refusal as refused:
        headers = {"Retry-After": f"{refused.retry_after:g}"} if refused.retry_after else None
        body = {"error": {"code": refused.code, "message": refused.text}}
        return web.json_response(body, status=refused.status, headers=headers)


async def _suffer(request: web.Request, stage: Stage, person: str = "") -> Fault | None:
    """Let the fault strike that is in force; returns one whose answer is to be spoilt after the deed."""
    fault = request.app[FAULTS].strike(stage, person)
    if fault is None:
        return None
    await asyncio.sleep(fault.delay)
    if fault.done:
        return fault
    _spoil(request, fault)
    return None


def _spoil(request: web.Request, fault: Fault) -> None:
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        raise Refusal(503, "ServiceUnavailable", "cut off")
    if fault.status:
        raise Refusal(fault.status, fault.code or "ServiceError", "as was asked for", fault.retry_after)


# --- login.botframework.com


async def openid_configuration(request: web.Request) -> web.Response:
    """The metadata of whoever signs requests to bots."""
    await _suffer(request, "keys")
    return web.json_response(
        {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{request.app[ADDRESS]}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
    )


async def signing_keys(request: web.Request) -> web.Response:
    """The public keys."""
    await _suffer(request, "keys")
    return web.json_response(request.app[KEYS].jwks())


# --- login.microsoftonline.com


async def tenant_configuration(request: web.Request) -> web.Response:
    """The metadata of an Entra tenant, as far as a confidential client reads it."""
    base = f"{request.app[ADDRESS]}/{request.match_info['tenant']}"
    return web.json_response(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }
    )


def _client(request: web.Request, form: Mapping[str, Any]) -> tuple[str, str]:
    """Name and secret of a client, from the form or from Basic credentials (RFC 6749 section 2.3.1)."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote(name), unquote(secret)
    return str(form.get("client_id", "")), str(form.get("client_secret", ""))


async def token(request: web.Request) -> web.Response:
    """Client credentials (RFC 6749 section 4.4)."""
    await _suffer(request, "token")
    form = await request.post()
    name, secret = _client(request, form)

    def fail(status: int, error: str, description: str) -> web.Response:
        return web.json_response({"error": error, "error_description": description}, status=status)

    if form.get("grant_type") != "client_credentials":
        return fail(400, "unsupported_grant_type", "only client_credentials")
    if name != request.app[BOT_ID] or not hmac.compare_digest(secret.encode(), request.app[BOT_SECRET].encode()):
        return fail(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
    if form.get("scope") != SCOPE:
        return fail(400, "invalid_scope", f"the scope must be {SCOPE}")
    now = int(time.time())
    claims = {"aud": AUDIENCE, "appid": name, "nbf": now, "exp": now + TOKEN_SECONDS}
    issued = request.app[KEYS].sign(claims)
    return web.json_response({"token_type": "Bearer", "expires_in": TOKEN_SECONDS - 1, "access_token": issued})


# --- the Connector service


@web.middleware
async def _only_the_bot(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only who has a token of this place may write into chats."""
    if request.path.startswith("/jp/"):
        scheme, _, issued = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = request.app[KEYS].read(issued, AUDIENCE)
        except jwt.PyJWTError:
            claims = {}
        if scheme != "Bearer" or claims.get("appid") != request.app[BOT_ID]:
            raise Refusal(401, "Unauthorized", "Authorization has been denied for this request.")
    return await handler(request)


def _member(request: web.Request) -> Member:
    member = request.app[CHATS].member(request.match_info["conversation"])
    if member is None or member.conversation != request.match_info["conversation"]:
        raise Refusal(404, "ConversationNotFound", "Conversation not found.")
    if not request.app[CHATS].of(member).installed:
        raise Refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    return member


async def _content(request: web.Request, how: Any) -> Version:
    """What the activity shows: one Adaptive Card, or a text."""
    try:
        activity = await request.json()
    except ValueError:
        raise Refusal(400, "BadSyntax", "The activity is not JSON.") from None
    if not isinstance(activity, dict) or activity.get("type") != "message":
        raise Refusal(400, "BadArgument", "Unknown activity type.")
    text, summary = str(activity.get("text") or ""), str(activity.get("summary") or "")
    attachments = activity.get("attachments") or []
    if not attachments and not text:
        raise Refusal(400, "BadArgument", "The message has neither text nor attachment.")
    card = None
    for attachment in attachments:
        card = attachment.get("content")
        if attachment.get("contentType") != CARD or not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
            raise Refusal(400, "BadArgument", "Only Adaptive Cards are known here.")
        if len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode()) > CARD_BYTES:
            raise Refusal(413, "MessageSizeTooBig", "The card is larger than Teams takes.")
    return Version(time.time(), how, card, text, summary)


async def post_activity(request: web.Request) -> web.Response:
    """Post into a chat."""
    member = _member(request)
    spoilt = await _suffer(request, "post", member.address)
    message = request.app[CHATS].add(member, "bot", await _content(request, "posted"))
    if spoilt is not None:
        _spoil(request, spoilt)
    return web.json_response({"id": message.id}, status=201)


async def update_activity(request: web.Request) -> web.Response:
    """Put something else in the place of what was posted."""
    member = _member(request)
    spoilt = await _suffer(request, "update", member.address)
    message: Message | None = request.app[CHATS].of(member).find(request.match_info["activity"])
    if message is None or message.author != "bot":
        raise Refusal(404, "ActivityNotFoundInConversation", "Activity not found.")
    message.versions.append(await _content(request, "updated"))
    message.note = ""
    request.app[CHATS].keep(member)
    if spoilt is not None:
        _spoil(request, spoilt)
    return web.json_response({"id": message.id})


def make_service(
    keys: SigningKeys, faults: Faults, chats: Chats, *, address: str, bot_id: str, bot_secret: str
) -> web.Application:
    """The application to serve over HTTPS."""
    app = web.Application(middlewares=[_refusals, _only_the_bot], client_max_size=1024 * 1024)
    app[KEYS], app[FAULTS], app[CHATS], app[ADDRESS] = keys, faults, chats, address
    app[BOT_ID], app[BOT_SECRET] = bot_id, bot_secret
    activity = "/jp/v3/conversations/{conversation}/activities"
    app.add_routes(
        [
            web.get("/v1/.well-known/openidconfiguration", openid_configuration),
            web.get("/v1/.well-known/keys", signing_keys),
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", tenant_configuration),
            web.post("/{tenant}/oauth2/v2.0/token", token),
            web.post(activity, post_activity),
            web.post(activity + "/{activity}", post_activity),  # as a reply; in a personal chat it is the same
            web.put(activity + "/{activity}", update_activity),
        ]
    )
    return app
