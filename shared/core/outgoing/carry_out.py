"""Carry out one transform call of a decision (stage 4b): settle what a decision must not hold, then ask the transform.

A decision names a fixed password by the policy that has it, and a template by its id; both are read here from the
settings that the message was judged by. Pure: time and randomness come in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from shared.core.message.envelope import Envelope
from shared.core.message.facts import Mailbox
from shared.core.message.spans import Tree
from shared.core.message.summary import MessageSummary
from shared.core.policy.actions import Zip
from shared.core.policy.decision import TransformCall
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.policy.transform_calls import InsertTemplate, ZipAttachments, read_call
from shared.core.transform import registry
from shared.core.transform.archive.write import ZipMethod
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.insert_text import InsertText, insert_text
from shared.core.transform.passwords import PasswordPolicy, generate
from shared.core.transform.render_template import render_template
from shared.core.transform.splice import Edit
from shared.core.transform.template_variables import TemplateFile, TemplateVariables
from shared.core.transform.zip_attachments import ZipArguments, zip_attachments
from shared.errors import PermanentError


class SettingsGone(PermanentError):
    """A policy or template that the decision names is no longer in the settings."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What carrying out may use beyond the message itself. ``now`` is aware; ``random`` gives so many random bytes.

    ``for_password`` gives the source of randomness for the passwords of a policy, where it is to be the same for several
    messages.
    """

    settings: TenantSettings
    envelope: Envelope
    summary: MessageSummary
    now: datetime
    random: Callable[[int], bytes]
    for_password: Callable[[str], Callable[[int], bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An edit, and the password and name of the ZIP that it makes, if it makes one."""

    edit: Edit
    password: str = field(default="", repr=False)
    file_name: str = ""


def carry_out(call: TransformCall, tree: Tree, around: Circumstances, before: Made) -> Made:
    """The edit that a call asks for. ``before`` is the ZIP that the calls before it made, for texts that name it.

    Raises ``WouldBreak``, ``BadArgument``, ``Unreadable`` or ``SettingsGone``; nothing is half done then.
    """
    try:
        known = read_call(call)
    except (LookupError, msgspec.MsgspecError) as error:  # stored by another version: trying again cannot help
        raise BadArgument(f"the stored call {call.name!r} cannot be read") from error
    if isinstance(known, ZipAttachments):
        return _zip(known, tree, around)
    if isinstance(known, InsertTemplate):
        return _insert(known, tree, around, before)
    return Made(registry.carry_out(call.name, tree, call.arguments))


def _zip(call: ZipAttachments, tree: Tree, around: Circumstances) -> Made:
    if call.password == "fixed":  # noqa: S105 - the word that says where the password is, not one
        password = _fixed_password(call.policy, around.settings)
    else:
        random = around.for_password(call.policy) if around.for_password is not None else around.random
        password = generate(PasswordPolicy(call.password_length, call.password_classes), random)
    edit = zip_attachments(
        tree,
        ZipArguments(
            password,
            around.now.astimezone(ZoneInfo(call.time_zone)),
            around.random,
            ZipMethod(call.method),
            call.file_name,
            # The decision has looked already: a policy may want even encrypted files in its own archive.
            skip_if_encrypted=False,
        ),
    )
    file_name = dict(edit.notes).get("zip-name", "")
    return Made(edit, password if file_name else "", file_name)


def _insert(call: InsertTemplate, tree: Tree, around: Circumstances, before: Made) -> Made:
    if call.purpose == "zip-explanation" and not before.file_name:
        return Made(Edit(notes=(("nothing-to-explain", ""),)))
    template = next((known for known in around.settings.templates if known.id == call.template), None)
    if template is None:
        raise SettingsGone(f"template {call.template!r} is gone")
    variables = _variables(call, around, before)
    text = render_template(template.text, variables, html=False)
    html = render_template(template.html, variables, html=True) if template.html else ""
    return Made(insert_text(tree, InsertText(text, html, call.place)))


def _variables(call: InsertTemplate, around: Circumstances, before: Made) -> TemplateVariables:
    settings, summary = around.settings, around.summary
    author = summary.header_from[0] if summary.header_from else Mailbox(around.envelope.reverse_path)
    return TemplateVariables(
        now=around.now.astimezone(ZoneInfo(settings.time_zone)),
        sender_address=author.address,
        sender_name=author.display_name,
        subject=summary.subject or "",
        recipient_count=len(summary.recipients),
        external_count=sum(recipient.external for recipient in summary.recipients),
        attachments=tuple(TemplateFile(item.name, item.size) for item in summary.attachments if not item.inline),
        file_name=before.file_name,
        tenant_name=settings.name,
        policy_name=call.policy_name,
        language=settings.notices.language,
    )


def _fixed_password(policy_id: str, settings: TenantSettings) -> str:
    for policy in settings.policies:
        if policy.id == policy_id:
            for action in policy.actions:
                if isinstance(action, Zip) and action.password:
                    return action.password
    raise SettingsGone(f"policy {policy_id!r} with its fixed password is gone")
