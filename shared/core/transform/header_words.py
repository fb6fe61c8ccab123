"""Writing header text: folding, encoded words, addresses. Stage 4b.

Lines are folded before column 78 where white space allows it (RFC 5322 section 2.1.1); what ASCII cannot hold becomes
encoded words in UTF-8 with the B encoding (RFC 2047), each of whole characters, at most 75 long, on lines of at most 76.
Nothing here can open a second field: line ends come from this file only.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

from shared.core.message.addresses import parse_addresses
from shared.core.message.decode import clean, decode_words
from shared.core.message.domains import normal_address, normal_domain
from shared.core.message.protected_fields import is_field_name
from shared.core.transform.bad_argument import BadArgument

LINE = 78
"""Columns of a line that should not be passed."""
LONGEST_LINE = 998
"""Bytes of a line that must not be passed (RFC 5322 section 2.1.1), without its line end."""
_LINE_WITH_WORDS = 76
_WORD = 75
_WORD_FRAME = len("=?utf-8?B??=")
_SHORTEST_START = 9
_LONGEST_TOKEN = 900
_TOKEN = re.compile(r" *[^ ]+")
_BREAKS = re.compile("[\r\n\x00]")
_ATOMS = r"[^\x00-\x20\x7f-\xa0()<>\[\]:;@\\,\"\s]+"
_ADDRESS = re.compile(rf'(?:{_ATOMS}|"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[ -~])+")@(?:{_ATOMS}|\[[!-Z^-~]+\])')
_MAX_ADDRESS = 900


def unstructured_field(name: str, text: str, line_end: bytes) -> bytes:
    """A whole field without its last line end: ``text`` on one line, white space at its ends dropped, folded and encoded.

    Control characters and marks that turn text around are left out, as in everything that is read (``decode.clean``).
    Raises ``BadArgument`` for a name that is none and for text with line breaks or NUL.
    """
    if not is_field_name(name):
        raise BadArgument(f"not the name of a header field: {name!r}")
    if _BREAKS.search(text):
        raise BadArgument(f"line break in the text of {name}")
    return name.encode("ascii") + b":" + unstructured_body(text, len(name) + 1, line_end)


def unstructured_body(text: str, column: int, line_end: bytes) -> bytes:
    """What follows the colon, which stands before ``column``. An empty text gives an empty body."""
    out: list[bytes] = []
    tokens = list(_tokens(clean(text).strip(), column))
    limit = _LINE_WITH_WORDS if any(is_word for _, is_word in tokens) else LINE
    for token, is_word in tokens:
        if column + len(token) > limit and (is_word or out):
            out.append(line_end)
            column = 0
        out.append(token.encode("ascii"))
        column += len(token)
    return b"".join(out)


def address_word(address: str) -> bytes:
    """An address as a header holds it, without brackets.

    An international domain behind an ASCII local part is written as A-labels; only a local part that ASCII cannot hold
    is left raw, since nothing else than SMTPUTF8 can carry it (RFC 6532). Raises ``BadArgument`` for what is no address.
    """
    if len(address) > _MAX_ADDRESS or "=?" in address or not _ADDRESS.fullmatch(address):
        raise BadArgument("not an address that a header can hold")
    local, _, domain = address.rpartition("@")
    written = f"{local}@{normal_domain(domain)}" if local.isascii() and not domain.isascii() else address
    try:
        word = written.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadArgument("not an address that a header can hold") from error
    read = parse_addresses([word])
    if len(read) != 1 or normal_address(read[0].address) != normal_address(address):
        raise BadArgument("not an address that a header can hold")
    return word


def _tokens(text: str, column: int) -> Iterator[tuple[str, bool]]:
    """The text in pieces that begin with a space and are not to be broken; with whether the piece is an encoded word."""
    before, middle, after = _parts(text)
    for token in _TOKEN.findall(f" {before}") if before else ():
        column = len(token) if column + len(token) > LINE else column + len(token)
        yield token, False
    room = _LINE_WITH_WORDS - column - 1
    while middle:
        if room < _WORD_FRAME + _SHORTEST_START:
            room = _WORD
        word, middle = _encoded_word(middle, min(room, _WORD))
        yield f" {word}", True
        room = _WORD
    for token in _TOKEN.findall(f" {after}") if after else ():
        yield token, False


def _parts(text: str) -> tuple[str, str, str]:
    """Words that stay as they are, text to be encoded, words that stay: one space between them belongs to neither.

    Further spaces before the encoded text are encoded with it: at the end of a line they would be lost.
    """
    if any(len(token) > _LONGEST_TOKEN for token in text.split(" ")) or decode_words(text) != text:
        return "", text, ""
    first = next((index for index, character in enumerate(text) if not character.isascii()), None)
    if first is None:
        return text, "", ""
    last = max(index for index, character in enumerate(text) if not character.isascii())
    start = len(text[: text.rfind(" ", 0, first) + 1].rstrip(" "))
    start += 1 if start else 0
    end = text.find(" ", last)
    end = len(text) if end < 0 else end
    return text[: max(0, start - 1)], text[start:end], text[end + 1 :]


def _encoded_word(text: str, room: int) -> tuple[str, str]:
    """An encoded word of at most ``room`` columns, and what did not fit. At least one character goes in."""
    capacity = (room - _WORD_FRAME) // 4 * 3
    taken = size = 0
    for character in text:
        size += len(character.encode("utf-8"))
        if size > capacity and taken:
            break
        taken += 1
    return f"=?utf-8?B?{b64encode(text[:taken].encode('utf-8')).decode('ascii')}?=", text[taken:]
