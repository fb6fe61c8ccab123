"""Whose message it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hold.entitlement import People, asked_person, entitled
from shared.core.hold.record import MessageRecord, Role
from shared.core.message.facts import Mailbox
from shared.core.people.person import Person, PersonKind
from shared.core.policy.tenant_settings import HoldNotices, TenantSettings
from tests.support.app import make_settings
from tests.support.holds import make_change, with_header
from tests.support.records import NOW

NOBODY = People()


def role_of(record: MessageRecord, person: str, settings: TenantSettings) -> Role | None:
    standing = entitled(record, person, settings, NOBODY, NOW)
    return standing.role if standing else None


SETTINGS = make_settings()
WITH_ADMINISTRATOR = make_settings(notices=HoldNotices(administrator_address="it@aozora.example"))


@pytest.mark.parametrize(
    ("person", "role"),
    [
        pytest.param("sato@aozora.example", Role.SENDER, id="the sender"),
        pytest.param("SATO@Aozora.Example", Role.SENDER, id="the sender in another case"),
        pytest.param("suzuki@hoshizora.example", None, id="a recipient"),
        pytest.param("boss@aozora.example", None, id="a name in the From field"),
        pytest.param("sato@aozora.example.evil.example", None, id="a longer address"),
        pytest.param("sato", None, id="a local part"),
        pytest.param("", None, id="nobody"),
    ],
)
def test_who_may_see_a_message(person: str, role: Role | None) -> None:
    record = with_header(make_change().record, header_from=(Mailbox("boss@aozora.example"),))
    assert role_of(record, person, SETTINGS) is role


def test_nobody_may_see_mail_of_the_null_sender() -> None:
    assert role_of(make_change(reverse_path="").record, "", SETTINGS) is None


def test_nobody_may_see_mattas_own_mail() -> None:
    assert role_of(replace(make_change().record, own="hold-notice-0"), "sato@aozora.example", SETTINGS) is None


@pytest.mark.parametrize(
    ("sender", "settings", "asked", "role"),
    [
        pytest.param("sato@aozora.example", SETTINGS, "sato@aozora.example", Role.SENDER, id="one-of-ours"),
        pytest.param("m@evil.example", SETTINGS, "postmaster@aozora.example", Role.ADMINISTRATOR, id="a-stranger"),
        pytest.param("m@evil.example", WITH_ADMINISTRATOR, "it@aozora.example", Role.ADMINISTRATOR, id="as-set"),
        pytest.param("m@aozora.example.evil.example", SETTINGS, "postmaster@aozora.example", Role.ADMINISTRATOR,
                     id="a-domain-that-only-begins-like-ours"),
    ],
)  # fmt: skip
def test_a_sender_who_is_none_of_the_tenants_own_is_not_asked(
    sender: str, settings: TenantSettings, asked: str, role: Role
) -> None:
    record = make_change(reverse_path=sender).record
    assert asked_person(record, settings) == asked
    assert role_of(record, asked, settings) is role
    if asked != sender:
        assert role_of(record, sender, settings) is None


@pytest.mark.parametrize(
    ("known", "written"),
    [
        pytest.param("sato@aozora.example", '"sato"@aozora.example', id="quotes-that-it-could-do-without"),
        pytest.param("sato@aozora.example", '"Sa\\to"@Aozora.Example', id="backslashes"),
        pytest.param("sato@xn--r8jz45g.jp", "sato@例え.jp", id="a-domain-in-its-own-script"),
    ],
)
def test_a_person_is_known_however_the_address_is_written(known: str, written: str) -> None:
    alias = "h.sato@aozora.example"
    people = People({known: Person(known, id="id-sato"), alias: Person(alias, id="id-sato")})
    assert people.same(written, alias)
    assert people.same(alias, written)
    assert not people.is_removed(written)
    assert People({known: Person(known, active=False)}).is_removed(written)
    assert People({known: Person(known, kind=PersonKind.SHARED)}).is_shared(written)
