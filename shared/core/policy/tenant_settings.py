"""``TenantSettings``: what one tenant has set, with a default for everything. Read by decide, hold, notice and deliver.

The model is also the schema: a document is read by ``read_settings`` and refused with the place and what is allowed
there. A new tenant works with its domains and next hop alone (product.md S3).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from shared.core.policy.conditions.model import AddressList, Condition
from shared.core.policy.delivery_settings import Delivery as Delivery
from shared.core.policy.delivery_settings import DkimKey as DkimKey
from shared.core.policy.delivery_settings import Gathering as Gathering
from shared.core.policy.delivery_settings import NextHopServer as NextHopServer
from shared.core.policy.delivery_settings import OAuthClient as OAuthClient
from shared.core.policy.delivery_settings import Route as Route
from shared.core.policy.delivery_settings import Signing as Signing
from shared.core.policy.delivery_settings import StartTls as StartTls
from shared.core.policy.model import Address, Domain, Language, Model, Name, TenantId, TimeOfDay
from shared.core.policy.policies import Policy, SubjectMark, Template
from shared.core.policy.retention_settings import LegalHold as LegalHold
from shared.core.policy.retention_settings import Retention as Retention
from shared.core.policy.settings_check import check_settings
from shared.errors import InvalidSettings

RuleKind = Literal[
    "has-attachments",
    "recipient-external",
    "several-external-domains",
    "all-recipients-external",
    "recipient-count",
    "subject-blank",
    "forced-alert",
    "condition",
]
KeywordPlace = Literal["subject", "body", "attachment-names"]
NoticeChannel = Literal["mail", "teams-card", "teams-text"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EntraTenant = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?\Z")]
"""The id of a Microsoft Entra directory, lower case; empty: none."""
Plan = Literal["trial", "standard", "premium"]
"""What a tenant has bought from the operator; all plans can do the same."""
SharedValue = Literal["notices.language", "notices.reminder_hours", "notices.reminders", "notices.channels"]
"""The single values that groups and users may set too, where the tenant has not (product.md S2)."""


class RuleAssignment(Model, frozen=True):
    """The use of one built-in hold rule (product.md R). Notices show ``name`` and ``description``.

    It is asked for senders in one of ``groups`` (empty: everybody) and in none of ``not_groups``, and does not match
    where ``unless`` does. ``minimum`` is the number of domains for ``several-external-domains``. The ``*_from`` numbers
    belong to ``recipient-count``: the rule matches when the count reaches the number; ``None`` does not count that field.
    ``count_inline_images`` belongs to ``has-attachments``: whether images that the body shows count. ``addresses``
    belongs to ``forced-alert``: addresses, domains (``example.com`` or ``@example.com``, ``.example.com`` with
    subdomains) and wildcards (``*`` and ``?``); ``lists`` are address lists beside them. ``except_lists`` belongs to the
    rules about external recipients and numbers: recipients on these address lists are as if they were not there.
    ``condition`` matches when ``when`` does, or when one of ``keywords`` stands in one of ``keyword_places``.
    """

    id: Name
    rule: RuleKind
    name: str = ""
    description: str = ""
    enabled: bool = True
    groups: tuple[Name, ...] = ()
    not_groups: tuple[Name, ...] = ()
    unless: Condition | None = None
    minimum: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 2
    total_from: Annotated[int, msgspec.Meta(ge=1)] | None = None
    to_and_cc_from: Annotated[int, msgspec.Meta(ge=1)] | None = None
    to_from: Annotated[int, msgspec.Meta(ge=1)] | None = None
    cc_from: Annotated[int, msgspec.Meta(ge=1)] | None = None
    bcc_from: Annotated[int, msgspec.Meta(ge=1)] | None = None
    count_lists_by: Literal["list", "members"] = "list"
    count_inline_images: bool = False
    addresses: tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=320)], ...] = ()
    lists: tuple[Name, ...] = ()
    except_lists: tuple[Name, ...] = ()
    when: Condition | None = None
    keywords: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], ...], msgspec.Meta(max_length=5000)
    ] = ()
    keyword_places: tuple[KeywordPlace, ...] = ("subject", "body", "attachment-names")


class SystemPolicies(Model, frozen=True):
    """The built-in policies that let machine-made mail pass without a hold; each can be switched off."""

    automatic_forwards: bool = True
    automatic_replies: bool = True
    read_receipts: bool = True
    dsns: bool = True
    calendar_replies: bool = True


class BusinessHours(Model, frozen=True):
    """When a tenant's people work: pauses between reminders and the time to the end of a hold run only then.

    ``start`` and ``end`` are in the tenant's time zone. ``holidays``: ``japan`` leaves out national holidays. ``closed``
    are further days without work.
    """

    days: Annotated[tuple[Weekday, ...], msgspec.Meta(min_length=1, max_length=7)] = ("mon", "tue", "wed", "thu", "fri")
    start: TimeOfDay = "09:00"
    end: TimeOfDay = "18:00"
    holidays: Literal["none", "japan"] = "japan"
    closed: Annotated[
        tuple[Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")], ...], msgspec.Meta(max_length=400)
    ] = ()


NoticeName = Literal[
    "hold-first",
    "hold-reminder",
    "hold-left",
    "hold-released",
    "hold-expired",
    "hold-delayed",
    "hold-discarded",
    "approval-request",
    "approval-reminder",
    "approval-approved",
    "approval-denied",
    "receipt",
    "password",
]
"""A notice whose words a tenant can replace."""


class NoticeText(Model, frozen=True, kw_only=True):
    """A tenant's own words for one notice in one language: Jinja2, sandboxed; docs/POLICY.md lists the variables.

    They stand in place of the built-in subject and opening; what the message is, its reasons and its buttons stay.
    """

    notice: NoticeName
    language: Language
    subject: Annotated[str, msgspec.Meta(max_length=300)] = ""
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""


class HoldNotices(Model, frozen=True):
    """Who is told of a hold, how often, and what happens when nobody decides.

    ``sender_address`` is the From of Matta's notices; empty means ``matta@`` the tenant's first domain. ``language`` is
    used for people whose own language is not known. After ``reminders`` reminders, each ``reminder_hours`` after the
    one before, comes the end: at the next interval ``at_end`` is done. ``administrator_address`` is asked where the
    sender is none of the tenant's own addresses; empty means ``postmaster@`` the tenant's first domain. ``channels`` are
    the ways in which people are told, several at once if wanted; where Teams fails ``fall_back_after`` times, mail is used.
    """

    sender_address: str = ""
    administrator_address: str = ""
    language: Language = "ja"
    reminder_hours: Annotated[float, msgspec.Meta(gt=0, le=720)] = 4.0
    reminders: Annotated[int, msgspec.Meta(ge=0, le=20)] = 2
    at_end: Literal["leave", "release", "discard"] = "leave"
    link_days: Annotated[float, msgspec.Meta(gt=0, le=90)] = 7.0
    channels: Annotated[tuple[NoticeChannel, ...], msgspec.Meta(min_length=1, max_length=3)] = ("mail",)
    fall_back_after: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    business_hours: BusinessHours | None = None
    texts: Annotated[tuple[NoticeText, ...], msgspec.Meta(max_length=100)] = ()


class Teams(Model, frozen=True):
    """The tenant's Microsoft Teams. ``entra_tenant`` is its directory id; empty means that no bot is installed."""

    entra_tenant: EntraTenant = ""


