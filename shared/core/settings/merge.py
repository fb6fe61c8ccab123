"""``effective``: the settings that count for one sender, out of the tenant's, their groups' and their own. Pure.

What an administrator has set wins over what a group has set, and that over the user's own (product.md S2). Among nested
groups the upper one wins, for the same reason: whoever answers for more people decides for those below, and a department
cannot undo what its division has set. docs/SETTINGS.md tells the rules; ``origins.py`` tells where a value came from.

- A single value: the topmost level that has set it, else the default.
- Rules, policies, lists and templates are united by id. The topmost one of an id counts, whatever is below it.
- Policies of a lower level are asked after all of the levels above, so that a ``stop`` below stops nothing above.
- A list or template cannot fill a gap above: where a rule or policy names one that its own level and those above do not
  have, one of that id from below is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from shared.core.policy.policies import Policy
from shared.core.policy.same import Same
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.references import references
from shared.core.settings.scope import Scope
from shared.core.settings.scope_check import COLLECTIONS
from shared.core.settings.scope_settings import Document, ScopeSettings, scope_of
from shared.core.settings.shared_values import SHARED_VALUES, value_set, with_value

LeftOutWhy = Literal["overridden", "gap-above"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item of a lower level that does not count: ``by`` has one of that id, or names that id and has none."""

    collection: str
    id: str
    scope: Scope
    by: Scope
    why: LeftOutWhy


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings for one sender. ``layers`` are the documents they were made of, the strongest first.

    ``settings`` is the tenant's own object where no layer adds anything, so that what was compiled for it serves all.
    """

    settings: TenantSettings
    layers: tuple[Document, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def versions(self) -> tuple[tuple[str, int], ...]:
        """Scope and version of every layer, for the decision to remember."""
        return tuple((str(scope_of(layer)), layer.version) for layer in self.layers)


def effective(
    tenant: TenantSettings, groups: Sequence[ScopeSettings] = (), user: ScopeSettings | None = None
) -> Effective:
    """The merged settings. ``groups`` from the topmost to the one nearest to the user.

    The same objects give the same object, as long as they are in use: conditions are compiled once for each.
    """
    layers = (*groups, *((user,) if user is not None else ()))
    return _merged(Same(tenant), tuple(Same(layer) for layer in layers))


@lru_cache(maxsize=1024)
def _merged(tenant: Same[TenantSettings], below: tuple[Same[ScopeSettings], ...]) -> Effective:
    layers: tuple[Document, ...] = (tenant.of, *(layer.of for layer in below))
    united = {collection: _unite(collection, layers) for collection in COLLECTIONS}
    left_out = [item for _, left in united.values() for item in left]
    settings = tenant.of
    for collection, (items, _) in united.items():
        if len(items) != len(getattr(settings, collection)):
            changes: dict[str, Any] = {collection: items}
            settings = msgspec.structs.replace(settings, **changes)
    for path in SHARED_VALUES:
        wanted = next((value for layer in layers if (value := value_set(layer, path)) is not UNSET), UNSET)
        if wanted is not UNSET and value_set(tenant.of, path) is UNSET:
            settings = with_value(settings, path, wanted)
    return Effective(settings, layers, tuple(left_out))


def _unite(collection: str, layers: tuple[Document, ...]) -> tuple[tuple[Any, ...], list[LeftOut]]:
    owners: dict[str, Scope] = {}
    gaps: dict[str, Scope] = {}
    items: list[Any] = []
    left_out: list[LeftOut] = []
    for layer in layers:
        scope = scope_of(layer)
        own = getattr(layer, collection) or ()
        for item in _after(items, own) if collection == "policies" else own:
            by, why = (owners, "overridden") if item.id in owners else (gaps, "gap-above")
            if item.id in by:
                left_out.append(LeftOut(collection, item.id, scope, by[item.id], why))  # type: ignore[arg-type]  # one of the two words above
                continue
            items.append(item)
        owners.update({item.id: scope for item in own if item.id not in owners and item.id not in gaps})
        gaps.update({name: scope for name in _named(collection, layer) if name not in owners and name not in gaps})
    return tuple(items), left_out


def _after(above: Sequence[Policy], own: Sequence[Policy]) -> list[Policy]:
    """Policies of a lower level in their order, with priorities that put them behind all of those above."""
    last = max((policy.priority for policy in above), default=0)
    return [
        policy if policy.priority >= last else msgspec.structs.replace(policy, priority=last)
        for policy in sorted(own, key=lambda policy: policy.priority)
    ]


def _named(collection: str, layer: Document) -> frozenset[str]:
    """The ids in this collection that the layer's rules and policies name."""
    if collection not in ("lists", "templates"):
        return frozenset()
    found = references(layer.rules or (), layer.policies or ())
    return found.lists if collection == "lists" else found.templates
