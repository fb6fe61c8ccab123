"""What Matta signs and seals holds for Perl's Mail::DKIM, which asks a real name server for the keys."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shared.usecases.evaluate_message import evaluate_message
from tests.support.app import OUTSIDE
from tests.support.debian import require
from tests.support.dns_server import DnsServer
from tests.usecases.test_sign_variant import PUBLISHED, arrived, from_m365, make_world

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "mail_dkim.pl"


def verdicts(message: bytes, file: Path) -> list[str]:
    """A line about DKIM, one about ARC."""
    perl = Path(require("dkimproxy-verify")).with_name("perl")  # the package's own program, beside the interpreter
    file.write_bytes(message)
    with DnsServer() as dns:
        for name, text in PUBLISHED.items():
            dns.put(name, "TXT", text)
        port = dns.address.rpartition(":")[2]
        done = subprocess.run([perl, SCRIPT, port, file], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "body", [b"", b" \t. \r\n\r\n  two  \r\n\r\n", "花子\r\n".encode()], ids=["plain", "odd", "8-bit"]
)
def test_signatures_and_chains_hold(body: bytes, tmp_path: Path) -> None:
    world = make_world(arc=True)
    evaluate_message(world.app, world.receive(OUTSIDE, data=from_m365(OUTSIDE, body=body)))
    world.work()
    first = arrived(world)
    assert verdicts(first, tmp_path / "m.eml") == ["dkim pass pass", "arc pass"]
    again = first[: first.index(b"X-Matta-Trace:")] + first[first.rindex(b"DKIM-Signature:") :]
    evaluate_message(world.app, world.receive(OUTSIDE, data=again))
    world.work()
    second = arrived(world)
    assert second.startswith(b"ARC-Seal: i=2;")
    assert verdicts(second, tmp_path / "m.eml") == ["dkim pass pass pass", "arc pass"]
    assert verdicts(second.replace(b"Estimate", b"Invoice"), tmp_path / "m.eml") == ["dkim fail fail fail", "arc fail"]
