"""Keys and passwords in a Key Vault: the ``Secrets`` port on Azure. docs/adr/0081.

The keys of a purpose are the versions of one secret, ``matta-key-{purpose}``, base64 of random bytes. All that are enabled
and not expired verify and open. The newest of those that every worker must have read by now signs and seals: a version
counts for signing when it is older than ``ACTIVATION`` times the time that values are kept. So a key rotates by adding a
version, and nothing ever bears a mark that some worker does not know yet. Named secrets are ``matta-secret-{name}``, their
newest version. Values are in this process' memory only, and in no log.
"""

from __future__ import annotations

import base64
import binascii
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.adapters.identity_tokens import identity_tokens
from shared.adapters.secrets_vault_kept import Kept
from shared.adapters.secrets_vault_names import key_name, secret_name
from shared.adapters.secrets_vault_rest import VaultAway, VaultRest, Version, vault_resource
from shared.core.message.keys import SHORTEST_KEY, SigningKey
from shared.errors import NotFound
from shared.settings import ProcessSettings

ACTIVATION = 3
"""A key signs after so many times the time that values are kept: no value in use is older than two of them, and the third
is for requests on their way and for clocks that differ."""
_MOST_KEYS = 100
"""Versions that verify, the newest ones."""
_MOST_NAMES = 10_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Key:
    version: Version
    key: SigningKey


class VaultSecrets:
    """``Secrets`` on a Key Vault. Safe to use from several threads."""

    def __init__(
        self,
        process: ProcessSettings,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is asked before the first use. Raises ``MisconfiguredProcess`` where the address is not a vault's."""
        resource = vault_resource(process.key_vault_url)
        self._rest = VaultRest(process.key_vault_url, identity_tokens(resource, process.identity_client_id))
        self._fresh_seconds = process.secrets_cache_seconds
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._purposes: dict[str, Kept[tuple[_Key, ...]]] = {}
        self._names: dict[str, Kept[str]] = {}

    def signing_keys(self, purpose: str) -> tuple[SigningKey, ...]:
        """See the port. Raises ``NotFound``, ``TemporaryError``."""
        name = key_name(purpose)
        if not name:
            raise NotFound(f"there is no signing key for {purpose!r}")
        with self._lock:
            kept = self._purposes.get(purpose)
            if kept is None:
                reader = _KeyReader(self._rest, name, self._now)
                kept = self._purposes[purpose] = Kept(name, reader.read, self._fresh_seconds, self._monotonic)
        return self._in_order(kept.value(), purpose)

    def secret(self, name: str) -> str:
        """See the port. Raises ``NotFound``, ``TemporaryError``."""
        vault_name = secret_name(name)
        with self._lock:
            kept = self._names.get(name)
            if kept is None:
                if len(self._names) >= _MOST_NAMES:
                    self._names.clear()
                read = lambda: self._rest.value(vault_name)  # noqa: E731  # said where it is used
                kept = self._names[name] = Kept(vault_name, read, self._fresh_seconds, self._monotonic)
        try:
            return kept.value()
        except NotFound:
            raise NotFound(f"there is no secret named {name!r}") from None

    def _in_order(self, keys: tuple[_Key, ...], purpose: str) -> tuple[SigningKey, ...]:
        """All keys that count now, newest first, but for the one that signs, which comes before all."""
        now = self._now()
        alive = [key for key in keys if not key.version.expires or now < key.version.expires]
        if not alive:
            raise NotFound(f"there is no signing key for {purpose!r}")
        known = now - ACTIVATION * self._fresh_seconds
        # A version with a time of its own from which it counts is known to all by then, or waits for that as well.
        signing = next(
            (key for key in alive if key.version.created <= known and key.version.not_before <= now), alive[-1]
        )
        return (signing.key, *(key.key for key in alive if key is not signing))


class _KeyReader:
    """Reads the versions of one secret; a version never changes its value, so each is fetched once."""

    def __init__(self, rest: VaultRest, name: str, now: Callable[[], float]) -> None:
        self._rest = rest
        self._name = name
        self._now = now
        self._fetched: dict[str, SigningKey | None] = {}

    def read(self) -> tuple[_Key, ...]:
        """The versions that are enabled and not expired, newest first; one thread at a time. Raises ``NotFound``, ``VaultAway``."""
        now = self._now()
        found = [
            version
            for version in self._rest.versions(self._name)
            if version.enabled and (not version.expires or now < version.expires)
        ]
        found.sort(key=lambda version: (version.created, version.id), reverse=True)
        del found[_MOST_KEYS:]
        fetched: dict[str, SigningKey | None] = {}
        for version in found:
            try:
                known = version.id in self._fetched
                fetched[version.id] = self._fetched[version.id] if known else self._fetch(version.id)
            except NotFound:
                continue  # disabled since the list was made
        self._fetched = fetched
        keys = tuple(_Key(version, key) for version in found if (key := fetched.get(version.id)) is not None)
        if fetched and not keys:
            raise VaultAway(f"no version of {self._name} is a key: base64 of {SHORTEST_KEY} bytes or more is wanted")
        if not keys:
            raise NotFound(f"no version of {self._name} is enabled")
        return keys

    def _fetch(self, version: str) -> SigningKey | None:
        """A version's key; ``None`` where it is none. Raises ``NotFound``, ``VaultAway``."""
        text = self._rest.value(self._name, version)
        try:
            secret = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) < SHORTEST_KEY:
            _log.warning(
                "version %s of %s is no key: base64 of %d bytes or more is wanted", version, self._name, SHORTEST_KEY
            )
            return None
        return SigningKey(version, secret)
