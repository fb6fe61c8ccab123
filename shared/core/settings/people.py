"""People and groups of the directory as files of import and export have them. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.core.policy.model import Address, Model, Name

KindOfPerson = Literal["user", "shared"]
DirectoryId = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^\S*$")]
LanguageOrNone = Literal["", "ja", "en"]
AddressOrNone = Annotated[str, msgspec.Meta(max_length=320, pattern=r"^([^\s@<>,;]+@[^\s@<>,;]+)?$")]


class PersonRow(Model, frozen=True):
    """A person, shared mailbox or distribution list; fields as in the directory's ``Person``.

    ``id`` is kept in lower case.
    """

    address: Address
    display_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    language: LanguageOrNone = ""
    manager: AddressOrNone = ""
    groups: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)] = ()
    members: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    id: DirectoryId = ""
    kind: KindOfPerson = "user"

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "id", self.id.lower())


class GroupRow(Model, frozen=True):
    """A directory group; fields as in the directory's ``Group``."""

    id: Name
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    above: Annotated[tuple[Name, ...], msgspec.Meta(max_length=50)] = ()
    owners: Annotated[tuple[Address, ...], msgspec.Meta(max_length=200)] = ()
