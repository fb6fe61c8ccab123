"""A message sent by a real client is held; its sender's link releases it; what arrives is what was sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from local.demo.acts import Acts, unchanged
from local.demo.desk import Letter, find_form
from local.demo.letters import letter
from local.demo_tenant import CUSTOMER, SENDER
from shared.core.hold.record import Channel, Role, State
from tests.support.mail_clients import CLIENTS
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("client", CLIENTS)
def test_mail_of_a_real_client_is_held_released_by_link_and_arrives_unchanged(
    running: Running, tmp_path: Path, client: str
) -> None:
    acts = Acts(running.desk, "ja")
    sent = letter(SENDER, [CUSTOMER], f"お見積書の件 ({client})", attachment="御見積書①.xlsx")
    sent = replace(sent, raw=sent.raw + b"\r\n")  # smtp-source ends every message with an empty line

    def send(message: Letter) -> None:
        CLIENTS[client](running.smtp_port, message.sender, message.recipients, message.raw, tmp_path)

    held = acts.hold(sent, send)
    arrival, _ = acts.release(held)

    head = unchanged(arrival, sent)
    assert head.count(b"\r\nReceived:") + head.startswith(b"Received:") == 1
    assert b"\r\nX-Matta-Trace:" in b"\r\n" + head
    record = wait_for(lambda: running.records().get(sent.message_id))
    wait_for(lambda: running.record(record.ref).state is State.DELIVERED)
    outcome = running.record(record.ref).outcome
    assert outcome is not None
    assert (outcome.verb, outcome.actor.role, outcome.actor.name, outcome.actor.channel) == (
        "release",
        Role.SENDER,
        SENDER,
        Channel.LINK,
    )
    assert [event.code for event in running.app.messages.events(record.ref)] == ["held", "released", "delivered"]


def test_two_windows_that_release_and_discard_at_the_same_moment_get_one_decision(running: Running) -> None:
    acts = Acts(running.desk, "ja")
    held = acts.hold(letter(SENDER, [CUSTOMER], "同時に決める"))
    asked = {word: acts.press(held.page, word) for word in ("release", "discard")}

    def decide(word: str) -> str:
        found = find_form(asked[word], word)
        assert found is not None
        return running.desk.press(*found).text

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(decide, ["release", "discard"] * 4))

    record = wait_for(lambda: running.records().get(held.letter.message_id))
    decided = [e for e in running.app.messages.events(record.ref) if e.code in ("released", "discarded")]
    assert len(decided) == 1
    if decided[0].code == "released":
        acts.wait_for(lambda: running.desk.copies(held.letter, held.after), "the released message")
    assert len(running.desk.copies(held.letter, held.after)) == (decided[0].code == "released")
