"""One message that comes by three transactions at once: one notice, one page with everybody, one release, three deliveries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from local.demo.acts import Acts, unchanged
from local.demo.desk import Letter
from local.demo.letters import letter
from local.demo_tenant import CUSTOMER, SENDER
from shared.core.hold.record import State
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE = (CUSTOMER, "kato@minato.example", "mori@akebono.example")


def transactions(sent: Letter) -> list[Letter]:
    """The message as Exchange splits it: a Received line and an envelope of its own for each recipient."""
    return [
        replace(
            sent,
            recipients=(person,),
            raw=f"Received: from edge-{number}.example by out-{number}.example with SMTP;"
            " Sat, 21 Nov 2026 18:00:00 +0900\r\n".encode()
            + sent.raw,
        )
        for number, person in enumerate(sent.recipients)
    ]


def test_three_transactions_of_one_message_are_one_hold_and_go_out_by_one_release(running: Running) -> None:
    acts = Acts(running.desk, "ja")
    sent = letter(SENDER, PEOPLE, "三社あてのお見積書")
    parts = transactions(sent)

    def send(_: Letter) -> None:
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(running.desk.send, parts))

    held = acts.hold(sent, send)

    def mine() -> list[State]:
        records = [one for one in running.all_records() if one.summary.message_id == sent.message_id]
        leaders = [one for one in records if one.leader is None]
        joined = sum(copy.joined for one in leaders for copy in one.copies)
        return [one.state for one in records] if joined == 2 or leaders[0].state is not State.HELD else []

    assert wait_for(mine) == [State.HELD] * 3
    for person in PEOPLE:
        assert person in held.page.text
    acts.decide(replace(held, page=acts.open(held.link)), "release")

    for part in parts:
        [arrival] = acts.wait_for(lambda part=part: running.desk.copies(part, held.after), "a part")  # type: ignore[misc]
        unchanged(arrival, part)
    wait_for(lambda: mine() == [State.DELIVERED] * 3)
    assert len(running.desk.copies(sent, held.after)) == 3
    assert len(acts.notices(sent, held.after)) == 1
