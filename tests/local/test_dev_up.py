"""`./dev up` as a person uses it: starts, says where, goes on with its data, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from local.layout import Ports
from local.tools import ROOT
from tests.support.waiting import is_alive, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PARTS = {"azurite", "mailbox", "teams", "identity", "functions", "portal", "relay"}


def free_base() -> int:
    return Ports.free().api


class Up:
    """One `./dev up` process."""

    def __init__(self, directory: Path, base: int) -> None:
        self.file = directory / "endpoints.json"
        self.output = directory.parent / f"up-{base}-{time.monotonic_ns()}.txt"
        command = [sys.executable, str(ROOT / "dev"), "up", "--port-base", str(base), "--data", str(directory)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    @property
    def text(self) -> str:
        return self.output.read_text("utf-8")

    def wait_until_up(self) -> dict[str, Any]:
        assert wait_for(lambda: "Ctrl-C stops" in self.text or self.process.poll() is not None, 90), self.text
        assert self.process.poll() is None, self.text
        content: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        return content

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def up(directory: Path, base: int) -> Iterator[Up]:
    instance = Up(directory, base)
    try:
        yield instance
    finally:
        if instance.process.poll() is None:
            instance.end(signal.SIGTERM)


def run_dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")


def all_gone(content: dict[str, Any]) -> bool:
    return wait_for(lambda: not any(is_alive(pid) for pid in content["pids"].values()))


def mails(content: dict[str, Any]) -> list[dict[str, Any]]:
    with urlopen(f"{content['mailbox_web']}/api/messages", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def test_life_of_an_instance(tmp_path: Path) -> None:
    directory, base = tmp_path / "instance", free_base()
    with up(directory, base) as first:
        content = first.wait_until_up()
        assert set(content["pids"]) == PARTS | {"dev"}
        assert content["pids"]["dev"] == first.process.pid
        assert all(is_alive(pid) for pid in content["pids"].values())
        for part in ("storage (Azurite)", "mailbox", "demo tenant", "Teams stand-in", "functions", "relay"):
            assert f"✓ {part}" in first.text
        assert content["portal"] in first.text
        assert f"./dev send --data {directory}" in first.text
        assert f"swaks --server 127.0.0.1 --port {base + 25} " in first.text
        with socket.create_connection(tuple(content["smtp"].split(":")), timeout=10) as connection:
            assert connection.recv(100).startswith(b"220 ")

        again = run_dev("up", "--port-base", str(free_base()), "--data", str(directory))
        assert again.returncode == 1
        assert f"runs already (pid {first.process.pid})" in again.stderr
        taken = run_dev("up", "--port-base", str(base), "--data", str(tmp_path / "other"))
        assert taken.returncode == 1
        assert f"{base} (api)" in taken.stderr
        assert f"{base + 25} (smtp)" in taken.stderr
        assert "--port-base" in taken.stderr

        sent = run_dev("send", "--data", str(directory))
        assert sent.returncode == 0, sent.stderr
        assert sent.stdout.startswith("250 ")
        assert wait_for(lambda: len(mails(content)) >= 1, 40), "no notice to the sender arrived"
        notices = mails(content)
        keys = (directory / "data" / "keys.json").read_bytes()

        assert first.end(signal.SIGINT) == 0
        assert "stopped" in first.text
        assert all_gone(content)
        assert not first.file.exists()
        assert run_dev("send", "--data", str(directory)).returncode == 1

    with up(directory, base) as second:
        content = second.wait_until_up()
        assert mails(content)[: len(notices)] == notices
        assert (directory / "data" / "keys.json").read_bytes() == keys
        os.kill(content["pids"]["relay"], signal.SIGKILL)
        assert second.process.wait(60) == 1
        assert "relay was ended by signal 9. Last lines of its log:" in second.text
        assert str(directory / "logs" / "relay.log") in second.text
        assert all_gone(content)

    with up(directory, base) as third:
        content = third.wait_until_up()
        third.end(signal.SIGKILL)
        assert all_gone(content), "orphans after kill -9 of ./dev"


def test_signal_while_starting_stops_what_was_started(tmp_path: Path) -> None:
    with up(tmp_path / "instance", free_base()) as instance:
        assert wait_for(lambda: "✓ storage" in instance.text or instance.process.poll() is not None, 60)
        assert instance.end(signal.SIGHUP) == 0, instance.text
        assert "Matta is up" not in instance.text
    assert not instance.file.exists()


def test_part_that_cannot_start_is_named_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTA_RELAY_SIZE", "huge")
    with up(tmp_path / "instance", free_base()) as instance:
        assert instance.process.wait(90) == 1
    assert "✗ relay" in instance.text
    assert "./dev up: relay ended with" in instance.text
    assert "MATTA_RELAY_SIZE must be a number" in instance.text
