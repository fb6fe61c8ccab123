"""The dry run makes what delivery would make, for every message there is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.core.message.header_envelope import header_envelope
from shared.core.policy.actions import AddHeader, BccConversion, BossCopy, Zip
from shared.core.policy.policies import Policy
from shared.usecases.apply_decision import apply_decision
from tests.support.app import INSIDE, OUTSIDE, SENDER, make_message, make_settings
from tests.support.corpus import corpus

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EVERYTHING = make_settings(
    policies=(
        Policy(
            id="all",
            actions=(
                Zip(),
                BossCopy(who="addresses", addresses=("boss@aozora.example",)),
                BccConversion(),
                AddHeader(name="X-Class", value="社外"),
            ),
            if_protected="deliver-unchanged",
        ),
    )
)


def fixed(length: int) -> bytes:
    return bytes(number * 37 % 256 for number in range(length))


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_every_recipient_of_any_message_gets_exactly_one_form(path: Path) -> None:
    data = path.read_bytes()
    envelope = header_envelope(data)
    _, forms = apply_decision(data, envelope, EVERYTHING, NOW, fixed)
    reached = [address for form in forms for address in form.envelope.recipients]
    assert len(reached) == len(set(reached))
    assert set(envelope.recipients) <= set(reached)
    for form in forms:
        assert not form.problem, f"{path.name}: {form.problem}"
        if not form.transforms:
            assert form.data == data


def test_without_a_policy_the_form_is_the_message() -> None:
    data = make_message(OUTSIDE, INSIDE)
    decision, (form,) = apply_decision(data, header_envelope(data), make_settings(), NOW, fixed)
    assert form.data == data
    assert form.envelope.reverse_path == SENDER
    assert decision.disposition == "hold"


def test_the_same_arguments_make_the_same_bytes() -> None:
    data = next(path for path in corpus() if path.name == "rfc2231-continuations.eml").read_bytes()
    first = apply_decision(data, header_envelope(data), EVERYTHING, NOW, fixed)
    assert first == apply_decision(data, header_envelope(data), EVERYTHING, NOW, fixed)
