"""Who a client is and what it may do: strangers, STARTTLS, client certificates, AUTH."""

from __future__ import annotations

import base64
import smtplib
import ssl
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.ports_relay import IngressRule, IngressUser
from smtp_relay.passwords import hash_password
from smtp_relay.tls import TlsFiles
from tests.fakes.spool import FakeSpool
from tests.support.certificates import AUTHORITY, CertificateFiles, client_context, issued, self_signed
from tests.support.relay import HOST, Dialogue, RunningRelay, wait_until

HASH = hash_password("correct horse")
USER_RULE = IngressRule("byauth", users=(IngressUser("mailer@byauth", HASH),))
PEER_RULE = IngressRule("demo", peers=("127.0.0.1",))
LOGIN = base64.b64encode(b"\0mailer@byauth\0correct horse").decode()
WRONG = base64.b64encode(b"\0mailer@byauth\0wrong").decode()


@dataclass(frozen=True)
class Tls:
    """The relay's context and the certificates around it."""

    files: TlsFiles
    pinned: CertificateFiles
    unknown: CertificateFiles
    expired: CertificateFiles


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A relay with a certificate, that knows one client's own certificate and an expired one."""
    directory = tmp_path_factory.mktemp("certificates")
    server = issued(directory, HOST)
    pinned, unknown = self_signed(directory, "pinned"), self_signed(directory, "unknown")
    expired = self_signed(directory, "expired", days=-1)
    together = directory / "clients.pem"
    together.write_bytes(pinned.cert.read_bytes() + expired.cert.read_bytes())
    return Tls(TlsFiles(str(server.cert), str(server.key), str(together)), pinned, unknown, expired)


def tenant_of_only_message(spool: FakeSpool) -> tuple[str, str, str]:
    [ref] = spool.refs
    stored = spool.describe(ref)
    assert stored is not None
    return ref.tenant_id, stored.reception.attributed_by, stored.reception.protocol


