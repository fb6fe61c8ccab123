"""Every page in every appearance: nothing that axe-core finds wrong, no text missing, nothing wider than the window, no error.

Pictures go to ``.run/screens/portal-*``, for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.portal.build import PORTAL
from local.portal.size import PAGES as FIRST_PAGES
from local.portal.size import loaded
from shared.settings import VERSION
from tests.support.portal import PHONE, WIDE, Seen, signed_on, visitor
from tests.support.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ADMINISTRATOR, OPERATOR = "ito@", "operator@"
PAGES = {
    ADMINISTRATOR: (
        "", "held", "sent", "approvals", "passwords", "profile", "my-settings", "effective-settings", "all-held",
        "tracking", "people", "people/new", "people/sato@aozora.example", "groups", "groups/new", "group?id=営業部",
        "reports", "audit", "audit/deletions", "settings", "group-settings", "dry-run", "exchange", "onboarding", "nothing-here",
    ),
    OPERATOR: (
        "", "operator/tenants", "operator/tenants/new", "operator/tenants/demo", "operator/tenants/demo/onboarding", "operator/usage", "operator/health",
        "operator/poison", "operator/stuck",
    ),
}  # fmt: skip
ALL = [pytest.param(person, path, id=f"{person}{path}") for person, paths in PAGES.items() for path in paths]


def name_of(person: str, path: str) -> str:
    """For the picture's file."""
    start = f"start-{person.strip('@')}"
    return re.sub(r"[^a-z-]+", "-", path.partition("?")[0].partition("@")[0]) or start


@pytest.fixture(scope="module", params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def tabs(browser: Browser, origin: str, language: str) -> Iterator[dict[str, Seen]]:
    """A tab of each person."""
    with (
        signed_on(browser, origin, ADMINISTRATOR, language) as one,
        signed_on(browser, origin, OPERATOR, language) as two,
    ):
        yield {ADMINISTRATOR: one, OPERATOR: two}


@pytest.mark.parametrize(("person", "path"), ALL)
def test_a_page_in_every_appearance(tabs: dict[str, Seen], language: str, person: str, path: str) -> None:
    seen = tabs[person]
    seen.page.emulate_media(color_scheme="light")
    seen.page.set_viewport_size(WIDE)
    seen.troubles.clear()
    seen.open(f"/{path}")
    # Appearances differ in colours and widths, languages in words: each is looked at once, not each with each.
    look(seen, f"{name_of(person, path)}-{language}", *(("light", "dark", "phone") if language == "ja" else ("phone",)))


def look(seen: Seen, name: str, *appearances: str, without: tuple[str, ...] = ()) -> None:
    """One picture and one examination for each appearance; ``without`` are rules of axe-core that do not count."""
    problems = []
    for appearance in appearances:
        seen.page.emulate_media(color_scheme="dark" if appearance == "dark" else "light")
        seen.page.set_viewport_size(PHONE if appearance == "phone" else WIDE)
        seen.picture(f"{name}-{appearance}")
        problems += [f"{appearance}: {problem}" for problem in seen.violations(*without)]
        if appearance == "phone" and seen.overflows():
            problems.append("phone: the page is wider than the window")
    problems += [f"no text for {key}" for key in seen.untranslated()]
    assert problems + seen.troubles == []


def test_the_welcome_page(browser: Browser, origin: str, language: str) -> None:
    with visitor(browser, origin, language) as seen:
        seen.page.goto(origin)
        seen.page.get_by_role("button").wait_for()
        look(seen, f"welcome-{language}", "light", "dark", "phone")
        assert seen.page.locator("html").get_attribute("lang") == language


def test_the_open_menu_of_a_phone_and_of_a_person(tabs: dict[str, Seen], language: str) -> None:
    seen = tabs[ADMINISTRATOR]
    seen.page.set_viewport_size(PHONE)
    seen.open("/")
    seen.page.locator("header button").first.click()
    seen.page.locator("nav").get_by_role("link").first.wait_for()
    look(seen, f"menu-{language}", "phone")
    seen.page.set_viewport_size(WIDE)
    seen.open("/")
    seen.page.locator("header button").last.click()
    seen.page.get_by_role("menuitemradio", name="English").wait_for()
    assert seen.page.get_by_text(f"Matta {VERSION}").is_visible()
    # An open menu lies above the page, in no part of it.
    look(seen, f"person-{language}", "light", "dark", without=("region",))


def test_a_browser_loads_just_the_files_whose_size_is_checked(
    browser: Browser, origin: str, running: Running, language: str
) -> None:
    """What local/portal/size.py counts for the first pages is what a first visit loads."""
    command = running.instance.children["portal"].process.args
    assert isinstance(command, list)
    files = Path(command[command.index("--files") + 1])
    with visitor(browser, origin, language) as seen:
        fetched: set[str] = set()
        seen.page.on("request", lambda request: fetched.add(request.url.removeprefix(origin + "/")))

        def scripts() -> set[str]:
            return {path for path in fetched if path.endswith(".js")}

        seen.page.goto(origin)
        seen.page.get_by_role("button").wait_for()
        assert scripts() == set(loaded(files, FIRST_PAGES["welcome page"]))
        seen.sign_on(ADMINISTRATOR)
        assert scripts() == set(loaded(files, FIRST_PAGES["start page"]))


def test_every_page_of_the_portal_is_looked_at() -> None:
    declared = {
        path
        for file in (PORTAL / "src" / "pages").glob("*/pages.ts")
        for path in re.findall(r'\bpath: "([^"]*)"', file.read_text("utf-8"))
    }
    seen = {path.partition("?")[0] for paths in PAGES.values() for path in paths}
    elsewhere = {"messages/:id"}  # tests/portal/test_held_mail.py
    patterns = {path: re.compile(re.sub(r":\w+", "[^/]+", path) + r"\Z") for path in declared - elsewhere}
    assert [path for path, pattern in patterns.items() if not any(map(pattern.match, seen))] == []
