"""swaks and smtp-source against the relay, by the ways that administrators use them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.interop.findings import Finding
from smtp_relay.tls import TlsFiles
from tests.fakes.spool import FakeSpool
from tests.interop.conftest import PASSWORD, RULE, USER, Note
from tests.support.debian import require
from tests.support.mail_server import authority_file
from tests.support.relay import HOST, RunningRelay

MESSAGE = "From: me@aozora.example\r\nTo: taro@partner.example\r\nSubject: x\r\n\r\n件名\r\n.\r\n..two\r\n".encode()
LOGIN = ("--auth-user", USER, "--auth-password", PASSWORD)


@pytest.mark.parametrize(
    ("options", "protocol"),
    [
        pytest.param(("--tls", "--auth", "PLAIN", *LOGIN), "ESMTPSA", id="STARTTLS, AUTH PLAIN"),
        pytest.param(("--tls", "--auth", "LOGIN", *LOGIN), "ESMTPSA", id="STARTTLS, AUTH LOGIN"),
        pytest.param(("--tls-verify", "--tls", "--auth", "PLAIN", *LOGIN, "--pipeline"), "ESMTPSA", id="PIPELINING"),
        pytest.param(("--tls-protocol", "tlsv1_2", "--tls", "--auth", *LOGIN), "ESMTPSA", id="TLS 1.2"),
    ],
)
def test_swaks(
    options: tuple[str, ...], protocol: str, spool: FakeSpool, relay_tls: TlsFiles, tmp_path: Path, note: Note
) -> None:
    file = tmp_path / "message.eml"
    file.write_bytes(MESSAGE.removesuffix(b"\r\n"))
    with RunningRelay(spool, [RULE], tls=relay_tls) as relay:
        command = [require("swaks"), "--server", "127.0.0.1", "--port", str(relay.port), "--data", f"@{file}"]
        command += ["--from", "me@aozora.example", "--to", "taro@partner.example", *options]
        if "--tls-verify" in options:
            command += ["--tls-ca-path", str(authority_file(tmp_path)), "--tls-sni", HOST]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-500:]
        [ref] = spool.refs
        stored = spool.describe(ref)
        assert stored is not None
        assert stored.reception.protocol == protocol
        assert b"".join(spool.content("spool", ref).chunks()) == MESSAGE
        shown = " ".join(option for option in options if option not in LOGIN)
        note(Finding(_swaks_version(), "client of the relay", stored.reception.tls, f"swaks {shown}", "bytes equal"))


def test_swaks_without_a_password_is_sent_away(spool: FakeSpool, relay_tls: TlsFiles) -> None:
    with RunningRelay(spool, [RULE], tls=relay_tls) as relay:
        command = [require("swaks"), "--server", "127.0.0.1", "--port", str(relay.port), "--tls"]
        command += ["--from", "me@aozora.example", "--to", "taro@partner.example"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 23, "swaks: MAIL was refused"
        assert "530 5.7.0" in done.stdout
        assert spool.refs == ()


def _swaks_version() -> str:
    done = subprocess.run([require("swaks"), "--version"], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()[0].replace(" version", "")


def test_a_small_flood_of_smtp_source_arrives_whole(spool: FakeSpool, note: Note) -> None:
    messages, sessions = 300, 30
    with RunningRelay(spool) as relay:
        command = [require("smtp-source"), "-s", str(sessions), "-m", str(messages), "-l", "4000", "-N"]
        command += ["-f", "me@aozora.example", "-t", "you@partner.example", f"127.0.0.1:{relay.port}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    found = [spool.describe(ref) for ref in spool.refs]
    recipients = [stored.envelope.recipients[0] for stored in found if stored is not None]
    assert len(recipients) == len(set(recipients)) == messages
    exercised = f"{messages} messages of 4,000 bytes in {sessions} sessions, spool in memory"
    note(Finding("smtp-source (postfix)", "client of the relay", "–", exercised, f"{len(recipients)}, none doubled"))
