"""What a mail server of another maker needs to know in a test: where it delivers, with which TLS and which password.

The servers are ``mail_server_postfix.py`` and ``mail_server_exim.py``: Debian's own programs, with configuration, queue
and ports of their own below a test's folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.certificates import AUTHORITY, CertificateFiles


@dataclass(frozen=True)
class Upstream:
    """Where a server sends all of its mail.

    ``name`` is what its certificate must be for; empty: TLS is not asked for. ``user`` and ``password``: for AUTH.
    """

    port: int
    name: str = ""
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Submission:
    """What a server asks of its clients: TLS by this certificate (required or not), AUTH by this user, limits."""

    certificate: CertificateFiles | None = None
    tls_required: bool = False
    user: str = ""
    password: str = ""
    size_limit: int = 0


def authority_file(directory: Path) -> Path:
    """The certificate of the tests' authority, as a file."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    path.chmod(0o644)
    return path


def open_way(directory: Path, owner: int) -> None:
    """Let daemons that give up root reach a folder: through every folder above it that is this process's own."""
    for path in (directory, *directory.parents):
        if path.stat().st_uid == owner and not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
