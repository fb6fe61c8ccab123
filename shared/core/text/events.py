"""The lines of a message's history. Used when a page or report shows it."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.text.catalogue import Catalogue, MissingText
from shared.core.text.en import events as en
from shared.core.text.ja import events as ja
from shared.core.text.language import Language

EVENTS = Catalogue("events", ja=ja.TEXTS, en=en.TEXTS)
"""Under each event code its line."""


def render_event(code: str, args: Sequence[tuple[str, str]], language: Language) -> str:
    """One line of history. Never raises: history outlives versions, so an unknown code is shown as it is."""
    try:
        return EVENTS.fill(code, language, dict(args))
    except MissingText:
        return code
