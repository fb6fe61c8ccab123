"""A DNS server on this machine for tests: answers over UDP and TCP from records that the test puts there."""

from __future__ import annotations

import socketserver
import struct
import threading
from types import TracebackType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

PLAIN_UDP = 512


class DnsServer:
    """Use it in a ``with`` block. ``address`` is what ``MATTA_DNS_SERVERS`` takes.

    A name with records exists, and so do the names above it; every other one is answered with NXDOMAIN. As a resolver
    does, it puts the whole chain of CNAMEs into an answer. ``asked`` are the questions so far: name, kind, transport.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self._lock = threading.Lock()
        self._records: dict[tuple[dns.name.Name, str], tuple[str, ...]] = {}
        self._failing: dict[dns.name.Name, str] = {}
        self.ttl = 60
        self.whole_chain = True
        """Whether an answer goes on behind a CNAME."""

    def __enter__(self) -> DnsServer:
        self._udp, self._tcp = _pair()
        port = self._udp.server_address[1]
        self._udp.dns = self._tcp.dns = self
        self.address = f"127.0.0.1:{port}"
        self._threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            for server in (self._udp, self._tcp)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def put(self, name: str, kind: str, *values: str) -> None:
        """Publish records in place of those that were there; none at all takes them away.

        Values as in the ``Dns`` port; a TXT is cut into strings of 255 bytes.
        """
        with self._lock:
            self._records[_name(name), kind] = values
            self._failing.pop(_name(name), None)

    def fail(self, name: str, how: str = "servfail") -> None:
        """``servfail``, ``refused``, ``silent`` or ``garbage`` for that name from now on, until something is put there."""
        with self._lock:
            self._failing[_name(name)] = how

    def answer(self, wire: bytes, transport: str) -> bytes:
        """The answer to a query; empty: none."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            self.asked.append((question.name.to_text(omit_final_dot=True).lower(), kind, transport))
            how = self._failing.get(question.name)
            response = dns.message.make_response(query)
            response.flags |= dns.flags.RA
            if how is None:
                how = self._fill(response, question.name, kind)
        if how == "silent":
            return b""
        if how == "garbage":
            return wire[:2] + b"\xff" * 9
        if how:
            response.set_rcode(dns.rcode.from_text(how.upper()))
        full = response.to_wire(max_size=65535)
        if transport == "udp" and len(full) > max(PLAIN_UDP, query.payload):
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            return short.to_wire()
        return full

    def _fill(self, response: dns.message.Message, name: dns.name.Name, kind: str) -> str:
        for _ in range(40):
            values = self._records.get((name, kind), ())
            alias = self._records.get((name, "CNAME"), ())
            if values:
                response.answer.append(self._rrset(name, kind, values))
                return ""
            if not alias:
                break
            response.answer.append(self._rrset(name, "CNAME", alias))
            name = _name(alias[0])
            if not self.whole_chain:
                return ""
        exists = any(known.is_subdomain(name) for (known, _), values in self._records.items() if values)
        return "" if exists else "nxdomain"

    def _rrset(self, name: dns.name.Name, kind: str, values: tuple[str, ...]) -> dns.rrset.RRset:
        return dns.rrset.from_text_list(
            name, self.ttl, dns.rdataclass.IN, kind, [_presentation(kind, value) for value in values]
        )


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    dns: DnsServer


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    dns: DnsServer


def _pair() -> tuple[_Udp, _Tcp]:
    """Both on one port: a port that is free for UDP may be taken for TCP."""
    for _ in range(50):
        udp = _Udp(("127.0.0.1", 0), _UdpHandler)
        try:
            return udp, _Tcp(("127.0.0.1", udp.server_address[1]), _TcpHandler)
        except OSError:
            udp.server_close()
    raise OSError("no port is free for both UDP and TCP")


class _UdpHandler(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        wire, socket = self.request
        answer = self.server.dns.answer(wire, "udp")
        if answer:
            socket.sendto(answer, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        while len(head := self.rfile.read(2)) == 2:
            answer = self.server.dns.answer(self.rfile.read(struct.unpack("!H", head)[0]), "tcp")
            if not answer:
                return
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


def _presentation(kind: str, value: str) -> str:
    """A value as a zone file writes it."""
    if kind == "TXT":
        raw = value.encode("latin-1")
        strings = [raw[start : start + 255] for start in range(0, len(raw), 255)] or [b""]
        return " ".join('"' + "".join(f"\\{byte:03d}" for byte in string) + '"' for string in strings)
    if kind in ("MX", "CNAME"):
        return value if value.endswith(".") else f"{value}."
    return value
