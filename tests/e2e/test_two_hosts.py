"""Two functions hosts on one storage, as Azure runs several: each message is judged and delivered once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, CUSTOMER, SENDER
from local.processes import Child, stop_all
from local.tools import ROOT
from tests.support.crash_drill import Books, Clerk, Postman, copies_by_queue_id, settled
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]
MESSAGES = 60


def test_a_second_functions_host_at_the_same_time_doubles_nothing(tmp_path: Path) -> None:
    letters = [
        letter(SENDER, [CUSTOMER if number % 6 == 0 else COLLEAGUE], f"message {number:02}")
        for number in range(MESSAGES)
    ]
    books = Books()
    with Running(tmp_path) as running:
        command = [
            *(sys.executable, "-m", "local.functions_host", "--app-dir", str(ROOT), "--port", "0"),
            *("--state", str(tmp_path / "second-host")),
        ]
        log = tmp_path / "second-host.log"
        second = Child("second", command, log=log, environment=running.instance.environment, directory=ROOT)
        try:
            wait_for(lambda: '"event": "ready"' in log.read_text())
            postmen = [Postman(running.smtp_port, letters[start::4], books, pause=0) for start in range(4)]
            clerk = Clerk(running.desk, SENDER)
            for thread in (*postmen, clerk):
                thread.start()
            for postman in postmen:
                postman.join(60)
            settled(running, MESSAGES)
        finally:
            clerk.stop.set()
            stop_all([second])
        received = running.received()

    assert {copies[0].subject: len(copies) for copies in copies_by_queue_id(received).values() if len(copies) > 1} == {}
    assert len(received) == MESSAGES + MESSAGES // 6, "every message once, and one notice for each held one"
    # Both hosts saw work, or the test shows nothing.
    assert '"function": "evaluate"' in log.read_text()
    assert '"function": "evaluate"' in (running.instance.layout.logs / "functions.log").read_text()
