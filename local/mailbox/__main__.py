"""The mailbox of local runs: next hop and everybody's inbox. ``python -m local.mailbox --data DIR …``

It takes mail for anybody over SMTP, keeps it byte for byte with its envelope over restarts, and shows it on a web page.
It listens on 127.0.0.1 alone and connects to nothing.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from aiohttp import web

from local.mailbox.faults import Faults
from local.mailbox.smtp import start_smtp
from local.mailbox.store import MailStore
from local.mailbox.web import make_app


async def serve(data: Path, smtp_port: int, web_port: int) -> None:
    """Run until SIGTERM or SIGINT.

    :raises OSError: a port can't be had.
    """
    store, faults = MailStore(data), Faults()
    server = await start_smtp(store, faults, port=smtp_port)
    runner = web.AppRunner(make_app(store, faults), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", web_port)
    await site.start()
    print(f"mailbox: SMTP on 127.0.0.1:{server.sockets[0].getsockname()[1]}, pages on {site.name}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()
    await runner.cleanup()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m local.mailbox", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="directory that keeps the messages")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.data, options.smtp_port, options.web_port))


if __name__ == "__main__":
    main()
