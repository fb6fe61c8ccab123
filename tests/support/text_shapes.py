"""Made messages to insert text into: every structure in which mail programs send text, in any charset and encoding."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass

HEAD = b"From: a@example.co.jp\r\nTo: b@example.com\r\nSubject: x\r\nDate: Wed, 13 Mar 2024 10:15:00 +0900\r\nMIME-Version: 1.0\r\n"
PDF = (
    b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b"%PDF-1.7 " + bytes(range(256))).replace(b"\n", b"\r\n")
)
PICTURE = b"Content-Type: image/png\r\nContent-ID: <pic@1>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
Writer = Callable[[str, str], bytes]
"""Makes an entity from its type (``plain`` or ``html``) and its text."""


@dataclass(frozen=True)
class Shape:
    """``build`` makes the message below its general header; ``top`` and ``bottom`` are the leaves (by number) that take a text."""

    build: Callable[[Writer], bytes]
    top: tuple[int, ...]
    bottom: tuple[int, ...]


def encoded(text: str, charset: str, encoding: str) -> bytes:
    """A text in charset and transfer encoding, with CRLF."""
    raw = text.replace("\n", "\r\n").encode(charset)
    if encoding == "base64":
        return base64.encodebytes(raw).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return raw


def writer(charset: str, encoding: str, parameters: str = "") -> Writer:
    """Entities in that charset and encoding."""

    def write(kind: str, text: str) -> bytes:
        fields = (
            f"Content-Type: text/{kind}; charset={charset}{parameters}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        )
        return fields.encode() + encoded(text, charset, encoding)

    return write


def multipart(kind: str, *parts: bytes, boundary: str = "", parameters: str = "") -> bytes:
    """A multipart entity with a boundary of its own."""
    mark = (boundary or f"=_{kind}_{len(b''.join(parts))}").encode()
    head = b'Content-Type: multipart/%s%s; boundary="%s"\r\n\r\n' % (kind.encode(), parameters.encode(), mark)
    return head + b"".join(b"--%s\r\n%s\r\n" % (mark, part) for part in parts) + b"--%s--\r\n" % mark


def plain(write: Writer, name: str = "") -> bytes:
    """A plain text, Japanese and ASCII."""
    return write("plain", f"{name}こんにちは。\n見積の件です = OK.\n")


def html(write: Writer, name: str = "") -> bytes:
    """An HTML text of a whole document, with what looks like its end in places where it is none."""
    return write(
        "html",
        '<html><head><title></body></title><style>p{color:#000}</style></head>\n<body lang="ja" title="a>b">\n'
        f"<!-- </body> --><div class=WordSection1><p>{name}こんにちは。見積の件です = OK.</p></div>\n</body></html>\n",
    )


SHAPES = {
    "plain": Shape(lambda w: plain(w), (0,), (0,)),
    "html": Shape(lambda w: html(w), (0,), (0,)),
    "alternative": Shape(lambda w: multipart("alternative", plain(w), html(w)), (0, 1), (0, 1)),
    "mixed": Shape(lambda w: multipart("mixed", plain(w), PDF), (0,), (0,)),
    "outlook-mixed-alternative": Shape(
        lambda w: multipart("mixed", multipart("alternative", plain(w), html(w)), PDF), (0, 1), (0, 1)
    ),
    "outlook-related-of-alternative": Shape(
        lambda w: multipart("related", multipart("alternative", plain(w), html(w)), PICTURE), (0, 1), (0, 1)
    ),
    "thunderbird-alternative-of-related": Shape(
        lambda w: multipart("alternative", plain(w), multipart("related", html(w), PICTURE)), (0, 1), (0, 1)
    ),
    "related-named-start": Shape(
        lambda w: multipart(
            "related", PICTURE, b"Content-ID: <root@1>\r\n" + html(w), parameters='; start="<root@1>"; type="text/html"'
        ),
        (1,),
        (1,),
    ),
    "apple-text-file-text": Shape(lambda w: multipart("mixed", plain(w), PDF, plain(w, "二")), (0,), (2,)),
    "apple-file-inside-alternative": Shape(
        lambda w: multipart("alternative", plain(w), multipart("mixed", html(w), PDF, html(w, "二"))), (0, 1), (0, 3)
    ),
    "file-first": Shape(lambda w: multipart("mixed", PDF, plain(w)), (1,), (1,)),
    "mixed-in-mixed": Shape(
        lambda w: multipart("mixed", multipart("mixed", plain(w), PDF, boundary="in"), PDF, boundary="out"), (0,), (0,)
    ),
    "list-footer-behind": Shape(
        lambda w: multipart("mixed", multipart("alternative", plain(w), html(w)), plain(w, "footer")), (0, 1), (2,)
    ),
    "report": Shape(
        lambda w: multipart(
            "report", plain(w), b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n", plain(w)
        ),
        (0,),
        (0,),
    ),
    "text-file-is-no-text": Shape(
        lambda w: multipart("mixed", plain(w), b"Content-Disposition: attachment; filename=a.txt\r\n" + plain(w)),
        (0,),
        (0,),
    ),
    "forwarded-message-is-no-text": Shape(
        lambda w: multipart("mixed", plain(w), b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n" + plain(w)),
        (0,),
        (0,),
    ),
}
"""Shapes by name."""

WRITINGS = [
    ("utf-8", "8bit"),
    ("utf-8", "base64"),
    ("utf-8", "quoted-printable"),
    ("iso-2022-jp", "7bit"),
    ("iso-2022-jp", "base64"),
    ("iso-2022-jp", "quoted-printable"),
    ("shift_jis", "8bit"),
    ("shift_jis", "base64"),
    ("shift_jis", "quoted-printable"),
    ("cp932", "8bit"),
    ("euc-jp", "8bit"),
    ("euc-jp", "base64"),
    ("utf-16", "base64"),
    ("gb18030", "base64"),
]
"""Charsets and transfer encodings that Japanese mail comes in, and two that are rare."""


def message(shape: str, charset: str, encoding: str, parameters: str = "") -> bytes:
    """A whole message."""
    return HEAD + SHAPES[shape].build(writer(charset, encoding, parameters))
