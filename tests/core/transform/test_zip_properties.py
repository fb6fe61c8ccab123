"""Attachments encrypted in made messages of any shape: nesting, boundaries, line ends and what is missing, all at random."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.zip_checks import check_zipped

_WORDS = st.text("abc xyz.-=あ①", min_size=0, max_size=12)


@dataclass(frozen=True)
class Made:
    """One entity, written with line feeds: header fields, and a body (``None``: not even the blank line)."""

    header: str
    body: str | None

    def written(self) -> str:
        return self.header if self.body is None else f"{self.header}\n{self.body}"


def _encoded(data: bytes, encoding: str) -> str:
    if encoding == "base64":
        return base64.encodebytes(data).decode()
    if encoding == "quoted-printable":
        return binascii.b2a_qp(data, istext=False).decode()
    return data.hex()


@st.composite
def _texts(draw: st.DrawFn) -> Made:
    kind = draw(st.sampled_from(["Content-Type: text/plain\n", "Content-Type: text/html; charset=utf-8\n", ""]))
    if kind and draw(st.integers(0, 3)) == 0:
        return Made(kind, None)
    lines = draw(st.lists(_WORDS, max_size=4))
    uuencoded = "begin 644 old.txt\n#0V%T\n`\nend\n" if "html" not in kind and draw(st.integers(0, 7)) == 0 else ""
    return Made(kind, "\n".join(f"t{line}" for line in lines) + draw(st.sampled_from(["", "\n", "\n\n"])) + uuencoded)


@st.composite
def _files(draw: st.DrawFn) -> Made:
    kind = draw(st.sampled_from(["application/pdf", "image/png", "text/csv", "text/plain", "application/octet-stream"]))
    name = draw(st.sampled_from(["a.pdf", "見積.xlsx", "same.txt", "../x", "CON"]))
    encoding = draw(st.sampled_from(["base64", "quoted-printable", "7bit"]))
    encoded = "=?utf-8?B?" + base64.b64encode(name.encode()).decode() + "?="
    header = (
        f'Content-Type: {kind}; name="{encoded}"\nContent-Disposition: attachment;\n filename="{encoded}"\n'
        f"Content-Transfer-Encoding: {encoding}\n"
    )
    if draw(st.integers(0, 3)) == 0:
        return Made(header, None)
    return Made(header, _encoded(draw(st.binary(max_size=200)), encoding))


@st.composite
def _multiparts(draw: st.DrawFn, inside: st.SearchStrategy[Made]) -> Made:
    kind = draw(st.sampled_from(["mixed", "mixed", "alternative", "related", "parallel", "x-own"]))
    boundary = f"={draw(st.uuids()).hex[:12]}="
    children = draw(st.lists(inside, min_size=1, max_size=4))
    preamble = draw(st.sampled_from(["", "preamble\n", "\n"]))
    glue = draw(st.sampled_from(["\n", "\n\n"]))
    body = preamble
    for child in children:
        written = child.written()
        # A header without blank line ends with its own line ending, and the boundary follows it at once.
        body += f"--{boundary}\n{written}" + ("" if child.body is None else glue)
    closing = draw(
        st.sampled_from(
            [f"--{boundary}--\n", f"--{boundary}--\n", f"--{boundary}--\nepilogue\n", f"--{boundary}--", ""]
        )
    )
    return Made(f'Content-Type: multipart/{kind};\n boundary="{boundary}"\n', body + closing)


_ENTITIES = st.recursive(st.one_of(_texts(), _files(), _files()), _multiparts, max_leaves=8)
_MESSAGE_FIELDS = st.lists(
    st.sampled_from(["Subject: x\n", "To: a@example.com,\n b@example.com\n", "X-Own: 1\n", "Content-Class: urn:x\n"]),
    unique=True,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(_ENTITIES, _multiparts(_ENTITIES), _multiparts(_ENTITIES)),
    _MESSAGE_FIELDS,
    st.sampled_from(["\r\n", "\n"]),
    st.booleans(),
)
@example(Made("", "t\n"), [], "\n", True)
def test_whatever_the_shape_the_rest_is_untouched(made: Made, fields: list[str], line_end: str, mime: bool) -> None:
    header = "From: a@example.co.jp\n" + "".join(fields) + ("MIME-Version: 1.0\n" if mime else "")
    check_zipped((header + made.written()).replace("\n", line_end).encode())
