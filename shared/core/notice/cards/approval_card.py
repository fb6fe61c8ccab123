"""The cards of a third-party approval: the request, the question before the answer, and how it ended (stages 5 and 6)."""

from __future__ import annotations

from typing import Literal

from shared.core.hold.record import State
from shared.core.notice.approval_sheet import ApprovalSheet, ShownVote
from shared.core.notice.cards.actions import COMMENT, LONGEST_COMMENT, CardAction, CardVerb
from shared.core.notice.cards.content import content, counts_text, facts
from shared.core.notice.cards.elements import Element, box, fact, heading, line, press, run, show_more, text_input
from shared.core.notice.cards.frame import CardReader, Draft, Room, back, close, head, lead_lines, subject_line
from shared.core.notice.cards.hold_card import channel_text, outcome_text, who_text
from shared.core.notice.safe_text import many_lines, one_line

MOST_VOTES = 6
"""Answers that a card lists; the page has all."""


def approval_card(
    queue_id: str,
    version: int,
    sheet: ApprovalSheet,
    reader: CardReader,
    kind: Literal["request", "reminder"] = "request",
    lead: str = "",
) -> bytes:
    """The request as things stand: with Approve and Deny for a reader who may still answer, else how it stands or ended.

    ``lead`` are a tenant's own words in place of ours.
    """
    return close(reader, lambda room: _request(queue_id, version, sheet, reader, kind, lead, room))


def approval_confirm_card(
    queue_id: str, version: int, sheet: ApprovalSheet, reader: CardReader, allow: bool, comment: str = ""
) -> bytes:
    """The second question before an answer; it carries the comment that was typed. An ended request shows its end."""
    if not sheet.seats:
        return approval_card(queue_id, version, sheet, reader)
    return close(reader, lambda room: _confirm(queue_id, version, sheet, reader, allow, comment, room))


def answer_card(sheet: ApprovalSheet, reader: CardReader, lead: str = "") -> bytes:
    """What the requester is told: how the request ended, with the approvers' comments."""
    return close(reader, lambda room: _answer(sheet, reader, lead, room))


def _request(
    queue_id: str, version: int, sheet: ApprovalSheet, reader: CardReader, kind: str, lead: str, room: Room
) -> Draft:
    show = CardAction(CardVerb.APPROVAL_SHOW, queue_id, version) if sheet.open else None
    top = _top(sheet, reader, room)
    whole = [*facts(sheet.hold, reader, room), *content(sheet.hold, reader, room)]
    if not sheet.seats:
        title = reader.say("approval.open.title" if sheet.open else _ended(sheet))
        body = [head(reader, title, "", room, style=_style(sheet)), *top, *_votes(sheet, reader, room)]
        actions = [show_more(reader.say("button.original"), whole), *reader.details()]
        return Draft(body, actions, show)
    words = lead or reader.say(f"approval.{kind}.lead")
    body = [
        head(reader, reader.say(f"approval.{kind}.title"), words, room, style="warning"),
        *top,
        box(whole, separate=True),
        *_votes(sheet, reader, room),
        text_input(COMMENT, reader.say("comment.to_requester"), LONGEST_COMMENT),
    ]
    actions = [
        _press(queue_id, version, reader, "button.approve", CardVerb.APPROVAL_APPROVE_ASK, "positive"),
        _press(queue_id, version, reader, "button.deny", CardVerb.APPROVAL_DENY_ASK, "destructive"),
        *reader.details(),
    ]
    return Draft(body, actions, show)


def _confirm(
    queue_id: str, version: int, sheet: ApprovalSheet, reader: CardReader, allow: bool, comment: str, room: Room
) -> Draft:
    comment = many_lines(comment, LONGEST_COMMENT)[0]
    word = "approve" if allow else "deny"
    body = [
        head(reader, reader.say(f"confirm.{word}.title"), reader.say(f"confirm.{word}.lead"), room, style="attention"),
        *_top(sheet, reader, room),
        fact(reader.say("label.recipients"), run(counts_text(sheet.hold, reader))),
    ]
    if comment:
        body.append(box([heading(reader.say("label.your_comment")), *lead_lines(comment, room)], separate=True))
    action = CardAction(CardVerb(f"approval.{word}"), queue_id, version, comment=comment)
    style = "positive" if allow else "destructive"
    return Draft(
        body,
        [
            press(reader.say(f"confirm.{word}.do"), action, style=style),
            back(reader, CardVerb.APPROVAL_SHOW, queue_id, version),
        ],
    )


def _answer(sheet: ApprovalSheet, reader: CardReader, lead: str, room: Room) -> Draft:
    title = reader.say(_ended(sheet) if not sheet.open else "approval.open.title")
    told = lead or ("" if sheet.open else reader.say(f"{_ended(sheet)}.lead"))
    body = [head(reader, title, told, room, style=_style(sheet)), *_top(sheet, reader, room)]
    body += _votes(sheet, reader, room)
    whole = [*facts(sheet.hold, reader, room), *content(sheet.hold, reader, room)]
    return Draft(body, [show_more(reader.say("button.original"), whole), *reader.details()])


def _top(sheet: ApprovalSheet, reader: CardReader, room: Room) -> list[Element]:
    """Subject, who asks since when, by which policy, and their comment."""
    items = [
        subject_line(reader, sheet.hold.subject, (), room),
        fact(reader.say("label.requester"), run(who_text(sheet.requester, reader))),
        fact(reader.say("label.requested"), run(reader.when(sheet.requested_at))),
    ]
    if sheet.policies:
        named = tuple(one_line(name, min(room.length, 80)) for name in sheet.policies[:3])
        items.append(fact(reader.say("label.asked_by"), run(reader.say("list", items=named))))
    groups = [box(items)]
    if sheet.comment:
        groups.append(box([heading(reader.say("label.comment")), *lead_lines(sheet.comment, room)], separate=True))
    return groups


def _votes(sheet: ApprovalSheet, reader: CardReader, room: Room) -> list[Element]:
    """The answers so far, or how the request ended without one."""
    items: list[Element] = []
    for vote in sheet.votes[:MOST_VOTES]:
        items.append(line(run(_vote_text(vote, reader), bold=True)))
        items += lead_lines(vote.comment, room)
    if (folded := len(sheet.votes) - MOST_VOTES) > 0:
        items.append(line(run(reader.say("more", count=folded), subtle=True)))
    answers = [box([heading(reader.say("label.answers")), *items], separate=True)] if items else []
    if not sheet.open and sheet.answer is None and (told := outcome_text(sheet.hold, reader)):
        answers.append(line(run(told)))
    return answers


def _vote_text(vote: ShownVote, reader: CardReader) -> str:
    return reader.say(
        "vote.allow" if vote.allow else "vote.deny",
        who=who_text(vote.actor, reader),
        when=reader.when(vote.at),
        channel=channel_text(vote.actor, reader),
    )


def _ended(sheet: ApprovalSheet) -> str:
    """The key of the sentence that tells how a request ended."""
    if sheet.answer is not None:
        return "approval.approved" if sheet.answer else "approval.denied"
    state = sheet.hold.state
    if state is State.DISCARDED:
        return "approval.withdrawn"
    return "approval.lapsed" if state is State.EXPIRED else "approval.passed"


def _style(sheet: ApprovalSheet) -> str:
    if sheet.open:
        return "accent"
    if sheet.answer is None:
        return "emphasis"
    return "good" if sheet.answer else "attention"


def _press(queue_id: str, version: int, reader: CardReader, key: str, verb: CardVerb, style: str) -> Element:
    return press(reader.say(key), CardAction(verb, queue_id, version), style=style, inputs=True)
