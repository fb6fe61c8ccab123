"""How people and groups are laid out in a tenant's Table partition.

| RowKey | holds |
| --- | --- |
| ``p:{address}`` | a person, also one who was removed |
| ``g:{group}`` | a group |
| ``i:{id}:{address}`` | that a person has this directory id |
| ``m:{group}:{address}`` | that an active person is directly in this group |
| ``n:{token}:{address}`` | that an active person's name has this word (``core/people/name_tokens.py``) |

Addresses in keys are normal ones (``core/message/domains.py``), so that a domain in its own script and its A-labels, or
quotes that an address could do without, are one row. What a row holds has the address as it was written.

Rows ``i:``, ``m:`` and ``n:`` are an index. They change in the transaction that changes their person, so none is ever missing;
one too many may be left behind by a crash, which is why readers ask the person's own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.adapters.storage_documents import pack
from shared.adapters.storage_keys import safe_key
from shared.core.message.domains import normal_address
from shared.core.people.name_tokens import name_tokens
from shared.ports import Person

_LONGEST = 200
"""Characters of one name in a key that holds two."""
_MOST_OPERATIONS = 100

Operations = list[tuple[Any, ...]]


def person_key(address: str) -> str:
    """Row key of a person, however the address is spelled."""
    return beginning_key(normal_address(address))


def beginning_key(beginning: str) -> str:
    """What the row keys of people begin with whose normal address begins so."""
    return f"p:{safe_key(beginning)}"


def group_key(id_: str) -> str:
    """Row key of a group."""
    return f"g:{safe_key(id_.casefold())}"


def id_prefix(id_: str) -> str:
    """What the index keys of a directory id begin with, up to the colon."""
    return f"i:{safe_key(id_, _LONGEST)}"


def member_prefix(group_id: str) -> str:
    """What the index keys of a group begin with, up to the colon."""
    return f"m:{safe_key(group_id.casefold(), _LONGEST)}"


def name_prefix(token: str) -> str:
    """What the index keys of a word of a name begin with, up to the colon."""
    return f"n:{safe_key(token)}"


def beginning_filter(tenant_id: str, beginning: str, after: str = "") -> str:
    """The query for all keys that begin so, or those of them behind the key ``after``.

    ``~~`` sorts behind everything that ``safe_key`` makes of a longer text.
    """
    begin = f"RowKey gt '{after}'" if after else f"RowKey ge '{beginning}'"
    return f"PartitionKey eq '{tenant_id}' and {begin} and RowKey lt '{beginning}~~'"


def index_key(prefix: str, address: str) -> str:
    """Row key of one index row."""
    return f"{prefix}:{safe_key(normal_address(address), _LONGEST)}"


def range_filter(tenant_id: str, prefix: str, after: str = "") -> str:
    """The query for all keys ``{prefix}:…``, or those behind that of an address; ";" comes right after ":"."""
    begin = f"RowKey gt '{index_key(prefix, after)}'" if after else f"RowKey ge '{prefix}:'"
    return f"PartitionKey eq '{tenant_id}' and {begin} and RowKey lt '{prefix};'"


def index_keys(person: Person | None) -> set[str]:
    """The index rows that a person must have."""
    if person is None:
        return set()
    prefixes = {id_prefix(person.id)} if person.id else set()
    if person.active:
        prefixes |= {member_prefix(group) for group in person.groups}
        prefixes |= {name_prefix(token) for token in name_tokens(person)}
    return {index_key(prefix, person.address) for prefix in prefixes}


def batches(
    tenant_id: str, people: Iterable[Person], before: Mapping[str, Person], *, tidy: bool = True
) -> Iterator[tuple[list[Person], Operations]]:
    """Transactions that save people with their index; what one holds of a person is whole, up to 100 operations.

    ``before`` are those that are stored, by normal address. Whoever has more index rows than a transaction holds
    gets them first and loses old ones last. Without ``tidy`` old index rows are left.
    """
    ready: list[Person] = []
    collected: Operations = []
    for person in people:
        operations = _operations(tenant_id, person, before.get(normal_address(person.address)), tidy=tidy)
        if collected and len(collected) + len(operations) > _MOST_OPERATIONS:
            yield ready, collected
            ready, collected = [], []
        while len(operations) > _MOST_OPERATIONS:
            yield [person], operations[:_MOST_OPERATIONS]
            operations = operations[_MOST_OPERATIONS:]
        ready.append(person)
        collected += operations
    if collected:
        yield ready, collected


def change_operations(
    tenant_id: str, before: Person | None, after: Person, etag: str, *, tidy: bool
) -> Iterator[Operations]:
    """Transactions that change one person if the row still has ``etag``, or is still missing (``before`` ``None``).

    The last one has the row; those before it, where one does not hold everything, only add to the index.
    """
    from azure.core import MatchConditions
    from azure.data.tables import UpdateMode

    key = person_key(after.address)
    adding: Operations = []
    changing: Operations = []
    for operation in _operations(tenant_id, after, before, tidy=tidy):
        row = operation[1]
        if row["RowKey"] == key and before is None:
            changing.append(("create", row))
        elif row["RowKey"] == key:
            condition = {"etag": etag, "match_condition": MatchConditions.IfNotModified, "mode": UpdateMode.REPLACE}
            changing.append(("update", row, condition))
        else:
            (changing if operation[0] == "delete" else adding).append(operation)
    changing = changing[:_MOST_OPERATIONS]  # old rows too many are left: readers ask the person's own row
    room = _MOST_OPERATIONS - len(changing)
    early = adding[room:]
    for start in range(0, len(early), _MOST_OPERATIONS):
        yield early[start : start + _MOST_OPERATIONS]
    yield [*adding[:room], *changing]


def _operations(tenant_id: str, person: Person, before: Person | None, *, tidy: bool) -> Operations:
    from azure.data.tables import UpdateMode

    wanted = index_keys(person)
    replaced = {"mode": UpdateMode.REPLACE}
    operations: Operations = [
        ("upsert", {"PartitionKey": tenant_id, "RowKey": key, "address": person.address}, replaced)
        for key in sorted(wanted)
    ]
    row = {"PartitionKey": tenant_id, "RowKey": person_key(person.address), **pack(person, "a person")}
    operations.append(("upsert", row, replaced))
    if tidy:
        old = sorted(index_keys(before) - wanted)
        operations += [("delete", {"PartitionKey": tenant_id, "RowKey": key}) for key in old]
    return operations
