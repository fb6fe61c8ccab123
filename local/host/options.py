"""The host's command line; first thing that runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What the host was told to do. Every duration is in seconds."""

    app_dir: Path
    address: str
    port: int
    settings: Path | None
    state: Path
    blob_poll: float
    blob_full: float
    blob_retry: float
    queue_poll: float
    queue_lease: float
    stop_grace: float


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Options from a command line. A wrong one ends the process with argparse's message and status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m local.functions_host",
        description="Runs the functions of an app directory on this machine, with Azurite in place of Azure Storage.",
    )
    add = parser.add_argument
    add("--app-dir", type=Path, default=Path("."), help="folder of function_app.py and host.json")
    add("--address", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=int, default=7071, help="port to listen on; 0 takes a free one")
    add("--settings", type=Path, help="JSON file of app settings; they win over the environment")
    add("--state", type=Path, default=Path(".run/functions-host"), help="folder for blob receipts and timer times")
    add("--blob-poll", type=_seconds, default=0.2, metavar="S", help="pause between looks for new blobs")
    add(
        "--blob-full", type=_seconds, default=300.0, metavar="S", help="pause between looks at all hours of a container"
    )
    add("--blob-retry", type=_seconds, default=1.0, metavar="S", help="first pause before a failed blob is tried again")
    add("--queue-poll", type=_seconds, default=1.0, metavar="S", help="longest pause between looks at an idle queue")
    add("--queue-lease", type=_lease, default=30.0, metavar="S", help="how long a message stays hidden unless renewed")
    add("--stop-grace", type=_seconds, default=10.0, metavar="S", help="time for running functions when stopping")
    given = parser.parse_args(arguments)
    return Options(
        app_dir=given.app_dir.resolve(),
        address=given.address,
        port=given.port,
        settings=given.settings.resolve() if given.settings else None,
        state=given.state.resolve(),
        blob_poll=given.blob_poll,
        blob_full=given.blob_full,
        blob_retry=given.blob_retry,
        queue_poll=given.queue_poll,
        queue_lease=given.queue_lease,
        stop_grace=given.stop_grace,
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("a number of seconds above 0, at most a day")
    return value


def _lease(text: str) -> float:
    value = _seconds(text)
    if value < 1 or value != int(value):
        raise argparse.ArgumentTypeError("a whole number of seconds: storage counts visibility in seconds")
    return value
