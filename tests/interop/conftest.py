"""Fixtures of the tests with other makers' servers and clients."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from local.interop.findings import Finding
from shared.ports_relay import IngressRule, IngressUser
from smtp_relay.passwords import hash_password
from smtp_relay.tls import TlsFiles
from tests.fakes.clock import FakeClock
from tests.fakes.spool import FakeSpool
from tests.support.certificates import AUTHORITY
from tests.support.relay import HOST

USER, PASSWORD = "mailer@byauth", "correct-horse"
RULE = IngressRule("byauth", users=(IngressUser(USER, hash_password(PASSWORD)),))
"""Mail is taken from whoever says the password, and from nobody for an address."""


Note = Callable[[Finding], None]


@pytest.fixture
def note() -> Note:
    """Write down what was found, where `./dev interop` asks for it (``MATTA_INTEROP_FINDINGS`` names a file)."""

    def write(finding: Finding) -> None:
        path = os.environ.get("MATTA_INTEROP_FINDINGS")
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(finding)) + "\n")

    return write


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder that servers reach after they gave up root, which pytest's own is closed to whenever a run begins."""
    with tempfile.TemporaryDirectory(prefix="matta-interop-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def spool() -> FakeSpool:
    """An empty spool in memory."""
    return FakeSpool(FakeClock())


@pytest.fixture(scope="session")
def relay_tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    """A certificate of the tests' authority for the relay's name and for ``localhost``."""
    directory = tmp_path_factory.mktemp("relay-tls")
    path = directory / "relay.pem"
    path.write_bytes(AUTHORITY.issue_cert(HOST, "localhost").private_key_and_cert_chain_pem.bytes())
    return TlsFiles(str(path), str(path), "")


@pytest.fixture(params=["postfix", "exim"])
def maker(request: pytest.FixtureRequest) -> str:
    """Whose server it is."""
    return str(request.param)
