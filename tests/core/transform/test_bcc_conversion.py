"""A3: who is hidden is gone for every reader; who stays is there as written; and the header is never left invalid."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.domains import domain_of
from shared.core.message.facts import Mailbox
from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.bcc_conversion import BccConversion, bcc_conversion
from shared.core.transform.would_break import WouldBreak
from tests.support.address_lists import DOMAINS, Written, address_lists
from tests.support.corpus import corpus
from tests.support.messages import crlf, facts, own
from tests.support.transforms import addresses_by_email, by_email, edit_of, second_reading, transformed

ALL = BccConversion()
IN = BccConversion(("in.example",))
ME = "me@in.example"
ALL_ME = BccConversion((), ME)
IN_ME = BccConversion(("in.example",), ME)

CONVERTED: dict[str, tuple[BccConversion, str, str]] = {
    "all: nobody is left": (ALL, "To: a@in.example\nCc: b@out.example\nSubject: s\n", "To: undisclosed-recipients:;\nSubject: s\n"),
    "all: Cc alone": (ALL, "From: me@in.example\nCc: b@out.example\n", "From: me@in.example\nTo: undisclosed-recipients:;\n"),
    "all: twice": (ALL, "To: undisclosed-recipients:;\nSubject: s\n", "To: undisclosed-recipients:;\nSubject: s\n"),
    "all: neither To nor Cc": (ALL, "From: me@in.example\nSubject: s\n", "From: me@in.example\nSubject: s\n"),
    "external: all internal": (IN, "To: a@in.example\nCc: b@IN.example\n", "To: a@in.example\nCc: b@IN.example\n"),
    "external: Cc is left": (IN, "To: a@out.example\nCc: b@in.example\n", "Cc: b@in.example\n"),
    "external: To is left": (IN, "To: b@in.example\nCc: a@out.example\n", "To: b@in.example\n"),
    "external: in part": (
        IN,
        'To: "Yamada, T" <a@in.example>,\n b@out.example (B),\n c@in.example\nCc: d@out.example, e@in.example\n',
        'To: "Yamada, T" <a@in.example>,\n c@in.example\nCc: e@in.example\n',
    ),
    "external: subdomains are outside": (IN, "To: a@sub.in.example, b@in.example\n", "To: b@in.example\n"),
    "external: international domain, either spelling": (
        BccConversion(("xn--r8jz45g.example",)),
        "To: a@例え.example, b@XN--R8JZ45G.example, c@out.example\n",
        "To: a@例え.example, b@XN--R8JZ45G.example\n",
    ),
    "external: nobody is left": (IN, "To: a@out.example\nCc: b@out.example\n", "To: undisclosed-recipients:;\n"),
    "groups: members go, empty groups with them": (
        IN,
        "To: Team: a@in.example, b@out.example;, Customers: c@out.example;\n",
        "To: Team: a@in.example;\n",
    ),
    "several To and Cc": (
        IN,
        "To: a@out.example\nTo: b@in.example, c@out.example\nCc: d@out.example\nCc: e@in.example\n",
        "To: b@in.example\nCc: e@in.example\n",
    ),
    "Outlook semicolons": (IN, "To: a@in.example; b@out.example; c@in.example;\n", "To: a@in.example; c@in.example\n"),
    "names without addresses": (IN, "To: Sato, a@in.example\nCc: Suzuki <>\n", "To: a@in.example\n"),
    "empty fields go": (ALL, "To:\nCc: \nSubject: s\n", "To: undisclosed-recipients:;\nSubject: s\n"),
    "Bcc and Resent-Bcc go": (IN, "To: a@in.example\nBcc: b@in.example\nResent-Bcc: c@in.example\n", "To: a@in.example\n"),
    "Bcc alone": (IN, "From: me@in.example\nBcc: b@in.example\n", "From: me@in.example\nTo: undisclosed-recipients:;\n"),
    "other fields that name people stay": (
        ALL,
        "To: a@out.example\nReply-To: b@out.example\nResent-To: c@out.example\nResent-Cc: d@out.example\n"
        "Apparently-To: e@out.example\nDisposition-Notification-To: f@in.example\n",
        "To: undisclosed-recipients:;\nReply-To: b@out.example\nResent-To: c@out.example\nResent-Cc: d@out.example\n"
        "Apparently-To: e@out.example\nDisposition-Notification-To: f@in.example\n",
    ),
    "sender: alone in To": (ALL_ME, "To: a@out.example\nCc: b@out.example\n", "To: me@in.example\n"),
    "sender: twice": (ALL_ME, "To: me@in.example\n", "To: me@in.example\n"),
    "sender: his own spelling in To stays": (ALL_ME, "To: Me <ME@in.example>, a@out.example\n", "To: Me <ME@in.example>\n"),
    "sender: moves from Cc to To": (ALL_ME, "To: a@out.example\nCc: me@in.example\n", "To: me@in.example\n"),
    "sender: in Cc of an internal list, moves": (IN_ME, "To: a@in.example\nCc: me@in.example, b@in.example\n", "To: a@in.example, me@in.example\nCc: b@in.example\n"),
    "sender: joins those who stay": (IN_ME, "To: a@in.example, b@out.example\n", "To: a@in.example, me@in.example\n"),
    "sender: only Cc is left": (IN_ME, "From: me@in.example\nTo: a@out.example\nCc: b@in.example\n", "From: me@in.example\nTo: me@in.example\nCc: b@in.example\n"),
    "sender: no To before": (IN_ME, "From: me@in.example\nCc: b@in.example\n", "From: me@in.example\nTo: me@in.example\nCc: b@in.example\n"),
    "sender: no field at all": (IN_ME, "Subject: s\n", "To: me@in.example\nSubject: s\n"),
    "sender: the group that names nobody stays beside him": (
        ALL_ME,
        "To: undisclosed-recipients:;\n",
        "To: undisclosed-recipients:;, me@in.example\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "before", "after"), CONVERTED.values(), ids=CONVERTED.keys())
@pytest.mark.parametrize("ending", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_converted(arguments: BccConversion, before: str, after: str, ending: str) -> None:
    data, expected = (f"{text}\nbody\n".replace("\n", ending).encode() for text in (before, after))
    made = transformed(data, arguments)
    assert made == expected
    assert transformed(made, arguments) == made
    assert edit_of(data, arguments).added_recipients == ()


def test_what_was_hidden_is_counted() -> None:
    data = crlf("To: a@out.example, b@in.example\nCc: Team: c@out.example, d@out.example;\n\nbody\n")
    assert edit_of(data, IN).notes == (("hidden", "3"),)
    assert edit_of(data, BccConversion(("in.example", "out.example"))).notes == ()


@pytest.mark.parametrize("name", ["calendar-request-outlook", "calendar-reply-accepted"])
def test_calendar_mail_is_not_converted(name: str) -> None:
    with pytest.raises(WouldBreak, match="calendar"):
        edit_of(own(name), ALL)


@pytest.mark.parametrize("sender", ["me", "me@in.example\r\nBcc: x@y.example", "a@b.example, c@d.example"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(BadArgument):
        edit_of(own("smime-signed"), BccConversion((), sender))


@pytest.mark.parametrize("arguments", [ALL, ALL_ME, IN, IN_ME, BccConversion(("example.com",))], ids=str)
def test_every_message_names_to_every_reader_those_who_stay_and_nobody_else(arguments: BccConversion) -> None:
    compared = {"email": 0, "second": 0}
    for path in corpus():
        data = path.read_bytes()
        try:
            made = transformed(data, arguments)
        except WouldBreak:
            continue
        before, after = facts(data), facts(made)
        to, cc = (_staying(field, arguments) for field in (before.header_to, before.header_cc))
        if arguments.sender:
            to.append(arguments.sender)
        assert [box.address for box in after.header_to if box.address] == to, path.name
        assert [box.address for box in after.header_cc if box.address] == cc, path.name
        if _reads(data, "email") == _ours(data):
            compared["email"] += 1
            assert _reads(made, "email") == (to, cc), path.name
        if second_reading(data) is not None and _reads(data, "second") == _ours(data):
            compared["second"] += 1
            assert _reads(made, "second") == (to, cc), path.name
        had_any = any(name in by_email(data) for name in ("To", "Cc", "Bcc"))
        if had_any and path.stem != "bare-cr":
            assert any(str(by_email(made)[name] or "").strip() for name in ("To", "Cc")), path.name
        assert "Bcc" not in by_email(made)
    assert min(compared.values()) > 100


def _staying(boxes: tuple[Mailbox, ...], arguments: BccConversion) -> list[str]:
    return [box.address for box in boxes if box.address and domain_of(box.address) in arguments.keep_domains]


def _ours(data: bytes) -> tuple[list[str], list[str]]:
    read = facts(data)
    return (
        [box.address for box in read.header_to if box.address],
        [box.address for box in read.header_cc if box.address],
    )


def _reads(data: bytes, parser: str) -> tuple[list[str], list[str]]:
    if parser == "email":
        return addresses_by_email(data, "to"), addresses_by_email(data, "cc")
    parsed = second_reading(data)
    return (list(parsed.to), list(parsed.cc)) if parsed else ([], [])


@given(address_lists(), address_lists(), st.sets(st.sampled_from(DOMAINS)), st.booleans())
def test_any_written_header_shows_those_who_stay_in_order(
    to: Written, cc: Written, domains: set[str], with_sender: bool
) -> None:
    arguments = BccConversion(tuple(sorted(domains)), "zz.sender@in.example" if with_sender else "")
    data = b"From: a@b.example\r\nTo:" + to.body + b"\r\nCc:" + cc.body + b"\r\nSubject: s\r\n\r\nbody"
    made = transformed(data, arguments)
    left_to = [address for address in to.addresses if domain_of(address) in domains]
    left_to += [arguments.sender] if with_sender else []
    left_cc = [address for address in cc.addresses if domain_of(address) in domains]
    assert _ours(made) == (left_to, left_cc)
    assert transformed(made, arguments) == made
    if to.strict and cc.strict:
        assert _reads(made, "email") == (left_to, left_cc)
        # It takes a semicolon in quotes for the end of a group; such lists it read differently from the start.
        if _reads(data, "second") == _ours(data):
            assert _reads(made, "second") == (left_to, left_cc)


def test_a_thousand_recipients_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        people = ",\r\n ".join(
            f'"Yamada, Taro" <user{index}@{"in" if index % 2 else "out"}.example>' for index in range(count)
        )
        tree = parse(f"From: a@b.example\r\nTo: {people}\r\n\r\nbody".encode())
        best = 10.0
        for _ in range(3):
            start = time.perf_counter()
            bcc_conversion(tree, IN)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(4000) < 40 * seconds(500)
