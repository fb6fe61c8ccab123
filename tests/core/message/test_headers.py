"""Content-Type and Content-Disposition: every way in which mail programs write a parameter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.headers import (
    parameter,
    parse_content_type,
    parse_structured,
    percent_decode,
    raw_parameter,
    token,
)

SJIS = "予定表.xls".encode("cp932")
JIS = b'\x1b$B8+@Q=q?^;"\x1b(B.png'

NAMES = {
    "token": (b"x/y; name=report.pdf", "report.pdf"),
    "quoted": (b'x/y; name="a report.pdf"', "a report.pdf"),
    "quoted semicolon": (b'x/y; name="a;b.pdf"; size=3', "a;b.pdf"),
    "escaped quote": (b'x/y; name="a\\"b.pdf"', 'a"b.pdf'),
    "Windows path keeps its backslashes": (b'x/y; name="C:\\temp\\new.pdf"', "C:\\temp\\new.pdf"),
    "upper-case name and spaces around": (b"X/Y ; NAME = report.pdf ", "report.pdf"),
    "value with spaces and no quotes": (b"x/y; name=my report.pdf; size=3", "my report.pdf"),
    "quote that never closes": (b'x/y; name="report.pdf; size=3', "report.pdf"),
    "two semicolons": (b"x/y;; name=report.pdf", "report.pdf"),
    "no semicolon between parameters": (b'x/y; charset="utf-8" name="report.pdf"', "report.pdf"),
    "comment before a quoted value": (b'x/y; name=(the report) "report.pdf"', "report.pdf"),
    "bare name that begins as a comment does": (b"x/y; name=(1).pdf", "(1).pdf"),
    "comment behind": (b"x/y; name=report.pdf (the report)", "report.pdf"),
    "twice: the first": (b"x/y; name=one.pdf; name=two.pdf", "one.pdf"),
    "folded in the middle": (b'x/y; name="long\r\n name.pdf"', "long name.pdf"),
    "RFC 2231": (b"x/y; name*=utf-8'ja'%E8%A6%8B.pdf", "見.pdf"),
    "RFC 2231 wins over the fallback": (b"x/y; name=\"fallback.pdf\"; name*=utf-8''%E8%A6%8B.pdf", "見.pdf"),
    "RFC 2231 in quotes": (b"x/y; name*=\"utf-8''%E8%A6%8B.pdf\"", "見.pdf"),
    "RFC 2231 without charset": (b"x/y; name*=''%E8%A6%8B.pdf", "見.pdf"),
    "RFC 2231 without quotes at all": (b"x/y; name*=%E8%A6%8B.pdf", "見.pdf"),
    "RFC 2231 iso-2022-jp": (b"x/y; name*=iso-2022-jp''%1B$B8+%1B%28B.pdf", "見.pdf"),
    "RFC 2231 wrong percent": (b"x/y; name*=utf-8''100%.pdf", "100%.pdf"),
    "continuations": (b"x/y; name*0=one; name*1=two", "onetwo"),
    "continuations out of order": (b"x/y; name*1=two; name*0=one", "onetwo"),
    "continuations cut inside a character": (b"x/y; name*0*=utf-8''%E8%A6; name*1*=%8B; name*2=.pdf", "見.pdf"),
    "lost continuation": (b"x/y; name*0=one; name*2=three", "one"),
    "continuations holding encoded words": (b'x/y; name*0="=?utf-8?B?6KaL"; name*1="56mN?="', "見積"),
    "encoded word in quotes": (b'x/y; name="=?utf-8?B?6KaL?=.pdf"', "見.pdf"),
    "encoded words folded": (b'x/y; name="=?utf-8?B?6KaL?=\r\n\t=?utf-8?B?56mN?="', "見積"),
    "encoded word without quotes": (b"x/y; name==?utf-8?B?6KaL?=; size=3", "見"),
    "raw utf-8": ('x/y; name="見積.pdf"'.encode(), "見積.pdf"),
    "raw shift_jis with a backslash byte": (b'x/y; name="' + SJIS + b'"; size=3', "予定表.xls"),
    "raw shift_jis that ends in a backslash byte": (b'x/y; name="' + "表".encode("cp932") + b'"; size=3', "表"),
    "raw shift_jis with an escaped quote": (b'x/y; name="' + "表".encode("cp932") + b'\\"x\\""', '表"x"'),
    "raw iso-2022-jp with a quote byte": (b'x/y; name="' + JIS + b'"; size=3', "見積書図拶.png"),
    "raw iso-2022-jp without quotes, with a semicolon byte": (
        b"x/y; name=" + b"\x1b$B;3ED\x1b(B.pdf; size=3",
        "山田.pdf",
    ),
    "right-to-left override": ('x/y; name="a\u202egpj.exe"'.encode(), "agpj.exe"),
    "empty": (b'x/y; name=""', ""),
    "missing": (b"x/y; charset=utf-8", None),
    "name without a value": (b"x/y; name; size=3", None),
}


@pytest.mark.parametrize(("raw", "expected"), NAMES.values(), ids=NAMES.keys())
def test_name(raw: bytes, expected: str | None) -> None:
    assert parameter(parse_structured(raw)[1], "name") == expected


TYPES = {
    "plain": (b" text/html; charset=utf-8", "text/html"),
    "upper case": (b"Text/HTML", "text/html"),
    "comment": (b"text/html (markup); charset=utf-8", "text/html"),
    "comments in front": (b" (one; two) (three) Text/HTML; charset=utf-8", "text/html"),
    "comment that never ends": (b"(text/html; charset=utf-8", "text/plain"),
    "folded before the parameter": (b"multipart/mixed;\r\n\tboundary=b", "multipart/mixed"),
    "no subtype": (b"text", "text/plain"),
    "nothing": (b"", "text/plain"),
    "garbage": (b"a b/c d", "text/plain"),
    "vendor type": (
        b"application/vnd.ms-excel.sheet.macroEnabled.12",
        "application/vnd.ms-excel.sheet.macroenabled.12",
    ),
}


@pytest.mark.parametrize(("raw", "expected"), TYPES.values(), ids=TYPES.keys())
def test_content_type(raw: bytes, expected: str) -> None:
    assert parse_content_type(raw).value == expected


def test_a_boundary_is_bytes_as_written() -> None:
    content = parse_content_type(b'multipart/mixed; boundary="a b;=?\xe3"; charset=UTF-8')
    assert raw_parameter(content.parameters, "boundary") == b"a b;=?\xe3"
    assert token(content.parameters, "charset") == "utf-8"
    assert token(content.parameters, "missing") == ""


def test_a_boundary_in_rfc_2231_form_is_found() -> None:
    content = parse_content_type(b"multipart/mixed; boundary*0=one; boundary*1=two")
    assert raw_parameter(content.parameters, "boundary") == b"onetwo"


def test_percent_decoding_leaves_what_is_no_pair() -> None:
    assert percent_decode(b"%41%4g%") == b"A%4g%"


@given(
    st.lists(
        st.sampled_from(
            [
                b";",
                b'"',
                b"\\",
                b"=",
                b" name",
                b"*0",
                b"*",
                b"\x1b$B",
                b"\x1b(B",
                b"\x95\x5c",
                b"x",
                b"'",
                b"%E3",
                b"(",
                b")",
                b"\r\n ",
            ]
        ),
        max_size=30,
    )
)
def test_any_parameter_garbage_is_read(pieces: list[bytes]) -> None:
    _, parameters = parse_structured(b"x/y" + b"".join(pieces))
    name = parameter(parameters, "name")
    assert name is None or "\n" not in name
