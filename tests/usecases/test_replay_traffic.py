"""Replaying stored traffic by a draft: figures that are right, unknown facts told as such, other tenants never touched."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.core.message.identity import MessageRef
from shared.core.policy.actions import BossCopy, Delay, Discard, Hold, Reject
from shared.core.policy.conditions.model import Sender, Time
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.core.replay.figures import BeforeAfter, Figures
from shared.core.replay.gap import Gap
from shared.core.replay.outcome import Difference, Fate, outcome_of
from shared.core.settings.scope_settings import ScopeSettings
from shared.errors import InvalidSettings, NotFound, StorageUnavailable
from shared.ports import Group, Person
from shared.usecases.judge_message import judge_message
from shared.usecases.replay_traffic import Replay, draft_settings, replay_traffic
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_message, make_settings
from tests.support.records import NOW
from tests.support.replay_settings import ASKS_ALL, EXTERNAL, STORED_ONLY
from tests.support.traffic import play_traffic

SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=90)


def replay(world: World, draft: TenantSettings | None = None, **options: Any) -> Replay:
    return replay_traffic(world.app, draft or world.settings, SINCE, UNTIL, **options)


def count(figures: Figures, difference: Difference) -> int:
    return next((row.count for row in figures.differences if row.difference is difference), 0)


@pytest.mark.parametrize("seed", range(3))
def test_the_very_settings_that_judged_find_no_difference(seed: int) -> None:
    world = World(make_settings(**STORED_ONLY))
    play_traffic(world, 200, seed=seed)
    figures = replay(world).figures
    assert (figures.read, figures.judged, figures.same) == (200, 200, 200)
    assert (figures.differences, figures.open, figures.gaps) == ((), (), ())
    assert {row.fate for row in figures.fates if row.count.before} >= {Fate.HOLD, Fate.DELIVER, Fate.REJECT}
    assert figures.changed.before > 20
    counts = [row.count for row in figures.fates] + [row.count for row in figures.causes]
    assert all(item.before == item.after for item in counts)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("judged_by", ["default", "stored-only", "asks-all"])
def test_what_a_replay_is_sure_of_is_what_the_message_itself_gives(seed: int, judged_by: str) -> None:
    """The draft asks for body, headers and archives; the truth is found by judging the stored bytes."""
    before: dict[str, Any] = {"default": {}, "stored-only": STORED_ONLY, "asks-all": ASKS_ALL}[judged_by]
    world = World(make_settings(**before))
    refs = play_traffic(world, 150, seed=10 + seed)
    draft = make_settings(**ASKS_ALL)
    figures = replay(world, draft, examples=10_000).figures
    assert figures.read == 150
    assert figures.judged + figures.unknown == 150
    assert 0 < figures.judged < 150
    truth = {ref.queue_id: outcome_of(_whole(world, ref, draft)) for ref in refs}
    was = {ref.queue_id: outcome_of(world.record(ref).decision) for ref in refs}
    for row in figures.differences:
        assert len(row.examples) == row.count
        for example in row.examples:
            now, then = truth[example.queue_id], was[example.queue_id]
            assert example.after == (now.fate,)
            assert example.before is then.fate
            assert {name.partition(":")[0] for name in example.causes} <= {cause.code for cause in now.causes}
            assert now != then
    for example in figures.unknown_examples:
        assert example.after == () or truth[example.queue_id].fate in example.after
        assert len(example.after) != 1
    assert any(example.after for example in figures.unknown_examples)
    held = {
        example.queue_id for row in figures.differences for example in row.examples if example.after == (Fate.HOLD,)
    }
    assert all(truth[queue_id].fate is Fate.HOLD for queue_id in held)


def _whole(world: World, ref: MessageRef, draft: TenantSettings) -> Any:
    record = world.record(ref)
    data = b"".join(world.spool.content("spool", ref).chunks())
    return judge_message(
        data, record.envelope, draft, ref, now=record.created_at, directory=world.app.directory
    ).decision


@pytest.mark.parametrize(
    ("changes", "expected", "after"),
    [
        pytest.param(
            {"rules": ()}, {Difference.NO_LONGER_HELD: 2, Difference.NEWLY_DELIVERED: 2}, Fate.DELIVER, id="no-rules"
        ),
        pytest.param(
            {"rules": (RuleAssignment(id="blank", rule="subject-blank"),)},
            {Difference.NO_LONGER_HELD: 2, Difference.NEWLY_DELIVERED: 2},
            Fate.DELIVER,
            id="another-rule",
        ),
        pytest.param(
            {"rules": (EXTERNAL,), "policies": (Policy(id="p", actions=(Hold(),)),)},
            {Difference.NEWLY_HELD: 1, Difference.OTHER_CAUSES: 2},
            Fate.HOLD,
            id="policy-holds-all",
        ),
        pytest.param(
            {"policies": (Policy(id="p", actions=(Discard(),)),)},
            {Difference.NO_LONGER_HELD: 2, Difference.NEWLY_DISCARDED: 3},
            Fate.DISCARD,
            id="discard",
        ),
        pytest.param(
            {"policies": (Policy(id="p", actions=(Reject(),)),)},
            {Difference.NO_LONGER_HELD: 2, Difference.NEWLY_REJECTED: 3},
            Fate.REJECT,
            id="reject",
        ),
        pytest.param(
            {"rules": (), "policies": (Policy(id="p", actions=(Delay(minutes=5),)),)},
            {Difference.NO_LONGER_HELD: 2, Difference.NEWLY_DELAYED: 3},
            Fate.DELAY,
            id="delay",
        ),
        pytest.param(
            {"policies": (Policy(id="p", actions=(BossCopy(who="addresses", addresses=("b@aozora.example",)),)),)},
            {Difference.NEWLY_CHANGED: 3, Difference.OTHER_CAUSES: 3},
            Fate.HOLD,
            id="boss-copy",
        ),
        pytest.param(
            {"domains": ("aozora.example", "partner.example")},
            {Difference.NO_LONGER_HELD: 2, Difference.NEWLY_DELIVERED: 2},
            Fate.DELIVER,
            id="partner-becomes-internal",
        ),
    ],
)
def test_every_difference_is_counted_with_an_example(
    changes: dict[str, Any], expected: dict[Difference, int], after: Fate
) -> None:
    world = World()
    first = world.judge(OUTSIDE)
    world.judge(OUTSIDE, INSIDE)
    world.judge(INSIDE)
    figures = replay(world, make_settings(**changes)).figures
    assert {row.difference: row.count for row in figures.differences} == expected
    assert figures.count(Fate.HOLD).before == 2
    for row in figures.differences:
        if row.difference is not Difference.NEWLY_HELD:
            assert row.examples[0].queue_id == first.queue_id
            assert (row.examples[0].subject, row.examples[0].sender) == ("Estimate", SENDER)
            assert row.examples[0].after == (after,)


def test_a_condition_on_the_body_is_told_as_unknown_and_never_as_no_match() -> None:
    world = World(make_settings(rules=()))
    for recipient in (INSIDE, OUTSIDE):
        world.judge(recipient)
    word = RuleAssignment(id="word", rule="condition", keywords=("secret",))
    figures = replay(world, make_settings(rules=(word,))).figures
    assert (figures.judged, figures.unknown, figures.unknown_may_hold, figures.same) == (0, 2, 2, 0)
    assert figures.count(Fate.DELIVER) == figures.count(Fate.HOLD) == BeforeAfter()
    [row] = figures.open
    assert (row.kind, row.id, row.gaps, row.count) == ("rule", "word", (Gap.BODY,), 2)
    assert [(item.gap, item.count) for item in figures.gaps] == [(Gap.BODY, 2)]
    assert figures.unknown_examples[0].after == (Fate.DELIVER, Fate.HOLD)
    both = replay(world, make_settings(rules=(word, EXTERNAL))).figures
    assert (both.judged, both.partly, both.unknown) == (1, 1, 1)
    assert count(both, Difference.NEWLY_HELD) == 1


def test_questions_are_counted_by_person_and_hour_of_the_tenants_zone() -> None:
    world = World()
    for minutes in (0, 10, 20, 50, 70):
        world.clock.advance(seconds=(NOW + timedelta(minutes=minutes) - world.clock.now()).total_seconds())
        world.judge(OUTSIDE)
    world.judge(OUTSIDE, reverse_path="jiro@aozora.example")
    blank = make_settings(rules=(RuleAssignment(id="a", rule="condition", when=Sender(values=(SENDER,))),))
    questions = replay(world, blank).figures.questions
    assert questions.persons == BeforeAfter(2, 1)
    assert questions.most_in_an_hour == BeforeAfter(4, 4)
    assert [(row.address, row.hour, row.held) for row in questions.busiest] == [
        (SENDER, "2026-11-21T18:00+09:00", BeforeAfter(4, 4)),
        (SENDER, "2026-11-21T19:00+09:00", BeforeAfter(1, 1)),
        ("jiro@aozora.example", "2026-11-21T19:00+09:00", BeforeAfter(1, 0)),
    ]
    assert {(row.least, row.most): row.count for row in questions.loads if row.count != BeforeAfter()} == {
        (1, 1): BeforeAfter(2, 1),
        (3, 5): BeforeAfter(1, 1),
    }


def test_groups_and_users_settings_stay_beside_the_draft() -> None:
    world = World(make_settings(rules=()))
    world.app.directory.save("demo", [Person(SENDER, groups=("sales",))])
    world.app.directory.save_groups("demo", [Group("sales")])
    rule = RuleAssignment(id="group-external", rule="recipient-external")
    world.app.settings.save_scope(ScopeSettings(tenant_id="demo", level="group", id="sales", rules=(rule,)))
    world.judge(OUTSIDE)
    world.judge(OUTSIDE, reverse_path="jiro@aozora.example")
    same = replay(world).figures
    assert (same.same, same.count(Fate.HOLD)) == (2, BeforeAfter(1, 1))
    draft = make_settings(rules=(RuleAssignment(id="blank", rule="subject-blank"),))
    assert replay(world, draft).figures.count(Fate.HOLD) == BeforeAfter(1, 1)


def test_mail_of_somebody_whose_own_settings_cannot_be_read_is_told_apart() -> None:
    world = World(make_settings(rules=()))
    world.app.settings.save_scope(ScopeSettings(tenant_id="demo", level="user", id=SENDER))
    world.judge(INSIDE)
    world.judge(INSIDE, reverse_path="jiro@aozora.example")
    world.settings_store.trouble.before("version", NotFound("a damaged document"))
    figures = replay(world).figures
    assert (figures.judged, figures.unknown) == (1, 1)
    assert [row.gap for row in figures.gaps] == [Gap.SETTINGS]
    assert figures.unknown_examples[0].sender == SENDER


def test_managers_and_groups_are_those_of_today() -> None:
    world = World(make_settings(rules=()))
    world.app.directory.save("demo", [Person(SENDER, manager="boss@aozora.example", groups=("sales",))])
    world.judge(OUTSIDE)
    draft = make_settings(
        rules=(RuleAssignment(id="sales-only", rule="recipient-external", groups=("sales",)),),
        policies=(Policy(id="boss", actions=(BossCopy(),)),),
    )
    figures = replay(world, draft).figures
    assert count(figures, Difference.NEWLY_HELD) == count(figures, Difference.NEWLY_CHANGED) == 1


def test_another_tenants_mail_is_never_touched() -> None:
    world = World()
    world.judge(OUTSIDE)
    asked: list[str] = []
    recent = world.messages.recent

    def watched(tenant_id: str, *rest: Any) -> Any:
        asked.append(tenant_id)
        return recent(tenant_id, *rest)

    world.messages.recent = watched  # type: ignore[method-assign, assignment]  # to see what is asked for
    world.app.settings.save(make_settings(tenant_id="demo-2"))
    figures = replay_traffic(world.app, make_settings(tenant_id="demo-2"), SINCE, UNTIL).figures
    assert (figures.read, figures.first, figures.senders, figures.hours) == (0, None, (), ())
    assert asked == ["demo-2"]
    with pytest.raises(NotFound):
        replay_traffic(world.app, make_settings(tenant_id="nobody"), SINCE, UNTIL)


def test_nothing_is_written_and_a_second_replay_says_the_same() -> None:
    world = World()
    refs = play_traffic(world, 30)
    before = [world.messages.load(ref) for ref in refs]
    sent = world.queue.items
    for port, method in (("messages", "create"), ("messages", "commit"), ("settings_store", "save")):
        getattr(world, port).trouble.before(method, AssertionError("a replay writes"), times=99)
    assert replay(world) == replay(world)
    assert [world.messages.load(ref) for ref in refs] == before
    assert world.queue.items == sent


def test_progress_is_told_and_a_limit_leaves_the_oldest() -> None:
    world = World()
    play_traffic(world, 450, step=timedelta(minutes=1))
    told: list[tuple[int, datetime]] = []
    replay(world, progress=lambda read, moment: told.append((read, moment)))
    assert [read for read, _ in told] == [200, 400]
    assert told[0][1] == NOW + timedelta(minutes=199)
    some = replay(world, limit=10)
    assert (some.cut, some.figures.read, some.figures.last) == (True, 10, NOW + timedelta(minutes=9))
    assert replay(world, limit=450).cut is False


def test_no_traffic_gives_empty_figures() -> None:
    found = replay(World())
    assert found.figures.read == 0
    assert found.figures.questions.busiest == ()
    assert json.loads(msgspec.json.encode(found))["figures"]["differences"] == []


def test_storage_that_fails_is_temporary() -> None:
    world = World()
    world.messages.trouble.before("recent", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        replay(world)


class TestDraft:
    def test_what_it_does_not_name_and_must_not_invent_stays(self) -> None:
        present = make_settings(time_zone="UTC", version=7)
        draft = draft_settings(b'{"rules": []}', present)
        assert (draft.tenant_id, draft.domains, draft.routes, draft.time_zone) == (
            present.tenant_id,
            present.domains,
            present.routes,
            "UTC",
        )
        assert draft.rules == ()

    @pytest.mark.parametrize(
        ("document", "place"),
        [
            pytest.param(b"{", "truncated", id="no-json"),
            pytest.param(b"[]", "object", id="no-object"),
            pytest.param(b'{"rulez": []}', "rulez", id="unknown-field"),
            pytest.param(b'{"tenant_id": "other"}', "$.tenant_id", id="another-tenant"),
            pytest.param(b'{"rules": [{"id": "a", "rule": "b"}]}', "$.rules[0].rule", id="unknown-rule"),
        ],
    )
    def test_a_mistake_is_told_with_its_place(self, document: bytes, place: str) -> None:
        with pytest.raises(InvalidSettings) as raised:
            draft_settings(document, make_settings())
        assert place in raised.value.public


def test_the_present_moment_does_not_matter() -> None:
    world = World(
        make_settings(policies=(Policy(id="day", when=Time(since="18:00", until="18:30"), actions=(Hold(),)),))
    )
    world.judge(INSIDE, data=make_message(INSIDE))
    world.clock.advance(seconds=7200)
    assert world.clock.now() > datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert replay(world).figures.same == 1
