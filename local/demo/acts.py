"""``Acts``: what people do with held mail, each checked while it is done. The demo and end-to-end tests are made of these.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.demo.desk import Arrival, Desk, Letter, find_form, pause
from local.demo.forms import Page
from shared.core.text.language import Language
from shared.core.text.notice import NOTICE
from shared.core.text.page import PAGE

PATIENCE_SECONDS = 120.0
"""How long an act waits for something that takes a second or two on an idle machine."""


class StepFailed(Exception):
    """Something is not as it should be; the text says what."""


def require(is_so: bool, otherwise: str) -> None:
    """Raises ``StepFailed`` with the text unless it is so."""
    if not is_so:
        raise StepFailed(otherwise)


@dataclass(slots=True)
class Held:
    """A message on hold: what was sent, the notice about it, and the page that its link opens.

    ``after`` is the mailbox's mark from before it was sent, ``decided_at`` in seconds since the epoch.
    """

    letter: Letter
    notice: Arrival
    link: str
    page: Page
    after: str
    decided_at: float = 0.0

    @property
    def boxes(self) -> int:
        """How many boxes the page has to tick."""
        found = find_form(self.page, "release")
        return len(found[0].boxes) if found else 0


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts of people who read ``language``. Every one raises ``StepFailed`` when something is not as it should be."""

    desk: Desk
    language: Language

    def wait_for(self, look: Callable[[], Sequence[Arrival]], what: str) -> Sequence[Arrival]:
        """Look at the mailbox until something is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            require(time.monotonic() < deadline, f"{what} did not arrive within {PATIENCE_SECONDS:.0f} s")
            pause()
        return found

    def deliver(self, sent: Letter, send: Callable[[Letter], object] | None = None) -> tuple[Arrival, str]:
        """Send a message that passes; returns its arrival, unchanged, and the mailbox's mark from before.

        ``send`` stands for another mail client.
        """
        after = self.desk.newest()
        (send or self.desk.send)(sent)
        [arrival] = self.wait_for(lambda: self.desk.copies(sent, after), "the message")
        unchanged(arrival, sent)
        return arrival, after

    def hold(self, sent: Letter, send: Callable[[Letter], object] | None = None) -> Held:
        """Send a message that is held, wait for the notice, open its link."""
        after = self.desk.newest()
        (send or self.desk.send)(sent)
        notice = self.wait_for(lambda: self.notices(sent, after), "the notice")[0]
        link = self.desk.link_in(notice)
        held = Held(sent, notice, link, self.open(link), after)
        self.nothing_came(held)
        return held

    def notices(self, about: Letter, after: str) -> Sequence[Arrival]:
        """First notices to the sender about a message."""
        subject = about.subject or NOTICE.text("subject_blank", self.language)
        wanted = NOTICE.text("subject.first", self.language, subject=subject)
        return [mail for mail in self.desk.arrivals(about.sender, after) if str(mail.parsed["Subject"]) == wanted]

    def reports(self, about: str, sender: str, after: str) -> Sequence[Arrival]:
        """Delivery reports (RFC 3464) to the sender that name the recipient ``about``."""
        found = self.desk.arrivals(sender, after)
        return [mail for mail in found if b"report-type=delivery-status" in mail.raw and about.encode() in mail.raw]

    def open(self, link: str) -> Page:
        """Open the page of a message that is on hold."""
        page = self.desk.open(link)
        require(page.status == 200, f"the link answered {page.status}: {page.text[:200]}")
        require(PAGE.text("state.held.title", self.language) in page.text, "the page does not say that it is on hold")
        require(find_form(page, "release") is not None, "the page has no button to release")
        return page

    def nothing_came(self, held: Held) -> None:
        """None of the recipients has the message."""
        require(not self.desk.copies(held.letter, held.after), "the message was delivered although it is on hold")

    def press(self, page: Page, word: str, *, tick: bool = True) -> Page:
        """Press the button for ``word`` with every box ticked, or none."""
        found = find_form(page, word)
        if found is None:
            raise StepFailed(f"the page has no button for {word}: {page.text[:200]}")
        form, button = found
        require(form.method == "POST", f"the form for {word} is sent by {form.method}")
        return self.desk.press(form, button, ticked=form.boxes if tick else ())

    def confirm(self, asked: Page, word: str, question: str = "") -> Page:
        """The second step of ``release`` or ``discard``; ``question`` where the page asks by another name than ``word``."""
        title = PAGE.text(f"confirm.{question or word}.title", self.language)
        require(title in asked.text, f"the page does not ask again: {asked.text[:200]}")
        return self.press(asked, word)

    def decide(self, held: Held, word: str) -> str:
        """Tick, press, confirm; returns the title of the last page."""
        asked = self.press(held.page, word)
        self.nothing_came(held)
        done = self.confirm(asked, word)
        held.decided_at = time.time()
        title = PAGE.text(f"done.{word}.title", self.language)
        require(title in done.text, f"the page does not say {title!r}: {done.text[:200]}")
        return title

    def release(self, held: Held) -> tuple[Arrival, str]:
        """Let a message go; returns its arrival, unchanged, and the title of the last page."""
        title = self.decide(held, "release")
        [arrival] = self.wait_for(lambda: self.desk.copies(held.letter, held.after), "the released message")
        unchanged(arrival, held.letter)
        return arrival, title


def unchanged(arrival: Arrival, sent: Letter) -> bytes:
    """Matta's own header fields; everything below them must be the bytes that were sent."""
    head = arrival.head_above(sent.raw)
    if head is None:
        raise StepFailed("the delivered bytes are not the sent ones below Matta's own header fields")
    return head
