"""A running Matta whose demo tenant has policies: one recipient domain for each action, so that tests share one instance."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from local.demo.acts import Acts
from local.demo.desk import Arrival, Letter, find_form
from local.demo.forms import Page
from local.demo.letters import letter
from local.demo_tenant import SENDER
from shared.core.hold.record import MessageRecord, State
from shared.core.hold.sealed import unseal
from shared.core.policy.actions import (
    Action,
    AddHeader,
    BccConversion,
    BossCopy,
    Delay,
    Discard,
    Hold,
    InsertText,
    Redirect,
    Reject,
    RemoveHeader,
    Zip,
)
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy, SubjectMark, Template
from shared.core.policy.tenant_settings import NextHopServer, Route
from shared.core.text.notice import NOTICE
from tests.support.running import Running, wait_for

FIXED_PASSWORD = "Aozora-2024-Mitsumori"
REJECT_TEXT = "この宛先へは送れません。窓口をお使いください。"
NOTICE_TEXT = "このメールは青空商事株式会社から社外へ送られました。"
TEMPLATES = (
    Template(id="about-zip", text="添付の {{ attachments[0].name }} は {{ file_name }} に入っています。\n"),
    Template(id="notice", text="このメールは{{ tenant_name }}から社外へ送られました。"),
)
MARKS = (SubjectMark(mark="[[send]]", effect="send"), SubjectMark(mark="[[nozip]]", effect="nozip"))


def _for_domain(domain: str, *actions: Action) -> Policy:
    when = RecipientDomain(operator="equals", values=(domain,))
    return Policy(id=domain, name=f"{domain} 宛て", when=when, actions=actions)


POLICIES = (
    _for_domain("zip.example", Zip(method="zipcrypto", explanation="about-zip")),
    _for_domain("aes.example", Zip(password=FIXED_PASSWORD)),
    _for_domain("boss.example", BossCopy()),
    _for_domain("bcc.example", BccConversion()),
    _for_domain("text.example", InsertText(template="notice")),
    _for_domain("header.example", RemoveHeader(name="X-Mailer"), AddHeader(name="X-Class", value="社外秘")),
    _for_domain("delay.example", Delay(minutes=30)),
    _for_domain("discard.example", Discard()),
    _for_domain("reject.example", Reject(text=REJECT_TEXT)),
    _for_domain("redirect.example", Redirect(route="partner")),
    _for_domain("late.example", Zip(method="zipcrypto"), Redirect(route="partner")),
    _for_domain("hold.example", Hold(), Zip(method="zipcrypto", explanation="about-zip")),
)


class Office:
    """People of the demo tenant at work. ``seconds_to_effect``: how long it took until a message met the policies."""

    def __init__(self, running: Running, partner_port: int) -> None:
        self.running = running
        self.desk = running.desk
        self.acts = Acts(running.desk, "ja")
        self.started = running.desk.newest()
        self.seconds_to_effect = self._set_up(partner_port)

    def _set_up(self, partner_port: int) -> float:
        before = self.running.app.settings.tenant("demo")
        self.judged(self.send("colleague", SENDER))  # the worker now has these settings, for as long as it keeps any
        server = NextHopServer(host="127.0.0.1", port=partner_port, starttls="none")
        aside = Route(servers=(server,), domains=("nobody.example",), name="partner")
        saved = self.running.change_settings(
            rules=(), policies=POLICIES, templates=TEMPLATES, subject_marks=MARKS, routes=(*before.routes, aside)
        )
        changed = time.monotonic()
        while True:
            sent_at = time.monotonic()
            if self.judged(self.send("probe", SENDER)).decision.settings_version == saved.version:
                return sent_at - changed

    # --- sending

    def send(self, subject: str, *to: str, cc: tuple[str, ...] = (), attachment: str = "", raw: bytes = b"") -> Letter:
        """Send mail from ``SENDER``; ``raw`` are the bytes of a message of another program, for the same envelope."""
        sent = letter(SENDER, to, subject, cc=cc, attachment=attachment, headers={"X-Mailer": "Aozora Mail 1.0"})
        if raw:
            found = message_from_bytes(raw, policy=policy.compat32)["Message-ID"]
            sent = replace(sent, raw=raw, message_id=str(found))
        self.desk.send(sent)
        return sent

    # --- looking

    def judged(self, sent: Letter) -> MessageRecord:
        """The record of a message, as soon as there is one."""
        return wait_for(lambda: self.running.records().get(sent.message_id))

    def in_state(self, sent: Letter, state: State) -> MessageRecord:
        """The record of a message, as soon as it has that state."""
        ref = self.judged(sent).ref

        def look() -> MessageRecord | None:
            record = self.running.record(ref)
            return record if record.state is state else None

        return wait_for(look)

    def arrival(self, sent: Letter, person: str) -> Arrival:
        """What a person got of a message."""
        mark = sent.message_id.encode()
        return self.running.wait_arrival(person, lambda found: mark in found.raw and found.sender == sent.sender)

    def nothing_arrived(self, sent: Letter) -> bool:
        """Whether none of the recipients has anything of a message."""
        return not self.desk.copies(sent, self.started)

    def notice(self, kind: str, subject: str) -> Arrival:
        """Matta's notice to the sender (``first``, ``delayed``, ``discarded``) about a message of that subject."""
        wanted = NOTICE.text(f"subject.{kind}", "ja", subject=subject)
        return self.running.wait_arrival(SENDER, lambda found: str(found.parsed["Subject"]) == wanted)

    def page(self, notice: Arrival) -> Page:
        """The page that a notice's link opens."""
        page = self.desk.open(self.desk.link_in(notice))
        assert page.status == 200
        assert find_form(page, "release") is not None
        return page

    def decide(self, page: Page, word: str, question: str = "") -> None:
        """Tick, press and confirm ``release`` or ``discard``; ``question`` as ``Acts.confirm`` has it."""
        self.acts.confirm(self.acts.press(page, word), word, question)

    def password(self, sent: Letter) -> str:
        """The password of a message's ZIP, out of its record."""
        record = self.judged(sent)
        [variant] = [variant for variant in record.variants if variant.password]
        return unseal(variant.password, record.ref, self.running.app.secrets.signing_keys("seal"))


def files_of(arrival: Arrival) -> dict[str, bytes]:
    """Attachments by name, as Python's ``email`` reads them."""
    return {part.get_filename() or "": part.get_payload(decode=True) for part in arrival.parsed.iter_attachments()}  # type: ignore[misc]  # leaves have bytes


def archive_of(arrival: Arrival) -> bytes:
    """The one ZIP that is attached, and nothing else is."""
    [(name, data)] = files_of(arrival).items()
    assert re.fullmatch(r"enc_\d{14}\.zip", name)
    return data


def text_of(message: EmailMessage) -> str:
    """The plain text that people read."""
    body = message.get_body(("plain",))
    return body.get_content() if body is not None else ""
