"""Settings and people as files, for backups, spreadsheets and other tenants (product.md section A). Reads, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from shared.app import App
from shared.core.settings.export_file import export_csv, export_document, export_json
from shared.core.settings.people import GroupRow, PersonRow
from shared.core.settings.scope import Scope
from shared.core.settings.tables import TABLES, Table
from shared.errors import InvalidSettings
from shared.ports import Group, Person


def export_settings(
    app: App, tenant_id: str, scope: Scope, table: str = "", file_format: Literal["csv", "json"] = "json"
) -> bytes:
    """A file with one table, or with ``table`` empty the scope's whole document, which only JSON can hold.

    People and groups are the tenant's, whatever the scope. Raises ``NotFound``, ``InvalidSettings`` for a table that
    there is not, ``TemporaryError``.
    """
    if not table:
        if file_format != "json":
            raise InvalidSettings("a document is no table", public="A whole document is exported as JSON alone.")
        return export_document(app.settings.present(tenant_id, scope))
    kind = table_named(table)
    items: Sequence[Any]
    if kind.in_settings:
        items = getattr(app.settings.present(tenant_id, scope), kind.name) or ()
    else:
        app.settings.tenant(tenant_id)
        items = directory_items(app, tenant_id, kind)
    return export_csv(kind, items) if file_format == "csv" else export_json(kind, items)


def table_named(name: str) -> Table:
    """Raises ``InvalidSettings`` that names those that there are."""
    if name not in TABLES:
        raise InvalidSettings("no such table", public=f"There is no table {name!r}; there are: {', '.join(TABLES)}.")
    return TABLES[name]


def directory_items(app: App, tenant_id: str, table: Table) -> tuple[PersonRow | GroupRow, ...]:
    """All people or groups of the directory. Raises ``TemporaryError``."""
    if table.name == "people":
        return tuple(map(_person_row, app.directory.everybody(tenant_id)))
    return tuple(
        GroupRow(id=item.id, name=item.name, above=item.above, owners=item.owners) for item in _groups(app, tenant_id)
    )


def _groups(app: App, tenant_id: str) -> tuple[Group, ...]:
    return app.directory.all_groups(tenant_id)


def _person_row(person: Person) -> PersonRow:
    language = person.language if person.language in ("ja", "en") else ""
    return PersonRow(
        address=person.address,
        display_name=person.display_name,
        language=language,  # type: ignore[arg-type]  # one of the three by the line above
        manager=person.manager,
        groups=person.groups,
        members=person.members,
        id=person.id,
        kind=person.kind.value,
    )
