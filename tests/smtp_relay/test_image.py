"""The image's entry point where nothing else is: its own packages by hash, its own files, none of which it may change.

A bare virtual environment and the folder that the Dockerfile puts together, read-only, run by a user without rights (where
the test may choose one), who can write no file at all: the kernel lets none of its files grow.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.relay_lock import LOCK
from shared.adapters.spool_blob import BlobSpool
from shared.settings import VERSION, ProcessSettings
from tests.support.azurite import Azurite
from tests.support.relay import Dialogue
from tests.support.relay_image import entry_point, lay_out, variables
from tests.support.relay_process import prepare

pytestmark = pytest.mark.slow
NOBODY = 65534
STOP_SECONDS = 20
WAIT_SECONDS = 60.0
_VERSIONS = {"3.11", "3.12", "3.13"}


def interpreter() -> Path:
    """One that a user without rights can reach: an installation in root's own folder is closed to them."""
    if os.geteuid() != 0:
        return Path(sys.executable)
    places = (Path(sys.base_prefix) / "bin", Path("/usr/local/bin"), Path("/usr/bin"))
    for path in (place / "python3" for place in places):
        open_to_all = all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)
        if path.exists() and open_to_all and version_of(path) in _VERSIONS:
            return path
    pytest.fail("no Python 3.11 to 3.13 that every user may start; on Debian: apt-get install python3")


def version_of(python: Path) -> str:
    command = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=30, check=False).stdout.strip()


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """``venv`` and ``app`` as in the image, in a folder that every user may enter and none may change."""
    folder = Path(tempfile.mkdtemp(prefix="matta-image-"))
    try:
        subprocess.run([interpreter(), "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=120)
        command = [sys.executable, "-m", "pip", "--python", str(folder / "venv"), "install", "--quiet", "--no-input"]
        command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        subprocess.run([*command, "--requirement", str(LOCK)], check=True, timeout=300, stderr=subprocess.PIPE)
        [packages] = (folder / "venv").glob("lib/python3.*/site-packages")
        (packages / "matta.pth").write_text(f"{folder / 'app'}\n")
        lay_out(folder / "app")
        (folder / "astray").mkdir()
        (folder / "astray" / "sitecustomize.py").write_text("raise SystemExit('led astray')\n")
        compiled = [
            folder / "venv" / "bin" / "python",
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            "unchecked-hash",
        ]
        subprocess.run([*compiled, folder / "app"], check=True, timeout=120)
        for path in [folder, *folder.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444)
        yield folder
    finally:
        for path in [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]:
            path.chmod(0o755)
        shutil.rmtree(folder)


def rights() -> dict[str, Any]:
    """How it is started: by nobody, if the test may say so, and with files that cannot grow (setrlimit(2))."""
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return {**user, "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))}


class ImageProcess:
    """The entry point as its user. Its log comes by a pipe, since it can write no file."""

    def __init__(self, image: Path, storage: str, stop_seconds: float = STOP_SECONDS) -> None:
        moved = {"MATTA_RELAY_HOST": "127.0.0.1", "MATTA_RELAY_PORT": "0", "MATTA_RELAY_HEALTH_HOST": "127.0.0.1", "MATTA_RELAY_HEALTH_PORT": "0"}  # fmt: skip
        assert moved.keys() == variables().keys()
        environment = {
            "MattaStorage": storage,
            "MATTA_RELAY_STOP_SECONDS": str(stop_seconds),
            # What -I must not follow: code there ends the process at once.
            "PYTHONPATH": str(image / "astray"),
            "HOME": "/nonexistent",
            "TMPDIR": str(image),
        } | moved
        self.process = subprocess.Popen(
            entry_point(image / "venv" / "bin" / "python"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=image / "app",
            text=True,
            **rights(),
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def wait_for(self, event: str) -> dict[str, Any]:
        """The next line of this kind."""
        while line := self._lines.get(timeout=WAIT_SECONDS):
            self.said.append(line)
            entry: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
            if entry.get("event") == event:
                return entry
        pytest.fail(f"it ended without {event!r}: {''.join(self.said)}")

    def close(self) -> None:
        """End it, if it has not ended."""
        self.process.kill()
        self.process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Azurite]:
    """Storage whose spool holds only what the test sent."""
    instance = Azurite(tmp_path / "azurite")
    instance.start()
    yield instance
    instance.stop()


def contents(process: ProcessSettings) -> set[bytes]:
    spool = BlobSpool(process)
    now = datetime.now(UTC)
    entries = spool.committed_since(now - timedelta(hours=1), now + timedelta(minutes=1))
    return {b"".join(spool.content("spool", entry.ref).chunks()) for entry in entries}


def status(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return int(answer.status)


def test_the_entry_point_takes_mail_and_ends_in_order_where_it_can_write_nothing(image: Path, storage: Azurite) -> None:
    process = prepare(storage.connection_string)
    before = {path: path.stat().st_mtime_ns for path in image.rglob("*")}
    relay = ImageProcess(image, storage.connection_string)
    try:
        ready = relay.wait_for("ready")
        assert ready["version"] == VERSION
        if os.geteuid() == 0:
            assert f"Uid:\t{NOBODY}\t{NOBODY}" in Path(f"/proc/{relay.process.pid}/status").read_text()
        assert [status(ready["health_port"], path) for path in ("/livez", "/readyz")] == [200, 200]
        with Dialogue(ready["port"]) as first, Dialogue(ready["port"]) as second:
            first.hello()
            assert first.message(b"first" * 1000)[:3] == "250"
            second.begin()
            second.send(b"x" * 3_000_000)
            relay.process.send_signal(signal.SIGTERM)
            relay.wait_for("stopping")
            second.send(b"y" * 1_000_000 + b"\r\n.\r\n")
            assert second.reply().startswith("250 ")
        assert relay.process.wait(STOP_SECONDS + 10) == 0
        relay.wait_for("stopped")
    finally:
        relay.close()
    assert contents(process) == {b"first" * 1000 + b"\r\n", b"x" * 3_000_000 + b"y" * 1_000_000 + b"\r\n"}
    assert {path: path.stat().st_mtime_ns for path in image.rglob("*")} == before


@pytest.mark.parametrize("place", ["/tmp", "app"])
def test_a_file_cannot_be_written_there(image: Path, place: str) -> None:
    """Else the test above would prove nothing."""
    path = str(image / place / f"matta-image-{os.getpid()}")
    program = "import sys\nwith open(sys.argv[1], 'w') as file: file.write('x')"
    try:
        python = image / "venv" / "bin" / "python"
        done = subprocess.run([python, "-I", "-c", program, path], capture_output=True, text=True, timeout=60, check=False, **rights())  # fmt: skip
        assert "OSError" in done.stderr or "PermissionError" in done.stderr
    finally:
        if place == "/tmp":
            Path(path).unlink(missing_ok=True)


def test_a_message_that_does_not_end_in_time_gets_4xx_and_is_not_kept(image: Path, storage: Azurite) -> None:
    """Nobody was told 250, so its client has it and sends it again."""
    process = prepare(storage.connection_string)
    relay = ImageProcess(image, storage.connection_string, stop_seconds=2)
    try:
        ready = relay.wait_for("ready")
        with Dialogue(ready["port"], timeout_seconds=STOP_SECONDS + 30) as smtp:
            smtp.begin()
            smtp.send(b"x" * 100_000)
            relay.process.send_signal(signal.SIGTERM)
            answer = smtp.reply()
        assert answer[:3] in {"421", "451", ""}, answer
        assert relay.process.wait(30) == 0
    finally:
        relay.close()
    assert contents(process) == set()
