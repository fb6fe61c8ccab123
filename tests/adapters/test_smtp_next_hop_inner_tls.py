"""TLS on top of any wire: large amounts both ways, and every way in which the other side may fail."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import trustme

from shared.adapters.smtp_next_hop_inner_tls import InnerTls

AUTHORITY = trustme.CA()


def client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    AUTHORITY.configure_trust(context)
    return context


@contextmanager
def other_side(does: Callable[[socket.socket], object]) -> Iterator[socket.socket]:
    """Our end of a pair of sockets; ``does`` gets the other one in a thread."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=does, args=(theirs,))
    thread.start()
    with ours, theirs:
        yield ours
        ours.close()
        thread.join(60)


def tls_server(wire: socket.socket, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    AUTHORITY.issue_cert("hop.example").configure_cert(context)
    return context.wrap_socket(wire, server_side=True)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda one: one.name)
def test_large_amounts_go_both_ways(version: ssl.TLSVersion) -> None:
    sent = os.urandom(3_000_000)

    def echo(wire: socket.socket) -> None:
        with tls_server(wire, version) as server:
            got = b""
            while len(got) < len(sent):
                got += server.recv(65536)
            server.sendall(got)

    with other_side(echo) as wire:
        inner = InnerTls(wire, client_context(), "hop.example", seconds=60)
        assert inner.version() == version.name.replace("TLSv1_", "TLSv1.")
        inner.sendall(sent)
        got = b""
        while len(got) < len(sent):
            block = inner.recv(50_000)
            assert block
            got += block
        assert got == sent


def test_a_name_that_does_not_hold_ends_the_handshake() -> None:
    def serve(wire: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):  # it gets the alert
            tls_server(wire)

    with other_side(serve) as wire, pytest.raises(ssl.SSLCertVerificationError):
        InnerTls(wire, client_context(), "other.example")


@pytest.mark.parametrize(
    "does",
    [
        pytest.param(lambda wire: wire.sendall(b"220 no TLS here\r\n"), id="speaks in the clear"),
        pytest.param(lambda wire: wire.close(), id="hangs up"),
        pytest.param(lambda wire: (wire.recv(5), wire.close()), id="hangs up within the handshake"),
    ],
)
def test_a_handshake_that_fails_is_an_error_of_the_wire(does: Callable[[socket.socket], object]) -> None:
    with other_side(does) as wire, pytest.raises(OSError):  # which one depends on who was faster
        InnerTls(wire, client_context(), "hop.example", seconds=60)


def test_silence_ends_in_a_time_out() -> None:
    with other_side(lambda wire: None) as wire:
        begin = time.monotonic()
        with pytest.raises(TimeoutError):
            InnerTls(wire, client_context(), "hop.example", seconds=0.1)
        assert time.monotonic() - begin < 30


def test_the_end_is_the_end_and_a_cut_is_an_error() -> None:
    cut = threading.Event()

    def serve(wire: socket.socket) -> None:
        server = tls_server(wire)
        server.sendall(b"221 bye\r\n")
        if cut.is_set():
            wire.close()
            server.close()
        else:
            with contextlib.suppress(OSError):  # our end says nothing to it
                server.unwrap()

    with other_side(serve) as wire:
        inner = InnerTls(wire, client_context(), "hop.example", seconds=60)
        assert inner.recv(100) == b"221 bye\r\n"
        assert inner.recv(100) == b""
        inner.close()
    cut.set()
    with other_side(serve) as wire:
        inner = InnerTls(wire, client_context(), "hop.example", seconds=60)
        assert inner.recv(100) == b"221 bye\r\n"
        with pytest.raises(ssl.SSLError):
            inner.recv(100)
