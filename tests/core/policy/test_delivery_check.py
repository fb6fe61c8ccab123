"""Servers, signatures, copies and ingress that fit the types but make no sense are refused with the place and what is allowed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import trustme

from shared.core.policy.tenant_settings import TenantSettings, read_settings
from shared.errors import InvalidSettings

OAUTH = {"authority": "https://login.microsoftonline.com/acme", "client_id": "id"}
XOAUTH2 = {"host": "h.example", "auth": "xoauth2", "username": "u", "password_secret": "s", "oauth": OAUTH}
KEY = {"domain": "acme.example", "selector": "s1", "secret": "dkim-1"}
FROM = "2026-01-01T00:00:00Z"


def read(**changes: Any) -> TenantSettings:
    document = {
        "tenant_id": "acme",
        "domains": ["acme.example", ".acme.test"],
        "routes": [{"servers": [{"host": "h"}]}],
    }
    return read_settings(msgspec.json.encode(document | changes))


def read_server(**server: Any) -> TenantSettings:
    return read(routes=[{"servers": [{"host": "h.example"}]}, {"servers": [{"host": "h.example"} | server]}])


def without(server: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in server.items() if key != name}


@pytest.mark.parametrize(
    ("server", "place", "problem"),
    [
        pytest.param(without(XOAUTH2, "oauth"), "oauth", "must be set with auth xoauth2", id="XOAUTH2 of nobody"),
        pytest.param(without(XOAUTH2, "username"), "username", "must be set with auth xoauth2", id="XOAUTH2, no name"),
        pytest.param(without(XOAUTH2, "password_secret"), "password_secret", "secret", id="XOAUTH2 without a secret"),
        pytest.param(XOAUTH2 | {"auth": "auto"}, "oauth", "goes with auth xoauth2", id="application that is not asked"),
        pytest.param({"auth": "login"}, "username", "must be set with auth login", id="LOGIN without a name"),
        pytest.param({"tls_name": "a b"}, "tls_name", "must be a host name", id="certificate name with a blank"),
        pytest.param({"tls_name": "-a.example"}, "tls_name", "must be a host name", id="certificate name with a dash"),
        pytest.param({"ca": "hello"}, "ca", "PEM form", id="authority that is no certificate"),
        pytest.param(
            {"ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "ca", "PEM form", id="broken CA"
        ),
        pytest.param(
            {"ca": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}, "ca", "private key", id="a key"
        ),
        pytest.param(
            {"starttls": "none", "client_certificate_secret": "c"},
            "client_certificate_secret",
            "needs TLS",
            id="client certificate without TLS",
        ),
    ],
)
def test_server_that_makes_no_sense_is_refused(server: dict[str, Any], place: str, problem: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_server(**server)
    assert f"$.routes[1].servers[0].{place}" in refused.value.public
    assert problem in refused.value.public


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(XOAUTH2, id="XOAUTH2"),
        pytest.param({"starttls": "none", "port": 465, "client_certificate_secret": "c"}, id="TLS by its port"),
        pytest.param({"starttls": "none", "implicit_tls": True, "client_certificate_secret": "c"}, id="implicit TLS"),
        pytest.param({"starttls": "verified", "port": 465, "tls_name": "smtp.例え.jp"}, id="name in its own script"),
    ],
)
def test_server_whose_parts_fit_is_read(server: dict[str, Any]) -> None:
    assert read_server(**server).routes[1].servers[0].host == "h.example"


def test_certificates_of_two_authorities_are_read() -> None:
    pem = "".join(trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.bytes().decode() for _ in range(2))
    assert read_server(starttls="verified", ca=pem).routes[1].servers[0].ca == pem


@pytest.mark.parametrize(
    ("keys", "place", "problem"),
    [
        pytest.param([KEY | {"domain": "other.example"}], "[0].domain", "one of the tenant's domains", id="another's"),
        pytest.param([KEY | {"domain": "example"}], "[0].domain", "one of the tenant's domains", id="parent domain"),
        pytest.param([KEY | {"domain": "mail.acme.example"}], "[0].domain", "tenant's domains", id="somebody's below"),
        pytest.param([KEY | {"domain": ".acme.test"}], "[0].domain", "tenant's domains", id="no domain but a pattern"),
        pytest.param(
            [KEY, KEY | {"domain": "ACME.example", "active_from": FROM}], "[1].selector", "another key", id="selector"
        ),
        pytest.param(
            [KEY | {"active_from": FROM}, KEY | {"selector": "s2", "active_from": "2026-01-01T09:00:00+09:00"}],
            "[1].active_from",
            "only one of them",
            id="two keys from one moment on",
        ),
    ],
)
def test_key_that_could_not_sign_is_refused(keys: list[dict[str, Any]], place: str, problem: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read(signing={"dkim": keys})
    assert f"$.signing.dkim{place}" in refused.value.public
    assert problem in refused.value.public


def test_next_key_and_keys_of_other_domains_are_read() -> None:
    keys = [
        KEY,
        KEY | {"selector": "s2", "active_from": FROM},
        KEY | {"domain": "mail.acme.test"},
        KEY | {"domain": "acme.test"},
    ]
    assert len(read(signing={"dkim": keys, "arc": True}).signing.dkim) == 4


def test_copies_are_late_no_sooner_than_the_window_ends() -> None:
    with pytest.raises(InvalidSettings) as refused:
        read(gathering={"window_seconds": 61, "late_minutes": 1})
    assert "$.gathering.late_minutes" in refused.value.public
    assert read(gathering={"window_seconds": 0, "late_minutes": 0}).gathering.late_minutes == 0


@pytest.mark.parametrize(
    ("hosts", "place"),
    [
        pytest.param(["acme.relay.example", "ACME.relay.example."], "$.ingress.hosts[1]", id="one name twice"),
        pytest.param(["a.example", ".b.example"], "$.ingress.hosts[1]", id="no name of a host"),
    ],
)
def test_names_of_the_relay_are_host_names_and_unique(hosts: list[str], place: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read(ingress={"hosts": hosts})
    assert place in refused.value.public
