"""Raw bytes of a header body with one character for each byte, in which only real signs look like signs. Stage 4b.

ISO-2022-JP and Shift_JIS characters hold bytes that look like commas, brackets and backslashes. Offsets into the mask
are offsets into the bytes.
"""

from __future__ import annotations

import re

from shared.core.message.charsets import guess_text
from shared.core.message.decode import unfold

_HIDDEN = b"\x7f"
_HIGH_BYTES = bytes(byte if byte < 0x80 else 0x7F for byte in range(256))
_JIS_RUN = re.compile(rb"\x1b(?:\$\([@BD]|\$[@B]|\(I)[^\x1b]*+(?:\x1b\([BJ])?")
_JIS_OPEN = re.compile(rb"\x1b(?:\$\([@BD]|\$[@B]|\(I)[^\x1b]*+\Z")
_JIS_SIGN = re.compile(rb"\x1b(?:\$[B@]|\$\(D|\([IJ])")
_SHIFT_JIS_PAIR = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]")


def mask(body: bytes) -> str:
    """The body with one character for each byte, in which a byte of a multi-byte character never looks like a sign.

    The charset is the one that ``charsets.guess_text`` reads.
    """
    masked = body
    if not body.isascii() or _JIS_SIGN.search(body):
        if _is_utf8(body) and not body.isascii():
            pass
        elif _JIS_SIGN.search(body):
            masked = _JIS_RUN.sub(lambda run: _HIDDEN * len(run.group()), masked)
        elif _is_shift_jis(body):
            masked = _SHIFT_JIS_PAIR.sub(_HIDDEN * 2, masked)
        masked = masked.translate(_HIGH_BYTES)
    return masked.decode("ascii")


def ends_shifted(body: bytes) -> bool:
    """Whether ISO-2022-JP text never returns to ASCII, so that what is put behind it would be read as kanji."""
    return _JIS_OPEN.search(body) is not None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_shift_jis(body: bytes) -> bool:
    line = unfold(body)
    try:
        return guess_text(line) == line.decode("cp932")
    except UnicodeDecodeError:
        return False
