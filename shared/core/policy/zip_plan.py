"""Who gets encrypted attachments: which of several ZIP actions counts, and for which recipients. Decide stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.policy.actions import Zip
from shared.core.policy.conditions.attachment import is_shown_picture
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.membership import list_with
from shared.core.policy.policies import Policy
from shared.core.policy.policy_match import in_order
from shared.core.policy.subject_marks import UsedMarks
from shared.core.policy.tenant_settings import TenantSettings

FORCED = Policy(id="-", actions=(Zip(),))
"""What the ``zip`` mark uses where the tenant has no policy with a ZIP: the defaults."""


@dataclass(frozen=True, slots=True)
class ZipWish:
    """The ZIP action that counts, and whose it is."""

    policy: Policy
    action: Zip

    @property
    def policy_id(self) -> str:
        """Empty for the defaults."""
        return "" if self.policy is FORCED else self.policy.id


def wishes(policies: Iterable[Policy]) -> list[ZipWish]:
    """Every ZIP action of these policies, in their order."""
    return [ZipWish(policy, action) for policy in policies for action in policy.actions if isinstance(action, Zip)]


def forced_wish(settings: TenantSettings, context: MatchContext) -> ZipWish:
    """The ZIP of the ``zip`` mark where no policy with one matches: that of the first policy that applies to the sender."""
    applying = (
        policy
        for policy in in_order(settings.policies)
        if policy.enabled and context.in_groups(policy.groups, policy.not_groups)
    )
    return next(iter(wishes(applying)), ZipWish(FORCED, Zip()))


def chosen(
    matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, marks: UsedMarks
) -> ZipWish | None:
    """The ZIP that is wanted: of the first policy that has one, or of the ``zip`` mark."""
    found = wishes(matching)
    if found:
        return found[0]
    return forced_wish(settings, context) if marks.of("zip") is not None else None


def why_not(wish: ZipWish, context: MatchContext, marks: UsedMarks) -> str | None:
    """The stable word for why this message gets no ZIP, empty for a message without attachments; ``None`` where it does."""
    parts = [item.part for item in context.facts.attachments if not is_shown_picture(item)]
    if not parts:
        return ""
    if marks.of("zip") is not None:
        return None
    if marks.of("nozip") is not None:
        return "mark"
    if wish.action.skip_if_encrypted and all(context.encrypted.get(part, False) for part in parts):
        return "already-encrypted"
    return None


class Exemption:
    """Who gets the original in place of the ZIP."""

    def __init__(self, wish: ZipWish, settings: TenantSettings, context: MatchContext) -> None:
        self._of_internal = wish.action.exempt_internal
        self._internal = DomainSet(settings.internal_domains) if wish.action.exempt_internal else DomainSet(())
        self._lists = wish.action.exempt_lists
        self._context = context

    def covers(self, address: str, *, external: bool | None = None) -> bool:
        """Whether this address gets the original. ``external`` is what facts say of a recipient of the message."""
        internal = domain_of(address) in self._internal if external is None else not external and self._of_internal
        return internal or list_with(self._context, self._lists, normal_address(address), address) is not None
