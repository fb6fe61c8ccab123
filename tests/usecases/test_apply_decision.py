"""The dry run makes what delivery would make, for every message there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from shared.core.message.header_envelope import header_envelope
from shared.core.policy.actions import AddHeader, BccConversion, BossCopy, InsertText, Zip
from shared.core.policy.policies import Policy, Template
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
        assert "left-out" not in {word for _, word, _ in form.notes}, "the decision did not foresee it"
        if not form.transforms:
            assert form.data == data


FRAMES = b"From: %s\r\nTo: %s\r\nContent-Type: text/html\r\n\r\n<html><frameset><frame src=x></frameset></html>\r\n"


@pytest.mark.parametrize("if_protected", ["hold", "deliver-unchanged"])
def test_a_body_that_takes_no_text_goes_without_where_the_policy_says_so(
    if_protected: Literal["hold", "deliver-unchanged"],
) -> None:
    actions = (InsertText(template="note"), AddHeader(name="X-Class", value="a"))
    settings = make_settings(
        templates=(Template(id="note", text="note"),),
        policies=(Policy(id="p", actions=actions, if_protected=if_protected),),
    )
    data = FRAMES % (SENDER.encode(), OUTSIDE.encode())
    _, (form,) = apply_decision(data, header_envelope(data), settings, NOW, fixed)
    if if_protected == "hold":
        assert form.problem
        assert form.data == b""
    else:
        assert form.data == b"X-Class: a\r\n" + data
        assert ("insert-text", "left-out", "frames") in form.notes


def test_the_password_of_a_form_is_not_printed_with_it() -> None:
    data = make_message(OUTSIDE, INSIDE)
    _, (form,) = apply_decision(data, header_envelope(data), make_settings(), NOW, fixed)
    assert "Sesame-77" not in repr(replace(form, password="Sesame-77"))


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
