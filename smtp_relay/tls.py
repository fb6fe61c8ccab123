"""The relay's TLS: its certificate, and which client certificates may be shown. Stage receive."""

from __future__ import annotations

import _ssl
import hashlib
import os
import re
import ssl
from pathlib import Path
from weakref import WeakKeyDictionary

from shared.settings import MisconfiguredProcess

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_BLOCK = re.compile(r"-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END (?:X509 )?CERTIFICATE-----")
_MOST_REMEMBERED = 1000
"""Certificates whose public names are remembered."""
_server_names: WeakKeyDictionary[ssl.SSLObject, str] = WeakKeyDictionary()


def server_context(cert: str, key: str, client_ca: str, *, public_clients: bool = False) -> ssl.SSLContext:
    """The context for STARTTLS from PEM files. Raises ``MisconfiguredProcess``.

    ``client_ca`` holds the clients' certificates themselves (self-signed or not) or their issuers: Python's TLS refuses
    in the handshake any client certificate that leads to none of these, so there is no way to look at a fingerprint
    alone. ``VERIFY_X509_PARTIAL_CHAIN`` lets a certificate that is no root stand for itself. A client without one is
    let through; which tenant a certificate stands for is decided by its fingerprint and never by its issuer.
    ``public_clients`` lets in certificates from the system's authorities, too; ``public_names`` tells them apart.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key or None)
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredProcess(f"MATTA_RELAY_CERT and MATTA_RELAY_KEY cannot be used: {error}") from error
    context.sni_callback = _note_server_name
    if public_clients:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
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

    def __init__(self, cert: str, key: str, client_ca: str, *, public_clients: bool = False) -> None:
        """Raises ``MisconfiguredProcess``."""
        self._files = (cert, key, client_ca)
        self._public_clients = public_clients
        self._seen = self._state()
        self._load()

    def public_names(self, tls: ssl.SSLObject) -> frozenset[str]:
        """The host names in a client's certificate that a public authority vouches for.

        A certificate that leads to one of ``client_ca`` has none: that file holds customers' authorities, who could write
        any name.
        """
        if not self._public_clients:
            return frozenset()
        shown = tls.getpeercert(binary_form=True)
        if not shown:
            return frozenset()
        # A session that is resumed has the certificate, and no longer the chain that it was verified by.
        known = self._public.pop(shown, None)
        if known is None:
            known = self._names(tls)
        self._public[shown] = known
        while len(self._public) > _MOST_REMEMBERED:
            del self._public[next(iter(self._public))]
        return known

    def _names(self, tls: ssl.SSLObject) -> frozenset[str]:
        # Public from Python 3.13 on as SSLObject.get_verified_chain; the private object has had it since 3.10.
        chain = tls._sslobj.get_verified_chain()  # type: ignore[attr-defined]  # see above
        if not chain or fingerprint(chain[-1].public_bytes(_ssl.ENCODING_DER)) in self._own_anchors:
            return frozenset()
        names = (tls.getpeercert() or {}).get("subjectAltName", ())
        return frozenset(str(entry[1]).lower().removeprefix("*.") for entry in names if entry[0] == "DNS")

    def refresh(self) -> bool:
        """Look at the files; returns whether there is a new context.

        Raises ``MisconfiguredProcess`` once for each change that cannot be used; the context before it stays.
        """
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        self._load()
        return True

    def _load(self) -> None:
        self.context = server_context(*self._files, public_clients=self._public_clients)
        self._public: dict[bytes, frozenset[str]] = {}
        own = self._files[2] if self._public_clients else ""
        self._own_anchors = _fingerprints(own) if own else frozenset()

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


def server_name(tls: ssl.SSLObject) -> str:
    """The host name that a client said it connects to (SNI, RFC 6066 section 3), lower case; empty where it said none."""
    return _server_names.get(tls, "")


def _note_server_name(tls: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext) -> None:
    if name and isinstance(tls, ssl.SSLObject):
        _server_names[tls] = name.lower()


def _fingerprints(pem_file: str) -> frozenset[str]:
    """Those of all certificates in a file that was loaded already. Raises ``MisconfiguredProcess``."""
    text = Path(pem_file).read_text("ascii", "replace")
    if "BEGIN TRUSTED CERTIFICATE" in text:  # OpenSSL's own form holds more than the certificate: no fingerprint fits
        raise MisconfiguredProcess("MATTA_RELAY_CLIENT_CA may not hold TRUSTED CERTIFICATE blocks")
    return frozenset(fingerprint(ssl.PEM_cert_to_DER_cert(f"{_BEGIN}{body}{_END}")) for body in _BLOCK.findall(text))
