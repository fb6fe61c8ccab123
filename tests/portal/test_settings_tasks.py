"""Settings of the transport and of retention in a real browser, in both languages: what is typed is checked, saved, and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, expect

from local.demo_tenant import TENANT
from tests.support.portal import PHONE, WIDE, Seen, signed_on
from tests.support.portal_texts import text
from tests.support.running import Running, wait_for

if TYPE_CHECKING:
    from shared.core.policy.tenant_settings import TenantSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ADMINISTRATOR = "ito@"


@pytest.fixture(scope="module", params=["ja", "en"])
def office(request: pytest.FixtureRequest, browser: Browser, origin: str) -> Iterator[Seen]:
    """The administrator's tab."""
    with signed_on(browser, origin, ADMINISTRATOR, str(request.param)) as seen:
        yield seen


def press(seen: Seen, key: str, **values: object) -> None:
    seen.page.get_by_role("button", name=text(seen.language, key, **values), exact=True).click()


def labelled(seen: Seen, key: str) -> Locator:
    return seen.page.get_by_label(text(seen.language, key), exact=True).first


def looked_at(seen: Seen, name: str) -> list[str]:
    """What is wrong with the page as it is, wide and on a phone; with pictures."""
    problems = []
    for size in (WIDE, PHONE):
        seen.page.set_viewport_size(size)
        seen.picture(f"{name}-{seen.language}-{'phone' if size is PHONE else 'light'}")
        problems += seen.violations()
        if seen.overflows():
            problems.append("the page is wider than the window")
    seen.page.set_viewport_size(WIDE)
    return problems + [f"no text for {key}" for key in seen.untranslated()]


def stored(running: Running) -> TenantSettings:
    return running.app.settings.tenant(TENANT)


def test_what_few_servers_need_is_folded_away_checked_and_saved(running: Running, office: Seen) -> None:
    office.open("/settings?part=routes")
    host = stored(running).routes[0].servers[0].host
    most = 600 if office.language == "ja" else 700
    more = office.page.get_by_role("button", name=text(office.language, "settings.server.more_of", name=host))
    expect(more).to_have_attribute("aria-expanded", "false")
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    labelled(office, "settings.server.messages_a_minute").fill(str(most))
    labelled(office, "settings.server.auth").select_option("login")
    assert looked_at(office, "settings-routes-more") == []

    press(office, "common.save")
    expect(office.page.locator("main")).to_contain_text(text(office.language, "settings.not_saved"))
    expect(office.page.locator("main")).to_contain_text("must be set with auth login")
    for _ in range(200):  # buttons get their colours back slowly; the page's policy keeps Playwright's own waiting out
        if office.page.evaluate("document.getAnimations().length === 0"):
            break
        office.page.wait_for_timeout(50)
    assert office.violations() == []

    office.troubles.clear()  # the browser notes the refusal
    labelled(office, "settings.server.auth").select_option("auto")
    press(office, "common.save")
    server = wait_for(
        lambda: next((one for one in stored(running).routes[0].servers if one.messages_a_minute == most), None)
    )
    assert (server.host, server.auth, server.oauth, server.egress) == (host, "auto", None, "direct")


def test_shorter_retention_and_a_legal_hold_are_warned_of_saved_and_told(running: Running, office: Seen) -> None:
    days = 60 if office.language == "ja" else 30
    office.open("/settings?part=retention")
    labelled(office, "settings.retention.body").fill(str(days))
    expect(
        office.page.get_by_role("status").filter(has_text=text(office.language, "settings.retention.shorter"))
    ).to_be_visible()
    press(office, "settings.legal_hold.add")
    holds = office.page.get_by_role("list", name=text(office.language, "settings.legal_hold.title"), exact=True)
    hold = holds.locator("> li").last
    name = f"監査 {office.language}"
    hold.get_by_label(text(office.language, "settings.legal_hold.name"), exact=True).fill(name)
    people = hold.get_by_role("textbox", name=text(office.language, "settings.legal_hold.addresses"), exact=True)
    people.fill("@aozora.example")
    people.press("Enter")
    hold.get_by_label(text(office.language, "settings.legal_hold.since"), exact=True).fill("2026-01-01T09:00")
    assert looked_at(office, "settings-retention") == []
    press(office, "common.save")
    kept = wait_for(lambda: found if (found := stored(running).retention).body_days == days else None)
    made = next(one for one in kept.legal_holds if one.name == name)
    assert made.addresses == ("@aozora.example",)
    assert made.since is not None

    version = stored(running).version
    office.open(f"/settings?part=history&compare={version - 1}-{version}")
    told = office.page.get_by_role("main")
    expect(told).to_contain_text(text(office.language, "settings.retention.body"))
    expect(told).to_contain_text(text(office.language, "settings.legal_hold.title"))
    assert office.violations() == []
    office.open("/effective-settings")
    expect(office.page.get_by_role("main")).to_contain_text(text(office.language, "settings.retention.body"))
    assert office.troubles == []


def test_signatures_have_a_page_of_their_own(office: Seen) -> None:
    office.open("/settings?part=signing")
    press(office, "settings.dkim.add")
    for key, value in (("domain", "elsewhere.example"), ("selector", "s1")):
        label = text(office.language, f"settings.dkim.{key}")
        office.page.get_by_role("textbox", name=label, exact=True).fill(value)
    assert looked_at(office, "settings-signing") == []
    assert office.troubles == []
