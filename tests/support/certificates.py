"""Certificates for tests: an authority, a relay's certificate, and clients' own self-signed ones."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = trustme.CA()


@dataclass(frozen=True)
class CertificateFiles:
    """PEM files of one certificate with its key, and its SHA-256 fingerprint in hex."""

    cert: Path
    key: Path
    fingerprint: str


def issued(directory: Path, host: str) -> CertificateFiles:
    """A certificate for a host from ``AUTHORITY``."""
    made = AUTHORITY.issue_cert(host)
    chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
    return _files(directory, host, chain, made.private_key_pem.bytes())


def self_signed(directory: Path, name: str, *, days: int = 30) -> CertificateFiles:
    """A client's own certificate, as devices and on-premises servers make them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _files(directory, name, certificate.public_bytes(serialization.Encoding.PEM), private)


def client_context(shown: CertificateFiles | None = None) -> ssl.SSLContext:
    """A client that trusts ``AUTHORITY`` and shows a certificate if it has one."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    if shown is not None:
        context.load_cert_chain(shown.cert, shown.key)
    return context


def _files(directory: Path, name: str, certificate: bytes, key: bytes) -> CertificateFiles:
    cert_file, key_file = directory / f"{name}.pem", directory / f"{name}.key.pem"
    cert_file.write_bytes(certificate)
    key_file.write_bytes(key)
    first = x509.load_pem_x509_certificates(certificate)[0]
    digest = hashlib.sha256(first.public_bytes(serialization.Encoding.DER)).hexdigest()
    return CertificateFiles(cert_file, key_file, digest)
