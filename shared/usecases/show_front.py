"""The page at the root (stage 6): what this is, for whoever wonders. The same for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.notice.pages import front_page
from shared.core.text.language import choose_language
from shared.usecases.web_page import Answer, Page, web_page


def show_front(chosen: str = "", accepted: Sequence[str] = ()) -> Page:
    """The front page in the language that was chosen, else the first that the browser accepts."""
    language = choose_language(chosen, *accepted)
    return web_page(Answer.SHOWN, front_page(language), language)
