"""What the dialogues of all link pages share (stage 6): the request, and a plain page for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared import log
from shared.core.hold.link import LinkExpired, LinkForged
from shared.core.notice.pages import error_page
from shared.core.text.language import choose_language
from shared.errors import NotFound
from shared.usecases.decide_hold import NotEntitled
from shared.usecases.hold_form import HoldForm
from shared.usecases.open_link import LinkForeign
from shared.usecases.web_page import Answer, Page, web_page


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the page. ``form`` is ``None`` when it only looks. ``peer`` is the network address that asks."""

    token: str
    chosen_language: str = ""
    accepted_languages: tuple[str, ...] = ()
    peer: str = ""
    form: HoldForm | None = None


def plain_page(answer: Answer, visit: Visit) -> Page:
    """The page for a visit that leads to no message."""
    language = choose_language(visit.chosen_language, *visit.accepted_languages)
    return web_page(answer, error_page(answer.value, language), language)


def safely(visit: Visit, step: Callable[[], Page]) -> Page:
    """The page that ``step`` makes. Never raises: what goes wrong is a plain page too, and a line in the log."""
    try:
        return step()
    except (LinkForged, NotFound):
        return plain_page(Answer.UNKNOWN, visit)
    except LinkExpired:
        return plain_page(Answer.EXPIRED, visit)
    except (LinkForeign, NotEntitled):  # the latter where a right was taken away between two looks
        return plain_page(Answer.FOREIGN, visit)
    except Exception as error:  # a visitor learns nothing of what is wrong inside
        log.trouble("page", None, error)
        return plain_page(Answer.BUSY, visit)
