"""`./dev dkim`: make a DKIM key, and say what to publish for one. Local tooling; no stage of the mail flow.

docs/operations/next-hops.md tells how a key is put to use and changed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from shared.core.message.domains import normal_domain
from shared.core.policy.tenant_settings import DkimKey
from shared.core.signing.keys import ADVISED_RSA, BadKey, PrivateKey, read_private_key, txt_strings

_REFUSED = 1
_BAD_INPUT = 2
_SIZES = (2048, 3072, 4096)


def main(argv: Sequence[str]) -> int:
    """Returns 0, or 1 where a file cannot be written or read, or 2 for bad input."""
    options = _parser().parse_args(argv)
    domain = normal_domain(options.domain)
    for option, given, example in (("domain", domain, "aozora.example"), ("selector", options.selector, "matta-2026a")):
        try:
            msgspec.convert({"domain": "x.example", "selector": "x", "secret": "x", option: given}, DkimKey)
        except msgspec.ValidationError:
            print(f"./dev dkim: --{option} {given!r} is not one; an example is {example}", file=sys.stderr)
            return _BAD_INPUT
    try:
        if options.what == "record":
            pem = options.key.read_text(encoding="ascii")
        else:
            pem = _new_key(options.type, options.bits)
            file = options.out or Path(f"dkim-{domain}-{options.selector}.pem")
            _write(file, pem)
            print(f"The private key is in {file}. Store it as a secret, name that secret in signing.dkim[].secret,")
            print("and delete the file.\n")
        _show(domain, options.selector, read_private_key(pem))
    except FileExistsError as error:
        print(f"./dev dkim: {error.filename} exists and is kept; name another file with --out", file=sys.stderr)
        return _REFUSED
    except OSError as error:
        print(f"./dev dkim: cannot use {error.filename}: {error.strerror or error}", file=sys.stderr)
        return _REFUSED
    except UnicodeDecodeError:
        print(f"./dev dkim: {options.key} is no private key in PEM", file=sys.stderr)
        return _REFUSED
    except BadKey as error:
        print(f"./dev dkim: {error}", file=sys.stderr)
        return _REFUSED
    return 0


def _new_key(kind: str, bits: int) -> str:
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else rsa.generate_private_key(65537, bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _write(file: Path, pem: str) -> None:
    """For its owner alone, and never over another key."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(pem)


def _show(domain: str, selector: str, key: PrivateKey) -> None:
    record = key.record()
    strings = " ".join(f'"{part}"' for part in txt_strings(record))
    print(f"name:   {selector}._domainkey.{domain}")
    print("type:   TXT")
    print(f"value:  {record}")
    print(f"in a zone file:\n{selector}._domainkey.{domain}. IN TXT ( {strings} )")
    if key.algorithm == "rsa-sha256" and key.bits < ADVISED_RSA:
        print(f"\nThis key has {key.bits} bits; {ADVISED_RSA} are advised (RFC 8301).", file=sys.stderr)
    if key.algorithm == "ed25519-sha256":
        print(
            "\nMany servers cannot check Ed25519 yet, and ARC cannot use it: RSA is the safe choice.", file=sys.stderr
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev dkim", description="Make a DKIM key, and say what to publish for it.")
    commands = parser.add_subparsers(dest="what", required=True)
    key = commands.add_parser("key", help="make a private key and show the record to publish")
    record = commands.add_parser("record", help="show the record to publish for a private key")
    for command in (key, record):
        command.add_argument("--domain", required=True, help="whose mail it signs, such as aozora.example")
        command.add_argument("--selector", required=True, help="a name for this key, such as matta-2026a")
    key.add_argument("--type", choices=("rsa", "ed25519"), default="rsa", help="(default: rsa)")
    key.add_argument("--bits", type=int, choices=_SIZES, default=ADVISED_RSA, help="of an RSA key (default 2048)")
    key.add_argument(
        "--out",
        type=Path,
        help="file for the private key; it must not exist (default: dkim-DOMAIN-SELECTOR.pem in this folder)",
    )
    record.add_argument("--key", type=Path, required=True, help="file with the private key (PEM)")
    return parser
