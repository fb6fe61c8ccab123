"""Bytes of a text file that a person made, as text: UTF-8, UTF-16 and Shift_JIS are told apart. Pure; used by import.

Excel writes CSV in the system's charset (on Japanese Windows Shift_JIS with Microsoft's additions), as UTF-8 with a mark at its
beginning, or as "Unicode text", which is UTF-16.
"""

from __future__ import annotations

import codecs
import re

from shared.core.settings.problem import ImportRefused, Problem

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file to import."""
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NO_SHIFT_JIS = re.compile("[\x80\xa0\uf8f1-\uf8f3]")
"""What Python's codec makes of bytes that Shift_JIS has no character for."""


def decode_file(data: bytes) -> str:
    """The text without a mark at its beginning. Raises ``ImportRefused``."""
    if len(data) > LARGEST_FILE:
        raise ImportRefused([Problem(0, "", f"the file is too large; at most {LARGEST_FILE // 1024 // 1024} MiB")])
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _checked(_decode(data[len(mark) :], charset))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(_decode(data, "cp932"))


def _decode(data: bytes, charset: str) -> str:
    try:
        text = data.decode(charset)
    except UnicodeDecodeError as error:
        raise _no_charset(data[: error.start].count(b"\n") + 1) from error
    if (unassigned := _NO_SHIFT_JIS.search(text)) and charset == "cp932":
        raise _no_charset(text.count("\n", 0, unassigned.start()) + 1)
    return text


def _no_charset(line: int) -> ImportRefused:
    return ImportRefused([Problem(line, "", "is neither UTF-8 nor Shift_JIS; save the file as UTF-8")])


def _checked(text: str) -> str:
    position = text.find("\0")
    if position >= 0:
        raise ImportRefused([Problem(text.count("\n", 0, position) + 1, "", "holds a NUL character; this is no text")])
    return text
