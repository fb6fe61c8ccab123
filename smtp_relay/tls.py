"""The relay's TLS: its certificate, and which client certificates may be shown. Stage receive."""

from __future__ import annotations

import hashlib
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


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER form, hex in lower case."""
    return hashlib.sha256(certificate).hexdigest()
