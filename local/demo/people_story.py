"""The story's part about people: they decide in Teams, approve, handle passwords, act for others, or do nothing.

Every step says what it saw, or raises ``StepFailed``. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from local.demo.acts import Acts, Held, require, unchanged
from local.demo.chat import Chat
from local.demo.desk import Arrival, Desk, Letter
from local.demo.letters import letter
from local.demo.texts import DEMO
from local.demo_tenant import COLLEAGUE, CUSTOMER, DISCOUNT, HANDLERS, PARTNER, SALES_DOMAIN, SENDER, SUPPORT
from local.quick_tenant import SENDERS, SMTP_PASSWORD, SMTP_USER
from shared.core.text.card import CARD
from shared.core.text.language import Language
from shared.core.text.notice import NOTICE
from shared.core.text.page import PAGE

_FILE = "契約書（案）.docx"
_COMMENT = "値引きは部長決裁のあとにお願いします"


@dataclass(slots=True)
class PeopleStory:
    """``language`` is that of the sender and of what is told; everybody else of the demo tenant reads Japanese."""

    desk: Desk
    language: Language
    once: list[tuple[Letter, str]] = field(default_factory=list)
    """Letters that must have come once by the end, with the mailbox's mark from before they were sent."""
    never: list[tuple[Letter, str]] = field(default_factory=list)
    forgotten: Held | None = None
    """The message about which nobody does anything."""

    def forget(self) -> str:
        """A message is held whose tenant waits for a moment only; what comes of it is told at the end."""
        acts = Acts(self.desk, self.language)
        sent = letter(SENDERS[self.language], [CUSTOMER], "特許出願書類の送付")
        self.forgotten = acts.hold(sent, lambda one: self.desk.send_as(one, SMTP_USER, SMTP_PASSWORD))
        self.never.append((sent, self.forgotten.after))
        return self._say("done.forget", notice=str(self.forgotten.notice.parsed["Subject"]))

    def card(self) -> str:
        """Released on a card."""
        sent, after = self._send(CUSTOMER, "お打ち合わせ資料のご送付", _FILE)
        decided = self._release(sent)
        [arrival] = Acts(self.desk, self.language).wait_for(lambda: self.desk.copies(sent, after), "the message")
        unchanged(arrival, sent)
        self._chat(self._sender).says(sent.subject, "state.delivered", "button.original")
        self.once.append((sent, after))
        took = max(0, int((arrival.received - decided) * 1000))
        return self._say("done.card", ms=took, bytes=len(sent.raw))

    def password(self) -> str:
        """Attachments leave in a ZIP; the password is paused, resumed and sent on the receipt's card."""
        sent, after = self._send(PARTNER, "秘密保持契約書の送付", _FILE)
        self._release(sent)
        chat, subject = self._chat(self._sender), sent.subject
        paused = chat.press(chat.says(subject, "receipt.title", "button.pause"), "button.pause")
        require(CARD.text("notice.paused", self.language) in paused.text, "the card does not say that it is paused")
        resumed = chat.press(paused, "button.resume")
        asked = chat.press(resumed, "button.send")
        require(len(self.desk.arrivals(PARTNER, after)) <= 1, "the password went out before it was confirmed")
        chat.press(asked, "confirm.password.send.do")
        acts = Acts(self.desk, self.language)
        acts.wait_for(lambda: self.desk.arrivals(PARTNER, after)[1:], "the password")
        first, second = self.desk.arrivals(PARTNER, after)
        [archive] = [part.get_filename() or "" for part in first.parsed.iter_attachments()]
        require(re.fullmatch(r"enc_\d{14}\.zip", archive) is not None, f"the attachment is {archive!r}, no ZIP")
        require(second.sender == self._sender, f"the password came from {second.sender}")
        require(second.received >= first.received, "the password came before the message")
        return self._say("done.password", archive=archive, notice=str(second.parsed["Subject"]))

    def deny(self) -> str:
        """The sender's manager does not approve, and says why."""
        sent, after = self._send(CUSTOMER, f"{DISCOUNT}のご提案")
        self._release(sent)
        manager = COLLEAGUE if self._sender == SENDER else f"watanabe@{SALES_DOMAIN}"
        approver = Chat(self.desk.teams, manager, "ja")
        request = approver.says(sent.subject, "approval.request.title")
        approver.press(approver.press(request, "button.deny", comment=_COMMENT), "confirm.deny.do")
        self._chat(self._sender).card(sent.subject, _COMMENT)
        self.never.append((sent, after))
        return self._say("done.deny", manager=manager, comment=_COMMENT)

    def proxy(self) -> str:
        """One of those who handle a shared mailbox decides, and the other sees it."""
        after = self.desk.newest()
        sent = letter(SUPPORT, [CUSTOMER], _marked("お問い合わせへのご回答"))
        self.desk.send(sent)
        other, who = (Chat(self.desk.teams, person, "ja") for person in HANDLERS)
        other.says(sent.subject, "button.release")
        who.press(who.press(who.says(sent.subject, "button.release"), "button.release"), "confirm.release.do")
        [arrival] = Acts(self.desk, "ja").wait_for(lambda: self.desk.copies(sent, after), "the message")
        unchanged(arrival, sent)
        other.card(sent.subject, HANDLERS[1], SUPPORT)
        self.once.append((sent, after))
        return self._say("done.proxy", who=HANDLERS[1], principal=SUPPORT)

    def expire(self) -> str:
        """What became of the message about which nobody did anything: reminded of, then discarded."""
        require(self.forgotten is not None, "the message of the earlier step is not on hold")
        assert self.forgotten is not None
        held, acts = self.forgotten, Acts(self.desk, self.language)
        subjects = [
            NOTICE.text("subject.reminder", self.language, number=1, subject=held.letter.subject),
            NOTICE.text("subject.expired", self.language, subject=held.letter.subject),
        ]

        def told() -> list[Arrival]:
            found = self.desk.arrivals(held.letter.sender, held.after)
            return [mail for mail in found if str(mail.parsed["Subject"]) in subjects]

        acts.wait_for(lambda: told()[1:], f"“{subjects[-1]}”")
        require([str(mail.parsed["Subject"]) for mail in told()] == subjects, "reminder and last notice came otherwise")
        title = PAGE.text("state.expired.title", self.language)
        require(title in self.desk.open(held.link).text, f"the page does not say {title!r}")
        return self._say("done.expire", reminder=subjects[0], last=subjects[1])

    @property
    def _sender(self) -> str:
        return SENDER if self.language == "ja" else f"wilson@{SALES_DOMAIN}"

    def _chat(self, person: str) -> Chat:
        return Chat(self.desk.teams, person, self.language)

    def _send(self, to: str, subject: str, attachment: str = "") -> tuple[Letter, str]:
        after = self.desk.newest()
        sent = letter(self._sender, [to], _marked(subject), attachment=attachment)
        self.desk.send(sent)
        return sent, after

    def _release(self, sent: Letter) -> float:
        """Release and confirm on the sender's card; returns when, in seconds since the epoch."""
        chat = self._chat(self._sender)
        asked = chat.press(chat.says(sent.subject, "title.first", "button.release"), "button.release")
        require(not self.desk.copies(sent), "the message was delivered before it was confirmed")
        chat.press(asked, "confirm.release.do")
        return time.time()

    def _say(self, key: str, **values: str | int) -> str:
        return DEMO.text(key, self.language, **values)


def _marked(subject: str) -> str:
    """Cards are found by their subject: it must be another one each time that the story is played."""
    return f"{subject} ({time.strftime('%H:%M:%S')})"
