"""Matta's own header fields for one outgoing form of a relayed message (stage 4b)."""

from __future__ import annotations

from dataclasses import replace

from shared.app import App
from shared.core.message.trace import TraceKind, received_field, trace_field
from shared.ports_relay import Spooled


def trace_head(app: App, spooled: Spooled, recipients: tuple[str, ...]) -> bytes:
    """The keyed mark and the Received field, as bytes to put on top of what these recipients get."""
    envelope = replace(spooled.envelope, recipients=recipients)
    mark = trace_field(spooled.ref, TraceKind.RELAYED, envelope, app.secrets.signing_keys("trace")[0])
    return mark + received_field(spooled.reception, spooled.ref, envelope)
