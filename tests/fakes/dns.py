"""``FakeDns``: the ``Dns`` port in memory."""

from __future__ import annotations

import threading

from shared.ports_dns import DnsUnavailable, RecordKind
from tests.fakes.trouble import Trouble

MOST_HOPS = 8


class FakeDns:
    """Methods for ``trouble``: ``lookup``. ``asked`` are the lookups so far."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.asked: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._records: dict[tuple[str, str], tuple[str, ...]] = {}
        self._silent: set[str] = set()

    def put(self, name: str, kind: RecordKind, *values: str) -> None:
        """Publish records in place of those that were there; none at all takes them away."""
        with self._lock:
            self._records[_plain(name), kind] = values
            self._silent.discard(_plain(name))

    def fail(self, name: str) -> None:
        """Every lookup of that name raises ``DnsUnavailable`` from now on, until something is put there."""
        with self._lock:
            self._silent.add(_plain(name))

    def lookup(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """See the port."""
        with self.trouble.around("lookup"), self._lock:
            self.asked.append((name, kind))
            asked = _plain(name)
            for _ in range(MOST_HOPS + 1):
                if asked in self._silent:
                    raise DnsUnavailable(f"{asked} fails")
                found = self._records.get((asked, kind), ())
                alias = self._records.get((asked, "CNAME"), ())
                if found or kind == "CNAME" or not alias:
                    return _sorted(found, kind)
                asked = _plain(alias[0])
            raise DnsUnavailable("too many CNAMEs")


def _plain(name: str) -> str:
    plain = name.lower().rstrip(".")
    return plain if plain.isascii() else plain.encode("idna").decode("ascii")


def _sorted(values: tuple[str, ...], kind: str) -> tuple[str, ...]:
    if kind == "MX":
        return tuple(sorted(values, key=lambda value: (int(value.split()[0]), value.split()[1])))
    return tuple(sorted(values))
