"""Made messages in every shape that attachments come in, with the tree and the files that encrypting them must give."""

from __future__ import annotations

import base64

import pytest

from tests.support.messages import crlf

PDF = base64.b64encode(b"%PDF-1.7 secret").decode()
HEADER = "From: a@example.co.jp\nTo: b@example.com\nSubject: x\nMIME-Version: 1.0\n"

MIXED = crlf(
    HEADER + 'Content-Type: multipart/mixed; boundary="B"\n\nThis is MIME.\n--B\n'
    "Content-Type: text/plain; charset=utf-8\n\nHello  \n\n--B\n"
    'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"\n'
    f"Content-Transfer-Encoding: base64\n\n{PDF}\n--B--\nepilogue\n"
)
ALTERNATIVE_APPLE = crlf(
    HEADER + 'Content-Type: multipart/alternative;\n boundary="A"\nContent-Language: ja\n\n--A\n'
    'Content-Type: text/plain\n\nHello\n--A\nContent-Type: multipart/mixed; boundary="B"\n\n--B\n'
    "Content-Type: text/html\n\n<p>one</p>\n--B\n"
    f'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\n{PDF}\n--B\n'
    "Content-Type: text/html\n\n<p>two</p>\n--B--\n\n--A--\n"
)
RELATED = crlf(
    HEADER + 'Content-Type: multipart/related; type="text/html"; boundary="R"\n\n--R\n'
    'Content-Type: text/html\n\n<img src="cid:pic@1"><p>x</p>\n--R\n'
    'Content-Type: image/png; name="shown.png"\nContent-ID: <pic@1>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--R\n'
    'Content-Type: image/png; name="not-shown.png"\nContent-ID: <pic@2>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--R--\n'
)
ROOT_IS_FILE = crlf(
    HEADER
    + 'Content-Type: application/pdf; name="secret name.pdf"\nContent-Disposition: attachment;\n filename="secret name.pdf"\n'
    f"Content-Transfer-Encoding: base64\nX-After: kept\n\n{PDF}\n"
)
NESTED = crlf(
    HEADER + 'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: multipart/mixed; boundary="C"\n\n--C\n'
    "Content-Type: text/plain\n\nHello\n--C\nContent-Type: text/csv; name=one.csv\n\n1,2\n--C--\n--B\n"
    'Content-Type: multipart/mixed; boundary="D"\n\n--D\nContent-Type: text/csv; name=two.csv\n\n3,4\n--D\n'
    "Content-Type: text/csv; name=one.csv\n\n5,6\n--D--\n--B--\n"
)
ATTACHED_MESSAGE = crlf(
    HEADER + 'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nHello\n--B\n'
    "Content-Type: message/rfc822\n\nSubject: =?utf-8?B?6KaL56mN?=\nContent-Type: multipart/mixed; boundary=I\n\n--I\n"
    "Content-Type: text/csv; name=in.csv\n\n1\n--I--\n--B--\n"
)
UUENCODED = crlf(HEADER.replace("MIME-Version: 1.0\n", "") + "\nHello\n\nbegin 644 a.txt\n#0V%T\n`\nend\nBye\n")
ONLY_FILES = crlf(
    HEADER
    + 'Content-Type: multipart/mixed; boundary="B"\n\npreamble\n--B\nContent-Type: text/csv; name=one.csv\n\n1,2\n--B\n'
    "Content-Type: text/csv; name=two.csv\n\n3,4\n--B--\nepilogue\n"
)
DIGEST = crlf(
    HEADER
    + 'Content-Type: multipart/digest; boundary="B"\n\n--B\n\nSubject: one\n\nfirst\n--B\n\nSubject: two\n\nsecond\n--B--\n'
)
DOUBLE = crlf(
    HEADER + 'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nHello\n--B\n'
    'Content-Type: multipart/appledouble; boundary="D"\n\n--D\nContent-Type: application/applefile; name="r.doc"\n\nfork\n--D\n'
    "Content-Type: application/msword; name=r.doc\n\ndata\n--D--\n--B--\n"
)
"""In order: a message, the outline of the result, the files in the archive."""
SHAPES = [
    pytest.param(
        MIXED, ["TEXT multipart/mixed", "1 text/plain", "2 application/zip"], {"a.pdf": b"%PDF-1.7 secret"}, id="mixed"
    ),
    pytest.param(
        ALTERNATIVE_APPLE,
        [
            "TEXT multipart/mixed",
            "1 multipart/alternative",
            "1.1 text/plain",
            "1.2 multipart/mixed",
            "1.2.1 text/html",
            "1.2.2 text/html",
            "2 application/zip",
        ],
        {"a.pdf": b"%PDF-1.7 secret"},
        id="inside-alternative-as-apple-mail-does",
    ),
    pytest.param(
        RELATED,
        ["TEXT multipart/mixed", "1 multipart/related", "1.1 text/html", "1.2 image/png", "2 application/zip"],
        {"not-shown.png": b"\x89PNG\r\n\x1a\n"},
        id="related-with-a-shown-picture",
    ),
    pytest.param(
        ROOT_IS_FILE,
        ["TEXT multipart/mixed", "1 application/zip"],
        {"secret name.pdf": b"%PDF-1.7 secret"},
        id="the-message-is-the-file",
    ),
    pytest.param(
        NESTED,
        ["TEXT multipart/mixed", "1 multipart/mixed", "1.1 text/plain", "2 application/zip"],
        {"one.csv": b"1,2", "two.csv": b"3,4", "one (2).csv": b"5,6"},
        id="nested-with-the-same-name-twice",
    ),
    pytest.param(
        ATTACHED_MESSAGE,
        ["TEXT multipart/mixed", "1 text/plain", "2 application/zip"],
        {
            "見積.eml": crlf(
                "Subject: =?utf-8?B?6KaL56mN?=\nContent-Type: multipart/mixed; boundary=I\n\n--I\n"
                "Content-Type: text/csv; name=in.csv\n\n1\n--I--\n"
            )
        },
        id="attached-message-whole",
    ),
    pytest.param(
        UUENCODED,
        ["TEXT multipart/mixed", "1 text/plain", "2 application/zip"],
        {"a.txt": b"Cat"},
        id="uuencoded-in-text",
    ),
    pytest.param(
        ONLY_FILES,
        ["TEXT multipart/mixed", "1 application/zip"],
        {"one.csv": b"1,2", "two.csv": b"3,4"},
        id="nothing-but-files",
    ),
    pytest.param(
        DIGEST,
        ["TEXT multipart/mixed", "1 application/zip"],
        {"one.eml": b"Subject: one\r\n\r\nfirst", "two.eml": b"Subject: two\r\n\r\nsecond"},
        id="digest",
    ),
    pytest.param(
        DOUBLE,
        ["TEXT multipart/mixed", "1 text/plain", "2 application/zip"],
        {"r.doc": b"data", "._r.doc": b"fork"},
        id="mac-file-in-two-forks",
    ),
]
"""In order: a message, the outline of what it becomes, the files in the archive."""
