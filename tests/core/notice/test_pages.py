"""The pages as documents: well-formed, escaped, readable by everybody, and under the policy they are sent with."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest

from shared.core.hold import state
from shared.core.hold.record import SYSTEM, Actor, Channel, Event, EventCode, Fate, MessageRecord, Outcome, Role, State
from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.notice.hold_view import NOTHING_YET, FilledIn, HoldView, Preview
from shared.core.notice.pages import (
    confirm_page,
    content_security_policy,
    error_page,
    front_page,
    hold_page,
    outcome_page,
)
from shared.core.notice.templating import style_sheet
from shared.core.policy.decision import Anchor, AnchorKind, Disposition, Reason
from shared.core.text.language import Language
from shared.core.text.page import PAGE
from tests.support.holds import SENDER, make_change, make_view, people
from tests.support.records import NOW

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
ACTOR = Actor(Role.SENDER, SENDER, Channel.LINK, "192.0.2.1")
ERRORS = sorted(key.split(".")[1] for key in PAGE.keys() if key.startswith("error.") and key.endswith(".title"))  # noqa: SIM118 (a method of Catalogue)


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list[Element]:
        found = [self] if self.name == name else []
        for child in self.children:
            found += child.all(name)
        return found

    def words(self) -> str:
        return " ".join(self.everything().split())

    def everything(self) -> str:
        return self.text + "".join(child.everything() for child in self.children)


class Document(HTMLParser):
    """A strict reader: every tag is closed in order, every id is unique, every reference within the page leads somewhere."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#root", {}, None)
        self._open = self.root
        self.feed(html)
        self.close()
        assert self._open is self.root, f"{self._open.name} is not closed"
        ids = [element.attributes["id"] for element in self.elements() if "id" in element.attributes]
        assert len(ids) == len(set(ids)), "an id twice"
        for element in self.elements():
            for name in ("aria-labelledby", "aria-describedby", "for"):
                for target in element.attributes.get(name, "").split():
                    assert target in ids, f"{name} leads to {target}"
            href = element.attributes.get("href", "")
            if href.startswith("#"):
                assert href[1:] in ids, f"a link to {href}"

    def elements(self) -> list[Element]:
        def below(element: Element) -> list[Element]:
            return [element, *(found for child in element.children for found in below(child))]

        return below(self.root)

    def all(self, name: str) -> list[Element]:
        return self.root.all(name)

    def one(self, name: str) -> Element:
        [found] = self.all(name)
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in {tag}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._open))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.name == tag, f"</{tag}> closes <{self._open.name}>"
        assert self._open.parent is not None
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        # The order of text and children does not matter for what is asked here.
        self._open.text += data + " "


def held() -> MessageRecord:
    return make_change().record


def released() -> MessageRecord:
    return state.release(held(), ACTOR, NOW).record


def discarded() -> MessageRecord:
    return state.discard(held(), ACTOR, NOW).record


def choosing(language: Language) -> HoldView:
    """A view whose person, a proxy, can leave recipients and attachments out and must ask for approval."""
    record = held()
    boxes = {one.address: number for number, one in enumerate(record.recipients)}
    return replace(
        make_view(record, language, person="proxy@aozora.example"),
        on_behalf_of=SENDER,
        boxes=boxes,
        file_boxes=("2", "3"),
        approvals=("見積書の承認",),
        held_list="https://portal.example/held",
    )


