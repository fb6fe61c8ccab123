"""People decide in Teams: cards of a whole running Matta, pressed in a real browser on the Teams stand-in's page.

Pictures of every step go to ``.run/screens/``, for people to look at.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from local.demo.acts import unchanged
from local.demo.desk import Letter
from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, CUSTOMER, HANDLERS, SALES_DOMAIN, SENDER, SUPPORT
from shared.core.hold.record import MessageRecord, State
from shared.core.policy.actions import Action, Approval, Hold, Zip
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.core.text.card import CARD
from shared.core.text.language import Language
from tests.support.browser import launched
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SCREENS = Path(__file__).resolve().parents[2] / ".run" / "screens"
FILE = "御見積書①.xlsx"
WILSON, WATANABE = f"wilson@{SALES_DOMAIN}", f"watanabe@{SALES_DOMAIN}"
ITO, YAMAMOTO = HANDLERS
SENDERS: tuple[tuple[Language, str, str], ...] = (("ja", SENDER, COLLEAGUE), ("en", WILSON, WATANABE))
"""Language, who sends, and whose approval it takes."""


def _for_domain(domain: str, *actions: Action) -> Policy:
    when = RecipientDomain(operator="equals", values=(domain,))
    return Policy(id=domain, name=f"{domain} 宛て", when=when, actions=actions)


POLICIES = (
    _for_domain("hoshizora.example", Hold()),
    _for_domain("approval.example", Approval()),
    _for_domain("zip.example", Zip(method="zipcrypto", notice_delay_minutes=60)),
)


class Teams:
    """The stand-in of a running instance, and a browser's tab for each person."""

    def __init__(self, running: Running, browser: Browser) -> None:
        self.running = running
        self.address = str(running.instance.endpoints["teams_web"])
        self._browser = browser
        self._pages: dict[tuple[str, str], Page] = {}

    def json(self, path: str, content: object = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def page(self, person: str, language: Language = "ja") -> Page:
        """The person's chat; it stays open."""
        if (person, language) not in self._pages:
            page = self._browser.new_page(locale=language, viewport={"width": 1100, "height": 1000})
            page.goto(f"{self.address}/chat/{person}?lang={language}")
            self._pages[person, language] = page
        return self._pages[person, language]

    def card(self, person: str, subject: str, language: Language = "ja") -> Locator:
        """The person's newest card about a message of that subject."""
        card = self.page(person, language).locator("article", has_text=subject).last
        expect(card).to_be_visible(timeout=20_000)
        expect(card).not_to_have_attribute("aria-busy", "true")
        card.scroll_into_view_if_needed()
        return card

    def picture(self, card: Locator, name: str) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        card.screenshot(path=SCREENS / f"teams-{name}.png")

    def send(self, sender: str, subject: str, *to: str, attachment: str = "") -> Letter:
        sent = letter(sender, to, subject, attachment=attachment)
        self.running.desk.send(sent)
        return sent

    def record(self, sent: Letter) -> MessageRecord:
        return wait_for(lambda: self.running.records().get(sent.message_id))

    def in_state(self, sent: Letter, state: State) -> MessageRecord:
        return wait_for(lambda: ((found := self.record(sent)) and found.state is state and found) or None)

    def delivered(self, sent: Letter, person: str) -> None:
        """The person has the message, every byte as it was sent."""
        arrival = self.running.wait_arrival(person, lambda found: sent.message_id.encode() in found.raw)
        unchanged(arrival, sent)


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    with Running(tmp_path_factory.mktemp("matta")) as running, launched() as browser:
        saved = running.change_settings(rules=(), policies=POLICIES)
        teams = Teams(running, browser)
        wait_for(lambda: _version(teams) == saved.version or None)
        yield teams


def _version(teams: Teams) -> int:
    """The version of settings that a message meets now."""
    decision = teams.record(teams.send(COLLEAGUE, "probe", COLLEAGUE)).decision
    return decision.settings_version


def press(card: Locator, key: str, language: Language) -> None:
    card.get_by_role("button", name=CARD.text(key, language), exact=True).click()


def says(card: Locator, key: str, language: Language) -> None:
    expect(card).to_contain_text(CARD.text(key, language), timeout=20_000)


def confirm(card: Locator, asks: str, does: str, language: Language) -> None:
    """Press a button and the one that asks again.

    A card that Matta brings up to date meanwhile takes the question away, in Teams too; a person then presses once more.
    """
    sure = card.get_by_role("button", name=CARD.text(does, language), exact=True)
    for _ in range(5):
        press(card, asks, language)
        try:
            sure.click(timeout=4_000)
        except PlaywrightTimeoutError:
            continue
        return
    raise AssertionError(f"the card never asks {does!r}: {card.inner_text()}")


@pytest.mark.parametrize(("language", "sender", "manager"), SENDERS)
def test_a_card_comes_is_confirmed_and_the_message_goes_out(
    teams: Teams, language: Language, sender: str, manager: str
) -> None:
    subject = f"お見積書の送付 ({language})"
    sent = teams.send(sender, subject, CUSTOMER, attachment=FILE)
    card = teams.card(sender, subject, language)
    says(card, "title.first", language)
    expect(card).to_contain_text(CUSTOMER)
    expect(card).to_contain_text(FILE)
    teams.picture(card, f"hold-{language}")

    press(card, "button.release", language)
    says(card, "confirm.release.title", language)
    teams.picture(card, f"confirm-{language}")
    assert teams.record(sent).state is State.HELD
    press(card, "button.back", language)
    says(card, "title.first", language)
    press(card, "button.release", language)
    press(card, "confirm.release.do", language)
    says(card, "state.delivered", language)
    teams.picture(card, f"released-{language}")
    teams.delivered(sent, CUSTOMER)
    outcome = teams.record(sent).outcome
    assert outcome is not None
    assert (outcome.verb, outcome.actor.name, outcome.actor.channel) == ("release", sender, "teams")
    expect(card.get_by_role("button", name=CARD.text("button.release", language), exact=True)).to_have_count(0)
    press(card, "button.original", language)  # the original is one click away
    expect(card.get_by_text(FILE)).to_be_visible()


def test_a_proxy_decides_for_a_shared_mailbox_and_both_copies_say_so(teams: Teams) -> None:
    subject = "お問い合わせへの回答"
    sent = teams.send(SUPPORT, subject, CUSTOMER)
    cards = {person: teams.card(person, subject) for person in (ITO, YAMAMOTO)}
    press(cards[YAMAMOTO], "button.discard", "ja")
    press(cards[YAMAMOTO], "confirm.discard.do", "ja")
    for person, card in cards.items():
        says(card, "state.discarded", "ja")
        teams.picture(card, f"shared-{person.partition('@')[0]}")
    expect(cards[ITO]).to_contain_text(SUPPORT)
    outcome = teams.in_state(sent, State.DISCARDED).outcome
    assert outcome is not None
    assert (outcome.actor.name, outcome.actor.on_behalf_of) == (YAMAMOTO, SUPPORT)


def test_an_old_card_a_replay_and_somebody_else_change_nothing(teams: Teams) -> None:
    subject = "二度目はない"
    sent = teams.send(SENDER, subject, CUSTOMER)
    card = teams.card(SENDER, subject)
    press(card, "button.discard", "ja")
    press(card, "confirm.discard.do", "ja")
    says(card, "state.discarded", "ja")
    done = teams.in_state(sent, State.DISCARDED)
    confirmed = next(
        one["activity"]
        for one in reversed(teams.json("/api/activities"))
        if one["activity"].get("value", {}).get("action", {}).get("verb") == "hold.discard"
    )
    assert teams.json("/api/activities", {"activity": confirmed})["status"] == 200
    stranger = next(person for person in teams.json("/api/people") if person["address"] == WILSON)
    forged = json.loads(json.dumps(confirmed).replace("hold.discard", "hold.release"))
    forged |= {"id": "f:1", "from": {"id": stranger["key"], "name": "x", "aadObjectId": stranger["id"]}}
    forged["conversation"]["id"] = stranger["conversation"]
    teams.json("/api/activities", {"activity": forged})
    card.get_by_label("版").select_option("0")  # the first card, as on a device that was asleep
    old = teams.card(SENDER, subject)
    press(old, "button.release", "ja")
    says(teams.card(SENDER, subject), "state.discarded", "ja")
    after = teams.record(sent)
    assert (after.state, after.outcome) == (State.DISCARDED, done.outcome)
    assert not teams.running.desk.copies(sent)


@pytest.mark.parametrize(("language", "sender", "manager"), SENDERS)
def test_an_approver_denies_with_a_comment_and_the_sender_reads_it(
    teams: Teams, language: Language, sender: str, manager: str
) -> None:
    subject, comment = f"新製品のお値引き ({language})", f"値引きは部長決裁のあとに {language}"
    sent = teams.send(sender, subject, "tanaka@approval.example")
    card = teams.card(sender, subject, language)
    press(card, "button.release", language)
    says(card, "confirm.release.title", language)
    card.get_by_label(CARD.text("comment.to_approvers", language)).fill("お客様がお急ぎです")
    press(card, "confirm.release.do", language)
    says(card, "state.awaiting-approval", language)
    teams.picture(card, f"awaiting-{language}")

    asked = teams.card(manager, subject)  # managers of both read Japanese
    says(asked, "approval.request.title", "ja")
    expect(asked).to_contain_text("お客様がお急ぎです")
    asked.get_by_label(CARD.text("comment.to_requester", "ja")).fill(comment)
    teams.picture(asked, f"approval-{language}")
    press(asked, "button.deny", "ja")
    says(asked, "confirm.deny.title", "ja")
    expect(asked).to_contain_text(comment)
    teams.picture(asked, f"deny-{language}")
    press(asked, "confirm.deny.do", "ja")
    says(asked, "approval.denied", "ja")
    teams.picture(asked, f"denied-{language}")
    teams.in_state(sent, State.DENIED)
    told = teams.card(sender, comment, language)
    teams.picture(told, f"answer-{language}")
    assert not teams.running.desk.copies(sent)


@pytest.mark.parametrize(("language", "sender", "manager"), SENDERS)
def test_a_password_notice_is_paused_resumed_and_sent_from_the_card(
    teams: Teams, language: Language, sender: str, manager: str
) -> None:
    subject, customer = f"契約書 ({language})", f"tanaka-{language}@zip.example"
    sent = teams.send(sender, subject, customer, attachment=FILE)
    card = teams.card(sender, subject, language)
    says(card, "receipt.title", language)
    teams.picture(card, f"receipt-{language}")
    press(card, "button.pause", language)
    says(card, "notice.paused", language)
    teams.picture(card, f"paused-{language}")
    press(card, "button.resume", language)
    expect(card.get_by_role("button", name=CARD.text("button.pause", language), exact=True)).to_be_visible()
    confirm(card, "button.send", "confirm.password.send.do", language)
    expect(card).to_contain_text(CARD.text("notice.sent", language, told=1), timeout=20_000)
    teams.picture(card, f"sent-{language}")
    mails = wait_for(lambda: (len(found := teams.running.desk.arrivals(customer)) == 2 and found) or None)
    assert sent.message_id.encode() in mails[0].raw
    assert mails[1].sender == sender
