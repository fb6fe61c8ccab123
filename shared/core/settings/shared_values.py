"""The single values that several levels can set, and whether a document has set them. Pure; see ``merge.py``."""

from __future__ import annotations

from typing import Any, cast, get_args

import msgspec
from msgspec import UNSET

from shared.core.policy.tenant_settings import HoldNotices, SharedValue, TenantSettings
from shared.core.settings.scope_settings import Document, ScopeSettings

SHARED_VALUES: tuple[SharedValue, ...] = get_args(SharedValue)
"""Paths of the values, as ``TenantSettings`` names them."""
_DEFAULTS = HoldNotices()


def default_of(path: SharedValue) -> object:
    """The value where nobody has set one."""
    return getattr(_DEFAULTS, _field(path))


def value_set(document: Document, path: SharedValue) -> object:
    """What a document has set, ``UNSET`` where it leaves the choice to the levels below."""
    found = getattr(document.notices, _field(path))
    if isinstance(document, ScopeSettings) or path in document.fixed or found != default_of(path):
        return found
    return UNSET


def with_value(settings: TenantSettings, path: SharedValue, value: object) -> TenantSettings:
    """The settings with one shared value replaced."""
    notices = msgspec.structs.replace(settings.notices, **{_field(path): cast("Any", value)})
    return msgspec.structs.replace(settings, notices=notices)


def _field(path: SharedValue) -> str:
    return path.partition(".")[2]
