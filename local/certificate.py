"""A self-signed certificate for the local relay and the Teams stand-in, so that clients can try TLS.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from local.private_files import write_private

_DAYS = 3650


def ensure_certificate(path: Path) -> None:
    """Make a PEM file with certificate and private key for this machine's names, if it is missing."""
    if path.exists():
        return
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "matta.localhost")])
    names = [x509.DNSName("matta.localhost"), x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(path, pem)


def ensure_trust(certificate: Path, path: Path) -> None:
    """Make a PEM file of the public authorities and this certificate, for a process that is to trust both."""
    import certifi

    own = certificate.read_text("ascii").partition("-----BEGIN PRIVATE KEY-----")[0]
    path.write_text(Path(certifi.where()).read_text("utf-8") + "\n" + own, "utf-8")
