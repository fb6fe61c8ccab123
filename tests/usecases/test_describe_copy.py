"""The envelopes of other copies are read once, however many copies a message has."""

from __future__ import annotations

from collections import Counter

import pytest

from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import RuleAssignment
from shared.errors import StorageUnavailable
from shared.ports import Spooled
from shared.usecases import describe_copy as module
from shared.usecases.describe_copy import describe_copy
from tests.support.app import World, make_settings
from tests.support.copies import A, arrive_split, settle

COPIES = 12


@pytest.fixture
def world() -> World:
    return World(settings=make_settings(rules=(RuleAssignment(id="external", rule="recipient-external"),)))


@pytest.fixture
def reads(world: World) -> Counter[MessageRef]:
    counted: Counter[MessageRef] = Counter()
    describe = world.app.spool.describe

    def counting(ref: MessageRef) -> Spooled | None:
        counted[ref] += 1
        return describe(ref)

    world.app.spool.describe = counting  # type: ignore[method-assign]  # to count what storage is asked for
    return counted


def test_each_copy_of_many_is_read_once_for_all_the_others(world: World, reads: Counter[MessageRef]) -> None:
    refs = arrive_split(world, *(f"person{number}@partner.example" for number in range(COPIES)))
    settle(world)
    (leader,) = [record for record in map(world.record, refs) if record.leader is None]
    assert len(leader.copies) == COPIES - 1
    assert max(reads.values()) <= 3, "twice to be judged itself, and once for all that come after it"


def test_it_is_read_once_and_another_tenants_of_the_same_id_by_itself(world: World, reads: Counter[MessageRef]) -> None:
    ref = world.receive(A)
    other = MessageRef("other", ref.queue_id)
    for _ in range(3):
        found = describe_copy(world.app, ref)
        assert found is not None
        assert found.ref == ref
        assert describe_copy(world.app, other) is None
    assert reads == {ref: 1, other: 3}, "one that is not there may still come"


def test_only_the_latest_are_kept(world: World, reads: Counter[MessageRef], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    first, second, third = (world.receive(A) for _ in range(3))
    for ref in (first, second, first, third, first, second):
        describe_copy(world.app, ref)
    assert reads == {first: 1, second: 2, third: 1}


def test_a_large_envelope_is_not_kept(world: World, reads: Counter[MessageRef]) -> None:
    ref = world.receive(*(f"person{number}@partner.example" for number in range(module.MOST_RECIPIENTS + 1)))
    describe_copy(world.app, ref)
    describe_copy(world.app, ref)
    assert reads == {ref: 2}


def test_storage_that_fails_leaves_nothing_behind(world: World, reads: Counter[MessageRef]) -> None:
    ref = world.receive(A)
    world.spool.trouble.before("describe", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        describe_copy(world.app, ref)
    assert describe_copy(world.app, ref) is not None
