"""What was asked for about reports stays with its recipient, whoever else is in the envelope."""

from __future__ import annotations

import pytest

from shared.core.message.envelope import NO_WISH, DsnWish, Envelope

NEVER = DsnWish(("NEVER",))
SUCCESS = DsnWish(("SUCCESS",), "rfc822;b@x.example")
ENVELOPE = Envelope(
    "s@x.example", ("a@x.example", "b@x.example"), True, "8BITMIME", "FULL", "id", wishes=(NEVER, SUCCESS)
)


@pytest.mark.parametrize(
    ("recipients", "wishes"),
    [
        pytest.param(("b@x.example",), (SUCCESS,), id="one is left"),
        pytest.param(("b@x.example", "a@x.example"), (SUCCESS, NEVER), id="another order"),
        pytest.param(("boss@x.example", "a@x.example"), (NO_WISH, NEVER), id="one whom Matta added"),
        pytest.param((), (), id="nobody"),
    ],
)
def test_wishes_go_with_their_recipients(recipients: tuple[str, ...], wishes: tuple[DsnWish, ...]) -> None:
    envelope = ENVELOPE.for_recipients(recipients)
    assert (envelope.recipients, envelope.wishes) == (recipients, wishes)
    assert (envelope.ret, envelope.envid, envelope.smtputf8, envelope.body) == ("FULL", "id", True, "8BITMIME")
    assert tuple(envelope.wish(recipient) for recipient in recipients) == wishes


def test_without_wishes_there_are_none_for_anybody() -> None:
    envelope = Envelope("s@x.example", ("a@x.example",)).for_recipients(("b@x.example",))
    assert envelope.wishes == ()
    assert envelope.wish("b@x.example") is NO_WISH
