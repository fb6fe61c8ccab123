"""Reads what a client asks for about reports: RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT (RFC 3461). Stage receive.

The values are kept as the client wrote them (keywords in capitals), since the next hop gets them so.
"""

from __future__ import annotations

from shared.core.message.envelope import DsnWish
from shared.core.message.xtext import decode_original, decode_xtext

RCPT_PARAMETERS = frozenset({"NOTIFY", "ORCPT"})
LONGEST_ENVID = 100
"""Characters (RFC 3461 section 4.4)."""
LONGEST_ORCPT = 500
"""Characters (RFC 3461 section 4.2), here counted in UTF-8 bytes."""
MOST_ORIGINALS = 128 * 1024
"""Bytes of all ORCPT values of a transaction: the envelope has to fit into one row of a table."""
_RET = frozenset({"FULL", "HDRS"})
_NOTIFY = ("SUCCESS", "FAILURE", "DELAY")
_NEVER = ("NEVER",)


class BadValue(ValueError):
    """A parameter whose value is none that the RFC knows."""


def read_ret(value: str | None) -> str:
    """``FULL`` or ``HDRS``. Raises ``BadValue``."""
    if value is None or value.upper() not in _RET:
        raise BadValue
    return value.upper()


def read_envid(value: str | None) -> str:
    """The envelope's id, still in xtext. Raises ``BadValue``."""
    if value is None or len(value) > LONGEST_ENVID or decode_xtext(value) is None:
        raise BadValue
    return value


def read_notify(value: str | None) -> tuple[str, ...]:
    """``NEVER`` alone, or some of the others, each once and always in the same order. Raises ``BadValue``."""
    words = tuple(value.upper().split(",")) if value is not None else ()
    if words == _NEVER:
        return words
    if not words or not set(words) <= set(_NOTIFY):
        raise BadValue
    return tuple(word for word in _NOTIFY if word in words)


def read_orcpt(value: str | None, *, smtputf8: bool) -> str:
    """The original recipient: address type and encoded address. Raises ``BadValue``."""
    if value is None or len(value.encode()) > LONGEST_ORCPT or decode_original(value) is None:
        raise BadValue
    if not value.isascii() and not smtputf8:
        raise BadValue
    return value


def read_wish(parameters: dict[str, str | None], *, smtputf8: bool) -> DsnWish:
    """What the parameters of one RCPT ask for. Raises ``BadValue``."""
    notify = read_notify(parameters["NOTIFY"]) if "NOTIFY" in parameters else ()
    original = read_orcpt(parameters["ORCPT"], smtputf8=smtputf8) if "ORCPT" in parameters else ""
    return DsnWish(notify, original)
