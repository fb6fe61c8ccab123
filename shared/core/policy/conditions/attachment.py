"""Conditions on attachments. Decide stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.core.message.facts import AttachmentFacts
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation, shown
from shared.core.policy.conditions.model import Attachment
from shared.core.policy.conditions.node import COMPARE, Node
from shared.core.policy.conditions.spelled import Spelled, fold
from shared.core.policy.conditions.text_test import NEGATIVE, text_fit
from shared.core.policy.decision import Anchor, AnchorKind

Test = Callable[[AttachmentFacts, MatchContext], str | None]


def is_shown_picture(item: AttachmentFacts) -> bool:
    """Whether it is a picture that the body shows, such as a logo in a signature: no attachment to who sends it."""
    return item.inline and item.content_type.lower().startswith("image/")


def compile_attachment(condition: Attachment) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    if condition.test == "total-size":
        return _TotalSize(condition)
    if condition.test in ("exists", "does-not-exist"):
        return _SomeAttachment(condition, lambda item, context: item.name, negated=condition.test == "does-not-exist")
    if condition.test in ("encrypted-zip", "no-encrypted-zip"):
        return _SomeAttachment(condition, _encrypted, negated=condition.test == "no-encrypted-zip")
    if condition.test == "size":
        compare, number = COMPARE[condition.comparison], condition.number
        return _SomeAttachment(
            condition, lambda item, context: str(item.size) if compare(item.size, number) else None, negated=False
        )
    return _SomeAttachment(condition, _name_test(condition), negated=condition.operator in NEGATIVE)


def _counted(context: MatchContext, condition: Attachment) -> Sequence[AttachmentFacts]:
    found = context.facts.attachments
    return found if condition.count_inline_images else [item for item in found if not is_shown_picture(item)]


class _SomeAttachment:
    """Some attachment fits; negated: none does, also where there is none at all."""

    def __init__(self, condition: Attachment, test: Test, *, negated: bool) -> None:
        self._condition = condition
        self._test = test
        self._negated = negated

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        test = self._test
        fits = any(test(item, context) is not None for item in _counted(context, self._condition))
        return fits != self._negated

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``. Anchored at the attachments that fit."""
        items = _counted(context, self._condition)
        fitting = [(item, found) for item in items if (found := self._test(item, context)) is not None]
        told = [item for item, _ in fitting] or items
        return Explanation(
            bool(fitting) != self._negated,
            _what(self._condition),
            _wanted(self._condition),
            shown([item.name for item in told]),
            shown(list(dict.fromkeys(found for _, found in fitting))),
            tuple(Anchor(AnchorKind.ATTACHMENT, item.part) for item, _ in fitting),
        )


class _TotalSize:
    """The decoded bytes of all attachments; where there is none there is no size either."""

    def __init__(self, condition: Attachment) -> None:
        self._condition = condition
        self._compare = COMPARE[condition.comparison]

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        items = _counted(context, self._condition)
        return bool(items) and self._compare(sum(item.size for item in items), self._condition.number)

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        items = _counted(context, self._condition)
        return Explanation(
            self.matches(context),
            _what(self._condition),
            _wanted(self._condition),
            (str(sum(item.size for item in items)),) if items else (),
            anchors=tuple(Anchor(AnchorKind.ATTACHMENT, item.part) for item in items),
        )


def _what(condition: Attachment) -> str:
    if condition.test in ("extension", "name"):
        return f"attachment.{condition.test}.{condition.operator}"
    return f"attachment.{condition.test}"


def _wanted(condition: Attachment) -> tuple[str, ...]:
    if condition.test in ("size", "total-size"):
        return (f"{condition.comparison} {condition.number}",)
    return shown(condition.values)


def _encrypted(item: AttachmentFacts, context: MatchContext) -> str | None:
    return item.name if item.part in context.encrypted else None


def _name_test(condition: Attachment) -> Test:
    """Of a name or an extension. An extension may have several pieces: ``tar.gz``; a dot before it changes nothing."""
    if condition.test == "extension":
        values = tuple(value.strip().removeprefix(".") for value in condition.values)
        if condition.operator in ("equals", "not-equals"):
            endings = {f".{fold(value)}": value for value in values}

            def ends(item: AttachmentFacts, context: MatchContext) -> str | None:
                name = fold(item.name)
                return next((value for ending, value in endings.items() if name.endswith(ending)), None)

            return ends
        fit = text_fit(condition.operator, values)
        return lambda item, context: fit(Spelled(item.extension)) if item.extension else None
    fit_name = text_fit(condition.operator, condition.values)
    return lambda item, context: fit_name(Spelled(item.name))