class TestStrangers:
    @pytest.mark.parametrize(
        "rules",
        [
            pytest.param([], id="no rules at all"),
            pytest.param([IngressRule("demo", peers=("192.0.2.0/24",))], id="other ranges"),
            pytest.param([PEER_RULE, IngressRule("other", peers=("127.0.0.1",))], id="two tenants claim the range"),
            pytest.param([USER_RULE], id="users, but no TLS to say a password in"),
        ],
    )
    def test_unknown_peer_is_refused_at_once_and_learns_nothing(
        self, spool: FakeSpool, rules: list[IngressRule]
    ) -> None:
        with RunningRelay(spool, rules) as relay, Dialogue(relay.port) as smtp:
            assert smtp.banner == "554 5.7.1 access denied"
            assert smtp.at_end()
            wait_until(lambda: bool(relay.logged("session")))
            assert relay.logged("session")[0]["outcome"] == "refused"

    def test_stranger_is_told_how_to_authenticate_and_what_counts_from_then_on(
        self, spool: FakeSpool, tls: Tls
    ) -> None:
        with RunningRelay(spool, [USER_RULE], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            assert smtp.banner == f"220 {HOST} ESMTP"
            assert smtp.hello() == f"250-{HOST}\n250 STARTTLS"
            for command in ("MAIL FROM:<a@b.example>", "RCPT TO:<a@b.example>", "DATA", "VRFY a", "HELP", "EXPN a"):
                assert smtp.command(command) == "530 5.7.0 authentication required"
            smtp.starttls(client_context())
            before = smtp.hello()
            assert "\n250-8BITMIME\n250-SMTPUTF8\n" in before, "clients need not greet again after AUTH"
            assert before.endswith("\n250 AUTH LOGIN PLAIN")
            assert smtp.command("MAIL FROM:<a@b.example>") == "530 5.7.0 authentication required"
            assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == "235"
            assert smtp.hello() == before

    def test_strangers_cannot_take_all_connections(self, spool: FakeSpool, tls: Tls) -> None:
        rules = [USER_RULE, IngressRule("demo", peers=("127.0.0.9",))]
        with (
            RunningRelay(spool, rules, tls=tls.files, stranger_connections=2) as relay,
            Dialogue(relay.port),
            Dialogue(relay.port, source="127.0.0.2"),
        ):
            with Dialogue(relay.port, source="127.0.0.3") as third:
                assert third.banner[:9] == "421 4.3.2"
            with Dialogue(relay.port, source="127.0.0.9") as known:
                assert known.banner[:3] == "220"

    def test_connections_that_say_nothing_keep_nobody_out_where_all_come_from_one_proxy(
        self, spool: FakeSpool, tls: Tls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("smtp_relay.relay._STRANGERS_TURN", 0.3)
        limits = {"stranger_connections": 4, "proxy_peers": "127.0.0.0/8"}
        with RunningRelay(spool, [USER_RULE], tls=tls.files, **limits) as relay:
            idle = [Dialogue(relay.port) for _ in range(4)]
            with Dialogue(relay.port) as early:
                assert early.banner[:9] == "421 4.3.2", "each has its turn"
            time.sleep(0.4)
            with Dialogue(relay.port) as customer:
                customer.hello()
                customer.starttls(client_context())
                customer.hello()
                assert customer.command(f"AUTH PLAIN {LOGIN}")[:3] == "235"
                assert customer.message(b"x")[:3] == "250"
            assert idle[0].reply()[:9] == "421 4.4.2", "the oldest one has made room"
            assert idle[3].command("NOOP")[:3] == "250"
            for one in idle:
                one.close()

    def test_one_stranger_cannot_shut_the_others_out(self, spool: FakeSpool, tls: Tls) -> None:
        with (
            RunningRelay(spool, [USER_RULE], tls=tls.files, stranger_connections_per_peer=2) as relay,
            Dialogue(relay.port, source="127.0.0.2"),
            Dialogue(relay.port, source="127.0.0.2"),
        ):
            with Dialogue(relay.port, source="127.0.0.2") as third:
                assert third.banner[:9] == "421 4.3.2"
            with Dialogue(relay.port, source="127.0.0.3") as other:
                assert other.banner[:3] == "220"

    def test_stranger_has_little_time(self, spool: FakeSpool, tls: Tls) -> None:
        limits = {"stranger_seconds": 0.2, "command_seconds": 300}
        with RunningRelay(spool, [USER_RULE], tls=tls.files, **limits) as relay, Dialogue(relay.port) as smtp:
            started = time.monotonic()
            assert smtp.reply()[:9] == "421 4.4.2"
            assert time.monotonic() - started < 5


class TestStartTls:
    def test_known_peer_goes_on_in_tls_and_has_to_greet_again(self, spool: FakeSpool, tls: Tls) -> None:
        with RunningRelay(spool, [PEER_RULE], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            assert "250 STARTTLS" in smtp.hello()
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "250"
            smtp.starttls(client_context())
            assert smtp.command("RCPT TO:<a@b.example>")[:3] == "503", "the transaction begun in clear is forgotten"
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "503", "the greeting in clear, too"
            assert "STARTTLS" not in smtp.hello()
            assert smtp.message(b"x" * 300_000)[:3] == "250"
            assert smtp.command("STARTTLS")[:3] == "503"
        assert tenant_of_only_message(spool) == ("demo", "peer", "ESMTPS")
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert stored.reception.tls.startswith("TLSv1.")

    @pytest.mark.parametrize(
        "slipped_in",
        [b"EHLO evil.example\r\nMAIL FROM:<evil@evil.example>\r\n", b"RSET\r\n", b"x"],
        ids=["commands", "one command", "half a command"],
    )
    def test_what_comes_with_starttls_in_clear_is_never_obeyed(
        self, spool: FakeSpool, tls: Tls, slipped_in: bytes
    ) -> None:
        with RunningRelay(spool, [PEER_RULE], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.send(b"STARTTLS\r\n" + slipped_in)
            assert smtp.reply() == "503 5.5.1 nothing may follow STARTTLS before its reply"
            assert smtp.at_end()
            wait_until(lambda: bool(relay.logged("session")))
            assert relay.logged("session")[0]["outcome"] == "injection"

    def test_commands_sent_after_the_reply_in_clear_break_the_handshake(self, spool: FakeSpool, tls: Tls) -> None:
        with RunningRelay(spool, [PEER_RULE], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.command("STARTTLS")[:3] == "220"
            smtp.send(b"MAIL FROM:<evil@evil.example>\r\n")
            wait_until(lambda: bool(relay.logged("session")))
        assert spool.refs == ()

    def test_handshake_has_a_time(self, spool: FakeSpool, tls: Tls) -> None:
        with (
            RunningRelay(spool, [PEER_RULE], tls=tls.files, command_seconds=0.3) as relay,
            Dialogue(relay.port) as smtp,
        ):
            smtp.hello()
            smtp.command("STARTTLS")
            wait_until(lambda: bool(relay.logged("session")), 5)

    def test_old_tls_is_refused(self, spool: FakeSpool, tls: Tls) -> None:
        context = client_context()
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that TLS 1.1 is old is the point
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with RunningRelay(spool, [PEER_RULE], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            with pytest.raises(ssl.SSLError):
                smtp.starttls(context)


class TestClientCertificates:
    @pytest.fixture
    def relay(self, spool: FakeSpool, tls: Tls) -> Iterator[RunningRelay]:
        rules = [IngressRule("bycert", certificates=(tls.pinned.fingerprint, tls.expired.fingerprint))]
        with RunningRelay(spool, rules, tls=tls.files) as running:
            yield running

    def test_self_signed_certificate_of_a_tenant_names_it(
        self, relay: RunningRelay, spool: FakeSpool, tls: Tls
    ) -> None:
        with smtplib.SMTP("127.0.0.1", relay.port) as smtp:
            smtp._host = HOST  # type: ignore[attr-defined]  # the name that smtplib checks the certificate for
            smtp.starttls(context=client_context(tls.pinned))
            assert smtp.sendmail("a@b.example", ["c@d.example"], b"x\r\n") == {}
        assert tenant_of_only_message(spool) == ("bycert", "certificate", "ESMTPS")

    def test_client_without_certificate_stays_a_stranger(self, relay: RunningRelay, spool: FakeSpool) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.starttls(client_context())
            smtp.hello()
            assert smtp.command("MAIL FROM:<a@b.example>") == "530 5.7.0 authentication required"

    @pytest.mark.parametrize("which", ["unknown", "expired"])
    def test_other_certificate_does_not_pass(self, relay: RunningRelay, spool: FakeSpool, tls: Tls, which: str) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            with pytest.raises((OSError, AssertionError)):  # noqa: PT012  # TLS 1.3 tells the client only at its next read
                smtp.starttls(client_context(getattr(tls, which)))
                assert smtp.hello()[:3] == "250"
        assert spool.refs == ()

    def test_certificate_from_a_trusted_issuer_that_is_not_pinned_is_nobody(
        self, spool: FakeSpool, tmp_path: Path
    ) -> None:
        server = issued(tmp_path, HOST)
        other = issued(tmp_path, "other.example")
        authority = tmp_path / "authority.pem"
        authority.write_bytes(AUTHORITY.cert_pem.bytes())
        files = TlsFiles(str(server.cert), str(server.key), str(authority))
        rules = [IngressRule("bycert", certificates=("ab" * 32,))]
        with RunningRelay(spool, rules, tls=files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.starttls(client_context(other))
            smtp.hello()
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "530"

    def test_certificate_counts_more_than_the_address(self, spool: FakeSpool, tls: Tls) -> None:
        rules = [PEER_RULE, IngressRule("bycert", certificates=(tls.pinned.fingerprint,))]
        with RunningRelay(spool, rules, tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.starttls(client_context(tls.pinned))
            smtp.hello()
            assert smtp.message(b"x")[:3] == "250"
        assert tenant_of_only_message(spool)[:2] == ("bycert", "certificate")

    def test_password_of_another_tenant_does_not_go_with_a_certificate(self, spool: FakeSpool, tls: Tls) -> None:
        rules = [USER_RULE, IngressRule("bycert", certificates=(tls.pinned.fingerprint,))]
        with RunningRelay(spool, rules, tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.starttls(client_context(tls.pinned))
            smtp.hello()
            assert smtp.command(f"AUTH PLAIN {LOGIN}")[:9] == "535 5.7.8"


class TestAuth:
    @pytest.fixture
    def relay(self, spool: FakeSpool) -> Iterator[RunningRelay]:
        with RunningRelay(spool, [USER_RULE], auth_without_tls_on_loopback=True) as running:
            yield running

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_right_password_over_tls(self, spool: FakeSpool, tls: Tls, mechanism: str) -> None:
        with RunningRelay(spool, [USER_RULE], tls=tls.files) as relay, smtplib.SMTP("127.0.0.1", relay.port) as smtp:
            smtp._host = HOST  # type: ignore[attr-defined]  # the name that smtplib checks the certificate for
            smtp.starttls(context=client_context())
            smtp.ehlo()
            smtp.user, smtp.password = "mailer@byauth", "correct horse"
            assert smtp.auth(mechanism, getattr(smtp, f"auth_{mechanism.lower()}"))[0] == 235
            assert smtp.sendmail("a@b.example", ["c@d.example"], b"x\r\n") == {}
        assert tenant_of_only_message(spool) == ("byauth", "auth", "ESMTPSA")

    @pytest.mark.parametrize(
        "lines",
        [
            pytest.param([f"AUTH PLAIN {LOGIN}"], id="PLAIN with initial response"),
            pytest.param([f"auth plain {LOGIN}"], id="small letters"),
            pytest.param(["AUTH PLAIN", LOGIN], id="PLAIN with challenge"),
            pytest.param(
                [
                    "AUTH LOGIN",
                    base64.b64encode(b"mailer@byauth").decode(),
                    base64.b64encode(b"correct horse").decode(),
                ],
                id="LOGIN",
            ),
        ],
    )
    def test_right_password_in_each_form(self, relay: RunningRelay, spool: FakeSpool, lines: list[str]) -> None:
        with Dialogue(relay.port) as smtp:
            assert "AUTH LOGIN PLAIN" in smtp.hello()
            *before, last = lines
            for line in before:
                assert smtp.command(line)[:4] == "334 "
            assert smtp.command(last) == "235 2.7.0 authenticated"
            assert "8BITMIME" in smtp.hello()
            assert smtp.message(b"x")[:3] == "250"
        assert tenant_of_only_message(spool) == ("byauth", "auth", "ESMTPA")

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            pytest.param([f"AUTH PLAIN {WRONG}"], "535", id="wrong password"),
            pytest.param(["AUTH PLAIN %%%"], "501", id="not base64"),
            pytest.param(["AUTH PLAIN " + base64.b64encode(b"no separators").decode()], "501", id="no PLAIN message"),
            pytest.param(["AUTH PLAIN " + base64.b64encode(b"\0mailer@byauth\0").decode()], "535", id="empty password"),
            pytest.param(["AUTH PLAIN " + base64.b64encode(b"\0\xff\xfe\0x").decode()], "535", id="name not UTF-8"),
            pytest.param(["AUTH CRAM-MD5"], "504", id="another mechanism"),
            pytest.param(["AUTH"], "504", id="no mechanism"),
            pytest.param(["AUTH LOGIN", "*"], "501", id="given up"),
            pytest.param(["AUTH PLAIN", "*"], "501", id="given up at once"),
        ],
    )
    def test_other_attempts_fail_and_leave_a_stranger(self, relay: RunningRelay, lines: list[str], code: str) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            *before, last = lines
            for line in before:
                assert smtp.command(line)[:4] == "334 "
            reply = smtp.command(last)
            assert reply[:3] == code
            assert reply[4] == "5"
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "530"

    def test_password_in_clear_is_refused_unasked(self, spool: FakeSpool, tls: Tls) -> None:
        with RunningRelay(spool, [USER_RULE], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            assert "AUTH" not in smtp.hello()
            assert smtp.command(f"AUTH PLAIN {LOGIN}")[:10] == "538 5.7.11"
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "530"

    def test_password_in_clear_from_elsewhere_is_refused_where_loopback_may(self, relay: RunningRelay) -> None:
        session = next(iter(relay.relay.sessions), None)
        assert session is None
        with Dialogue(relay.port) as smtp:
            [session] = relay.relay.sessions
            session.peer = "192.0.2.1"
            assert "AUTH" not in smtp.hello()
            assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == "538"

    @pytest.mark.parametrize(
        ("commands", "code"),
        [
            pytest.param([], "503", id="before EHLO"),
            pytest.param(["EHLO c", f"AUTH PLAIN {LOGIN}"], "503", id="a second time"),
            pytest.param(["EHLO c", f"AUTH PLAIN {LOGIN}", "MAIL FROM:<a@b.example>"], "503", id="in a transaction"),
        ],
    )
    def test_order(self, relay: RunningRelay, commands: list[str], code: str) -> None:
        with Dialogue(relay.port) as smtp:
            for command in commands:
                assert smtp.command(command)[0] == "2"
            assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == code

    def test_guessing_slows_down_ends_the_session_and_shuts_the_peer_out(self, spool: FakeSpool) -> None:
        limits = {"auth_failures": 4, "auth_delay_seconds": 0.1, "shut_out_seconds": 4.0, "bad_commands": 100}
        with RunningRelay(spool, [USER_RULE], auth_without_tls_on_loopback=True, **limits) as relay:
            waits = []
            with Dialogue(relay.port) as smtp:
                smtp.hello()
                for _ in range(3):
                    started = time.monotonic()
                    assert smtp.command(f"AUTH PLAIN {WRONG}")[:9] == "535 5.7.8"
                    waits.append(time.monotonic() - started)
                assert smtp.at_end(), "three in one session are enough"
            assert all(wait >= delay for wait, delay in zip(waits, (0.1, 0.2, 0.4), strict=True)), waits
            with Dialogue(relay.port) as smtp:
                smtp.hello()
                assert smtp.command(f"AUTH PLAIN {WRONG}")[:3] == "535"
                assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == "535", "even the right one counts no more"
                assert smtp.at_end()
            with Dialogue(relay.port) as smtp:
                assert smtp.banner == "554 5.7.1 access denied"
            with Dialogue(relay.port, source="127.0.0.2") as smtp:
                smtp.hello()
                assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == "235", "others are let in"
            wait_until(lambda: not relay.relay.guessing.is_shut_out("127.0.0.1"))
            with Dialogue(relay.port) as smtp:
                smtp.hello()
                assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == "235"
            assert "wrong" not in str(relay.log)
            assert "mailer" not in str(relay.log)

    def test_peer_known_by_its_address_is_not_shut_out_by_wrong_passwords(self, spool: FakeSpool) -> None:
        rules = [USER_RULE, PEER_RULE]
        with RunningRelay(spool, rules, auth_without_tls_on_loopback=True, auth_failures=1) as relay:
            with Dialogue(relay.port) as smtp:
                smtp.hello()
                assert smtp.command(f"AUTH PLAIN {WRONG}")[:3] == "535"
            with Dialogue(relay.port) as smtp:
                smtp.hello()
                assert smtp.message(b"x")[:3] == "250"


class TestRulesThatChange:
    def test_new_rule_counts_for_the_next_connection(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, []) as relay:
            with Dialogue(relay.port) as smtp:
                assert smtp.banner[:3] == "554"
            relay.source.present = (PEER_RULE,)
            wait_until(lambda: bool(relay.relay.book.rules))
            with Dialogue(relay.port) as smtp:
                assert smtp.banner[:3] == "220"

    def test_last_good_rules_stay_while_they_cannot_be_read(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, [PEER_RULE]) as relay:
            relay.source.error = RuntimeError("storage is down")
            asked = relay.source.asked
            wait_until(lambda: relay.source.asked > asked + 2)
            with Dialogue(relay.port) as smtp:
                assert smtp.banner[:3] == "220"

    @pytest.mark.parametrize("by", ["peer", "auth", "certificate"])
    def test_tenant_that_is_taken_away_can_send_no_more_in_an_open_session(
        self, spool: FakeSpool, tls: Tls, by: str
    ) -> None:
        rules = {
            "peer": PEER_RULE,
            "auth": USER_RULE,
            "certificate": IngressRule("bycert", certificates=(tls.pinned.fingerprint,)),
        }
        with RunningRelay(spool, [rules[by]], tls=tls.files) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.starttls(client_context(tls.pinned if by == "certificate" else None))
            smtp.hello()
            if by == "auth":
                assert smtp.command(f"AUTH PLAIN {LOGIN}")[:3] == "235"
            assert smtp.message(b"x")[:3] == "250"
            relay.source.present = ()
            wait_until(lambda: not relay.relay.book.rules)
            assert smtp.command("MAIL FROM:<a@b.example>")[:9] in {"530 5.7.0", "554 5.7.1"}
        assert len(spool.refs) == 1
