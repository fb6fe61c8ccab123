"""A real client asks for reports (RFC 3461), and the running service gives them as asked."""

from __future__ import annotations

import smtplib

import pytest

from local.demo.acts import Acts
from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, DOMAIN, SENDER
from shared.core.hold.record import State
from tests.support.delivery_reports import ReadReport, read_report
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]


def read(raw: bytes) -> ReadReport:
    """A report without the trace fields that the mailbox and Matta put before it."""
    return read_report(raw[raw.index(b"From:") :])


def both(acts: Acts, after: str) -> list[ReadReport]:
    """The two reports, the failure first; empty while one is missing."""
    found = [read(mail.raw) for mail in acts.reports(SENDER, SENDER, after)]
    return sorted(found, key=lambda report: report.recipients[0]["Action"]) if len(found) == 2 else []


def test_what_a_client_asked_for_is_what_it_is_told(running: Running) -> None:
    acts = Acts(running.desk, "ja")
    gone, silent = f"gone-for-good@{DOMAIN}", f"gone-in-silence@{DOMAIN}"
    sent = letter(SENDER, [COLLEAGUE, gone, silent], "通知の要求")
    after = running.desk.newest()

    with (
        running.desk.refusing(gone, "550 5.1.1 no such user"),
        running.desk.refusing(silent, "550 5.1.1 no such user"),
        smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=60) as client,
    ):
        client.ehlo("client.example")
        assert client.has_extn("dsn")
        assert client.mail(SENDER, ["RET=FULL", "ENVID=QQ+2B31", f"SIZE={len(sent.raw)}"])[0] == 250
        assert client.rcpt(COLLEAGUE, ["NOTIFY=SUCCESS"])[0] == 250
        assert client.rcpt(gone, ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;Former+2Bname@x.example"])[0] == 250
        assert client.rcpt(silent, ["NOTIFY=NEVER"])[0] == 250
        assert client.rcpt(f"x@{DOMAIN}", ["NOTIFY=NEVER,DELAY"])[0] == 501
        assert client.data(sent.raw)[0] == 250
        found = acts.wait_for(lambda: both(acts, after), "a report of failure and one of success")

    failed, relayed = found
    assert failed.message["Original-Envelope-Id"] == relayed.message["Original-Envelope-Id"] == "QQ+31"
    [about_gone] = failed.recipients
    assert (about_gone["Action"], about_gone["Original-Recipient"]) == ("failed", "rfc822; Former+name@x.example")
    [about_colleague] = relayed.recipients
    assert (about_colleague["Action"], about_colleague["Final-Recipient"]) == ("relayed", f"rfc822; {COLLEAGUE}")
    assert relayed.returned_type == "text/rfc822-headers"
    record = running.records()[sent.message_id]
    wait_for(lambda: running.record(record.ref).state is State.PARTLY_DELIVERED)
    assert len(acts.reports(SENDER, SENDER, after)) == 2, "nothing of the one about whom nothing was to be told"
