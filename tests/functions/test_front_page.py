"""The page at the root says what this is, in two languages, and nothing about anybody."""

from __future__ import annotations

import pytest

from tests.support.hold_page_server import request_to


@pytest.mark.parametrize(
    ("path", "accepted", "language", "told"),
    [
        ("/", "ja", "ja", "誤送信を防ぐ"),
        ("/", "en-US", "en", "use the link in the notice"),
        ("/", "", "ja", "通知メールのリンクをお使いください"),
        ("/?lang=en", "ja", "en", "A second look before it leaves"),
    ],
)
def test_it_tells_what_this_is(path: str, accepted: str, language: str, told: str) -> None:
    response = request_to(path, headers={"Accept-Language": accepted})
    html = response.get_body().decode()
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in html
    assert told in html
    assert "<form" not in html


def test_a_head_request_gets_no_body() -> None:
    response = request_to("/", "HEAD")
    assert (response.status_code, response.get_body()) == (200, b"")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
