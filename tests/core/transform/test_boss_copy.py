"""A2: the boss in Cc or Bcc; once, whatever the header says, and with every other address as it was written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.boss_copy import BossCopy
from shared.core.transform.splice import Edit
from tests.support.address_lists import Written, address_lists
from tests.support.corpus import corpus
from tests.support.messages import crlf, facts, own
from tests.support.second_parser import second_parse
from tests.support.transforms import addresses_by_email, edit_of, second_reading, transformed

BOSS = "boss@example.co.jp"
CC = BossCopy("cc", (BOSS,), (BOSS,))

INTO_CC = {
    "no Cc: behind To": (
        "From: a@b.example\nTo: c@d.example\nSubject: s\n\nbody\n",
        "From: a@b.example\nTo: c@d.example\nCc: boss@example.co.jp\nSubject: s\n\nbody\n",
    ),
    "no Cc: behind the last To": (
        "To: c@d.example\nTo: e@f.example\nSubject: s\n\nbody\n",
        "To: c@d.example\nTo: e@f.example\nCc: boss@example.co.jp\nSubject: s\n\nbody\n",
    ),
    "no To either: behind From": ("From: a@b.example\nSubject: s\n\nbody\n", "From: a@b.example\nCc: boss@example.co.jp\nSubject: s\n\nbody\n"),
    "nothing to stand behind: on top": ("Subject: s\n\nbody\n", "Cc: boss@example.co.jp\nSubject: s\n\nbody\n"),
    "no header": ("\nbody\n", "Cc: boss@example.co.jp\n\nbody\n"),
    "Cc grows at its end": ("To: c@d.example\nCc: e@f.example\n\nbody\n", "To: c@d.example\nCc: e@f.example, boss@example.co.jp\n\nbody\n"),
    "the name stays as it is written": ("CC : e@f.example\n\nbody\n", "CC : e@f.example, boss@example.co.jp\n\nbody\n"),
    "the last of several": (
        "Cc: e@f.example\nTo: c@d.example\nCc: g@h.example\n\nbody\n",
        "Cc: e@f.example\nTo: c@d.example\nCc: g@h.example, boss@example.co.jp\n\nbody\n",
    ),
    "empty Cc": ("To: c@d.example\nCc:\n\nbody\n", "To: c@d.example\nCc: boss@example.co.jp\n\nbody\n"),
    "in To already": ("To: Boss <BOSS@Example.CO.JP>\n\nbody\n", "To: Boss <BOSS@Example.CO.JP>\n\nbody\n"),
    "in a group of To already": ("To: Us: boss@example.co.jp, a@b.example;\n\nbody\n", "To: Us: boss@example.co.jp, a@b.example;\n\nbody\n"),
    "in the first Cc already": ("Cc: boss@example.co.jp\nCc: a@b.example\n\nbody\n", "Cc: boss@example.co.jp\nCc: a@b.example\n\nbody\n"),
    "in a comment only is not there": ("Cc: a@b.example (boss@example.co.jp)\n\nbody\n", "Cc: a@b.example (boss@example.co.jp), boss@example.co.jp\n\nbody\n"),
    "in Bcc or Reply-To is not there": (
        "To: c@d.example\nReply-To: boss@example.co.jp\n\nbody\n",
        "To: c@d.example\nCc: boss@example.co.jp\nReply-To: boss@example.co.jp\n\nbody\n",
    ),
    "behind a long line": (
        "Cc: " + "x" * 60 + "@f.example\n\nbody\n",
        "Cc: " + "x" * 60 + "@f.example,\n boss@example.co.jp\n\nbody\n",
    ),
    "Outlook's semicolon": ("Cc: a@b.example; c@d.example;\n\nbody\n", "Cc: a@b.example; c@d.example, boss@example.co.jp\n\nbody\n"),
    "a quote that never closes": ('Cc: "Taro <a@b.example>\n\nbody\n', 'Cc: boss@example.co.jp, "Taro <a@b.example>\n\nbody\n'),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), INTO_CC.values(), ids=INTO_CC.keys())
@pytest.mark.parametrize("ending", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_cc(before: str, after: str, ending: str) -> None:
    data, expected = (text.replace("\n", ending).encode() for text in (before, after))
    edit = edit_of(data, CC)
    assert transformed(data, CC) == expected
    assert edit.added_recipients == (BOSS,)
    assert edit.notes == ((("copied", BOSS),) if expected != data else ())


def test_bcc_changes_the_envelope_and_no_byte() -> None:
    assert edit_of(own("smime-signed"), BossCopy("bcc", (BOSS,), (BOSS,))) == Edit((), (BOSS,))


def test_header_and_envelope_are_told_apart() -> None:
    data = crlf("To: c@d.example\n\nbody\n")
    edit = edit_of(data, BossCopy("cc", (BOSS, "other@example.co.jp"), ()))
    assert edit.added_recipients == ()
    assert transformed(data, BossCopy("cc", (BOSS, "other@example.co.jp"), ())) == crlf(
        "To: c@d.example\nCc: boss@example.co.jp, other@example.co.jp\n\nbody\n"
    )


def test_nobody_is_written_twice() -> None:
    data = crlf("To: c@d.example\n\nbody\n")
    arguments = BossCopy(
        "cc", ("a@例え.example", "A@xn--r8jz45g.example", "c@D.example", "b@x.example"), ("b@x.example", "B@x.example")
    )
    assert transformed(data, arguments) == crlf("To: c@d.example\nCc: a@xn--r8jz45g.example, b@x.example\n\nbody\n")
    assert edit_of(data, arguments).added_recipients == ("b@x.example",)


@pytest.mark.parametrize("address", ["", "boss", "boss@x.example\r\nBcc: y@z.example", "a@b.example, c@d.example"])
@pytest.mark.parametrize("field", ["cc", "bcc"])
def test_what_is_no_address_is_refused(address: str, field: str) -> None:
    for arguments in (BossCopy(field, (address,), ()), BossCopy(field, (), (address,))):  # type: ignore[arg-type]
        with pytest.raises(BadArgument):
            edit_of(own("smime-signed"), arguments)


def test_every_message_names_the_boss_once_more_to_every_reader() -> None:
    compared = {"email": 0, "second": 0}
    for path in corpus():
        data = path.read_bytes()
        made = transformed(data, CC)
        before, after = facts(data), facts(made)
        assert [box.address for box in after.header_cc] == [*(box.address for box in before.header_cc), BOSS], path.name
        assert after.header_to == before.header_to, path.name
        named = [box.address for box in before.header_cc if box.address]
        if addresses_by_email(data, "cc") == named:
            compared["email"] += 1
            assert addresses_by_email(made, "cc") == [*named, BOSS], path.name
        second = second_reading(data)
        if second is not None and list(second.cc) == named:
            compared["second"] += 1
            assert list(second_parse(made).cc) == [*named, BOSS], path.name
    assert min(compared.values()) > 100


@given(address_lists(), st.booleans())
def test_any_written_cc_grows_by_the_boss_alone(written: Written, is_last: bool) -> None:
    data = b"From: a@b.example\r\nCc:" + written.body + (b"\r\n\r\nbody" if is_last else b"\r\nSubject: s\r\n\r\nbody")
    made = transformed(data, CC)
    assert [box.address for box in facts(made).header_cc] == [*written.addresses, BOSS]
    assert transformed(made, CC) == made
    if written.strict:
        assert addresses_by_email(made, "cc") == [*written.addresses, BOSS]
        # It takes a semicolon in quotes for the end of a group; such lists it read differently from the start.
        if list(second_parse(data).cc) == list(written.addresses):
            assert list(second_parse(made).cc) == [*written.addresses, BOSS]


def test_time_grows_with_the_number_of_recipients() -> None:
    def seconds(count: int) -> float:
        people = ",\r\n ".join(f'"Yamada, Taro" <user{index}@in.example>' for index in range(count))
        tree = parse(f"From: a@b.example\r\nTo: {people}\r\nCc: {people}\r\n\r\nbody".encode())
        from shared.core.transform.boss_copy import boss_copy

        best = 10.0
        for _ in range(3):
            start = time.perf_counter()
            boss_copy(tree, CC)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(4000) < 40 * seconds(500)
