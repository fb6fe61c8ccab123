"""Carrying out a decision's calls: arguments as the decision has them, secrets and texts from the settings, notes kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.core.message.facts import Mailbox
from shared.core.message.parse import parse
from shared.core.outgoing.carry_out import Circumstances, Made, SettingsGone, carry_out
from shared.core.policy.actions import AddHeader, Zip
from shared.core.policy.decision import TransformCall
from shared.core.policy.policies import Policy, Template
from shared.core.policy.transform_calls import (
    AddHeaderField,
    Call,
    ConvertToBcc,
    CopyToBoss,
    InsertTemplate,
    RemoveHeaderField,
    RemoveSubjectMark,
    ZipAttachments,
    stored_calls,
)
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.splice import NOTHING
from shared.core.transform.would_break import WouldBreak
from shared.usecases.make_variant import Transformed, transformed
from shared.usecases.workspace import Workspace
from tests.fakes.random import FakeRandom
from tests.support.app import make_settings
from tests.support.archives import WrongPassword, by_python
from tests.support.corpus import corpus
from tests.support.messages import crlf, own
from tests.support.records import NOW, make_envelope, make_summary
from tests.support.second_parser import second_parse

FIXED = "a fixed password"
MESSAGE = crlf(
    """From: Hanako <hanako@aozora.example>
To: taro@partner.example, jiro@aozora.example
Subject: [[send]] Estimate
X-Mailer: Aozora 1
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Hello.
--b
Content-Type: text/plain; name="estimate.txt"
Content-Disposition: attachment; filename="estimate.txt"

