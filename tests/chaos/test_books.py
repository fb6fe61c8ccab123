"""The ledgers are read from what the parts really leave behind: stored messages, DSNs, log lines that a kill cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.chaos.books import answers, dsn_reports, storings
from local.chaos.ledgers import Answer, Report
from local.chaos.letters import digest, letter_bytes
from local.chaos.plan import SENDERS, make_plan
from local.mailbox.store import MailStore, Transaction

QUEUE_ID = "01m80h44v8g2xwyjp452d85v8f"
HEAD = (
    f"X-Matta-Trace: v1; id={QUEUE_ID};\r\n tenant=demo; kind=relayed\r\n"
    "Received: from client by matta.localhost;\r\n\tSun, 22 Nov 2026 02:00:00 +0000\r\n"
).encode()
LETTER = make_plan(9, 10, 2).letters[0]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param(lambda raw: raw, True, id="as it was sent"),
        pytest.param(lambda raw: raw.replace(b"Subject: ", b"Subject:  "), False, id="one more space"),
        pytest.param(lambda raw: raw[:-2], False, id="no line end at its end"),
        pytest.param(lambda raw: b"X-Other: field\r\n" + raw, False, id="a field that is not Matta's own"),
    ],
)
def test_bytes_below_mattas_head_are_compared(tmp_path: Path, change: object, same: bool) -> None:
    assert callable(change)
    raw = letter_bytes(LETTER, 9)
    MailStore(tmp_path).add(Transaction(LETTER.sender, LETTER.recipients), HEAD + change(raw))
    [stored], reports = storings(MailStore(tmp_path).messages(), 9)
    assert (stored.queue_id, stored.number, stored.recipients) == (QUEUE_ID, LETTER.number, LETTER.recipients)
    assert (stored.digest == digest(raw)) is same
    assert reports == []


def test_mail_to_a_sender_is_mattas_own(tmp_path: Path) -> None:
    MailStore(tmp_path).add(Transaction("", (SENDERS[0],)), HEAD + letter_bytes(LETTER, 9))
    [stored], _ = storings(MailStore(tmp_path).messages(), 9)
    assert stored.number is None


def test_a_dsn_names_the_queue_entry_and_who_failed() -> None:
    raw = (
        f"Message-ID: <dsn-1.{QUEUE_ID}@matta.localhost>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; matta.localhost\r\n\r\n"
        "Final-Recipient: rfc822; gone-001@aozora.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "Final-Recipient: rfc822; reader-001@aozora.example\r\nAction: delayed\r\nStatus: 4.2.1\r\n\r\n"
        "Final-Recipient: utf-8; \\x{53D7}@aozora.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
    assert list(dsn_reports(raw)) == [
        Report(QUEUE_ID, "gone-001@aozora.example"),
        Report(QUEUE_ID, "受@aozora.example"),
    ]
    assert list(dsn_reports(raw.replace(b"<dsn-1.", b"<hold-notice-0."))) == []


def test_log_lines_that_a_kill_cut_off_are_passed_over(tmp_path: Path) -> None:
    line = {"time": "2026-11-22T02:25:10.897+00:00", "stage": "deliver", "queue_id": QUEUE_ID, "accepted": 2}
    log = tmp_path / "functions.log"
    whole = json.dumps(line)
    log.write_text(f"{whole[:60]}\nnot JSON\n{json.dumps({**line, 'stage': 'decide'})}\n{whole}\n{whole[:80]}")
    assert list(answers(log)) == [Answer(QUEUE_ID, 1795314310.897, 2)]
