"""Reading what Teams sends: known kinds become values, everything else is passed over or refused, nothing crashes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.teams.activity import (
    LARGEST,
    LONGEST_TEXT,
    CardPress,
    Installed,
    Message,
    Other,
    Removed,
    UnreadableActivity,
    parse_activity,
)
from tests.support.activities import ENTRA_TENANT, HANAKO, SERVICE_URL, activity, body_of, card_action


def parse(document: object) -> object:
    return parse_activity(body_of(document))


def test_where_an_activity_comes_from() -> None:
    origin = parse_activity(body_of(activity("message", text="hello"))).origin
    assert replace(origin, key="") == replace(
        origin,
        channel="msteams",
        service_url=SERVICE_URL,
        entra_tenant=ENTRA_TENANT,
        person_id=HANAKO,
        person_key="29:0001",
        bot_key="28:bot",
        conversation="a:0001",
        personal=True,
        locale="ja-JP",
        key="",
    )
    assert origin.key


@pytest.mark.parametrize(
    ("document", "expected", "fields"),
    [
        pytest.param(activity("message", text="hi"), Message, {"text": "hi"}, id="text"),
        pytest.param(
            activity("message", text="x" * 9000), Message, {"text": "x" * LONGEST_TEXT}, id="long text is cut"
        ),
        pytest.param(activity("message", text=None), Message, {"text": ""}, id="no text"),
        pytest.param({**activity("message"), "text": None}, Message, {"text": ""}, id="a null text"),
        pytest.param(
            activity("message", value={"verb": "hold.show"}, replyToId="77"),
            CardPress,
            {"verb": "", "data": {"verb": "hold.show"}, "submitted": True, "automatic": False, "card": "77"},
            id="Action.Submit",
        ),
        pytest.param(
            card_action("hold.release", {"m": "1"}),
            CardPress,
            {"verb": "hold.release", "data": {"m": "1"}, "submitted": False, "automatic": False, "card": "1000"},
            id="Action.Execute",
        ),
        pytest.param(card_action("hold.show", trigger="automatic"), CardPress, {"automatic": True}, id="refresh"),
        pytest.param(activity("installationUpdate", action="add"), Installed, {"upgrade": False}, id="installed"),
        pytest.param(activity("installationUpdate", action="add-upgrade"), Installed, {"upgrade": True}, id="upgraded"),
        pytest.param(activity("installationUpdate", action="remove"), Removed, {}, id="removed"),
        pytest.param(activity("installationUpdate", action="remove-upgrade"), Other, {}, id="removed for an upgrade"),
        pytest.param(activity("conversationUpdate", membersAdded=[{"id": "28:bot"}]), Other, {}, id="members"),
        pytest.param(activity("typing"), Other, {"kind": "typing", "wants_answer": False}, id="typing"),
        pytest.param(activity("invoke", name="task/fetch"), Other, {"wants_answer": True}, id="another invoke"),
    ],
)
def test_kinds(document: dict[str, Any], expected: type, fields: dict[str, object]) -> None:
    read = parse(document)
    assert type(read) is expected
    for name, value in fields.items():
        assert getattr(read, name) == value


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([], id="a list"),
        pytest.param({}, id="nothing in it"),
        pytest.param(activity("message", conversation={"id": ""}), id="no conversation"),
        pytest.param(activity("message", conversation=7), id="a conversation that is a number"),
        pytest.param(activity("message", serviceUrl=None), id="no service URL"),
        pytest.param(activity("message", serviceUrl="x" * 2000), id="an endless service URL"),
        pytest.param(activity("message", id="x" * 2000), id="an endless id"),
        pytest.param(activity("message", id="a\r\nb"), id="an id with a line end"),
        pytest.param(activity("message", channelData={"tenant": {"id": "another"}}), id="two tenants"),
        pytest.param(activity("invoke", name="adaptiveCard/action"), id="a card action without a value"),
        pytest.param(
            activity("invoke", name="adaptiveCard/action", value={"action": 1}), id="an action that is a number"
        ),
        pytest.param(card_action("hold.show", trigger="sometimes"), id="an unknown trigger"),
        pytest.param(card_action(7), id="a verb that is a number"),  # type: ignore[arg-type]  # on purpose
    ],
)
def test_what_is_no_activity_is_refused(document: object) -> None:
    with pytest.raises(UnreadableActivity):
        parse(document)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"value":' * 20_000, id="objects nested without end"),
        pytest.param(body_of(activity("message", text="x" * LARGEST)), id="too large"),
        pytest.param(b'{"type":"message","text":"\\ud800"}', id="half a character"),
    ],
)
def test_bytes_that_are_no_activity_are_refused(body: bytes) -> None:
    with pytest.raises(UnreadableActivity):
        parse_activity(body)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"conversation": {"id": "a:1", "conversationType": "personal"}}, id="in the channel's data alone"),
        pytest.param({"channelData": None}, id="in the conversation alone"),
        pytest.param({"channelData": {"tenant": {"id": ENTRA_TENANT.upper()}}}, id="in capitals in one place"),
    ],
)
def test_the_tenant_may_be_named_in_either_place(changes: dict[str, Any]) -> None:
    assert parse_activity(body_of(activity("message", **changes))).origin.entra_tenant == ENTRA_TENANT


@pytest.mark.parametrize("person", ["", "somebody", "../../x", HANAKO + "0"])
def test_only_a_directory_id_is_a_person(person: str) -> None:
    read = parse_activity(body_of(activity("message") | {"from": {"id": "29:1", "aadObjectId": person}}))
    assert read.origin.person_id == ""


@pytest.mark.parametrize("kind", ["groupChat", "channel", None])
def test_only_a_chat_of_two_is_personal(kind: str | None) -> None:
    conversation = {"id": "19:x@thread.v2", "conversationType": kind, "tenantId": ENTRA_TENANT}
    assert not parse_activity(body_of(activity("message", conversation=conversation))).origin.personal


def test_an_activity_is_the_same_only_within_its_conversation() -> None:
    first = parse_activity(body_of(activity("message"))).origin.key
    assert parse_activity(body_of(activity("message", text="other words"))).origin.key == first
    for other in (
        activity("message", id="f:1001"),
        activity("message", conversation={"id": "a:other", "tenantId": ENTRA_TENANT}),
        card_action("hold.show"),
    ):
        assert parse_activity(body_of(other)).origin.key not in ("", first)
    assert parse_activity(body_of(activity("message", id=None))).origin.key == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["type", "id", "name", "from", "recipient", "conversation", "channelData", "value", "text", "action"]
)


@given(st.dictionaries(FIELDS, JSON, max_size=4), st.sampled_from(["message", "invoke", "installationUpdate"]))
def test_any_other_content_is_read_or_refused(changes: dict[str, Any], kind: str) -> None:
    document = card_action("hold.show") | {"type": kind} | changes
    try:
        read = parse_activity(json.dumps(document).encode())
    except UnreadableActivity:
        return
    assert read.origin.conversation
