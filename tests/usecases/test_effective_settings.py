"""The settings that count for a sender: which groups, in which order, at what cost; and a decision's settings later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from shared.core.hold.record import State
from shared.core.policy.decision import Decision
from shared.core.policy.policies import Template
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.scope import group_scope, user_scope
from shared.core.settings.scope_settings import NoticeWishes
from shared.errors import InvalidSettings, NotFound, StorageUnavailable
from shared.ports import Group, Person
from shared.usecases.effective_settings import chosen_language, effective_settings, settings_for, settings_judged_by
from shared.usecases.reader import language_of
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.settings import group_settings, user_settings

BLANK = RuleAssignment(id="blank", rule="subject-blank")
FILES = RuleAssignment(id="files", rule="has-attachments")


class Counting:
    """A port that counts the calls of its methods."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._inner, name)


@pytest.fixture
def world() -> World:
    """A tenant that holds nothing by itself; the sender is in a nested group."""
    made = World(settings=make_settings(rules=()))
    made.app.directory.save("demo", [Person(SENDER, groups=("Tokyo", "hobby")), Person(INSIDE)])
    made.app.directory.save_groups(
        "demo", [Group("tokyo", above=("Sales",)), Group("sales", above=("company",)), Group("company")]
    )
    return made


def rule_ids(world: World, address: str = SENDER) -> list[str]:
    return [rule.id for rule in effective_settings(world.app, "demo", address).settings.rules]


def test_without_groups_and_users_the_tenants_own_object_counts_and_the_directory_is_not_asked(world: World) -> None:
    counting = Counting(world.app.directory)
    app = replace(world.app, directory=counting)  # type: ignore[arg-type]  # it hands everything on
    found = effective_settings(app, "demo", SENDER)
    assert found.settings is world.settings
    assert found.versions == (("tenant", 0),)
    assert counting.calls == []


def test_only_users_with_settings_are_looked_up_and_no_directory(world: World) -> None:
    world.settings_store.save_scope(user_settings(INSIDE, rules=(BLANK,)))
    counting, store = Counting(world.app.directory), Counting(world.settings_store)
    app = replace(world.app, directory=counting, settings=store)  # type: ignore[arg-type]  # they hand everything on
    assert effective_settings(app, "demo", SENDER).settings is world.settings
    assert counting.calls == []
    assert "version" not in store.calls
    assert [rule.id for rule in effective_settings(app, "demo", INSIDE.upper()).settings.rules] == ["blank"]


def test_primary_group_and_the_groups_above_it_count_and_other_groups_do_not(world: World) -> None:
    for group in ("TOKYO", "company", "hobby", "osaka"):
        rules = (RuleAssignment(id=group, rule="subject-blank"),)
        world.settings_store.save_scope(group_settings(group.casefold(), rules=rules))
    found = effective_settings(world.app, "demo", SENDER)
    assert [rule.id for rule in found.settings.rules] == ["company", "TOKYO"]
    assert found.versions == (("tenant", 0), ("group:company", 1), ("group:tokyo", 1))
    assert rule_ids(world, INSIDE) == []
    assert rule_ids(world, OUTSIDE) == []


@pytest.mark.parametrize("address", ["", "x", "no one@x.example", "\u0000@x", "@", "a" * 400 + "@x.example"])
def test_a_sender_who_is_nobody_has_the_tenants_settings(world: World, address: str) -> None:
    world.settings_store.save_scope(group_settings("sales", rules=(BLANK,)))
    world.settings_store.save_scope(user_settings(SENDER, rules=(FILES,)))
    assert rule_ids(world, address) == []


@pytest.mark.parametrize(
    "spell", [str.upper, lambda name: '"{}"@{}'.format(*name.split("@"))], ids=["capitals", "quotes"]
)
def test_no_spelling_of_a_senders_address_leaves_their_settings_behind(
    world: World, spell: Callable[[str], str]
) -> None:
    """Who could write their address so that nobody knows it could send past what their group holds."""
    world.settings_store.save_scope(group_settings("company", rules=(BLANK,)))
    world.settings_store.save_scope(user_settings(SENDER, rules=(FILES,)))
    assert rule_ids(world, spell(SENDER)) == rule_ids(world) == ["blank", "files"]


def test_unknown_tenant_is_not_found(world: World) -> None:
    for ask in (effective_settings, settings_for):
        with pytest.raises(NotFound):
            ask(world.app, "nobody", SENDER)


def test_a_message_is_judged_by_its_senders_settings_and_remembers_their_versions(world: World) -> None:
    saved = world.settings_store.save_scope(user_settings(SENDER, rules=()))
    world.settings_store.save_scope(
        msgspec.structs.replace(saved, rules=(RuleAssignment(id="mine", rule="recipient-external", name="自分の規則"),))
    )
    world.settings_store.save_scope(group_settings("sales"))
    ref = world.judge(OUTSIDE)
    record = world.record(ref)
    assert record.state is State.HELD
    assert [(reason.rule_id, reason.name) for reason in record.decision.reasons] == [("mine", "自分の規則")]
    assert record.decision.settings_versions == (("tenant", 0), ("group:sales", 1), (f"user:{SENDER}", 2))
    assert world.record(world.judge(OUTSIDE, reverse_path=INSIDE)).state is State.DELIVERING


