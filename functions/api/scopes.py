"""Whose settings a request is about: the query parameter ``scope`` and the version in If-Match, for all routes of settings."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.problem import Refusal
from functions.api.route import Answer, Call
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.change_note import LONGEST_COMMENT
from shared.core.settings.hidden import without_hashes, without_passwords
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope, read_scope_name, user_scope
from shared.core.settings.scope_settings import Document, ScopeSettings
from shared.core.settings.stale_edit import StaleEdit
from shared.errors import NotFound
from shared.usecases.reach_settings import reach_settings

ScopeName = Annotated[
    str,
    msgspec.Meta(max_length=330, pattern="^(tenant|group:.+|user:.+)?$", examples=["tenant", "group:ID", "user:me"]),
]
Comment = Annotated[str, msgspec.Meta(max_length=LONGEST_COMMENT)]
VersionNumber = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
LARGEST_SETTINGS = 8 * 1024 * 1024
"""Bytes of a document: two thousand lists with their entries fit into it."""
ME = "me"


class ScopeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``scope`` is ``tenant``, ``group:ID`` or ``user:ADDRESS``; ``user:me`` and nothing are the caller's own."""

    scope: ScopeName = ""


class EditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``comment`` is why, for the history."""

    comment: Comment = ""


class ScopeEditQuery(ScopeQuery, frozen=True, kw_only=True):
    """Whose settings, and why they are changed."""

    comment: Comment = ""


def scope_in(call: Call) -> Scope:
    """The scope that the query names. Raises ``InvalidSettings`` for what is none."""
    name: str = call.query.scope
    return user_scope(call.principal.address) if name in ("", f"{Level.USER}:{ME}") else read_scope_name(name)


def own_scope_in(call: Call) -> Scope:
    """The same for a group or a person. Raises ``NotFound`` for the tenant, whose settings have routes of their own."""
    scope = scope_in(call)
    if scope == TENANT_SCOPE:
        raise NotFound("the tenant's settings are elsewhere")
    return scope


def version_in(call: Call, present: Document | None = None) -> int:
    """The version that If-Match names."""
    if not call.if_match.isascii() or not call.if_match.isdigit() or len(call.if_match) > 10:
        raise Refusal(412, "stale", "If-Match must be the ETag of these settings.", current=present)
    return int(call.if_match)


def tenant_edit(call: Call, edit: TenantSettings, version: int) -> TenantSettings:
    """The body as an edit of that version."""
    return msgspec.structs.replace(edit, version=version)


def scope_edit(call: Call, scope: Scope, edit: ScopeSettings, version: int) -> ScopeSettings:
    """The body as an edit of that version. Raises ``Refusal`` where it is of another scope than the query names."""
    if edit.tenant_id != call.principal.tenant_id or edit.scope != scope:
        raise Refusal(422, "invalid", f"tenant_id, level and id must be those of {scope}.")
    return msgspec.structs.replace(edit, version=version)


def shown(document: Document, *, write: bool) -> Document:
    """The document as its reader may see it: fixed passwords are for who may change them, hashes for nobody."""
    return without_hashes(document) if write else without_passwords(document)


def document_answer(document: Document, *, write: bool = True) -> Answer:
    """The document with its version as ETag."""
    return Answer(shown(document, write=write), etag=str(document.version))


def stale(call: Call, error: StaleEdit) -> Refusal:
    """412 with the present version, as the caller may see it."""
    scope = TENANT_SCOPE if isinstance(error.present, TenantSettings) else error.present.scope
    write = reach_settings(call.app, call.principal, scope).write
    return Refusal(412, "stale", error.public, current=shown(error.present, write=write))
