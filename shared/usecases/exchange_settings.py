"""Import and export as somebody who is signed on: which tables of which scope they may read and replace (W2, stage 6)."""

from __future__ import annotations

from typing import Literal

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.settings.export_file import export_document
from shared.core.settings.hidden import without_hashes
from shared.core.settings.scope import Scope
from shared.core.settings.scope_settings import Document
from shared.errors import NotFound
from shared.ports_people import AuditCode, AuditEntry
from shared.usecases.edit_settings import permitted_content
from shared.usecases.export_settings import export_settings, table_named
from shared.usecases.import_settings import Imported, ImportFile, import_settings
from shared.usecases.reach_settings import MayNotChange, reach_settings, reach_to_change

_WITH_PASSWORDS = ("", "policies")
"""Whole documents and policies hold fixed passwords of archives, which only who may change them may read."""


def export_as(app: App, who: Principal, scope: Scope, table: str, file_format: Literal["csv", "json"]) -> bytes:
    """A file of the scope's settings, or of the tenant's people or groups.

    Raises ``NotFound``, ``MayNotChange`` where it holds passwords that are not for the principal, ``InvalidSettings`` for
    a table that there is not, ``TemporaryError``.
    """
    if table and not table_named(table).in_settings:
        if not who.reaches_all(Right.READ_PEOPLE):
            raise NotFound("not their people")
    elif not reach_settings(app, who, scope).write and table in _WITH_PASSWORDS:
        raise MayNotChange(
            "an export with passwords",
            public="Only who may change these settings may export them with their passwords.",
        )
    if not table and file_format == "json":
        return export_document(without_hashes(app.settings.present(who.tenant_id, scope)))
    return export_settings(app, who.tenant_id, scope, table, file_format)


def import_as(
    app: App,
    who: Principal,
    scope: Scope,
    file: ImportFile,
    peer: str,
    *,
    comment: str = "",
    base: int | None = None,
    preview: bool = False,
) -> Imported:
    """Import a file; with ``preview`` only say what would change. What is the operator's stays as it is.

    Raises ``NotFound``, ``MayNotChange``, ``OperatorsField``, ``NobodyLeft``, and what ``import_settings`` raises.
    """
    if file.table and not table_named(file.table).in_settings:
        if not who.reaches_all(Right.READ_PEOPLE):
            raise NotFound("not their people")
        if not who.reaches_all(Right.WRITE_PEOPLE):
            raise MayNotChange("people", public="You may see these people, but not change them.")
        if not preview:
            _note(app, who, file, peer)
        return import_settings(app, who.tenant_id, scope, file, who.address, dry_run=preview)
    reach_to_change(app, who, scope)

    def permitted(present: Document, edit: Document) -> Document:
        return permitted_content(who, present, edit)

    return import_settings(
        app,
        who.tenant_id,
        scope,
        file,
        who.address,
        comment=comment,
        base=base,
        dry_run=preview,
        permitted=permitted,
    )


def _note(app: App, who: Principal, file: ImportFile, peer: str) -> None:
    """Written before the directory is: a line whose import was refused or broke off tells of an attempt."""
    actor = Actor(Role.ADMINISTRATOR, who.address, Channel.PORTAL, peer)
    args = (("table", file.table), ("mode", file.mode), ("bytes", str(len(file.data))))
    app.audit.append(who.tenant_id, AuditEntry(AuditCode.PEOPLE_IMPORTED, actor, app.clock.now(), None, args))
