"""The hold page in a real browser, without scripts: decided by mouse, by keyboard, on a desktop and on a phone.

Pictures of every page go to ``.run/screens/``, for people to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import HoldNotices, RuleAssignment
from shared.core.text.language import Language
from shared.core.text.page import PAGE
from tests.support.app import SENDER, World, make_settings
from tests.support.debian import require
from tests.support.hold_page_server import serving, use
from tests.support.holds import link_to

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

SCREENS = Path(__file__).resolve().parents[2] / ".run" / "screens"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
RULES = (
    RuleAssignment(
        id="rivals",
        rule="forced-alert",
        name="競合他社への送信",
        description="競合他社のドメインです。必ず上長に確かめてください。",
        addresses=("rival.example",),
    ),
    RuleAssignment(id="external", rule="recipient-external"),
    RuleAssignment(id="files", rule="has-attachments"),
)


def letter() -> bytes:
    """An estimate to a customer, with a competitor among the recipients by mistake."""
    message = EmailMessage(SMTP)
    message["From"] = f"佐藤 花子 <{SENDER}>"
    message["To"] = "田中 一郎 <tanaka@hoshizora.example>, purchase@rival.example"
    message["Cc"] = "鈴木 美咲 <suzuki@hoshizora.example>, 山田 太郎 <yamada@aozora.example>"
    message["Subject"] = "【至急】10月度お見積書送付の件（最終版）"
    message["Date"] = "Sat, 21 Nov 2026 18:00:00 +0900"
    message["Message-ID"] = "<estimate@aozora.example>"
    message.set_content(
        "田中様\n\nいつもお世話になっております。青空商事の佐藤です。\n\n10月度のお見積書（最終版）をお送りいたします。\n"
        "ご確認のほど、よろしくお願いいたします。\n\n青空商事株式会社 営業部\n佐藤 花子\n"
    )
    message.add_attachment(
        bytes(1_258_291), maintype="application", subtype="vnd.ms-excel", filename="御見積書①_株式会社ほしぞら様.xlsx"
    )
    message.add_attachment(bytes(348_160), maintype="application", subtype="pdf", filename="契約書.pdf")
    return message.as_bytes()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(make_settings(rules=RULES, notices=HoldNotices(at_end="discard")))
    use(monkeypatch, world.app)
    return world


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def ref(world: World) -> MessageRef:
    people = ("tanaka@hoshizora.example", "purchase@rival.example", "suzuki@hoshizora.example", "yamada@aozora.example")
    return world.judge(*people, "kato@aozora.example", data=letter())


def visit(browser: Browser, language: Language, size: str, scheme: str = "light") -> BrowserContext:
    """A person's browser; scripts are off, so whatever works here works without them."""
    width, height = SIZES[size]
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="ja-JP" if language == "ja" else "en-US",
        java_script_enabled=False,
        has_touch=size == "phone",
        device_scale_factor=2 if size == "phone" else 1,
    )


def opened(context: BrowserContext, complaints: list[str]) -> Page:
    """A tab that writes down whatever the browser complains about (the content policy, for example)."""
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


