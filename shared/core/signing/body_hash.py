"""``BodyHash``: the hash of a body in canonical form, fed in pieces of any size (RFC 6376 sections 3.4.3 and 3.4.4).

Holds nothing of the body but one piece at a time, so that a large message costs no memory. A bare LF counts as a line
end (see ``head.py``). A last line without an end gets one, as SMTP gives it one on its way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Literal

PIECE = 64 * 1024
_BLANKS = b"\r\n" * 4096

Canonical = Literal["simple", "relaxed"]


class BodyHash:
    """Feed it with ``update``, then ask for the ``digest`` once."""

    def __init__(self, canonical: Canonical = "relaxed", algorithm: str = "sha256", length: int | None = None) -> None:
        """``length`` is how many bytes of the canonical form count (the ``l=`` of a signature that is checked)."""
        self._relaxed = canonical == "relaxed"
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._left = length
        self.covers_all = True
        """Whether ``length`` has left nothing out so far."""
        self._carry = b""
        """A CR whose LF may follow."""
        self._blank_lines = 0
        """Line ends that count only when text follows: the first of them ends the last line with text."""
        self._space = False
        self._has_text = False

    def update(self, chunk: bytes) -> None:
        """The next bytes of the body."""
        for start in range(0, len(chunk), PIECE):
            self._piece(self._carry + chunk[start : start + PIECE])

    def _piece(self, data: bytes) -> None:
        self._carry = b"\r" if data.endswith(b"\r") else b""
        self._text(data[: len(data) - len(self._carry)].replace(b"\r\n", b"\n"))

    def _text(self, text: bytes) -> None:
        """Lines that end with LF."""
        if self._relaxed:
            if self._space:
                text = b" " + text
            text = text.replace(b"\t", b" ")
            while b"  " in text:  # halves every run of spaces; a regular expression takes five times as long
                text = text.replace(b"  ", b" ")
            text = text.replace(b" \n", b"\n")
            kept = text.rstrip(b" \n")
            self._space = text.endswith(b" ")
        else:
            kept = text.rstrip(b"\n")
        ends = len(text) - len(kept) - self._space
        if not kept:
            self._blank_lines += ends
            return
        while self._blank_lines:
            some = min(self._blank_lines, 4096)
            self._emit(_BLANKS[: 2 * some])
            self._blank_lines -= some
        self._emit(kept.replace(b"\n", b"\r\n"))
        self._has_text = True
        self._blank_lines = ends

    def _emit(self, data: bytes) -> None:
        if self._left is not None:
            self.covers_all = self.covers_all and len(data) <= self._left
            data = data[: self._left]
            self._left -= len(data)
        self._hash.update(data)

    def digest(self) -> bytes:
        """The hash of all that came."""
        if self._carry:
            carry, self._carry = self._carry, b""
            self._text(carry)
        if self._has_text or not self._relaxed:
            self._emit(
                b"\r\n"
            )  # ends the last line; an empty body is one line end in "simple" and nothing in "relaxed"
        return self._hash.digest()


def hash_body(chunks: Iterable[bytes], make: Callable[[], BodyHash] = BodyHash) -> bytes:
    """The digest of a whole body."""
    body = make()
    for chunk in chunks:
        body.update(chunk)
    return body.digest()
