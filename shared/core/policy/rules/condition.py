"""R8: any condition tree as a rule, or ready-made: keywords in subject, body or attachment names. Part of the decide stage."""

from __future__ import annotations

from functools import lru_cache

from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import LONGEST_SHOWN
from shared.core.policy.conditions.keywords import Keywords
from shared.core.policy.conditions.spelled import Spelled
from shared.core.policy.decision import Anchor, AnchorKind, Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.same import Same
from shared.core.policy.tenant_settings import RuleAssignment

NAMED_KEYWORDS = 5
"""At most so many keywords are named in the reason."""
_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def match(context: MatchContext, assignment: RuleAssignment) -> Reason | None:
    """Holds when the tree matches, anchored at what it matches by; or when a keyword is found, anchored at its places."""
    if assignment.when is None:
        return _match_keywords(context, assignment)
    if not tree.matches(assignment.when, context):
        return None
    anchors = specific(tree.explain(assignment.when, context).matching_anchors())
    return reason(ReasonCode.CONDITION, assignment, anchors, keywords=(), places=())


def specific(anchors: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """The anchors at single things; the message as a whole where there is no other."""
    return tuple(anchor for anchor in anchors if anchor.kind is not AnchorKind.MESSAGE) or _WHOLE


@lru_cache(maxsize=1024)
def _compiled(keywords: Same[tuple[str, ...]]) -> Keywords:
    return Keywords(keywords.of)


def _match_keywords(context: MatchContext, assignment: RuleAssignment) -> Reason | None:
    keywords = _compiled(Same(assignment.keywords))
    found: dict[str, None] = {}
    places: list[str] = []
    anchors: list[Anchor] = []

    def look(place: str, anchor: Anchor, *texts: Spelled) -> None:
        words = [word for text in texts for word in keywords.all_in(text, NAMED_KEYWORDS)]
        if words:
            found.update(dict.fromkeys(words))
            anchors.append(anchor)
            if place not in places:
                places.append(place)

    if "subject" in assignment.keyword_places and context.subject is not None:
        look("subject", Anchor(AnchorKind.SUBJECT), context.subject)
    if "attachment-names" in assignment.keyword_places:
        for item in context.facts.attachments:
            look("attachment-names", Anchor(AnchorKind.ATTACHMENT, item.part), Spelled(item.name))
    if "body" in assignment.keyword_places:
        look("body", Anchor(AnchorKind.MESSAGE), *context.body)
    if not found:
        return None
    named = tuple(word[:LONGEST_SHOWN] for word in found)[:NAMED_KEYWORDS]
    return reason(ReasonCode.CONDITION, assignment, tuple(anchors), keywords=named, places=tuple(places))
