"""``FileDirectory``: people and groups out of a JSON file, for commands that judge files. Local tooling.

``{"people": [{"address": "a@x.example", "manager": "b@x.example", "groups": ["sales"]}], "groups": [{"id": "sales", "above":
["company"]}]}``; fields are those of ``Person`` and ``Group`` in ``shared/ports.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from shared.errors import InvalidSettings
from shared.ports import Group, Person


@dataclass(frozen=True, slots=True)
class _Document:
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(_Document)


@dataclass(slots=True)
class FileDirectory:
    """What ``Directory`` is asked while judging, in memory, of one tenant whatever it is called."""

    known_people: dict[str, Person] = field(default_factory=dict)
    known_groups: dict[str, Group] = field(default_factory=dict)

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port."""
        wanted = dict.fromkeys(address.lower() for address in addresses)
        return {address: self.known_people[address] for address in wanted if address in self.known_people}

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See the port."""
        wanted = dict.fromkeys(id_.casefold() for id_ in ids)
        return {id_: self.known_groups[id_] for id_ in wanted if id_ in self.known_groups}


def read_directory(document: bytes) -> FileDirectory:
    """The directory in a file's content. Raises ``InvalidSettings`` that names the place."""
    try:
        read = _DECODER.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidSettings(str(error), public=f"The directory is not valid: {error}") from error
    return FileDirectory(
        {person.address.lower(): person for person in read.people},
        {group.id.casefold(): group for group in read.groups},
    )
