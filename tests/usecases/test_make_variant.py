"""Outgoing forms: made once, stored before the first attempt, to each recipient their own."""

from __future__ import annotations

import email
import io
from email import policy as email_policy
from email.message import EmailMessage
from typing import Literal

import msgspec
import pytest
import pyzipper

from shared.core.hold import state
from shared.core.hold.record import Actor, Channel, Fate, Role, State
from shared.core.hold.sealed import unseal
from shared.core.policy.actions import (
    AddHeader,
    BccConversion,
    BossCopy,
    Delay,
    Discard,
    Hold,
    InsertText,
    Redirect,
    Reject,
    Zip,
)
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import HoldNotices, NextHopServer, NoticeText, Route
from shared.core.settings.scope_settings import ScopeSettings
from shared.errors import StorageUnavailable
from shared.usecases import deliver_message as deliver_module
from shared.usecases import make_variant as make_variant_module
from shared.usecases.commit import commit
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold, missing_reasons
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref
from tests.fakes.next_hop import Transaction
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings

BOSS = "kacho@aozora.example"
OUTSIDERS = RecipientDomain(operator="is-external")


def world_with(*actions: object, **changes: object) -> World:
    """A tenant with one policy for mail that goes outside, and no rules."""
    policy = Policy(id="p", when=OUTSIDERS, actions=actions)  # type: ignore[arg-type]  # actions of several kinds
    return World(make_settings(rules=(), policies=(policy,), **changes))


