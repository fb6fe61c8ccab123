"""Whose message it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hold.entitlement import entitled
from shared.core.hold.record import Role
from shared.core.message.facts import Mailbox
from tests.support.holds import make_change, with_header


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
    assert entitled(record, person) is role


def test_nobody_may_see_mail_of_the_null_sender() -> None:
    assert entitled(make_change(reverse_path="").record, "") is None


def test_nobody_may_see_mattas_own_mail() -> None:
    assert entitled(replace(make_change().record, own="hold-notice-0"), "sato@aozora.example") is None
