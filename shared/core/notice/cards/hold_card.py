"""The cards about a held message: what is asked, the question before it is done, and what became of it (stages 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.core.hold.actor import SYSTEM, Actor
from shared.core.hold.record import MessageRecord, State
from shared.core.notice.cards.actions import COMMENT, LONGEST_COMMENT, MOST_REASONS, CardAction, CardVerb
from shared.core.notice.cards.content import content, counts_text, facts, reason_titles
from shared.core.notice.cards.elements import (
    Element,
    box,
    fact,
    heading,
    line,
    marks,
    press,
    run,
    show_more,
    text_input,
)
from shared.core.notice.cards.frame import CardReader, Draft, Room, back, close, head, subject_line
from shared.core.notice.hold_notice import NoticeKind
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import HoldEnd, HoldSheet, make_sheet
from shared.core.text.card import CARD
from shared.core.text.words import WORDS

_TITLE_LENGTHS = (120, 60, 30)
"""Characters of a reason's title on the confirm card, tried one after the other."""
_STYLES: dict[State, str] = {
    State.HELD: "warning",
    State.DELAYED: "warning",
    State.AWAITING_APPROVAL: "accent",
    State.DELIVERING: "good",
    State.DELIVERED: "good",
    State.PARTLY_DELIVERED: "warning",
    State.BOUNCED: "attention",
    State.DISCARDED: "emphasis",
    State.EXPIRED: "emphasis",
    State.DENIED: "attention",
}


@dataclass(frozen=True, slots=True)
class HoldCard:
    """What a card says of a hold.

    ``version`` is the message's event count. ``kind`` and ``number`` tell which notice it is (``number`` counts
    reminders from 1), ``end`` what happens if nobody decides. ``lead`` are a tenant's own words in place of ours.
    ``approval``: a release goes to approvers first, and may bear a comment for them.
    """

    queue_id: str
    version: int
    sheet: HoldSheet
    kind: NoticeKind
    number: int
    end: HoldEnd
    lead: str = ""
    approval: bool = False


def make_hold_card(
    record: MessageRecord,
    internal_domains: frozenset[str],
    end: HoldEnd,
    kind: NoticeKind = NoticeKind.FIRST,
    number: int = 0,
    lead: str = "",
) -> HoldCard:
    """What a card says of a message as its record stands."""
    sheet = make_sheet(record, internal_domains)
    if record.state is State.DELAYED and kind is NoticeKind.FIRST:
        kind = NoticeKind.DELAYED
    approval = bool(record.decision.approvals)
    return HoldCard(record.ref.queue_id, record.event_count, sheet, kind, number, end, lead, approval)


def hold_card(card: HoldCard, reader: CardReader) -> bytes:
    """The card as things stand: with Release and Discard while the message awaits its decision, else with the outcome
    in their place and the original content one click away.
    """
    if card.sheet.state.awaits_decision:
        return close(reader, lambda room: _asking(card, reader, room))
    return close(reader, lambda room: _outcome(card, reader, room))


def confirm_card(card: HoldCard, reader: CardReader, verb: Literal["release", "discard", "withdraw"]) -> bytes:
    """The second question. Before a release it lists every reason; pressing the button acknowledges them.

    Where there are too many to be listed, the card sends the reader to the page instead: nobody acknowledges what they
    were not shown. ``withdraw`` takes a request for approval back. A message that was decided meanwhile gets the card
    with its outcome.
    """
    state = card.sheet.state
    if not (state is State.AWAITING_APPROVAL if verb == "withdraw" else state.awaits_decision):
        return hold_card(card, reader)
    return close(reader, lambda room: _confirming(card, reader, verb, room))


def outcome_text(sheet: HoldSheet, reader: CardReader) -> str:
    """What was decided, by whom, for whom, when and through which channel, in one sentence; empty where nothing was."""
    outcome = sheet.outcome
    if outcome is None:
        return ""
    key = f"verb.{outcome.verb}"
    verb = reader.say(key if key in CARD else "verb.other")
    when = reader.when(outcome.at)
    if outcome.actor == SYSTEM:
        return reader.say("outcome.by_policy" if sheet.by_policy else "outcome.by_system", when=when, verb=verb)
    channel = channel_text(outcome.actor, reader)
    if reader.is_me(outcome.actor.name) and not outcome.actor.on_behalf_of:
        return reader.say("outcome.by_you", when=when, verb=verb, channel=channel)
    return reader.say("outcome.by", when=when, verb=verb, who=who_text(outcome.actor, reader), channel=channel)


def who_text(actor: Actor, reader: CardReader) -> str:
    """Who acted, and for whom if not for themselves."""
    if actor == SYSTEM:
        return reader.say("system")
    name = reader.say("you") if reader.is_me(actor.name) else one_line(actor.name, 120)
    if not actor.on_behalf_of:
        return name
    return reader.say("for_whom", who=name, principal=one_line(actor.on_behalf_of, 120))


def channel_text(actor: Actor, reader: CardReader) -> str:
    """By which way somebody acted."""
    key = f"channel.{actor.channel}"
    return WORDS.text(key, reader.language) if key in WORDS else str(actor.channel)


