"""Whom a card is for, and how it is closed: within Teams' bounds whatever the message (stages 5 and 6).

Teams takes messages of bots up to a size that it counts with its own share (28 KB is what every way into Teams bears);
a card here is at most ``LARGEST`` bytes. It is built again with less room until it fits; what is left out is counted
("and N more") and is on the page that the link opens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from shared.core.notice.cards.actions import CardAction, CardVerb
from shared.core.notice.cards.elements import Element, heading, line, open_link, press, run
from shared.core.notice.formats import moment_text
from shared.core.notice.safe_text import many_lines, one_line
from shared.core.text.card import CARD
from shared.core.text.catalogue import Value
from shared.core.text.language import Language

LARGEST = 24_000
"""Bytes of a card as UTF-8 JSON; the rest up to 28 KB is the activity's around it."""
VERSION = "1.5"
"""Microsoft asks for this schema version where a card uses Universal Actions in Teams."""
MOST_REFRESHING = 60
"""People for whom Teams refreshes a card by itself (``refresh.userIds``)."""
LONGEST_IDS = 4_000
"""Characters of all their ids together."""
LONGEST_LINK = 4_000
LEAD_LINES = 12


@dataclass(frozen=True, slots=True)
class CardReader:
    """Whom a card is made for.

    ``person`` is an address. ``link`` opens our page and is empty where there is none. ``refresh_for`` are the
    channel's ids (``29:…``) of those for whom Teams asks for the card again whenever it is shown.
    """

    person: str
    language: Language
    zone: tzinfo
    link: str = ""
    refresh_for: tuple[str, ...] = ()

    def say(self, key: str, **values: Value) -> str:
        """A text of the topic ``card`` in the reader's language."""
        return CARD.fill(key, self.language, values)

    def when(self, moment: datetime) -> str:
        """A moment as the reader writes it."""
        return moment_text(moment, self.zone, self.language)

    def is_me(self, address: str) -> bool:
        """Whether that address is the reader's."""
        return bool(address) and address.casefold() == self.person.casefold()

    def details(self) -> list[Element]:
        """The button to our page, if there is one."""
        return [open_link(self.say("button.details"), self.link)] if 0 < len(self.link) <= LONGEST_LINK else []


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a message a card shows: entries of each kind, and characters of one text."""

    reasons: int
    domains: int
    people: int
    files: int
    length: int
    lead: int


ROOMS = (
    Room(reasons=20, domains=12, people=10, files=20, length=300, lead=1_500),
    Room(reasons=12, domains=8, people=6, files=10, length=200, lead=1_000),
    Room(reasons=8, domains=6, people=4, files=6, length=120, lead=600),
    Room(reasons=6, domains=4, people=3, files=4, length=80, lead=400),
    Room(reasons=4, domains=3, people=2, files=3, length=60, lead=200),
    Room(reasons=2, domains=2, people=1, files=2, length=40, lead=120),
)
"""From the most to the least; the last fits whatever the message holds."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands on a card, before it is closed. ``show`` is asked again by refresh, where the card can still change."""

    body: list[Element]
    actions: list[Element]
    show: CardAction | None = None


def close(reader: CardReader, build: Callable[[Room], Draft]) -> bytes:
    """The card in the first room that it fits in, as UTF-8 JSON."""
    for room in ROOMS:
        data = _written(reader, build(room))
        if len(data) <= LARGEST:
            return data
    raise AssertionError("a card in the smallest room fits")


def lead_lines(text: str, room: Room) -> list[Element]:
    """A tenant's own words, or ours, as lines without markup."""
    shown, cut = many_lines(text, room.lead)
    lines = [piece for piece in shown.split("\n") if piece]
    cut = cut or len(lines) > LEAD_LINES
    lines = lines[:LEAD_LINES]
    if cut and lines:
        lines[-1] += "…"
    return [line(run(piece)) for piece in lines]


def head(reader: CardReader, title: str, lead: str, room: Room, *, style: str) -> Element:
    """The coloured top of a card: what it is about, in one line, and what is asked of the reader."""
    return {
        "type": "Container",
        "style": style,
        "bleed": True,
        "items": [heading(title, size="Large"), *(lead_lines(lead, room) if lead else [])],
    }


def subject_line(reader: CardReader, subject: str, after: Iterable[Element], room: Room) -> Element:
    """The message's subject, larger than the rest."""
    shown = one_line(subject, room.length) or reader.say("subject_blank")
    return line(run(shown, bold=True) | {"size": "Medium"}, *after, tight=False)


def back(reader: CardReader, verb: CardVerb, queue_id: str, version: int) -> Element:
    """The button that leads back to the card as things stand."""
    return press(reader.say("button.back"), CardAction(verb, queue_id, version))


def _written(reader: CardReader, draft: Draft) -> bytes:
    card: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "lang": reader.language,
        "fallbackText": reader.say("fallback"),
        "msteams": {"width": "Full"},
        "body": draft.body,
    }
    if draft.actions:
        card["actions"] = draft.actions
    if draft.show is not None and (people := _refreshing(reader.refresh_for)):
        action = press(reader.say("button.refresh"), draft.show)
        del action["associatedInputs"], action["fallback"]
        card["refresh"] = {"action": action, "userIds": people}
    return json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _refreshing(ids: tuple[str, ...]) -> list[str]:
    chosen: list[str] = []
    room = LONGEST_IDS
    for one in dict.fromkeys(ids):
        room -= len(one)
        if len(chosen) == MOST_REFRESHING or room < 0:
            break
        chosen.append(one)
    return chosen
