"""Deciding about a message: once, whatever happens, and never out of the door by mistake."""

from __future__ import annotations

import threading

import pytest

from shared.core.hold.record import OutboxKind, State
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MailKind
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import BossCopy
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.errors import NotFound, PermanentError, StorageUnavailable
from shared.ports import Group, Person
from shared.usecases import evaluate_message as module
from shared.usecases import judge_message as judge_module
from shared.usecases.evaluate_message import evaluate_blob, evaluate_message
from tests.support.app import INSIDE, OUTSIDE, World, make_settings
from tests.support.records import make_ref


@pytest.mark.parametrize(
    ("recipients", "reverse_path", "state", "reason"),
    [
        pytest.param((INSIDE,), "hanako@aozora.example", State.DELIVERING, "no-rule", id="inside-passes"),
        pytest.param((OUTSIDE, INSIDE), "hanako@aozora.example", State.HELD, "rule.recipient-external", id="outside"),
        pytest.param((OUTSIDE,), "", State.DELIVERING, "system.null-sender", id="null-sender-is-never-held"),
    ],
)
def test_a_message_gets_the_state_that_its_decision_says(
    recipients: tuple[str, ...], reverse_path: str, state: State, reason: str
) -> None:
    world = World()
    record = world.record(world.judge(*recipients, reverse_path=reverse_path))
    assert record.state is state
    assert [found.code for found in record.decision.reasons] == [reason]
    assert record.decision.settings_version == world.settings.version


def test_a_second_run_changes_nothing() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    before = world.messages.load(ref)
    sent = world.queue.items
    assert evaluate_message(world.app, ref) is False
    assert world.messages.load(ref) == before
    assert world.queue.items == sent


def test_of_two_runs_at_the_same_time_one_decides() -> None:
    world = World()
    ref = world.receive(OUTSIDE)
    barrier = threading.Barrier(2)
    load = world.messages.load

    def late(wanted: MessageRef) -> object:
        found = load(wanted)
        barrier.wait(5)
        return found

    world.messages.load = late  # type: ignore[method-assign, assignment]  # both see "no state yet"
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(evaluate_message(world.app, ref))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert [item.entry.kind for item in world.queue.items] == [OutboxKind.HOLD_NOTICE]


def test_an_error_while_deciding_is_a_hold_that_names_no_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("internal secret")

    monkeypatch.setattr(judge_module, "facts_of", broken)
    world = World()
    record = world.record(world.judge(INSIDE))
    assert record.state is State.HELD
    assert [reason.code for reason in record.decision.reasons] == ["policy-error"]
    assert "secret" not in repr(record)
    assert [recipient.address for recipient in record.summary.recipients] == [INSIDE]


def test_an_unreadable_message_is_held_with_its_reason() -> None:
    world = World()
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(1000)
    )
    record = world.record(world.judge(INSIDE, data=nested))
    assert record.state is State.HELD
    assert [reason.code for reason in record.decision.reasons] == ["unreadable"]


def test_storage_that_does_not_answer_leaves_the_message_for_the_next_try() -> None:
    world = World()
    ref = world.receive(OUTSIDE)
    world.messages.trouble.before("create", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        evaluate_message(world.app, ref)
    assert world.messages.load(ref) is None
    assert evaluate_message(world.app, ref) is True


def test_a_tenant_without_settings_is_tried_again_and_nothing_passes() -> None:
    world = World()
    ref = make_ref(9, tenant="nobody")
    world.spool.keep(
        module.Spooled(
            ref, Envelope("a@b.example", (OUTSIDE,)), world.spool.describe(world.receive(OUTSIDE)).reception
        ),  # type: ignore[union-attr]  # just kept
        b"Subject: x\r\n\r\nx\r\n",
    )
    with pytest.raises(NotFound):
        evaluate_message(world.app, ref)
    assert world.messages.load(ref) is None


def test_a_message_that_came_round_in_a_loop_is_returned() -> None:
    world = World()
    first = world.judge(INSIDE)
    head = world.record(first).variants[0].head
    again = world.receive(INSIDE, data=head + world.spool.content("spool", first).chunks().__next__())
    evaluate_message(world.app, again)
    record = world.record(again)
    assert record.state is State.BOUNCED
    assert [reason.code for reason in record.decision.reasons] == ["loop"]
    assert world.queue.items[-1].entry.kind is OutboxKind.DSN


def test_a_mark_made_without_the_key_skips_nothing() -> None:
    world = World()
    first = world.record(world.judge(OUTSIDE)).variants[0].head
    forged = first.replace(b"kind=relayed", b"kind=own")
    record = world.record(world.judge(OUTSIDE, data=forged + b"Subject: x\r\n\r\nx\r\n"))
    assert record.summary.kind is not MailKind.OWN
    assert record.state is State.HELD


@pytest.mark.parametrize("name", ["x", "2026112109/demo/short.eml", "../demo/x.eml"])
def test_a_blob_that_is_no_message_is_left_alone(name: str) -> None:
    assert evaluate_blob(World().app, name) is False


def test_a_message_whose_facts_are_too_large_for_storage_is_held_without_them() -> None:
    world = World()
    ref = world.receive(INSIDE)
    world.messages.trouble.before("create", PermanentError("row a:fixed is too large for storage"))
    assert evaluate_message(world.app, ref) is True
    record = world.record(ref)
    assert record.state is State.HELD
    assert [reason.code for reason in record.decision.reasons] == ["policy-error"]
    assert [(one.address, one.external) for one in record.summary.recipients] == [(INSIDE, False)]
    world.work()
    assert len(world.next_hop.transactions) == 1, "the sender is asked"


def test_policies_get_the_manager_and_groups_of_the_sender() -> None:
    boss = Policy(id="boss", groups=("eigyo",), actions=(BossCopy(),))
    world = World(settings=make_settings(policies=(boss,), rules=()))
    tenant = world.settings.tenant_id
    world.directory.save(tenant, [Person("hanako@aozora.example", manager="bucho@aozora.example", groups=("eigyo-1",))])
    world.directory.save_groups(tenant, [Group("EIGYO-1", above=("Eigyo",))])
    record = world.record(world.judge(INSIDE))
    assert [part.added_recipients for part in record.decision.parts] == [("bucho@aozora.example",)]


def test_sender_without_a_known_manager_is_asked() -> None:
    world = World(settings=make_settings(policies=(Policy(id="boss", actions=(BossCopy(),)),), rules=()))
    record = world.record(world.judge(INSIDE))
    assert record.state is State.HELD
    assert [reason.code for reason in record.decision.reasons] == ["policy.manager-unknown"]


def test_directory_that_does_not_answer_leaves_the_message_for_the_next_try() -> None:
    world = World(settings=make_settings(policies=(Policy(id="boss", actions=(BossCopy(),)),), rules=()))
    ref = world.receive(INSIDE)
    world.directory.trouble.before("people", StorageUnavailable("down"), times=5)
    with pytest.raises(StorageUnavailable):
        evaluate_message(world.app, ref)
    assert world.messages.load(ref) is None
    world.directory.trouble.clear()
    assert evaluate_message(world.app, ref) is True


def test_rule_about_the_body_reads_the_body() -> None:
    rule = RuleAssignment(id="r", rule="condition", keywords=("社外秘",))
    world = World(settings=make_settings(rules=(rule,)))
    body = "Subject: x\r\nContent-Type: text/plain; charset=shift_jis\r\n\r\n社外\r\n秘です\r\n".encode("shift_jis")
    record = world.record(world.judge(INSIDE, data=body))
    assert [reason.code for reason in record.decision.reasons] == ["rule.condition"]
