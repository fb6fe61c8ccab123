"""Questions to the domain name system: the ``Dns`` port by dnspython. Serves onboarding's checks and ARC (stage 4b).

Asks resolvers that do the walking (the system's, or those of ``MATTA_DNS_SERVERS``) over UDP, and over TCP where an
answer is too long for it; so an answer has at most 64 KiB. Nothing here validates DNSSEC: the resolvers may.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from shared.core.message.domains import normal_domain
from shared.ports_dns import DnsUnavailable, RecordKind
from shared.settings import MisconfiguredProcess

if TYPE_CHECKING:
    from dns.name import Name
    from dns.resolver import Answer, Resolver

LONGEST_SECONDS = 5.0
"""For one lookup, whatever it takes to answer it."""
SECONDS_FOR_A_SERVER = 2.0
MOST_HOPS = 8
"""CNAMEs that are followed."""
LONGEST_MEMORY = 300.0
SHORTEST_MEMORY = 5.0
"""Seconds for which "nothing" is remembered: an administrator who has just published a record looks again soon."""
SILENCE_MEMORY = 10.0
"""Seconds for which a name that nobody answered for in time is not asked for again: each such wait costs seconds of a
worker that judges mail. Failures that come at once are not remembered.
"""
MOST_REMEMBERED = 1000
LARGEST_REMEMBERED = 4096
"""Characters; a larger answer is asked for again each time, so the memory stays below 4 MiB."""
_PORT = 53


class _Silence(DnsUnavailable):
    """No answer within the time."""


class DnsResolver:
    """``Dns`` for a process. Safe to use from several threads. Remembers answers as long as they say, within bounds."""

    def __init__(
        self,
        servers: str = "",
        *,
        longest_seconds: float = LONGEST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``servers``: addresses with commas between, each with a port if it is not 53 (``127.0.0.1:5353``,
        ``[::1]:5353``); empty: those of the system. Raises ``MisconfiguredProcess``.
        """
        self._servers = tuple(_server(one.strip()) for one in servers.split(",") if one.strip())
        self._longest = longest_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], tuple[float, tuple[str, ...] | None]] = OrderedDict()
        """By name and kind: until when, and what; ``None``: silence."""

    def lookup(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """See the port."""
        key = (name.lower().rstrip("."), kind)
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] > self._monotonic():
            if known[1] is None:
                raise DnsUnavailable(f"{kind} of {name!r}: nobody answered a moment ago")
            return known[1]
        try:
            found, seconds = self._ask(name, kind)
        except _Silence:
            self._remember(key, None, SILENCE_MEMORY)
            raise
        self._remember(key, found, seconds)
        return found

    def _remember(self, key: tuple[str, str], found: tuple[str, ...] | None, seconds: float) -> None:
        if sum(map(len, found or ())) > LARGEST_REMEMBERED or len(key[0]) > LARGEST_REMEMBERED:
            return
        with self._lock:
            self._known[key] = (self._monotonic() + seconds, found)
            self._known.move_to_end(key)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)

    @cached_property
    def _resolver(self) -> Resolver:
        from dns.nameserver import Do53Nameserver
        from dns.resolver import Resolver

        resolver = Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [Do53Nameserver(address, port) for address, port in self._servers]
        resolver.timeout = min(SECONDS_FOR_A_SERVER, self._longest)
        return resolver

    def _ask(self, name: str, kind: RecordKind) -> tuple[tuple[str, ...], float]:
        """The records, and for how many seconds they may be remembered."""
        import dns.exception
        import dns.resolver

        end = self._monotonic() + self._longest
        asked = _name(name)
        if asked is None:
            return (), SHORTEST_MEMORY
        for _ in range(MOST_HOPS + 1):
            try:
                answer = self._resolver.resolve(
                    asked, kind, search=False, raise_on_no_answer=False, lifetime=max(end - self._monotonic(), 0.001)
                )
            except dns.resolver.NXDOMAIN:
                return (), SHORTEST_MEMORY
            except dns.exception.Timeout as error:
                raise _Silence(f"{kind} of {name!r}: {error}") from error
            except (dns.exception.DNSException, OSError) as error:
                # The text of dnspython's own errors tells each server's answer, and nothing of any mail.
                raise DnsUnavailable(f"{kind} of {name!r}: {type(error).__name__}: {error}") from error
            if answer.rrset is not None:
                return _texts(answer, kind), min(max(answer.rrset.ttl, 1), LONGEST_MEMORY)
            if answer.canonical_name == asked:
                return (), SHORTEST_MEMORY
            asked = answer.canonical_name  # a resolver that gives the CNAME and leaves it at that
        raise DnsUnavailable(f"{kind} of {name!r}: more than {MOST_HOPS} CNAMEs")


def _name(text: str) -> Name | None:
    import dns.exception
    import dns.name

    # Label by label: the whole name of a DKIM key in Unicode is no IDN, because of the underscore in "_domainkey".
    plain = ".".join(label if label.isascii() else normal_domain(label) for label in text.split("."))
    if not plain.isascii():
        return None
    try:
        name = dns.name.from_text(plain)
    except dns.exception.DNSException:
        return None
    return None if name == dns.name.root else name


def _texts(answer: Answer, kind: RecordKind) -> tuple[str, ...]:
    if kind == "TXT":
        return tuple(sorted(b"".join(record.strings).decode("latin-1") for record in answer))
    if kind == "MX":
        preferences = sorted((record.preference, _shown(record.exchange)) for record in answer)
        return tuple(f"{preference} {host}" for preference, host in preferences)
    if kind == "CNAME":
        return tuple(sorted(_shown(record.target) for record in answer))
    return tuple(sorted(record.address for record in answer))


def _shown(name: Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _server(text: str) -> tuple[str, int]:
    """Address and port. Raises ``MisconfiguredProcess``."""
    address, port = text, str(_PORT)
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest[1:] if rest.startswith(":") else ("" if rest else port)
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    try:
        number = int(port) if port.isdecimal() else 0
        if not 0 < number < 65536:
            raise ValueError(port)
        return str(ipaddress.ip_address(address)), number
    except ValueError as error:
        raise MisconfiguredProcess(f"MATTA_DNS_SERVERS names what is no address with a port: {text!r}") from error
