"""Built-in system policies: machine-made mail that passes without a hold. Part of the decide stage."""

from __future__ import annotations

from shared.core.message.facts import MailKind, MessageFacts
from shared.core.policy.decision import Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.tenant_settings import SystemPolicies


def always_passes(facts: MessageFacts, policies: SystemPolicies) -> Reason | None:
    """Mail that is never held, whatever the settings say (product.md M5): a null sender's, and Matta's own.

    Nobody could be asked about it: a null sender takes no notice, and a notice about a notice would never end. Where a
    system policy lets the null sender's message pass as well, its reason is told, since it says more.
    """
    if facts.envelope.is_null_sender:
        return passes(facts, policies) or reason(ReasonCode.NULL_SENDER)
    if facts.kind is MailKind.OWN:
        return reason(ReasonCode.OWN_MAIL)
    return None


def passes(facts: MessageFacts, policies: SystemPolicies) -> Reason | None:
    """The reason why a system policy that is switched on lets this message pass, or ``None``."""
    switched_on = {
        MailKind.AUTOMATIC_FORWARD: policies.automatic_forwards,
        MailKind.AUTOMATIC_REPLY: policies.automatic_replies,
        MailKind.READ_RECEIPT: policies.read_receipts,
        MailKind.DSN: policies.dsns,
        MailKind.CALENDAR_REPLY: policies.calendar_replies,
    }
    if not switched_on.get(facts.kind, False):
        return None
    return reason(ReasonCode(f"system.{facts.kind}"))
