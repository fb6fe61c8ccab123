"""How tenants are recognised, read from their settings documents in Blob storage. Stage receive.

Container ``settings``, one blob ``{tenant}.json`` for each tenant. Only ``tenant_id``, ``domains``, ``ingress`` and ``suspended`` are
read, so that the relay needs none of the settings model and goes on when that grows. A document that cannot be read keeps the last
good rule of its tenant and takes nothing from the others.
"""

from __future__ import annotations

import logging
from xml.etree import ElementTree

import msgspec

from shared.adapters.storage_rest import BlobRest, account_from
from shared.core.message.identity import TENANT_ID
from shared.errors import StorageUnavailable
from shared.ports_relay import IngressRule, IngressUser

CONTAINER = "settings"
PAGE = "5000"
"""Documents listed by one request; also the most that storage allows."""
_log = logging.getLogger(__name__)


class _User(msgspec.Struct):
    name: str
    password_hash: str


class _Ingress(msgspec.Struct):
    peers: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    users: tuple[_User, ...] = ()
    exchange_tenant: str = ""
    hosts: tuple[str, ...] = ()


class _Document(msgspec.Struct):
    tenant_id: str
    domains: tuple[str, ...] = ()
    ingress: _Ingress = msgspec.field(default_factory=_Ingress)
    suspended: bool = False


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(_Document)


class BlobIngressSource:
    """``IngressSource`` on Blob storage: one listing each time, and only documents that changed are fetched."""

    def __init__(self, connection_string: str, *, timeout_seconds: float, container: str = CONTAINER) -> None:
        self._rest = BlobRest(account_from(connection_string), timeout_seconds=timeout_seconds, connections=4)
        self._container = container
        self._known: dict[str, tuple[str, IngressRule | None]] = {}

    async def rules(self) -> tuple[IngressRule, ...]:
        """See ``IngressSource``."""
        listed = await self._list()
        for gone in self._known.keys() - listed.keys():
            del self._known[gone]
        for name, etag in listed.items():
            known = self._known.get(name)
            if known is None or known[0] != etag:
                read = await self._read(name)
                self._known[name] = (etag, read if read is not None or known is None else known[1])
        return tuple(rule for _, (_, rule) in sorted(self._known.items()) if rule is not None)

    async def close(self) -> None:
        """Let the connections to storage go."""
        await self._rest.close()

    async def _list(self) -> dict[str, str]:
        """Names and versions of all documents."""
        found: dict[str, str] = {}
        marker = ""
        while True:
            # The delimiter leaves out the history and what groups and users have set, which lie in folders.
            query = {"restype": "container", "comp": "list", "delimiter": "/", "maxresults": PAGE} | (
                {"marker": marker} if marker else {}
            )
            answer = await self._rest.request("GET", self._container, query=query)
            if answer.status != 200:
                raise answer.unexpected("listing settings")
            try:
                tree = ElementTree.fromstring(answer.body.decode("utf-8-sig"))  # noqa: S314  # our own storage account's answer
            except (ElementTree.ParseError, UnicodeDecodeError) as error:
                raise StorageUnavailable(f"listing settings: {error}") from error
            for blob in tree.iter("Blob"):
                name = blob.findtext("Name") or ""
                if name.endswith(".json") and "/" not in name:
                    found[name] = blob.findtext("Properties/Etag") or ""
            marker = tree.findtext("NextMarker") or ""
            if not marker:
                return found

    async def _read(self, name: str) -> IngressRule | None:
        answer = await self._rest.request("GET", f"{self._container}/{name}")
        if answer.status != 200:
            raise answer.unexpected(f"reading settings {name}")
        try:
            document = _DECODER.decode(answer.body)
        except (msgspec.DecodeError, RecursionError) as error:
            _log.warning("settings %s cannot be read: %s", name, error)
            return None
        if f"{document.tenant_id}.json" != name or not TENANT_ID.fullmatch(document.tenant_id):
            _log.warning("settings %s name another tenant", name)
            return None
        ingress = document.ingress
        users = tuple(IngressUser(user.name, user.password_hash) for user in ingress.users)
        return IngressRule(
            document.tenant_id,
            ingress.peers,
            ingress.certificates,
            users,
            document.suspended,
            ingress.exchange_tenant.lower(),
            ingress.hosts,
            document.domains,
        )
