"""Decisions in one line, and tenants with policies in one expression, for decision tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.message.facts import MessageFacts
from shared.core.policy.actions import Action
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Decision, DecisionPart, Reason, TransformCall
from shared.core.policy.evaluate import decide
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import NextHopServer, Route, RuleAssignment, TenantSettings
from shared.core.policy.transform_calls import (
    AddHeaderField,
    ConvertToBcc,
    CopyToBoss,
    InsertTemplate,
    RemoveHeaderField,
    RemoveSubjectMark,
    ZipAttachments,
    read_call,
)

EXTERNAL = RuleAssignment(id="external", rule="recipient-external")
FORCED = RuleAssignment(id="forced", rule="forced-alert", addresses=("rival.example",))


def policy(id_: str, *actions: Action, **options: Any) -> Policy:
    """A policy that matches every message unless told otherwise."""
    return Policy(id=id_, actions=actions, **options)


def tenant(*policies: Policy, rules: Sequence[RuleAssignment] = (), **options: Any) -> TenantSettings:
    """A tenant whose internal domains are those of ``message_facts``."""
    return TenantSettings(
        tenant_id="acme",
        domains=("acme.example", "acme-sales.example"),
        routes=(Route(servers=(NextHopServer(host="hop"),)),),
        version=7,
        policies=policies,
        rules=tuple(rules),
        **options,
    )


def told(facts: MessageFacts, settings: TenantSettings, **context: Any) -> str:
    """The decision in one line.

    ``hold rule.recipient-external | a@out.example: zip(p) | b@acme.example: -``: disposition with its particulars,
    reasons, then each part with who gets it (``+`` for whom it is added) and its transforms.
    """
    return summary(decide(facts, settings, context=MatchContext(facts, **context)))


def summary(decision: Decision) -> str:
    """See ``told``."""
    head = [decision.disposition.value]
    head += [f"+{decision.delay_minutes}min"] if decision.delay_minutes else []
    head += [f"via {decision.route}"] if decision.route else []
    head += ["notify"] if decision.notify_sender else []
    head += [f"({decision.reject_text})"] if decision.reject_text else []
    head += [f"asks {','.join(call.policy for call in decision.approvals)}"] if decision.approvals else []
    head.append(codes(decision.reasons))
    if decision.skipped:
        head.append(f"skipped {codes(decision.skipped)}")
    return " | ".join([" ".join(head), *map(_part, decision.parts)])


def codes(reasons: Sequence[Reason]) -> str:
    """Codes with the rule or policy that each is of."""
    return ",".join(f"{reason.code}({reason.rule_id})" if reason.rule_id else reason.code for reason in reasons)


def notes(decision: Decision) -> list[str]:
    """The notes but for that policies were applied: ``policy.gave-way(p) actions=zip winner=q``."""
    return [
        " ".join([codes([note]), *(f"{name}={_value(value)}" for name, value in note.args)])
        for note in decision.notes
        if note.code != "policy.applied"
    ]


def _value(value: object) -> str:
    return "+".join(value) if isinstance(value, tuple) else str(value)


def _part(part: DecisionPart) -> str:
    people = [*part.recipients, *(f"+{address}" for address in part.added_recipients)]
    return f"{' '.join(people) or 'nobody'}: {' '.join(map(_call, part.transforms)) or '-'}"


def _call(stored: TransformCall) -> str:
    match read_call(stored):
        case RemoveSubjectMark(mark):
            return f"unmark({mark})"
        case ZipAttachments() as call:
            return f"zip({call.policy})"
        case InsertTemplate() as call:
            return f"text({call.template}@{call.place})"
        case CopyToBoss(field, addresses, envelope):
            return f"{field}({','.join(addresses)}+{len(envelope)})"
        case ConvertToBcc(keep_domains, sender):
            return f"bcc-all({sender})" if not keep_domains else f"bcc-but({','.join(keep_domains)};{sender})"
        case RemoveHeaderField(name):
            return f"drop({name})"
        case AddHeaderField(name, value):
            return f"add({name}={value})"