def picture(page: Page, name: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


def fits(page: Page) -> bool:
    """Whether nothing reaches beyond the sides of the window."""
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(wide[0] <= wide[1])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_person_looks_ticks_confirms_and_releases(
    browser: Browser, world: World, address: str, ref: MessageRef, language: Language, size: str, scheme: str
) -> None:
    complaints: list[str] = []
    named = f"{{}}-{language}-{size}-{scheme}".format

    def say(key: str) -> str:
        return PAGE.text(key, language)

    with visit(browser, language, size, scheme) as context:
        page = opened(context, complaints)
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(say("front.title"))
        assert fits(page)
        picture(page, named("front"))

        page.goto(f"{address}/h/{link_to(world, ref)}")
        assert page.locator("html").get_attribute("lang") == language
        expect(page.get_by_role("heading", level=1)).to_contain_text("10月度お見積書送付の件")
        expect(page.get_by_text("御見積書①_株式会社ほしぞら様.xlsx")).to_be_visible()
        expect(page.get_by_role("button", name=say("release"))).to_be_visible()
        assert fits(page)
        picture(page, named("hold"))

        boxes = page.locator("input[name=ack]")
        assert boxes.count() == 3
        boxes.nth(1).check()
        page.get_by_role("button", name=say("release")).click()
        expect(page.get_by_role("alert")).to_contain_text(say("missing.title"))
        expect(boxes.nth(1)).to_be_checked()
        assert fits(page)
        picture(page, named("missing"))
        assert world.record(ref).state is State.HELD

        boxes.nth(0).check()
        boxes.nth(2).check()
        page.get_by_role("button", name=say("release")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(say("confirm.release.title"))
        assert fits(page)
        picture(page, named("confirm"))
        assert world.record(ref).state is State.HELD

        page.get_by_role("button", name=say("confirm.release.do")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(say("done.release.title"))
        picture(page, named("done"))
        outcome = world.record(ref).outcome
        assert outcome is not None
        assert (outcome.verb, outcome.actor.name, outcome.actor.peer) == ("release", SENDER, "127.0.0.1")

        world.work()
        page.goto(f"{address}/h/{link_to(world, ref)}")
        expect(page.get_by_role("heading", level=1)).to_have_text(say("state.delivered.title"))
        expect(page.get_by_text("契約書.pdf")).to_be_hidden()
        page.get_by_text(say("original")).click()
        expect(page.get_by_text("契約書.pdf")).to_be_visible()
        assert fits(page)
        picture(page, named("delivered"))

        page.goto(f"{address}/h/forged")
        expect(page.get_by_role("heading", level=1)).to_have_text(say("error.link-unknown.title"))
        picture(page, named("unknown"))
    assert [line for line in complaints if "status of 4" not in line] == []


@pytest.mark.parametrize("size", list(SIZES))
def test_a_wrong_recipient_and_an_attachment_are_unticked_and_get_and_go_nowhere(
    browser: Browser, world: World, address: str, ref: MessageRef, size: str
) -> None:
    with visit(browser, "ja", size) as context:
        page = context.new_page()
        page.goto(f"{address}/h/{link_to(world, ref)}")
        page.get_by_role("checkbox", name="purchase@rival.example に配送する").uncheck()
        page.get_by_role("checkbox", name="契約書.pdf を付けて配送する").uncheck()
        for number in (1, 2, 3):
            page.locator(f"#tick-{number}").check()
        assert fits(page)
        picture(page, f"partial-{size}")
        page.get_by_role("button", name="配送する").click()
        expect(page.get_by_text("外す宛先")).to_be_visible()
        expect(page.get_by_text("purchase@rival.example")).to_be_visible()
        assert fits(page)
        picture(page, f"partial-confirm-{size}")
        page.get_by_role("button", name="はい、配送します").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("配送を受け付けました")
        world.work()
        page.goto(f"{address}/h/{link_to(world, ref)}")
        page.get_by_text("元のメールを表示").click()
        expect(page.get_by_text("除外した宛先：purchase@rival.example。")).to_be_visible()
        picture(page, f"partial-outcome-{size}")
    sent = [one for one in world.next_hop.transactions if "tanaka@hoshizora.example" in one.accepted]
    assert len(sent) == 1
    assert not [one for one in world.next_hop.transactions if "purchase@rival.example" in one.recipients]
    assert b"purchase@rival.example" not in sent[0].data
    assert sent[0].data.count(b"Content-Disposition: attachment") == 1


def test_going_back_and_discarding(browser: Browser, world: World, address: str, ref: MessageRef) -> None:
    with visit(browser, "ja", "phone") as context:
        page = context.new_page()
        page.goto(f"{address}/h/{link_to(world, ref)}?lang=en")
        page.get_by_role("button", name="Discard").click()
        page.get_by_role("link", name="Go back").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("10月度お見積書送付の件")
        assert page.locator("html").get_attribute("lang") == "en"
        page.get_by_role("button", name="Discard").click()
        page.get_by_role("button", name="Yes, discard it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Discarded")
        assert world.record(ref).state is State.DISCARDED
        page.reload()
        expect(page.get_by_text("already been decided")).to_be_visible()


def test_the_keyboard_alone_is_enough(browser: Browser, world: World, address: str, ref: MessageRef) -> None:
    with visit(browser, "en", "desktop") as context:
        page = context.new_page()
        page.goto(f"{address}/h/{link_to(world, ref)}")

        def tab_to(selector: str) -> None:
            for _ in range(60):
                page.keyboard.press("Tab")
                if page.locator(f"{selector}:focus").count():
                    return
            raise AssertionError(f"the keyboard never reaches {selector}")

        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        expect(page.locator("a.skip")).to_be_in_viewport()
        for number in (1, 2, 3):
            tab_to(f"#tick-{number}")
            page.keyboard.press("Space")
        tab_to("button[value=release]")
        page.keyboard.press("Enter")
        tab_to("button[value=release]")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Released")


def test_the_language_is_switched_by_a_link_and_stays(
    browser: Browser, world: World, address: str, ref: MessageRef
) -> None:
    with visit(browser, "ja", "desktop") as context:
        page = context.new_page()
        page.goto(f"{address}/h/{link_to(world, ref)}")
        assert page.locator("html").get_attribute("lang") == "ja"
        page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        page.get_by_role("button", name="Release").click()
        expect(page.get_by_role("alert")).to_contain_text("Some points are not ticked")
        assert page.locator("html").get_attribute("lang") == "en"


def test_a_form_on_another_site_does_nothing(
    browser: Browser, world: World, address: str, ref: MessageRef, tmp_path: Path
) -> None:
    link = f"{address}/h/{link_to(world, ref)}"
    trap = tmp_path / "trap.html"
    trap.write_text(
        f'<form method="post" action="{link}"><input name="mark" value="x"><input name="confirm" value="1">'
        '<button name="action" value="discard">win</button></form>',
        encoding="utf-8",
    )
    with visit(browser, "en", "desktop") as context:
        page = context.new_page()
        page.goto(trap.as_uri())
        page.get_by_role("button", name="win").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Please open the page again")
    assert world.record(ref).state is State.HELD


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("size", list(SIZES))
def test_the_notice_as_a_mail_client_shows_it(
    browser: Browser, world: World, ref: MessageRef, tmp_path: Path, language: Language, size: str
) -> None:
    world.app.settings.save(make_settings(rules=RULES, notices=HoldNotices(at_end="discard", language=language)))
    world.work()
    from email import message_from_bytes, policy

    [sent] = [one.data for one in world.next_hop.transactions if b"Auto-Submitted" in one.data]
    notice = message_from_bytes(sent, policy=policy.default)
    assert isinstance(notice, EmailMessage)
    part = notice.get_body(("html",))
    assert part is not None
    shown = tmp_path / "notice.html"
    shown.write_text(part.get_content(), encoding="utf-8")
    with visit(browser, language, size) as context:
        page = context.new_page()
        page.goto(shown.as_uri())
        button = page.get_by_role("link", name="内容を確認する" if language == "ja" else "Review the message")
        expect(button).to_be_visible()
        assert (button.get_attribute("href") or "").startswith("https://matta.example/h/")
        assert fits(page)
        picture(page, f"notice-{language}-{size}")
