"""The Teams stand-in of local runs: Microsoft's side of a Teams bot, and people's chats on a web page.

It signs what it sends to the bot with keys of its own, gives the bot tokens, takes its cards, shows them with
Microsoft's renderer and sends what people press on them. It listens on 127.0.0.1 alone and connects to the bot alone.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import ssl
from pathlib import Path

import aiohttp
from aiohttp import web

from local.private_files import TEAMS_SECRET
from local.teams.bot import Bot
from local.teams.chats import Chats
from local.teams.faults import Faults
from local.teams.people import demo_members
from local.teams.service import make_service
from local.teams.signing import SigningKeys
from local.teams.web import make_pages
from local.tools import node_modules


async def serve(options: argparse.Namespace) -> None:
    """Run until SIGTERM or SIGINT.

    :raises OSError: a port can't be had.
    """
    address = f"https://127.0.0.1:{options.service_port}"
    secret = str(json.loads(options.secrets.read_bytes())[TEAMS_SECRET])
    keys, faults = SigningKeys(options.data / "keys.json"), Faults()
    chats = Chats(options.data / "chats", demo_members())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.certificate)
    async with aiohttp.ClientSession() as http:
        bot = Bot(options.bot, options.bot_id, f"{address}/jp/", keys, chats, http)
        service = make_service(keys, faults, chats, address=address, bot_id=options.bot_id, bot_secret=secret)
        runners = []
        for app, port, context in (
            (service, options.service_port, tls),
            (make_pages(bot, faults, node_modules()), options.web_port, None),
        ):
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
            runners.append(runner)
        print(f"Teams stand-in: pages on http://127.0.0.1:{options.web_port}, service on {address}", flush=True)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        installing = asyncio.create_task(bot.install_for_all())
        await stop.wait()
        installing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await installing
        for runner in reversed(runners):
            await runner.cleanup()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m local.teams", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="directory that keeps keys and chats")
    parser.add_argument("--web-port", type=int, required=True, help="for people's browsers and tests, HTTP")
    parser.add_argument("--service-port", type=int, required=True, help="for the bot, HTTPS")
    parser.add_argument("--certificate", type=Path, required=True, help="PEM with certificate and key for 127.0.0.1")
    parser.add_argument("--bot", required=True, help="URL of the bot's messaging endpoint")
    parser.add_argument("--bot-id", required=True, help="the bot's application id")
    parser.add_argument(
        "--secrets", type=Path, required=True, help=f"JSON file that has the bot's secret, {TEAMS_SECRET}"
    )
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
