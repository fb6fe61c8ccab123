"""The summary of a message: bounded whatever the message holds, and fit to be stored."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import msgspec
import pytest

from shared.adapters.storage_documents import pack
from shared.core.message.summary import MessageSummary, summarise
from tests.support.messages import crlf, facts, own


def test_it_survives_being_stored() -> None:
    summary = summarise(facts(own("apple-mail-attachments-inside-alternative")))
    assert msgspec.json.decode(msgspec.json.encode(summary), type=MessageSummary) == summary
    assert summary.attachments[0].name == "提案書.pdf"
    assert summary.attachments_size == 17


def test_it_is_bounded_and_tells_what_was_left_out() -> None:
    part = "--b\nContent-Type: application/pdf; name=%s.pdf\n\nxx\n" % ("n" * 3000)
    subject = b64encode(("長" * 3000).encode()).decode()
    people = ", ".join("a" * 2000 + f"{number}@example.com" for number in range(30))
    data = crlf(
        f"From: {people}\nSubject: =?utf-8?B?{subject}?=\n"
        f"Message-ID: <{'m' * 9000}>\nContent-Type: multipart/mixed; boundary=b\n\n{part * 300}--b--\n"
    )
    summary = summarise(facts(data))
    assert summary.attachments_total == 300
    assert summary.attachments_size == 600
    assert len(summary.attachments) == 200
    assert summary.subject == "長" * 1000
    assert len(msgspec.json.encode(summary)) < 300_000


def test_the_longest_names_of_the_most_recipients_and_files_fit_into_a_row() -> None:
    draw = Random(1)

    def noise(length: int, start: int, end: int) -> str:
        return "".join(chr(draw.randrange(start, end)) for _ in range(length))

    recipients = tuple(f"{noise(64, 97, 123)}@{noise(250, 97, 123)}.jp" for _ in range(1000))
    people = ",\n ".join(f"{noise(300, 0x4E00, 0x9FA5)} <{address}>" for address in recipients[:700])
    people += ",\n " + ",\n ".join(recipients[700:])
    part = "--b\nContent-Type: application/{}\nContent-Disposition: attachment; filename={}\n\nxx\n"
    files = "".join(part.format(noise(900, 97, 123), noise(1000, 0x4E00, 0x9FA5)) for _ in range(200))
    data = crlf(f"To: {people}\nContent-Type: multipart/mixed; boundary=b\n\n{files}--b--\n")
    found = facts(data, recipients=recipients)
    assert not found.unreadable
    assert len(found.attachments[0].name) == 1000
    pack(summarise(found), "the summary")


def test_unset_is_not_empty() -> None:
    assert summarise(facts(own("no-subject"))).subject is None
    assert summarise(facts(own("empty-subject"))).subject == ""


@pytest.mark.parametrize(
    ("named", "recipients", "others"),
    [
        pytest.param("a@x.example, B@x.example", ("b@x.example",), ("a@x.example",), id="another-transaction"),
        pytest.param("b@x.example", ("b@x.example", "hidden@x.example"), (), id="nobody-else"),
        pytest.param("", ("b@x.example",), (), id="no-header"),
        pytest.param(", ".join(f"a{n}@x.example" for n in range(51)), ("b@x.example",), None, id="too-many"),
        pytest.param("a" * 320 + "@x.example", ("b@x.example",), None, id="too-long"),
    ],
)
def test_whom_the_header_names_beside_the_recipients(
    named: str, recipients: tuple[str, ...], others: tuple[str, ...] | None
) -> None:
    assert summarise(facts(crlf(f"To: {named}\nCc: {named}\n\nx\n"), recipients=recipients)).others == others


def test_a_summary_from_before_they_were_stored_does_not_know_them() -> None:
    document = msgspec.json.decode(msgspec.json.encode(summarise(facts(own("no-subject")))))
    del document["others"]
    assert msgspec.convert(document, MessageSummary).others is None