top secret
--b--
"""
)


def around(*, seed: int = 1, templates: Sequence[Template] = (), policies: Sequence[Policy] = ()) -> Circumstances:
    """Nine in the morning in Greenwich, six in the evening in Tokyo."""
    envelope = make_envelope()
    settings = make_settings(name="青空商事", templates=tuple(templates), policies=tuple(policies))
    return Circumstances(settings, envelope, make_summary(envelope), NOW, FakeRandom(seed).token)


def zip_call(**changes: Any) -> ZipAttachments:
    call = ZipAttachments(
        policy="z",
        method="zipcrypto",
        file_name="enc_YYYYMMDDhhmmss.zip",
        time_zone="Asia/Tokyo",
        password="generated",
        password_length=20,
        password_classes=("digit",),
        notice="none",
        notice_delay_minutes=0,
        notice_template="",
    )
    return replace(call, **changes)


def insert(template: str, purpose: Any = "insert", place: Any = "bottom") -> InsertTemplate:
    return InsertTemplate(template, place, purpose, "p", "社外宛て")


def made(*calls: Call, data: bytes = MESSAGE, circumstances: Circumstances | None = None) -> tuple[bytes, Transformed]:
    """The bytes that the calls make, and what is told of them."""
    with Workspace() as workspace:
        found = transformed(workspace, (data,), stored_calls(calls), circumstances or around())
        return bytes(found.data[:]), found


@pytest.mark.parametrize(
    ("call", "was", "becomes"),
    [
        pytest.param(RemoveSubjectMark("[[send]]"), "Subject: [[send]] Estimate", "Subject: Estimate", id="mark"),
        pytest.param(RemoveHeaderField("x-mailer"), "X-Mailer: Aozora 1\r\n", "", id="remove"),
        pytest.param(AddHeaderField("X-Class", "out"), "From: Hanako", "X-Class: out\r\nFrom: Hanako", id="add"),
        pytest.param(
            CopyToBoss("cc", ("kacho@aozora.example",), ("kacho@aozora.example",)),
            "jiro@aozora.example\r\n",
            "jiro@aozora.example\r\nCc: kacho@aozora.example\r\n",
            id="cc",
        ),
        pytest.param(CopyToBoss("bcc", ("kacho@aozora.example",), ()), "", "", id="bcc"),
        pytest.param(
            ConvertToBcc(("aozora.example",), ""),
            "To: taro@partner.example, jiro@aozora.example",
            "To: jiro@aozora.example",
            id="conversion-external",
        ),
        pytest.param(
            ConvertToBcc((), "hanako@aozora.example"),
            "To: taro@partner.example, jiro@aozora.example",
            "To: hanako@aozora.example",
            id="conversion-all",
        ),
        pytest.param(insert("t"), "Hello.\r\n", "Hello.\r\n(text)\r\n", id="text-at-the-bottom"),
        pytest.param(insert("t", place="top"), "Hello.\r\n", "(text)\r\nHello.\r\n", id="text-at-the-top"),
    ],
)
def test_each_call_does_what_its_arguments_say_and_nothing_else(call: Call, was: str, becomes: str) -> None:
    circumstances = around(templates=[Template(id="t", text="(text)")])
    assert made(call, circumstances=circumstances)[0] == MESSAGE.replace(was.encode(), becomes.encode(), 1)


@pytest.mark.parametrize("method", ["aes-256", "zipcrypto"])
def test_archive_is_named_in_the_tenants_time_and_opens_with_the_password_that_is_told(method: Any) -> None:
    data, found = made(zip_call(method=method))
    assert found.file_name == "enc_20261121180000.zip"
    assert (len(found.password), found.password.isdigit()) == (20, True)
    [attachment] = second_parse(data).attachments
    assert attachment.name == found.file_name
    assert by_python(attachment.content, found.password) == {"estimate.txt": b"top secret"}
    with pytest.raises(WrongPassword):
        by_python(attachment.content, "another")
    assert found.notes == (
        ("zip", "zip-name", found.file_name),
        ("zip", "zip-method", method),
        ("zip", "zip-files", "1"),
    )


def test_fixed_password_is_that_of_the_policy_that_the_call_names() -> None:
    policies = [
        Policy(id="other", actions=(Zip(password="not this one"),)),
        Policy(id="z", actions=(AddHeader(name="X-A", value="1"), Zip(password=FIXED))),
    ]
    data, found = made(zip_call(password="fixed"), circumstances=around(policies=policies))
    assert found.password == FIXED
    assert by_python(second_parse(data).attachments[0].content, FIXED) == {"estimate.txt": b"top secret"}


@pytest.mark.parametrize(
    "policies",
    [
        pytest.param([], id="policy-gone"),
        pytest.param([Policy(id="z", actions=(Zip(),))], id="password-gone"),
        pytest.param([Policy(id="z", actions=(AddHeader(name="X-A", value="1"),))], id="zip-gone"),
    ],
)
def test_fixed_password_that_is_gone_is_never_replaced_by_another(policies: list[Policy]) -> None:
    with pytest.raises(SettingsGone, match="'z'"):
        made(zip_call(password="fixed"), circumstances=around(policies=policies))


def test_template_that_is_gone_is_named() -> None:
    with pytest.raises(SettingsGone, match="'t'"):
        made(insert("t"), circumstances=around(templates=[Template(id="other", text="x")]))


def test_two_makings_have_two_passwords() -> None:
    assert made(zip_call(), circumstances=around(seed=1))[1].password != (
        made(zip_call(), circumstances=around(seed=2))[1].password
    )


def test_explanation_stands_with_an_archive_alone() -> None:
    circumstances = around(templates=[Template(id="t", text="see {{ file_name }}")])
    calls = (zip_call(), insert("t", "zip-explanation"))
    data, found = made(*calls, circumstances=circumstances)
    assert f"see {found.file_name}" in second_parse(data).text
    plain = b"From: hanako@aozora.example\r\nTo: taro@partner.example\r\n\r\nHello.\r\n"
    data, found = made(*calls, data=plain, circumstances=circumstances)
    assert data == plain
    assert (found.password, found.file_name) == ("", "")
    assert found.notes == (("zip", "nothing-to-encrypt", ""), ("insert-text", "nothing-to-explain", ""))


def test_ordinary_text_stands_without_an_archive_too() -> None:
    circumstances = around(templates=[Template(id="t", text="file: '{{ file_name }}'")])
    assert b"\r\nfile: ''\r\n" in made(insert("t"), circumstances=circumstances)[0]


def test_template_knows_message_tenant_policy_and_the_tenants_time() -> None:
    text = "{{ sender_name }} {{ sender_address }} | {{ subject }} | {{ tenant_name }} | {{ policy_name }} | {{ attachments[0].name }}"
    data, _ = made(insert("t"), circumstances=around(templates=[Template(id="t", text=text)]))
    assert second_parse(data).text.splitlines()[-1] == (
        "青空 花子 hanako@aozora.example | お見積書の件 | 青空商事 | 社外宛て | 見積書①.xlsx"
    )


def test_without_an_author_the_envelopes_sender_is_named() -> None:
    circumstances = around(templates=[Template(id="t", text="({{ sender_address }})")])
    nameless = replace(circumstances, summary=replace(circumstances.summary, header_from=()))
    assert b"(hanako@aozora.example)" in made(insert("t"), circumstances=nameless)[0]
    other = replace(
        circumstances, summary=replace(circumstances.summary, header_from=(Mailbox("desk@aozora.example"),))
    )
    assert b"(desk@aozora.example)" in made(insert("t"), circumstances=other)[0]


def test_calls_are_carried_out_in_their_order_each_on_what_the_one_before_made() -> None:
    circumstances = around(templates=[Template(id="t", text="see {{ file_name }}")])
    data, found = made(
        AddHeaderField("X-Mailer", "Matta"),
        RemoveHeaderField("X-Mailer"),
        ConvertToBcc((), "hanako@aozora.example"),
        CopyToBoss("cc", ("kacho@aozora.example",), ()),
        insert("t", "zip-explanation"),
        zip_call(),
        RemoveSubjectMark("[[send]]"),
        circumstances=circumstances,
    )
    names = list(dict.fromkeys(name for name, _, _ in found.notes))
    assert names == [
        *("remove-subject-mark", "zip", "insert-text", "boss-copy", "bcc-conversion", "remove-header", "add-header")
    ]
    parsed = second_parse(data)
    assert parsed.header("X-Mailer") == ("Matta",)
    assert (parsed.to, parsed.cc) == (("hanako@aozora.example",), ())
    assert parsed.subject == "Estimate"
    assert found.file_name in parsed.text


def test_signed_mail_is_refused_and_not_broken() -> None:
    with pytest.raises(WouldBreak) as caught:
        made(zip_call(), data=own("smime-signed"))
    assert caught.value.what == "smime-signed"


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.stem)
def test_no_calls_change_no_byte(path: Path) -> None:
    data = path.read_bytes()
    unchanged, found = made(data=data)
    assert unchanged == data
    assert (found.password, found.file_name, found.notes) == ("", "", ())


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(TransformCall("turn-upside-down"), id="a-name-of-another-version"),
        pytest.param(TransformCall("zip", '{"policy": 1}'), id="arguments-of-another-version"),
        pytest.param(TransformCall("zip", '{"method": "rot13"}'), id="a-method-that-is-none"),
        pytest.param(TransformCall("add-header", "{"), id="damaged"),
    ],
)
def test_a_stored_call_that_cannot_be_read_fails_for_good(call: TransformCall) -> None:
    with pytest.raises(BadArgument):
        carry_out(call, parse(MESSAGE), around(), Made(NOTHING))


def test_what_was_made_does_not_show_its_password() -> None:
    assert "pa55word" not in repr(Made(NOTHING, "pa55word", "enc.zip"))
