"""Text into and out of a part's own charset, without loss or not at all (product.md A4). Stage 4b, for ``insert_text``.

A text fits a charset when every reader gets it back as it was: readers that take the label literally, and those that
take ``shift_jis`` for code page 932 and ``iso-8859-1`` for code page 1252, as mail programs do. ``①`` therefore fits
neither ``iso-2022-jp`` nor ``shift_jis``. Six characters that both sides write alike and name differently
(wave dash and full-width tilde …) count as the same.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from shared.core.message.charsets import codec_of, decode_text
from shared.core.message.source import Buffer, find

UTF_8 = "utf-8"
_MICROSOFT = "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2"
_STANDARD = "\u301c\u2016\u2212\u00a2\u00a3\u00ac"
_TO_STANDARD = str.maketrans(_MICROSOFT, _STANDARD)
_TO_MICROSOFT = str.maketrans(_STANDARD, _MICROSOFT)
_STANDARD_JAPANESE = re.compile(r"iso2022_jp.*|shift_jis.*|euc_j.*")
_PRINTABLE = bytes(range(0x20, 0x7F))
_JIS_SIGN = re.compile(rb"\x1b\$\(?[@BD]|\x1b\([IJ]")
_JIS_RUN = re.compile(rb"(?:\x1b\$\(?[@BD]|\x1b\(I|\x0e)[^\x1b\x0f\n]*+")
_ESCAPE = re.compile(rb"\x1b(?:\$\(?[@BDC]|\([A-Z])|[\x0e\x0f\n]")
_UNREAD = re.compile("[\x1b\x80-\x9f\uf8f0-\uf8f3]")
"""An unknown escape sequence; code page 1252 under another name; what code page 932 makes of bytes that are nothing."""
_LONGEST_JIS_LINE = 64 * 1024


def encode(text: str, label: str) -> bytes | None:
    """``text`` in the charset that ``label`` names; ``None`` where it does not fit or the label is unknown."""
    written: set[bytes] = set()
    for codec in _codecs(label):
        if codec == "iso2022_kr" and not text.isascii():
            return None  # RFC 1557 wants an announcement at the start of the text
        try:
            written.add(_for_codec(text, codec).encode(codec))
        except UnicodeError:
            return None
    if len(written) != 1:
        return None
    out = written.pop()
    japanese = any(codec == "cp932" or _STANDARD_JAPANESE.fullmatch(codec) for codec in _codecs(label))
    read = decode_text(out, label)
    same = read.translate(_TO_STANDARD) == text.translate(_TO_STANDARD) if japanese else read == text
    # The three-byte form of EUC-JP (JIS X 0212) is legal, and shown by few mail programs.
    return out if same and not (codec_of(label) == "euc_jp" and b"\x8f" in out) else None


def decode(data: bytes, label: str) -> str | None:
    """All of ``data`` as text, ``None`` where a byte of it cannot be read for certain."""
    for codec in _codecs(label):
        try:
            text = data.decode(codec)
        except UnicodeError:
            continue
        if not _UNREAD.search(text):
            return text
    if codec_of(label) not in ("iso2022_jp", "euc_jp"):
        return None
    text = decode_text(data, label)  # with the characters of NEC and IBM that Python's codecs refuse
    return None if "\N{REPLACEMENT CHARACTER}" in text or _UNREAD.search(text) else text


def charset_by_content(data: bytes) -> str:
    """The charset that bytes without a usable label are in: told only where it is certain, else ``""``."""
    if data.isascii():
        return "iso-2022-jp" if _JIS_SIGN.search(data) else "us-ascii"
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError:
        return ""
    return UTF_8


@lru_cache(maxsize=256)
def is_ascii_based(label: str) -> bool:
    """Whether ASCII text can stand in a text of that charset as it is. An unknown label is taken for one of the many that allow it."""
    codec = codec_of(label)
    if not codec:
        return True
    try:
        return _PRINTABLE.decode(codec) == _PRINTABLE.decode("ascii")
    except UnicodeError:
        return False


def is_stateful(label: str) -> bool:
    """Whether bytes below 0x80 can stand for something other than ASCII, after an escape sequence."""
    return codec_of(label).startswith("iso2022")


def mask_escaped(data: bytes) -> bytes:
    """``data`` with what stands between escape sequences blotted out, length unchanged: no ``<`` of it is markup."""
    return _JIS_RUN.sub(lambda run: b"x" * len(run.group()), data) if b"\x1b" in data or b"\x0e" in data else data


def return_to_ascii(data: Buffer, start: int, end: int) -> bytes:
    """What has to be written at ``end`` for ASCII to be in force there (RFC 1468), usually nothing.

    A line feed returns to ASCII for some readers only, so the escape before it counts.
    """
    line = start
    reach = max(start, end - _LONGEST_JIS_LINE)
    if find(data, b"\x1b", reach, end) < 0 and find(data, b"\x0e", reach, end) < 0:
        return b""
    out, shifted = b"", False
    for escape in _ESCAPE.finditer(bytes(data[max(line, reach) : end])):
        mark = escape.group()
        if mark in (b"\x0e", b"\x0f"):
            shifted = mark == b"\x0e"
        elif mark != b"\n":
            out = b"" if mark == b"\x1b(B" else b"\x1b(B"
    return (b"\x0f" if shifted else b"") + out


def _codecs(label: str) -> tuple[str, ...]:
    """The codecs by which the label is read: literally, and as mail programs do."""
    usual = codec_of(label)
    if not usual:
        return ()
    try:
        literal = codecs.lookup(label.strip().strip("\"'").lower()).name
    except (LookupError, ValueError):
        return (usual,)
    if literal.startswith("iso2022_jp_"):
        usual = "iso2022_jp"  # the sets that the others add are shown by few mail programs
    return (literal, usual) if literal != usual else (usual,)


def _for_codec(text: str, codec: str) -> str:
    if _STANDARD_JAPANESE.fullmatch(codec):
        return text.translate(_TO_STANDARD)
    return text.translate(_TO_MICROSOFT) if codec == "cp932" else text