def with_attachment(*recipients: str) -> bytes:
    message = EmailMessage(policy=email_policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, ", ".join(recipients), "Estimate"
    message["Message-ID"] = "<1@aozora.example>"
    message.set_content("Hello.\r\n")
    message.add_attachment(b"top secret" * 10, maintype="application", subtype="pdf", filename="見積書.pdf")
    return message.as_bytes()


def parsed(sent: Transaction) -> EmailMessage:
    message = email.message_from_bytes(sent.data, policy=email_policy.default)
    assert isinstance(message, EmailMessage)
    return message


def sent_to(world: World, address: str) -> Transaction:
    (found,) = [sent for sent in world.next_hop.transactions if address in sent.recipients]
    return found


def archives(world: World) -> list[Transaction]:
    """What was sent with an encrypted archive; the sender's receipt is another mail."""
    return [sent for sent in world.next_hop.transactions if b"application/zip" in sent.data]


def password_of(world: World, ref: object) -> str:
    record = world.record(ref)  # type: ignore[arg-type]  # a reference
    (variant,) = [variant for variant in record.variants if variant.password]
    return unseal(variant.password, record.ref, world.app.secrets.signing_keys("seal"))


def test_outsiders_get_the_zip_and_insiders_the_original() -> None:
    world = world_with(Zip())
    data = with_attachment(OUTSIDE, INSIDE)
    ref = world.judge(OUTSIDE, INSIDE, data=data)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    inside, outside = sent_to(world, INSIDE), sent_to(world, OUTSIDE)
    assert inside.data.endswith(data)
    assert b"X-Matta-Trace" in outside.data
    assert data not in outside.data
    (attachment,) = parsed(outside).iter_attachments()
    assert attachment.get_content_type() == "application/zip"
    assert (attachment.get_filename() or "").startswith("enc_20261121")
    with pyzipper.AESZipFile(io.BytesIO(attachment.get_payload(decode=True))) as archive:
        archive.setpassword(password_of(world, ref).encode())
        assert archive.read("見積書.pdf") == b"top secret" * 10


def test_every_attempt_sends_one_making_with_one_password() -> None:
    world = world_with(Zip())
    other = "hanae@other.example"
    world.next_hop.answer(other, 451)
    ref = world.judge(OUTSIDE, other, data=with_attachment(OUTSIDE, other))
    world.work()
    password = password_of(world, ref)
    world.next_hop.answer(other, 250)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    first, second = archives(world)
    assert first.data == second.data != b""
    assert password_of(world, ref) == password


def test_a_worker_that_dies_before_the_record_leaves_a_making_that_nobody_gets() -> None:
    world = world_with(Zip())
    world.spool.trouble.after("write_variant", StorageUnavailable("died"))
    ref = world.judge(OUTSIDE, data=with_attachment(OUTSIDE))
    with pytest.raises(StorageUnavailable):
        world.work()
    assert world.record(ref).variants == ()
    assert world.next_hop.transactions == []
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    (sent,) = archives(world)
    (attachment,) = parsed(sent).iter_attachments()
    with pyzipper.AESZipFile(io.BytesIO(attachment.get_payload(decode=True))) as archive:
        archive.setpassword(password_of(world, ref).encode())
        assert archive.testzip() is None


def test_the_password_stands_nowhere_in_the_clear(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        world = world_with(Zip())
        ref = world.judge(OUTSIDE, data=with_attachment(OUTSIDE))
        world.work()
    password = password_of(world, ref)
    assert len(password) == 12
    assert password not in repr(world.record(ref))
    assert password not in caplog.text


def test_the_boss_gets_a_copy_and_stands_in_cc_for_everybody() -> None:
    world = world_with(BossCopy(who="addresses", addresses=(BOSS,)))
    ref = world.judge(OUTSIDE, INSIDE)
    world.work()
    assert {result.address: result.fate for result in world.record(ref).recipients} == dict.fromkeys(
        (OUTSIDE, INSIDE, BOSS), Fate.SENT
    )
    assert all(BOSS in str(parsed(sent)["Cc"]) for sent in world.next_hop.transactions)


def test_after_a_conversion_nobody_sees_the_others() -> None:
    world = world_with(BccConversion())
    world.judge(OUTSIDE, "hanae@other.example")
    world.work()
    (sent,) = world.next_hop.transactions
    message = parsed(sent)
    assert sent.recipients == (OUTSIDE, "hanae@other.example")
    assert str(message["To"]) == SENDER
    assert b"hanae@other.example" not in sent.data


def test_the_explanation_names_the_archive_and_stands_only_where_it_is() -> None:
    template = Template(id="about", text="{{ attachments[0].name }} is in {{ file_name }}.")
    world = world_with(Zip(explanation="about"), templates=(template,))
    ref = world.judge(OUTSIDE, INSIDE, data=with_attachment(OUTSIDE, INSIDE))
    world.work()
    (variant,) = [variant for variant in world.record(ref).variants if variant.password]
    body = parsed(sent_to(world, OUTSIDE)).get_body(("plain",))
    assert body is not None
    assert f"見積書.pdf is in {variant.file_name}." in body.get_content()
    assert b" is in enc_" not in sent_to(world, INSIDE).data


@pytest.mark.parametrize(
    "template", [pytest.param("pw", id="the-policys-words"), pytest.param("", id="the-tenants-words")]
)
def test_texts_name_and_count_nothing_that_a_partial_release_left_out(template: str) -> None:
    words = "{% for file in attachments %}[{{ file.name }}]{% endfor %} for {{ recipient_count }}"
    world = world_with(
        Hold(),
        Zip(notice_template=template, notice_delay_minutes=0),
        InsertText(template="in"),
        templates=(Template(id="in", text=words), Template(id="pw", text=words + " {{ password }}")),
        notices=HoldNotices(
            texts=(NoticeText(notice="password", language="ja", text=words + " {{ domains }} {{ password }}"),)
        ),
    )
    message = EmailMessage(policy=email_policy.SMTP)
    message["From"], message["To"], message["Message-ID"] = SENDER, f"{OUTSIDE}, x@rival.example", "<1@aozora.example>"
    message.set_content("Hello.\r\n")
    for name in ("wrong.pdf", "right.pdf"):
        message.add_attachment(b"top secret", maintype="application", subtype="pdf", filename=name)
    ref = world.judge(OUTSIDE, "x@rival.example", data=message.as_bytes())
    record = world.record(ref)
    parts = tuple(item.part for item in record.summary.attachments if item.name == "wrong.pdf")
    wish = HoldWish(Verb.RELEASE, frozenset(missing_reasons(record, ())), ("x@rival.example",), parts)
    decide_hold(world.app, ref, Asker(SENDER, Channel.LINK), wish)
    world.pass_time(lambda: sum(OUTSIDE in sent.accepted for sent in world.next_hop.transactions) == 2)
    assert not any("x@rival.example" in sent.recipients for sent in world.next_hop.transactions)
    for sent in world.next_hop.transactions:
        if OUTSIDE in sent.recipients:
            body = parsed(sent).get_body(("plain",))
            assert body is not None
            text = body.get_content()
            assert "[right.pdf] for 1" in text
            assert "wrong" not in text
            assert "rival" not in text


def test_without_attachments_nothing_is_explained() -> None:
    template = Template(id="about", text="It is in {{ file_name }}.")
    world = world_with(Zip(explanation="about"), templates=(template,))
    world.judge(OUTSIDE)
    world.work()
    (sent,) = world.next_hop.transactions
    assert b"It is in" not in sent.data


def test_a_held_message_gets_the_text_it_was_judged_by_though_it_was_changed_meanwhile() -> None:
    template = Template(id="note", text="(as it was)")
    world = world_with(Hold(), InsertText(template="note"), templates=(template,))
    ref = world.judge(OUTSIDE)
    present = world.settings_store.tenant("demo")
    world.settings_store.save(msgspec.structs.replace(present, policies=(), templates=()))
    stored = world.messages.load(ref)
    assert stored is not None
    actor = Actor(Role.SENDER, SENDER, Channel.LINK)
    commit(world.app, stored, state.release(stored.record, actor, world.clock.now()))
    world.work()
    sent = sent_to(world, OUTSIDE)
    assert b"(as it was)" in sent.data


def test_a_text_of_the_senders_own_template_is_inserted() -> None:
    world = World(make_settings(rules=()))
    world.settings_store.save_scope(
        ScopeSettings(
            level="user",
            id=SENDER,
            tenant_id="demo",
            policies=(Policy(id="own", when=OUTSIDERS, actions=(InsertText(template="own-note"),)),),
            templates=(Template(id="own-note", text="(mine)"),),
        )
    )
    world.judge(OUTSIDE)
    world.work()
    assert b"(mine)" in sent_to(world, OUTSIDE).data


@pytest.mark.parametrize("place", ["top", "bottom"])
def test_texts_are_read_in_the_order_of_their_policies(place: Literal["top", "bottom"]) -> None:
    policies = tuple(
        Policy(id=word, priority=number, when=OUTSIDERS, actions=(InsertText(template=word, place=place),))
        for number, word in enumerate(("first", "second"))
    )
    templates = tuple(Template(id=word, text=f"({word})") for word in ("first", "second"))
    world = World(make_settings(rules=(), policies=policies, templates=templates))
    world.judge(OUTSIDE)
    world.work()
    body = parsed(sent_to(world, OUTSIDE)).get_content().split()
    assert body == (["(first)", "(second)", "Hello."] if place == "top" else ["Hello.", "(first)", "(second)"])


def test_a_policy_that_does_not_match_changes_no_byte() -> None:
    world = world_with(Zip(), AddHeader(name="X-Class", value="outside"))
    data = with_attachment(INSIDE)
    world.judge(INSIDE, data=data)
    world.work()
    (sent,) = world.next_hop.transactions
    assert sent.data.endswith(b"\r\n" + data)


def test_a_redirected_message_goes_through_the_named_route_only() -> None:
    routes = (
        Route(servers=(NextHopServer(host="usual.example"),)),
        Route(servers=(NextHopServer(host="archive.example"),), domains=("nowhere.example",), name="archive"),
    )
    world = world_with(Redirect(route="archive"), routes=routes)
    world.judge(OUTSIDE)
    world.work()
    assert [sent.server for sent in world.next_hop.transactions] == ["archive.example:25"]


def test_a_rejected_message_comes_back_with_the_policys_words() -> None:
    world = world_with(Reject(text="Use the portal for this customer."))
    ref = world.judge(OUTSIDE)
    world.work()
    record = world.record(ref)
    assert record.state is State.BOUNCED
    (dsn,) = world.next_hop.transactions
    assert dsn.recipients == (SENDER,)
    assert b"Use the portal for this customer." in dsn.data


def test_a_discarded_message_reaches_nobody_and_its_sender_is_told() -> None:
    world = world_with(Discard())
    ref = world.judge(OUTSIDE)
    world.work()
    assert world.record(ref).state is State.DISCARDED
    assert [sent.recipients for sent in world.next_hop.transactions] == [(SENDER,)]


def test_a_delayed_message_leaves_at_its_time_and_not_before() -> None:
    world = world_with(Delay(minutes=10))
    ref = world.judge(OUTSIDE)
    world.work()
    assert world.record(ref).state is State.DELAYED
    world.clock.advance(minutes=9, seconds=59)
    run_due(world.app)
    world.work()
    assert world.record(ref).state is State.DELAYED
    world.clock.advance(seconds=2)
    run_due(world.app)
    world.work()
    assert world.record(ref).state is State.DELIVERED


def test_a_form_that_cannot_be_made_is_returned_and_never_sent_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise deliver_module.PermanentError("internal cause")

    monkeypatch.setattr(make_variant_module, "make_variant", refuse)
    monkeypatch.setattr(deliver_module.time, "sleep", lambda seconds: None)
    world = world_with(Zip())
    ref = world.judge(OUTSIDE, INSIDE, data=with_attachment(OUTSIDE, INSIDE))
    world.work()
    record = world.record(ref)
    assert record.state is State.PARTLY_DELIVERED
    statuses = {result.address: (result.fate, result.status) for result in record.recipients}
    assert statuses[OUTSIDE] == (Fate.FAILED, "5.6.5")
    assert statuses[INSIDE][0] is Fate.SENT
    number = next(result.reported_in for result in record.recipients if result.address == OUTSIDE)
    assert world.record(own_ref(ref, f"dsn-{number}")).state is State.DELIVERED
    assert not any(OUTSIDE in sent.recipients for sent in world.next_hop.transactions)
    (dsn,) = [sent for sent in world.next_hop.transactions if sent.reverse_path == ""]
    assert b"could not be changed as a policy asks" in dsn.data
    assert b"internal cause" not in dsn.data
