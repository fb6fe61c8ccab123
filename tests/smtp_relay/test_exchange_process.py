"""From settings documents to the spool: mail of two tenants from one shared server, by the relay as it runs."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.spool_blob import BlobSpool
from shared.adapters.storage_clients import container_client
from tests.support.azurite import Azurite
from tests.support.certificates import AUTHORITY, CertificateFiles, client_context, issued
from tests.support.relay_process import RelayProcess, prepare

DIRECTORIES = {"acme": "aaaaaaaa-2222-3333-4444-555555555555", "beta": "bbbbbbbb-2222-3333-4444-555555555555"}


def send(port: int, shown: CertificateFiles | None, tenant: str, stamped: str) -> int:
    """One message over TLS to the tenant's host name, as its connector does; the code of the reply."""
    context = client_context(shown)
    context.check_hostname = False
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        smtp._host = f"{tenant}.relay.example"  # type: ignore[attr-defined]  # the name that smtplib says in TLS
        smtp.starttls(context=context)
        header = f"X-MS-Exchange-CrossTenant-Id: {DIRECTORIES[stamped]}\r\nX-OriginatorOrg: {stamped}.example\r\n"
        try:
            smtp.sendmail(f"u@{tenant}.example", ["taro@partner.example"], header + "Subject: x\r\n\r\nbody\r\n")
        except (smtplib.SMTPDataError, smtplib.SMTPResponseException) as error:
            return error.smtp_code
        return 250


@pytest.mark.parametrize("known_by", ["address", "certificate"])
def test_each_tenant_gets_its_own_mail_and_nobody_anothers(
    azurite_of_its_own: Azurite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_by: str
) -> None:
    process = prepare(azurite_of_its_own.connection_string, tenant="greedy")  # claims all of 127.0.0.0/8
    for tenant, directory in DIRECTORIES.items():
        ingress = {"exchange_tenant": directory, "hosts": [f"{tenant}.relay.example"]}
        document = {"tenant_id": tenant, "domains": [f"{tenant}.example"], "ingress": ingress}
        container_client(process, "settings").upload_blob(f"{tenant}.json", json.dumps(document))
    server = issued(tmp_path, "relay.example")
    shown = issued(tmp_path, "apc.mail.protection.outlook.example")
    (tmp_path / "public.pem").write_bytes(AUTHORITY.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
    variables = (
        {"relay_exchange_peers": "127.0.0.1"}
        if known_by == "address"
        else {"relay_exchange_names": "mail.protection.outlook.example", "relay_proxy_peers": "127.0.0.0/8"}
    )
    files = {"relay_cert": server.cert, "relay_key": server.key}
    with RelayProcess(tmp_path, azurite_of_its_own.connection_string, **files, **variables) as relay:
        client = shown if known_by == "certificate" else None
        assert send(relay.port, client, "acme", "acme") == 250
        assert send(relay.port, client, "beta", "beta") == 250
        assert send(relay.port, client, "acme", "beta") == 550
        assert send(relay.port, client, "beta", "acme") == 550
        assert len(relay.logged("attribution")) == 2
    now = datetime.now(UTC)
    found = BlobSpool(process).committed_since(now - timedelta(hours=1), now + timedelta(minutes=1))
    assert sorted(entry.ref.tenant_id for entry in found) == ["acme", "beta"]


@pytest.fixture
def azurite_of_its_own(tmp_path: Path) -> Iterator[Azurite]:
    """An Azurite whose spool holds only what the test sent."""
    instance = Azurite(tmp_path / "azurite")
    instance.start()
    yield instance
    instance.stop()
