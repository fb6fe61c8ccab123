"""Entry point of the functions host: runs `function_app.py` on one machine by its own metadata, beside Azurite.

    python -m local.functions_host --app-dir . --port 7071 --settings settings.json

It is no emulator of Azure's host in every detail; what it does follows Azure's documented behaviour, and an app that
needs more than http, blob, queue and timer triggers is refused at start.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import sys
from collections.abc import Sequence

from local.host import json_log
from local.host.app_settings import read_settings_file
from local.host.errors import StartError
from local.host.host import Host
from local.host.host_json import read_host_json
from local.host.keys import take_keys
from local.host.metadata import load_functions
from local.host.options import Options, parse
from local.host.state import HostState
from local.locks import LockHeldError, exclusive_lock

log = logging.getLogger("matta.host")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the host; returns the exit status: 0 after a stop, 1 when functions were cut off, 2 when it can't start."""
    options = parse(arguments)
    json_log.configure(level=os.environ.get("MATTA_LOG_LEVEL", "INFO"))
    try:
        with exclusive_lock(options.state / "lock", wait=False):
            in_time = _run(options)
    except LockHeldError as error:
        log.critical("another host uses this state folder: %s", error, extra={"event": "start_failed"})
        return 2
    except (StartError, sqlite3.Error) as error:
        log.critical("%s", error, extra={"event": "start_failed"})
        return 2
    except Exception:
        log.critical("the app could not be loaded", exc_info=True, extra={"event": "start_failed"})
        return 2
    if not in_time:
        # Threads that still run would keep the process alive.
        sys.stdout.flush()
        os._exit(1)
    return 0


def _run(options: Options) -> bool:
    config = read_host_json(options.app_dir)
    if options.settings is not None:
        os.environ.update(read_settings_file(options.settings))
    keys = take_keys(os.environ)
    os.chdir(options.app_dir)
    specs = load_functions(options.app_dir)
    state = HostState(options.state / "host.sqlite3")
    try:

        async def serve() -> bool:
            return await Host(specs, config, options, os.environ, keys, state).run()

        return asyncio.run(serve())
    finally:
        state.close()


if __name__ == "__main__":
    sys.exit(main())
