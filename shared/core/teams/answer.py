"""What the bot answers to a card action (stage 6), as Universal Actions want it.

Source: "Universal Action Model" in Microsoft's documentation of Adaptive Cards: the HTTP answer is always 200, and the
status within says how it went. An answer of type error leaves the card that the client shows as it is.
"""

from __future__ import annotations

import msgspec

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
ERROR_TYPE = "application/vnd.microsoft.error"
_encoder = msgspec.json.Encoder()


def card_answer(card: bytes) -> bytes:
    """Put this card (JSON) in the place of the one whose button was pressed."""
    return _encoder.encode({"statusCode": 200, "type": CARD_TYPE, "value": msgspec.Raw(card)})


def error_answer(status: int, code: str, text: str) -> bytes:
    """Leave the card as it is, and tell the person ``text``. ``code`` is a word for programs."""
    return _encoder.encode({"statusCode": status, "type": ERROR_TYPE, "value": {"code": code, "message": text}})
