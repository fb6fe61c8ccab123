"""What a link shows: its own message only, to its own person only, in their language, and nothing changes by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.link import LinkExpired, LinkForged
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.notice.hold_view import HoldView
from shared.core.policy.tenant_settings import HoldNotices
from shared.core.retention.tombstone import lose_content
from shared.core.text.language import Language
from shared.errors import StorageUnavailable
from shared.ports import Content, Person
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.link_dialogue import Visit
from shared.usecases.open_link import LinkForeign, open_link
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.view_hold import LONGEST_PREFIX, read_prefix, view_hold
from shared.usecases.web_page import Answer
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.holds import link_to


@pytest.fixture
def world() -> World:
    return World()


def view(world: World, ref: MessageRef, chosen: str = "", accepted: tuple[str, ...] = ()) -> HoldView:
    return view_hold(world.app, open_link(world.app, link_to(world, ref)), chosen, accepted)


def test_it_shows_the_message_its_reasons_and_its_text(world: World) -> None:
    ref = world.judge(OUTSIDE, INSIDE)
    seen = view(world, ref)
    assert seen.sheet.subject == "Estimate"
    assert (seen.sheet.from_name, seen.sheet.from_address) == ("Hanako", SENDER)
    assert [(group.external, group.count) for group in seen.sheet.groups] == [(True, 1), (False, 1)]
    assert seen.sheet.groups[0].domains[0].people[0].marks == (1,)
    assert [numbered.reason.code for numbered in seen.sheet.reasons] == ["rule.recipient-external"]
    assert (seen.preview.text, seen.preview.available) == ("Hello.", True)
    assert [event.code for event in seen.history] == ["held"]


def test_the_list_of_all_held_mail_is_named_and_lies_behind_sign_on(world: World) -> None:
    ref, other = world.judge(OUTSIDE), world.judge(OUTSIDE, INSIDE)
    object.__setattr__(world.app.process, "portal_url", "https://portal.example/")
    assert view(world, ref).held_list == "https://portal.example/held"
    page = visit_hold(world.app, Visit(link_to(world, ref)))
    assert '<a href="https://portal.example/held">保留中のメールの一覧（サインインが必要です）</a>' in page.html
    assert other.queue_id not in page.html
    assert re.findall(r'<a href="([^"#]+)"', page.html) == ["?lang=en", "https://portal.example/held"]


def test_looking_changes_nothing(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.work()
    before, queued, due = world.messages.load(ref), world.queue.items, world.schedule.entries
    for _ in range(3):
        view(world, ref)
    assert (world.messages.load(ref), world.queue.items, world.schedule.entries) == (before, queued, due)


@pytest.mark.parametrize(
    ("chosen", "own", "accepted", "tenant", "language"),
    [
        pytest.param("en", "ja", ("ja",), "ja", "en", id="chosen on the page"),
        pytest.param("xx", "en", ("ja",), "ja", "en", id="chosen nonsense: the directory"),
        pytest.param("", "en", ("ja",), "ja", "en", id="the directory before the browser"),
        pytest.param("", "", ("fr-FR", "en-US"), "ja", "en", id="the browser before the tenant"),
        pytest.param("", "", ("fr",), "en", "en", id="the tenant at last"),
    ],
)
def test_language(chosen: str, own: str, accepted: tuple[str, ...], tenant: Language, language: Language) -> None:
    world = World(make_settings(notices=HoldNotices(language=tenant)))
    world.app.directory.save("demo", [Person(SENDER, language=own)])
    assert view(world, world.judge(OUTSIDE), chosen, accepted).language == language


def test_while_the_directory_cannot_say_who_was_removed_nobody_sees_anything(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.directory.trouble.before("people", StorageUnavailable("down"))
    page = visit_hold(world.app, Visit(link_to(world, ref)))
    assert page.answer is Answer.BUSY
    assert "Estimate" not in page.html


def test_a_directory_that_fails_after_that_costs_only_the_language(world: World) -> None:
    opened = open_link(world.app, link_to(world, world.judge(OUTSIDE)))
    world.directory.trouble.before("people", StorageUnavailable("down"))
    assert view_hold(world.app, opened).sheet.subject == "Estimate"


def test_a_message_whose_bytes_are_gone_is_shown_without_text(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.spool.lose(ref)
    seen = view(world, ref)
    assert not seen.preview.available
    assert seen.sheet.subject == "Estimate"


def test_a_decided_message_still_shows_its_content(world: World) -> None:
    ref = world.judge(INSIDE)
    world.work()
    seen = view(world, ref)
    assert (seen.sheet.state, seen.preview.text) == (State.DELIVERED, "Hello.")


def test_another_persons_link_does_not_open(world: World) -> None:
    ref = world.judge(OUTSIDE)
    with pytest.raises(LinkForeign):
        open_link(world.app, link_to(world, ref, person=OUTSIDE))


def test_a_link_to_a_message_that_does_not_exist_is_as_unknown_as_a_forged_one(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = link_to(world, MessageRef("demo", ref.queue_id[:-1] + ("0" if ref.queue_id[-1] != "0" else "1")))
    for bad in (token, "x" + link_to(world, ref), ""):
        with pytest.raises(LinkForged):
            open_link(world.app, bad)


def test_a_link_to_another_tenant_of_the_same_queue_id_is_unknown(world: World) -> None:
    ref = world.judge(OUTSIDE)
    with pytest.raises(LinkForged):
        open_link(world.app, link_to(world, MessageRef("other", ref.queue_id)))


def test_mattas_own_mail_does_not_open(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.work()
    notice = own_ref(ref, "hold-notice-0")
    assert world.messages.load(notice) is not None
    with pytest.raises(LinkForged):
        open_link(world.app, link_to(world, notice, person=""))


def test_a_link_expires(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = link_to(world, ref)
    world.clock.advance(days=7)
    with pytest.raises(LinkExpired):
        open_link(world.app, token)


def test_a_large_message_is_not_read_beyond_the_prefix(world: World) -> None:
    handed_out: list[int] = []

    def chunks() -> Iterator[bytes]:
        for _ in range(400):
            handed_out.append(64 * 1024)
            yield bytes(64 * 1024)

    prefix = read_prefix(Content(400 * 64 * 1024, chunks), LONGEST_PREFIX)
    assert len(prefix) == LONGEST_PREFIX
    assert sum(handed_out) == LONGEST_PREFIX


@pytest.mark.parametrize(("language", "said"), [("en", "retention period ended"), ("ja", "内容は削除されました")])
def test_a_page_says_that_retention_has_deleted_the_content(world: World, language: Language, said: str) -> None:
    ref = world.judge(OUTSIDE)
    link = link_to(world, ref)
    decide_hold(world.app, ref, Asker(SENDER, Channel.LINK, ""), HoldWish(Verb.DISCARD))
    world.work()
    stored = world.messages.load(ref)
    assert stored is not None
    world.messages.commit(stored, lose_content(stored.record, 90, world.clock.now()))
    assert said in visit_hold(world.app, Visit(link, language)).html
