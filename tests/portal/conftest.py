"""Fixtures of the portal's browser tests: one running instance with some weeks of traffic, and one browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from local.commands.seed import seed_traffic
from shared.settings import read_process_settings
from tests.support.browser import launched
from tests.support.dns_server import DnsServer
from tests.support.running import Running

MESSAGES = 40
SPF_INCLUDE = "spf.matta.example"


@pytest.fixture(scope="package")
def dns() -> Iterator[DnsServer]:
    """What the instance asks about domains; its answers are forgotten at once."""
    with DnsServer() as server:
        server.ttl = 0
        yield server


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory, dns: DnsServer) -> Iterator[Running]:
    """An instance for each test process, until this room's tests are over."""
    environment = {"MATTA_DNS_SERVERS": dns.address, "MATTA_SPF_INCLUDE": SPF_INCLUDE}
    with Running(tmp_path_factory.mktemp("portal"), environment) as instance:
        seed_traffic(read_process_settings(instance.instance.environment), MESSAGES, 20, 1)
        yield instance


@pytest.fixture(scope="module")
def browser(running: Running) -> Iterator[Browser]:
    """A browser for each file. While it is open an event loop runs in this thread, which tests of other files must not
    find there; so it comes after the instance and goes with the file.
    """
    with launched() as found:
        yield found


@pytest.fixture(scope="package")
def origin(running: Running) -> str:
    """The portal's address."""
    return f"http://127.0.0.1:{running.instance.ports.portal}"
