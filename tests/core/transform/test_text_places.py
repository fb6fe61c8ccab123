"""Which parts take a text; the usual structures stand in test_insert_text, here are the others."""

from __future__ import annotations

import pytest

from shared.core.message.parse import parse
from shared.core.transform.text_places import text_places
from tests.support.text_shapes import HEAD, PDF, PICTURE, html, multipart, plain, writer

WRITE = writer("utf-8", "8bit")
ENRICHED = b"Content-Type: text/enriched\r\n\r\n<bold>x</bold>\r\n"
EMPTY = b"Content-Type: text/plain\r\n\r\n\r\n"
NAMED = b"Content-Type: text/plain; name=a.txt\r\n\r\nfile\r\n"
CALENDAR = b"Content-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n"


def paths(body: bytes) -> tuple[str, str]:
    """Sections of the parts that take a text at top and at bottom, in words."""
    tree = parse(HEAD + body)
    return (
        " ".join(leaf.part.path for leaf in text_places(tree, "top")),
        " ".join(leaf.part.path for leaf in text_places(tree, "bottom")),
    )


@pytest.mark.parametrize(
    ("body", "top", "bottom"),
    [
        pytest.param(multipart("alternative", plain(WRITE), ENRICHED, html(WRITE)), "1 2 3", "1 2 3", id="three-forms"),
        pytest.param(multipart("alternative", plain(WRITE), PDF), "1", "1", id="form-that-is-no-text"),
        pytest.param(multipart("alternative", PDF, PICTURE), "", "", id="no-form-is-text"),
        pytest.param(multipart("mixed", EMPTY, PDF), "1", "1", id="empty-text"),
        pytest.param(multipart("mixed", NAMED, PDF), "", "", id="named-text-is-a-file"),
        pytest.param(multipart("mixed", NAMED, plain(WRITE)), "2", "2", id="file-before-text"),
        pytest.param(multipart("related", PICTURE, html(WRITE)), "2", "2", id="related-whose-root-is-no-text"),
        pytest.param(multipart("parallel", PDF, plain(WRITE), html(WRITE)), "2", "3", id="unknown-multipart-is-as-mixed"),
        pytest.param(multipart("digest", b"\r\nSubject: a\r\n\r\nx"), "", "", id="digest"),
        pytest.param(multipart("mixed", PDF, multipart("alternative", PDF, PICTURE)), "", "", id="nothing-deep-down"),
        pytest.param(
            multipart("mixed", multipart("related", html(WRITE), PICTURE), PDF, multipart("related", html(WRITE), PICTURE)),
            "1.1",
            "3.1",
            id="two-related",
        ),
        pytest.param(
            multipart("report", multipart("alternative", plain(WRITE), html(WRITE)), PDF), "1.1 1.2", "1.1 1.2", id="report-in-two-forms"
        ),
        pytest.param(b"Content-Type: multipart/mixed; boundary=never\r\n\r\ntext\r\n", "", "", id="boundary-never-found"),
        pytest.param(PDF, "", "", id="file-alone"),
        pytest.param(b"\r\ntext", "1", "1", id="no-mime-at-all"),
    ],
)  # fmt: skip
def test_places(body: bytes, top: str, bottom: str) -> None:
    assert paths(body) == (top, bottom)


def test_an_attached_message_is_not_looked_into() -> None:
    attached = b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n" + plain(WRITE)
    assert paths(multipart("mixed", PDF, attached)) == ("", "")
    assert paths(attached) == ("", "")
