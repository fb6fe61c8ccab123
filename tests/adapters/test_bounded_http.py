"""One HTTP exchange with bounds: what is sent where, and what is not read, followed or looked up."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from shared.adapters.bounded_http import BoundedHttp, NoAnswer, is_loopback, is_safe_url
from tests.support.certificates import AUTHORITY, issued
from tests.support.web_server import Asked, Reply, web_server


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example/x?y=1", True),
        ("https://login.example:8443", True),
        ("http://127.0.0.1:17090/x", True),
        ("http://[::1]:17090/x", True),
        ("http://localhost/x", True),
        ("http://login.example/", False),
        ("http://127.0.0.1.example/", False),
        ("http://10.0.0.1/", False),
        ("https://user@login.example/", False),
        ("https://:secret@login.example/", False),
        ("https://login.example/#part", False),
        ("https://login.example:port/", False),
        ("https://[::1/", False),
        ("https://", False),
        ("ftp://login.example/", False),
        ("//login.example/", False),
        ("", False),
    ],
)
def test_which_addresses_are_safe(url: str, safe: bool) -> None:
    assert is_safe_url(url) is safe


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.8.9.1", True), ("LOCALHOST", True), ("::1", True), ("0.0.0.0", False)]
)
def test_what_is_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_an_answer_has_status_headers_and_body() -> None:
    with web_server(lambda _: Reply(418, b'{"a":1}', {"Retry-After": "3"})) as server:
        answer = BoundedHttp(2.0, 100).exchange("POST", f"{server.url}/x", headers={"X-One": "1"}, body=b"hello")
    assert (answer.status, answer.body, answer.complete, answer.headers["retry-after"]) == (418, b'{"a":1}', True, "3")
    [asked] = server.asked
    assert (asked.method, asked.path, asked.body, asked.headers["x-one"]) == ("POST", "/x", b"hello", "1")
    assert asked.headers["accept-encoding"] == "identity"


def test_nothing_is_sent_to_an_address_that_is_not_safe() -> None:
    with pytest.raises(NoAnswer):
        BoundedHttp(1.0, 100).exchange("GET", "http://login.example/", headers={})


def test_the_size_is_bounded() -> None:
    with web_server(lambda _: Reply(200, b"x" * 101)) as server:
        answer = BoundedHttp(2.0, 100).exchange("GET", server.url, headers={})
    assert (answer.status, answer.body, answer.complete) == (200, b"", False)


def test_a_body_that_trickles_ends_with_the_time() -> None:
    with web_server(lambda _: Reply(200, b"x" * 100, pause=0.05)) as server:
        begun = time.monotonic()
        answer = BoundedHttp(0.4, 1000).exchange("GET", server.url, headers={})
        taken = time.monotonic() - begun
    assert not answer.complete
    assert taken < 2.0  # the whole body takes five seconds


def test_neither_proxy_nor_netrc_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with web_server(lambda _: Reply()) as server, web_server(lambda _: Reply(500)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        BoundedHttp(2.0, 100).exchange("GET", server.url, headers={"Authorization": "Bearer token"})
    assert proxy.asked == []
    assert server.asked[0].headers["authorization"] == "Bearer token"


def test_a_certificate_of_nobody_trusted_is_refused_and_a_named_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with web_server(lambda _: Reply(), issued(tmp_path, "127.0.0.1")) as server:
        with pytest.raises(NoAnswer):
            BoundedHttp(2.0, 100).exchange("GET", server.url, headers={})
        assert server.asked == []
        AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
        assert BoundedHttp(2.0, 100).exchange("GET", server.url, headers={}).status == 200


def test_many_threads_share_it() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(200, asked.path.encode())

    found: list[bytes] = []
    with web_server(answer) as server:
        http = BoundedHttp(5.0, 100)

        def work(number: int) -> None:
            for turn in range(5):
                path = f"/{number}/{turn}"
                got = http.exchange("GET", server.url + path, headers={})
                assert got.body == path.encode()
                found.append(got.body)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(found)) == 40
