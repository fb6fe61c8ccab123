"""`./dev keys`: the signing keys of an instance on this machine: list, rotate, retire; and names in Key Vault.

On Azure keys are versions of secrets in the vault; docs/operations/keys.md tells how they rotate there.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from local.layout import DEFAULT_DIRECTORY, Layout
from shared.adapters.secrets_file import read_keys, signing_entry
from shared.adapters.secrets_file_rotation import add_key, remove_key
from shared.adapters.secrets_vault_names import key_name, secret_name
from shared.core.message.keys import PURPOSES
from shared.errors import MattaError

_REFUSED = 1
_BAD_INPUT = 2
_DELAY_SECONDS = 900.0
"""As in the vault with its default settings."""


def main(argv: Sequence[str]) -> int:
    """Returns 0, 1 where a key may not be taken away, 2 where the file cannot be used."""
    options = _parser().parse_args(argv)
    try:
        work: Callable[[argparse.Namespace], int] = options.work
        return work(options)
    except MattaError as error:
        print(f"./dev keys: {error.public}", file=sys.stderr)
        return _REFUSED
    except FileNotFoundError as error:
        print(
            f"./dev keys: there is no {error.filename}; name the instance's --data DIR, or --file FILE", file=sys.stderr
        )
    except OSError as error:
        print(f"./dev keys: cannot use {error.filename}: {error.strerror or error}", file=sys.stderr)
    except ValueError:
        # The error's text may quote the file.
        print("./dev keys: this is no file of keys", file=sys.stderr)
    return _BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev keys", description="Show and change the keys that sign and seal.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--file", type=Path, metavar="FILE", help="the keys file (default: that of the instance)")
    common.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    purpose = argparse.ArgumentParser(add_help=False)
    purpose.add_argument("--purpose", choices=PURPOSES, required=True)
    commands = parser.add_subparsers(metavar="WHAT", required=True)

    show = commands.add_parser("list", parents=[common], help="say which keys there are; never what they are")
    show.set_defaults(work=_list)
    rotate = commands.add_parser(
        "rotate", parents=[common, purpose], help="add a key that verifies now and signs later"
    )
    rotate.add_argument(
        "--delay",
        type=_seconds,
        default=_DELAY_SECONDS,
        metavar="SECONDS",
        help="until it signs: every process must know it by then (default: 900)",
    )
    rotate.set_defaults(work=_rotate)
    retire = commands.add_parser("retire", parents=[common, purpose], help="take away a key that signs no more")
    retire.add_argument("kid", metavar="KEY", help="its id, as ./dev keys list shows it")
    retire.set_defaults(work=_retire)
    name = commands.add_parser(
        "vault-name", help="say what a named secret, or a purpose's keys, are called in Key Vault"
    )
    name.add_argument("name", nargs="?", help="(default: all purposes)")
    name.set_defaults(work=_vault_name)
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 on")
    return seconds


def _path(options: argparse.Namespace) -> Path:
    given: Path | None = options.file
    return given if given is not None else Layout(options.data).data / "keys.json"


def _list(options: argparse.Namespace) -> int:
    now = datetime.now(UTC).timestamp()
    for purpose, entries in read_keys(json.loads(_path(options).read_bytes())).items():
        for entry in entries:
            if entry is signing_entry(entries, now):
                state = "signs"
            elif entry.signs_from > now:
                state = f"signs from {datetime.fromtimestamp(entry.signs_from, UTC):%Y-%m-%d %H:%M:%S} UTC"
            else:
                state = "verifies"
            print(f"{purpose:8} {entry.key.kid:12} {state}")
    return 0


def _rotate(options: argparse.Namespace) -> int:
    kid = add_key(_path(options), options.purpose, delay_seconds=options.delay)
    print(f"{kid} verifies now and signs in {options.delay:g} seconds")
    return 0


def _retire(options: argparse.Namespace) -> int:
    remove_key(_path(options), options.purpose, options.kid)
    print(f"{options.kid} is gone: nothing that it signed or sealed can be read any more")
    return 0


def _vault_name(options: argparse.Namespace) -> int:
    if options.name is None:
        for purpose in PURPOSES:
            print(key_name(purpose))
    else:
        print(secret_name(options.name))
    return 0
