"""Make one outgoing form of a message (stage 4b): carry out a part's transforms in order, and store the result once.

A making has a name of its own. Only the one that the message's record names is ever sent, so a worker that dies between
storing bytes and storing the record leaves bytes that nobody uses, and the next worker makes its own with its own
password.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from shared.app import App
from shared.core.gathering.shared_random import shared_random
from shared.core.hold.forms import as_sent, recipients_of, transforms_of
from shared.core.hold.record import MessageRecord, Variant
from shared.core.hold.sealed import NONCE_BYTES, seal
from shared.core.message.parse import parse
from shared.core.message.source import Buffer
from shared.core.outgoing.carry_out import Circumstances, Made, carry_out
from shared.core.policy.decision import TransformCall
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.policy.transform_calls import read_call
from shared.core.transform.splice import NOTHING, PIECE, apply
from shared.core.transform.would_break import WouldBreak
from shared.ports import Content
from shared.ports_relay import Spooled
from shared.usecases.sign_variant import sign_if_possible
from shared.usecases.trace_head import trace_head
from shared.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Transformed:
    """A message after transforms: its bytes (good while the workspace is open), and the ZIP that was made, if any.

    ``notes`` are what the transforms tell of themselves, each with the transform's name before it.
    """

    data: Buffer
    password: str = field(repr=False)
    file_name: str
    notes: tuple[tuple[str, str, str], ...]


def make_variant(
    app: App, record: MessageRecord, settings: TenantSettings, name: str, body: Content, present: TenantSettings
) -> Variant:
    """Make, store and sign the form of that name. ``body`` are the message's bytes as they came.

    ``settings`` are those that the message was judged by. The keys are those of ``present``: a message may be held for
    longer than its tenant keeps a key.

    Raises ``PermanentError`` for a transform that cannot be carried out, ``TemporaryError`` for storage.
    """
    calls = transforms_of(record, name)
    sent = as_sent(record)
    around = Circumstances(
        settings, sent.envelope, sent.summary, app.clock.now(), app.random.token, _for_password(app, record)
    )
    blob = app.random.token(16).hex()
    with Workspace() as workspace:
        made = transformed(workspace, body.chunks(), calls, around)
        size = app.spool.write_variant(record.ref, blob, pieces(made.data))
        unsigned = Variant(name, "variant", b"", blob)
        signed = sign_if_possible(
            app, present, record.ref, unsigned, Content(size, lambda: iter(pieces(made.data))), body
        )
    sealed = b""
    if made.password:
        key = app.secrets.signing_keys("seal")[0]
        sealed = seal(made.password, record.ref, key, app.random.token(NONCE_BYTES))
    head = trace_head(app, Spooled(record.ref, record.envelope, record.reception), recipients_of(record, name))
    return replace(signed, head=head, password=sealed, file_name=made.file_name, size=size)


def transformed(
    workspace: Workspace, chunks: Iterable[bytes], calls: Sequence[TransformCall], around: Circumstances
) -> Transformed:
    """The bytes after all the calls, one after the other; each sees what the one before it made.

    What would break the message is left out, with the note ``left-out``, where the policy that asks for it says
    ``deliver-unchanged``: not all that a transform finds in a body could be known when the decision was taken.
    """
    data = workspace.put(chunks)
    archive = Made(NOTHING)
    notes: list[tuple[str, str, str]] = []
    for call in calls:
        try:
            made = carry_out(call, parse(data), around, archive)
        except WouldBreak as refusal:
            if not _may_be_left_out(call, around.settings):
                raise
            notes.append((call.name, "left-out", refusal.what))
            continue
        notes += [(call.name, word, argument) for word, argument in made.edit.notes]
        if made.edit.splices:
            data = workspace.put(apply(data, made.edit.splices))
        if made.password:
            archive = made
    return Transformed(data, archive.password, archive.file_name, tuple(notes))


def _for_password(app: App, record: MessageRecord) -> Callable[[str], Callable[[int], bytes]] | None:
    """The source of passwords that all copies of the message share; ``None`` for a message that can have no copies.

    Where the seal's key is changed between two copies they get two passwords; each of them is told to whom it concerns.
    """
    if not record.group:
        return None
    secret = app.secrets.signing_keys("seal")[0].secret
    return lambda policy: shared_random(secret, record.ref.tenant_id, record.group, policy)


def _may_be_left_out(call: TransformCall, settings: TenantSettings) -> bool:
    """Whether the policy that asks for this would rather have the message go without it."""
    asked_by = getattr(read_call(call), "policy", "")
    return any(policy.id == asked_by and policy.if_protected == "deliver-unchanged" for policy in settings.policies)


def pieces(data: Buffer) -> Iterable[bytes]:
    """The bytes of a buffer, a piece at a time."""
    return (bytes(data[start : start + PIECE]) for start in range(0, len(data), PIECE))
