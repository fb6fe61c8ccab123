"""Change settings of any level: check them against the levels above, note who and why, refuse what is stale (S4).

Who may change which scope is asked before, by whoever knows the person; ``author`` is who that turned out to be.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.app import App
from shared.core.policy.settings_check import check_settings
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.change_note import ChangeNote
from shared.core.settings.compare import Difference, compare
from shared.core.settings.scope import Level, Scope, group_scope
from shared.core.settings.scope_check import check_scope_settings
from shared.core.settings.scope_settings import Document, ScopeSettings, scope_of
from shared.core.settings.stale_edit import StaleEdit
from shared.errors import Conflict, InvalidSettings, NotFound, TemporaryError
from shared.usecases.check_outgoing import check_outgoing
from shared.usecases.effective_settings import group_chain
from shared.usecases.note_settings_change import note_settings_change


def change_settings(app: App, edit: Document, author: str, comment: str = "", *, restored: int = 0) -> Document:
    """Store an edit as the next version and return it. ``edit.version`` is the one that it was made from.

    Raises ``StaleEdit`` where that is not the present one any more, ``InvalidSettings`` with the place that is wrong,
    ``NotFound`` for a group or user of an unknown tenant, ``TemporaryError``.
    """
    note = ChangeNote(author, app.clock.now(), comment, restored)
    check_edit(app, edit)
    before = _known(app, edit)
    try:
        saved: Document = (
            app.settings.save_scope(edit, note) if isinstance(edit, ScopeSettings) else app.settings.save(edit, note)
        )
    except Conflict as conflict:
        raise stale_edit(app, edit) from conflict
    note_settings_change(app, before, saved, author, comment)
    return saved


def _known(app: App, edit: Document) -> Document | None:
    """What the edit was made from, for the audit log's words alone."""
    try:
        return app.settings.version(edit.tenant_id, scope_of(edit), edit.version)
    except (NotFound, InvalidSettings, TemporaryError):
        return None


def check_edit(app: App, edit: Document) -> None:
    """Raises ``InvalidSettings`` for an edit that makes no sense or could not be carried out, ``NotFound`` for a group or
    user of an unknown tenant, ``TemporaryError``.
    """
    if isinstance(edit, ScopeSettings):
        check_scope_settings(edit, documents_above(app, edit.tenant_id, edit.scope))
    else:
        check_settings(edit)
    check_outgoing(edit)


def bring_back(
    app: App, tenant_id: str, scope: Scope, number: int, base: int, author: str, comment: str = ""
) -> Document:
    """Make the content of an older version the next one. ``base`` is the present version as the person saw it.

    Raises what ``change_settings`` raises, and ``NotFound`` for a version that there is not.
    """
    old = app.settings.version(tenant_id, scope, number)
    edit: Document = msgspec.structs.replace(old, version=base)
    return change_settings(app, edit, author, comment, restored=number)


def stale_edit(app: App, edit: Document) -> StaleEdit:
    """What tells the person of an edit that came too late. Raises ``TemporaryError``."""
    scope = scope_of(edit)
    try:
        present = app.settings.present(edit.tenant_id, scope)
    except NotFound as error:  # an edit of a tenant that is gone, or never was
        raise InvalidSettings("no such tenant to change", public="There are no settings to change.") from error
    meanwhile: tuple[Difference, ...] = ()
    if 0 < edit.version < present.version:
        try:
            meanwhile = compare(app.settings.version(edit.tenant_id, scope, edit.version), present)
        except (NotFound, InvalidSettings):  # retention, or an older form: the two versions themselves are told
            meanwhile = ()
    return StaleEdit(edit, present, compare(present, edit), meanwhile)


def documents_above(app: App, tenant_id: str, scope: Scope) -> Sequence[Document]:
    """The settings of the tenant and of the groups above a scope, as editors see them: no cache.

    Raises ``NotFound`` for an unknown tenant, ``TemporaryError``.
    """
    tenant = app.settings.present(tenant_id, Scope(Level.TENANT))
    if not isinstance(tenant, TenantSettings) or scope.level is Level.TENANT:
        return ()
    primary = scope.id
    if scope.level is Level.USER:
        person = app.directory.people(tenant_id, (scope.id,)).get(scope.id)
        primary = person.groups[0] if person is not None and person.groups else ""
    with_settings = app.settings.scopes(tenant_id)
    chain = (group_scope(group) for group in group_chain(app, tenant_id, primary))
    above = [found for found in chain if found in with_settings and found != scope]
    return (tenant, *(app.settings.present(tenant_id, found) for found in above))
