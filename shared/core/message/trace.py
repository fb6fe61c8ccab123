"""Matta's own header fields: the Received line, and the keyed mark by which Matta knows its own passes. Stages deliver and parse.

A mark is worth what its key is: a field that anybody could write counts for nothing (docs/adr/0006). The recipients stand
in it as a keyed digest, so that a recipient who knows To and Cc can not try out who was in Bcc.

``X-Matta-Trace: v1; id=…; tenant=…; kind=relayed|own; rcpt=…; kid=…; mac=…``
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum

from shared.core.message.domains import normal_address
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.headers import parse_structured
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey

TRACE_FIELD = "X-Matta-Trace"
"""Name of the header field that carries a mark."""
MAX_MARKS = 5
"""Valid marks of one tenant from which a message counts as looping, whoever its recipients are."""
MAX_RECEIVED = 100
"""Received fields above which a message counts as looping; RFC 5321 section 6.3 asks for a limit of at least 100."""
_MAX_MARKS_READ = 200
_UNSAFE = re.compile(r"[^!#-'*+\-./0-9:=?@A-Z\[\]^_`a-z{|}~]")
_PLAIN_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[0-9A-Za-z.\-\[\]:]+")


class TraceKind(StrEnum):
    """Whose mail a mark is on: a customer's that was relayed, or one that Matta wrote."""

    RELAYED = "relayed"
    OWN = "own"


_KINDS = frozenset(kind.value for kind in TraceKind)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark whose key fits. ``same_envelope`` is whether it was made for the recipients the message has now, and for own
    mail also for the reverse-path and the content that it has now."""

    queue_id: str
    tenant_id: str
    kind: TraceKind
    same_envelope: bool


def trace_field(ref: MessageRef, kind: str, envelope: Envelope, key: SigningKey, content: bytes = b"") -> bytes:
    """The mark for a message about to leave with that envelope: one folded ASCII field with CRLF line endings.

    ``kind`` is a ``TraceKind`` or its value; raises ``ValueError`` for any other word. ``content`` is that of
    ``own_content.py``, for own mail.
    """
    kind = TraceKind(kind)
    digest = _digest(key, kind, envelope, content)
    mac = _mac(key, ref.queue_id, ref.tenant_id, kind, digest)
    return (
        f"{TRACE_FIELD}: v1; id={ref.queue_id}; tenant={ref.tenant_id};\r\n"
        f"\tkind={kind}; rcpt={digest};\r\n"
        f"\tkid={key.kid}; mac={mac}\r\n"
    ).encode("ascii")


def received_field(reception: Reception, ref: MessageRef, envelope: Envelope) -> bytes:
    """The Received field of this pass (RFC 5321 section 4.4), folded, ASCII, with CRLF line endings.

    ``for`` is written for a single recipient only: with several it would show one Bcc to the others.
    """
    helo = _atom(reception.helo) or "unknown"
    peer = _atom(reception.peer).strip("[]") or "unknown"
    host = _atom(reception.relay_host) or "localhost"
    literal = f"[IPv6:{peer}]" if peer.count(":") > 1 and not peer.lower().startswith("ipv6:") else f"[{peer}]"
    single = envelope.recipients[0] if len(envelope.recipients) == 1 else ""
    for_clause = f"\r\n\tfor <{single}>" if len(single) <= 320 and _PLAIN_ADDRESS.fullmatch(single) else ""
    return (
        f"Received: from {helo} ({literal})\r\n"
        f"\tby {host} with {_atom(reception.protocol) or 'ESMTP'} id {ref.queue_id}{for_clause};\r\n"
        f"\t{format_datetime(reception.received_at)}\r\n"
    ).encode("ascii")


def valid_marks(
    bodies: Iterable[bytes],
    envelope: Envelope,
    keys: Sequence[SigningKey],
    content: Callable[[], bytes] = bytes,
) -> tuple[Mark, ...]:
    """The genuine marks among the bodies of the trace fields. Forged, foreign and damaged ones are left out.

    ``content`` gives the present content (``own_content.py``); it is asked for a genuine mark of own mail alone.
    """
    by_id = {key.kid: key for key in keys}
    known: list[bytes] = []

    def once() -> bytes:
        known[:] = known or [content()]
        return known[0]

    found: list[Mark] = []
    for count, body in enumerate(bodies):
        if count >= _MAX_MARKS_READ or not by_id:
            break
        mark = _valid_mark(body, envelope, by_id, once)
        if mark is not None:
            found.append(mark)
    return tuple(found)


def is_own(marks: Iterable[Mark], tenant_id: str) -> bool:
    """Whether a message is one that Matta wrote for this tenant, with the envelope it wrote it for."""
    return any(mark.kind is TraceKind.OWN and mark.tenant_id == tenant_id and mark.same_envelope for mark in marks)


def loop_reason(marks: Iterable[Mark], tenant_id: str, received_count: int) -> str:
    """Why a message is going round: ``same-recipients``, ``too-many-passes``, ``too-many-received``, or ``""``.

    Only marks of relaying count: mail of Matta's own carries its mark from the start.
    """
    passes = [mark for mark in marks if mark.tenant_id == tenant_id and mark.kind is TraceKind.RELAYED]
    if any(mark.same_envelope for mark in passes):
        return "same-recipients"
    if len(passes) >= MAX_MARKS:
        return "too-many-passes"
    return "too-many-received" if received_count > MAX_RECEIVED else ""


def _valid_mark(
    body: bytes, envelope: Envelope, keys: dict[str, SigningKey], content: Callable[[], bytes]
) -> Mark | None:
    version, raw = parse_structured(body[:2000])
    values = {name: value.decode("ascii", "replace") for name, value in raw}
    key = keys.get(values.get("kid", ""))
    kind = values.get("kind", "")
    if version != "v1" or key is None or kind not in _KINDS:
        return None
    queue_id, tenant_id, digest = values.get("id", ""), values.get("tenant", ""), values.get("rcpt", "")
    expected = _mac(key, queue_id, tenant_id, TraceKind(kind), digest)
    if not hmac.compare_digest(expected.encode("ascii"), values.get("mac", "").encode("utf-8")):
        return None
    current = _digest(key, TraceKind(kind), envelope, content() if kind == TraceKind.OWN else b"")
    same = hmac.compare_digest(current.encode("ascii"), digest.encode("utf-8"))
    return Mark(queue_id, tenant_id, TraceKind(kind), same)


def _mac(key: SigningKey, queue_id: str, tenant_id: str, kind: TraceKind, digest: str) -> str:
    return _keyed(key, "mark", queue_id, tenant_id, kind, digest)


def _digest(key: SigningKey, kind: TraceKind, envelope: Envelope, content: bytes) -> str:
    """Keyed digest of the sorted recipients, and for own mail of the reverse-path and the content, too."""
    recipients = sorted({normal_address(recipient) for recipient in envelope.recipients})
    sender = normal_address(envelope.reverse_path) if kind is TraceKind.OWN else ""
    of_own = (content.hex(),) if kind is TraceKind.OWN else ()
    return _keyed(key, "envelope", kind, sender, *of_own, *recipients)[:32]


def _keyed(key: SigningKey, *values: str) -> str:
    # Lengths in front make the message unambiguous: no value can run into its neighbour.
    message = b"".join(f"{len(value.encode())}:".encode() + value.encode() for value in ("matta-trace-v1", *values))
    return urlsafe_b64encode(hmac.new(key.secret, message, hashlib.sha256).digest()).rstrip(b"=").decode("ascii")


def _atom(text: str) -> str:
    """A word from outside made safe for a structured field."""
    return _UNSAFE.sub("", text)[:255]
