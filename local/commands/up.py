"""`./dev up`: start everything on this machine, say what to open, and stay until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from local.instance import Instance, PartFailedError, StoppedError
from local.layout import DEFAULT_DIRECTORY, DEFAULT_PORT_BASE, Layout, LayoutError, Ports
from local.locks import LockHeldError, exclusive_lock
from local.progress import say, step
from local.tools import node_modules

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, the terminal went away


def _announce(content: dict[str, Any], directory: Path) -> None:
    from local.demo_tenant import CUSTOMER, SENDER

    host, port = content["smtp"].split(":")
    swaks = [
        *("swaks", "--server", host, "--port", port, "--from", SENDER, "--to", CUSTOMER),
        *("--header", "Subject: estimate", "--attach", "@README.md"),
    ]
    data = "" if directory == DEFAULT_DIRECTORY else f" --data {shlex.quote(str(directory))}"
    send, seed = f"./dev send{data}", f"./dev seed{data}"
    say(
        f"""
Matta is up.
  portal   {content["portal"]}
  mailbox  {content["mailbox_web"]}
  Teams    {content["teams_web"]}
  relay    {content["smtp"]} (SMTP)
  logs     {content["logs"]}

Send a test message, then look into the mailbox and the Teams chat of {SENDER}:
  {send}
or with swaks:
  {shlex.join(swaks)}
Fill the demo tenant with a month of traffic:
  {seed}

Ctrl-C stops everything."""
    )


def _run(layout: Layout, ports: Ports) -> None:
    """Start, watch, stop. Signals only count up: they must not break into the start of a process."""
    signals = 0

    def count(number: int, frame: FrameType | None) -> None:
        nonlocal signals
        signals += 1

    before = {number: signal.signal(number, count) for number in _STOP_SIGNALS}
    instance = Instance(layout, ports, publish=True, give_up=lambda: signals > 0)
    try:
        instance.start()
        _announce(instance.endpoints, layout.directory)
        while not signals:
            instance.check()
            time.sleep(0.2)
    except StoppedError:
        pass
    finally:
        if instance.children:
            say("\nstopping… (Ctrl-C again: at once)")
        asked = signals
        instance.stop(hurry=lambda: signals > asked)
        say("stopped")
        for number, handler in before.items():
            signal.signal(number, handler)


def main(arguments: Sequence[str]) -> int:
    """Returns 0 after Ctrl-C or SIGTERM, 1 when something could not start or ended by itself."""
    parser = argparse.ArgumentParser(
        prog="./dev up",
        description="Start everything on 127.0.0.1 and stay until Ctrl-C. Data stays for the next start.",
    )
    parser.add_argument(
        "--port-base",
        type=int,
        default=DEFAULT_PORT_BASE,
        metavar="N",
        help="first port of the instance (default %(default)s); the others follow within 82",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=DEFAULT_DIRECTORY,
        metavar="DIR",
        help="where data, logs and endpoints.json go (default: .run); a second instance needs its own",
    )
    parser.add_argument("--fresh", action="store_true", help="forget the data of earlier runs first")
    options = parser.parse_args(arguments)
    layout = Layout(options.data.absolute())
    try:
        ports = Ports.from_base(options.port_base)
        with exclusive_lock(layout.lock, wait=False):
            ports.check_free()
            with step("tools"):
                node_modules()
            if options.fresh:
                layout.forget()
            _run(layout, ports)
    except LockHeldError as error:
        print(
            f"./dev up: an instance with the data in {layout.directory} runs already ({error.holder}). "
            "Stop it, or give this one --data DIR and --port-base N of its own.",
            file=sys.stderr,
        )
        return 1
    except (LayoutError, PartFailedError) as error:
        print(f"./dev up: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"./dev up: cannot use {error.filename or layout.directory}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0
