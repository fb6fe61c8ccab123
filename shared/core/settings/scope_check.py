"""What a group's or a user's settings must fulfil beyond their types. Pure; asked before a document is saved.

Groups and users can only be stricter than what stands above them, so what lets mail pass, or changes by which way and
under which header it leaves, is for administrators (``ADMINISTRATORS_ONLY``).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from shared.core.message.domains import DomainSet, domain_of
from shared.core.policy.actions import AddHeader, BossCopy, DeliverAtOnce, Redirect, RemoveHeader, action_name
from shared.core.policy.approval_check import check_approvers
from shared.core.policy.conditions.check import check_list
from shared.core.policy.policies import Policy
from shared.core.policy.policies_check import Known, check_policy
from shared.core.policy.refusal import check_unique, refuse
from shared.core.policy.settings_check import check_rule
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.scope_settings import Document, ScopeSettings

ADMINISTRATORS_ONLY = (DeliverAtOnce, Redirect, AddHeader, RemoveHeader)
"""Actions that no policy of a group or a user can have."""
COLLECTIONS = ("rules", "policies", "lists", "templates")
"""What every level can have several of, each with an id."""


def known_names(documents: Iterable[Document]) -> Known:
    """The lists, templates and routes that these documents define."""
    lists: set[str] = set()
    templates: set[str] = set()
    routes: set[str] = set()
    for document in documents:
        lists.update(item.id for item in document.lists or ())
        templates.update(item.id for item in document.templates or ())
        if isinstance(document, TenantSettings):
            routes.update(route.name for route in document.routes if route.name)
    return Known(frozenset(lists), frozenset(templates), frozenset(routes))


def check_scope_settings(settings: ScopeSettings, above: Iterable[Document]) -> None:
    """Raises ``InvalidSettings`` that names the first place that is wrong and what is allowed there.

    ``above`` are the documents of the tenant and of the groups above, whose lists and templates may be named too.
    """
    documents = tuple(above)
    known = known_names((settings, *documents))
    for collection, what in zip(COLLECTIONS, ("rule", "policy", "address list", "template"), strict=True):
        items = getattr(settings, collection)
        if items is not UNSET:
            check_unique((item.id for item in items), f"$.{collection}", "id", what)
    for index, rule in enumerate(settings.rules or ()):
        check_rule(rule, f"$.rules[{index}]", known)
    for index, item in enumerate(settings.lists or ()):
        check_list(item, f"$.lists[{index}]")
    for index, policy in enumerate(settings.policies or ()):
        check_scope_policy(policy, f"$.policies[{index}]", known)
    for document in documents:
        if isinstance(document, TenantSettings):
            internal = DomainSet(document.internal_domains)
            _check_copies(settings.policies or (), internal)
            check_approvers(settings.policies or (), internal)


def _check_copies(policies: Iterable[Policy], internal: DomainSet) -> None:
    """Copies go to colleagues: no rule is asked about who is added, so others would pass every alert above."""
    for index, policy in enumerate(policies):
        for place, action in enumerate(policy.actions):
            for number, address in enumerate(action.addresses if isinstance(action, BossCopy) else ()):
                if domain_of(address) not in internal:
                    refuse(
                        f"$.policies[{index}].actions[{place}].addresses[{number}]",
                        "a copy to somebody outside is for administrators' policies alone",
                    )


def check_scope_policy(policy: Policy, place: str, known: Known) -> None:
    """Raises ``InvalidSettings`` for a policy that a group or a user cannot have."""
    for index, action in enumerate(policy.actions):
        if isinstance(action, ADMINISTRATORS_ONLY):
            refuse(f"{place}.actions[{index}].type", f"{action_name(action)} is for administrators' policies alone")
    check_policy(policy, place, known)
