"""Inserting text into made-up messages of any structure, however broken: what must hold for every one of them."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.core.message.attachments import leaves
from shared.core.message.parse import parse
from shared.core.transform.insert_text import InsertText, insert_text
from shared.core.transform.splice import apply
from shared.core.transform.text_places import Place, text_places
from shared.core.transform.would_break import WouldBreak
from tests.support.messages import joined

LINE = st.sampled_from(
    [
        "",
        "Hello",
        "日本語の行",
        "<body>",
        "</body></html>",
        "<p>x",
        "<!--",
        "-->",
        "<style>",
        "-- ",
        "--b0",
        "--b1--",
        "a=",
        "=20",
        "ends ",
        "\x1b$B",
        "YWJj",
        "=",
        ">q",
        "From x",
        "&amp;",
        "\ufeff",
    ]
)
CONTENT = st.tuples(st.lists(LINE, max_size=5), st.booleans())
CHARSETS = st.sampled_from(["", "utf-8", "us-ascii", "iso-2022-jp", "shift_jis", "euc-jp", "x-own", "utf-16", '"'])  # fmt: skip
ENCODINGS = st.sampled_from(["", "7bit", "8bit", "quoted-printable", "base64", "BASE64", "binary"])
TYPES = st.sampled_from(["text/plain", "text/html", "text/plain; format=flowed; delsp=yes", "text/enriched", "application/pdf", "image/png", "message/rfc822", ""])  # fmt: skip
MULTIPARTS = st.sampled_from(["mixed", "alternative", "related", "digest", "report", "odd"])
TEXTS = st.sampled_from(["Note", "確認済み。\n二行目", "①😀", "--b0\n--b1--", " \nx\n ", "a" * 1200, "From a\n>b\n-- "])


@st.composite
def leaf(draw: st.DrawFn) -> bytes:
    lines, ends = draw(CONTENT)
    kind, charset, encoding = draw(TYPES), draw(CHARSETS), draw(ENCODINGS)
    head = ""
    if kind:
        head += f"Content-Type: {kind}" + (f"; charset={charset}" if charset else "") + "\r\n"
    if encoding:
        head += f"Content-Transfer-Encoding: {encoding}\r\n"
    codec = charset if charset in ("iso-2022-jp", "shift_jis", "euc-jp", "utf-16") else "utf-8"
    content = "\r\n".join(lines).encode(codec, "replace") + (b"\r\n" if ends else b"")
    return head.encode() + draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b""])) + content


@st.composite
def multipart(draw: st.DrawFn, children: st.SearchStrategy[bytes]) -> bytes:
    boundary = draw(st.sampled_from(["b0", "b1", "b2", "b"])).encode()
    parts = draw(st.lists(children, max_size=3))
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts)
    closing = draw(st.sampled_from([b"--%s--\r\n" % boundary, b"--%s--" % boundary, b""]))
    kind = draw(MULTIPARTS).encode()
    return b"Content-Type: multipart/%s; boundary=%s\r\n\r\n" % (kind, boundary) + body + closing


ENTITIES = st.recursive(leaf(), multipart, max_leaves=6)
MESSAGES = st.tuples(ENTITIES, st.sampled_from([b"\r\n", b"\n"]), st.sampled_from([b"", b"Subject: x\r\n"])).map(
    lambda made: (made[2] + made[0]).replace(b"\r\n", made[1])
)


@settings(max_examples=600, deadline=None)
@given(MESSAGES, TEXTS, st.sampled_from(["", "<p>確認①</p>"]), st.sampled_from(["top", "bottom"]))
@example(b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n--b0\r\n\r\n--b0--", "Note", "", "bottom")
@example(b"Content-Type: text/html\n\n<!--", "Note", "", "top")
@example(b"", "Note", "", "top")
@example(
    b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-16\n"
    b"Content-Transfer-Encoding: 8bit\n\n\xff\xfe\r\0\n\0\n--b--\n",
    "確認済み。\n二行目",
    "",
    "top",
)
@example(b"Content-Type: text/plain; charset=utf-16\n\n\xff\xfe", "--b0\n--b1--", "", "top")
@example(b"Content-Type: text/plain; charset=utf-16\n\n\xff\xfe\r\x00\n\x00\n", "two\nlines", "", "bottom")
@example(
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-16\n\n\xff\xfe\r\0\n\0\n--b--\n",
    "確認済み。\n二行目",
    "",
    "bottom",
)
def test_of_any_message(data: bytes, text: str, html: str, place: Place) -> None:
    tree = parse(data)
    try:
        edit = insert_text(tree, InsertText(text, html, place))
    except WouldBreak:
        return
    made = b"".join(apply(data, edit.splices))
    after = parse(made)
    assert joined(after) == made
    assert not after.unreadable
    takers = {found.part.path for found in text_places(tree, place)}
    old, new = list(leaves(tree)), list(leaves(after))
    if takers:
        assert [item.part.path for item in new] == [item.part.path for item in old]
        for was, now in zip(old, new, strict=True):
            if was.part.path not in takers:
                assert after.bytes_of(now.part.span) == tree.bytes_of(was.part.span)
    elif edit.splices:
        # The line end between an inner end boundary and an outer boundary is part of the one or of the other.
        assert [after.bytes_of(item.part.body).rstrip() for item in new[1:]] == [
            tree.bytes_of(item.part.body).rstrip() for item in old
        ]
    try:
        again = insert_text(after, InsertText(text, html, place))
    except WouldBreak as refusal:
        raise AssertionError("what could be done once is refused the second time") from refusal
    assert again.splices == ()
