"""The mailbox as a program: pages and JSON API, over restarts, for this machine alone."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from local.commands.send import send
from local.layout import Ports
from local.probes import http_answers, wait_until
from local.processes import Child, stop_all
from local.tools import ROOT

PERSON = "sato@aozora.example"


class Mailbox:
    """A mailbox process."""

    def __init__(self, directory: Path) -> None:
        ports = Ports.free()
        self.smtp, self.web = ports.mailbox_smtp, ports.mailbox_web
        self.directory = directory
        self.child: Child | None = None

    def start(self) -> None:
        ports = ["--smtp-port", str(self.smtp), "--web-port", str(self.web)]
        command = [sys.executable, "-m", "local.mailbox", "--data", str(self.directory / "data"), *ports]
        child = Child("mailbox", command, log=self.directory / "log", directory=ROOT)
        self.child = child
        ready = wait_until(
            lambda: http_answers(self.web, "/api/health"),
            timeout_seconds=30,
            give_up=lambda: child.exit_code() is not None,
        )
        assert ready, child.log_tail()

    def stop(self) -> int | None:
        assert self.child is not None
        stop_all([self.child])
        return self.child.exit_code()

    def request(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = HTTPConnection("127.0.0.1", self.web, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        status, body, _ = self.request("GET", path)
        assert status == 200, body
        return json.loads(body)


@pytest.fixture(scope="module")
def shared_mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    instance = Mailbox(tmp_path_factory.mktemp("mailbox"))
    instance.start()
    yield instance
    instance.stop()


@pytest.fixture
def mailbox(shared_mailbox: Mailbox) -> Mailbox:
    shared_mailbox.request("DELETE", "/api/messages")
    shared_mailbox.request("DELETE", "/api/faults")
    return shared_mailbox


@cache
def notice() -> bytes:
    message = EmailMessage()
    message["From"] = "Matta <matta@aozora.example>"
    message["To"] = f"佐藤 花子 <{PERSON}>"
    message["Subject"] = "【確認】見積書 <b>"
    message.set_content("Open http://127.0.0.1:17000/h/abc?x=1 now <b>")
    message.add_alternative("<p>Hello</p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="見積書.pdf")
    return message.as_bytes().replace(b"\n", b"\r\n")


def deliver(mailbox: Mailbox, *recipients: str, sender: str = "matta@aozora.example") -> dict[str, Any]:
    code, text = send(f"127.0.0.1:{mailbox.smtp}", sender, recipients or (PERSON,), notice())
    assert code == 250, text
    found: dict[str, Any] = mailbox.json("/api/messages")[-1]
    return found


def test_api_shows_envelope_content_and_exact_bytes(mailbox: Mailbox) -> None:
    listed = deliver(mailbox, PERSON, "hidden@hoshizora.example")
    assert listed["envelope"]["recipients"] == [PERSON, "hidden@hoshizora.example"]
    assert listed["subject"] == "【確認】見積書 <b>"
    one = mailbox.json(f"/api/messages/{listed['id']}")
    assert one["text"].startswith("Open http://127.0.0.1:17000/h/abc?x=1 now")
    assert [(item["name"], item["size"]) for item in one["attachments"]] == [("見積書.pdf", 2)]
    _, raw, headers = mailbox.request("GET", f"/api/messages/{listed['id']}/raw")
    assert raw == notice()
    assert headers["content-type"] == "message/rfc822"


def test_filter_by_person_and_by_what_came_later(mailbox: Mailbox) -> None:
    first = deliver(mailbox, "a@x.example")
    second = deliver(mailbox, "b@x.example", sender="")
    assert [m["id"] for m in mailbox.json("/api/messages?person=B@x.example")] == [second["id"]]
    assert [m["id"] for m in mailbox.json(f"/api/messages?after={first['id']}")] == [second["id"]]
    _, page, _ = mailbox.request("GET", "/?person=b%40x.example")
    assert second["id"] in page.decode()
    assert first["id"] not in page.decode()


def test_pages_show_the_message_and_run_nothing_of_it(mailbox: Mailbox) -> None:
    listed = deliver(mailbox)
    status, body, _ = mailbox.request("GET", f"/m/{listed['id']}")
    page = body.decode()
    assert status == 200
    assert "【確認】見積書 &lt;b&gt;" in page
    assert '<a href="http://127.0.0.1:17000/h/abc?x=1" rel="noreferrer">' in page
    assert "<script" not in page
    _, frame, headers = mailbox.request("GET", f"/m/{listed['id']}/html")
    assert b"<p>Hello</p>" in frame
    assert "sandbox" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]  # so that default-src 'none' holds
    _, content, headers = mailbox.request("GET", f"/m/{listed['id']}/attachment/2")
    assert content == b"\x00\x01"
    assert headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/api/messages", {"Host": "evil.example"}, 403, id="rebound name"),
        pytest.param("DELETE", "/api/messages", {"Origin": "http://evil.example"}, 403, id="foreign page"),
        pytest.param("GET", "/m/nothing", {}, 404, id="unknown message"),
        pytest.param("GET", "/api/messages/../../keys.json/raw", {}, 404, id="path that climbs"),
        pytest.param("PUT", "/api/faults", {}, 400, id="faults without content"),
    ],
)
def test_requests_that_get_nothing(
    mailbox: Mailbox, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    deliver(mailbox)
    assert mailbox.request(method, path, headers=headers)[0] == status
    assert len(mailbox.json("/api/messages")) == 1


def test_faults_are_set_and_lifted_over_http(mailbox: Mailbox) -> None:
    fault = {"stage": "rcpt", "address": "bad@*", "reply": "550 5.1.1 unknown"}
    assert mailbox.request("PUT", "/api/faults", json.dumps([fault]))[0] == 200
    code, text = send(f"127.0.0.1:{mailbox.smtp}", "a@x.example", ["bad@x.example"], notice())
    assert (code, text.split(" (")[0]) == (550, "5.1.1 unknown")
    assert mailbox.json("/api/faults")[0]["struck"] == 1
    assert mailbox.request("PUT", "/api/faults", json.dumps([{"stage": "never"}]))[0] == 400
    assert mailbox.request("DELETE", "/api/faults")[0] == 200
    deliver(mailbox, "bad@x.example")


def test_odd_message_is_shown_all_the_same(mailbox: Mailbox) -> None:
    raw = b"Subject: =?nope?B?x?=\r\nContent-Type: text/plain; charset=nope\r\nFrom: \xff\r\n\r\n\x80\0\r\n"
    assert send(f"127.0.0.1:{mailbox.smtp}", "a@x.example", [PERSON], raw)[0] == 250
    [listed] = mailbox.json("/api/messages")
    assert mailbox.request("GET", f"/m/{listed['id']}")[0] == 200
    assert mailbox.request("GET", "/")[0] == 200
    assert mailbox.request("GET", f"/api/messages/{listed['id']}/raw")[1] == raw


def test_messages_outlive_a_restart_and_the_stop_is_clean(tmp_path: Path) -> None:
    instance = Mailbox(tmp_path)
    instance.start()
    try:
        before = deliver(instance, PERSON, "hidden@hoshizora.example")
        assert instance.stop() == 0
        instance.start()
        assert instance.json("/api/messages") == [before]
    finally:
        instance.stop()


def test_mailbox_listens_on_loopback_alone(mailbox: Mailbox) -> None:
    """Another address of the loopback network stands for an address that others can reach."""
    for port in (mailbox.smtp, mailbox.web):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) == 0
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0
