"""How SMTP parameters about reports are written: xtext (RFC 3461 section 4) and its sister for UTF-8 (RFC 6533 section 3).

Read by receive, which checks what a client says, and by the reports that repeat it in clear.
"""

from __future__ import annotations

import re

_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_HEX = re.compile(r"\+([0-9A-F]{2})")
_PRINTABLE = re.compile(r"[ -~]*")
_ADDRESS_TYPE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}")
_POINT = r"\\x\{([0-9A-Fa-f]{2,6})\}"
_ESCAPE = re.compile(_POINT)
_UNITEXT = re.compile(rf"(?:[!-*,-<>-\[\]-~]|[^\x00-\x7f]|{_POINT})+")
_LARGEST_POINT = 0x10FFFF
_PLAIN = frozenset(chr(code) for code in range(0x21, 0x7F)) - set("\\+=")
UTF8_TYPE = "utf-8"
"""The address type of RFC 6533, in lower case."""


def decode_xtext(text: str) -> str | None:
    """What xtext stands for; ``None`` where it is none, or stands for anything but printable ASCII and spaces."""
    if not _XTEXT.fullmatch(text):
        return None
    decoded = _HEX.sub(lambda found: chr(int(found[1], 16)), text)
    return decoded if _PRINTABLE.fullmatch(decoded) else None


def decode_original(text: str) -> tuple[str, str] | None:
    """Address type and address of an ORCPT value, in clear; ``None`` where it is malformed (RFC 3461 section 4.2).

    An address of type ``utf-8`` may hold characters beyond ASCII: only SMTPUTF8 can carry them as they are. Postfix
    (3.7) names an internationalised address ``rfc822`` and writes its UTF-8 as xtext; that one is of type ``utf-8``, too.
    """
    kind, semicolon, encoded = text.partition(";")
    if not semicolon or not _ADDRESS_TYPE.fullmatch(kind):
        return None
    address = _decode_utf8(encoded) if kind.lower() == UTF8_TYPE else decode_xtext(encoded)
    if address is None and kind.lower() == "rfc822":
        kind, address = UTF8_TYPE, _decode_utf8_in_xtext(encoded)
    return None if address is None else (kind, address)


def encode_utf8(address: str) -> str:
    """``utf-8-addr-xtext``: what is not plain printable ASCII as ``\\x{HEX}``."""
    return "".join(one if one in _PLAIN else f"\\x{{{ord(one):02X}}}" for one in address)


def _decode_utf8(text: str) -> str | None:
    if not _UNITEXT.fullmatch(text):
        return None
    if any(not _is_scalar(int(point, 16)) for point in _ESCAPE.findall(text)):
        return None
    decoded = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return decoded if decoded.isprintable() else None


def _decode_utf8_in_xtext(text: str) -> str | None:
    if not _XTEXT.fullmatch(text):
        return None
    octets = _HEX.sub(lambda found: chr(int(found[1], 16)), text).encode("latin-1")
    try:
        decoded = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return decoded if decoded.isprintable() else None


def _is_scalar(point: int) -> bool:
    return point <= _LARGEST_POINT and not 0xD800 <= point <= 0xDFFF
