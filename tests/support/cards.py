"""Cards of every kind for tests, about ordinary and about hostile messages, and ways to look into them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from shared.core.hold.actor import SYSTEM, Actor, Channel, Role
from shared.core.hold.approval import ApprovalRequest, ApprovalStep, Vote
from shared.core.hold.password_notice import NoticeState, PasswordNotice
from shared.core.hold.record import Fate, MessageRecord, Outcome, RecipientResult, State, Variant
from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.notice.approval_sheet import ApprovalSheet, make_approval_sheet
from shared.core.notice.cards.approval_card import answer_card, approval_card, approval_confirm_card
from shared.core.notice.cards.frame import CardReader
from shared.core.notice.cards.hold_card import confirm_card, hold_card, make_hold_card
from shared.core.notice.cards.message_card import CardMessage, message_card
from shared.core.notice.cards.receipt_card import receipt_card, receipt_confirm_card
from shared.core.notice.hold_notice import NoticeKind
from shared.core.notice.receipt_sheet import ReceiptSheet, make_receipt_sheet
from shared.core.notice.sheet import HoldEnd
from shared.core.policy.decision import Anchor, AnchorKind, ApprovalCall, Reason, TransformCall
from shared.core.text.language import Language
from tests.support.holds import SENDER, TOKYO, make_change
from tests.support.records import NOW

INTERNAL = frozenset({"aozora.example"})
LINK = "https://matta.example/h/token.signature"
BOSS = "bucho@aozora.example"
REQUESTER = Actor(Role.SENDER, SENDER, Channel.TEAMS)
END = HoldEnd("discard", NOW + timedelta(hours=12))
ZIP = TransformCall(
    "zip",
    json.dumps(
        {
            "policy": "zip",
            "method": "aes-256",
            "file_name": "enc_{date}.zip",
            "time_zone": "Asia/Tokyo",
            "password": "generated",
            "password_length": 12,
            "password_classes": ["lower"],
            "notice": "automatic",
            "notice_delay_minutes": 10,
            "notice_template": "",
        }
    ),
)
SECRET = "Kx7mPq2RtV9w"  # a sample, nobody's


def reader(
    language: Language = "ja", person: str = SENDER, link: str = LINK, refresh_for: tuple[str, ...] = ()
) -> CardReader:
    """Somebody in Tokyo with a link."""
    return CardReader(person, language, TOKYO, link, refresh_for)


def hostile_record(text: str, people: int, files: int, reasons: int, domains: int = 3) -> MessageRecord:
    """A held message whose every text is ``text``, as large as is asked for."""
    facts = tuple(
        RecipientFacts(
            f"{'p' * 40}{number}@{'d' * 50}{number % domains}.example",
            f"{'d' * 50}{number % domains}.example",
            RecipientField.TO if number % 3 else RecipientField.BCC,
            number % 4 != 0,
            text,
            1 + number % 2 * 20,
        )
        for number in range(people)
    )
    return make_change(
        subject=text,
        author=Mailbox(SENDER, text),
        recipients=facts,
        attachments=tuple(AttachmentFacts(text, 10**number, "x/y", str(number)) for number in range(files)),
        reasons=tuple(
            Reason(
                "rule.condition",
                (),
                (Anchor(AnchorKind.SUBJECT), *(Anchor(AnchorKind.RECIPIENT, one.address) for one in facts[:50])),
                f"r{number}",
                text,
                text,
            )
            for number in range(reasons)
        ),
        notes=tuple(Reason("policy.applied", (("actions", ("zip",)),), (), f"p{number}", text) for number in range(9)),
    ).record


def in_state(record: MessageRecord, state: State, actor: Actor = REQUESTER) -> MessageRecord:
    """The record in a state that somebody brought it to."""
    if state in (State.HELD, State.DELAYED):
        return replace(record, state=state)
    verb = {State.DISCARDED: "discard", State.EXPIRED: "expire", State.DENIED: "deny"}.get(state, "release")
    by = SYSTEM if state is State.EXPIRED else actor
    return replace(record, state=state, outcome=Outcome(verb, by, NOW + timedelta(hours=1)))


def asked(record: MessageRecord, comment: str = "", votes: tuple[Vote, ...] = (), seats: int = 1) -> MessageRecord:
    """The record after its release, with an approval asked for."""
    call = ApprovalCall("boss", "部長の承認", "addresses", quorum="count", needed=2)
    known = (BOSS, *(f"seat{number}@aozora.example" for number in range(1, seats)))
    allowed = {True: True, False: False}.get(votes[-1].allow) if votes else None
    step = ApprovalStep(call, known, votes, allowed=allowed)
    state = State.AWAITING_APPROVAL if allowed is None else State.DELIVERING if allowed else State.DENIED
    return replace(in_state(record, state), approval=ApprovalRequest(REQUESTER, comment, NOW, (step,)))


def vote(allow: bool, comment: str = "", seat: str = BOSS, on_behalf_of: str = "") -> Vote:
    """An answer from Teams."""
    actor = Actor(Role.APPROVER, seat, Channel.TEAMS, "", on_behalf_of)
    return Vote(on_behalf_of or seat, actor, allow, comment, NOW + timedelta(hours=2))


def encrypted(
    record: MessageRecord, state: NoticeState = NoticeState.WAITING, file_name: str = "enc_1.zip"
) -> MessageRecord:
    """The record, delivered, its external recipients with an archive, the others without."""
    decision = record.decision
    outside = tuple(one.address for one in record.summary.recipients if one.external)
    inside = tuple(one.address for one in record.summary.recipients if not one.external)
    part = decision.parts[0]
    parts = (replace(part, recipients=outside, transforms=(ZIP,)), replace(part, recipients=inside))
    due = NOW + timedelta(minutes=10) if state is NoticeState.WAITING else None
    told = outside if state is NoticeState.SENT else ()
    return replace(
        in_state(record, State.DELIVERED),
        decision=replace(decision, parts=parts),
        variants=(Variant("part-0", "variant", b"", "blob", b"sealed", file_name, 10), *record.variants),
        recipients=(
            *(RecipientResult(address, "part-0", Fate.SENT) for address in outside),
            *(RecipientResult(address, "original", Fate.SENT) for address in inside),
        ),
        passwords=(PasswordNotice("part-0", state, 10, "", NOW, due, told, NOW),),
    )


def approval_sheet(record: MessageRecord, seats: tuple[str, ...] = (BOSS,)) -> ApprovalSheet:
    """What the boss sees."""
    return make_approval_sheet(record, INTERNAL, seats)


def receipt_sheet(record: MessageRecord, password: str = SECRET) -> ReceiptSheet:
    """What the sender sees."""
    return make_receipt_sheet(record, INTERNAL, {"part-0": password})


def every_card(record: MessageRecord, who: CardReader, words: str = "") -> Iterator[tuple[str, bytes]]:
    """One card of every kind about a message, with its name. ``words`` are what people and tenants typed."""
    queue_id = record.ref.queue_id
    for state in State:
        card = make_hold_card(in_state(record, state), INTERNAL, END, NoticeKind.FIRST, 1, words)
        yield f"hold.{state}", hold_card(card, who)
    held = make_hold_card(record, INTERNAL, END)
    yield "confirm.release", confirm_card(held, who, "release")
    yield "confirm.release.approval", confirm_card(replace(held, approval=True), who, "release")
    yield "confirm.discard", confirm_card(held, who, "discard")
    waiting = make_hold_card(in_state(record, State.AWAITING_APPROVAL), INTERNAL, END)
    yield "confirm.withdraw", confirm_card(waiting, who, "withdraw")
    request = approval_sheet(asked(record, words))
    yield "approval.request", approval_card(queue_id, 7, request, who, "request", words)
    yield "approval.reminder", approval_card(queue_id, 7, request, who, "reminder")
    yield "approval.elsewhere", approval_card(queue_id, 7, replace(request, seats=()), who)
    for allow in (True, False):
        yield f"approval.confirm.{allow}", approval_confirm_card(queue_id, 7, request, who, allow, words)
        votes = tuple(vote(allow, words, f"seat{number}@aozora.example") for number in range(12))
        ended = approval_sheet(asked(record, words, votes, 12))
        yield f"approval.ended.{allow}", approval_card(queue_id, 9, ended, who)
        yield f"approval.answer.{allow}", answer_card(ended, who, words)
    for state in (State.DISCARDED, State.EXPIRED, State.DELIVERING):
        ended = approval_sheet(replace(in_state(record, state), approval=asked(record, words).approval))
        yield f"approval.{state}", approval_card(queue_id, 9, ended, who)
        yield f"approval.answer.{state}", answer_card(ended, who)
    for notice in NoticeState:
        receipt = receipt_sheet(encrypted(record, notice, words or "enc_1.zip"))
        yield f"receipt.{notice}", receipt_card(queue_id, 9, receipt, who, words)
    receipt = receipt_sheet(encrypted(record))
    yield "receipt.confirm.send", receipt_confirm_card(queue_id, 9, receipt, who, "part-0", "send")
    yield "receipt.confirm.delete", receipt_confirm_card(queue_id, 9, receipt, who, "part-0", "delete")
    for message in CardMessage:
        yield f"message.{message}", message_card(message, who)


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Every element of a card, the folded and the fallback ones among them."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for key, inner in value.items():
            if key != "data":
                yield from elements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from elements(inner)


def words_of(card: bytes) -> str:
    """What can be read on a card, folded parts too, one line for each element."""
    lines = []
    for element in elements(json.loads(card)):
        if element["type"] == "RichTextBlock":
            lines.append("".join(piece["text"] for piece in element["inlines"]))
        elif element["type"] == "TextBlock":
            lines.append(element["text"])
        elif element["type"].startswith("Action."):
            lines.append(f"[{element['title']}]")
    return "\n".join(lines)


def pressed(card: bytes, verb: str) -> dict[str, Any]:
    """The data that the button of that verb sends."""
    for element in elements(json.loads(card)):
        if element["type"] == "Action.Execute" and element["verb"] == verb:
            data: dict[str, Any] = element["data"]
            return data
    raise AssertionError(f"no button for {verb}")


HOSTILE = (
    "[こちら](https://evil.example/a)",
    "**太字** _斜体_ ~~x~~ `c` # h",
    "<at>somebody</at> <b>x</b>",
    "https://evil.example/ www.evil.example mailto:a@evil.example",
    "\u202egnp.exe\u2066\u200f",
    "👨‍👩‍👧‍👦🇯🇵" * 40,
    '"\\\\"' * 200,
    "長い名前" * 400,
    "a\r\nb\tc\x00\ud800d",
)
hostile_texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join),
    st.text(alphabet=st.characters(), max_size=500),
)
