"""What `./dev` can do: finds the subcommand's module and runs it. Imports nothing that a bare Python lacks.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "up": "start everything on this machine and say what to open",
    "send": "send a test message to the running instance",
    "seed": "fill the demo tenant of the running instance with a month of traffic",
    "demo": "play the whole story and show what happens at each step",
    "judge": "say what Matta would decide about .eml files, and why",
    "apply": "write what each recipient of .eml files would get, without sending",
    "notice": "show a notice with a sample message and, if wished, with words of your own",
    "replay": "say what draft settings would have decided about recent mail",
    "settings": "show, compare, bring back, import and export the settings of the running instance",
    "purge": "delete what retention says is due, or say what would go",
    "backup": "read settings, people, states, records and mail of an instance into a file",
    "restore": "check a backup, write it into empty storage, and let chosen messages go on",
    "proxy": "name and remove proxies in the running instance, and say who is away",
    "keys": "show, rotate and retire the signing keys of the instance, and say what a secret is called in Key Vault",
    "dkim": "make a DKIM key, and say what to publish for it",
    "teams-app": "package the Teams app for a tenant",
    "test": "lint, types and all tests",
    "bench": "measure speed and memory against the baselines",
    "chaos": "break parts at random while mail flows, and check that none is lost, changed or doubled",
    "soak": "steady mail for half an hour: do memory and open files stay flat",
    "sbom": "write what the relay and the functions are made of (CycloneDX)",
    "interop": "mail to and from other makers' servers and clients, with what was found as a table",
    "setup": "install everything that the other commands need, and stop",
}
"""Each is a module of ``local.commands`` (with ``_`` for ``-``) that has ``main(arguments) -> exit code``; the text is its
line in the help.
"""


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(["usage: ./dev COMMAND [ARGUMENTS]", "", *lines, "", "./dev COMMAND --help tells more."])


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; returns the exit code (2 for an unknown one)."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        close = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        print(f"./dev: there is no command {name!r}{hint}\n\n{_help()}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"local.commands.{name.replace('-', '_')}")
    from local.tools import ToolError

    try:
        result: int = module.main(rest)
    except ToolError as error:
        print(f"./dev {name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return result
