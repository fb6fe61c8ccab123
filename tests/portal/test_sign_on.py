"""Signing on to the portal: each role sees its pages, deep links are kept, and a session that ends takes nothing typed away."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Route, expect

from local.demo_tenant import ENTRA_TENANT
from tests.support.portal import SIGN_ON, signed_on
from tests.support.portal_texts import text
from tests.support.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

OWN = {"held", "sent", "approvals", "passwords", "profile", "my-settings", "effective-settings"}
READING = {"all-held", "tracking", "people", "groups", "reports", "audit"}
ROLES = {
    "sato@": OWN,
    "takahashi@": OWN | READING | {"settings", "group-settings", "dry-run", "exchange"},
    "yamamoto@": OWN | READING | {"exchange"},
    "ito@": OWN | READING | {"settings", "group-settings", "dry-run", "exchange", "onboarding"},
    "operator@": {"operator/tenants", "operator/usage", "operator/health", "operator/poison", "operator/stuck"},
}


@pytest.mark.parametrize("person", ROLES)
def test_each_role_finds_its_pages_in_the_navigation(browser: Browser, origin: str, person: str) -> None:
    with signed_on(browser, origin, person) as seen:
        links = seen.page.locator("nav a")
        expect(links.first).to_be_visible()
        found = {str(link.get_attribute("href")).strip("/") for link in links.all()} - {""}
        assert found == ROLES[person]
        assert seen.troubles == []


def test_a_deep_link_leads_there_after_signing_on(browser: Browser, origin: str) -> None:
    with signed_on(browser, origin, "ito@", "en", "/tracking?subject=Estimate") as seen:
        assert seen.page.url == f"{origin}/tracking?subject=Estimate"
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(text("en", "tracking.title"))
        expect(seen.page.get_by_label(text("en", "tracking.subject"))).to_have_value("Estimate")


def test_a_page_of_another_role_says_that_one_may_not(browser: Browser, origin: str) -> None:
    with signed_on(browser, origin, "sato@", "ja", "/audit") as seen:
        expect(seen.page.locator("main")).to_contain_text(text("ja", "problems.not-allowed"))


def test_language_and_appearance_are_kept(browser: Browser, origin: str) -> None:
    with signed_on(browser, origin, "sato@", "ja") as seen:
        page = seen.page
        page.locator("header button").last.click()
        page.get_by_role("menuitemradio", name="English").click()
        page.locator("header button").last.click()
        page.get_by_role("menuitemradio", name=text("en", "common.theme_dark")).click()
        page.reload()
        seen.settle()
        expect(page.get_by_role("heading", level=1)).to_have_text(text("en", "access.nav_home"))
        expect(page.locator("[data-theme]").first).to_have_attribute("data-theme", "dark")


def test_signing_out_ends_it(browser: Browser, origin: str) -> None:
    with signed_on(browser, origin, "sato@", "ja") as seen:
        seen.page.locator("header button").last.click()
        seen.page.get_by_role("menuitem", name=text("ja", "common.sign_out")).click()
        seen.page.locator("button[name=logout]").click()
        seen.page.goto(f"{origin}/held")
        expect(seen.page.get_by_role("button", name=SIGN_ON["ja"])).to_be_visible()


def test_a_token_that_is_over_is_renewed_unseen(running: Running, browser: Browser, origin: str) -> None:
    """By the provider itself: the API refuses once, and the page is there with a fresh token and without a question."""
    allowed = {"Access-Control-Allow-Origin": origin}
    refused: list[str] = []
    renewed: list[int] = []

    def refuse_once(route: Route) -> None:
        if refused or route.request.method == "OPTIONS":
            route.continue_()
            return
        refused.append(route.request.url)
        problem = {"type": "/problems/sign-on-expired", "title": "", "status": 401}
        route.fulfill(status=401, headers=allowed, content_type="application/problem+json", body=json.dumps(problem))

    with signed_on(browser, origin, "ito@", "en", "/") as seen:
        page = seen.page
        page.on("response", lambda answer: renewed.append(answer.status) if "/v2.0/token?" in answer.url else None)
        page.route(f"http://127.0.0.1:{running.instance.ports.api}/api/v1/**", refuse_once)
        page.locator("nav a[href='/tracking']").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(text("en", "tracking.title"))
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        seen.settle()
        assert refused
        assert renewed == [200]


def test_renewal_in_a_hidden_frame_is_let_through_by_the_policy(
    running: Running, browser: Browser, origin: str
) -> None:
    """When the refresh token is over, MSAL asks the provider in a frame. The local provider lets nobody in without a click
    (as its client is a native one), and says so; that its answer comes back through the frame is what counts here.
    """
    allowed = {"Access-Control-Allow-Origin": origin}

    def refuse_token(route: Route) -> None:
        error = {"error": "invalid_grant", "error_description": "AADSTS700084: the refresh token is over"}
        route.fulfill(status=400, headers=allowed, json=error)

    def refuse_call(route: Route) -> None:
        if route.request.method == "OPTIONS":
            route.continue_()
            return
        problem = {"type": "/problems/sign-on-expired", "title": "", "status": 401}
        route.fulfill(status=401, headers=allowed, content_type="application/problem+json", body=json.dumps(problem))

    provider = f"http://127.0.0.1:{running.instance.ports.identity}/{ENTRA_TENANT}/v2.0"
    framed: list[str] = []
    blocked: list[str] = []
    with signed_on(browser, origin, "ito@", "en", "/") as seen:
        page = seen.page
        page.on("framenavigated", lambda frame: framed.append(frame.url) if frame.parent_frame else None)
        page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
        page.route(f"{provider}/token?*", refuse_token)
        page.route(f"http://127.0.0.1:{running.instance.ports.api}/api/v1/**", refuse_call)
        page.locator("nav a[href='/tracking']").click()
        expect(page.get_by_role("alertdialog")).to_contain_text(text("en", "access.ended_title"), timeout=60_000)
        assert [url for url in framed if url.startswith(f"{origin}/#error=interaction_required")]
        assert blocked == []


def test_what_was_typed_outlives_the_session(running: Running, browser: Browser, origin: str) -> None:
    """The provider and the API refuse from a certain moment on, as they do when a session has ended or was revoked."""
    address = "new.person@aozora.example"
    ended = False

    def refuse_token(route: Route) -> None:
        if ended:
            route.fulfill(status=400, headers=allowed, json={"error": "invalid_grant"})
        else:
            route.continue_()

    def refuse_call(route: Route) -> None:
        if ended and route.request.method != "OPTIONS":
            problem = {"type": "/problems/sign-on-expired", "title": "", "status": 401}
            route.fulfill(
                status=401, headers=allowed, content_type="application/problem+json", body=json.dumps(problem)
            )
        else:
            route.continue_()

    allowed = {"Access-Control-Allow-Origin": origin}
    with signed_on(browser, origin, "ito@", "en", "/people/new") as seen:
        page = seen.page
        page.route(f"http://127.0.0.1:{running.instance.ports.identity}/{ENTRA_TENANT}/v2.0/token?*", refuse_token)
        page.route(f"http://127.0.0.1:{running.instance.ports.api}/api/v1/**", refuse_call)
        field = page.get_by_role("textbox", name=text("en", "people.address"), exact=True)
        field.fill(address)
        ended = True
        page.get_by_role("button", name=text("en", "common.save")).click()
        dialog = page.get_by_role("alertdialog")
        expect(dialog).to_contain_text(
            text("en", "access.ended_title"), timeout=60_000
        )  # after the hidden frame was tried
        seen.picture("session-ended-en-light")
        assert seen.violations() == []
        ended = False
        with page.expect_popup() as opened:
            dialog.get_by_role("button", name=text("en", "access.sign_on_again")).click()
        popup = opened.value
        with popup.expect_event("close"):
            popup.locator("button[name=person]", has_text="ito@").click()
        expect(dialog).to_have_count(0)
        expect(field).to_have_value(address)
        page.get_by_role("button", name=text("en", "common.save")).click()
        expect(page).to_have_url(f"{origin}/people/{address.replace('@', '%40')}")
    assert running.app.directory.people("demo", [address])
