"""`./dev sbom`: write what the relay and the functions are made of. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from local.bill_of_materials import bill_of_materials
from local.relay_lock import LOCK, lock_text
from local.resolved_packages import resolve
from local.tools import ROOT

PARTS = {"relay": ROOT / "smtp_relay" / "requirements.txt", "functions": ROOT / "requirements.txt"}
"""Deployable parts, and the packages that each asks for."""


def main(argv: Sequence[str]) -> int:
    """Returns 0; a registry that cannot be asked raises ``ToolError``."""
    options = _parser().parse_args(argv)
    if options.lock:
        LOCK.write_text(lock_text(), "utf-8")
        print(f"{LOCK.relative_to(ROOT)} is up to date")
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    for part in options.part or PARTS:
        packages = resolve(PARTS[part])
        path = options.out / f"matta-{part}.cdx.json"
        path.write_text(bill_of_materials(part, packages), "utf-8")
        silent = [package.name for package in packages if not package.licence]
        print(f"{path}: {len(packages)} packages" + (f"; no licence said by {', '.join(silent)}" if silent else ""))
    return 0


def _part(text: str) -> str:
    if text not in PARTS:
        raise argparse.ArgumentTypeError(f"{text!r} is no part; there are {', '.join(PARTS)}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev sbom", description="Write what deployable parts are made of (CycloneDX 1.6, JSON)."
    )
    parser.add_argument("part", nargs="*", type=_part, metavar="PART", help="relay, functions (default: both)")
    parser.add_argument("--out", type=Path, default=Path("sbom"), help="folder for the files (default: sbom)")
    parser.add_argument("--lock", action="store_true", help="instead, bring smtp_relay/requirements.lock up to date")
    return parser
