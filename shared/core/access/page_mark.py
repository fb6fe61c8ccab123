"""Signed marks for paging: where a list goes on, good only for the same list of the same person (traps in architecture.md).

Storage's own continuation is bytes that a browser must not be able to change or carry to another tenant's list.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from shared.core.message.keys import SigningKey
from shared.errors import PermanentError

LONGEST_MARK = 4096
_DOMAIN = b"matta.page-mark.1\0"


class BadPageMark(PermanentError):
    """Not a mark of ours, or of another list."""

    public = "The list cannot be continued from here. Start again from its first page."


def sign_mark(after: str, place: str, key: SigningKey) -> str:
    """The mark for going on behind ``after``. ``place`` names tenant, person, list and filter. Empty at the end."""
    if not after:
        return ""
    body = _encode(after.encode())
    return f"{_encode(key.kid.encode())}.{body}.{_mac(body, place, key)}"


def read_mark(mark: str, place: str, keys: Sequence[SigningKey]) -> str:
    """``after`` again; empty for an empty mark. Raises ``BadPageMark``."""
    if not mark:
        return ""
    pieces = mark.split(".")
    if len(mark) > LONGEST_MARK or not mark.isascii() or len(pieces) != 3:
        raise BadPageMark("not three pieces")
    kid, body, mac = pieces
    key = next((key for key in keys if _encode(key.kid.encode()) == kid), None)
    if key is None or not hmac.compare_digest(_mac(body, place, key), mac):
        raise BadPageMark("not signed for this list")
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except ValueError:
        raise BadPageMark("not the encoding") from None


def _mac(body: str, place: str, key: SigningKey) -> str:
    digest = hmac.new(key.secret, _DOMAIN + place.encode() + b"\0" + body.encode(), hashlib.sha256).digest()
    return _encode(digest)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
