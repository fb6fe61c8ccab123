"""The story: what happens to mail of all sorts, played from outside and checked at each step.

Every step says what it saw, or raises ``StepFailed``. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from local.demo.acts import Acts, Held, StepFailed, require, unchanged
from local.demo.desk import Arrival, Desk, Letter, find_form
from local.demo.letters import letter, unreadable
from local.demo.people_story import PeopleStory
from local.demo.texts import DEMO
from local.demo_tenant import COLLEAGUE, CUSTOMER, DOMAIN, SALES_DOMAIN, SENDER
from shared.core.text.language import Language
from shared.core.text.page import PAGE
from shared.core.text.reasons import REASONS

_SCANNER_VISITS = 3
_FILE = "御見積書①_2026年度.xlsx"


@dataclass(slots=True)
class Story:
    """One play. ``language`` is that of the sender, of the notices and of what is told."""

    desk: Desk
    language: Language
    people: PeopleStory = field(init=False)
    held: Held | None = None
    once: list[tuple[Letter, str]] = field(default_factory=list)
    """Letters that must have come once by the end, with the mailbox's mark from before they were sent."""
    never: list[tuple[Letter, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = PeopleStory(self.desk, self.language, self.once, self.never)

    @property
    def acts(self) -> Acts:
        """What the sender can do."""
        return Acts(self.desk, self.language)

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
            ("forget", self.people.forget),
            ("card", self.people.card),
            ("password", self.people.password),
            ("deny", self.people.deny),
            ("proxy", self.people.proxy),
            ("discard", self.discard),
            ("automatic", self.automatic),
            ("blank", self.blank),
            ("alert", self.alert),
            ("unreadable", self.unreadable),
            ("dsn", self.dsn),
            ("forged", self.forged),
            ("expire", self.people.expire),
            ("count", self.count),
        )
        return [(self._say(f"step.{name}"), action) for name, action in actions]

    def internal(self) -> str:
        """A message that no rule is about."""
        return self._passes(letter(self.sender, [COLLEAGUE], "来週の打ち合わせについて"))

    def hold(self) -> str:
        """The message that the next steps are about."""
        subject = "お見積書の送付（株式会社ほしぞら 様）"
        sent_at = time.time()
        held = self.acts.hold(letter(self.sender, [CUSTOMER], subject, cc=[COLLEAGUE], attachment=_FILE))
        self.held = held
        self.once.append((held.letter, held.after))
        took = _milliseconds(held.notice, sent_at)
        return self._say("done.held", subject=subject, notice=str(held.notice.parsed["Subject"]), ms=took)

    def look(self) -> str:
        """GET never acts."""
        held = self._the_held()
        for _ in range(_SCANNER_VISITS):
            held.page = self.acts.open(held.link)
        for needed in (held.letter.subject, CUSTOMER, _FILE):
            require(needed in held.page.text, f"the page does not show {needed!r}")
        self.acts.nothing_came(held)
        return self._say("done.look", times=_SCANNER_VISITS, reasons=held.boxes)

    def tick(self) -> str:
        """Release asks for every box."""
        held = self._the_held()
        require(held.boxes >= 2, f"the page has {held.boxes} boxes to tick")
        answer = self.acts.press(held.page, "release", tick=False)
        require(PAGE.text("missing.title", self.language) in answer.text, "release without ticks was not refused")
        self.acts.open(held.link)
        self.acts.nothing_came(held)
        return self._say("done.tick", reasons=held.boxes)

    def release(self) -> str:
        """Tick, press, confirm."""
        return self._release(self._the_held())

    def again(self) -> str:
        """The page of an earlier moment is used once more, as from a window that was left open."""
        answer = self.acts.press(self._the_held().page, "release")
        if find_form(answer, "release") is not None:
            answer = self.acts.press(answer, "release")
        told = ("decided.before", "state.delivered.title", "state.delivering.title")
        require(
            any(PAGE.text(key, self.language) in answer.text for key in told),
            f"the page does not say that it was decided: {answer.text[:200]}",
        )
        return self._say("done.again")

    def discard(self) -> str:
        """A hold that ends in nothing."""
        held = self.acts.hold(letter(self.sender, [CUSTOMER], "間違えて書いたメール"))
        return self._say("done.discarded", title=self._discard(held))

    def automatic(self) -> str:
        """Machines answering machines are not asked to look again."""
        # RFC 3834 section 3.1.5: a reply names what it answers.
        headers = {"Auto-Submitted": "auto-replied", "In-Reply-To": "<question-1@hoshizora.example>"}
        return self._passes(letter(self.sender, [CUSTOMER], "自動応答: 不在のお知らせ", headers=headers))

    def blank(self) -> str:
        """Rule R6."""
        return self._held_for(letter(self.sender, [COLLEAGUE], ""), "件名なし")

    def alert(self) -> str:
        """Rule R7."""
        return self._held_for(letter(self.sender, ["contact@rival.example"], "次回の会合"), "競合他社への送信")

    def unreadable(self) -> str:
        """A message that breaks the parser's bounds: held, and released as it came."""
        held = self.acts.hold(unreadable(self.sender, [COLLEAGUE], "nested too deep"))
        self.once.append((held.letter, held.after))
        reason = REASONS.text("unreadable.title", self.language)
        require(reason in held.page.text, "the page does not say that the message could not be read")
        return self._release(held)

    def dsn(self) -> str:
        """A permanent refusal for one of two recipients."""
        refused = f"retired-{int(time.time())}@{DOMAIN}"
        sent = letter(self.sender, [COLLEAGUE, refused], "異動のお知らせ")
        after = self.desk.newest()
        with self.desk.refusing(refused, "550 5.1.1 no such user here"):
            self.desk.send(sent)
            [arrival] = self.acts.wait_for(lambda: self.desk.copies(sent, after), "the message to the other recipient")
            require(arrival.recipients == (COLLEAGUE,), f"it went to {arrival.recipients}")
            report = self.acts.wait_for(lambda: self.acts.reports(refused, self.sender, after), "a delivery report")[0]
        self.once.append((sent, after))
        status = re.search(rb"^Status: (5\.\S+)", report.raw, re.MULTILINE | re.IGNORECASE)
        require(report.sender == "", "the report must have the null sender (RFC 3464)")
        if status is None:
            raise StepFailed("the report has no permanent status")
        return self._say("done.dsn", delivered=COLLEAGUE, refused=refused, status=status.group(1).decode())

    def forged(self) -> str:
        """A token with one character changed."""
        held = self._the_held()
        middle = len(held.link) - 8
        other = "A" if held.link[middle] != "A" else "B"
        page = self.desk.open(held.link[:middle] + other + held.link[middle + 1 :])
        require(page.status in (400, 403, 404, 410), f"a forged link was answered {page.status}")
        require(find_form(page, "release") is None, "a forged link shows the form")
        require(held.letter.subject not in page.text, "a forged link shows the message")
        return self._say("done.forged", status=page.status)

    def count(self) -> str:
        """Nothing doubled, nothing that was discarded."""
        for sent, after in self.once:
            copies = self.desk.copies(sent, after)
            require(len(copies) == 1, f"“{sent.subject}” came {len(copies)} times")
        for sent, after in self.never:
            require(not self.desk.copies(sent, after), f"“{sent.subject}” came although it was discarded")
        return self._say("done.count", delivered=len(self.once), never=len(self.never))

    def _say(self, key: str, **values: str | int) -> str:
        return DEMO.text(key, self.language, **values)

    def _the_held(self) -> Held:
        if self.held is None:
            raise StepFailed("the message of the second step is not on hold")
        return self.held

    def _passes(self, sent: Letter) -> str:
        sent_at = time.time()
        arrival, after = self.acts.deliver(sent)
        self.once.append((sent, after))
        fields = len(re.findall(rb"^[^ \t\r\n]", unchanged(arrival, sent), re.MULTILINE))
        return self._say("done.passed", ms=_milliseconds(arrival, sent_at), bytes=len(sent.raw), fields=fields)

    def _release(self, held: Held) -> str:
        arrival, title = self.acts.release(held)
        took = _milliseconds(arrival, held.decided_at)
        return self._say("done.released", title=title, ms=took, bytes=len(held.letter.raw))

    def _discard(self, held: Held) -> str:
        title = self.acts.decide(held, "discard")
        self.never.append((held.letter, held.after))
        return title

    def _held_for(self, sent: Letter, reason: str) -> str:
        held = self.acts.hold(sent)
        require(reason in held.page.text, f"the page does not give the reason {reason!r}")
        self._discard(held)
        return self._say("done.reason", reasons=reason)


def _milliseconds(arrival: Arrival, since: float) -> int:
    return max(0, int((arrival.received - since) * 1000))
