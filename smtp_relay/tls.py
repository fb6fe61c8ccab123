"""The relay's TLS: its certificate, and which client certificates may be shown. Stage receive."""

from __future__ import annotations

import hashlib
import os
import ssl

from shared.settings import MisconfiguredProcess


def server_context(cert: str, key: str, client_ca: str) -> ssl.SSLContext:
    """The context for STARTTLS from PEM files. Raises ``MisconfiguredProcess``.

    ``client_ca`` holds the clients' certificates themselves (self-signed or not) or their issuers: Python's TLS refuses
    in the handshake any client certificate that leads to none of these, so there is no way to look at a fingerprint
    alone. ``VERIFY_X509_PARTIAL_CHAIN`` lets a certificate that is no root stand for itself. A client without one is
    let through; which tenant a certificate stands for is decided by its fingerprint and never by its issuer.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key or None)
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredProcess(f"MATTA_RELAY_CERT and MATTA_RELAY_KEY cannot be used: {error}") from error
    if client_ca:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ssl.SSLError) as error:
            raise MisconfiguredProcess(f"MATTA_RELAY_CLIENT_CA cannot be used: {error}") from error
    return context


class TlsFiles:
    """The context made from files, and made again when they change: a renewed certificate needs no restart."""

    def __init__(self, cert: str, key: str, client_ca: str) -> None:
        """Raises ``MisconfiguredProcess``."""
        self._files = (cert, key, client_ca)
        self._seen = self._state()
        self.context = server_context(cert, key, client_ca)

    def refresh(self) -> bool:
        """Look at the files; returns whether there is a new context.

        Raises ``MisconfiguredProcess`` once for each change that cannot be used; the context before it stays.
        """
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        self.context = server_context(*self._files)
        return True

    def _state(self) -> tuple[tuple[int, int, int], ...]:
        states = []
        for name in filter(None, self._files):
            try:
                found = os.stat(name)
            except OSError:
                states.append((0, 0, 0))
            else:
                states.append((found.st_ino, found.st_mtime_ns, found.st_size))
        return tuple(states)


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER form, hex in lower case."""
    return hashlib.sha256(certificate).hexdigest()
