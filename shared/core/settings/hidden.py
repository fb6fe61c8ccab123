"""Passwords in settings: documents without them, for whoever may look but not learn them, and edits made of such. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from shared.core.policy.actions import Action, Zip
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.compare import HIDDEN
from shared.core.settings.scope_settings import Document


def without_hashes(document: Document) -> Document:
    """The document without the hashes of the passwords for the relay: nobody who edits settings needs to read them."""
    if not isinstance(document, TenantSettings) or not document.ingress.users:
        return document
    users = tuple(msgspec.structs.replace(user, password_hash=HIDDEN) for user in document.ingress.users)
    return msgspec.structs.replace(document, ingress=msgspec.structs.replace(document.ingress, users=users))


def without_passwords(document: Document) -> Document:
    """The document without hashes and without the fixed passwords of archives."""
    return _with_policies(without_hashes(document), {})


def with_passwords_of(edit: Document, present: Document) -> Document:
    """An edit that was made of a document without passwords: where one is hidden, the one of ``present`` stays.

    One that ``present`` does not have stays hidden, which no check lets pass as a password.
    """
    known = {policy.id: policy for policy in _policies(present)}
    edit = _with_policies(edit, known, only_hidden=True)
    if isinstance(edit, TenantSettings) and isinstance(present, TenantSettings) and edit.ingress.users:
        hashes = {user.name: user.password_hash for user in present.ingress.users}
        users = tuple(
            msgspec.structs.replace(user, password_hash=hashes.get(user.name, HIDDEN))
            if user.password_hash == HIDDEN
            else user
            for user in edit.ingress.users
        )
        return msgspec.structs.replace(edit, ingress=msgspec.structs.replace(edit.ingress, users=users))
    return edit


def _policies(document: Document) -> tuple[Policy, ...]:
    return () if document.policies is UNSET else tuple(document.policies or ())


def _with_policies(document: Document, known: dict[str, Policy], *, only_hidden: bool = False) -> Document:
    """Every fixed password, or with ``only_hidden`` every hidden one, replaced by that of the known policy, or hidden."""
    if not any(_zip_passwords(policy) for policy in _policies(document)):
        return document
    changed = []
    for policy in _policies(document):
        there = _zip_passwords(known[policy.id]) if policy.id in known else {}
        actions = tuple(
            _replaced(action, there.get(place, next(iter(there.values()), HIDDEN)), only_hidden=only_hidden)
            for place, action in _numbered(policy.actions)
        )
        changed.append(msgspec.structs.replace(policy, actions=actions))
    changes: dict[str, Any] = {"policies": tuple(changed)}
    replaced: Document = msgspec.structs.replace(document, **changes)
    return replaced


def _zip_passwords(policy: Policy) -> dict[int, str]:
    """The fixed passwords of a policy's encryptions, by the place of the encryption among its kind."""
    return {
        place: action.password
        for place, action in _numbered(policy.actions)
        if isinstance(action, Zip) and action.password
    }


def _numbered(actions: tuple[Action, ...]) -> Iterator[tuple[int, Action]]:
    count = 0
    for action in actions:
        yield count, action
        count += isinstance(action, Zip)


def _replaced(action: Action, password: str, *, only_hidden: bool) -> Action:
    if not isinstance(action, Zip) or not action.password or (only_hidden and action.password != HIDDEN):
        return action
    return msgspec.structs.replace(action, password=password)
