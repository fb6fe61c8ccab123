"""What policies never ask for is what transforms would refuse: facts of a message foretell it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.parse import parse
from shared.core.message.spans import Tree
from shared.core.policy.actions import Action, AddHeader, BccConversion, InsertText, Link, Zip
from shared.core.policy.protections import broken_by
from shared.core.transform import bcc_conversion as bcc_conversion_module
from shared.core.transform import insert_text as insert_text_module
from shared.core.transform.bcc_conversion import bcc_conversion
from shared.core.transform.insert_text import insert_text
from shared.core.transform.would_break import WouldBreak
from shared.core.transform.zip_taking import find_taking
from tests.support.corpus import corpus

HEAD = b"From: a@acme.example\r\nTo: b@out.example\r\nContent-Type: "


@pytest.mark.parametrize(
    ("content_type", "action", "expected"),
    [
        pytest.param(b"message/partial; id=x; number=1; total=2", Zip(), ("partial",), id="piece, zip"),
        pytest.param(b"Message/Partial; id=x", InsertText(template="t"), ("partial",), id="piece, text"),
        pytest.param(b"message/partial; id=x", Link(), ("partial",), id="piece, link"),
        pytest.param(b"message/partial; id=x", BccConversion(), (), id="piece, conversion"),
        pytest.param(
            b"multipart/report; boundary=b; report-type=feedback-report", Zip(), ("report",), id="report, zip"
        ),
        pytest.param(b"multipart/report; boundary=b", Link(), ("report",), id="report, link"),
        pytest.param(b"multipart/report; boundary=b", InsertText(template="t"), (), id="report, text"),
        pytest.param(b"multipart/report; boundary=b", AddHeader(name="X-A", value="1"), (), id="report, header"),
        pytest.param(b"multipart/mixed; boundary=b", Zip(), (), id="ordinary"),
    ],
)
def test_what_the_type_of_a_message_forbids(content_type: bytes, action: Action, expected: tuple[str, ...]) -> None:
    data = HEAD + content_type + b"\r\n\r\n--b\r\n\r\ntext\r\n--b--\r\n"
    facts = build_facts(data, Envelope("a@acme.example", ("b@out.example",)), internal_domains=frozenset())
    assert broken_by(action, facts) == expected


REFUSALS: dict[str, tuple[Action, Callable[[Tree], object]]] = {
    "zip": (Zip(), find_taking),
    "text": (
        InsertText(template="t"),
        lambda tree: insert_text(tree, insert_text_module.InsertText("text", "", "bottom")),
    ),
    "conversion": (BccConversion(), lambda tree: bcc_conversion(tree, bcc_conversion_module.BccConversion())),
}


def refusal(change: Callable[[Tree], object], data: bytes) -> str:
    """The word with which a transform refuses a message, empty where it does not."""
    try:
        change(parse(data))
    except WouldBreak as error:
        return error.what
    return ""


@pytest.mark.parametrize(("action", "change"), REFUSALS.values(), ids=REFUSALS.keys())
def test_whatever_a_transform_refuses_in_the_corpus_policy_knows_before(
    action: Action, change: Callable[[Tree], object]
) -> None:
    refused = 0
    for path in corpus():
        data = path.read_bytes()
        envelope = Envelope("a@acme.example", ("b@out.example",))
        facts = build_facts(data, envelope, internal_domains=frozenset({"acme.example"}))
        if facts.unreadable or (isinstance(action, Zip) and not facts.attachments):
            continue  # held as it is; nothing to encrypt, which policy skips
        what = refusal(change, data)
        assert not what or what in broken_by(action, facts), path.name
        refused += bool(what)
    assert refused > 5
