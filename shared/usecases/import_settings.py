"""Import settings and people from a file: add and update, or replace; all or nothing; or only say what would change.

A document of settings changes by one write. The directory cannot: there, everything is checked before the first write,
and writes broken off by storage are finished by importing the same file again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from shared.app import App
from shared.core.people.person import PersonKind
from shared.core.settings.compare import Difference, compare, compare_items
from shared.core.settings.import_document import import_document, import_table
from shared.core.settings.import_items import FileFormat, Mode, import_items, read_entries
from shared.core.settings.people import GroupRow, PersonRow
from shared.core.settings.problem import ImportRefused, Problem
from shared.core.settings.scope import Scope
from shared.core.settings.scope_settings import Document
from shared.core.settings.tables import Table
from shared.core.settings.text_file import decode_file
from shared.errors import InvalidSettings
from shared.ports import Group, Person
from shared.usecases.change_settings import change_settings, documents_above, stale_edit
from shared.usecases.check_outgoing import check_outgoing
from shared.usecases.export_settings import directory_items, table_named

Permitted = Callable[[Document, Document], Document]
"""From the present document and the one that a file makes of it to what may be stored; raises what it refuses with."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What is to be imported, and how. ``table`` is empty for a whole document, which is JSON."""

    data: bytes
    file_format: FileFormat
    table: str = ""
    mode: Mode = "update"


@dataclass(frozen=True, slots=True)
class Imported:
    """What changed, or with a dry run would. ``document`` is the new version; ``None`` for people, and where nothing
    was saved.
    """

    differences: tuple[Difference, ...]
    document: Document | None = None


def import_settings(
    app: App,
    tenant_id: str,
    scope: Scope,
    file: ImportFile,
    author: str,
    *,
    comment: str = "",
    base: int | None = None,
    dry_run: bool = False,
    permitted: Permitted | None = None,
) -> Imported:
    """Import a file into a scope's settings, or into the tenant's directory. A file that changes nothing saves nothing.

    ``base`` is the version that the person saw; the present one where it is ``None``. ``permitted`` makes of a document
    what the person may make of it. Raises what it raises, ``ImportRefused`` with every problem of the file, ``StaleEdit``, ``NotFound``, ``InvalidSettings``, ``TemporaryError``.
    """
    table = table_named(file.table) if file.table else None
    if table is None and file.file_format != "json":
        raise InvalidSettings("a document is no table", public="A CSV file holds one table; name which one.")
    text = decode_file(file.data)
    if table is not None and not table.in_settings:
        app.settings.tenant(tenant_id)
        return _import_directory(app, tenant_id, table, text, file, dry_run=dry_run)
    present = app.settings.present(tenant_id, scope)
    above = documents_above(app, tenant_id, scope)
    if table is None:
        edit = import_document(present, text, file.mode, above)
    else:
        edit = import_table(present, table, text, file.file_format, file.mode, above)
    if permitted is not None:
        edit = permitted(present, edit)
    if base is not None and base != present.version:
        raise stale_edit(app, _made_from(edit, base))
    differences = compare(present, edit)
    if not differences:
        return Imported(differences)
    if dry_run:
        check_outgoing(edit)  # a try says what saving would say
        return Imported(differences)
    return Imported(differences, change_settings(app, edit, author, comment))


def _made_from(edit: Document, base: int) -> Document:
    changed: Document = msgspec.structs.replace(edit, version=base)
    return changed


def _import_directory(
    app: App, tenant_id: str, table: Table, text: str, file: ImportFile, *, dry_run: bool
) -> Imported:
    present = directory_items(app, tenant_id, table)
    found = import_items(table, present, read_entries(table, text, file.file_format), file.mode)
    if file.mode == "replace" and not found.lines:
        found.problems.append(Problem(0, "", "names nobody; to replace everybody by nobody is taken for a mistake"))
    if found.problems:
        raise ImportRefused(found.problems)
    differences = compare_items(table.name, present, found.items)
    if dry_run or not differences:
        return Imported(differences)
    before = {table.key_of(item): item for item in present}
    after = {table.key_of(item): item for item in found.items}
    changed = [item for key, item in after.items() if before.get(key) != item]
    gone = [key for key in before if key not in after]
    if table.name == "people":
        app.directory.save(tenant_id, [_person(item) for item in changed if isinstance(item, PersonRow)])
        app.directory.remove(tenant_id, gone)
    else:
        app.directory.save_groups(tenant_id, [_group(item) for item in changed if isinstance(item, GroupRow)])
        app.directory.remove_groups(tenant_id, gone)
    return Imported(differences)


def _person(row: PersonRow) -> Person:
    return Person(
        row.address, row.display_name, row.language, row.manager, row.groups, row.members, row.id, PersonKind(row.kind)
    )


def _group(row: GroupRow) -> Group:
    return Group(row.id, row.name, row.above, row.owners)