PAGES: dict[str, Callable[[Language], str]] = {
    "hold": lambda language: hold_page(make_view(held(), language), "mark"),
    "missing": lambda language: hold_page(make_view(held(), language), "mark", FilledIn({2}, {1, 3})),
    "confirm release": lambda language: confirm_page(
        make_view(held(), language), "release", "mark", FilledIn({1, 2, 3})
    ),
    "partial": lambda language: hold_page(
        choosing(language), "mark", FilledIn(dropped_files=("3",), problem="nobody-left")
    ),
    "confirm partial": lambda language: confirm_page(
        choosing(language), "release", "mark", FilledIn({1}, (), ("purchase@rival.example",), ("3",), "Urgent, please.")
    ),
    "confirm discard": lambda language: confirm_page(make_view(held(), language), "discard", "mark", NOTHING_YET),
    "done release": lambda language: outcome_page(make_view(released(), language), done="release"),
    "done discard": lambda language: outcome_page(make_view(discarded(), language), done="discard"),
    "outcome": lambda language: outcome_page(make_view(released(), language)),
    "decided before": lambda language: outcome_page(make_view(discarded(), language), before=True),
    "front": front_page,
    **{f"error {code}": (lambda language, code=code: error_page(code, language)) for code in ERRORS},  # type: ignore[misc]  # the default binds the loop's value
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", list(PAGES))
def test_every_page_is_a_sound_document(name: str, language: Language) -> None:
    html = PAGES[name](language)
    document = Document(html)
    assert html.startswith("<!DOCTYPE html>")
    assert document.one("html").attributes["lang"] == language
    assert len(document.all("main")) == len(document.all("header")) == len(document.all("h1")) == 1
    assert document.one("title").words()
    assert any(meta.attributes.get("name") == "viewport" for meta in document.all("meta"))
    assert not document.all("script")
    assert not document.all("img")
    for element in document.elements():
        assert "style" not in element.attributes
        assert not any(attribute.startswith("on") for attribute in element.attributes)
    links = [element.attributes["href"] for element in document.elements() if "href" in element.attributes]
    assert all(link.startswith(("#", "?lang=", "data:,", "https://portal.example/held")) for link in links)
    other = "en" if language == "ja" else "ja"
    assert f"?lang={other}" in links


@pytest.mark.parametrize("name", list(PAGES))
def test_headings_do_not_skip_a_level(name: str) -> None:
    levels = [
        int(element.name[1])
        for element in Document(PAGES[name]("ja")).elements()
        if re.fullmatch("h[1-6]", element.name)
    ]
    highest = 0
    for level in levels:
        assert level <= highest + 1 or highest == 0
        highest = level


@pytest.mark.parametrize("name", list(PAGES))
def test_forms_are_labelled_and_post_to_their_own_address(name: str) -> None:
    document = Document(PAGES[name]("ja"))
    for form in document.all("form"):
        assert form.attributes["method"] == "post"
        assert "action" not in form.attributes
        assert [one.attributes["value"] for one in form.all("input") if one.attributes.get("name") == "mark"] == [
            "mark"
        ]
        for button in form.all("button"):
            assert button.words()
        for box in form.all("input"):
            if box.attributes["type"] == "checkbox":
                assert box.parent is not None
                assert box.parent.name == "label"
                assert box.parent.words()


def test_each_reason_has_a_box_and_its_marks_lead_to_it() -> None:
    document = Document(PAGES["hold"]("ja"))
    boxes = [one.attributes["value"] for one in document.all("input") if one.attributes["type"] == "checkbox"]
    assert boxes == ["1", "2", "3"]
    marks = [one for one in document.all("a") if one.attributes.get("class") == "mark"]
    assert [one.attributes["href"] for one in marks].count("#reason-1") == 1
    assert [one.attributes["href"] for one in marks].count("#reason-2") == 3
    assert [one.attributes["href"] for one in marks].count("#reason-3") == 2
    assert all(one.attributes["aria-label"] for one in marks)


def test_the_page_shows_what_a_sender_must_look_at() -> None:
    words = Document(PAGES["hold"]("ja")).one("main").words()
    for wanted in (
        "【至急】お見積書送付の件", "佐藤 花子", "sato@aozora.example", "2026年11月21日(土) 18:00 JST", "6 [To(2) / Cc(3) / Bcc(1)]",
        "社外", "社内", "hoshizora.example", "田中 一郎", "tanaka@hoshizora.example", "メンバー24名", "見積書①_株式会社ほしぞら様.xlsx",
        "1.2 MB", "競合他社への送信", "必ず上長に確かめてください", "お世話になっております", "に破棄されます", "配送する", "破棄する",
    ):  # fmt: skip
        assert wanted in words


@pytest.mark.parametrize(
    ("end", "told"),
    [("discard", "に破棄されます"), ("release", "に自動で配送されます"), ("leave", "操作があるまで")],
)
def test_the_page_says_what_happens_if_nothing_is_done(end: str, told: str) -> None:
    assert told in hold_page(make_view(held(), end=end), "mark")


def test_a_decided_message_has_no_buttons_and_its_content_one_click_away() -> None:
    document = Document(PAGES["outcome"]("ja"))
    assert not document.all("form")
    details = document.all("details")[0]
    assert "open" not in details.attributes
    for wanted in ("【至急】お見積書送付の件", "tanaka@hoshizora.example", "契約書.pdf", "お世話になっております"):
        assert wanted in details.words()


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (
            Outcome("release", ACTOR, NOW),
            "2026年11月21日(土) 18:00 JST にご本人が「配送」を選びました（メールのリンク）",
        ),
        (
            Outcome("discard", Actor(Role.PROXY, "kato@aozora.example", Channel.TEAMS), NOW),
            "kato@aozora.example が「破棄」を選びました（Teams）",
        ),
        (Outcome("expire", SYSTEM, NOW), "期限が来たため、設定に従って「破棄」が行われました"),
        (Outcome("release", SYSTEM, NOW), "期限が来たため、設定に従って「配送」が行われました"),
        (None, "このメールは保留されませんでした"),
    ],
)
def test_the_outcome_says_who_when_and_how(outcome: Outcome | None, told: str) -> None:
    record = replace(discarded(), outcome=outcome)
    assert told in Document(outcome_page(make_view(record))).one("main").words()


