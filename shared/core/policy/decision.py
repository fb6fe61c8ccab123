"""``Decision``: the immutable answer of the decide stage, and the reasons it carries.

A decision names what is to happen and why; it does nothing. Texts are not part of it: a reason is a stable code with
arguments, and becomes a sentence only when somebody reads it, in their language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Argument = str | int | bool | tuple[str, ...]
"""What a reason's argument may be."""


class Disposition(StrEnum):
    """What happens to the recipients of a part."""

    DELIVER = "deliver"
    HOLD = "hold"
    REJECT = "reject"
    DISCARD = "discard"


class AnchorKind(StrEnum):
    """What a reason can be about; pages put the reason's footnote mark there."""

    MESSAGE = "message"
    SUBJECT = "subject"
    RECIPIENT = "recipient"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One thing that a reason is about: ``value`` is the recipient's address or the attachment's part number."""

    kind: AnchorKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a decision fell as it did.

    ``code`` is stable and documented in docs/POLICY.md (``rule.recipient-external``, ``system.read-receipt``,
    ``unreadable`` …). ``args`` fill the text. ``rule_id``, ``name`` and ``description`` repeat the tenant's rule
    assignment or policy as it stood when the message was judged.
    """

    code: str
    args: tuple[tuple[str, Argument], ...] = ()
    anchors: tuple[Anchor, ...] = ()
    rule_id: str = ""
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class TransformCall:
    """A transform that the decision asks for, by name, with its settled arguments as JSON text."""

    name: str
    arguments: str = "{}"


@dataclass(frozen=True, slots=True)
class ApprovalCall:
    """An approval that a policy asks for after the sender's release, with its settled arguments (product.md P).

    ``approvers`` is ``manager``, ``addresses`` or ``group``. ``quorum``: ``first`` answer decides, ``all`` must allow, or
    ``count``: ``needed`` of them must. Who they are is looked up when the sender releases. ``escalate_to`` takes over after the
    reminders, ``manager`` meaning each approver's own. ``at_end``: leave, release or discard.
    """

    policy: str
    policy_name: str
    approvers: str
    addresses: tuple[str, ...] = ()
    group: str = ""
    quorum: str = "first"
    needed: int = 1
    reminder_hours: float = 4.0
    reminders: int = 2
    escalate_to: tuple[str, ...] = ()
    escalate_to_manager: bool = False
    at_end: str = "leave"


@dataclass(frozen=True, slots=True)
class DecisionPart:
    """The recipients that share one fate. Every envelope recipient is in exactly one part.

    ``transforms`` stand in the order in which they are carried out, on the way to the recipients: for a hold after its
    release. ``added_recipients`` get this part's message as well, though the sender did not name them; a part may be
    theirs alone.
    """

    recipients: tuple[str, ...]
    disposition: Disposition
    reasons: tuple[Reason, ...]
    transforms: tuple[TransformCall, ...] = ()
    added_recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The parts, and the version of the tenant's settings that they were judged by.

    ``settings_versions`` name every document whose settings counted (``tenant``, ``group:ID``, ``user:ADDRESS``) with
    its version, the strongest first; empty where none are stored, as in a dry run.

    ``delay_minutes``: delivery starts so much later; 0 for anything but ``deliver``. ``route`` names the route that
    every recipient is sent through, empty for the one of the recipient's domain. ``notify_sender``: the sender is told
    of a discard. ``reject_text`` stands in the DSN of a reject. ``notes`` tell what else was found and decided (policies
    that were applied, conflicts, subject marks) and ask for nothing. ``skipped`` are the reasons of rules that matched
    and were passed over. ``approvals`` are asked for after a release, all of them.
    """

    parts: tuple[DecisionPart, ...]
    settings_version: int
    delay_minutes: int = 0
    route: str = ""
    notify_sender: bool = False
    reject_text: str = ""
    notes: tuple[Reason, ...] = ()
    skipped: tuple[Reason, ...] = ()
    settings_versions: tuple[tuple[str, int], ...] = ()
    approvals: tuple[ApprovalCall, ...] = ()

    @property
    def disposition(self) -> Disposition:
        """The strictest fate among the parts: discard over reject over hold over deliver."""
        found = {part.disposition for part in self.parts}
        for strict in (Disposition.DISCARD, Disposition.REJECT, Disposition.HOLD):
            if strict in found:
                return strict
        return Disposition.DELIVER

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All reasons in order, each once."""
        return tuple(dict.fromkeys(reason for part in self.parts for reason in part.reasons))
