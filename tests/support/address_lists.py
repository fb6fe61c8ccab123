"""Generated address lists: every way in which mail programs write one, with what it means beside the bytes."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from hypothesis import strategies as st

DOMAINS = ("in.example", "out.example", "far.example", "sub.in.example")


@dataclass(frozen=True)
class Written:
    """One list: ``body`` as it stands behind the colon, the ``addresses`` in order, and the bytes of each mailbox.

    ``strict`` is whether it keeps to RFC 5322 (no semicolons as separators, no raw 8-bit text).
    """

    body: bytes
    addresses: tuple[str, ...]
    pieces: tuple[bytes, ...]
    strict: bool


@dataclass(frozen=True)
class _Mailbox:
    address: str
    piece: bytes
    strict: bool


_local = st.from_regex(r"[a-z][a-z0-9.+_-]{0,8}[a-z0-9]", fullmatch=True)
_address = st.builds(lambda local, domain: f"{local}@{domain}", _local, st.sampled_from(DOMAINS))
_name = st.text(alphabet=st.sampled_from("abcdefghij ,;:<>()@.-"), max_size=12)
_japanese = st.text(alphabet=st.sampled_from("山田太郎表予能ソ株式会社"), min_size=1, max_size=6)


def _quoted(name: str) -> bytes:
    return b'"' + name.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def _word(name: str, charset: str, encoding: str) -> bytes:
    raw = name.encode(charset)
    if encoding == "B":
        text = b64encode(raw).decode("ascii")
    else:
        text = "".join(f"={byte:02X}" for byte in raw)
    return f"=?{charset}?{encoding}?{text}?=".encode("ascii")


_plain_mailbox = st.one_of(
    st.builds(lambda a: _Mailbox(a, a.encode(), True), _address),
    st.builds(lambda a: _Mailbox(a, b"<" + a.encode() + b">", True), _address),
    st.builds(lambda a, n: _Mailbox(a, _quoted(n) + b" <" + a.encode() + b">", True), _address, _name),
    st.builds(lambda a, n: _Mailbox(a, _quoted(n) + b"\r\n <" + a.encode() + b">", True), _address, _name),
    st.builds(
        lambda a, n, c, e: _Mailbox(a, _word(n, c, e) + b" <" + a.encode() + b">", True),
        _address,
        _japanese,
        st.sampled_from(["utf-8", "iso-2022-jp"]),
        st.sampled_from("BQ"),
    ),
    st.builds(lambda a: _Mailbox(a, a.encode() + b" (a, (b) c; d)", True), _address),
    st.builds(lambda a: _Mailbox(a, b"Taro Yamada <" + a.encode() + b">", True), _address),
)
_MAILBOXES = {
    charset: st.one_of(
        _plain_mailbox,
        st.builds(
            lambda a, n, charset: _Mailbox(a, n.encode(charset) + b" <" + a.encode() + b">", False),
            _address,
            _japanese,
            st.just(charset),
        ),
    )
    for charset in ("utf-8", "iso2022_jp")
}
"""By the charset of raw names: a field is read in one charset, so that a mailer writes no two of them."""
_gap = st.sampled_from([b" ", b"", b"\r\n ", b"\r\n\t", b"  "])
_separator = st.sampled_from([b",", b",", b",", b" ,", b";"])


@st.composite
def address_lists(draw: st.DrawFn) -> Written:
    """A list of up to a dozen mailboxes, some in groups, some behind semicolons, folded anywhere between them."""
    body = bytearray(draw(st.sampled_from([b" ", b"", b"\r\n "])))
    addresses: list[str] = []
    pieces: list[bytes] = []
    strict = True
    mailbox_of = _MAILBOXES[draw(st.sampled_from(sorted(_MAILBOXES)))]
    for index in range(draw(st.integers(1, 6))):
        if index:
            separator = draw(_separator)
            strict = strict and separator != b";"
            body += separator + draw(_gap)
        grouped = draw(st.integers(0, 4)) == 0
        members = draw(st.lists(mailbox_of, min_size=0 if grouped else 1, max_size=3 if grouped else 1))
        if grouped:
            body += draw(st.sampled_from([b"Team:", b'"Sales; East": ', b"=?utf-8?B?5Za25qWt?=: "]))
        for place, mailbox in enumerate(members):
            body += (b"," + draw(_gap) if place else b"") + mailbox.piece
            addresses.append(mailbox.address)
            pieces.append(mailbox.piece)
            strict = strict and mailbox.strict
        if grouped:
            body += b";"
    body += draw(st.sampled_from([b"", b"", b" ", b";"]))
    strict = strict and not body.endswith(b";")
    return Written(bytes(body), tuple(addresses), tuple(pieces), strict)


garbage_lists = st.lists(
    st.sampled_from(
        [
            b'"', b"\\", b"<", b">", b"(", b")", b",", b";", b":", b"@", b" ", b"\r\n ", b"a", b"b.example", b"c@d.example",
            b"=?utf-8?Q?", b"?=", b"\x1b$B", b"\x1b(B", b"\xe3\x81\x82", b"\x95\x5c", b"\0", b"mailto:", b"Team:",
        ]
    ),
    max_size=40,
).map(b"".join)  # fmt: skip
"""Pieces of lists in any order."""
