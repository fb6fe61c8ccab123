"""Search by the beginning of an address or name: ranges of keys of a tenant's partition, never all of it.

A mark is the key behind which the search goes on: that of a person's row, or of a row of the index of names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from shared.adapters import directory_table_rows as rows
from shared.adapters.storage_documents import unpack
from shared.adapters.storage_errors import repeated, storage_call
from shared.core.people.name_tokens import address_beginning, address_begins, found_by, wanted_token
from shared.errors import NotFound
from shared.ports import PeopleFound, Person

if TYPE_CHECKING:
    from azure.data.tables import TableClient

MOST_ROUNDS = 4
"""How often a page is filled up after rows of removed people; after that it is short, with a mark."""
_NAMES = "n:"
_PEOPLE = "p:"
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(Person)
ReadPeople = Callable[[Sequence[str]], Mapping[str, Person]]


class DirectorySearch:
    """One search in one tenant's partition."""

    def __init__(self, table: TableClient, timeout: float, tenant_id: str, text: str, read: ReadPeople) -> None:
        self._table, self._timeout, self._tenant, self._read = table, timeout, tenant_id, read
        self._sought = text
        self._address = rows.beginning_key(address_beginning(text))
        self._wanted = wanted_token(text)

    def page(self, after: str, limit: int) -> PeopleFound:
        """See the port. Raises ``NotFound`` for a mark of another search, ``StorageUnavailable``."""
        found: list[Person] = []
        names = after.startswith(_NAMES)
        if after and not names and not after.startswith(_PEOPLE):
            raise NotFound("no mark of a search for people")
        last = after
        for _ in range(MOST_ROUNDS):
            people, last, more = (self._by_name if names else self._by_address)(last, limit - len(found))
            found += people
            if not more:
                if names or not self._wanted:
                    return PeopleFound(tuple(found))
                names, last = True, _NAMES
            if len(found) >= limit:
                break
        return PeopleFound(tuple(found), last)

    def _by_address(self, last: str, limit: int) -> tuple[list[Person], str, bool]:
        """The next people, the last key read, and whether there are more."""
        query = rows.beginning_filter(self._tenant, self._address, last if last != _PEOPLE else "")

        def once() -> list[tuple[str, Person]]:
            with storage_call("search a directory"):
                read = islice(self._table.query_entities(query, results_per_page=limit + 1), limit + 1)
                return [(str(row["RowKey"]), msgspec.convert(unpack(row), Person)) for row in read]

        read = repeated(once, self._timeout)
        shown = read[:limit]
        people = [person for _, person in shown if person.active and address_begins(person, self._sought)]
        return people, shown[-1][0] if shown else last, len(read) > limit

    def _by_name(self, last: str, limit: int) -> tuple[list[Person], str, bool]:
        query = rows.beginning_filter(self._tenant, rows.name_prefix(self._wanted), last if last != _NAMES else "")

        def once() -> list[tuple[str, str]]:
            with storage_call("search a directory by name"):
                read = self._table.query_entities(query, results_per_page=limit + 1, select=["RowKey", "address"])
                return [(str(row["RowKey"]), str(row["address"])) for row in islice(read, limit + 1)]

        read = repeated(once, self._timeout)
        shown = read[:limit]
        known = self._read([address for _, address in shown])
        people = []
        for key, address in shown:
            person = known.get(address.lower())
            if person is not None and self._counts(person, key):
                people.append(person)
        return people, shown[-1][0] if shown else last, len(read) > limit

    def _counts(self, person: Person, key: str) -> bool:
        """Whether the person is found by this row: still active and so called, and by no row before it."""
        if not person.active or address_begins(person, self._sought):
            return False
        token = found_by(person, self._wanted)
        return bool(token) and key == rows.index_key(rows.name_prefix(token), person.address)
