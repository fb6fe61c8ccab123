"""Import into a document of settings: one table of it, or the whole as JSON. All or nothing. Pure.

Everything that is wrong is told at once: fields that cannot be read, items that make no sense, names that do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from shared.core.policy.conditions.check import check_list
from shared.core.policy.policies_check import Known, check_policy
from shared.core.policy.settings_check import check_rule, check_settings
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.cells import columns_of
from shared.core.settings.entries import placed_entries, plain_value
from shared.core.settings.import_items import FileFormat, Items, Mode, import_items, read_entries
from shared.core.settings.json_text import PlacedField, read_document
from shared.core.settings.problem import ImportRefused, Problem, problem_of
from shared.core.settings.scope_check import COLLECTIONS, check_scope_policy, check_scope_settings, known_names
from shared.core.settings.scope_settings import Document, ScopeSettings
from shared.core.settings.shared_values import SHARED_VALUES
from shared.core.settings.tables import TABLES, Table
from shared.errors import InvalidSettings

_IDENTITY = ("tenant_id", "level", "id")
_NOT_READ = ("version",)
# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_COLUMNS = {model: {column.name: column for column in columns_of(model)} for model in (TenantSettings, ScopeSettings)}
_DECODERS: Mapping[type[Document], msgspec.json.Decoder[Any]] = {
    model: msgspec.json.Decoder(model) for model in (TenantSettings, ScopeSettings)
}


def import_table(
    present: Document, table: Table, text: str, file_format: FileFormat, mode: Mode, above: Sequence[Document]
) -> Document:
    """The document with one of its tables imported; version as in ``present``. ``above``: as ``check_scope_settings``.

    Raises ``ImportRefused`` with everything that is wrong.
    """
    entries = read_entries(table, text, file_format)
    found = import_items(table, getattr(present, table.name) or (), entries, mode)
    changes: dict[str, Any] = {table.name: found.items}
    edit = msgspec.structs.replace(present, **changes)
    return _checked(edit, [found], [], above)


def import_document(present: Document, text: str, mode: Mode, above: Sequence[Document]) -> Document:
    """The document as a JSON file has it: with ``replace`` nothing else, with ``update`` what the file names.

    ``version`` in the file is not read; ``tenant_id``, ``level`` and ``id`` must be those of ``present`` where they are
    given. Raises ``ImportRefused`` with everything that is wrong.
    """
    fields = read_document(text)
    plain: dict[str, Any] = msgspec.to_builtins(present)
    kept = (*_IDENTITY, "version")
    base = plain if mode == "update" else {name: value for name, value in plain.items() if name in kept}
    problems: list[Problem] = []
    tables: list[Items] = []
    for name, given in fields.items():
        if name in _IDENTITY and name in plain:
            if given.value != plain[name]:
                problems.append(
                    Problem(given.line, name, f"is not {plain[name]!r}; leave the field out to import this here")
                )
        elif name in COLLECTIONS:
            found = _collection(present, name, given, mode)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                tables.append(found)
        elif name not in _NOT_READ:
            value = _field(present, name, given, base.get(name))
            if isinstance(value, Problem):
                problems.append(value)
            else:
                base[name] = value
    for found in tables:
        base[found.table.name] = msgspec.to_builtins(found.items)
    if isinstance(present, TenantSettings) and "fixed" not in fields:
        base["fixed"] = _fixed(base.get("fixed", ()), fields)
    try:
        edit: Document = _DECODERS[type(present)].decode(msgspec.json.encode(base))
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        problem = problem_of(error, 0, "", type(present), base)
        if not any(_field_name(problem) == _field_name(told) for told in problems):
            problems.append(problem)
        edit = present
    return _checked(edit, tables, problems, above)


def _collection(present: Document, name: str, given: PlacedField, mode: Mode) -> Items | Problem:
    if given.items is None:
        return Problem(given.line, name, "must be an array")
    table = TABLES[name]
    return import_items(table, getattr(present, name) or (), placed_entries(table, given.items), mode)


def _field(present: Document, name: str, given: PlacedField, base: Any) -> Any:
    """The value of a field that is no collection; the fields of an object come to those that are there."""
    columns = _COLUMNS[type(present)]
    if name not in columns:
        return Problem(given.line, name, f"there is no such field; there are: {', '.join(columns)}")
    value = given.value
    if isinstance(value, dict) and isinstance(base, dict):
        value = {**base, **value}
    return plain_value(columns[name], value, given.line)


def _field_name(problem: Problem) -> str:
    """The outermost field: one that could not be read is left out, and need not be told again as missing."""
    return problem.field.partition(".")[0].partition("[")[0]


def _fixed(known: Sequence[str], fields: Mapping[str, PlacedField]) -> list[str]:
    """Shared values that the file names are set by the administrator, also where they equal the default."""
    notices = fields["notices"].value if "notices" in fields else {}
    named = notices if isinstance(notices, dict) else {}
    return [path for path in SHARED_VALUES if path in known or path.partition(".")[2] in named]


def _checked(edit: Document, tables: Sequence[Items], problems: list[Problem], above: Sequence[Document]) -> Document:
    """The edit itself. Raises ``ImportRefused`` with the problems, and those of the items that the file names."""
    found = [*problems, *(problem for items in tables for problem in items.problems)]
    known = _known(edit, tables, above)
    for items in tables:
        for line, item in items.from_file():
            try:
                _check_item(items.table.name, item, known, administrators=isinstance(edit, TenantSettings))
            except InvalidSettings as error:
                found.append(problem_of(error, line, ""))
    if found:
        raise ImportRefused(found)
    try:
        if isinstance(edit, TenantSettings):
            check_settings(edit)
        else:
            check_scope_settings(edit, above)
    except InvalidSettings as error:  # what the file leaves behind makes no sense, such as a name that is gone
        raise ImportRefused([problem_of(error, 0, "")]) from error
    return edit


def _known(edit: Document, tables: Sequence[Items], above: Sequence[Document]) -> Known:
    """The names that items may use; with those of items that have problems of their own, which are told once."""
    known = known_names((edit, *above))
    named = {items.table.name: items.lines.keys() for items in tables}
    return Known(
        known.lists | set(named.get("lists", ())), known.templates | set(named.get("templates", ())), known.routes
    )


def _check_item(table: str, item: Any, known: Known, *, administrators: bool) -> None:
    if table == "rules":
        check_rule(item, "$", known)
    elif table == "lists":
        check_list(item, "$")
    elif table == "policies":
        (check_policy if administrators else check_scope_policy)(item, "$", known)
