"""What a card shows of a message: facts, reasons, recipients and attachments, folded to the room there is (stages 5, 6)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.hold.record import Fate
from shared.core.notice.cards.elements import Element, box, fact, heading, line, marks, run
from shared.core.notice.cards.frame import CardReader, Room
from shared.core.notice.formats import size_text
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import HoldSheet, NumberedReason, ShownGroup, ShownRecipient
from shared.core.text.reasons import reason_title, render
from shared.core.text.words import WORDS

MOST_POLICIES = 5
"""Applied policies that a card names."""


def facts(sheet: HoldSheet, reader: CardReader, room: Room) -> Iterator[Element]:
    """From, time of sending, number of recipients, and applied policies."""
    author = f"{sheet.from_name} <{sheet.from_address}>" if sheet.from_name else sheet.from_address
    yield fact(reader.say("label.from"), run(one_line(author, room.length)))
    yield fact(reader.say("label.sent"), run(reader.when(sheet.sent_at)))
    yield fact(reader.say("label.recipients"), run(counts_text(sheet, reader)))
    if sheet.policies:
        named = [one_line(name, min(room.length, 80)) for name in sheet.policies[:MOST_POLICIES]]
        if len(sheet.policies) > MOST_POLICIES:
            named.append(reader.say("more", count=len(sheet.policies) - MOST_POLICIES))
        yield fact(reader.say("label.policies"), run(reader.say("list", items=tuple(named))))


def counts_text(sheet: HoldSheet, reader: CardReader) -> str:
    """``6 [To(2) / Cc(3) / Bcc(1)]``."""
    counts = sheet.counts
    return reader.say("counts", total=counts.total, to=counts.to, cc=counts.cc, bcc=counts.bcc)


def content(sheet: HoldSheet, reader: CardReader, room: Room) -> list[Element]:
    """Everything that a card shows of a message beyond its facts."""
    return [
        *([reasons(sheet, reader, room)] if sheet.reasons else []),
        *(_group(group, reader, room) for group in sheet.groups),
        _files(sheet, reader, room),
    ]


def reasons(sheet: HoldSheet, reader: CardReader, room: Room) -> Element:
    """The reasons with their numbers; what is folded is counted."""
    items = [heading(reader.say("label.reasons"))]
    for numbered in sheet.reasons[: room.reasons]:
        items += _reason(numbered, reader, room)
    items += _more(len(sheet.reasons) - room.reasons, reader)
    return box(items, separate=True)


def reason_titles(sheet: HoldSheet, reader: CardReader, length: int) -> list[Element]:
    """One line for every reason, none left out."""
    return [
        line(*marks((numbered.number,)), run(" " + one_line(reason_title(numbered.reason, reader.language), length)))
        for numbered in sheet.reasons
    ]


def _reason(numbered: NumberedReason, reader: CardReader, room: Room) -> Iterator[Element]:
    reason, length = numbered.reason, room.length
    title = one_line(reason_title(reason, reader.language), min(length, 120))
    yield line(*marks((numbered.number,)), run(" " + title, bold=True))
    yield line(run(one_line(render(reason, reader.language), length)))
    if reason.description:
        yield line(run(one_line(reason.description, length), subtle=True))


def _group(group: ShownGroup, reader: CardReader, room: Room) -> Element:
    label = reader.say("label.external" if group.external else "label.internal")
    items = [heading(f"{label}  {reader.say('people', count=group.count)}")]
    for domain in group.domains[: room.domains]:
        count = reader.say("people", count=len(domain.people))
        items.append(line(run(one_line(domain.name, room.length), bold=True), run(f"  {count}", subtle=True)))
        items += [_person(one, reader, room) for one in domain.people[: room.people]]
        items += _more(len(domain.people) - room.people, reader)
    if (folded := len(group.domains) - room.domains) > 0:
        items.append(line(run(reader.say("more_domains", count=folded), subtle=True)))
    return box(items, separate=True)


def _person(one: ShownRecipient, reader: CardReader, room: Room) -> Element:
    # The address is what the mail goes to, so it is never cut for the sake of a long display name.
    name = f"{one_line(one.display_name, min(room.length, 60))} <" if one.display_name else ""
    text = f"{name}{one_line(one.address, room.length)}{'>' if name else ''}"
    members = f" {reader.say('members', count=one.members)}" if one.members > 1 else ""
    return line(
        run(f"{WORDS.text(f'field.{one.field}', reader.language)}  ", subtle=True),
        run(text + members),
        *_dropped(one.fate is Fate.DROPPED, reader),
        *marks(one.marks[:9]),
    )


def _files(sheet: HoldSheet, reader: CardReader, room: Room) -> Element:
    items = [heading(reader.say("label.attachments"))]
    if not sheet.attachments and not sheet.attachments_omitted:
        items.append(line(run(reader.say("none"), subtle=True)))
    for file in sheet.attachments[: room.files]:
        name = one_line(file.name, min(room.length, 120)) or reader.say("unnamed")
        items.append(line(run(name), run(f"  {size_text(file.size)}", subtle=True)))
        items[-1]["inlines"] += [*_dropped(file.dropped, reader), *marks(file.marks[:9])]
    shown = min(len(sheet.attachments), room.files)
    items += _more(len(sheet.attachments) + sheet.attachments_omitted - shown, reader)
    return box(items, separate=True)


def _dropped(dropped: bool, reader: CardReader) -> list[Element]:
    """What a partial release took out says so."""
    return [run(f" {reader.say('dropped')}", bold=True)] if dropped else []


def _more(count: int, reader: CardReader) -> list[Element]:
    return [line(run(reader.say("more", count=count), subtle=True))] if count > 0 else []
