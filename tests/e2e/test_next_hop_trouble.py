"""The next hop is away, or refuses somebody: nobody loses mail, nobody gets it twice, and the sender is told."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from local.demo.acts import Acts, unchanged
from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, DOMAIN, SENDER
from shared.core.hold.record import Fate, State
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]


def test_next_hop_that_is_down_for_a_while_gets_the_message_once(running: Running) -> None:
    acts = Acts(running.desk, "ja")
    sent = letter(SENDER, [COLLEAGUE], "配送先が止まっている間のメール")
    after = running.desk.newest()
    running.kill("mailbox")
    running.desk.send(sent)
    record = wait_for(lambda: running.records().get(sent.message_id))
    wait_for(lambda: running.record(record.ref).attempts >= 1)
    assert running.record(record.ref).state is State.DELIVERING

    running.instance.restart("mailbox")

    [arrival] = acts.wait_for(lambda: running.desk.copies(sent, after), "the message")
    unchanged(arrival, sent)
    wait_for(lambda: running.record(record.ref).state is State.DELIVERED)
    codes = [event.code for event in running.app.messages.events(record.ref)]
    assert codes[0] == "passed"
    assert codes[1:-1] == ["deferred"] * (len(codes) - 2)
    assert codes[-1] == "delivered"
    assert len(running.desk.copies(sent, after)) == 1


def test_permanent_refusal_of_one_of_three_ends_in_partly_delivered_and_a_report(running: Running) -> None:
    acts = Acts(running.desk, "ja")
    others = (COLLEAGUE, f"ito@{DOMAIN}")
    refused = f"moved-away@{DOMAIN}"
    sent = letter(SENDER, [others[0], refused], "三人宛て", cc=[others[1]])
    after = running.desk.newest()

    with running.desk.refusing(refused, "550 5.1.1 no such user"):
        running.desk.send(sent)
        report = acts.wait_for(lambda: acts.reports(refused, SENDER, after), "the report")[0]

    [arrival] = running.desk.copies(sent, after)
    assert arrival.recipients == others
    record = running.records()[sent.message_id]
    assert record.state is State.PARTLY_DELIVERED
    assert {result.address: result.fate for result in record.recipients} == {
        others[0]: Fate.SENT,
        refused: Fate.FAILED,
        others[1]: Fate.SENT,
    }
    # RFC 3464: a multipart/report with a delivery-status part, null sender, only the failed recipient.
    assert report.sender == ""
    parsed = message_from_bytes(report.raw, policy=policy.default)
    assert parsed.get_content_type() == "multipart/report"
    _, status, _ = parsed.iter_parts()
    assert status.get_content_type() == "message/delivery-status"
    [final] = [block for block in status.walk() if "Final-Recipient" in block]
    assert str(final["Final-Recipient"]).split(";")[1].strip() == refused
    assert final["Action"] == "failed"
    assert final["Status"] == "5.1.1"
    assert len(acts.reports(refused, SENDER, after)) == 1


def test_temporary_refusal_of_one_is_retried_for_that_one_alone(running: Running) -> None:
    late = f"full-mailbox@{DOMAIN}"
    sent = letter(SENDER, [COLLEAGUE, late], "一人だけ後で")
    after = running.desk.newest()

    with running.desk.refusing(late, "452 4.2.2 mailbox full"):
        running.desk.send(sent)
        record = wait_for(lambda: running.records().get(sent.message_id))
        wait_for(lambda: running.record(record.ref).attempts >= 1)
        assert [copy.recipients for copy in running.desk.copies(sent, after)] == [(COLLEAGUE,)]

    wait_for(lambda: running.record(record.ref).state is State.DELIVERED)
    assert [copy.recipients for copy in running.desk.copies(sent, after)] == [(COLLEAGUE,), (late,)]
