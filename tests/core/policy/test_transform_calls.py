"""Transform calls: stored in the order in which they are carried out, and read back as they were."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from shared.core.policy.decision import TransformCall
from shared.core.policy.transform_calls import (
    ORDER,
    AddHeaderField,
    Call,
    ConvertToBcc,
    CopyToBoss,
    DropAttachments,
    DropRecipients,
    InsertTemplate,
    RemoveHeaderField,
    RemoveSubjectMark,
    ZipAttachments,
    read_call,
    stored_calls,
)

ONE_OF_EACH: tuple[Call, ...] = (
    DropRecipients(("rival@other.example",)),
    DropAttachments(("2", "3.1")),
    RemoveSubjectMark("［［send］］"),
    ZipAttachments(
        "p", "zipcrypto", "enc_YYYY.zip", "Asia/Tokyo", "fixed", 12, ("lower", "digit"), "manual", 0, "notice"
    ),
    InsertTemplate("t", "top", "insert", "p", "名前"),
    CopyToBoss("cc", ("boss@acme.example",), ()),
    ConvertToBcc(("acme.example",), "sato@acme.example"),
    RemoveHeaderField("X-A"),
    AddHeaderField("X-B", "値"),
)


def test_every_kind_of_call_has_a_place_in_the_order_and_a_name_of_its_own() -> None:
    assert tuple(type(call) for call in ONE_OF_EACH) == ORDER
    assert len({kind.NAME for kind in ORDER}) == len(ORDER)


def test_calls_are_stored_in_their_order_whatever_order_they_come_in() -> None:
    wanted = stored_calls(ONE_OF_EACH)
    for shuffled in list(permutations(ONE_OF_EACH))[::50_000]:
        assert stored_calls(shuffled) == wanted


def test_calls_of_one_sort_keep_their_order() -> None:
    calls = (AddHeaderField("X", "2"), RemoveHeaderField("Y"), AddHeaderField("X", "1"))
    assert [read_call(call) for call in stored_calls(calls)] == [calls[1], calls[0], calls[2]]


@pytest.mark.parametrize("call", ONE_OF_EACH, ids=lambda call: call.NAME)
def test_call_is_read_back_as_it_was(call: Call) -> None:
    (stored,) = stored_calls((call,))
    assert isinstance(json.loads(stored.arguments), dict)
    assert read_call(stored) == call


def test_unknown_name_is_an_error() -> None:
    with pytest.raises(LookupError):
        read_call(TransformCall("make-coffee"))
