"""The page of a receipt in a real browser, without scripts: paused, resumed, sent, looked at; on a desktop and a phone.

Pictures of every page, and of the receipt as mail, go to ``.run/screens/``, for people to look at.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.core.hold.password_notice import NoticeState
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import HoldNotices
from shared.core.text.language import Language
from shared.core.text.password import PASSWORD
from tests.e2e.test_hold_page_browser import SIZES, fits, opened, picture, visit
from tests.support.app import INSIDE, OUTSIDE, World
from tests.support.browser import launched
from tests.support.encrypted_mail import (
    OTHER,
    parsed,
    password_mails,
    password_of,
    receipt_token,
    receipts,
    send_file,
    the_notice,
    zip_world,
)
from tests.support.hold_page_server import serving, use

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, language: Language) -> World:
    world = zip_world(notices=HoldNotices(language=language))
    use(monkeypatch, world.app)
    return world


@pytest.fixture
def ref(world: World) -> MessageRef:
    return send_file(
        world, OUTSIDE, OTHER, INSIDE, to=(OUTSIDE, INSIDE), cc=(OTHER,), subject="10月度お見積書送付の件（最終版）"
    )


@pytest.fixture
def address(world: World, ref: MessageRef) -> Iterator[str]:
    with serving() as address:
        yield f"{address}/p/{receipt_token(world, ref)}"


def press(page: Page, word: str) -> None:
    page.locator(f"button[name=action][value={word}]").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_sender_pauses_resumes_sends_and_looks(
    browser: Browser, world: World, address: str, ref: MessageRef, language: Language, size: str, scheme: str
) -> None:
    complaints: list[str] = []

    def keep(page: Page, name: str) -> None:
        assert fits(page)
        picture(page, f"password-{name}-{language}-{size}-{scheme}")

    def says(page: Page, key: str) -> None:
        expect(page.get_by_text(PASSWORD.text(key, language), exact=True).first).to_be_visible()

    with visit(browser, language, size, scheme) as context:
        page = opened(context, complaints)
        page.goto(f"{address}?lang={language}")
        keep(page, "waiting")
        press(page, "pause")
        says(page, "done.pause")
        keep(page, "paused")
        press(page, "resume")
        says(page, "done.resume")
        press(page, "show")
        expect(page.locator("#password")).to_have_text(password_of(world, ref))
        keep(page, "shown")
        press(page, "send")
        says(page, "confirm.send.title")
        keep(page, "ask")
        assert the_notice(world, ref).state is NoticeState.WAITING
        press(page, "send")
        says(page, "done.send")
        keep(page, "sent")
        page.goto(f"{address}?lang={language}")
        expect(page.locator("#password")).to_have_count(0)
        expect(page.locator("button[name=action][value=send]")).to_have_count(0)
        world.work()
        assert len(password_mails(world)) == 1
    assert complaints == []


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_receipt_is_readable_as_mail(
    browser: Browser, world: World, ref: MessageRef, language: Language, size: str
) -> None:
    complaints: list[str] = []
    html = parsed(receipts(world)[0]).get_body(("html",))
    assert html is not None
    with visit(browser, language, size) as context:
        page = opened(context, complaints)
        page.set_content(html.get_content())
        expect(page.get_by_text(password_of(world, ref))).to_be_visible()
        assert fits(page)
        picture(page, f"password-receipt-{language}-{size}")
    assert complaints == []
