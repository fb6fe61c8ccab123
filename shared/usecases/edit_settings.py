"""Change settings as somebody who is signed on: what they may change, and what nobody should lose by accident (S1, S4)."""

from __future__ import annotations

import msgspec

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import PortalRole
from shared.core.message.domains import normal_address
from shared.core.policy.tenant_settings import Access, TenantSettings
from shared.core.settings.compare import Difference, compare
from shared.core.settings.hidden import with_passwords_of
from shared.core.settings.legal_holds import keep_legal_holds
from shared.core.settings.operators_fields import check_operators_fields, keep_operators_fields
from shared.core.settings.scope import Scope, user_scope
from shared.core.settings.scope_settings import Document, NoticeWishes, scope_of
from shared.errors import InvalidSettings
from shared.usecases.change_settings import change_settings, check_edit
from shared.usecases.reach_settings import reach_to_change

ADMINISTRATOR = "tenant-administrator"


class NobodyLeft(InvalidSettings):
    """After this change nobody could administer the tenant any more."""

    public = (
        "The settings are not valid: somebody must stay tenant administrator; "
        "give the role to another person before taking it away - at `$.access.grants`"
    )


def edit_settings(app: App, who: Principal, edit: Document, comment: str = "") -> Document:
    """Store an edit of a whole document; ``edit.version`` is the one that it was made from.

    Raises ``NotFound`` and ``MayNotChange`` (``reach_settings.py``), ``OperatorsField``, ``NobodyLeft``, and what
    ``change_settings`` raises.
    """
    return change_settings(app, _permitted(app, who, edit), who.address, comment)


def check_draft(app: App, who: Principal, edit: Document) -> tuple[Difference, ...]:
    """What the edit would change, after all checks that saving it makes. Raises as ``edit_settings``."""
    ready = _permitted(app, who, edit)
    check_edit(app, ready)
    return compare(app.settings.present(ready.tenant_id, scope_of(ready)), ready)


def restore_settings(app: App, who: Principal, scope: Scope, number: int, base: int, comment: str = "") -> Document:
    """Make the content of an older version the next one; what is the operator's stays as it is.

    ``base`` is the present version as the person saw it. Raises as ``edit_settings``, and ``NotFound`` for a version that
    there is not.
    """
    reach_to_change(app, who, scope)
    present = app.settings.present(who.tenant_id, scope)
    old = app.settings.version(who.tenant_id, scope, number)
    edit: Document = msgspec.structs.replace(old, version=base)
    return change_settings(app, permitted_content(who, present, edit), who.address, comment, restored=number)


def wish_notices(app: App, who: Principal, address: str, wishes: NoticeWishes, base: int) -> Document:
    """Set how a person wants to be told, the rest of their settings as it is. ``base`` is the version as it was seen.

    Raises as ``edit_settings``.
    """
    scope = user_scope(address)
    reach_to_change(app, who, scope)
    present = app.settings.present(who.tenant_id, scope)
    edit: Document = msgspec.structs.replace(present, notices=wishes, version=base)
    return change_settings(app, edit, who.address)


def permitted_content(who: Principal, present: Document, edit: Document) -> Document:
    """The edit of a file or an older version, with the operator's fields and the legal holds as they are now.

    Raises ``OperatorsField`` for a secret that the tenant's servers do not name, and ``NobodyLeft``.
    """
    if not isinstance(edit, TenantSettings) or not isinstance(present, TenantSettings):
        return edit
    kept = keep_legal_holds(present, keep_operators_fields(present, edit))
    check_operators_fields(present, kept)
    _check_administrators(who, present.access, kept.access)
    return kept


def _permitted(app: App, who: Principal, edit: Document) -> Document:
    reach_to_change(app, who, scope_of(edit))
    present = app.settings.present(who.tenant_id, scope_of(edit))
    whole = with_passwords_of(edit, present)
    if isinstance(whole, TenantSettings) and isinstance(present, TenantSettings):
        check_operators_fields(present, whole)
        _check_administrators(who, present.access, whole.access)
    return whole


def _check_administrators(who: Principal, present: Access, edit: Access) -> None:
    """Somebody must be able to take the change back: by a grant, or by an app role as the person who makes it."""
    if present == edit or _administrators(edit):
        return
    by_app_role = PortalRole.TENANT_ADMINISTRATOR in who.roles and who.address not in _administrators(present)
    if not (edit.app_roles and by_app_role):
        raise NobodyLeft("no tenant administrator is left")


def _administrators(access: Access) -> frozenset[str]:
    return frozenset(normal_address(grant.address) for grant in access.grants if grant.role == ADMINISTRATOR)
