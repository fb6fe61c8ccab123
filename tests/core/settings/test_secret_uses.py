"""Which edits would send a next hop's secret elsewhere, or less protected, than the operator had it sent."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.core.policy.delivery_settings import NextHopServer, OAuthClient
from shared.core.policy.tenant_settings import Route, TenantSettings
from shared.core.settings.secret_uses import misuse, servers_with_secrets

APPLICATION = OAuthClient(authority="https://login.microsoftonline.com/directory", client_id="app")
FAKE = OAuthClient(authority="https://login.evil.example/directory", client_id="app")
PLAIN = NextHopServer(host="hop.example", username="u", password_secret="p")
VERIFIED = msgspec.structs.replace(PLAIN, starttls="verified", ca="CA 1", tls_name="mx.hop.example")
CLEAR = msgspec.structs.replace(PLAIN, starttls="none")
TOKEN = msgspec.structs.replace(PLAIN, oauth=APPLICATION)
CERTIFICATE = NextHopServer(host="hop.example", client_certificate_secret="c")


@pytest.mark.parametrize(
    ("present", "changes", "field"),
    [
        pytest.param(PLAIN, {"port": 587, "username": "v", "weight": 7, "priority": 2}, "", id="nothing about it"),
        pytest.param(PLAIN, {"host": "HOP.example."}, "", id="the same host"),
        pytest.param(PLAIN, {"host": "evil.example"}, "password_secret", id="another host"),
        pytest.param(PLAIN, {"password_secret": "q"}, "password_secret", id="another secret"),
        pytest.param(PLAIN, {"password_secret": "", "host": "evil.example"}, "", id="no secret any more"),
        pytest.param(PLAIN, {"egress": "relay"}, "", id="by way of the relay"),
        pytest.param(PLAIN, {"starttls": "required"}, "", id="encrypted as it was"),
        pytest.param(PLAIN, {"starttls": "verified", "ca": "CA 2"}, "", id="verified where it was not"),
        pytest.param(PLAIN, {"starttls": "none"}, "starttls", id="in the clear"),
        pytest.param(PLAIN, {"starttls": "none", "implicit_tls": True}, "", id="TLS from the first byte"),
        pytest.param(PLAIN, {"starttls": "none", "port": 465}, "", id="port 465"),
        pytest.param(CLEAR, {"port": 587}, "", id="in the clear as it was"),
        pytest.param(VERIFIED, {"starttls": "required"}, "starttls", id="no certificate looked at"),
        pytest.param(VERIFIED, {"implicit_tls": True, "starttls": "none"}, "starttls", id="implicit, unverified"),
        pytest.param(VERIFIED, {"ca": "CA 2"}, "starttls", id="another CA"),
        pytest.param(VERIFIED, {"ca": ""}, "starttls", id="the public CAs in place of its own"),
        pytest.param(VERIFIED, {"tls_name": "mx.evil.example"}, "starttls", id="another name"),
        pytest.param(VERIFIED, {"ca": "CA 1\n", "tls_name": "MX.hop.example."}, "", id="the same CA and name"),
        pytest.param(TOKEN, {"oauth": FAKE}, "oauth", id="another authority"),
        pytest.param(TOKEN, {"oauth": None}, "oauth", id="the application's secret to the server"),
        pytest.param(TOKEN, {"auth": "plain"}, "oauth", id="the same by naming a mechanism"),
        pytest.param(TOKEN, {"auth": "xoauth2"}, "", id="the mechanism that it was"),
        pytest.param(PLAIN, {"oauth": APPLICATION}, "oauth", id="a password to an authority"),
        pytest.param(PLAIN, {"oauth": APPLICATION, "auth": "login"}, "", id="an application that is not used"),
        pytest.param(CERTIFICATE, {"host": "evil.example"}, "client_certificate_secret", id="a certificate elsewhere"),
        pytest.param(CERTIFICATE, {"client_certificate_secret": "d"}, "client_certificate_secret", id="another one"),
        pytest.param(CERTIFICATE, {"starttls": "none", "tls_name": "x"}, "", id="its key stays here anyway"),
        pytest.param(CERTIFICATE, {"password_secret": "c"}, "password_secret", id="a certificate sent as a password"),
        pytest.param(PLAIN, {"client_certificate_secret": "p"}, "client_certificate_secret", id="and the other way"),
    ],
)
def test_what_an_edit_may_do(present: NextHopServer, changes: dict[str, Any], field: str) -> None:
    found, why = misuse(msgspec.structs.replace(present, **changes), [present])
    assert found == field
    assert bool(why) is bool(field)


def test_one_fitting_use_is_enough() -> None:
    assert misuse(CLEAR, [VERIFIED, CLEAR]) == ("", "")
    assert misuse(TOKEN, [PLAIN, TOKEN]) == ("", "")


def test_without_a_use_no_secret_may_be_named() -> None:
    assert misuse(PLAIN, [])[0] == "password_secret"
    assert misuse(NextHopServer(host="hop.example"), []) == ("", "")


def test_servers_with_secrets_are_those_of_all_routes() -> None:
    plain = NextHopServer(host="plain.example")
    routes = (Route(servers=(PLAIN, plain)), Route(servers=(plain,)), Route(servers=(CERTIFICATE,)))
    settings = TenantSettings(tenant_id="demo", domains=("aozora.example",), routes=routes)
    assert servers_with_secrets(settings) == (PLAIN, CERTIFICATE)
