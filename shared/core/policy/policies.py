"""``Policy``: conditions and what to do when they match (product.md section A); templates and subject marks. Decide stage."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.core.policy.actions import Action
from shared.core.policy.conditions.model import AllOf, Condition
from shared.core.policy.model import Model, Name


class Policy(Model, frozen=True, kw_only=True):
    """A named set of conditions and actions.

    Policies are asked by ``priority``, lowest number first, then in the order of the settings. ``groups`` empty applies
    to everybody; otherwise the sender must be in one of them (nested groups count) and in none of ``not_groups``.
    A policy matches when ``when`` does and ``unless`` does not. ``stop``: no later policy is asked.
    ``if_protected`` says what happens when an action would break a signed, encrypted or otherwise sealed message.
    """

    id: Name
    name: str = ""
    description: str = ""
    enabled: bool = True
    priority: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 1000
    groups: tuple[Name, ...] = ()
    not_groups: tuple[Name, ...] = ()
    when: Condition = AllOf(of=())
    unless: Condition | None = None
    actions: Annotated[tuple[Action, ...], msgspec.Meta(min_length=1, max_length=20)]
    stop: bool = False
    if_protected: Literal["hold", "deliver-unchanged"] = "hold"


class Template(Model, frozen=True, kw_only=True):
    """A text for insertion or notices, in Jinja2 for plain text and HTML; docs/POLICY.md lists the variables.

    ``html`` empty: the text, escaped, is used.
    """

    id: Name
    name: str = ""
    text: Annotated[str, msgspec.Meta(max_length=20_000)]
    html: Annotated[str, msgspec.Meta(max_length=50_000)] = ""


class SubjectMark(Model, frozen=True, kw_only=True):
    """A9: a word in the subject by which a sender overrides; it is removed before delivery, and its use recorded."""

    mark: Annotated[str, msgspec.Meta(min_length=2, max_length=50)]
    effect: Literal["send", "discard", "nozip", "zip"]
    passes_forced_alert: bool = False
    passes_approval: bool = False
