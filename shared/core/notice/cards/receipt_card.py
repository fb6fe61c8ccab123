"""The cards about an encryption: who got the archive, its password, and the password notice (product.md Z4; stages 5, 6).

The password stands in the card, folded away: the chat is the sender's own, as the mail that tells it is (ADR 42).
"""

from __future__ import annotations

from typing import Literal

from shared.core.hold.password_notice import NoticeState, NoticeVerb
from shared.core.notice.cards.actions import CardAction, CardVerb
from shared.core.notice.cards.content import counts_text
from shared.core.notice.cards.elements import Element, box, buttons, fact, heading, line, press, run, toggle
from shared.core.notice.cards.frame import CardReader, Draft, Room, back, close, head, subject_line
from shared.core.notice.receipt_sheet import ReceiptSheet, ShownEncryption
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import ShownRecipient

MOST_ARCHIVES = 3
"""Archives that a card shows; the page has all."""
LONGEST_PASSWORD = 256
_VERBS = {
    NoticeVerb.SEND: (CardVerb.PASSWORD_SEND_ASK, "positive"),
    NoticeVerb.PAUSE: (CardVerb.PASSWORD_PAUSE, ""),
    NoticeVerb.RESUME: (CardVerb.PASSWORD_RESUME, ""),
    NoticeVerb.DELETE: (CardVerb.PASSWORD_DELETE_ASK, "destructive"),
}
"""What each button sends: what cannot be undone asks again first."""


def receipt_card(queue_id: str, version: int, sheet: ReceiptSheet, reader: CardReader, lead: str = "") -> bytes:
    """The encryption as things stand, with the buttons that its password notice still takes.

    ``lead`` are a tenant's own words in place of ours.
    """
    return close(reader, lambda room: _receipt(queue_id, version, sheet, reader, lead, room))


def receipt_confirm_card(
    queue_id: str, version: int, sheet: ReceiptSheet, reader: CardReader, variant: str, verb: Literal["send", "delete"]
) -> bytes:
    """The second question before a password is sent, or its notice deleted.

    A variant that is not there, or a verb that it takes no more, gets the card as things stand.
    """
    shown = sheet.of(variant)
    if shown is None or NoticeVerb(verb) not in shown.verbs:
        return receipt_card(queue_id, version, sheet, reader)
    return close(reader, lambda room: _confirm(queue_id, version, sheet, shown, reader, verb, room))


def _receipt(queue_id: str, version: int, sheet: ReceiptSheet, reader: CardReader, lead: str, room: Room) -> Draft:
    hold = sheet.hold
    body = [
        head(reader, reader.say("receipt.title"), lead or reader.say("receipt.lead"), room, style="accent"),
        box(
            [
                subject_line(reader, hold.subject, (), room),
                fact(reader.say("label.sent"), run(reader.when(hold.sent_at))),
                fact(reader.say("label.recipients"), run(counts_text(hold, reader))),
            ]
        ),
    ]
    for number, shown in enumerate(sheet.encryptions[:MOST_ARCHIVES]):
        body.append(_archive(queue_id, version, shown, reader, number, room))
    if (folded := len(sheet.encryptions) - MOST_ARCHIVES) > 0:
        body.append(line(run(reader.say("more_archives", count=folded), subtle=True)))
    if sheet.left_out:
        items = [heading(reader.say("label.left_out")), *_people(sheet.left_out, reader, room)]
        body.append(box(items, separate=True))
    live = any(shown.verbs for shown in sheet.encryptions)
    show = CardAction(CardVerb.PASSWORD_SHOW, queue_id, version) if live else None
    return Draft(body, reader.details(), show)


def _archive(
    queue_id: str, version: int, shown: ShownEncryption, reader: CardReader, number: int, room: Room
) -> Element:
    items = [
        heading(reader.say("label.archive")),
        fact(reader.say("label.file_name"), run(one_line(shown.file_name, room.length) or reader.say("unnamed"))),
    ]
    if shown.algorithm:
        items.append(fact(reader.say("label.algorithm"), run(shown.algorithm)))
    items.append(fact(reader.say("label.password_state"), run(_state_text(shown, reader), bold=True)))
    name = f"password{number}"
    if shown.password and len(shown.password) <= LONGEST_PASSWORD:
        secret = fact(reader.say("label.password"), run(shown.password, mono=True, bold=True))
        items.append(secret | {"id": name, "isVisible": False})
        # A row of its own: four buttons with Japanese words are wider than a chat.
        items.append(buttons([toggle(reader.say("button.password"), name)]))
    actions: list[Element] = []
    for verb in shown.verbs:
        asked, style = _VERBS[verb]
        action = CardAction(asked, queue_id, version, variant=shown.variant)
        actions.append(press(reader.say(f"button.{verb}"), action, style=style))
    if actions:
        items.append(buttons(actions))
    items.append(heading(reader.say("label.encrypted_for", count=len(shown.recipients)), size="Default"))
    items += _people(shown.recipients, reader, room)
    return box(items, separate=True)


def _confirm(
    queue_id: str, version: int, sheet: ReceiptSheet, shown: ShownEncryption, reader: CardReader, verb: str, room: Room
) -> Draft:
    body = [
        head(
            reader,
            reader.say(f"confirm.password.{verb}.title"),
            reader.say(f"confirm.password.{verb}.lead"),
            room,
            style="attention",
        ),
        box(
            [
                subject_line(reader, sheet.hold.subject, (), room),
                fact(reader.say("label.file_name"), run(one_line(shown.file_name, room.length))),
                heading(reader.say("label.encrypted_for", count=len(shown.recipients)), size="Default"),
                *_people(shown.recipients, reader, room),
            ]
        ),
    ]
    action = CardAction(CardVerb(f"password.{verb}"), queue_id, version, variant=shown.variant)
    style = "positive" if verb == "send" else "destructive"
    return Draft(
        body,
        [
            press(reader.say(f"confirm.password.{verb}.do"), action, style=style),
            back(reader, CardVerb.PASSWORD_SHOW, queue_id, version),
        ],
    )


def _state_text(shown: ShownEncryption, reader: CardReader) -> str:
    """Where the notice stands, and when it goes out."""
    if shown.state is NoticeState.WAITING:
        if shown.due_at is not None:
            return reader.say("notice.due", when=reader.when(shown.due_at))
        return reader.say("notice.after_delivery", minutes=shown.delay_minutes)
    if shown.state is NoticeState.SENT:
        told, total = shown.told, len(shown.recipients)
        return reader.say("notice.sent" if told >= total else "notice.partly_sent", told=told, total=total)
    return reader.say(f"notice.{shown.state}")


def _people(people: tuple[ShownRecipient, ...], reader: CardReader, room: Room) -> list[Element]:
    most = room.people * 2
    lines = []
    for one in people[:most]:
        address = one_line(one.address, room.length)
        name = one_line(one.display_name, min(room.length, 60))
        lines.append(line(run(f"{name} <{address}>" if name else address)))
    if len(people) > most:
        lines.append(line(run(reader.say("more", count=len(people) - most), subtle=True)))
    return lines
