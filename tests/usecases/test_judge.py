"""Judging a message without acting: a stable document of facts, parts and reasons, for any message at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.message.envelope import Envelope
from shared.core.message.header_envelope import header_envelope
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.errors import InvalidSettings
from shared.ports import Group, Person
from shared.usecases import judge_message as module
from shared.usecases.judge import NO_DOMAIN, TENANT, content_queue_id, default_settings, judge, settings_for
from tests.support.corpus import corpus

SENDER = "sato@acme.example"
ENVELOPE = Envelope(SENDER, ("tanaka@out.example", "suzuki@acme.example"))
MESSAGE = (
    "From: 佐藤 <sato@acme.example>\r\n"
    "To: tanaka@out.example\r\n"
    "Subject: お見積書\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n'
    "\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nこんにちは\r\n"
    '--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\n%PDF\r\n'
    "--b--\r\n"
).encode()
ALL_RULES = b"""{"version": 3, "domains": ["acme.example"], "rules": [
    {"id": "r1", "rule": "has-attachments"},
    {"id": "r2", "rule": "recipient-external", "name": "\xe7\xa4\xbe\xe5\xa4\x96", "description": "d"},
    {"id": "r3", "rule": "several-external-domains"},
    {"id": "r4", "rule": "all-recipients-external"},
    {"id": "r5", "rule": "recipient-count", "total_from": 1},
    {"id": "r6", "rule": "subject-blank"},
    {"id": "r7", "rule": "forced-alert", "addresses": ["*"]}]}"""


def all_rules() -> TenantSettings:
    return settings_for(ALL_RULES, "acme.example")


def placed(judgement: dict[str, Any]) -> list[str]:
    return [recipient for part in judgement["parts"] for recipient in part["recipients"]]


def test_document_has_the_stable_shape() -> None:
    judgement = judge(MESSAGE, ENVELOPE, all_rules(), language="en", queue_id="01hv0000000000000000000000")
    assert judgement["queue_id"] == "01hv0000000000000000000000"
    assert judgement["settings_version"] == 3
    assert judgement["kind"] == "ordinary"
    assert judgement["disposition"] == "hold"
    assert judgement["facts"]["subject"] == "お見積書"
    assert [(item["address"], item["field"], item["external"]) for item in judgement["facts"]["recipients"]] == [
        ("tanaka@out.example", "to", True),
        ("suzuki@acme.example", "bcc", False),
    ]
    assert [(item["name"], item["part"]) for item in judgement["facts"]["attachments"]] == [("a.pdf", "2")]
    (part,) = judgement["parts"]
    assert part["recipients"] == ["tanaka@out.example", "suzuki@acme.example"]
    assert part["disposition"] == "hold"
    assert part["transforms"] == []
    assert [reason["code"] for reason in part["reasons"]] == [
        "rule.has-attachments",
        "rule.recipient-external",
        "rule.recipient-count",
        "rule.forced-alert",
    ]
    assert part["reasons"][1] == {
        "code": "rule.recipient-external",
        "args": {"count": 1},
        "text": "Recipients outside your organisation: 1.",
        "title": "社外",
        "anchors": [{"kind": "recipient", "value": "tanaka@out.example"}],
        "rule_id": "r2",
        "name": "社外",
        "description": "d",
    }
    assert part["reasons"][2]["args"] == {"reached": ["total"], "counts": ["2"], "limits": ["1"]}


def test_texts_are_in_the_language_asked_for() -> None:
    judgement = judge(MESSAGE, ENVELOPE, default_settings("acme.example"), language="ja")
    assert judgement["parts"][0]["reasons"][0]["text"] == "社外の宛先が1件含まれています。"


def test_same_message_has_the_same_queue_id_and_another_has_another() -> None:
    assert content_queue_id(MESSAGE) == content_queue_id(bytes(MESSAGE))
    assert content_queue_id(MESSAGE) != content_queue_id(MESSAGE + b" ")


def test_message_without_recipients_is_judged() -> None:
    judgement = judge(MESSAGE, Envelope(SENDER, ()), all_rules(), language="en")
    assert [(part["recipients"], part["disposition"]) for part in judgement["parts"]] == [([], "hold")]


def test_unreadable_message_is_held_and_says_why() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    judgement = judge(deep, ENVELOPE, default_settings("acme.example"), language="en")
    assert judgement["disposition"] == "hold"
    assert judgement["facts"]["unreadable"] == "too-deep"
    assert [(reason["code"], reason["args"]) for reason in judgement["parts"][0]["reasons"]] == [
        ("unreadable", {"why": "too-deep"})
    ]


def test_defect_of_the_parser_is_a_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexError("inside")

    monkeypatch.setattr(module, "facts_of", broken)
    judgement = judge(MESSAGE, ENVELOPE, all_rules(), language="en")
    assert [reason["code"] for reason in judgement["parts"][0]["reasons"]] == ["policy-error"]
    assert judgement["facts"]["unreadable"] == "internal-error"
    assert placed(judgement) == list(ENVELOPE.recipients)
    assert "inside" not in json.dumps(judgement)


def test_half_of_a_surrogate_pair_cannot_break_the_output() -> None:
    judgement = judge(MESSAGE, Envelope(SENDER, ("\ud83d@out.example",)), all_rules(), language="en")
    assert json.dumps(judgement, ensure_ascii=False).encode("utf-8")
    assert placed(judgement) == ["?@out.example"]


@pytest.mark.parametrize(
    ("domain", "used"),
    [
        pytest.param("acme.example", "acme.example", id="plain"),
        pytest.param("", NO_DOMAIN, id="none"),
        pytest.param("a b", NO_DOMAIN, id="not a domain"),
        pytest.param("a@b", NO_DOMAIN, id="an address"),
        pytest.param("a" * 300, "a" * 255, id="too long"),
    ],
)
def test_new_tenant_has_the_senders_domain(domain: str, used: str) -> None:
    assert default_settings(domain).domains == (used,)
    assert settings_for(b"{}", domain) == default_settings(domain)


def test_what_a_settings_document_names_wins_over_what_judging_fills_in() -> None:
    document = b'{"tenant_id": "acme", "domains": ["x.example"], "rules": [{"id": "a", "rule": "subject-blank"}]}'
    found = settings_for(document, "y.example")
    assert (found.tenant_id, found.domains) == ("acme", ("x.example",))
    assert found.rules == (RuleAssignment(id="a", rule="subject-blank"),)
    assert settings_for(b"\xef\xbb\xbf{}", "y.example").tenant_id == TENANT


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b'{"name": "\xff"}', id="a string that is not UTF-8"),
        pytest.param(b"[" * 50_000, id="nested without end"),
        pytest.param(b'{"rulez": []}', id="unknown field"),
        pytest.param(b'{"domains": []}', id="no domain"),
        pytest.param(b'{"tenant_id": "A/B"}', id="impossible tenant id"),
        pytest.param(b'{"rules": [{"id": "a", "rule": "recipient-count"}]}', id="rule that makes no sense"),
    ],
)
def test_document_that_is_no_settings_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidSettings):
        settings_for(document, "acme.example")


def must_hold_for_any(data: bytes) -> None:
    envelope = header_envelope(data)
    for rules in (all_rules(), default_settings("acme.example")):
        judgement = judge(data, envelope, rules, language="ja")
        text = json.dumps(judgement, ensure_ascii=False, allow_nan=False).encode("utf-8")
        assert json.loads(text) == judgement
        assert len(placed(judgement)) == len(set(placed(judgement)))
        assert len(placed(judgement)) == len(envelope.recipients)
        for part in judgement["parts"]:
            assert part["disposition"] in ("deliver", "hold", "reject")
            assert part["reasons"]
            assert "policy-error" not in {reason["code"] for reason in part["reasons"]}


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_every_message_of_the_corpus_is_judged(path: Path) -> None:
    must_hold_for_any(path.read_bytes())


FRAGMENTS = [
    *(b"From: ", b"To: ", b"Subject:", b"a@x.example", b",", b"<", b">", b'"', b"\r\n", b"\n", b"--b", b"--b--"),
    *(b"Content-Type: multipart/mixed; boundary=b", b"=?utf-8?B?", b"?=", b"\x1b$B", b"\xff", b"\x00", b" "),
    *(b"Content-Disposition: attachment; filename*=utf-8''%ff", b"Auto-Submitted: auto-replied", b";", b"("),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=8), max_size=40).map(b"".join))
def test_garbage_is_judged(data: bytes) -> None:
    must_hold_for_any(data)


POLICIES = """{"tenant_id": "t", "domains": ["acme.example"], "policies": [
    {"id": "late", "groups": ["sales"], "when": {"type": "time", "since": "18:00"},
     "actions": [{"type": "boss-copy"}, {"type": "delay", "minutes": 5}]},
    {"id": "zip", "when": {"type": "recipient-domain", "operator": "is-external"}, "actions": [{"type": "zip"}]}],
    "rules": [{"id": "r", "rule": "condition", "when": {"type": "body", "operator": "contains", "values": ["こんにちは"]},
               "unless": {"type": "attachment", "test": "encrypted-zip"}}]}""".encode()


class OneManager:
    """A directory in which everybody is in sales and has one manager."""

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        return {
            address.lower(): Person(address, manager="boss@acme.example", groups=("sales",)) for address in addresses
        }

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        return {}


def test_policies_are_judged_with_directory_time_body_and_archives() -> None:
    settings = settings_for(POLICIES, "acme.example")
    evening = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # 19:00 in Tokyo
    judgement = judge(MESSAGE, ENVELOPE, settings, language="en", now=evening, directory=OneManager(), explain=True)
    assert judgement["disposition"] == "hold"
    parts = [
        (part["recipients"], part["added_recipients"], [call["name"] for call in part["transforms"]])
        for part in judgement["parts"]
    ]
    assert parts == [
        (["tanaka@out.example"], [], ["zip", "boss-copy"]),
        (["suzuki@acme.example"], ["boss@acme.example"], ["boss-copy"]),
    ]
    assert [note["code"] for note in judgement["notes"]] == ["policy.applied", "policy.applied", "policy.gave-way"]
    assert [(item["id"], item["matched"]) for item in judgement["explanation"]["policies"]] == [
        ("late", True),
        ("zip", True),
    ]
    (rule,) = judgement["explanation"]["rules"]
    assert (rule["matched"], rule["when"]["found"], rule["unless"]["matched"]) == (True, ["こんにちは"], False)
    assert json.dumps(judgement)


def test_without_directory_and_time_nothing_is_known_of_them() -> None:
    judgement = judge(MESSAGE, ENVELOPE, settings_for(POLICIES, "acme.example"), language="en", explain=True)
    late = judgement["explanation"]["policies"][0]
    assert (late["in_scope"], late["when"]["matched"], late["when"]["value"]) == (False, False, [])
    assert "explanation" not in judge(MESSAGE, ENVELOPE, settings_for(POLICIES, "acme.example"), language="en")
