"""What conditions on recipients share: scopes and quantifiers. Decide stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.core.message.facts import RecipientField
from shared.core.policy.conditions.context import ComparedRecipient, MatchContext
from shared.core.policy.conditions.explanation import Explanation, shown
from shared.core.policy.conditions.model import Quantifier, Scope
from shared.core.policy.decision import Anchor, AnchorKind

_TO, _CC, _BCC = RecipientField.TO, RecipientField.CC, RecipientField.BCC
_FIELDS: dict[str, frozenset[RecipientField]] = {
    "to-cc": frozenset({_TO, _CC}),
    "to": frozenset({_TO}),
    "cc": frozenset({_CC}),
    "bcc": frozenset({_BCC}),
}
Test = Callable[[ComparedRecipient, MatchContext], str | None]
"""Whether one recipient fits: the value of the condition by which it does, or ``None``."""


def in_scope(context: MatchContext, scope: Scope) -> Sequence[ComparedRecipient]:
    """The envelope recipients that a scope names."""
    if scope == "all":
        return context.recipients
    if scope in ("internal", "external"):
        external = scope == "external"
        return [recipient for recipient in context.recipients if recipient.facts.external == external]
    fields = _FIELDS[scope]
    return [recipient for recipient in context.recipients if recipient.facts.field in fields]


class OverRecipients:
    """A test of single recipients under a quantifier: some, every, or no recipient in scope fits.

    Where nobody is in scope ``any`` and ``all`` do not match and ``none`` does. ``negated`` turns the test of each
    recipient around, so that ``any`` with ``not-equals`` means: somebody else is among them.
    """

    def __init__(
        self, test: Test, *, what: str, wanted: tuple[str, ...], quantifier: Quantifier, scope: Scope, negated: bool
    ) -> None:
        self._test = test
        self._what = what
        self._wanted = wanted
        self._quantifier = quantifier
        self._scope = scope
        self._negated = negated

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        recipients = in_scope(context, self._scope)
        test = self._test
        # Sure of the answer at the first recipient that fits, or for "all" at the first that does not.
        decisive = self._negated if self._quantifier != "all" else not self._negated
        for item in recipients:
            if (test(item, context) is None) == decisive:
                return self._quantifier == "any"
        return bool(recipients) if self._quantifier == "all" else self._quantifier == "none"

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``. Anchored at the recipients that fit."""
        recipients = in_scope(context, self._scope)
        fitting, found = [], list[str]()
        for item in recipients:
            value = self._test(item, context)
            if (value is None) == self._negated:
                fitting.append(item)
                found += [] if value is None else [value]
        if self._quantifier == "all":
            matched = bool(recipients) and len(fitting) == len(recipients)
        else:
            matched = bool(fitting) == (self._quantifier == "any")
        return Explanation(
            matched,
            self._what,
            shown(self._wanted),
            shown([item.facts.address for item in (fitting or recipients)]),
            shown(list(dict.fromkeys(found))),
            tuple(Anchor(AnchorKind.RECIPIENT, item.facts.address) for item in fitting),
        )
