"""``FakeDirectory``: the ``Directory`` port in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from shared.core.message.domains import normal_address
from shared.core.message.identity import TENANT_ID
from shared.core.people.name_tokens import address_begins, found_by, wanted_token
from shared.errors import Conflict, NotFound
from shared.ports import Group, PeopleFound, Person
from tests.fakes.trouble import Trouble


class FakeDirectory:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._people: dict[tuple[str, str], Person] = {}
        self._groups: dict[tuple[str, str], Group] = {}

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port."""
        with self.trouble.around("people"), self._lock:
            _check(tenant_id)
            wanted = {address.lower(): (tenant_id, normal_address(address)) for address in addresses}
            return {name: self._people[key] for name, key in wanted.items() if key in self._people}

    def save(self, tenant_id: str, people: Sequence[Person]) -> None:
        """See the port."""
        with self.trouble.around("save"), self._lock:
            _check(tenant_id)
            for person in people:
                self._people[tenant_id, normal_address(person.address)] = person

    def change(self, tenant_id: str, before: Person | None, after: Person) -> None:
        """See the port."""
        with self.trouble.around("change"), self._lock:
            _check(tenant_id)
            key = (tenant_id, normal_address(after.address))
            present = self._people.get(key)
            if present not in (before, after):
                raise Conflict("somebody else changed the person")
            self._people[key] = after

    def search(self, tenant_id: str, text: str, after: str, limit: int) -> PeopleFound:
        """See the port."""
        with self.trouble.around("search"), self._lock:
            _check(tenant_id)
            wanted = wanted_token(text)
            found: list[tuple[str, Person]] = []
            for key, person in sorted(self._people.items()):
                if key[0] != tenant_id or not person.active:
                    continue
                if address_begins(person, text):
                    found.append((f"a {key[1]}", person))
                elif wanted and (token := found_by(person, wanted)):
                    found.append((f"n {token} {key[1]}", person))
            found.sort(key=lambda one: one[0])
            left = [one for one in found if one[0] > after]
            return PeopleFound(tuple(one[1] for one in left[:limit]), left[limit - 1][0] if len(left) > limit else "")

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See the port."""
        with self.trouble.around("groups"), self._lock:
            _check(tenant_id)
            keys = [(tenant_id, id_.casefold()) for id_ in ids]
            return {key[1]: self._groups[key] for key in keys if key in self._groups}

    def save_groups(self, tenant_id: str, groups: Sequence[Group]) -> None:
        """See the port."""
        with self.trouble.around("save_groups"), self._lock:
            _check(tenant_id)
            for group in groups:
                self._groups[tenant_id, group.id.casefold()] = group

    def remove(self, tenant_id: str, addresses: Sequence[str]) -> None:
        """See the port."""
        with self.trouble.around("remove"), self._lock:
            _check(tenant_id)
            for address in addresses:
                key = (tenant_id, normal_address(address))
                self._people[key] = replace(self._people.get(key, Person(key[1])), active=False)

    def remove_groups(self, tenant_id: str, ids: Sequence[str]) -> None:
        """See the port."""
        with self.trouble.around("remove_groups"), self._lock:
            _check(tenant_id)
            for id_ in ids:
                self._groups.pop((tenant_id, id_.casefold()), None)

    def everybody(self, tenant_id: str) -> tuple[Person, ...]:
        """See the port."""
        with self.trouble.around("everybody"), self._lock:
            _check(tenant_id)
            return tuple(
                person
                for key, person in sorted(self._people.items(), key=lambda one: one[1].address.lower())
                if key[0] == tenant_id and person.active
            )

    def people_by_id(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Person]:
        """See the port."""
        with self.trouble.around("people_by_id"), self._lock:
            _check(tenant_id)
            found: dict[str, Person] = {}
            for id_ in filter(None, ids):
                known = [one for key, one in self._people.items() if key[0] == tenant_id and one.id == id_]
                if known:
                    found[id_] = min(known, key=lambda one: (not one.active, one.address.lower()))
            return found

    def addresses_of(self, tenant_id: str, id_: str, limit: int) -> tuple[str, ...]:
        """See the port."""
        with self.trouble.around("addresses_of"), self._lock:
            _check(tenant_id)
            found = sorted(key[1] for key, one in self._people.items() if key[0] == tenant_id and one.id == id_)
            return tuple(found[:limit]) if id_ else ()

    def members(self, tenant_id: str, group_id: str, limit: int) -> tuple[Person, ...]:
        """See the port."""
        with self.trouble.around("members"), self._lock:
            _check(tenant_id)
            wanted = group_id.casefold()
            found = (
                person
                for key, person in sorted(self._people.items())
                if key[0] == tenant_id and person.active and wanted in {id_.casefold() for id_ in person.groups}
            )
            return tuple(islice(found, limit))

    def all_groups(self, tenant_id: str) -> tuple[Group, ...]:
        """See the port."""
        with self.trouble.around("all_groups"), self._lock:
            _check(tenant_id)
            return tuple(group for key, group in sorted(self._groups.items()) if key[0] == tenant_id)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
