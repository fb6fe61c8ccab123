"""The code starts on the templates: relay and functions get the environment that Azure would give them, nothing else.

Stand-ins: an identity endpoint for each of the two identities, a vault, and storage that takes tokens over TLS. One
message goes in at the relay's port 25 and comes out at a next hop.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.check.__main__ import TEMPLATES
from infra.check.run import read
from local.demo_tenant import COLLEAGUE, SENDER
from local.processes import Child, stop_all
from local.tools import ROOT
from shared.adapters.secrets_vault_names import key_name, secret_name
from shared.core.message.egress_token import NONCE_BYTES, egress_token
from shared.core.message.keys import PURPOSES, SigningKey
from tests.support.azurite import Azurite
from tests.support.certificates import AUTHORITY, CertificateFiles, client_context, issued, self_signed
from tests.support.identity_endpoint import IdentityEndpoint, identity_endpoint
from tests.support.key_vault import KeyVault, key_vault
from tests.support.next_hop import NextHop
from tests.support.template_values import Worked
from tests.support.waiting import wait_for

TREE = read(TEMPLATES)[0]
FUNCTIONS_ID, RELAY_ID = "id-of-the-functions", "id-of-the-relay"
_PLATFORM = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
"""What a process has anyway."""


@dataclass(frozen=True)
class Azure:
    """The stand-ins and both environments."""

    storage: Azurite
    vault: KeyVault
    functions_identity: IdentityEndpoint
    relay_identity: IdentityEndpoint
    hop: NextHop
    functions: dict[str, str]
    relay: dict[str, str]
    directory: Path


def functions_settings(storage: Azurite, vault: KeyVault) -> dict[str, str]:
    """What modules/functions.bicep sets."""
    file = TREE.files["infra/modules/functions.bicep"]
    given = {
        "identityClientId": FUNCTIONS_ID,
        "hostBlobUrl": "https://host.example/",
        "hostQueueUrl": "https://host.example/",
        "hostTableUrl": "https://host.example/",
        "mailBlobUrl": f"{storage.blob_url}/",
        "mailQueueUrl": f"{storage.queue_url}/",
        "mailTableUrl": f"{storage.table_url}/",
        "vaultUrl": f"{vault.url}/",
        "telemetryConnection": "",
        "hostName": "mail.matta.example",
        "publicUrl": "https://matta.example",
        "portalUrl": "https://portal.matta.example",
        "botAppId": "bot",
        "botSecretName": "Bot Secret",
        "signOnClientId": "portal",
        "operatorEntraTenant": "operators",
        "nextHopNetworks": "127.0.0.0/8",
        "egressProxy": "",
        "egressCa": "",
    }
    declared = {statement.name for statement in file.of("param")}
    others = {name: "unused" for name in declared - given.keys() if name not in {"mostInstances"}}
    return Worked(file, others | given, {"subscription": {"tenantId": "directory"}, "app": "app"}).settings("settings")


def relay_environment(storage: Azurite, files: CertificateFiles, client_ca: Path) -> dict[str, str]:
    """What modules/relay.bicep sets. Mounted files and ports are moved to where a test may have them."""
    file = TREE.files["infra/modules/relay.bicep"]
    given = {
        "identityClientId": RELAY_ID,
        "mailBlobUrl": f"{storage.blob_url}/",
        "hostName": "mail.matta.example",
        "image": "relay:1",
        "certificateUrl": "https://kv.example/secrets/relay-tls",
        "clientCaUrl": "https://kv.example/secrets/client-ca",
        "connections": 300,
        "tags": {},
    }
    declared = {statement.name: statement for statement in file.of("param")}
    others = {name: "unused" for name, statement in declared.items() if name not in given and statement.value is None}
    container = Worked(file, others | given, {"place": {"id": "place"}}).container("app")
    found = {str(entry["name"]): str(entry["value"]) for entry in container["env"]}
    assert found["MATTA_RELAY_CERT"] == "/mnt/tls/relay.pem"
    assert found["MATTA_RELAY_CLIENT_CA"] == "/mnt/tls/client-ca.pem"
    assert container["volumeMounts"] == [{"volumeName": "tls", "mountPath": "/mnt/tls"}]
    moved = {
        "MATTA_RELAY_CERT": str(files.cert),
        "MATTA_RELAY_CLIENT_CA": str(client_ca),
        "MATTA_RELAY_HOST": "127.0.0.1",
        "MATTA_RELAY_PORT": "0",
        "MATTA_RELAY_HEALTH_HOST": "127.0.0.1",
        "MATTA_RELAY_HEALTH_PORT": "0",
    }
    assert moved.keys() <= found.keys()
    return found | moved


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    directory = tmp_path_factory.mktemp("azure")
    certificate = issued(directory, "127.0.0.1")
    AUTHORITY.cert_pem.write_to_path(str(directory / "ca.pem"))
    # As Key Vault hands out a certificate: the key and the chain in one text.
    together = directory / "relay.pem"
    together.write_bytes(certificate.key.read_bytes() + certificate.cert.read_bytes())
    storage = Azurite(directory, certificate)
    storage.start()
    platform = {name: os.environ[name] for name in _PLATFORM if name in os.environ}
    trust = {"SSL_CERT_FILE": str(directory / "ca.pem"), "REQUESTS_CA_BUNDLE": str(directory / "ca.pem")}
    try:
        with (
            identity_endpoint(FUNCTIONS_ID) as functions_identity,
            identity_endpoint(RELAY_ID) as relay_identity,
            key_vault(certificate) as vault,
            NextHop(directory / "mail") as hop,
        ):
            for purpose in PURPOSES:
                vault.set(key_name(purpose), base64.b64encode(secrets.token_bytes(32)).decode())
            vault.set(secret_name("Bot Secret"), "the secret of the bot")
            vault.token = lambda: next(
                token
                for token, resource in zip(
                    reversed(functions_identity.tokens), reversed(functions_identity.resources), strict=True
                )
                if resource == "https://vault.azure.net"
            )
            functions = functions_settings(storage, vault) | platform | trust | functions_identity.environment
            files = CertificateFiles(together, together, "")
            client_ca = self_signed(directory, "client").cert
            relay = relay_environment(storage, files, client_ca) | platform | trust | relay_identity.environment
            seed = {**functions, "MATTA_DEMO_NEXT_HOP": f"127.0.0.1:{hop.port}"}
            subprocess.run([sys.executable, "-m", "local.seed"], cwd=ROOT, env=seed, timeout=120, check=True)
            yield Azure(storage, vault, functions_identity, relay_identity, hop, functions, relay, directory)
    finally:
        storage.stop()


@pytest.fixture
def relay(azure: Azure) -> Iterator[dict[str, Any]]:
    """The relay's process; what it said when it was ready."""
    log = azure.directory / "relay.log"
    child = Child("relay", [sys.executable, "-m", "smtp_relay"], log=log, environment=azure.relay, directory=ROOT)
    try:
        assert wait_for(lambda: '"ready"' in log.read_text() or child.exit_code() is not None, 90)
        assert child.exit_code() is None, child.log_tail()
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        yield next(line for line in lines if line["event"] == "ready")
    finally:
        stop_all([child])


