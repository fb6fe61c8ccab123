"""Byte sequences that some server took for the end of a message (SMTP smuggling), for tests of both directions.

Sources: SEC Consult, "SMTP Smuggling" (December 2023), and the advisories of Postfix, Exim and Sendmail after it; variants
with NUL after the older reports on servers that drop it.
"""

from __future__ import annotations

from collections.abc import Mapping

VICTIM = "victim@partner.example"
SECOND = (
    b"MAIL FROM:<evil@aozora.example>\r\nRCPT TO:<victim@partner.example>\r\nDATA\r\n"
    b"Subject: second\r\n\r\nnobody has judged this\r\n"
)
"""What follows the false end: another transaction."""

REFUSED: Mapping[str, bytes] = {
    "LF . LF": b"\n.\n",
    "CRLF . LF": b"\r\n.\n",
    "LF . CRLF": b"\n.\r\n",
    "CR . CR": b"\r.\r",
    "CR . LF": b"\r.\n",
    "LF . CR": b"\n.\r",
    "CRLF . CR": b"\r\n.\r",
    "CR . CRLF": b"\r.\r\n",
    "LF LF . CRLF": b"\n\n.\r\n",
    "LF CR . CRLF": b"\n\r.\r\n",
    "LF CR . LF CR": b"\n\r.\n\r",
    "CRLF LF . CRLF": b"\r\n\n.\r\n",
    "CR CRLF . CR CRLF": b"\r\r\n.\r\r\n",
    "CRLF NUL . CRLF": b"\r\n\0.\r\n",
    "CRLF . NUL CRLF": b"\r\n.\0\r\n",
    "CRLF NUL . NUL CRLF": b"\r\n\0.\0\r\n",
    "CR NUL LF . CRLF": b"\r\0\n.\r\n",
    "CRLF . CR NUL LF": b"\r\n.\r\0\n",
    "LF . NUL LF": b"\n.\0\n",
    "LF . space LF": b"\n. \n",
    "LF . . CRLF": b"\n..\r\n",
}
"""Sequences that the relay refuses in whatever a client sends."""

HARMLESS: Mapping[str, tuple[bytes, bytes]] = {
    "CRLF . . CRLF": (b"\r\n..\r\n", b"\r\n.\r\n"),
    "CRLF . space CRLF": (b"\r\n. \r\n", b"\r\n \r\n"),
    "CRLF . tab CRLF": (b"\r\n.\t\r\n", b"\r\n\t\r\n"),
    "CRLF space . CRLF": (b"\r\n .\r\n", b"\r\n .\r\n"),
    "a doubled dot and a space": (b"\r\n.. \r\n", b"\r\n. \r\n"),
    "dot at a line's end": (b"x.\r\n", b"x.\r\n"),
    "CR CRLF": (b"\r\r\n", b"\r\r\n"),
    "LF LF": (b"\n\n", b"\n\n"),
    "BDAT, which is not offered": (b"\r\nBDAT 5 LAST\r\n", b"\r\nBDAT 5 LAST\r\n"),
    "a vertical tab and a form feed": (b"\x0b.\x0b\x0c.\x0c", b"\x0b.\x0b\x0c.\x0c"),
    "NEL and LINE SEPARATOR": ("\x85.\x85\u2028.\u2028".encode(), "\x85.\x85\u2028.\u2028".encode()),
}
"""Sequences that end a message for nobody, and what is left of them without the dot of RFC 5321 section 4.5.2."""


def carrier(variant: bytes) -> bytes:
    """A message that holds a false end with another transaction behind it."""
    return b"Subject: first\r\n\r\nhello" + variant + SECOND
