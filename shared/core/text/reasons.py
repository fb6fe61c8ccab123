"""Sentences for the reasons of a decision, in the reader's language. Used when a notice, page or report is made."""

from __future__ import annotations

from shared.core.policy.decision import Argument, Reason
from shared.core.text.catalogue import Catalogue, MissingText, Value
from shared.core.text.en import reasons as en
from shared.core.text.ja import reasons as ja
from shared.core.text.language import Language

REASONS = Catalogue("reasons", ja=ja.TEXTS, en=en.TEXTS)
"""Under each reason code its sentence, under ``<code>.title`` a short name."""

_WORDS_OF = {
    "actions": "action",
    "winner": "action",
    "protections": "protection",
    "places": "place",
    "approvers": "approvers",
}
"""Arguments that are stable words, and the beginning of the keys of their texts."""


def render(reason: Reason, language: Language) -> str:
    """One sentence that tells the sender why. Plain text.

    Never raises: decisions are stored, and one made by another version of Matta must still be readable. A code that has
    no text, or arguments that do not fit it, give a general sentence with the code.
    """
    try:
        return REASONS.fill(_variant(reason), language, _values(reason, language))
    except (MissingText, ValueError, TypeError):
        return REASONS.text("unknown", language, code=reason.code)


def reason_title(reason: Reason, language: Language) -> str:
    """A short name: the tenant's own name for the rule where one is set, else ours."""
    if reason.name:
        return reason.name
    key = f"{reason.code}.title"
    return REASONS.text(key if key in REASONS else "unknown.title", language)


def _variant(reason: Reason) -> str:
    """The key of the sentence; a reason that names only some of its domains says that there are others."""
    args = dict(reason.args)
    if args.get("keywords"):
        return f"{reason.code}.keywords"
    domains, count = args.get("domains"), args.get("count")
    if isinstance(domains, tuple) and isinstance(count, int) and count > len(domains):
        return f"{reason.code}.more"
    return reason.code


def _values(reason: Reason, language: Language) -> dict[str, Value]:
    values: dict[str, Value] = dict(reason.args)
    if "why" in values:
        values["why"] = _why(str(values["why"]), language)
    args = dict(reason.args)
    for name, topic in _WORDS_OF.items():
        if name in args:
            values[name] = _words(args[name], topic, language)
    if "reached" in args:
        values["details"] = _counts(args["reached"], args.get("counts", ()), args.get("limits", ()), language)
    return values


def _words(stable: Argument, topic: str, language: Language) -> Value:
    """Stable words as people say them; what has no text (the name of a policy) stays as it is."""
    if isinstance(stable, tuple):
        return tuple(_word(item, topic, language) for item in stable)
    return _word(str(stable), topic, language)


def _word(item: str, topic: str, language: Language) -> str:
    key = f"{topic}.{item}"
    return REASONS.text(key, language) if key in REASONS else item


def _why(word: str, language: Language) -> str:
    """The stable word for an obstacle, as people say it; an unknown word stays as it is."""
    key = f"why.{word}"
    return REASONS.text(key, language) if key in REASONS else REASONS.text("why.other", language, word=word)


def _counts(reached: Argument, counts: Argument, limits: Argument, language: Language) -> str:
    """``total 52, limit 50; To 30, limit 20`` from three tuples of one length."""
    if not isinstance(reached, tuple) or not isinstance(counts, tuple) or not isinstance(limits, tuple):
        raise TypeError("the counts of a reason are tuples")
    told = ""
    for field, count, limit in zip(reached, counts, limits, strict=True):
        item = REASONS.text(f"count.{field}", language, count=int(count), limit=int(limit))
        told = REASONS.text("count.join", language, first=told, second=item) if told else item
    return told
