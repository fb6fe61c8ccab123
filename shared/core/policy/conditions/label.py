"""Conditions on the sensitivity label (Microsoft Purview). Decide stage.

Outlook and Exchange write labels into the header field ``msip_labels``, as ``MSIP_Label_<id>_<property>=<value>;`` for
each property (learn.microsoft.com/information-protection/develop/concept-mip-metadata). A label counts while its
``Enabled`` is ``true``.
"""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation, shown
from shared.core.policy.conditions.model import Label
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.decision import Anchor, AnchorKind

_WHOLE = (Anchor(AnchorKind.MESSAGE),)
_FIELD = "msip_labels"
_PREFIX = "msip_label_"


def compile_label(condition: Label) -> Node:
    """The condition ready to be asked."""
    return _Label(condition)


def labels(context: MatchContext) -> dict[str, str]:
    """The labels that the message bears: names by id, the id in place of a name that is not told."""
    properties: dict[str, dict[str, str]] = {}
    for text in context.headers.get(_FIELD, ()):
        for item in text.raw.split(";"):
            key, _, value = item.strip().partition("=")
            if key.lower().startswith(_PREFIX):
                label, _, name = key[len(_PREFIX) :].rpartition("_")
                properties.setdefault(label.lower(), {})[name.lower()] = value.strip()
    return {
        label: found.get("name") or label
        for label, found in properties.items()
        if label and found.get("enabled", "").lower() == "true"
    }


class _Label:
    """Values are ids or names; negated: no label is one of them, also where there is none."""

    def __init__(self, condition: Label) -> None:
        self._condition = condition
        self._wanted = {fold(value.strip().strip("{}")): value for value in condition.values}
        self._negated = condition.operator in ("not-equals", "does-not-exist")

    def _found(self, borne: dict[str, str]) -> str | None:
        if self._condition.operator in ("exists", "does-not-exist"):
            return next(iter(borne.values()), None)
        for label, name in borne.items():
            found = self._wanted.get(fold(label)) or self._wanted.get(fold(name))
            if found is not None:
                return found
        return None

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return (self._found(labels(context)) is None) == self._negated

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        borne = labels(context)
        found = self._found(borne)
        return Explanation(
            (found is None) == self._negated,
            f"label.{self._condition.operator}",
            shown(self._condition.values),
            shown(list(borne.values())),
            () if found is None else shown([found]),
            _WHOLE,
        )