def _asking(card: HoldCard, reader: CardReader, room: Room) -> Draft:
    sheet = card.sheet
    delayed = sheet.state is State.DELAYED
    kind = card.kind if card.kind.asks else NoticeKind.DELAYED if delayed else NoticeKind.FIRST
    lead = card.lead or reader.say(f"lead.{kind}", number=card.number)
    body = [
        head(reader, reader.say(f"title.{kind}"), lead, room, style=_STYLES[sheet.state]),
        box([subject_line(reader, sheet.subject, marks(sheet.subject_marks[:9]), room), *facts(sheet, reader, room)]),
        *content(sheet, reader, room),
    ]
    when = reader.when(card.end.at) if card.end.at else ""
    body.append(box([line(run(reader.say(f"end.{card.end.what}", when=when), subtle=True))], separate=True))
    actions = [
        _press(card, reader, "button.send_now" if delayed else "button.release", CardVerb.HOLD_RELEASE_ASK, "positive"),
        _press(
            card, reader, "button.recall" if delayed else "button.discard", CardVerb.HOLD_DISCARD_ASK, "destructive"
        ),
        *reader.details(),
    ]
    return Draft(body, actions, _show(card))


def _confirming(card: HoldCard, reader: CardReader, verb: str, room: Room) -> Draft:
    sheet = card.sheet
    recall = verb == "discard" and sheet.state is State.DELAYED
    words = f"confirm.{'recall' if recall else verb}"
    body = [
        head(reader, reader.say(f"{words}.title"), reader.say(f"{words}.lead"), room, style="attention"),
        box(
            [
                subject_line(reader, sheet.subject, (), room),
                fact(reader.say("label.recipients"), run(counts_text(sheet, reader))),
                *_domains(sheet, reader, room),
            ]
        ),
    ]
    listed = _all_reasons(sheet, reader) if verb == "release" else []
    if listed is None:
        body.append(box([line(run(reader.say("confirm.too_many", count=len(sheet.reasons))))], separate=True))
        return Draft(body, [*reader.details(), _back(card, reader)])
    if listed:
        body.append(box([heading(reader.say("label.reasons")), *listed], separate=True))
    asks = verb == "release" and card.approval
    if asks:
        comment = text_input(COMMENT, reader.say("comment.to_approvers"), LONGEST_COMMENT)
        body.append(box([line(run(reader.say("confirm.approval"))), comment], separate=True))
    numbers = sheet.numbers() if verb == "release" else frozenset()
    action = CardAction(CardVerb(f"hold.{verb}"), card.queue_id, card.version, acknowledged=numbers)
    style = "positive" if verb == "release" else "destructive"
    return Draft(body, [press(reader.say(f"{words}.do"), action, style=style, inputs=asks), _back(card, reader)])


def _outcome(card: HoldCard, reader: CardReader, room: Room) -> Draft:
    sheet = card.sheet
    told = outcome_text(sheet, reader)
    # A tenant's words for the end of a hold; those that ask for a decision would be out of date by now.
    lead = "" if card.kind.asks else card.lead
    body = [
        head(reader, reader.say(f"state.{sheet.state}"), lead, room, style=_STYLES[sheet.state]),
        box(
            [
                subject_line(reader, sheet.subject, (), room),
                *([line(run(told))] if told else []),
                fact(reader.say("label.recipients"), run(counts_text(sheet, reader))),
            ]
        ),
    ]
    original = [*facts(sheet, reader, room), *content(sheet, reader, room)]
    actions = [show_more(reader.say("button.original"), original), *reader.details()]
    if sheet.state is State.AWAITING_APPROVAL:
        actions.append(_press(card, reader, "button.withdraw", CardVerb.HOLD_WITHDRAW_ASK, "destructive"))
    return Draft(body, actions, None if sheet.state.is_final else _show(card))


def _domains(sheet: HoldSheet, reader: CardReader, room: Room) -> list[Element]:
    names = sheet.external_domains
    if not names:
        return []
    shown = tuple(one_line(name, room.length) for name in names[: room.domains])
    if len(names) > room.domains:
        shown = (*shown, reader.say("more", count=len(names) - room.domains))
    return [fact(reader.say("label.domains"), run(reader.say("list", items=shown), bold=True))]


_MOST_LISTED = 8_000
"""Bytes that the reasons of a confirm card may take."""


def _all_reasons(sheet: HoldSheet, reader: CardReader) -> list[Element] | None:
    """Lines for all the reasons, ``None`` where they do not fit."""
    if len(sheet.reasons) > min(MOST_REASONS, 60):
        return None
    for length in _TITLE_LENGTHS:
        lines = reason_titles(sheet, reader, length)
        if sum(len(str(element).encode("utf-8", "replace")) for element in lines) <= _MOST_LISTED:
            return lines
    return None


def _press(card: HoldCard, reader: CardReader, key: str, verb: CardVerb, style: str) -> Element:
    return press(reader.say(key), CardAction(verb, card.queue_id, card.version), style=style)


def _show(card: HoldCard) -> CardAction:
    return CardAction(CardVerb.HOLD_SHOW, card.queue_id, card.version)


def _back(card: HoldCard, reader: CardReader) -> Element:
    return back(reader, CardVerb.HOLD_SHOW, card.queue_id, card.version)
