"""What conditions get to know: directory answers asked for only where needed, the body's words, archives, local time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.core.message.build_facts import facts_of
from shared.core.message.envelope import Envelope
from shared.core.message.parse import parse
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.needs import Needs
from shared.errors import StorageUnavailable
from shared.ports import Group, Person
from shared.usecases.match_context import Known, local_time, match_context
from tests.fakes.directory import FakeDirectory

SATO, TANAKA = "Sato@acme.example", "tanaka@acme.example"
ENVELOPE = Envelope(SATO, (TANAKA, "all@acme.example", "x@out.example"))
EVERYTHING = Needs(sender_groups=True, recipient_groups=True, members=True, managers=10)


class CountingDirectory(FakeDirectory):
    """Keeps the questions."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, ...]] = []
        self.save(
            "acme",
            [
                Person("sato@acme.example", manager="kacho@acme.example", groups=("Eigyo1",)),
                Person("kacho@acme.example", manager="bucho@acme.example"),
                Person("bucho@acme.example", manager="kacho@acme.example"),
                Person(TANAKA, groups=("Jinji",)),
                Person("all@acme.example", members=300),
            ],
        )
        self.save_groups(
            "acme", [Group("EIGYO1", above=("Eigyo",)), Group("eigyo", above=("Honsha",)), Group("honsha")]
        )

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        self.asked.append(tuple(addresses))
        return super().people(tenant_id, addresses)

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        self.asked.append(tuple(ids))
        return super().groups(tenant_id, ids)


def test_groups_come_with_those_above_and_managers_with_theirs() -> None:
    known = Known(CountingDirectory(), "acme", ENVELOPE, EVERYTHING)
    assert known.sender_groups() == {"eigyo1", "eigyo", "honsha"}
    assert known.managers() == ("kacho@acme.example", "bucho@acme.example")
    assert known.recipient_groups() == {TANAKA: {"jinji"}, "all@acme.example": frozenset()}
    assert known.list_members() == {"all@acme.example": 300}


def test_quotes_around_a_name_change_nothing() -> None:
    """Else whoever writes an address so would be nobody to conditions on groups."""
    quoted = Envelope('"Sato"@acme.example', ('"tanaka"@acme.example', '"all"@acme.example'))
    known = Known(CountingDirectory(), "acme", quoted, EVERYTHING)
    assert known.sender_groups() == {"eigyo1", "eigyo", "honsha"}
    assert known.managers() == ("kacho@acme.example", "bucho@acme.example")
    assert known.recipient_groups() == {TANAKA: {"jinji"}, "all@acme.example": frozenset()}


@pytest.mark.parametrize(
    ("needs", "questions"),
    [
        pytest.param(Needs(), 0, id="nothing needed, nothing asked"),
        pytest.param(Needs(members=True), 1, id="members"),
        pytest.param(Needs(managers=1), 1, id="the manager alone stands with the sender"),
        pytest.param(Needs(managers=10), 3, id="the chain"),
        pytest.param(Needs(sender_groups=True), 4, id="the sender, and each level of groups"),
    ],
)
def test_only_what_is_needed_is_asked_for(needs: Needs, questions: int) -> None:
    directory = CountingDirectory()
    known = Known(directory, "acme", ENVELOPE, needs)
    known.sender_groups(), known.managers(), known.recipient_groups(), known.list_members()
    assert len(directory.asked) == questions


@pytest.mark.parametrize("sender", ["", "nobody@acme.example"])
def test_null_sender_and_unknown_sender_have_no_groups_and_no_manager(sender: str) -> None:
    known = Known(CountingDirectory(), "acme", Envelope(sender, (TANAKA,)), EVERYTHING)
    assert (known.sender_groups(), known.managers()) == (frozenset(), ())


def test_directory_that_does_not_answer_is_told_to_the_caller() -> None:
    directory = CountingDirectory()
    directory.trouble.before("people", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        Known(directory, "acme", ENVELOPE, EVERYTHING)


def context_of(data: bytes, known: Known | None = None, now: datetime | None = None) -> MatchContext:
    tree = parse(data)
    facts = facts_of(tree, ENVELOPE, internal_domains=frozenset({"acme.example"}))
    return match_context(facts, tree, known=known, time_zone="Asia/Tokyo", now=now)


MAIL = (
    (
        b"From: sato@acme.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    )
    + "見積書です。\r\n".encode("iso-2022-jp")
    + (
        "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        "<style>p { hidden: secret }</style><p>見積<b>書</b>です。</p><script>evil()</script>\r\n--b--\r\n"
    ).encode()
)


def test_body_is_the_words_of_plain_text_and_of_html() -> None:
    words = context_of(MAIL).body_text()
    assert words.count("見積書です。") == 2
    assert "secret" not in words
    assert "evil" not in words
    assert "<p>" not in words


def test_context_without_directory_and_time_knows_nothing_of_them() -> None:
    context = context_of(MAIL)
    assert (context.sender_groups, context.managers, context.local_time) == (frozenset(), (), None)
    assert context.encrypted_parts() == {}


def test_context_with_directory_and_time() -> None:
    known = Known(CountingDirectory(), "acme", ENVELOPE, EVERYTHING)
    context = context_of(MAIL, known, datetime(2026, 11, 20, 15, 30, tzinfo=UTC))
    assert context.local_time is not None
    assert f"{context.local_time:%a %H:%M}" == "Sat 00:30"
    assert context.managers[0] == "kacho@acme.example"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../x"])
def test_unknown_zone_is_no_time(zone: str) -> None:
    assert local_time(datetime(2026, 1, 1, tzinfo=UTC), zone) is None
