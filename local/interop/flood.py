"""A flood through a whole instance: smtp-source sends, smtp-sink takes, and every message is counted at the end.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec

from bench.postfix import free_port
from local.debian_packages import find_program
from local.demo_tenant import COLLEAGUE, SENDER, TENANT
from local.instance import Instance
from local.interop.findings import Finding
from local.layout import Layout, Ports
from local.mailbox.store import MailStore
from local.probes import listens, wait_until
from local.processes import Child, stop_all
from local.tools import ToolError
from shared.core.policy.tenant_settings import NextHopServer, Route
from shared.settings import read_process_settings
from shared.wiring import connect

_PARTS = ("azurite", "relay", "functions", "mailbox")
_RECIPIENT = re.compile(rb"^X-Rcpt-Args: <([^>]*)>", re.MULTILINE)
_SETTINGS = {"MATTA_SETTINGS_CACHE_SECONDS": "1"}
_FEWEST_A_SECOND = 4
_NOBODY = "nobody"


def flood(directory: Path, *, messages: int, sessions: int, size: int = 4000) -> Finding:
    """Send so many messages in so many sessions and wait until they have arrived, each once.

    :raises ToolError: smtp-source or smtp-sink is missing, or did not do its part.
    """
    source, sink = find_program("smtp-source"), find_program("smtp-sink")
    if source is None or sink is None:
        raise ToolError("smtp-source and smtp-sink are missing (Debian package postfix)")
    directory.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="matta-sink-") as folder:
        return _flood(directory, Path(folder), (source, sink), messages, sessions, size)


def _flood(
    directory: Path, arrived: Path, programs: tuple[str, str], messages: int, sessions: int, size: int
) -> Finding:
    source, sink = programs
    port = free_port()
    command = [sink, "-c", "-d", f"{arrived}/mail.", f"127.0.0.1:{port}", "1000"]
    if os.geteuid() == 0:  # as root it wants to know whose rights to take
        shutil.chown(arrived, _NOBODY)
        command[1:1] = ["-u", _NOBODY]
    taking = Child("smtp-sink", command, log=directory / "smtp-sink.log")
    try:
        if not wait_until(lambda: listens(port), timeout_seconds=20, give_up=lambda: taking.exit_code() is not None):
            raise ToolError(f"smtp-sink did not start:\n{taking.log_tail()}")
        with Instance(Layout(directory / "instance"), Ports.free(), _SETTINGS, only=_PARTS) as instance:
            app = connect(read_process_settings(instance.environment))
            route = Route(servers=(NextHopServer(host="127.0.0.1", port=port, starttls="none"),))
            app.settings.save(msgspec.structs.replace(app.settings.tenant(TENANT), routes=(route,)))
            time.sleep(3)  # until nobody keeps the settings of before
            target = f"127.0.0.1:{instance.ports.smtp}"
            command = [source, "-s", str(sessions), "-m", str(messages), "-l", str(size), "-N"]
            command += ["-S", "a flood", "-f", SENDER, "-t", COLLEAGUE, target]
            started = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
            sent = time.monotonic() - started
            if done.returncode or done.stderr:
                raise ToolError(f"smtp-source ended with {done.returncode}: {done.stderr}")
            patience = 120 + messages / _FEWEST_A_SECOND
            # What was judged by settings that were just replaced still goes to the mailbox, where mail went before.
            mailbox = MailStore(instance.layout.part("mailbox"))
            wait_until(
                lambda: len(list(arrived.iterdir())) + len(mailbox.messages()) >= messages,
                timeout_seconds=patience,
                give_up=lambda: False,
            )
            took = time.monotonic() - started
            time.sleep(5)  # a doubled one would come late
            early = [name.encode() for message in mailbox.messages() for name in message.envelope.recipients]
    finally:
        stop_all([taking])
    late = [name for path in arrived.iterdir() for name in _RECIPIENT.findall(path.read_bytes())]
    found = Counter(
        name for name in (*early, *late) if name.endswith(COLLEAGUE.encode())
    )  # each has a number before it
    doubled, once = sum(times > 1 for times in found.values()), len(found)
    return Finding(
        "smtp-source, smtp-sink (postfix)",
        "from end to end",
        "–",
        f"flood: {messages:,} messages of {size:,} bytes in {sessions} sessions",
        f"{once:,} arrived, {messages - once:,} lost, {doubled:,} doubled; accepted in {sent:.1f} s "
        f"({messages / sent:.0f}/s), all delivered after {took:.0f} s ({messages / took:.0f}/s)",
    )
