"""Facts from bytes and envelope: who is To, Cc and Bcc, who is outside, and that no message at all raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.message.body import body_texts
from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MailKind, MessageFacts, RecipientField
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.core.message.limits import DEFAULT_LIMITS
from shared.core.message.own_content import own_content
from shared.core.message.parse import parse
from shared.core.message.summary import summarise
from shared.core.message.trace import trace_field
from tests.support.corpus import corpus
from tests.support.messages import INTERNAL, SENDER, crlf, facts, joined, own

REF = MessageRef("acme", "01hrw0000000000000000000ab")
KEY = SigningKey("k1", b"0123456789abcdef0123456789abcdef")
PLAIN = crlf(
    "From: Taro <yamada@example.co.jp>\nTo: sato@example.com\nSubject: x\nDate: Wed, 13 Mar 2024 10:15:00 +0900\nMessage-ID: <1@x>\n\nbody\n"
)


def fields(headers: str, *recipients: str) -> list[tuple[str, str, bool]]:
    found = facts(crlf(headers + "\n\nbody"), recipients=recipients)
    return [(recipient.field.value, recipient.display_name, recipient.external) for recipient in found.recipients]


RECIPIENTS: dict[str, tuple[str, str, tuple[str, str, bool]]] = {
    "to": ("To: Sato <sato@example.com>", "sato@example.com", ("to", "Sato", True)),
    "cc": ("Cc: sato@example.com", "sato@example.com", ("cc", "", True)),
    "named in no field": ("To: other@example.com", "sato@example.com", ("bcc", "", True)),
    "named in Bcc": ("Bcc: Sato <sato@example.com>", "sato@example.com", ("bcc", "Sato", True)),
    "to wins over cc": ("Cc: C <sato@example.com>\nTo: T <sato@example.com>", "sato@example.com", ("to", "T", True)),
    "other case": ("To: Sato@Example.COM", "sato@EXAMPLE.com", ("to", "", True)),
    "U-label in the header": ("To: sato@日本語.jp", "sato@xn--wgv71a119e.jp", ("to", "", True)),
    "second To field": ("To: a@example.com\nTo: sato@example.com", "sato@example.com", ("to", "", True)),
    "internal": ("To: sato@example.co.jp", "sato@EXAMPLE.co.jp", ("to", "", False)),
    "subdomain is not internal": ("To: sato@sub.example.co.jp", "sato@sub.example.co.jp", ("to", "", True)),
    "no domain": ("To: postmaster", "postmaster", ("to", "", True)),
}


@pytest.mark.parametrize(("headers", "recipient", "expected"), RECIPIENTS.values(), ids=RECIPIENTS.keys())
def test_recipient(headers: str, recipient: str, expected: tuple[str, str, bool]) -> None:
    assert fields(headers, recipient) == [expected]


def test_every_envelope_recipient_is_there_once_and_in_order() -> None:
    people = [f"user{number}@example.com" for number in range(50)]
    found = facts(PLAIN, recipients=people)
    assert [recipient.address for recipient in found.recipients] == people
    assert len(found.of_field(RecipientField.BCC)) == 50


def test_a_leading_dot_makes_subdomains_internal() -> None:
    found = build_facts(PLAIN, Envelope(SENDER, ("a@sub.example.com",)), internal_domains=frozenset({".example.com"}))
    assert [recipient.external for recipient in found.recipients] == [False]


def test_a_distribution_list_counts_its_members() -> None:
    envelope = Envelope(SENDER, ("All@example.co.jp", "sato@example.com"))
    found = build_facts(PLAIN, envelope, internal_domains=INTERNAL, list_members={"all@example.co.jp": 120})
    assert [recipient.members for recipient in found.recipients] == [120, 1]


def test_header_facts() -> None:
    found = facts(PLAIN)
    assert [(mailbox.address, mailbox.display_name) for mailbox in found.header_from] == [
        ("yamada@example.co.jp", "Taro")
    ]
    assert found.date == datetime(2024, 3, 13, 10, 15, tzinfo=timezone(timedelta(hours=9)))
    assert found.message_id == "<1@x>"
    assert found.size == len(PLAIN)
    assert found.headers[0] == ("From", "Taro <yamada@example.co.jp>")
    assert found.kind is MailKind.ORDINARY
    assert found.loop == ""


DATES = {
    "no zone": ("Wed, 13 Mar 2024 10:15:00", datetime(2024, 3, 13, 10, 15, tzinfo=UTC)),
    "beyond the calendar in UTC": ("Fri, 31 Dec 9999 23:59:59 -0100", None),
    "beyond the calendar in Tokyo": ("Fri, 31 Dec 9999 23:59:59 +0000", None),
    "unknown zone": ("Wed, 13 Mar 2024 10:15:00 -0000", datetime(2024, 3, 13, 10, 15, tzinfo=UTC)),
    "nonsense": ("yesterday", None),
    "impossible": ("Wed, 99 Foo 2024 10:15:00 +0900", None),
    "year beyond time": ("Wed, 13 Mar 99999 10:15:00 +0900", None),
    "zone beyond time": ("Wed, 13 Mar 2024 10:15:00 +999999", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("text", "expected"), DATES.values(), ids=DATES.keys())
def test_date(text: str, expected: datetime | None) -> None:
    assert facts(crlf(f"Date: {text}\n\nbody")).date == expected


def test_an_unset_subject_is_not_an_empty_one() -> None:
    assert facts(own("no-subject")).subject is None
    assert facts(own("empty-subject")).subject == ""


def test_headers_are_bounded_in_number_and_length() -> None:
    limits = replace(DEFAULT_LIMITS, max_fact_headers=3, max_fact_header_length=10)
    data = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 100) for number in range(9)) + b"\r\nbody"
    found = build_facts(data, Envelope(SENDER, ()), internal_domains=INTERNAL, limits=limits)
    assert found.headers == tuple((f"X-{number}", "y" * 10) for number in range(3))


def test_an_unreadable_message_keeps_what_its_header_said() -> None:
    limits = replace(DEFAULT_LIMITS, max_parts=2)
    data = PLAIN.replace(
        b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n"
    )
    found = build_facts(data, Envelope(SENDER, ("sato@example.com",)), internal_domains=INTERNAL, limits=limits)
    assert (found.unreadable, found.subject, found.recipients[0].field) == ("too-many-parts", "x", RecipientField.TO)
    assert (found.attachments, found.kind) == ((), MailKind.ORDINARY)


def marked(
    kind: str,
    envelope: Envelope,
    ref: MessageRef | None = REF,
    keys: tuple[SigningKey, ...] = (KEY,),
    data: bytes = PLAIN,
) -> MessageFacts:
    made_for = Envelope(SENDER, ("sato@example.com",))
    mark = trace_field(REF, kind, made_for, KEY, own_content(parse(PLAIN)))
    return build_facts(mark + data, envelope, internal_domains=INTERNAL, trace_keys=keys, ref=ref)


SAME, OTHER = Envelope(SENDER, ("sato@example.com",)), Envelope(SENDER, ("tanaka@example.com",))
MARKS = {
    "own mail": (marked("own", SAME), MailKind.OWN, ""),
    "own mark copied to another mail": (marked("own", OTHER), MailKind.ORDINARY, ""),
    "own mark on other text": (marked("own", SAME, data=PLAIN + b"More.\r\n"), MailKind.ORDINARY, ""),
    "own mark on another subject": (marked("own", SAME, data=b"Subject: y\r\n" + PLAIN), MailKind.ORDINARY, ""),
    "own mark on a long header": (
        marked("own", SAME, data=b"".join(b"X-%d: %s\r\n" % (i, b"x" * 900) for i in range(80)) + PLAIN),
        MailKind.ORDINARY,
        "",
    ),
    "own mail with fields of servers": (marked("own", SAME, data=b"Received: by x\r\n" + PLAIN), MailKind.OWN, ""),
    "own mail folded and trimmed on its way": (
        marked("own", SAME, data=PLAIN.replace(b"Subject: ", b"Subject:\r\n ") + b"\r\n\r\n"),
        MailKind.OWN,
        "",
    ),
    "own mail of another tenant": (marked("own", SAME, MessageRef("other", REF.queue_id)), MailKind.ORDINARY, ""),
    "own mail without the key": (marked("own", SAME, keys=()), MailKind.ORDINARY, ""),
    "own mail without a reference": (marked("own", SAME, ref=None), MailKind.ORDINARY, ""),
    "came round": (marked("relayed", SAME), MailKind.ORDINARY, "same-recipients"),
    "passed on": (marked("relayed", OTHER), MailKind.ORDINARY, ""),
}


@pytest.mark.parametrize(("found", "kind", "loop"), MARKS.values(), ids=MARKS.keys())
def test_marks(found: MessageFacts, kind: MailKind, loop: str) -> None:
    assert (found.kind, found.loop) == (kind, loop)


def test_received_fields_are_counted() -> None:
    found = facts(b"Received: x\r\n" * 101 + PLAIN)
    assert (found.received_count, found.loop) == (101, "too-many-received")


def check(data: bytes) -> None:
    """What must hold for any bytes: nothing raises, no byte is lost, and the results can be stored."""
    tree = parse(data)
    assert joined(tree) == data
    found = facts(data, recipients=("sato@example.com", "all@example.co.jp"))
    assert [recipient.address for recipient in found.recipients] == ["sato@example.com", "all@example.co.jp"]
    msgspec.json.encode(summarise(found))
    msgspec.json.encode(found.headers)
    for text in body_texts(tree):
        text.text.encode()


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_every_corpus_message_has_facts(path: Path) -> None:
    check(path.read_bytes())


CORPUS = [path.read_bytes() for path in corpus() if path.stat().st_size < 20_000]


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_messages_have_facts(data: st.DataObject) -> None:
    """Messages of the corpus cut short, cut out of, doubled in places, with bytes exchanged, and spliced into each other."""
    message = data.draw(st.sampled_from(CORPUS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(message)))
        to = min(len(message), at + data.draw(st.integers(0, 60)))
        other = data.draw(st.sampled_from(CORPUS))
        message = data.draw(
            st.sampled_from(
                [
                    message[:at],
                    message[:at] + message[to:],
                    message[:to] + message[at:],
                    message[:at] + data.draw(st.binary(max_size=8)) + message[to:],
                    message[:at] + other[: len(other) // 2] + message[at:],
                    message.replace(b"\r\n", data.draw(st.sampled_from([b"\n", b"\r", b"\r\r\n", b""]))),
                    message.replace(b"--", data.draw(st.sampled_from([b"-", b"---", b"\n--"]))),
                ]
            )
        )
    check(message)
