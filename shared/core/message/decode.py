"""Header text for people: encoded words of RFC 2047, broken ones too, and raw 8-bit text. Never raises. Stage parse.

What comes out can be shown on one line: no surrogates, no control characters, no line breaks, and none of the invisible
marks that turn text around (U+202E makes ``gpj.exe`` of ``exe.jpg``).
"""

from __future__ import annotations

import binascii
import re

from shared.core.message.charsets import decode_text, guess_text

_FOLD = re.compile(rb"(?:\r{0,2}\n|\r)[ \t]?")
_WORD_START = re.compile(r"=\?([!->@-~]{1,60}?)(?:\*[!->@-~]{0,60})?\?([bBqQ])\?")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_BREAKS = re.compile("[\t\r\n\x0b\x0c\x85\u2028\u2029]")
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_NEEDS_CLEANING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSHOWABLE_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def unfold(raw: bytes) -> bytes:
    """A header body on one line (RFC 5322 section 2.2.3); the white space that a fold begins with becomes one space."""
    return _FOLD.sub(b" ", raw) if b"\n" in raw or b"\r" in raw else raw


def header_text(raw: bytes) -> str:
    """A header body as one clean line of text, without white space at its ends."""
    return clean(decode_words(raw_text(raw))).strip()


def raw_text(raw: bytes) -> str:
    """A header body unfolded and read as characters; encoded words are still encoded."""
    line = unfold(raw)
    return line.decode("ascii") if line.isascii() and b"\x1b" not in line else guess_text(line)


def clean(text: str) -> str:
    """``text`` fit for one line of display: breaks become spaces, unshowable characters go, surrogates are replaced."""
    if not _NEEDS_CLEANING.search(text):
        return text
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _UNSHOWABLE.sub("", _BREAKS.sub(" ", text)))


def clean_lines(text: str) -> str:
    """The same for text of several lines: line ends become ``\\n``, tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _UNSHOWABLE_LINES.sub("", text))


def decode_words(text: str) -> str:
    """``text`` with its encoded words decoded (RFC 2047), however they were broken.

    White space between two encoded words is dropped; words of one charset are joined as bytes first, since many mailers
    cut in the middle of a character. Words that lack their end reach to the next white space; words stuck to other
    text count, as they do in every mail client.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    waiting: list[tuple[str, str, str]] = []
    position = 0
    end = 0
    while (word := _WORD_START.search(text, position)) is not None:
        gap = text[position : word.start()]
        if gap and not (waiting and gap.isspace()):
            _flush(waiting, out)
            out.append(gap)
        begin = word.end()
        if 0 <= end < begin:
            end = text.find("?=", begin)
        content, position = _content(text, begin, end)
        waiting.append((word.group(1), word.group(2).upper(), content))
    _flush(waiting, out)
    out.append(text[position:])
    return "".join(out)


def _content(text: str, begin: int, end: int) -> tuple[str, int]:
    """The encoded text that begins at ``begin``, and where to go on; ``end`` is the next ``?=`` or -1."""
    if end < 0:
        stop = re.compile(r"[ \t]|=\?").search(text, begin)
        end = stop.start() if stop else len(text)
        return text[begin:end], end
    inner = text.find("=?", begin, end)
    if inner >= 0 and _WORD_START.match(text, inner):
        return text[begin:inner].rstrip(" \t"), inner
    return text[begin:end], end + 2


def _flush(waiting: list[tuple[str, str, str]], out: list[str]) -> None:
    """Decode the words collected so far, neighbours of one charset together."""
    index = 0
    while index < len(waiting):
        charset = waiting[index][0]
        pieces: list[bytes] = []
        while index < len(waiting) and waiting[index][0].lower() == charset.lower():
            encoding, content = waiting[index][1:]
            index += 1
            # Some mailers cut the base64 text itself: a word that is no whole number of bytes goes on in the next.
            while (
                encoding == "B"
                and len(content) % 4
                and "=" not in content
                and index < len(waiting)
                and waiting[index][:2] == (charset, "B")
            ):
                content += waiting[index][2]
                index += 1
            pieces.append(_decode_b(content) if encoding == "B" else _decode_q(content))
        joined = decode_text(b"".join(pieces), charset)
        if len(pieces) > 1 and "\N{REPLACEMENT CHARACTER}" in joined:
            apart = "".join(decode_text(piece, charset) for piece in pieces)
            if apart.count("\N{REPLACEMENT CHARACTER}") < joined.count("\N{REPLACEMENT CHARACTER}"):
                joined = apart
        out.append(joined)
    waiting.clear()


def _decode_b(content: str) -> bytes:
    """Base64 with anything foreign in it skipped and the padding made up."""
    letters = _NOT_BASE64.sub("", content)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))


def _decode_q(content: str) -> bytes:
    """The Q encoding; text that should have been encoded and was not is taken as UTF-8."""
    return binascii.a2b_qp(content.encode("utf-8", "replace"), header=True)
