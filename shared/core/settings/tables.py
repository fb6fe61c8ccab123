"""``Table``: one kind of thing that is imported and exported: rules, policies, lists, templates, people, groups. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.core.policy.conditions.model import AddressList
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.cells import Column, columns_of
from shared.core.settings.people import GroupRow, PersonRow


def _exact(key: str) -> str:
    return key


@dataclass(frozen=True, slots=True)
class Table:
    """``key`` is the field that tells items apart, compared after ``fold``. ``in_settings``: items are part of a document
    of settings; else of the directory.

    ``one_row_each`` is false for lists, where each entry has a row of its own.
    """

    name: str
    model: type[msgspec.Struct]
    key: str
    columns: tuple[Column, ...]
    in_settings: bool = True
    one_row_each: bool = True
    fold: Callable[[str], str] = _exact

    def key_of(self, item: Any) -> str:
        """What tells an item apart, as it is compared."""
        return self.fold(str(getattr(item, self.key)))


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table("rules", RuleAssignment, "id", columns_of(RuleAssignment)),
        Table("policies", Policy, "id", columns_of(Policy)),
        Table("lists", AddressList, "id", columns_of(AddressList), one_row_each=False),
        Table("templates", Template, "id", columns_of(Template)),
        Table("people", PersonRow, "address", columns_of(PersonRow), in_settings=False, fold=str.lower),
        Table("groups", GroupRow, "id", columns_of(GroupRow), in_settings=False, fold=str.casefold),
    )
}
"""By name, in the order in which people are shown them."""
