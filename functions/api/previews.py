"""Previews for the settings editor: templates and notices while they are written; and a trial of a next hop."""

from __future__ import annotations

import msgspec

from functions.api.problem import Refusal
from functions.api.route import Call, Routes
from shared.core.access.roles import Right
from shared.core.policy.policies import Template
from shared.core.policy.tenant_settings import NextHopServer, NoticeChannel, NoticeText
from shared.ports_next_hop import ProbedStep
from shared.usecases.preview_words import (
    NotByThisChannel,
    NoticePreview,
    TemplatePreview,
    preview_notice,
    preview_template,
)
from shared.usecases.try_next_hop import try_next_hop

routes = Routes("Previews")


class NoticeDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for a notice, and by which way people are told; with empty words the built-in ones are shown."""

    words: NoticeText
    channel: NoticeChannel = "mail"


class HopTrial(msgspec.Struct, frozen=True, kw_only=True):
    """How far the trial came. ``ok``: mail could be sent there."""

    ok: bool
    steps: tuple[ProbedStep, ...]


@routes.add(
    "POST",
    "/previews/template",
    Right.OWN,
    Right.WRITE_SETTINGS,
    summary="A template with sample values",
    body=Template,
    returns=TemplatePreview,
    cost=4,
)
def template_preview(call: Call) -> TemplatePreview:
    """Problems are told by line. The HTML is the writer's own: show it in a sandbox alone."""
    draft: Template = call.body
    return preview_template(draft.text, draft.html)


@routes.add(
    "POST",
    "/previews/notice",
    Right.READ_SETTINGS,
    summary="A notice with a sample message",
    body=NoticeDraft,
    returns=NoticePreview,
    cost=4,
)
def notice_preview(call: Call) -> NoticePreview:
    """Problems are told by line; with any the built-in words are shown."""
    draft: NoticeDraft = call.body
    try:
        return preview_notice(draft.words, draft.channel)
    except NotByThisChannel as error:
        raise Refusal(422, "invalid", error.public) from None


@routes.add(
    "POST",
    "/next-hops/test",
    Right.WRITE_SETTINGS,
    summary="Try a next hop without sending mail",
    body=NextHopServer,
    returns=HopTrial,
    cost=20,
)
def try_hop(call: Call) -> HopTrial:
    """Connection, greeting, encryption, authentication, NOOP, within twenty seconds. The trial is recorded."""
    steps = try_next_hop(call.app, call.principal, call.body, call.peer)
    return HopTrial(ok=steps[-1].ok, steps=steps)