class Grant(Model, frozen=True, kw_only=True):
    """A role in portal and API that is given in Matta. ``groups`` belong to ``group-administrator``: whom it reaches."""

    address: Address
    role: Literal["auditor", "group-administrator", "tenant-administrator", "incident-responder"]
    groups: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)] = ()


class Access(Model, frozen=True):
    """Who may sign on to the portal, and as what.

    ``entra_tenant`` is the id of the directory that signs people on; empty: the one of Teams. ``app_roles``: roles of the
    Entra registration count as well as ``grants``.
    """

    entra_tenant: EntraTenant = ""
    app_roles: bool = True
    grants: Annotated[tuple[Grant, ...], msgspec.Meta(max_length=1000)] = ()


class SmtpUser(Model, frozen=True):
    """A user name for SMTP AUTH at the relay; ``password_hash`` is ``scrypt$n$r$p$salt$hash`` with base64 pieces."""

    name: Name
    password_hash: Name


class Ingress(Model, frozen=True):
    """How the relay recognises a connection of this tenant: any one of these is enough.

    ``peers`` are addresses or CIDR ranges. ``certificates`` are SHA-256 fingerprints of client certificates in hex.
    ``exchange_tenant`` is the directory id that Exchange Online names in its header for this organisation, and ``hosts``
    are the relay's names that its connectors send to; both together with a domain of the tenant's in the reverse-path
    tell mail from Exchange Online's shared servers apart (product.md M2).
    """

    peers: tuple[Name, ...] = ()
    certificates: tuple[Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")], ...] = ()
    users: tuple[SmtpUser, ...] = ()
    exchange_tenant: EntraTenant = ""
    hosts: tuple[Domain, ...] = ()


def _default_rules() -> tuple[RuleAssignment, ...]:
    return (RuleAssignment(id="external", rule="recipient-external"),)


class TenantSettings(Model, frozen=True):
    """One version of everything a tenant has set.

    A shared value counts as set by the administrator where it differs from the default or is named in ``fixed``. A tenant
    that the operator has ``suspended`` cannot send: the relay defers its mail, and nobody signs on. ``plan`` and
    ``trial_ends_at`` are the operator's notes for billing; the end of a trial is shown and stops nothing by itself.
    """

    tenant_id: TenantId
    domains: Annotated[tuple[Domain, ...], msgspec.Meta(min_length=1)]
    routes: Annotated[tuple[Route, ...], msgspec.Meta(min_length=1)]
    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    name: str = ""
    time_zone: str = "Asia/Tokyo"
    ingress: Ingress = Ingress()
    rules: tuple[RuleAssignment, ...] = msgspec.field(default_factory=_default_rules)
    policies: Annotated[tuple[Policy, ...], msgspec.Meta(max_length=2000)] = ()
    lists: Annotated[tuple[AddressList, ...], msgspec.Meta(max_length=2000)] = ()
    templates: Annotated[tuple[Template, ...], msgspec.Meta(max_length=500)] = ()
    subject_marks: Annotated[tuple[SubjectMark, ...], msgspec.Meta(max_length=50)] = ()
    system_policies: SystemPolicies = SystemPolicies()
    notices: HoldNotices = HoldNotices()
    teams: Teams = Teams()
    access: Access = Access()
    suspended: bool = False
    plan: Plan = "standard"
    trial_ends_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    delivery: Delivery = Delivery()
    signing: Signing = Signing()
    gathering: Gathering = Gathering()
    retention: Retention = Retention()
    fixed: tuple[SharedValue, ...] = ()

    @property
    def internal_domains(self) -> frozenset[str]:
        """The accepted domains, lower case; one with a leading dot takes in its subdomains."""
        return frozenset(domain.lower() for domain in self.domains)


DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no document: no JSON or another shape, no UTF-8 in a string, endless nesting."""


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(TenantSettings)


def read_settings(document: bytes) -> TenantSettings:
    """A settings document (JSON) as a model. Raises ``InvalidSettings`` that names the place and what is allowed."""
    try:
        settings = _DECODER.decode(document)
    except DECODE_ERRORS as error:
        raise InvalidSettings(str(error), public=f"The settings are not valid: {error}") from error
    check_settings(settings)
    return settings


def write_settings(settings: TenantSettings) -> bytes:
    """The settings as JSON, every field written out, so that a later default does not change an old version."""
    return msgspec.json.format(msgspec.json.encode(settings), indent=2)
