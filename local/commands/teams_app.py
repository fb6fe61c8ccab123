"""`./dev teams-app TENANT`: package the Teams app for a tenant. Local tooling; no stage of the mail flow.

Works for the installation that the environment names (``MattaStorage``, ``MATTA_BOT_APP_ID``, ``MATTA_PUBLIC_URL``), else
for the running instance of this machine.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from local import endpoints
from local.demo_tenant import BOT_ID
from local.layout import DEFAULT_DIRECTORY, Layout
from local.tools import ROOT
from shared.core.teams.app_package import ICONS, MANIFEST, AppIdentity, build_app_package
from shared.core.text.language import LANGUAGES
from shared.errors import MattaError
from shared.settings import ProcessSettings, read_process_settings
from shared.wiring import connect

_REFUSED = 1
_BAD_INPUT = 2
_FILES = ROOT / "teams_app"


def main(argv: Sequence[str]) -> int:
    """Returns 0, or 1 where Teams would not take the app, or 2 for bad input or where no installation is found."""
    options = _parser().parse_args(argv)
    try:
        process = _process(options.data)
        if process is None:
            print(
                f"./dev teams-app: no instance runs with the data in {options.data}, and MattaStorage is not set",
                file=sys.stderr,
            )
            return _BAD_INPUT
        settings = connect(process).settings.tenant(options.tenant)
        public_url = options.public_url or process.public_url
        host = urlsplit(public_url).hostname or ""
        identity = AppIdentity(
            bot_id=options.bot_id or process.bot_app_id,
            version=options.version,
            language=settings.notices.language,
            domains=(host,),
            developer=options.developer,
            website=options.website or public_url,
            privacy=options.privacy or public_url,
            terms=options.terms or public_url,
        )
        package = build_app_package(
            (_FILES / MANIFEST).read_bytes(),
            {language: (_FILES / f"{language}.json").read_bytes() for language in LANGUAGES},
            {name: (_FILES / name).read_bytes() for name in ICONS},
            identity,
        )
        options.out.write_bytes(package)
    except MattaError as error:
        print(f"./dev teams-app: {error.public}", file=sys.stderr)
        return _REFUSED
    except OSError as error:
        print(f"./dev teams-app: cannot use {error.filename}: {error.strerror or error}", file=sys.stderr)
        return _BAD_INPUT
    print(f"{options.out}: the app of bot {identity.bot_id}, version {identity.version}, for {host}")
    if not settings.teams.entra_tenant:
        print(
            f"The settings of {options.tenant} name no directory yet (teams.entra_tenant): its people are unknown to the bot."
        )
    return 0


def _process(data: Path) -> ProcessSettings | None:
    if "MattaStorage" in os.environ:
        return read_process_settings()
    found = endpoints.read(Layout(data).endpoints)
    if found is None:
        return None
    return ProcessSettings(storage=str(found["connection_string"]), public_url=str(found["api"]), bot_app_id=BOT_ID)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev teams-app",
        description="Package the Teams app for a tenant: a ZIP to upload in the Teams admin center.",
    )
    parser.add_argument("tenant", metavar="TENANT", help="id of the tenant; the app's first language is its")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="where to write it")
    parser.add_argument("--version", default="1.0.0", help="of the app, to be raised with each upload (default: 1.0.0)")
    parser.add_argument("--bot-id", default="", help="application id of the bot (default: that of the installation)")
    parser.add_argument("--public-url", default="", help="address of the pages (default: that of the installation)")
    parser.add_argument("--developer", default="Matta", metavar="NAME", help="who runs the service (default: Matta)")
    for name, text in (
        ("website", "about the service"),
        ("privacy", "of its privacy rules"),
        ("terms", "of its terms"),
    ):
        parser.add_argument(f"--{name}", default="", metavar="URL", help=f"page {text} (default: the pages' address)")
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    return parser
