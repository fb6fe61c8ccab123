"""``ScopeSettings``: what a group or a user has set (product.md S1). Every field may be unset, which is not empty.

What only administrators may set (domains, routes, ingress, delivery, subject marks, system policies, the end of a hold)
has no field here. A document of this kind never weakens one above it: see ``merge.py`` and ``scope_check.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shared.core.policy.conditions.model import AddressList
from shared.core.policy.model import Language, Model, TenantId
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import DECODE_ERRORS, NoticeChannel, RuleAssignment, TenantSettings
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope, group_scope, user_scope
from shared.errors import InvalidSettings


class NoticeWishes(Model, frozen=True):
    """How somebody wants to be told of holds; the fields are those of ``HoldNotices``."""

    language: Language | UnsetType = UNSET
    reminder_hours: Annotated[float, msgspec.Meta(gt=0, le=720)] | UnsetType = UNSET
    reminders: Annotated[int, msgspec.Meta(ge=0, le=20)] | UnsetType = UNSET
    channels: Annotated[tuple[NoticeChannel, ...], msgspec.Meta(min_length=1, max_length=3)] | UnsetType = UNSET


class ScopeSettings(Model, frozen=True):
    """One version of what a group or a user has set. ``id`` is the group's id, or the user's address in lower case."""

    tenant_id: TenantId
    level: Literal["group", "user"]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    rules: Annotated[tuple[RuleAssignment, ...], msgspec.Meta(max_length=500)] | UnsetType = UNSET
    policies: Annotated[tuple[Policy, ...], msgspec.Meta(max_length=500)] | UnsetType = UNSET
    lists: Annotated[tuple[AddressList, ...], msgspec.Meta(max_length=500)] | UnsetType = UNSET
    templates: Annotated[tuple[Template, ...], msgspec.Meta(max_length=200)] | UnsetType = UNSET
    notices: NoticeWishes = NoticeWishes()

    @property
    def scope(self) -> Scope:
        """Whose they are."""
        return Scope(Level(self.level), self.id)


Document = TenantSettings | ScopeSettings
"""One version of the settings of any scope."""

# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(ScopeSettings)


def scope_of(document: Document) -> Scope:
    """Whose settings these are."""
    return document.scope if isinstance(document, ScopeSettings) else TENANT_SCOPE


def new_scope_settings(tenant_id: str, scope: Scope) -> ScopeSettings:
    """What a group or user has before anything was set. Raises ``InvalidSettings`` for the tenant's scope."""
    if scope.level is Level.GROUP:
        return ScopeSettings(tenant_id=tenant_id, level="group", id=group_scope(scope.id).id)
    if scope.level is Level.USER:
        return ScopeSettings(tenant_id=tenant_id, level="user", id=user_scope(scope.id).id)
    raise InvalidSettings("a tenant's settings have no empty form", public="A tenant must have been set up first.")


def read_scope_settings(document: bytes) -> ScopeSettings:
    """A document (JSON) as a model. Raises ``InvalidSettings`` that names the place and what is allowed there.

    What the document may refer to depends on the levels above: that is checked when it is saved (``scope_check.py``).
    """
    try:
        settings = _DECODER.decode(document)
    except DECODE_ERRORS as error:
        raise InvalidSettings(str(error), public=f"The settings are not valid: {error}") from error
    named = group_scope(settings.id) if settings.level == "group" else user_scope(settings.id)
    if named.id != settings.id:
        raise InvalidSettings("not in lower case", public="The settings are not valid: lower case only - at `$.id`")
    return settings


def write_scope_settings(settings: ScopeSettings) -> bytes:
    """The settings as JSON. What is unset is left out, what is set is written in full."""
    return msgspec.json.format(msgspec.json.encode(settings), indent=2)
