"""The main task of each page beside held mail, in both languages: what people come for works, and is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, CUSTOMER, DISCOUNT, PARTNER, SALES_DOMAIN, SENDER, TENANT
from shared.core.hold.record import MessageRecord, State
from tests.support.portal import Seen, signed_on
from tests.support.portal_texts import text
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ADMINISTRATOR = "ito@"
WILSON, WATANABE = f"wilson@{SALES_DOMAIN}", f"watanabe@{SALES_DOMAIN}"


@pytest.fixture(scope="module", params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def office(browser: Browser, origin: str, language: str) -> Iterator[Seen]:
    """The administrator's tab."""
    with signed_on(browser, origin, ADMINISTRATOR, language) as seen:
        yield seen


def press(seen: Seen, key: str, **values: object) -> None:
    seen.page.get_by_role("button", name=text(seen.language, key, **values), exact=True).click()


def fill(seen: Seen, key: str, value: str) -> None:
    seen.page.get_by_role("textbox", name=text(seen.language, key), exact=True).fill(value)


def record_of(running: Running, message_id: str, state: State) -> MessageRecord:
    def look() -> MessageRecord | None:
        found = running.records().get(message_id)
        return found if found is not None and found.state is state else None

    return wait_for(look)


def test_approval_is_asked_for_and_given(running: Running, browser: Browser, origin: str, language: str) -> None:
    sender, approver = (SENDER, COLLEAGUE) if language == "ja" else (WILSON, WATANABE)
    sent = letter(sender, [CUSTOMER], f"{DISCOUNT} {language}")
    running.desk.send(sent)
    record = record_of(running, sent.message_id, State.HELD)
    with signed_on(browser, origin, sender, language, f"/messages/{record.ref.queue_id}") as seen:
        boxes = seen.page.locator("#decide").get_by_role("checkbox")
        for number in range(boxes.count()):
            boxes.nth(number).check()
        fill(seen, "mail.comment", "お願いします")
        press(seen, "mail.release_ask")
        press(seen, "mail.confirm.release.do")
        wait_for(lambda: running.record(record.ref).state is State.AWAITING_APPROVAL)
        assert seen.troubles == []
    with signed_on(browser, origin, approver, language, "/approvals") as seen:
        seen.page.get_by_role("link", name=sent.subject).first.click()
        seen.settle()
        fill(seen, "approvals.answer_comment", "OK です")
        seen.picture(f"approval-{language}-light")
        assert seen.violations() == []
        press(seen, "approvals.approve")
        press(seen, "approvals.confirm.approve.do")
        wait_for(lambda: running.record(record.ref).state is State.DELIVERED)
        assert seen.troubles == []


def test_a_password_notice_is_looked_at_and_sent(
    running: Running, browser: Browser, origin: str, language: str
) -> None:
    person = SENDER if language == "ja" else WILSON
    sent = letter(person, [PARTNER], f"Password {language}", attachment="御見積書.xlsx")
    running.desk.send(sent)
    record = wait_for(lambda: running.records().get(sent.message_id))
    if record.state is State.HELD:
        running.release(record)
    wait_for(lambda: running.record(record.ref).state is State.DELIVERED)
    with signed_on(browser, origin, person, language, "/passwords") as seen:
        seen.page.get_by_role("link", name=sent.subject).first.click()
        seen.settle()
        press(seen, "passwords.show")
        expect(seen.page.get_by_role("button", name=text(language, "passwords.copy"))).to_be_visible()
        seen.picture(f"password-{language}-light")
        assert seen.violations() == []
        press(seen, "passwords.verb.send")
        press(seen, "passwords.confirm.send.do")
        expect(seen.page.get_by_text(text(language, "passwords.done.send"))).to_be_visible()
        assert seen.troubles == []


def test_a_user_is_added_changed_and_found(running: Running, office: Seen) -> None:
    address = f"kimura.{office.language}@aozora.example"
    office.open("/people/new")
    fill(office, "people.address", address)
    fill(office, "people.display_name", "木村 <script>")
    press(office, "common.save")
    office.page.wait_for_url("**/people/kimura*")
    assert running.app.directory.people(TENANT, [address])[address].display_name == "木村 <script>"
    office.open(f"/people?text={address[:10]}")
    expect(office.page.get_by_text("木村 <script>").first).to_be_visible()
    assert office.troubles == []


def test_a_file_of_users_is_checked_line_by_line_and_taken(running: Running, office: Seen, tmp_path: Path) -> None:
    address = f"import.{office.language}@aozora.example"
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("address,display_name\nno-address,X\n", "utf-8")
    right.write_text(f"address,display_name\n{address},取込 太郎\n", "utf-8")
    office.open("/exchange")
    chooser = office.page.locator("input[type=file]")
    chooser.set_input_files(wrong)
    expect(office.page.get_by_text(text(office.language, "exchange.errors_title", count=1))).to_be_visible()
    office.picture(f"import-errors-{office.language}-light")
    assert office.violations() == []
    chooser.set_input_files(right)
    expect(office.page.get_by_text("取込 太郎").first).to_be_visible()
    office.picture(f"import-preview-{office.language}-light")
    assert office.violations() == []
    press(office, "exchange.do", count=1)
    dialog = office.page.get_by_role("alertdialog")
    dialog.get_by_role("button").last.click()
    wait_for(lambda: running.app.directory.people(TENANT, [address]))


def test_mail_is_tracked_and_taken_along_as_a_file(running: Running, office: Seen) -> None:
    sent = letter(SENDER, [COLLEAGUE], f"Tracking {office.language}")
    running.desk.send(sent)
    record_of(running, sent.message_id, State.DELIVERED)
    office.open(f"/tracking?subject=Tracking+{office.language}")
    expect(office.page.get_by_text(f"Tracking {office.language}").first).to_be_visible()
    with office.page.expect_download() as saved:
        office.page.get_by_role("button", name="CSV").click()
    assert f"Tracking {office.language}".encode() in Path(saved.value.path()).read_bytes()


def test_a_message_file_is_tried_without_being_sent(running: Running, office: Seen, tmp_path: Path) -> None:
    before = len(running.received())
    file = tmp_path / "try.eml"
    file.write_bytes(letter(SENDER, [CUSTOMER], f"Try {office.language}").raw)
    office.open("/dry-run")
    office.page.locator("input[type=file]").first.set_input_files(file)
    press(office, "dryRun.try")
    expect(office.page.get_by_text(text(office.language, "dryRun.verdict.hold"))).to_be_visible(timeout=20_000)
    office.picture(f"dry-run-result-{office.language}-light")
    assert office.violations() == []
    assert len(running.received()) == before
    assert f"Try {office.language}" not in {record.summary.subject for record in running.all_records()}


def test_a_rule_is_switched_off_and_the_change_is_in_history(running: Running, office: Seen) -> None:
    office.open("/settings?part=rules")
    switch = office.page.get_by_role("switch").nth(5)
    was = switch.is_checked()
    switch.click()
    press(office, "common.save")
    wait_for(lambda: running.app.settings.tenant(TENANT).rules[5].enabled is not was)
    office.open("/settings?part=history")
    office.picture(f"settings-history-{office.language}-light")
    assert office.violations() == []
    office.open("/audit")
    expect(office.page.locator("main")).to_contain_text("ito@aozora.example")
