"""Settings for replays: one tenant that asks for stored facts alone, and one that asks for all that is not stored."""

from __future__ import annotations

from typing import Any

from shared.core.policy.actions import BccConversion, BossCopy, Delay, DeliverAtOnce, Discard, Reject, Zip
from shared.core.policy.conditions.model import (
    AddressList,
    Attachment,
    Body,
    Header,
    Not,
    RecipientAddress,
    RecipientDomain,
    Sender,
    Subject,
    Time,
)
from shared.core.policy.policies import Policy, SubjectMark
from shared.core.policy.tenant_settings import RuleAssignment

EXTERNAL = RuleAssignment(id="external", rule="recipient-external", name="社外宛て")
STORED_ONLY: dict[str, Any] = {
    "rules": (
        EXTERNAL,
        RuleAssignment(id="files", rule="has-attachments", unless=Sender(values=("jiro@aozora.example",))),
        RuleAssignment(id="blank", rule="subject-blank"),
        RuleAssignment(id="many", rule="recipient-count", total_from=4),
        RuleAssignment(id="forced", rule="forced-alert", lists=("rivals",)),
        RuleAssignment(
            id="word", rule="condition", keywords=("社外秘",), keyword_places=("subject", "attachment-names")
        ),
    ),
    "policies": (
        Policy(id="night", when=Time(since="22:00", until="06:00"), actions=(Delay(minutes=30),)),
        Policy(
            id="zip",
            when=RecipientDomain(operator="is-external"),
            actions=(Zip(skip_if_encrypted=False), BossCopy(who="addresses", addresses=("boss@aozora.example",))),
        ),
        Policy(id="hide", when=RecipientAddress(operator="contains", values=("client",)), actions=(BccConversion(),)),
        Policy(id="own", when=Sender(values=("goro@aozora.example",)), actions=(DeliverAtOnce(),), stop=True),
        Policy(id="stop", when=Subject(operator="contains", values=("Invoice",)), actions=(Reject(text="no"),)),
    ),
    "lists": (AddressList(id="rivals", entries=("rival.example",)),),
    "subject_marks": (SubjectMark(mark="[[send]]", effect="send"),),
}
ASKS_ALL: dict[str, Any] = {
    "rules": (
        RuleAssignment(id="word", rule="condition", keywords=("社外秘", "password")),
        RuleAssignment(id="header", rule="condition", when=Header(name="X-Confidential", operator="exists")),
        RuleAssignment(
            id="files", rule="has-attachments", unless=Body(operator="contains", values=("本文",)), name="添付"
        ),
        RuleAssignment(id="blank", rule="subject-blank"),
    ),
    "policies": (
        Policy(
            id="archive",
            when=Attachment(test="encrypted-zip"),
            actions=(Discard(),),
            unless=Subject(operator="contains", values=("見積",)),
        ),
        Policy(id="zip", when=Not(of=Body(operator="contains", values=("Hello",))), actions=(Zip(),)),
        Policy(id="copy", actions=(BossCopy(who="addresses", addresses=("boss@aozora.example",)), BccConversion())),
        Policy(
            id="through",
            when=Body(operator="contains", values=("password",)),
            actions=(DeliverAtOnce(),),
            stop=True,
            priority=10,
        ),
        Policy(
            id="delay", when=Header(name="Subject", operator="contains", values=("Re:",)), actions=(Delay(minutes=5),)
        ),
    ),
}
