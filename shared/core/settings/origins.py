"""Where every effective value came from, and who may change it (product.md S2): what the portal shows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from shared.core.policy.model import Model
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.merge import Effective
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope
from shared.core.settings.scope_check import COLLECTIONS
from shared.core.settings.scope_settings import Document, scope_of
from shared.core.settings.shared_values import SHARED_VALUES, default_of, value_set

ADMINISTRATORS_EYES = ("ingress", "routes", "access", "signing", "retention.legal_holds")
"""Settings that only administrators are shown: how the relay knows the tenant, by which servers and with whose keys its
mail leaves, who has which role, and whose mail a legal hold keeps.
"""
_HEAD = ("tenant_id", "version", "fixed")
_RANK = {Level.TENANT: 0, Level.GROUP: 1, Level.USER: 2, Level.DEFAULT: 3}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: the document of ``scope`` in that version, or the default (version 0)."""

    scope: Scope
    version: int


DEFAULT = Origin(Scope(Level.DEFAULT), 0)


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """One setting as it counts.

    ``path`` is ``notices.language`` or ``rules[external]``. ``passed_over`` are lower levels that have set the same and
    do not count. ``shared`` tells whether groups and users can set it at all.
    """

    path: str
    value: Any
    origin: Origin
    passed_over: tuple[Origin, ...] = ()
    shared: bool = False

    def can_be_set_by(self, level: Level) -> bool:
        """Whether a document of that level would have a say: nobody above has set it. Items are the level's own."""
        return level is Level.TENANT or (self.shared and _RANK[level] <= _RANK[self.origin.scope.level])


def values(effective: Effective, viewer: Level = Level.USER) -> tuple[EffectiveValue, ...]:
    """Every effective value in the order of the model, items of collections one by one."""
    return tuple(_values(effective, viewer))


def _values(effective: Effective, viewer: Level) -> Iterator[EffectiveValue]:
    for field in msgspec.structs.fields(TenantSettings):
        if field.name in _HEAD or (field.name in ADMINISTRATORS_EYES and viewer is not Level.TENANT):
            continue
        if field.name in COLLECTIONS:
            yield from _items(effective, field.name)
            continue
        value = getattr(effective.settings, field.name)
        if isinstance(value, Model) and field.name != "ingress":
            for inner in msgspec.structs.fields(type(value)):
                if f"{field.name}.{inner.name}" in ADMINISTRATORS_EYES and viewer is not Level.TENANT:
                    continue
                yield _single(effective, f"{field.name}.{inner.name}", getattr(value, inner.name), inner.default)
        else:
            yield _single(effective, field.name, value, field.default)


def _single(effective: Effective, path: str, value: object, default: object) -> EffectiveValue:
    plain = msgspec.to_builtins(value)
    if path not in SHARED_VALUES:
        return EffectiveValue(path, plain, DEFAULT if value == default else _origin(effective.layers[0]))
    shared = next(name for name in SHARED_VALUES if name == path)
    setters = [_origin(layer) for layer in effective.layers if value_set(layer, shared) is not UNSET]
    if not setters:
        return EffectiveValue(path, msgspec.to_builtins(default_of(shared)), DEFAULT, shared=True)
    return EffectiveValue(path, plain, setters[0], tuple(setters[1:]), shared=True)


def _items(effective: Effective, collection: str) -> Iterator[EffectiveValue]:
    by_id = {item.id: item for item in getattr(effective.settings, collection)}
    owners: dict[str, list[Origin]] = {}
    for layer in effective.layers:
        for item in getattr(layer, collection) or ():
            owners.setdefault(item.id, []).append(_origin(layer))
    default = getattr(_NEW_TENANT, collection)
    for name, item in by_id.items():
        first, *rest = owners[name]
        is_default = first.scope == TENANT_SCOPE and getattr(effective.layers[0], collection) == default
        yield EffectiveValue(
            f"{collection}[{name}]", msgspec.to_builtins(item), DEFAULT if is_default else first, tuple(rest)
        )


def _origin(layer: Document) -> Origin:
    return Origin(scope_of(layer), layer.version)


_NEW_TENANT = TenantSettings(tenant_id="new", domains=("invalid",), routes=())
