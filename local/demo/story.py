"""The story: what happens to mail of all sorts, played from outside and checked at each step.

Every step says what it saw, or raises ``StepFailed``. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from local.demo.desk import Arrival, Desk, Letter, find_form, pause
from local.demo.forms import Page
from local.demo.letters import letter, unreadable
from local.demo.texts import DEMO
from local.demo_tenant import COLLEAGUE, CUSTOMER, DOMAIN, SALES_DOMAIN, SENDER
from shared.core.text.language import Language
from shared.core.text.notice import NOTICE
from shared.core.text.page import PAGE
from shared.core.text.reasons import REASONS

PATIENCE_SECONDS = 60.0
"""How long a step waits for something that takes a second or two on an idle machine."""
_SCANNER_VISITS = 3


class StepFailed(Exception):
    """Something is not as it should be; the text says what."""


@dataclass(slots=True)
class Held:
    """A message on hold: what was sent, the notice about it, and the page that its link opens."""

    letter: Letter
    notice: Arrival
    link: str
    page: Page
    after: str
    decided_at: float = 0.0


@dataclass(slots=True)
class Story:
    """One play. ``language`` is that of the sender, of the notices and of what is told."""

    desk: Desk
    language: Language
    held: Held | None = None
    once: list[tuple[Letter, str]] = field(default_factory=list)
    """Letters that must arrive once for each delivery, with the mailbox's mark before they were sent."""
    never: list[tuple[Letter, str]] = field(default_factory=list)

    @property
    def sender(self) -> str:
        """The person who sends: one who reads the story's language."""
        return SENDER if self.language == "ja" else f"wilson@{SALES_DOMAIN}"

    def steps(self) -> Sequence[tuple[str, Callable[[], str]]]:
        """Title and action of each step, in order."""
        actions = (
            ("internal", self.internal),
            ("hold", self.hold),
            ("look", self.look),
            ("tick", self.tick),
            ("release", self.release),
            ("again", self.again),
            ("discard", self.discard),
            ("automatic", self.automatic),
            ("blank", self.blank),
            ("alert", self.alert),
            ("unreadable", self.unreadable),
            ("dsn", self.dsn),
            ("forged", self.forged),
            ("count", self.count),
        )
        return [(self._say(f"step.{name}"), action) for name, action in actions]

    # --- the steps

    def internal(self) -> str:
        """A message that no rule is about."""
        return self._passes(letter(self.sender, [COLLEAGUE], "来週の打ち合わせについて"))

    def hold(self) -> str:
        """The message that the next steps are about."""
        subject = "お見積書の送付（株式会社ほしぞら 様）"
        sent = letter(self.sender, [CUSTOMER], subject, cc=[COLLEAGUE], attachment="御見積書①_2026年度.xlsx")
        sent_at = time.time()
        self.held = self._is_held(sent)
        self.once.append((sent, self.held.after))
        took = int((self.held.notice.received - sent_at) * 1000)
        return self._say("done.held", subject=subject, notice=self.held.notice.parsed["Subject"], ms=took)

    def look(self) -> str:
        """GET never acts."""
        held = self._the_held()
        for _ in range(_SCANNER_VISITS):
            held.page = self._open_held(held.link)
        for needed in (held.letter.subject, CUSTOMER, "御見積書①_2026年度.xlsx"):
            _require(needed in held.page.text, f"the page does not show {needed!r}")
        self._nothing_came(held)
        return self._say("done.look", times=_SCANNER_VISITS, reasons=self._boxes(held.page))

    def tick(self) -> str:
        """Release asks for every box."""
        held = self._the_held()
        reasons = self._boxes(held.page)
        _require(reasons >= 2, f"the page has {reasons} boxes to tick")
        answer = self._press(held.page, "release", tick=False)
        _require(PAGE.text("missing.title", self.language) in answer.text, "release without ticks was not refused")
        self._open_held(held.link)
        self._nothing_came(held)
        return self._say("done.tick", reasons=reasons)

    def release(self) -> str:
        """Tick, press, confirm."""
        return self._release(self._the_held())

    def again(self) -> str:
        """The page of an earlier moment is used once more, in another window as it were."""
        held = self._the_held()
        answer = self._confirm(self._press(held.page, "release"), "release", may_end=True)
        told = any(
            PAGE.text(key, self.language) in answer.text
            for key in ("decided.before", "state.delivered.title", "state.delivering.title")
        )
        _require(told, f"the page does not say that it was decided: {answer.text[:200]}")
        return self._say("done.again")

    def discard(self) -> str:
        """A hold that ends in nothing."""
        held = self._is_held(letter(self.sender, [CUSTOMER], "間違えて書いたメール"))
        return self._say("done.discarded", title=self._discard(held))

    def automatic(self) -> str:
        """Machines answering machines are not asked to look again."""
        headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
        return self._passes(letter(self.sender, [CUSTOMER], "自動応答: 不在のお知らせ", headers=headers))

    def blank(self) -> str:
        """Rule R6."""
        held = self._is_held(letter(self.sender, [COLLEAGUE], ""))
        return self._held_for(held, ("件名なし",))

    def alert(self) -> str:
        """Rule R7."""
        held = self._is_held(letter(self.sender, ["contact@rival.example"], "次回の会合"))
        return self._held_for(held, ("競合他社への送信",))

    def unreadable(self) -> str:
        """Rule M6: held, and released as it came."""
        held = self._is_held(unreadable(self.sender, [COLLEAGUE], "nested too deep"))
        self.once.append((held.letter, held.after))
        title = REASONS.text("unreadable.title", self.language)
        _require(title in held.page.text, "the page does not say that the message could not be read")
        return self._release(held)

    def dsn(self) -> str:
        """A permanent refusal for one of two recipients."""
        refused = f"retired-{int(time.time())}@{DOMAIN}"
        sent = letter(self.sender, [COLLEAGUE, refused], "異動のお知らせ")
        after = self.desk.newest()
        with self.desk.refusing(refused, "550 5.1.1 no such user here"):
            self.desk.send(sent)
            [arrival] = self._wait_for(lambda: self.desk.copies(sent, after), "the message to the other recipient")
            _require(arrival.recipients == (COLLEAGUE,), f"it went to {arrival.recipients}")
            report = self._wait_for(lambda: self._reports(refused, after), "a delivery report")[0]
        self.once.append((sent, after))
        status = re.search(rb"^Status: (\S+)", report.raw, re.MULTILINE | re.IGNORECASE)
        _require(report.sender == "", "the report must have the null sender (RFC 3464)")
        _require(status is not None and status.group(1).startswith(b"5."), "the report has no permanent status")
        assert status is not None
        return self._say("done.dsn", delivered=COLLEAGUE, refused=refused, status=status.group(1).decode())

    def forged(self) -> str:
        """A token with one character changed."""
        link = self._the_held().link
        middle = len(link) - 8
        forged = link[:middle] + ("A" if link[middle] != "A" else "B") + link[middle + 1 :]
        page = self.desk.open(forged)
        _require(page.status in (400, 403, 404, 410), f"a forged link was answered {page.status}")
        _require(find_form(page, "release") is None, "a forged link shows the form")
        _require(self._the_held().letter.subject not in page.text, "a forged link shows the message")
        return self._say("done.forged", status=page.status)

    def count(self) -> str:
        """Nothing doubled, nothing that was discarded."""
        for sent, after in self.once:
            copies = self.desk.copies(sent, after)
            _require(len(copies) == 1, f"“{sent.subject}” came {len(copies)} times")
        for sent, after in self.never:
            _require(not self.desk.copies(sent, after), f"“{sent.subject}” came although it was discarded")
        return self._say("done.count", delivered=len(self.once), never=len(self.never))

    # --- what steps are made of

    def _say(self, key: str, **values: str | int) -> str:
        return DEMO.text(key, self.language, **values)

    def _the_held(self) -> Held:
        if self.held is None:
            raise StepFailed("the message of the second step is not on hold")
        return self.held

    def _wait_for(self, look: Callable[[], Sequence[Arrival]], what: str) -> Sequence[Arrival]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            _require(time.monotonic() < deadline, f"{what} did not arrive within {PATIENCE_SECONDS:.0f} s")
            pause()
        return found

    def _passes(self, sent: Letter) -> str:
        after = self.desk.newest()
        self.desk.send(sent)
        accepted_at = time.time()
        [arrival] = self._wait_for(lambda: self.desk.copies(sent, after), "the message")
        self.once.append((sent, after))
        head = self._unchanged(arrival, sent)
        took = max(0, int((arrival.received - accepted_at) * 1000))
        fields = len(re.findall(rb"^[^ \t\r\n]", head, re.MULTILINE))
        return self._say("done.passed", ms=took, bytes=len(sent.raw), fields=fields)

    def _is_held(self, sent: Letter) -> Held:
        after = self.desk.newest()
        self.desk.send(sent)
        notice = self._wait_for(lambda: self._notices(sent, after), "the notice")[0]
        link = self.desk.link_in(notice)
        held = Held(sent, notice, link, self._open_held(link), after)
        self._nothing_came(held)
        return held

    def _notices(self, about: Letter, after: str) -> Sequence[Arrival]:
        subject = about.subject or NOTICE.text("subject_blank", self.language)
        wanted = NOTICE.text("subject.first", self.language, subject=subject)
        return [mail for mail in self.desk.arrivals(self.sender, after) if str(mail.parsed["Subject"]) == wanted]

    def _reports(self, about: str, after: str) -> Sequence[Arrival]:
        mark = about.encode()
        found = self.desk.arrivals(self.sender, after)
        return [mail for mail in found if b"report-type=delivery-status" in mail.raw and mark in mail.raw]

    def _open_held(self, link: str) -> Page:
        page = self.desk.open(link)
        _require(page.status == 200, f"the link answered {page.status}: {page.text[:200]}")
        _require(PAGE.text("state.held.title", self.language) in page.text, "the page does not say that it is on hold")
        _require(find_form(page, "release") is not None, "the page has no button to release")
        return page

    def _nothing_came(self, held: Held) -> None:
        _require(not self.desk.copies(held.letter, held.after), "the message was delivered although it is on hold")

    def _boxes(self, page: Page) -> int:
        found = find_form(page, "release")
        return len(found[0].boxes) if found else 0

    def _press(self, page: Page, word: str, *, tick: bool = True) -> Page:
        found = find_form(page, word)
        if found is None:
            raise StepFailed(f"the page has no button for {word}: {page.text[:200]}")
        form, button = found
        _require(form.method == "POST", f"the form for {word} is sent by {form.method}")
        return self.desk.press(form, button, ticked=form.boxes if tick else ())

    def _confirm(self, asked: Page, word: str, *, may_end: bool = False) -> Page:
        """The second step, which must not be the first page again."""
        if may_end and find_form(asked, word) is None:
            return asked
        _require(
            PAGE.text(f"confirm.{word}.title", self.language) in asked.text,
            f"the page does not ask again: {asked.text[:200]}",
        )
        return self._press(asked, word)

    def _release(self, held: Held) -> str:
        asked = self._press(held.page, "release")
        self._nothing_came(held)
        done = self._confirm(asked, "release")
        held.decided_at = time.time()
        title = PAGE.text("done.release.title", self.language)
        _require(title in done.text, f"the page does not say that it was released: {done.text[:200]}")
        [arrival] = self._wait_for(lambda: self.desk.copies(held.letter, held.after), "the released message")
        self._unchanged(arrival, held.letter)
        took = max(0, int((arrival.received - held.decided_at) * 1000))
        return self._say("done.released", title=title, ms=took, bytes=len(held.letter.raw))

    def _discard(self, held: Held) -> str:
        done = self._confirm(self._press(held.page, "discard"), "discard")
        title = PAGE.text("done.discard.title", self.language)
        _require(title in done.text, f"the page does not say that it was discarded: {done.text[:200]}")
        self.never.append((held.letter, held.after))
        return title

    def _held_for(self, held: Held, reasons: Sequence[str]) -> str:
        for reason in reasons:
            _require(reason in held.page.text, f"the page does not give the reason {reason!r}")
        self._discard(held)
        return self._say("done.reason", reasons="、".join(reasons))

    def _unchanged(self, arrival: Arrival, sent: Letter) -> bytes:
        """Matta's own header fields; everything below them must be the bytes that were sent."""
        head = arrival.head_above(sent.raw)
        if head is None:
            raise StepFailed("the delivered bytes are not the sent ones below Matta's own header fields")
        return head


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)
