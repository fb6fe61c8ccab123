"""One id leads through all logs of a message, from its SMTP session to the report about it (product.md N1)."""

from __future__ import annotations

import json
import smtplib

import pytest

from local.demo.acts import Acts
from local.demo.letters import letter
from local.demo_tenant import DOMAIN, SENDER
from tests.support.delivery_reports import read_report
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]


def lines(running: Running) -> list[dict[str, object]]:
    """Every line that relay and functions have logged."""
    found: list[dict[str, object]] = []
    for path in (running.directory / "logs").glob("*.log"):
        for text in path.read_text("utf-8", "replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict):
                found.append(line)
    return found


def names_of(found: list[dict[str, object]]) -> set[object]:
    return {line.get("stage") or line.get("event") for line in found}


def test_one_id_is_in_every_stage(running: Running) -> None:
    acts = Acts(running.desk, "ja")
    gone = f"gone-with-an-id@{DOMAIN}"
    sent = letter(SENDER, [gone], "ログをたどる")
    after = running.desk.newest()
    with (
        running.desk.refusing(gone, "550 5.1.1 no such user"),
        smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=60) as client,
    ):
        client.ehlo("client.example")
        assert client.mail(SENDER)[0] == 250
        assert client.rcpt(gone)[0] == 250
        code, reply = client.data(sent.raw)
        assert code == 250
        [report] = acts.wait_for(lambda: acts.reports(SENDER, SENDER, after), "the report of the failure")
    record = running.records()[sent.message_id]
    queue_id, session = record.ref.queue_id, record.reception.session_id
    assert queue_id.encode() in reply, "the client was told the id"

    def about() -> list[dict[str, object]]:
        return [
            line
            for line in lines(running)
            if queue_id in (line.get("queue_id"), line.get("about"), line.get("session"))
        ]

    def own() -> list[dict[str, object]]:
        return [line for line in about() if line.get("queue_id") != queue_id]

    wait_for(lambda: {"submit", "deliver", "delivery"} <= names_of(own()))
    of_message = [line for line in about() if line.get("queue_id") == queue_id]
    assert {"message", "decide", "deliver", "delivery"} <= names_of(of_message)
    assert {line.get("session") for line in of_message} == {session}, "every line names the SMTP session"
    wait_for(lambda: any(line.get("event") == "session" and line.get("session") == session for line in lines(running)))
    assert {line.get("session") for line in own()} == {queue_id}, "the report's lines name the message it is about"
    [status] = [line for line in own() if line.get("stage") == "submit"]
    assert (status["about"], str(status["outcome"]).split("-")[0]) == (queue_id, "dsn")

    read = read_report(report.raw[report.raw.index(b"From:") :])
    assert read.message["X-Matta-Queue-ID"] == queue_id
    everything = json.dumps(about(), ensure_ascii=False)
    assert "ログをたどる" not in everything
    assert gone not in everything
    assert SENDER not in everything