@pytest.mark.parametrize("ended", [one for one in State if not one.awaits_decision])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_state_has_its_own_heading(ended: State, language: Language) -> None:
    html = outcome_page(make_view(replace(released(), state=ended), language))
    assert Document(html).one("h1").words() == PAGE.text(f"state.{ended}.title", language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_delayed_message_can_be_sent_at_once_or_called_back(language: Language) -> None:
    record = make_change(disposition=Disposition.DELIVER, delay_minutes=10).record
    document = Document(hold_page(make_view(record, language, end="release"), "mark"))
    assert PAGE.text("state.delayed.title", language) in document.one("main").words()
    assert PAGE.text("hold.lead.delayed", language) in document.one("main").words()
    assert [button.attributes["value"] for button in document.all("button")] == ["release", "discard"]


def test_a_discard_by_policy_says_so() -> None:
    record = make_change(disposition=Disposition.DISCARD).record
    words = Document(outcome_page(make_view(record))).one("main").words()
    assert "設定されたポリシーに従って「破棄」が行われました" in words
    assert "期限" not in words


def test_recipients_show_what_became_of_them() -> None:
    record = released()
    results = [replace(result, fate=Fate.SENT) for result in record.recipients]
    results[2] = replace(results[2], fate=Fate.FAILED, code=550, text="<no such user>")
    html = outcome_page(make_view(replace(record, state=State.PARTLY_DELIVERED, recipients=tuple(results))))
    assert html.count('class="fate sent"') == 5
    assert html.count('class="fate failed"') == 1
    assert "550 &lt;no such user&gt;" in html


def test_history_names_who_did_what() -> None:
    events = (
        Event(0, EventCode.HELD, State.HELD, SYSTEM, NOW),
        Event(1, EventCode.DISCARDED, State.DISCARDED, ACTOR, NOW),
    )
    words = Document(outcome_page(replace(make_view(discarded()), history=events))).one("main").words()
    assert "保留しました。" in words
    assert "破棄されました。（sato@aozora.example、メールのリンク）" in words


def test_a_thousand_recipients_fold_away_and_none_is_lost() -> None:
    html = hold_page(make_view(make_change(recipients=people(1000)).record), "mark")
    document = Document(html)
    folded = [one for one in document.all("details") if "p8@many.example" in one.words()]
    assert len(folded) == 1
    assert "p7@many.example" not in folded[0].words()
    assert "p999@many.example" in folded[0].words()
    assert "ほか992件を表示" in folded[0].words()
    assert len(html) < 700_000


EVIL = '"><script>alert(1)</script>\u202e{{ 7*7 }}</style></title><!--'


@pytest.mark.parametrize("page", ["hold", "confirm", "outcome"])
def test_strangers_text_is_text_everywhere(page: str) -> None:
    change = make_change(
        subject=EVIL,
        author=Mailbox(EVIL, EVIL),
        attachments=(AttachmentFacts(EVIL, 1, EVIL, "2"),),
        recipients=(RecipientFacts(f"{EVIL}@{EVIL}", EVIL, RecipientField.TO, True, EVIL),),
        reasons=(Reason(EVIL, (("x", EVIL),), (Anchor(AnchorKind.SUBJECT),), EVIL, EVIL, EVIL),),
        reverse_path=EVIL,
    )
    actor = replace(ACTOR, name=EVIL)
    record = change.record if page != "outcome" else state.release(change.record, actor, NOW).record
    history = (Event(0, EventCode.RELEASED, State.HELD, actor, NOW, ((EVIL, EVIL),)),)
    view = replace(make_view(record, person=EVIL), preview=Preview(EVIL, False, True), history=history)
    html = {
        "hold": lambda: hold_page(view, "mark", FilledIn((), {1})),
        "confirm": lambda: confirm_page(view, "release", "mark", FilledIn({1})),
        "outcome": lambda: outcome_page(view, before=True),
    }[page]()
    document = Document(html)
    assert not document.all("script")
    assert "{{ 7*7 }}" in document.one("main").words()
    assert len(document.all("style")) == len(document.all("title")) == 1


def test_the_policy_names_the_style_sheet_that_the_pages_carry() -> None:
    html = PAGES["hold"]("ja")
    carried = html[html.index("<style>") + len("<style>") : html.index("</style>")]
    assert carried == style_sheet()
    digest = base64.b64encode(hashlib.sha256(carried.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in content_security_policy()
    assert not re.search(r"url\((?!\"data:)|@import", carried)


def _schemes() -> dict[str, dict[str, str]]:
    """The colours of the light and the dark scheme."""
    css = style_sheet()
    dark_at = css.index("prefers-color-scheme: dark")
    light = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})\b", css[:dark_at]))
    return {"light": light, "dark": light | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})\b", css[dark_at:]))}


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("text", "back", 7.0), ("text", "surface", 7.0), ("text", "sunk", 7.0), ("text", "pill", 7.0),
        ("text", "bad-tint", 7.0), ("text", "accent-tint", 7.0),
        ("soft", "back", 4.5), ("soft", "surface", 4.5), ("soft", "sunk", 4.5), ("soft", "accent-tint", 4.5), ("soft", "bad-tint", 4.5),
        ("accent", "back", 4.5), ("accent", "surface", 4.5), ("accent", "accent-tint", 4.5), ("on-accent", "accent", 4.5),
        ("on-accent", "accent-deep", 4.5), ("warn", "warn-tint", 4.5), ("on-mark", "mark", 4.5),
        ("bad", "surface", 4.5), ("bad", "bad-tint", 4.5), ("bad-deep", "bad-tint", 4.5), ("on-bad", "bad", 4.5),
        ("on-bad", "bad-deep", 4.5), ("good", "surface", 4.5), ("good", "good-tint", 4.5),
        ("edge", "surface", 3.0), ("bad", "bad-tint", 3.0),
    ],
)  # fmt: skip
def test_contrast_is_enough_for_everybody(scheme: str, ink: str, paper: str, least: float) -> None:
    colours = _schemes()[scheme]
    first, second = sorted((_luminance(colours[ink]), _luminance(colours[paper])), reverse=True)
    assert (first + 0.05) / (second + 0.05) >= least