def ask(azure: Azure, *calls: dict[str, str]) -> list[dict[str, Any]]:
    """What a fresh worker of the functions answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.azure_worker"],
        cwd=ROOT,
        env=azure.functions,
        input="".join(json.dumps(call) + "\n" for call in calls),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_the_functions_reach_every_part_on_the_templates_settings(azure: Azure) -> None:
    [health] = ask(azure, {"function": "health"})
    assert health["status"] == 200, health["body"]
    assert set(azure.functions_identity.resources) == {"https://storage.azure.com/", "https://vault.azure.net"}


def test_one_message_passes(azure: Azure, relay: dict[str, Any]) -> None:
    message = (
        f"From: {SENDER}\r\nTo: {COLLEAGUE}\r\nSubject: on Azure\r\nMessage-ID: <a@aozora.example>\r\n\r\nhello\r\n"
    )
    with smtplib.SMTP("127.0.0.1", relay["port"], timeout=60) as client:
        client.starttls(context=client_context())
        client.sendmail(SENDER, [COLLEAGUE], message)
    names = list_spool(azure)
    assert len(names) == 1
    answers = ask(azure, *({"function": "evaluate", "blob": name} for name in [*names, *names]))
    assert answers == [{}, {}], answers
    (arrived,) = azure.hop.wait_for(1, person=COLLEAGUE)
    assert arrived.raw.endswith(message.encode())
    assert set(azure.relay_identity.resources) == {"https://storage.azure.com/"}


def test_the_relay_takes_the_egress_key_from_the_vault(azure: Azure) -> None:
    """Not in the templates: what an operator adds where outbound port 25 is closed."""
    [added] = azure.vault.values("matta-key-egress")
    environment = azure.relay | {
        "MATTA_RELAY_EGRESS_PORT": "0",
        "MATTA_KEY_VAULT_URL": azure.vault.url,
        "MATTA_IDENTITY_CLIENT_ID": RELAY_ID,
        "MATTA_NEXT_HOP_NETWORKS": "127.0.0.0/8",
    }
    given, azure.vault.token = azure.vault.token, lambda: azure.relay_identity.tokens[-1]
    log = azure.directory / "egress.log"
    child = Child("egress", [sys.executable, "-m", "smtp_relay"], log=log, environment=environment, directory=ROOT)
    try:
        assert wait_for(lambda: '"ready"' in log.read_text() or child.exit_code() is not None, 90)
        ready = next(json.loads(line) for line in log.read_text().splitlines() if '"ready"' in line)
        key = SigningKey("the functions' name for it", base64.b64decode(added))
        token = egress_token(key, "127.0.0.1", azure.hop.port, int(time.time()), secrets.token_bytes(NONCE_BYTES))
        with (
            socket.create_connection(("127.0.0.1", ready["egress_port"]), timeout=60) as plain,
            client_context().wrap_socket(plain, server_hostname="127.0.0.1") as tunnel,
        ):
            place = f"127.0.0.1:{azure.hop.port}"
            tunnel.sendall(
                f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nProxy-Authorization: Matta {token}\r\n\r\n".encode()
            )
            answer = tunnel.recv(4096)
        assert b"HTTP/1.1" in answer
        assert b"407" not in answer, answer
    finally:
        azure.vault.token = given
        stop_all([child])
    assert "https://vault.azure.net" in azure.relay_identity.resources
    assert not [path for path in azure.vault.asked[-2:] if "matta-key-egress" not in path]


def list_spool(azure: Azure) -> list[str]:
    """Blobs of messages, looked up with the key that only the stand-in has."""
    from azure.storage.blob import ContainerClient

    trusted = str(azure.directory / "ca.pem")
    client = ContainerClient.from_connection_string(azure.storage.connection_string, "spool", connection_verify=trusted)
    with client:
        end = time.monotonic() + 60
        while not (names := [blob.name for blob in client.list_blobs()]) and time.monotonic() < end:
            time.sleep(0.1)
    return names


@pytest.mark.parametrize(
    ("missing", "named"),
    [("MattaStorage__blobServiceUri", "MattaStorage"), ("MATTA_RELAY_CERT", "MATTA_RELAY_CLIENT_CA")],
)
def test_a_template_that_forgets_something_stops_the_relay(azure: Azure, missing: str, named: str) -> None:
    """Else the tests above would prove little."""
    environment = {name: value for name, value in azure.relay.items() if name != missing}
    done = subprocess.run(
        [sys.executable, "-m", "smtp_relay"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert named in done.stderr
