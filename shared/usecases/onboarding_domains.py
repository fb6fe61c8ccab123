"""Ask DNS about a tenant's domains: who owns them, whether its mail may leave from here, and what to publish (product.md W3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.message.domains import normal_domain
from shared.core.onboarding.dkim_records import ExpectedKey
from shared.core.onboarding.dns_check import RecordToSet, check_domain, records_to_set
from shared.core.onboarding.dns_name import Kind, bare_domain
from shared.core.onboarding.finding import Finding, FindingCode, StepState, finding
from shared.core.onboarding.ownership import check_ownership
from shared.core.onboarding.spf_check import Egress
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.signing.choose_key import newest_key
from shared.core.signing.keys import read_private_key
from shared.errors import MattaError, TemporaryError
from shared.ports_dns import DnsUnavailable

MOST_DOMAINS = 30
"""Of one check: further ones are said to be left out."""
LONGEST = timedelta(seconds=30)
"""For all questions of one check; one that has begun may take its own time."""
MOST_LOOKUPS = 600
MOST_HOPS = 5
_SECRET_BYTES = 20


class Questions:
    """Lookups of one check: each asked once, none after the check's time or number."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._until: datetime = app.clock.now() + LONGEST
        self._known: dict[tuple[str, Kind], tuple[str, ...] | TemporaryError] = {}

    def __call__(self, name: str, kind: Kind, /) -> tuple[str, ...]:
        """The records. Raises ``TemporaryError``."""
        if (name, kind) not in self._known:
            if len(self._known) >= MOST_LOOKUPS or self._app.clock.now() > self._until:
                raise DnsUnavailable("the check has asked enough")
            try:
                self._known[name, kind] = self._app.dns.lookup(name, kind)
            except TemporaryError as error:
                self._known[name, kind] = error
        answer = self._known[name, kind]
        if isinstance(answer, TemporaryError):
            raise answer
        return answer


def check_owners(app: App, settings: TenantSettings) -> list[Finding]:
    """Whether each domain has the tenant's word. Raises ``TemporaryError`` where the word cannot be read."""
    secret, ask = tenant_secret(app, settings.tenant_id), Questions(app)
    domains = _domains(settings)
    return [*(check_ownership(ask, domain, secret) for domain in domains[:MOST_DOMAINS]), *_left_out(domains)]


def check_dns(app: App, settings: TenantSettings) -> list[Finding]:
    """SPF, DKIM, DMARC and MX of each domain."""
    ask = Questions(app)
    egress, keys, domains = _egress(app, settings, ask), _keys(app, settings), _domains(settings)
    found = [one for domain in domains[:MOST_DOMAINS] for one in check_domain(ask, domain, egress, keys)]
    return [*found, *_left_out(domains)]


def wanted_records(app: App, settings: TenantSettings) -> tuple[RecordToSet, ...]:
    """What the tenant's DNS should have. Raises ``TemporaryError``."""
    ask = Questions(app)
    secret, egress, keys = tenant_secret(app, settings.tenant_id), _egress(app, settings, ask), _keys(app, settings)
    return tuple(
        record
        for domain in _domains(settings)[:MOST_DOMAINS]
        for record in records_to_set(ask, domain, secret, egress, keys)
    )


def tenant_secret(app: App, tenant_id: str) -> str:
    """What the words in DNS follow from; made with the first look."""
    return app.onboarding.secret(tenant_id, app.random.token(_SECRET_BYTES).hex())


def listed(text: str) -> tuple[str, ...]:
    """The parts of a setting with commas between."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _domains(settings: TenantSettings) -> list[str]:
    return list(dict.fromkeys(bare_domain(domain) for domain in settings.domains))


def _left_out(domains: Sequence[str]) -> list[Finding]:
    left = len(domains) - MOST_DOMAINS
    return [finding(FindingCode.NOT_ALL_CHECKED, StepState.WARNING, "", count=left)] if left > 0 else []


def _egress(app: App, settings: TenantSettings, ask: Questions) -> Egress:
    """By what the tenant's mail leaves. Where all of it goes back to Exchange Online, that is Exchange's alone."""
    if all(route.returns for route in settings.routes):
        return Egress()
    include, addresses = normal_domain(app.process.spf_include), listed(app.process.egress_addresses)
    if include or addresses:
        return Egress(include, addresses)
    hosts = dict.fromkeys(server.host for route in settings.routes if not route.returns for server in route.servers)
    return Egress(hops=tuple(address for host in list(hosts)[:MOST_HOPS] for address in _public(ask, host)))


def _public(ask: Questions, host: str) -> list[str]:
    """The public addresses of a host; none where it has none, or they cannot be asked for now."""
    found: list[str] = []
    kinds: tuple[Kind, ...] = ("A", "AAAA")
    for kind in kinds:
        with suppress(TemporaryError):
            found += ask(host, kind)[:4]
    with suppress(ValueError):
        found = [str(ipaddress.ip_address(host))]
    return [address for address in found if ipaddress.ip_address(address).is_global]


def _keys(app: App, settings: TenantSettings) -> list[ExpectedKey]:
    """The keys whose public half must be there: of each domain the one that signs, and those whose time is to come."""
    now = app.clock.now()
    keys = settings.signing.dkim
    expected: list[ExpectedKey] = []
    for key in keys:
        signs = key == newest_key((one for one in keys if one.domain == key.domain), now)
        if not signs and (key.active_from is None or key.active_from <= now):
            continue  # an older one, which signs no more
        record = ""
        try:
            record = read_private_key(app.secrets.secret(key.secret)).record()
        except MattaError as error:
            log.trouble("onboarding", None, error, domain=key.domain, selector=key.selector)
        expected.append(ExpectedKey(normal_domain(key.domain), key.selector, record, active=signs))
    return expected
