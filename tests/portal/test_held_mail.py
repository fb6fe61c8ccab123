"""Held mail in the portal: people look, tick, release and discard, by mouse and by keyboard, and strangers' text stays text."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from local.demo.desk import Letter
from local.demo.letters import letter
from local.demo_tenant import CUSTOMER, SALES_DOMAIN, SENDER
from shared.core.hold.record import MessageRecord, State
from tests.support.portal import Seen, signed_on
from tests.support.portal_texts import text
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

WILSON = f"wilson@{SALES_DOMAIN}"
KOBAYASHI = f"kobayashi@{SALES_DOMAIN}"
PEOPLE = [pytest.param("ja", SENDER, id="ja"), pytest.param("en", WILSON, id="en")]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TRACKER = "http://127.0.0.1:9/pixel.png"


def held(running: Running, sent: Letter) -> MessageRecord:
    """Send it and wait until it is held."""
    running.desk.send(sent)
    return wait_for(lambda: running.records().get(sent.message_id))


def message_with_script() -> Letter:
    """Script wherever a stranger may write, and a picture that would tell who looks."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f'"{SCRIPT}" <{SENDER}>'
    message["To"] = f'"{SCRIPT}" <{CUSTOMER}>'
    message["Subject"] = f"{SCRIPT} 御見積"
    message["Message-ID"] = "<script-test@aozora.example>"
    message.set_content("plain")
    message.add_alternative(
        f'<p id="here">Formatted</p>{SCRIPT}<img src="{TRACKER}"><a href="javascript:alert(3)">x</a>'
        f'<style>body{{background:url({TRACKER}?css)}}</style><iframe src="{TRACKER}?frame"></iframe>'
        '<form action="http://127.0.0.1:9/"><button>send</button></form>',
        subtype="html",
    )
    message.add_attachment(b"x", maintype="text", subtype="html", filename=f"{SCRIPT.replace('/', '')}.html")
    return Letter(SENDER, (CUSTOMER,), message.as_bytes(), str(message["Message-ID"]), SCRIPT)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(("language", "person"), PEOPLE)
def test_a_held_message_is_looked_at_ticked_and_released(
    running: Running, browser: Browser, origin: str, language: str, person: str
) -> None:
    record = held(running, letter(person, [CUSTOMER], f"Release {language}", attachment="御見積書①.xlsx"))
    with signed_on(browser, origin, person, language, "/held") as seen:
        page = seen.page
        page.get_by_role("link", name=f"Release {language}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Release {language}")
        seen.settle()
        release = page.get_by_role("button", name=text(language, "mail.release"), exact=True)
        expect(release).to_have_attribute("aria-disabled", "true")
        look(seen, f"message-{language}")
        boxes = page.locator("#decide").get_by_role("checkbox")
        for number in range(boxes.count()):
            boxes.nth(number).check()
        release.click()
        look(seen, f"message-confirm-{language}", widths=False)
        press(page, text(language, "mail.confirm.release.do"))
        expect(page.locator("main")).to_contain_text(text(language, "mail.verb.release"))
        wait_for(lambda: running.record(record.ref).state is State.DELIVERED)
        assert seen.troubles == []


def look(seen: Seen, name: str, *, widths: bool = True) -> None:
    """Pictures and axe in light and dark, and on a phone."""
    from tests.portal.test_pages import look as look_at

    look_at(seen, name, "dark", *(("phone",) if widths else ()), "light")


@pytest.mark.parametrize(("language", "person"), PEOPLE)
def test_several_messages_are_discarded_together(
    running: Running, browser: Browser, origin: str, language: str, person: str
) -> None:
    records = [held(running, letter(person, [CUSTOMER], f"Bulk {language} {number}")) for number in range(2)]
    with signed_on(browser, origin, person, language, "/held") as seen:
        for number in range(2):
            seen.page.get_by_role("checkbox", name=f"Bulk {language} {number}").check()
        press(seen.page, text(language, "mail.discard_selected"))
        look(seen, f"bulk-{language}", widths=False)
        press(seen.page, text(language, "mail.bulk.discard.do", count=2))
        expect(seen.page.get_by_text(text(language, "mail.result.discard")).first).to_be_visible()
    for record in records:
        wait_for(lambda record=record: running.record(record.ref).state is State.DISCARDED)  # type: ignore[misc]  # bound


def test_a_held_message_is_released_without_a_mouse(running: Running, browser: Browser, origin: str) -> None:
    record = held(running, letter(SENDER, [CUSTOMER], "Keyboard"))
    with signed_on(browser, origin, SENDER, "en", f"/messages/{record.ref.queue_id}") as seen:
        page = seen.page
        count = page.locator("#decide").get_by_role("checkbox").count()
        release = page.get_by_role("button", name=text("en", "mail.release"), exact=True)
        for _ in range(200):
            page.keyboard.press("Tab")
            kind = page.evaluate("[document.activeElement.type, !!document.activeElement.closest('#decide')]")
            if kind == ["checkbox", True] and not page.evaluate("document.activeElement.checked"):
                page.keyboard.press("Space")
            if release.evaluate("element => element === document.activeElement"):
                break
        assert page.locator("#decide").get_by_role("checkbox", checked=True).count() >= count - 1
        page.keyboard.press("Enter")
        dialog = page.get_by_role("alertdialog")
        expect(dialog).to_be_visible()
        do = dialog.get_by_role("button", name=text("en", "mail.confirm.release.do"))
        for _ in range(10):
            if do.evaluate("element => element === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)
    wait_for(lambda: running.record(record.ref).state is State.DELIVERED)


def test_strangers_text_is_text_and_nothing_is_fetched_for_it(running: Running, browser: Browser, origin: str) -> None:
    record = held(running, message_with_script())
    with signed_on(browser, origin, SENDER, "ja", f"/messages/{record.ref.queue_id}") as seen:
        asked: list[str] = []

        def note(request: Request) -> None:
            if ":9/" in request.url:
                asked.append(request.url)

        seen.page.on("request", note)
        page = seen.page
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
        expect(page.locator("main")).to_contain_text(".html")
        frame = page.frame_locator("iframe")
        expect(frame.locator("#here")).to_have_text("Formatted")
        assert page.locator("iframe").get_attribute("sandbox") is not None
        assert "allow-scripts" not in str(page.locator("iframe").get_attribute("sandbox"))
        assert "allow-same-origin" not in str(page.locator("iframe").get_attribute("sandbox"))
        assert page.locator("main script, main img[onerror]").count() == 0
        seen.picture("strangers-text")
        assert asked == []
        assert not [trouble for trouble in seen.troubles if trouble.startswith("dialog:")]
        press(page, text("ja", "mail.pictures_show"))
        expect(page.get_by_role("button", name=text("ja", "mail.pictures_show"))).to_have_count(0)
        page.wait_for_timeout(500)
        assert all("pixel.png" in url for url in asked), "pictures alone, and only when they are asked for"
        page.goto(f"{origin}/held")
        seen.settle()
        expect(page.get_by_role("link", name="<script>")).to_be_visible()
        assert not [trouble for trouble in seen.troubles if trouble.startswith("dialog:")]


def test_nobody_else_sees_it(running: Running, browser: Browser, origin: str) -> None:
    record = held(running, letter(SENDER, [CUSTOMER], "Not yours"))
    with signed_on(browser, origin, KOBAYASHI, "ja", f"/messages/{record.ref.queue_id}") as seen:
        expect(seen.page.locator("main")).to_contain_text(text("ja", "problems.not-found"))
        expect(seen.page.locator("body")).not_to_contain_text("Not yours")
