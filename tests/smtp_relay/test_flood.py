"""The relay as a process under more than it can take: slow and failing storage, many clients, a backlog. It stays up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.adapters.backlog_blob_writer import BlobBacklogBoard
from shared.adapters.spool_blob import BlobSpool
from shared.ports_relay import Backlog
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.relay import Dialogue, wait_until
from tests.support.relay_process import RelayProcess, prepare
from tests.support.storage_proxy import StorageProxy

CLIENTS = 20
CONTENT = b"x" * 2_000_000
MEMORY = 12 * 1024 * 1024


def spooled(process: ProcessSettings) -> set[str]:
    now = datetime.now(UTC)
    entries = BlobSpool(process).committed_since(now - timedelta(hours=1), now + timedelta(minutes=1))
    return {entry.ref.queue_id for entry in entries}


def send_until_accepted(port: int, replies: list[str], end: float) -> None:
    """One client's message, tried again as mail servers do."""
    while time.monotonic() < end:
        with Dialogue(port, timeout_seconds=60) as smtp:
            replies.append(smtp.banner)
            smtp.hello()
            for command in ("MAIL FROM:<a@b.example> SIZE=2000002", "RCPT TO:<c@d.example>", "DATA"):
                replies.append(smtp.command(command))
                if replies[-1][0] not in "23":
                    break
            else:
                smtp.send(CONTENT + b"\r\n.\r\n")
                replies.append(smtp.reply())
                if replies[-1].startswith("250 "):
                    return
        time.sleep(0.3)


def test_a_flood_on_storage_that_is_slow_and_then_fails_gets_only_4xx_and_is_over_by_itself(
    own_azurite: Azurite, tmp_path: Path
) -> None:
    process = prepare(own_azurite.connection_string)
    limits = {
        "relay_memory": MEMORY,
        "relay_memory_wait_seconds": 2,
        "relay_storage_failures": 3,
        "relay_storage_pause_seconds": 0.2,
        "storage_timeout": 2,
    }
    with (
        StorageProxy(own_azurite, "blob") as proxy,
        RelayProcess(tmp_path, proxy.connection_string, **limits) as relay,
    ):
        with Dialogue(relay.port) as smtp:  # what any message costs is there before it is measured
            smtp.hello()
            assert smtp.message(CONTENT)[:3] == "250"
        relay.reset_peak()
        before = relay.memory("VmRSS")
        proxy.delay("/spool/", 1.0, times=10)
        proxy.answer("/spool/", 503, times=1000)
        replies: list[str] = []
        end = time.monotonic() + 100
        threads = [
            threading.Thread(target=send_until_accepted, args=(relay.port, replies, end)) for _ in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: bool(relay.logged("storage")), 60)
        proxy.recover()
        for thread in threads:
            thread.join(120)
        grown = relay.memory("VmHWM") - before
        accepted = {reply.rpartition(" ")[2] for reply in replies if reply.startswith("250 2.0.0 queued")}
        kinds = Counter(reply[:9] for reply in replies if reply[0] not in "23")
        assert len(accepted) == CLIENTS, kinds
        assert accepted <= spooled(process), "what was promised is there"
        assert {kind[0] for kind in kinds} == {"4"}, kinds
        assert kinds["451 4.3.0"], "storage failed"
        assert [line["outcome"] for line in relay.logged("storage")][::2].count("out") >= 1
        assert relay.logged("storage")[-1]["outcome"] == "back"
        assert grown < 4 * MEMORY, "twenty clients with all that each may hold would be twice as much"
        assert relay.healthy()


def test_a_backlog_that_the_sweep_writes_defers_mail_until_it_writes_that_it_is_over(
    own_azurite: Azurite, tmp_path: Path
) -> None:
    process = prepare(own_azurite.connection_string)
    board = BlobBacklogBoard(process)
    limits = {"relay_rules_seconds": 0.1, "relay_trickle_seconds": 3600, "relay_slow_pause_seconds": 0.1}
    with RelayProcess(tmp_path, own_azurite.connection_string, **limits) as relay, Dialogue(relay.port) as smtp:
        smtp.hello()
        assert smtp.message(b"x")[:3] == "250", "where nobody measures, nothing is behind"
        board.write(Backlog(5000.0, 3, datetime.now(UTC)))
        wait_until(lambda: bool(relay.logged("pressure")), 60)
        assert smtp.message(b"x")[:3] == "250", "the trickle"
        assert smtp.command("MAIL FROM:<a@b.example>")[:9] == "451 4.3.1"
        board.write(Backlog(0.0, 0, datetime.now(UTC)))
        wait_until(lambda: relay.logged("pressure")[-1]["level"] == "normal", 60)
        assert smtp.message(b"x")[:3] == "250"
    assert len(spooled(process)) == 3
