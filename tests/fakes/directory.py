"""``FakeDirectory``: the ``Directory`` port in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from shared.core.message.identity import TENANT_ID
from shared.errors import NotFound
from shared.ports import Group, Person
from tests.fakes.trouble import Trouble


class FakeDirectory:
    """Methods for ``trouble``: ``people``, ``save``, ``groups``, ``save_groups``."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._people: dict[tuple[str, str], Person] = {}
        self._groups: dict[tuple[str, str], Group] = {}

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port."""
        with self.trouble.around("people"), self._lock:
            if not TENANT_ID.fullmatch(tenant_id):
                raise NotFound("not a tenant id")
            keys = [(tenant_id, address.lower()) for address in addresses]
            return {key[1]: self._people[key] for key in keys if key in self._people}

    def save(self, tenant_id: str, people: Sequence[Person]) -> None:
        """See the port."""
        with self.trouble.around("save"), self._lock:
            if not TENANT_ID.fullmatch(tenant_id):
                raise NotFound("not a tenant id")
            for person in people:
                self._people[tenant_id, person.address.lower()] = person

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See the port."""
        with self.trouble.around("groups"), self._lock:
            if not TENANT_ID.fullmatch(tenant_id):
                raise NotFound("not a tenant id")
            keys = [(tenant_id, id_.casefold()) for id_ in ids]
            return {key[1]: self._groups[key] for key in keys if key in self._groups}

    def save_groups(self, tenant_id: str, groups: Sequence[Group]) -> None:
        """See the port."""
        with self.trouble.around("save_groups"), self._lock:
            if not TENANT_ID.fullmatch(tenant_id):
                raise NotFound("not a tenant id")
            for group in groups:
                self._groups[tenant_id, group.id.casefold()] = group
