"""The relay as a process: start, signals, real clients, storage that goes away, sudden death, memory."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.tools import ROOT
from shared.adapters.secrets_file import FileSecrets, create_keys_file
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_egress import EgressProxy
from shared.adapters.spool_blob import BlobSpool
from shared.ports import SpoolEntry
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.certificates import AUTHORITY, issued
from tests.support.mail_clients import CLIENTS, carried, send_bytes
from tests.support.next_hop_hops import send, target
from tests.support.next_hop_server import NextHopServer
from tests.support.relay import Dialogue, wait_until
from tests.support.relay_process import RelayProcess, prepare
from tests.support.storage_proxy import StorageProxy

SENDER, RECIPIENT = "hanako@aozora.example", "taro@partner.example"


def spooled(process: ProcessSettings) -> list[SpoolEntry]:
    now = datetime.now(UTC)
    return list(BlobSpool(process).committed_since(now - timedelta(hours=1), now + timedelta(minutes=1)))


def contents(process: ProcessSettings) -> list[bytes]:
    spool = BlobSpool(process)
    return [b"".join(spool.content("spool", entry.ref).chunks()) for entry in spooled(process)]


@pytest.mark.parametrize("name", CLIENTS)
def test_real_client_delivers_byte_for_byte(name: str, own_azurite: Azurite, tmp_path: Path) -> None:
    content = (
        f"Message-ID: <1@aozora.example>\r\nFrom: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: x\r\n\r\n"
        ".one dot\r\n..two\r\n.\r\n" + "x" * 900 + "\r\n\r\n"
    ).encode()
    process = prepare(own_azurite.connection_string)
    with RelayProcess(tmp_path, own_azurite.connection_string) as relay:
        CLIENTS[name](relay.port, SENDER, [RECIPIENT], content, tmp_path)
        [found] = contents(process)
    for line in (b"\r\n.one dot\r\n..two\r\n.\r\n", b"x" * 900):
        assert line in found
    if name != "smtp-source":  # it writes header fields of its own
        assert found == content


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_signal_lets_the_message_on_its_way_finish_and_ends_with_0(
    own_azurite: Azurite, tmp_path: Path, number: signal.Signals
) -> None:
    process = prepare(own_azurite.connection_string)
    with RelayProcess(tmp_path, own_azurite.connection_string) as relay, Dialogue(relay.port) as smtp:
        assert relay.healthy()
        smtp.begin()
        smtp.send(b"x" * 3_000_000)
        relay.tell(number)
        wait_until(lambda: bool(relay.logged("stopping")))
        smtp.send(b"y" * 3_000_000 + b"\r\n.\r\n")
        assert smtp.reply().startswith("250 2.0.0 queued")
        assert relay.exit_code() == 0
        assert relay.logged("stopped")
    assert contents(process) == [b"x" * 3_000_000 + b"y" * 3_000_000 + b"\r\n"]


def test_signal_before_it_listens_ends_it(tmp_path: Path) -> None:
    nowhere = "AccountName=a;AccountKey=eA==;BlobEndpoint=http://127.0.0.1:1/a"
    relay = RelayProcess(tmp_path, nowhere)
    relay.start(wait=False)
    wait_until(lambda: bool(relay.logged("rules")), 20)
    relay.tell(signal.SIGTERM)
    assert relay.exit_code() == 0
    assert not relay.logged("ready")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param({}, "MattaStorage", id="no storage"),
        pytest.param({"MattaStorage": "nonsense;AccountKey=c2VjcmV0"}, "connection string", id="no connection string"),
        pytest.param(
            {"MattaStorage": "UseDevelopmentStorage=true", "MATTA_RELAY_PORT": "x"}, "MATTA_RELAY_PORT", id="port"
        ),
        pytest.param(
            {"MattaStorage": "UseDevelopmentStorage=true", "MATTA_RELAY_CERT": "/nowhere.pem"},
            "MATTA_RELAY_CERT",
            id="certificate",
        ),
    ],
)
def test_wrong_configuration_is_one_clear_line_and_exit_code_1(variables: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smtp_relay"],
        env=variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("smtp_relay: ")
    assert said in line
    assert "c2VjcmV0" not in line


def test_storage_down_gives_451_in_time_and_mail_flows_again_when_it_is_back(
    own_azurite: Azurite, tmp_path: Path
) -> None:
    process = prepare(own_azurite.connection_string)
    with RelayProcess(tmp_path, own_azurite.connection_string, storage_timeout=2) as relay:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"before")[:3] == "250"
            own_azurite.stop()
            for size in (10, 3_000_000):
                started = time.monotonic()
                assert smtp.message(b"x" * size) == "451 4.3.0 temporary failure, please try again later"
                assert time.monotonic() - started < 10
            wait_until(lambda: not relay.healthy())
            own_azurite.start()
            assert smtp.message(b"after")[:3] == "250", "in the same session"
        wait_until(relay.healthy)
    assert sorted(contents(process)) == [b"after\r\n", b"before\r\n"]


def test_slow_storage_gives_451_in_time(own_azurite: Azurite, tmp_path: Path) -> None:
    prepare(own_azurite.connection_string)
    with (
        StorageProxy(own_azurite, "blob") as proxy,
        RelayProcess(tmp_path, proxy.connection_string, storage_timeout=1) as relay,
        Dialogue(relay.port) as smtp,
    ):
        smtp.hello()
        proxy.delay("/spool/", 30.0)
        started = time.monotonic()
        assert smtp.message(b"x")[:9] == "451 4.3.0"
        assert 0.9 < time.monotonic() - started < 5
        assert smtp.message(b"y")[:3] == "250"


def test_death_between_commit_and_reply_leaves_one_whole_message(own_azurite: Azurite, tmp_path: Path) -> None:
    process = prepare(own_azurite.connection_string)
    with StorageProxy(own_azurite, "blob") as proxy, RelayProcess(tmp_path, proxy.connection_string) as relay:
        with Dialogue(relay.port) as smtp:
            smtp.begin()
            proxy.delay("/spool/", 3.0)
            smtp.send(b"precious\r\n.\r\n")
            wait_until(lambda: bool(spooled(process)))
            relay.kill()
            assert smtp.at_end(), "the client has no reply and will try again"
        assert contents(process) == [b"precious\r\n"]
        relay.start()
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"precious")[:3] == "250"
    assert contents(process) == [b"precious\r\n"] * 2, "SMTP's own window: a doubled message, never a lost one"


@pytest.mark.slow
def test_messages_are_whole_and_none_that_was_promised_is_lost_however_often_the_relay_dies(
    own_azurite: Azurite, tmp_path: Path
) -> None:
    process = prepare(own_azurite.connection_string)
    promised: set[bytes] = set()
    undecided: set[bytes] = set()
    stop = threading.Event()
    dice = random.Random(4)

    def send(worker: int) -> None:
        for number in range(20):
            size = dice.choice([100, 20_000, 2_500_000])
            body = f"message {worker}-{number} ".encode() + b"x" * size + b" end\r\n"
            while not stop.is_set():
                undecided.add(body)
                try:
                    reply = send_bytes(relay.port, SENDER, [RECIPIENT], body)
                except OSError:
                    reply = ""
                if reply.startswith("250"):
                    promised.add(body)
                    break
                time.sleep(0.05)

    with RelayProcess(tmp_path, own_azurite.connection_string) as relay:
        workers = [threading.Thread(target=send, args=(number,), daemon=True) for number in range(4)]
        for worker in workers:
            worker.start()
        for _ in range(6):
            time.sleep(dice.uniform(0.05, 0.5))
            relay.kill()
            relay.start()
        for worker in workers:
            worker.join(60)
        stop.set()
    assert len(promised) == 80
    found = contents(process)
    assert promised <= set(found)
    assert set(found) <= undecided, "no half message"


@pytest.mark.slow
def test_largest_message_takes_little_memory(own_azurite: Azurite, tmp_path: Path) -> None:
    size = 150 * 1024 * 1024
    block = (b"0123456789" * 7 + b"abcdef\r\n") * 3450
    process = prepare(own_azurite.connection_string)
    with (
        RelayProcess(tmp_path, own_azurite.connection_string) as relay,
        Dialogue(relay.port, timeout_seconds=100) as smtp,
    ):
        smtp.hello()
        assert smtp.message(block)[:3] == "250"
        before = relay.memory("VmRSS")
        relay.reset_peak()
        assert smtp.envelope()[:3] == "354"
        sent = 0
        while sent + len(block) <= size:
            smtp.send(block)
            sent += len(block)
        smtp.send(b".\r\n")
        assert smtp.reply()[:3] == "250"
        growth = relay.memory("VmHWM") - before
    assert growth < 0.1 * size, f"{growth / size:.2f} of the message's size"
    assert sorted(len(content) for content in contents(process)) == sorted([len(carried(block)) + 2, sent])


def test_message_above_the_limit_is_refused_without_keeping_it(own_azurite: Azurite, tmp_path: Path) -> None:
    process = prepare(own_azurite.connection_string)
    with (
        RelayProcess(tmp_path, own_azurite.connection_string, relay_size=5_000_000) as relay,
        Dialogue(relay.port) as smtp,
    ):
        assert "SIZE 5000000" in smtp.hello()
        before = relay.memory("VmRSS")
        relay.reset_peak()
        assert smtp.message(b"x" * 9_000_000) == "552 5.3.4 message is too large"
        assert relay.memory("VmHWM") - before < 5_000_000
        assert smtp.message(b"y")[:3] == "250"
    assert contents(process) == [b"y\r\n"]


def test_mail_goes_out_through_the_egress_of_the_relay_that_the_environment_asks_for(
    own_azurite: Azurite, tmp_path: Path
) -> None:
    """uvloop, the keys file, the certificate: all as in service."""
    prepare(own_azurite.connection_string)
    certificate = issued(tmp_path, "127.0.0.1")
    keys = tmp_path / "keys.json"
    assert create_keys_file(keys)
    secrets = FileSecrets(str(keys), "")
    with NextHopServer() as server:
        variables = {
            "keys_file": keys,
            "next_hop_networks": "127.0.0.0/8",
            "relay_cert": certificate.cert,
            "relay_key": certificate.key,
            "relay_egress_port": 0,
            "relay_egress_targets": server.port,
            "relay_stop_seconds": 1,
        }
        with RelayProcess(tmp_path, own_azurite.connection_string, **variables) as relay:
            [ready] = relay.logged("ready")
            proxy = EgressProxy(f"127.0.0.1:{ready['egress_port']}", AUTHORITY.cert_pem.bytes().decode(), secrets)
            hop = SmtpNextHop("matta.test", secrets, reachable=(), egress=proxy)
            assert send(hop, target(server, egress="relay")).accepted
            relay.tell(signal.SIGTERM)
            assert relay.exit_code() == 0
            [ended] = relay.logged("egress")
            assert (ended["outcome"], ended["port"]) == ("ended", server.port)
        assert len(server.messages) == 1
