"""What rules share: one mailbox is one person, and which addresses are the sender's own."""

from __future__ import annotations

from shared.core.policy.rules.recipients import distinct, sender_keys
from tests.support.message_facts import message_facts, recipient


def test_mailboxes_are_the_same_without_regard_to_case_and_keep_their_order() -> None:
    found = distinct([recipient("B@x.example"), recipient("a@x.example"), recipient("b@X.example")])
    assert [item.address for item in found] == ["B@x.example", "a@x.example"]


def test_senders_addresses_are_reverse_path_and_every_from() -> None:
    facts = message_facts(sender="Bounce@x.example", header_from=["A@x.example", "b@x.example"])
    assert sender_keys(facts) == {"bounce@x.example", "a@x.example", "b@x.example"}


def test_null_sender_is_no_address() -> None:
    assert sender_keys(message_facts(sender="", header_from=[])) == frozenset()
