"""Every reason code that a decision can carry, with the names of its arguments. Part of the decide stage.

This is the one list: docs/POLICY.md and the texts in every language are tested against it, and ``reason`` refuses to
make a reason that does not fit it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from shared.core.policy.decision import Anchor, Argument, Reason
from shared.core.policy.tenant_settings import RuleKind


class ReasonCode(StrEnum):
    """The codes. A code never changes its meaning: it is stored with messages and read years later."""

    LOOP = "loop"
    UNREADABLE = "unreadable"
    POLICY_ERROR = "policy-error"
    NO_RULE = "no-rule"
    NULL_SENDER = "system.null-sender"
    OWN_MAIL = "system.own-mail"
    AUTOMATIC_FORWARD = "system.automatic-forward"
    AUTOMATIC_REPLY = "system.automatic-reply"
    READ_RECEIPT = "system.read-receipt"
    DSN = "system.dsn"
    CALENDAR_REPLY = "system.calendar-reply"
    HAS_ATTACHMENTS = "rule.has-attachments"
    RECIPIENT_EXTERNAL = "rule.recipient-external"
    SEVERAL_EXTERNAL_DOMAINS = "rule.several-external-domains"
    ALL_RECIPIENTS_EXTERNAL = "rule.all-recipients-external"
    RECIPIENT_COUNT = "rule.recipient-count"
    SUBJECT_BLANK = "rule.subject-blank"
    FORCED_ALERT = "rule.forced-alert"
    CONDITION = "rule.condition"
    POLICY_HOLD = "policy.hold"
    POLICY_DELIVER = "policy.deliver"
    POLICY_DISCARD = "policy.discard"
    POLICY_REJECT = "policy.reject"
    POLICY_DELAY = "policy.delay"
    POLICY_PROTECTED = "policy.protected"
    POLICY_MANAGER_UNKNOWN = "policy.manager-unknown"
    POLICY_APPROVAL = "policy.approval"
    POLICY_LINK_UNAVAILABLE = "policy.link-unavailable"
    POLICY_APPLIED = "policy.applied"
    POLICY_GAVE_WAY = "policy.gave-way"
    POLICY_UNCHANGED = "policy.unchanged"
    POLICY_ZIP_SKIPPED = "policy.zip-skipped"
    POLICY_MANAGER_MISSING = "policy.manager-missing"
    MARK_SEND = "mark.send"
    MARK_DISCARD = "mark.discard"
    MARK_ZIP = "mark.zip"
    MARK_NOZIP = "mark.nozip"


COUNTED_FIELDS = ("total", "to_and_cc", "to", "cc", "bcc")
"""What ``rule.recipient-count`` can count, in the order in which a reason names what was reached."""

ARGUMENTS: Mapping[ReasonCode, frozenset[str]] = {
    ReasonCode.LOOP: frozenset({"why"}),
    ReasonCode.UNREADABLE: frozenset({"why"}),
    ReasonCode.POLICY_ERROR: frozenset({"rule"}),
    ReasonCode.NO_RULE: frozenset(),
    ReasonCode.NULL_SENDER: frozenset(),
    ReasonCode.OWN_MAIL: frozenset(),
    ReasonCode.AUTOMATIC_FORWARD: frozenset(),
    ReasonCode.AUTOMATIC_REPLY: frozenset(),
    ReasonCode.READ_RECEIPT: frozenset(),
    ReasonCode.DSN: frozenset(),
    ReasonCode.CALENDAR_REPLY: frozenset(),
    ReasonCode.HAS_ATTACHMENTS: frozenset({"count", "bytes"}),
    ReasonCode.RECIPIENT_EXTERNAL: frozenset({"count"}),
    ReasonCode.SEVERAL_EXTERNAL_DOMAINS: frozenset({"count", "minimum", "domains"}),
    ReasonCode.ALL_RECIPIENTS_EXTERNAL: frozenset({"count"}),
    ReasonCode.RECIPIENT_COUNT: frozenset({"reached", "counts", "limits"}),
    ReasonCode.SUBJECT_BLANK: frozenset(),
    ReasonCode.FORCED_ALERT: frozenset({"count"}),
    ReasonCode.CONDITION: frozenset({"keywords", "places"}),
    ReasonCode.POLICY_HOLD: frozenset(),
    ReasonCode.POLICY_DELIVER: frozenset(),
    ReasonCode.POLICY_DISCARD: frozenset(),
    ReasonCode.POLICY_REJECT: frozenset(),
    ReasonCode.POLICY_DELAY: frozenset({"minutes"}),
    ReasonCode.POLICY_PROTECTED: frozenset({"protections", "actions"}),
    ReasonCode.POLICY_MANAGER_UNKNOWN: frozenset(),
    ReasonCode.POLICY_APPROVAL: frozenset({"approvers"}),
    ReasonCode.POLICY_LINK_UNAVAILABLE: frozenset(),
    ReasonCode.POLICY_APPLIED: frozenset({"actions"}),
    ReasonCode.POLICY_GAVE_WAY: frozenset({"actions", "winner"}),
    ReasonCode.POLICY_UNCHANGED: frozenset({"protections", "actions"}),
    ReasonCode.POLICY_ZIP_SKIPPED: frozenset({"why"}),
    ReasonCode.POLICY_MANAGER_MISSING: frozenset(),
    ReasonCode.MARK_SEND: frozenset({"mark"}),
    ReasonCode.MARK_DISCARD: frozenset({"mark"}),
    ReasonCode.MARK_ZIP: frozenset({"mark"}),
    ReasonCode.MARK_NOZIP: frozenset({"mark"}),
}
"""The argument names of each code."""


class Named(Protocol):
    """A rule assignment or a policy: whose name and description a reason repeats."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...


def reason(
    code: ReasonCode,
    assignment: Named | None = None,
    anchors: tuple[Anchor, ...] = (),
    **args: Argument,
) -> Reason:
    """A reason with the arguments that its code has, no more and no fewer, and the names of the rule or policy.

    Raises ``ValueError`` for other arguments.
    """
    if args.keys() != ARGUMENTS[code]:
        raise ValueError(f"{code} takes {sorted(ARGUMENTS[code])}, not {sorted(args)}")
    pairs = tuple(args.items())
    if assignment is None:
        return Reason(code.value, pairs, anchors)
    return Reason(code.value, pairs, anchors, assignment.id, assignment.name, assignment.description)


def rule_code(kind: RuleKind) -> ReasonCode:
    """The code of the reasons that one kind of rule gives."""
    return ReasonCode(f"rule.{kind}")
