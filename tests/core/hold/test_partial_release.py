"""Partial release: who and what can be left out, what is refused, and which outgoing forms follow from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hold import state
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.begin import begin, recipients_by_variant
from shared.core.hold.forms import recipients_of, transforms_of
from shared.core.hold.partial_release import REDUCED, CannotDrop, droppable_recipients, may_drop_attachments
from shared.core.hold.record import Change, EventCode, Fate, MessageRecord, State, Variant
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.message.facts import Protection
from shared.core.policy.decision import ApprovalCall, Decision, DecisionPart, Disposition
from shared.core.policy.transform_calls import (
    AddHeaderField,
    CopyToBoss,
    DropAttachments,
    DropRecipients,
    RemoveSubjectMark,
    read_call,
    stored_calls,
)
from tests.support.holds import make_change, with_header
from tests.support.records import (
    HOLD_PLAN,
    NOW,
    RETRY_PLAN,
    SENDER,
    make_envelope,
    make_reception,
    make_ref,
    make_summary,
)

RIVAL = "purchase@rival.example"
BOSS = "boss@aozora.example"


def held(*parts: DecisionPart) -> MessageRecord:
    """A held message; without ``parts`` one that nothing changes."""
    record = make_change().record
    if not parts:
        return record
    envelope = make_envelope(tuple(address for part in parts for address in part.recipients))
    decision = Decision(parts, 1)
    untouched = recipients_by_variant(decision).get("original")
    variants = (Variant("original", "spool", b"X-Matta-Trace: v1\r\n"),) if untouched else ()
    summary = make_summary(envelope)
    return begin(make_ref(), envelope, make_reception(), summary, decision, variants, HOLD_PLAN, NOW).record


def part(*recipients: str, calls: tuple[object, ...] = (), added: tuple[str, ...] = ()) -> DecisionPart:
    return DecisionPart(recipients, Disposition.HOLD, (), stored_calls(calls), added)  # type: ignore[arg-type]  # calls


def released(record: MessageRecord, *recipients: str, attachments: tuple[str, ...] = ()) -> Change:
    return state.release(record, SENDER, NOW, ReleaseTerms(recipients, attachments))


def test_who_was_left_out_is_never_sent_to_and_the_history_names_them() -> None:
    change = released(held(), RIVAL, attachments=("3",))
    fates = {result.address: result.fate for result in change.record.recipients}
    assert [address for address, fate in fates.items() if fate is Fate.DROPPED] == [RIVAL]
    assert RIVAL not in [result.address for result in change.record.pending()]
    assert change.record.dropped_attachments == ("3",)
    assert [event.args for event in change.events] == [(("recipients", RIVAL), ("attachments", "契約書.pdf"))]


@pytest.mark.parametrize(
    ("recipients", "attachments"),
    [
        pytest.param((RIVAL,), (), id="a recipient"),
        pytest.param((), ("2",), id="an attachment"),
        pytest.param((RIVAL.upper().replace("PURCHASE", "purchase"),), ("2", "3"), id="both, written otherwise"),
    ],
)
def test_nobody_ever_gets_the_untouched_original_when_something_was_left_out(
    recipients: tuple[str, ...], attachments: tuple[str, ...]
) -> None:
    record = released(held(), *recipients, attachments=attachments).record
    assert record.variants == ()
    assert {result.variant for result in record.recipients} == {REDUCED}
    assert all(isinstance(read_call(call), DropRecipients | DropAttachments) for call in transforms_of(record, REDUCED))
    assert len(transforms_of(record, REDUCED)) == bool(recipients) + bool(attachments)


def test_dropping_comes_before_all_that_the_decision_asks_for_in_every_form() -> None:
    record = held(
        part("a@x.example", calls=(RemoveSubjectMark("[[send]]"),)),
        part("b@y.example", "c@y.example", calls=(AddHeaderField("X-A", "1"),)),
        part("d@z.example"),
    )
    changed = released(record, "c@y.example", attachments=("2",)).record
    for name, own in (("part-0", ["remove-subject-mark"]), ("part-1", ["add-header"]), (REDUCED, [])):
        names = [call.name for call in transforms_of(changed, name)]
        assert names == ["drop-recipients", "drop-attachments", *own]
    assert recipients_of(changed, "part-1") == ("b@y.example",)
    assert recipients_of(changed, REDUCED) == ("d@z.example",)


def test_without_anything_left_out_forms_are_those_of_the_decision() -> None:
    record = released(held(part("a@x.example", calls=(AddHeaderField("X-A", "1"),)), part("b@y.example"))).record
    assert [result.variant for result in record.recipients] == ["part-0", "original"]
    assert [variant.name for variant in record.variants] == ["original"]
    assert [call.name for call in transforms_of(record, "part-0")] == ["add-header"]
    assert transforms_of(record, "original") == ()
    with pytest.raises(LookupError):
        transforms_of(record, REDUCED)


@pytest.mark.parametrize(
    ("record", "recipients", "attachments", "why"),
    [
        pytest.param(held(), [one.address for one in held().recipients], (), "nobody-left", id="everybody"),
        pytest.param(held(), ["stranger@x.example"], (), "unknown-recipient", id="no recipient of it"),
        pytest.param(held(), [], ("9",), "unknown-attachment", id="no attachment of it"),
        pytest.param(
            held(part("a@x.example", "b@x.example", calls=(CopyToBoss("cc", (BOSS,), (BOSS,)),), added=(BOSS,))),
            [BOSS],
            (),
            "required-recipient",
            id="whom a policy added",
        ),
        pytest.param(
            held(part("a@x.example", BOSS, calls=(CopyToBoss("cc", (BOSS,), ()),))),
            [BOSS],
            (),
            "required-recipient",
            id="whom the sender named and a policy wants as well",
        ),
        pytest.param(
            held(part("a@x.example", calls=(CopyToBoss("bcc", (BOSS,), (BOSS,)),), added=(BOSS,))),
            ["a@x.example"],
            (),
            "nobody-left",
            id="only whom a policy added would be left",
        ),
        pytest.param(
            with_header(held(), protections=(Protection.SMIME_SIGNED,)), [], ("2",), "protected", id="a signed message"
        ),
        pytest.param(with_header(held(), unreadable="too-deep"), [], ("2",), "unreadable", id="an unreadable message"),
    ],
)
def test_what_cannot_be_left_out_is_refused_as_a_whole(
    record: MessageRecord, recipients: list[str], attachments: tuple[str, ...], why: str
) -> None:
    with pytest.raises(CannotDrop) as refused:
        released(record, *recipients, attachments=attachments)
    assert refused.value.why == why


def test_pages_offer_what_can_be_left_out() -> None:
    record = held(part("a@x.example", BOSS, calls=(CopyToBoss("cc", (BOSS,), ()),)), part("b@y.example"))
    assert droppable_recipients(record) == ("a@x.example", "b@y.example")
    assert may_drop_attachments(record)
    assert not may_drop_attachments(with_header(record, protections=(Protection.PGP_ENCRYPTED,)))


def test_a_recipient_who_was_left_out_counts_neither_as_reached_nor_as_failed() -> None:
    record = released(held(), RIVAL).record
    claim = state.claim(record, "t", NOW, HOLD_PLAN.reminder_pause)
    assert claim is not None
    results = [replace(one, fate=Fate.SENT) for one in claim.record.recipients]
    noted = state.note_results(claim.record, results, NOW).record
    assert [one.address for one in noted.recipients if one.fate is Fate.DROPPED] == [RIVAL]
    assert state.finish_attempt(noted, RETRY_PLAN, 0.0, NOW).record.state is State.DELIVERED
    failed = [replace(one, fate=Fate.FAILED, code=550) for one in claim.record.recipients]
    bounced = state.finish_attempt(state.note_results(claim.record, failed, NOW).record, RETRY_PLAN, 0.0, NOW)
    assert bounced.record.state is State.BOUNCED


def test_with_an_approval_what_was_left_out_stands_in_the_request() -> None:
    call = ApprovalCall("p", "Manager", "manager")
    record = held()
    record = replace(record, decision=replace(record.decision, approvals=(call,)))
    terms = ReleaseTerms((RIVAL,), (), "please", (ApprovalStep(call, (BOSS,)),))
    change = state.release(record, SENDER, NOW, terms)
    assert change.record.state is State.AWAITING_APPROVAL
    assert change.events[0].code is EventCode.APPROVAL_REQUESTED
    assert dict(change.events[0].args)["recipients"] == RIVAL
    assert Fate.DROPPED in {result.fate for result in change.record.recipients}


def test_a_long_list_of_those_left_out_stays_short_in_the_history() -> None:
    recipients = tuple(f"person-{number}@a-rather-long-name-of-a-domain.example" for number in range(900))
    record = held(part("stays@x.example", *recipients))
    change = released(record, *recipients)
    assert len(dict(change.events[0].args)["recipients"]) < 1100