def test_a_users_settings_that_cannot_be_read_hold_the_users_mail_and_nobody_elses(world: World) -> None:
    world.settings_store.save_scope(user_settings(SENDER))
    world.settings_store.trouble.before("version", InvalidSettings("damaged"))
    record = world.record(world.judge(OUTSIDE))
    assert record.state is State.HELD
    assert [reason.code for reason in record.decision.reasons] == ["policy-error"]
    world.settings_store.trouble.before("version", InvalidSettings("damaged"))
    assert world.record(world.judge(OUTSIDE, reverse_path=INSIDE)).state is State.DELIVERING


def test_storage_that_does_not_answer_leaves_the_message_for_another_try(world: World) -> None:
    world.settings_store.save_scope(user_settings(SENDER))
    for method in ("scopes", "version"):
        world.settings_store.trouble.before(method, StorageUnavailable("down"))
        with pytest.raises(StorageUnavailable):
            world.judge(OUTSIDE)


def test_reminders_follow_the_senders_own_wish(world: World) -> None:
    world.settings_store.save_scope(
        user_settings(
            SENDER, rules=(RuleAssignment(id="x", rule="recipient-external"),), notices=NoticeWishes(reminders=0)
        )
    )
    ref = world.judge(OUTSIDE)
    world.pass_time(lambda: world.record(ref).due_at is None)
    assert world.record(ref).reminders_sent == 0


def test_pages_and_notices_go_on_without_a_layer_that_cannot_be_read(world: World) -> None:
    world.settings_store.save_scope(user_settings(SENDER, notices=NoticeWishes(language="en")))
    assert settings_for(world.app, "demo", SENDER).notices.language == "en"
    world.settings_store.trouble.before("version", InvalidSettings("damaged"))
    assert settings_for(world.app, "demo", SENDER) == world.settings


@pytest.mark.parametrize(
    ("tenant", "group", "user", "expected"),
    [
        pytest.param({}, None, None, "", id="nobody chose"),
        pytest.param({}, None, "en", "en", id="the user chose"),
        pytest.param({}, None, "ja", "ja", id="the user chose what is the default"),
        pytest.param({}, "en", "ja", "", id="the group decides"),
        pytest.param({}, "en", None, "", id="the group decides alone"),
        pytest.param({"fixed": ("notices.language",)}, None, "en", "", id="the administrator decides"),
    ],
)
def test_a_language_that_a_person_has_chosen_and_may_choose(
    world: World, tenant: Any, group: Any, user: Any, expected: str
) -> None:
    world.settings_store.save(make_settings(**tenant))
    if group:
        world.settings_store.save_scope(group_settings("sales", notices=NoticeWishes(language=group)))
    if user:
        world.settings_store.save_scope(user_settings(SENDER, notices=NoticeWishes(language=user)))
    assert chosen_language(world.app, "demo", SENDER) == expected
    assert chosen_language(world.app, "demo", OUTSIDE) == ""


def test_a_notice_is_written_in_the_language_that_its_reader_has_chosen(world: World) -> None:
    world.app.directory.save("demo", [Person(SENDER, language="ja", groups=("tokyo",))])
    settings = settings_for(world.app, "demo", SENDER)
    assert language_of(world.app, "demo", SENDER, settings) == "ja"
    world.settings_store.save_scope(user_settings(SENDER, notices=NoticeWishes(language="en")))
    assert language_of(world.app, "demo", SENDER, settings) == "en"
    world.settings_store.trouble.before("version", InvalidSettings("damaged"))
    assert language_of(world.app, "demo", SENDER, settings) == "ja"


def test_a_decisions_settings_come_back_as_they_were(world: World) -> None:
    old = Template(id="note", text="old")
    first = world.settings_store.save(make_settings(templates=(old,)))
    world.settings_store.save_scope(user_settings(SENDER, lists=()))
    world.settings_store.save_scope(group_settings("sales", rules=(BLANK,)))
    decision = Decision((), first.version, settings_versions=effective_settings(world.app, "demo", SENDER).versions)
    before = effective_settings(world.app, "demo", SENDER).settings
    world.settings_store.save(msgspec.structs.replace(first, templates=()))
    world.settings_store.save_scope(msgspec.structs.replace(group_settings("sales"), version=1))
    assert settings_judged_by(world.app, "demo", decision) == before
    assert settings_judged_by(world.app, "demo", decision).templates == (old,)
    assert effective_settings(world.app, "demo", SENDER).settings.templates == ()
    assert group_scope("sales") in world.settings_store.scopes("demo")
    assert user_scope(SENDER) in world.settings_store.scopes("demo")


def test_a_decision_from_before_there_were_levels_has_the_tenants_settings(world: World) -> None:
    first = world.settings_store.save(make_settings(name="one"))
    world.settings_store.save(msgspec.structs.replace(first, name="two"))
    assert settings_judged_by(world.app, "demo", Decision((), 1)) == first
    with pytest.raises(NotFound):
        settings_judged_by(world.app, "demo", Decision((), 99))
