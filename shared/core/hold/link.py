"""Signed links: who may look at which message, for what purpose, until when. Made by stage 5, read by stage 6.

A token is ``base64url(payload).base64url(HMAC-SHA-256)`` without padding. The payload is a small JSON array that names
its own key, so that keys rotate; the MAC covers a domain-separating prefix, so that a mark made for something else
with the same key is no link, and the encoded text itself, so that a token has exactly one valid spelling.

Holding a link is enough to see and decide one message: a token is as secret as the message, and never logged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.errors import PermanentError

LONGEST_TOKEN = 2048
"""Characters. An address has at most 320 octets (RFC 5321 section 4.5.3.1), so an honest token stays far below."""
_LINK_DOMAIN = b"matta.link.1\0"
_STEP_DOMAIN = b"matta.link.step.1\0"
_LAST_SECOND = 253_402_300_799
_Second = Annotated[int, msgspec.Meta(ge=0, le=_LAST_SECOND)]


class Purpose(StrEnum):
    """What a link is for; a link for one purpose opens nothing else."""

    HOLD = "hold"
    APPROVAL = "approval"
    RECEIPT = "receipt"


class LinkForged(PermanentError):
    """The token was not made by us, or not for this. ``code`` names the text that a person sees."""

    code = "link-unknown"
    public = "This link is not valid."

    def __init__(self, cause: str = "not a token of ours") -> None:
        super().__init__(cause)


class LinkExpired(PermanentError):
    """The token was ours, and its time is over."""

    code = "link-expired"
    public = "This link has expired."

    def __init__(self, claims: LinkClaims) -> None:
        super().__init__(f"expired at {claims.expires_at:%Y-%m-%dT%H:%M:%SZ}")
        self.claims = claims


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What a link says: ``person`` (an address) may use it on ``ref`` for ``purpose`` until ``expires_at``.

    Times are aware and counted in whole seconds.
    """

    ref: MessageRef
    person: str
    purpose: Purpose
    issued_at: datetime
    expires_at: datetime


class _Payload(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    kid: str
    tenant_id: str
    queue_id: str
    person: str
    purpose: Purpose
    issued_at: _Second
    expires_at: _Second


_DECODER = msgspec.json.Decoder(_Payload)


def sign_link(claims: LinkClaims, key: SigningKey) -> str:
    """The token for ``claims``, safe in a URL path. Raises ``ValueError`` when the person's address is absurdly long."""
    payload = _Payload(
        key.kid,
        claims.ref.tenant_id,
        claims.ref.queue_id,
        claims.person,
        claims.purpose,
        int(claims.issued_at.timestamp()),
        int(claims.expires_at.timestamp()),
    )
    encoded = _encode(msgspec.json.encode(payload))
    token = f"{encoded}.{_mac(_LINK_DOMAIN, encoded, key)}"
    if len(token) > LONGEST_TOKEN:
        raise ValueError("the person's address is too long for a link")
    return token


def read_link(token: str, keys: Sequence[SigningKey], now: datetime) -> LinkClaims:
    """The claims of a token signed by any of ``keys``.

    Raises ``LinkForged`` for anything else, and ``LinkExpired`` at ``expires_at`` or later: only where the signature
    is right, so that a stranger learns nothing from the difference.
    """
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise LinkForged
    encoded, dot, signature = token.partition(".")
    if not dot:
        raise LinkForged
    try:
        payload = _DECODER.decode(_decode(encoded))
    except (ValueError, RecursionError, msgspec.DecodeError):
        raise LinkForged from None
    key = next((key for key in keys if key.kid == payload.kid), None)
    if key is None or not hmac.compare_digest(_mac(_LINK_DOMAIN, encoded, key), signature):
        raise LinkForged
    try:
        ref = MessageRef(payload.tenant_id, payload.queue_id)
    except ValueError:
        raise LinkForged from None
    claims = LinkClaims(
        ref,
        payload.person,
        payload.purpose,
        datetime.fromtimestamp(payload.issued_at, UTC),
        datetime.fromtimestamp(payload.expires_at, UTC),
    )
    if now >= claims.expires_at:
        raise LinkExpired(claims)
    return claims


def sign_step(token: str, step: str, key: SigningKey) -> str:
    """The mark that a form carries: it was shown to whoever holds ``token``, at ``step``.

    A page of another site cannot know it, and a form cannot skip the step before.
    """
    return f"{_encode(key.kid.encode())}.{_mac(_STEP_DOMAIN, step + chr(0) + token, key)}"


def step_is_ours(mark: str, token: str, step: str, keys: Sequence[SigningKey]) -> bool:
    """Whether ``mark`` is ``sign_step(token, step, key)`` for one of ``keys``."""
    if len(mark) > LONGEST_TOKEN or not mark.isascii():
        return False
    return any(hmac.compare_digest(sign_step(token, step, key), mark) for key in keys)


def _mac(domain: bytes, text: str, key: SigningKey) -> str:
    return _encode(hmac.new(key.secret, domain + text.encode(), hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Raises ``ValueError`` for anything that ``_encode`` does not make."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("not the one spelling of these bytes")
    return data
