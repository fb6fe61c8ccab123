"""The lines of a message's history. Used when a page or report shows it."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.text.catalogue import Catalogue, MissingText
from shared.core.text.en import events as en
from shared.core.text.ja import events as ja
from shared.core.text.language import Language

DROPPED = ("recipients", "attachments")
"""Arguments by which any event tells what a partial release left out (product.md H10)."""
EVENTS = Catalogue("events", ja=ja.TEXTS, en=en.TEXTS)
"""Under each event code its line; under ``dropped.…`` and ``part.…`` what is added to a line, under ``answer.…`` an approver's."""


def render_event(code: str, args: Sequence[tuple[str, str]], language: Language) -> str:
    """One line of history. Never raises: history outlives versions, so an unknown code is shown as it is."""
    values = dict(args)
    if (word := f"answer.{values.get('answer')}") in EVENTS:
        values["answer"] = EVENTS.text(word, language)
    try:
        line = EVENTS.fill(code, language, values)
    except MissingText:
        return code
    dropped = (EVENTS.fill(f"dropped.{what}", language, values) for what in DROPPED if what in values)
    part = (EVENTS.fill("part.leader", language, values),) if "leader" in values else ()
    return (" " if language == "en" else "").join((line, *part, *dropped))
