"""TLS contexts for next hops: whom to trust, and which certificate to show. Part of stage 4b (deliver).

A context is made once for each content of CA certificates and client certificate, so a secret that was rotated gets a
new one by itself; reading the system's certificates takes longer than a handshake. The number kept is bounded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import ssl
import tempfile
from collections.abc import Iterator

from shared.adapters.smtp_next_hop_connection import ConnectionFailed
from shared.adapters.smtp_next_hop_recent import Recent

MOST_CONTEXTS = 64


class TlsContexts:
    """The contexts of a process. Safe to use from several threads."""

    def __init__(self, trust: str = "") -> None:
        """``trust`` names a file of CA certificates in place of the system's."""
        self._trust = trust
        self._recent: Recent[tuple[bool, bytes, bytes], ssl.SSLContext] = Recent(MOST_CONTEXTS)

    def context(self, *, verified: bool, ca: str = "", certificate: str = "") -> ssl.SSLContext:
        """The context for that. ``ca`` (PEM) counts in place of all other CAs, and only where ``verified``.

        Raises ``ConnectionFailed`` for CA certificates or a client certificate that cannot be used.
        """
        ca = ca if verified else ""
        key = (verified, _digest(ca), _digest(certificate))
        return self._recent.get(key, lambda: _new(verified, self._trust, ca, certificate))


def _new(verified: bool, trust: str, ca: str, certificate: str) -> ssl.SSLContext:
    if ca:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # One's own CA may be an intermediate one, or the server's certificate itself.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        try:
            context.load_verify_locations(cadata=ca)
        except (ssl.SSLError, ValueError) as error:
            raise ConnectionFailed("the CA certificates of the server's settings cannot be read", "4.7.5") from error
    else:
        context = ssl.create_default_context(cafile=trust or None)
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        try:
            with _as_file(certificate.encode()) as path:
                # Without a password here OpenSSL would ask for an encrypted key's on the terminal.
                context.load_cert_chain(path, password="")
        except (OSError, ValueError) as error:
            raise ConnectionFailed("the client certificate and its key cannot be used", "4.7.5") from error
    return context


@contextlib.contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """The content under a name, since ``ssl`` reads keys from files only: in memory where the system can, else in a file
    of this user alone that is gone afterwards.
    """
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    descriptor, path = tempfile.mkstemp()
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
