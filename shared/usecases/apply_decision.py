"""Make a message's outgoing forms without acting: what each recipient would get (stages parse to 4b, dry run).

It takes the steps that relayed mail takes, but for storage and delivery. Time and randomness are arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.hold.begin import recipients_by_variant, variant_name
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.message.summary import summarise
from shared.core.outgoing.carry_out import Circumstances
from shared.core.policy.decision import Decision, TransformCall
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import PermanentError
from shared.usecases.judge import content_queue_id
from shared.usecases.judge_message import judge_message
from shared.usecases.make_variant import transformed
from shared.usecases.match_context import WhoIsWho
from shared.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Applied:
    """One outgoing form. ``data`` are its bytes without trace fields; they are the input where nothing was done.

    ``password`` and ``file_name`` belong to its ZIP. ``problem`` says why it could not be made (its recipients would get
    nothing, and the sender a DSN); then ``data`` is empty.
    """

    name: str
    envelope: Envelope
    transforms: tuple[TransformCall, ...]
    data: bytes
    password: str = field(default="", repr=False)
    file_name: str = ""
    notes: tuple[tuple[str, str, str], ...] = ()
    problem: str = ""


def apply_decision(
    data: bytes,
    envelope: Envelope,
    settings: TenantSettings,
    now: datetime,
    random: Callable[[int], bytes],
    directory: WhoIsWho | None = None,
) -> tuple[Decision, tuple[Applied, ...]]:
    """The decision about a message, and every outgoing form that it asks for, whatever its disposition.

    Never raises for what a message holds.
    """
    ref = MessageRef(settings.tenant_id, content_queue_id(data))
    judged = judge_message(data, envelope, settings, ref, now=now, directory=directory)
    decision = judged.decision
    around = Circumstances(settings, envelope, summarise(judged.facts), now, random)
    calls = {variant_name(decision, index): part.transforms for index, part in enumerate(decision.parts)}
    made = []
    for name, recipients in recipients_by_variant(decision).items():
        made.append(_applied(name, envelope.for_recipients(recipients), calls[name], data, around))
    return decision, tuple(made)


def _applied(
    name: str, envelope: Envelope, calls: tuple[TransformCall, ...], data: bytes, around: Circumstances
) -> Applied:
    try:
        with Workspace() as workspace:
            found = transformed(workspace, (data,), calls, around)
            return Applied(name, envelope, calls, bytes(found.data[:]), found.password, found.file_name, found.notes)
    except PermanentError as error:
        return Applied(name, envelope, calls, b"", problem=str(error))
