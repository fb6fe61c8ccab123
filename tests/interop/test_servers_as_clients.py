"""Postfix and Exim as clients of the relay: what people hand to them reaches the spool as they sent it."""

from __future__ import annotations

import re
import smtplib
from pathlib import Path

import pytest

from local.interop.findings import Finding
from shared.core.message.envelope import Envelope
from shared.errors import StorageUnavailable
from smtp_relay.tls import TlsFiles
from tests.fakes.spool import FakeSpool
from tests.interop.conftest import PASSWORD, RULE, USER, Note
from tests.support.mail_server import Upstream
from tests.support.mail_server_exim import EximServer
from tests.support.mail_server_postfix import PostfixServer
from tests.support.relay import HOST, RunningRelay, wait_until

pytestmark = pytest.mark.slow
SECONDS = 60.0
SENDER, RECIPIENT = "hanako@aozora.example", "taro@partner.example"
CONTENT = (
    "From: hanako@aozora.example\nTo: taro@partner.example\nSubject: =?utf-8?B?6KaL56mN?=\n"
    "Message-ID: <one@aozora.example>\nDate: Sun, 22 Nov 2026 10:00:00 +0900\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    "お見積もりです。\n.\n..two dots\n"
).encode()
WIRE = CONTENT.replace(b"\n", b"\r\n")


def server_of(maker: str, directory: Path, upstream: Upstream) -> PostfixServer | EximServer:
    if maker == "postfix":
        return PostfixServer(directory, upstream)
    return EximServer(directory, upstream)


def contents(spool: FakeSpool) -> list[bytes]:
    return [b"".join(spool.content("spool", ref).chunks()) for ref in spool.refs]


def envelopes(spool: FakeSpool) -> list[Envelope]:
    found = [spool.describe(ref) for ref in spool.refs]
    return [stored.envelope for stored in found if stored is not None]


@pytest.mark.timeout(120)
def test_mail_comes_over_verified_tls_with_a_password_and_as_it_was_written(
    maker: str, spool: FakeSpool, relay_tls: TlsFiles, tmp_path: Path, note: Note
) -> None:
    with RunningRelay(spool, [RULE], tls=relay_tls) as relay:
        upstream = Upstream(relay.port, HOST, USER, PASSWORD)
        with server_of(maker, tmp_path / maker, upstream) as server:
            server.submit(SENDER, [RECIPIENT, "jiro@partner.example"], CONTENT)
            wait_until(lambda: len(spool.refs) == 1, SECONDS)
            [ref] = spool.refs
            stored = spool.describe(ref)
            assert stored is not None
            assert (ref.tenant_id, stored.reception.protocol) == ("byauth", "ESMTPSA")
            assert stored.envelope.reverse_path == SENDER
            assert sorted(stored.envelope.recipients) == ["jiro@partner.example", RECIPIENT]
            [content] = contents(spool)
            head, body = content.split(b"\r\n\r\n", 1)
            assert body == WIRE.split(b"\r\n\r\n", 1)[1], "every byte below the header, dots and all"
            assert head.endswith(WIRE.split(b"\r\n\r\n", 1)[0]), "the header as written, below the server's own fields"
            tls = stored.reception.tls
            note(
                Finding(
                    f"{maker} {server.version()}",
                    "client of the relay",
                    tls,
                    "sendmail interface; EHLO, STARTTLS with CA and name verified, AUTH PLAIN, two recipients, dots",
                    "1 of 1, bytes equal",
                )
            )


@pytest.mark.timeout(150)
def test_mail_that_the_relay_puts_off_comes_again_once(
    maker: str, spool: FakeSpool, tmp_path: Path, note: Note
) -> None:
    with RunningRelay(spool) as relay, server_of(maker, tmp_path / maker, Upstream(relay.port)) as server:
        spool.trouble.before("write", StorageUnavailable("down"))
        server.submit(SENDER, [RECIPIENT], CONTENT)
        wait_until(lambda: len(spool.refs) == 1, SECONDS)
        assert "451 4.3.0" in server.log()
        if isinstance(server, EximServer):
            wait_until(lambda: server.queued() == 0, 30)
        else:
            server.wait_log("status=sent")
        assert len(spool.refs) == 1
        note(
            Finding(
                f"{maker} {server.version()}",
                "client of the relay",
                "–",
                "the relay answers 451 to the message when storage fails; the server keeps it and tries again",
                "arrived once",
            )
        )


@pytest.mark.timeout(150)
def test_extensions_are_used_as_they_are_offered(maker: str, spool: FakeSpool, tmp_path: Path, note: Note) -> None:
    """8BITMIME, SMTPUTF8, DSN, PIPELINING, SIZE; CHUNKING is not offered and so not used."""
    with (
        RunningRelay(spool, size=20_000) as relay,
        server_of(maker, tmp_path / maker, Upstream(relay.port)) as server,
        smtplib.SMTP("127.0.0.1", server.port, timeout=60) as client,
    ):
        client.ehlo()
        client.sendmail(SENDER, ["社長@partner.example"], WIRE, ["SMTPUTF8", "BODY=8BITMIME"])
        client.sendmail(
            SENDER,
            [RECIPIENT],
            WIRE,
            ["BODY=8BITMIME", "RET=HDRS", "ENVID=QQ314159"],
            ["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{RECIPIENT}"],
        )
        wait_until(lambda: len(spool.refs) == 2, SECONDS)
        found = {envelope.recipients[0]: envelope for envelope in envelopes(spool)}
        foreign, asked = found["社長@partner.example"], found[RECIPIENT]
        assert foreign.smtputf8
        assert (asked.ret, asked.envid) == ("HDRS", "QQ314159")
        # Exim sends eight bits without saying so; Postfix declares them.
        assert asked.body == ("8BITMIME" if maker == "postfix" else "7BIT")
        assert all(content.endswith(WIRE) for content in contents(spool))
        [wish] = asked.wishes
        assert set(wish.notify) == {"FAILURE", "DELAY"}
        assert wish.original == f"rfc822;{RECIPIENT}"

        # Larger than the relay offers: the server returns it by itself, with a report to the sender.
        client.sendmail(SENDER, [RECIPIENT], WIRE + b"x" * 70 + b"\r\n" + b"y\r\n" * 10_000, ["RET=HDRS"])
        wait_until(lambda: len(spool.refs) == 3, SECONDS)
        report = next(envelope for envelope in envelopes(spool) if not envelope.reverse_path)
        assert report.recipients == (SENDER,)
        assert not relay.logged("refused"), "it was not even tried"
        assert re.search(r"size|SIZE|too large", server.log())
        note(
            Finding(
                f"{maker} {server.version()}",
                "client of the relay",
                "–",
                "8BITMIME, SMTPUTF8 address, DSN (RET, ENVID, NOTIFY, ORCPT), PIPELINING, SIZE; no CHUNKING offered",
                "all kept; the too large one returned by the server itself",
            )
        )
