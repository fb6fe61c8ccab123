"""``FakeDelegations``: the ``Delegations`` port in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.core.message.domains import normal_address
from shared.core.message.identity import TENANT_ID
from shared.core.people.delegation import Delegation
from shared.errors import Conflict, NotFound
from tests.fakes.trouble import Trouble


class FakeDelegations:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Delegation] = {}

    def of(self, tenant_id: str, principals: Sequence[str]) -> Mapping[str, Delegation]:
        """See the port."""
        with self.trouble.around("of"), self._lock:
            _check(tenant_id)
            names = [normal_address(name) for name in principals]
            return {name: self._kept.get((tenant_id, name), Delegation(name)) for name in names}

    def save(self, tenant_id: str, delegation: Delegation) -> Delegation:
        """See the port."""
        with self.trouble.around("save"), self._lock:
            _check(tenant_id)
            key = (tenant_id, normal_address(delegation.principal))
            before = self._kept.get(key, Delegation(key[1]))
            if before.version != delegation.version:
                raise Conflict("somebody changed the delegation")
            kept = self._kept[key] = replace(delegation, principal=key[1], version=delegation.version + 1)
            return kept

    def principals_of(self, tenant_id: str, proxy: str) -> tuple[str, ...]:
        """See the port."""
        with self.trouble.around("principals_of"), self._lock:
            _check(tenant_id)
            wanted = normal_address(proxy)
            return tuple(
                sorted(
                    principal
                    for (tenant, principal), kept in self._kept.items()
                    if tenant == tenant_id and any(normal_address(one.address) == wanted for one in kept.proxies)
                )
            )


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
