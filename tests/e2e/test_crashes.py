"""kill -9 of the functions host and of the relay while mail flows: none lost, none changed, next to none twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from local.demo.desk import Arrival, Letter
from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, CUSTOMER, SENDER
from shared.core.hold.record import State
from tests.support.crash_drill import (
    Books,
    Clerk,
    Postman,
    copies_by_queue_id,
    duplicates,
    kill_at_random,
    settled,
    unexplained,
)
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]
MESSAGES = 200
HELD_EVERY = 4
SEED = 20261121
KILLS = ("functions", "relay", "functions", "functions", "relay", "functions")
_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE | re.IGNORECASE)


def _letters() -> list[Letter]:
    return [
        letter(SENDER, [CUSTOMER if number % HELD_EVERY == 0 else COLLEAGUE], f"message {number:03}")
        for number in range(MESSAGES)
    ]


def test_every_accepted_message_outlives_kills_of_functions_host_and_relay(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    letters, books = _letters(), Books()
    with Running(tmp_path) as running:
        postmen = [Postman(running.smtp_port, letters[start::4], books, pause=0.1) for start in range(4)]
        clerk = Clerk(running.desk, SENDER)
        for thread in (*postmen, clerk):
            thread.start()
        kill_at_random(running, books, KILLS, SEED, postmen)
        states = settled(running, MESSAGES)
        clerk.stop.set()
        received = [message for message in running.received() if message.envelope.sender == SENDER]

    assert len(books.accepted) == MESSAGES
    assert set(states) == {State.DELIVERED}, "in the end everything is delivered: held mail was released"
    by_id = {item.message_id: item for item in letters}
    arrived: dict[str, list[Arrival]] = {}
    for message in received:
        arrival = Arrival(
            message.id, message.envelope.sender, message.envelope.recipients, message.received, message.raw
        )
        message_id = _message_id(message.raw)
        arrived.setdefault(message_id, []).append(arrival)
        assert arrival.head_above(by_id[message_id].raw) is not None, "the bytes were changed"
    assert sorted(books.accepted.keys() - arrived.keys()) == [], "an accepted message was lost"
    # One delivery for each time that the relay stored it; the relay stores it again only when its answer was lost.
    entries = copies_by_queue_id(received)
    assert len(entries) <= MESSAGES + sum(books.unclear.values())
    twice = duplicates(received)
    record_property("duplicates", len(twice))
    record_property("kills", len(books.kills))
    assert unexplained(twice, books, window_seconds=2.0) == []


def _message_id(raw: bytes) -> str:
    # Matta's own fields have none, so the first is the message's.
    match = _MESSAGE_ID.search(raw)
    assert match is not None
    return match.group(1).decode()
