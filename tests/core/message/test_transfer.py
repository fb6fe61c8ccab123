"""Transfer encodings: content by pieces, sizes without decoding, damage survived."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message import transfer
from shared.core.message.parse import parse
from shared.core.message.transfer import decoded, decoded_head, decoded_size


def content(encoding: str, body: bytes) -> bytes:
    tree = parse(b"Content-Transfer-Encoding: %s\r\n\r\n" % encoding.encode() + body)
    whole = b"".join(decoded(tree.data, tree.root))
    assert decoded_size(tree.data, tree.root) == len(whole)
    assert decoded_head(tree.data, tree.root, 5) == whole[:5]
    return whole


CASES = {
    "7bit": ("7bit", b"as it is\r\n", b"as it is\r\n"),
    "unknown": ("x-odd", b"as it is", b"as it is"),
    "base64": ("base64", b"aGVsbG8=\r\n", b"hello"),
    "base64 upper-case label": ("BASE64", b"aGVsbG8=", b"hello"),
    "base64 without padding": ("base64", b"aGVsbG8", b"hello"),
    "base64 with one letter too many": ("base64", b"aGVsbG8gd", b"hello "),
    "base64 with spaces and garbage": ("base64", b" aG Vs\r\n!bG8= ", b"hello"),
    "base64 in several padded pieces": ("base64", b"aGVsbG8=\r\nd29ybGQ=\r\n", b"helloworld"),
    "base64 with text behind": ("base64", b"aGVsbG8=\r\n--\r\n", b"hello"),
    "base64 of nothing": ("base64", b"\r\n", b""),
    "quoted-printable": ("quoted-printable", b"a=3Db=\r\nc =20\r\n", b"a=bc  \r\n"),
    "quoted-printable with damage": ("quoted-printable", b"100%=zz=", b"100%=zz"),
    "uuencode": ("x-uuencode", b"begin 644 a\r\n%:&5L;&\\ \r\n`\r\nend\r\n", b"hello"),
    "uuencode without begin": ("uuencode", b"%:&5L;&\\ \r\n", b""),
    "empty": ("base64", b"", b""),
}


@pytest.mark.parametrize(("encoding", "body", "expected"), CASES.values(), ids=CASES.keys())
def test_content(encoding: str, body: bytes, expected: bytes) -> None:
    assert content(encoding, body) == expected


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
@pytest.mark.parametrize("length", [0, 1, 56, 57, 58, 3_000, 5_700, 300_001])
def test_size_of_even_base64_lines_is_counted(length: int, ending: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * (length // 256 + 1)
    body = base64.encodebytes(data[:length]).replace(b"\n", ending)
    tree = parse(b"Content-Transfer-Encoding: base64" + ending * 2 + body)
    assert b"".join(decoded(tree.data, tree.root)) == data[:length]
    if length > 2_000:
        monkeypatch.delattr(transfer, "_base64_run")  # counting must not decode
        monkeypatch.delattr(binascii, "a2b_base64")
    assert decoded_size(tree.data, tree.root) == length


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b"\r\n", b" \r\n", 9),
        lambda body: body[:900] + b"==" + body[902:],
        lambda body: body[:1000] + b"\r\n" * 20 + body[1000:],
        lambda body: body[:1000] + body[1002:],
    ],
)
def test_size_of_uneven_base64_is_that_of_the_content(spoil: object) -> None:
    assert callable(spoil)
    body = spoil(base64.encodebytes(bytes(range(256)) * 20).replace(b"\n", b"\r\n"))
    tree = parse(b"Content-Transfer-Encoding: base64\r\n\r\n" + body)
    assert decoded_size(tree.data, tree.root) == len(b"".join(decoded(tree.data, tree.root)))


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=40))
def test_pieces_of_any_size_give_the_same_content(data: bytes, chunk: int) -> None:
    """Escapes, soft breaks and base64 groups that a piece cuts in two are put together again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "_CHUNK", chunk)
        assert content("base64", base64.encodebytes(data)) == data
        printable = quopri.encodestring(data)
        assert content("quoted-printable", printable) == quopri.decodestring(printable)
        lines = (
            b"begin 644 x\n"
            + b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
            + b"`\nend\n"
        )
        assert content("x-uuencode", lines) == data
