"""Reads the arguments of MAIL and RCPT: ``FROM:<reverse-path> parameters``. Stage receive.

Grammar of RFC 5321 section 4.1.2, a little wider where clients are sloppy and nothing can go wrong: spaces around the
path, missing angle brackets, long local parts. Source routes are taken and dropped, as section 4.1.1.3 asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.core.message.envelope import DsnWish
from smtp_relay import replies
from smtp_relay.dsn_parameters import RCPT_PARAMETERS, BadValue, read_envid, read_ret, read_wish

LONGEST_ADDRESS = 320
"""64 + ``@`` + 255, counted in UTF-8 bytes."""

_ATOM = r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,\".]+"
_LOCAL = rf"(?:{_ATOM}(?:\.+{_ATOM})*\.*|\"(?:[^\x00-\x1f\x7f-\x9f\u2028\u2029\"\\]|\\[\x20-\x7e])*\")"
_LABEL = r"[^\s\x00-\x2c\x2e\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x9f]+"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Za-z.:-]+\])"
_MAILBOX = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_DOMAIN})")
_ROUTE = rf"(?:@{_DOMAIN}(?:,@{_DOMAIN})*:)?"
_BRACKETED = re.compile(rf"<{_ROUTE}(?P<address>(?:{_LOCAL}(?:@{_DOMAIN})?)?)>(?P<rest>(?:\s.*)?)", re.DOTALL)
_BARE = re.compile(r"(?P<address>[^\s<>\"]+)(?P<rest>(?:\s.*)?)", re.DOTALL)
_PARAMETER = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[^\s=\x00-\x20\x7f][^\s\x00-\x20\x7f]*))?")
_Given = TypeVar("_Given")
_Read = TypeVar("_Read")
_LARGEST_NUMBER = 20
"""Digits of a SIZE value (RFC 1870 section 3)."""


class Refused(Exception):
    """The command, or the message, is refused with ``reply``."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Mail:
    """What MAIL said. ``size`` is the announced size in bytes, 0 where none was announced.

    ``ret`` and ``envid`` are as in ``Envelope``.
    """

    reverse_path: str
    smtputf8: bool
    body: str
    size: int
    ret: str = ""
    envid: str = ""


@dataclass(frozen=True, slots=True)
class Rcpt:
    """What RCPT said: the recipient, and what is wished about reports on it."""

    recipient: str
    wish: DsnWish


def read_mail(argument: str, *, extended: bool) -> Mail:
    """The argument of MAIL; ``extended`` tells whether the client said EHLO. Raises ``Refused``."""
    address, parameters = _read(argument, "FROM:", replies.BAD_SENDER)
    smtputf8 = False
    body = "7BIT"
    size = 0
    ret = envid = ""
    if parameters and not extended:
        raise Refused(replies.BAD_PARAMETER)
    for name, value in parameters.items():
        if name == "SMTPUTF8" and value is None:
            smtputf8 = True
        elif name == "BODY" and value is not None and value.upper() in {"7BIT", "8BITMIME"}:
            body = value.upper()
        elif (
            name == "SIZE"
            and value is not None
            and value.isascii()
            and value.isdigit()
            and len(value) <= _LARGEST_NUMBER
        ):
            size = int(value)
        elif name == "AUTH" and value is not None:
            pass  # RFC 4954 section 5: a server that offers AUTH must take it; nobody here is trusted to vouch for others
        elif name == "RET":
            ret = _checked(read_ret, value)
        elif name == "ENVID":
            envid = _checked(read_envid, value)
        elif name in {"SMTPUTF8", "BODY", "SIZE", "AUTH"}:
            raise Refused(replies.BAD_ARGUMENT)
        else:
            raise Refused(replies.BAD_PARAMETER)
    if address:
        _check(address, smtputf8, replies.BAD_SENDER)
    return Mail(address, smtputf8, body, size, ret, envid)


def read_rcpt(argument: str, *, extended: bool, smtputf8: bool) -> Rcpt:
    """The argument of RCPT; ``extended`` tells whether the client said EHLO. Raises ``Refused``.

    ``postmaster`` alone is refused: no domain here is the relay's.
    """
    address, parameters = _read(argument, "TO:", replies.BAD_ADDRESS)
    if not parameters.keys() <= RCPT_PARAMETERS or (parameters and not extended):
        raise Refused(replies.BAD_PARAMETER)
    wish = _checked(lambda given: read_wish(given, smtputf8=smtputf8), parameters)
    _check(address, smtputf8, replies.BAD_ADDRESS)
    return Rcpt(address, wish)


def _checked(read: Callable[[_Given], _Read], value: _Given) -> _Read:
    try:
        return read(value)
    except BadValue as error:
        raise Refused(replies.BAD_ARGUMENT) from error


def _read(argument: str, keyword: str, bad: str) -> tuple[str, dict[str, str | None]]:
    if argument[: len(keyword)].upper() != keyword:
        raise Refused(replies.BAD_ARGUMENT)
    text = argument[len(keyword) :].strip()
    match = _BRACKETED.fullmatch(text) or _BARE.fullmatch(text)
    if match is None:
        raise Refused(bad)
    parameters: dict[str, str | None] = {}
    for piece in match["rest"].split():
        parameter = _PARAMETER.fullmatch(piece)
        if parameter is None or parameter["name"].upper() in parameters:
            raise Refused(replies.BAD_ARGUMENT)
        parameters[parameter["name"].upper()] = parameter["value"]
    return match["address"], parameters


def _check(address: str, smtputf8: bool, bad: str) -> None:
    if len(address.encode()) > LONGEST_ADDRESS or _MAILBOX.fullmatch(address) is None:
        raise Refused(bad)
    if not address.isascii() and not smtputf8:
        raise Refused(replies.NEEDS_SMTPUTF8)
