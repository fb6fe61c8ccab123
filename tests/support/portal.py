"""The portal in a real browser, as one person sees it: sign on, open pages, look at them in every appearance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect

from local.portal.build import PORTAL
from local.tools import ROOT

SCREENS = ROOT / ".run" / "screens"
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIGN_ON = {"ja": "サインイン", "en": "Sign on"}
SECONDS = 20.0
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_KEY = re.compile(r"(?<![\w.@/-])(?:access|approvals|audit|common|dryRun|exchange|mail|nav|onboarding|operator|passwords|people|policies|problems|profile|reports|settings|tracking)\.[a-z][\w.-]*")  # fmt: skip
"""What a text that is missing from the catalogues looks like on a page."""


class Seen:
    """A tab of somebody, with everything that went wrong in it."""

    def __init__(self, page: Page, origin: str, language: str) -> None:
        self.page, self.origin, self.language = page, origin, language
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self._note)
        page.on("dialog", lambda dialog: (self.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss())[0])

    def _note(self, message: ConsoleMessage) -> None:
        where = str(message.location["url"])
        if message.type in ("error", "warning") and not where.endswith("/favicon.ico"):  # the stand-in has none
            self.troubles.append(f"{message.text} {where}")

    def open(self, path: str, heading: str = "") -> None:
        """Go to a page and wait until it shows what it has loaded."""
        self.page.goto(self.origin + path)
        self.settle()
        if heading:
            expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def settle(self) -> None:
        """Wait until the page has its heading and nothing is being loaded any more."""
        expect(self.page.locator("main h1").first).to_be_visible(timeout=SECONDS * 1000)
        expect(self.page.get_by_role("progressbar")).to_have_count(0, timeout=SECONDS * 1000)

    def sign_on(self, person: str, path: str = "/") -> None:
        """From the welcome page to the page that was wanted."""
        self.page.goto(self.origin + path)
        self.page.get_by_role("button", name=SIGN_ON[self.language]).click()
        self.page.locator("button[name=person]", has_text=person).click()
        self.settle()

    def violations(self, *without: str) -> list[str]:
        """What axe-core finds wrong with what is shown now; ``without`` are rules that do not count."""
        if not self.page.evaluate("'axe' in window"):
            # Not through a <script>: the page's Content-Security-Policy would refuse it, as it should.
            self.page.evaluate((PORTAL / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
        # Tabster, which keeps the focus in dialogs, has elements that take the focus on: they lead it back at once.
        found: Mapping[str, Any] = self.page.evaluate(
            "rules => axe.run({exclude: [['[data-tabster-dummy]']]}, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
            list(_RULES),
        )
        return [
            f"{one['id']}: {one['help']}: {[(node['target'], node['failureSummary']) for node in one['nodes'][:3]]}"
            for one in found["violations"]
            if one["id"] not in without
        ]

    def untranslated(self) -> list[str]:
        """Keys of texts that stand on the page in place of the texts."""
        return _KEY.findall(self.page.locator("body").inner_text())

    def overflows(self) -> bool:
        """Whether the page itself is wider than the window."""
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        )

    def picture(self, name: str) -> Path:
        """A picture of the window for people to look at."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        path = SCREENS / f"portal-{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path


@contextmanager
def visitor(browser: Browser, origin: str, language: str = "ja", **options: Any) -> Iterator[Seen]:
    """A browser of somebody's own, with nothing kept from before."""
    context: BrowserContext = browser.new_context(
        locale=language, viewport=WIDE, reduced_motion="reduce", accept_downloads=True, **options
    )
    context.set_default_timeout(SECONDS * 1000)
    try:
        yield Seen(context.new_page(), origin, language)
    finally:
        context.close()


@contextmanager
def signed_on(browser: Browser, origin: str, person: str, language: str = "ja", path: str = "/") -> Iterator[Seen]:
    """The same, signed on as ``person`` (a part of what the choice of people says: name or address)."""
    with visitor(browser, origin, language) as seen:
        seen.sign_on(person, path)
        yield seen
