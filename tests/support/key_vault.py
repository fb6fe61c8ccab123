"""A stand-in for Key Vault: its REST interface for secrets over TLS, with versions, pages, roles, and bad days."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.support.certificates import CertificateFiles
from tests.support.web_server import Asked, Reply, web_server


@dataclass
class StoredVersion:
    """One version of a secret."""

    id: str
    value: str
    created: float
    enabled: bool = True
    not_before: float = 0.0
    expires: float = 0.0

    def attributes(self) -> dict[str, object]:
        """As the vault tells them."""
        told: dict[str, object] = {
            "enabled": self.enabled,
            "created": int(self.created),
            "updated": int(self.created),
            "recoveryLevel": "Recoverable",
        }
        return (
            told
            | ({"nbf": int(self.not_before)} if self.not_before else {})
            | ({"exp": int(self.expires)} if self.expires else {})
        )


@dataclass
class KeyVault:
    """``answer_instead`` may be set at any time; ``asked`` are paths in order."""

    url: str = ""
    now: Callable[[], float] = time.time
    page_size: int = 25
    token: Callable[[], str] | None = None
    """The only token that it takes, if set."""
    answer_instead: Reply | None = None
    next_link: str = ""
    """In place of the true one."""
    asked: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    _secrets: dict[str, list[StoredVersion]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, name: str, value: str, **attributes: float | bool) -> StoredVersion:
        """``az keyvault secret set``: a new version."""
        made = StoredVersion(secrets.token_hex(16), value, self.now(), **attributes)  # type: ignore[arg-type]  # by name
        with self._lock:
            self._secrets.setdefault(name.lower(), []).append(made)
        return made

    def values(self, name: str) -> list[str]:
        """The values of all versions, in the order in which they came."""
        with self._lock:
            return [version.value for version in self._secrets[name.lower()]]

    def delete(self, name: str) -> None:
        """``az keyvault secret delete``."""
        with self._lock:
            del self._secrets[name.lower()]

    def answer(self, asked: Asked) -> Reply:
        """What the vault says."""
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self._lock:
            self.asked.append(asked.path)
            self.authorizations.append(asked.headers.get("authorization", ""))
            if self.answer_instead is not None:
                return self.answer_instead
            if self.token is not None and asked.headers.get("authorization") != f"Bearer {self.token()}":
                return Reply(
                    401, _error("Unauthorized"), {"WWW-Authenticate": 'Bearer resource="https://vault.azure.net"'}
                )
            if asked.method != "GET" or query.get("api-version") != "7.4":
                return Reply(400, _error("BadParameter"))
            match parts.path.split("/"):
                case ["", "secrets", name, "versions"]:
                    return self._list(name, query)
                case ["", "secrets", name, version]:
                    return self._get(name, version)
        return Reply(404, _error("NotFound"))

    def _list(self, name: str, query: dict[str, str]) -> Reply:
        size = min(int(query.get("maxresults", "25")), self.page_size)
        start = int(query.get("$skiptoken", "0"))
        # The real one sorts by nothing that is promised; by id is as good as any.
        found = sorted(self._secrets.get(name.lower(), []), key=lambda version: version.id)
        items = [
            {"id": f"{self.url}/secrets/{name}/{version.id}", "attributes": version.attributes()}
            for version in found[start : start + size]
        ]
        link = None
        if start + size < len(found):
            link = self.next_link or (
                f"{self.url}/secrets/{name}/versions?api-version=7.4&$skiptoken={start + size}&maxresults={size}"
            )
        return Reply(200, json.dumps({"value": items, "nextLink": link}).encode())

    def _get(self, name: str, wanted: str) -> Reply:
        versions = self._secrets.get(name.lower(), [])
        found = next((version for version in reversed(versions) if wanted in ("", version.id)), None)
        if found is None:
            return Reply(404, _error("SecretNotFound"))
        if not found.enabled:
            return Reply(403, _error("Forbidden", "SecretDisabled"))
        identity = f"{self.url}/secrets/{name}/{found.id}"
        return Reply(200, json.dumps({"value": found.value, "id": identity, "attributes": found.attributes()}).encode())


def _error(code: str, inner: str = "") -> bytes:
    error: dict[str, object] = {"code": code, "message": "text that may quote what was asked"}
    return json.dumps({"error": error | ({"innererror": {"code": inner}} if inner else {})}).encode()


@contextmanager
def key_vault(certificate: CertificateFiles) -> Iterator[KeyVault]:
    """Serve until the block ends."""
    vault = KeyVault()
    with web_server(vault.answer, certificate) as server:
        vault.url = server.url
        yield vault
