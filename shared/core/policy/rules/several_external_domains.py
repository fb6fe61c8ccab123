"""R3: recipients of several different external domains. Part of the decide stage."""

from __future__ import annotations

from shared.core.message.domains import normal_domain
from shared.core.message.facts import MessageFacts
from shared.core.policy.decision import Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.recipients import anchors_at
from shared.core.policy.tenant_settings import RuleAssignment

NAMED_DOMAINS = 5
"""At most so many domains are named in the reason; the anchors show all of them, and the reason stays readable."""


def match(facts: MessageFacts, assignment: RuleAssignment) -> Reason | None:
    """Holds when the external recipients' domains are at least ``minimum`` in number, anchored at each recipient.

    A domain is what stands after the ``@``: a subdomain is another domain, since it may well be another company.
    """
    external = facts.external
    domains = tuple(dict.fromkeys(normal_domain(recipient.domain) for recipient in external))
    if len(domains) < assignment.minimum:
        return None
    return reason(
        ReasonCode.SEVERAL_EXTERNAL_DOMAINS,
        assignment,
        anchors_at(external),
        count=len(domains),
        minimum=assignment.minimum,
        domains=domains[:NAMED_DOMAINS],
    )
