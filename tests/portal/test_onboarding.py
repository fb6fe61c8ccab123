"""A second tenant is taken on in the browser: made by the operator, led through by its administrator, proved by canaries."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from playwright.sync_api import Browser, Locator, expect

from local.demo_tenant import CUSTOMER, NEWCOMER, NEWCOMER_ENTRA_TENANT
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.onboarding.spf_check import EXCHANGE
from tests.support.dns_server import DnsServer
from tests.support.portal import PHONE, WIDE, Seen, signed_on
from tests.support.portal_texts import text
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

TENANT, DOMAIN, PEER = "midori", "midori.example", "127.0.0.2"
SECONDS = 90.0


def said(key: str, **values: object) -> str:
    return text("ja", key, **values)


def press(place: Seen | Locator, key: str) -> None:
    (place.page if isinstance(place, Seen) else place).get_by_role("button", name=said(key), exact=True).click()


def fill(seen: Seen, key: str, value: str) -> None:
    seen.page.get_by_role("textbox", name=said(key)).first.fill(value)


def card(seen: Seen, step: str) -> Locator:
    return seen.page.locator(f"#step-{step}")


def check(seen: Seen, step: str, state: str) -> None:
    """Press the step's button until it stands so: DNS's answers are kept for a moment."""
    button = seen.page.get_by_role("button", name=said("onboarding.check_of", step=said(f"onboarding.step.{step}")))
    badge = card(seen, step).get_by_text(said(f"onboarding.state.{state}"), exact=True).first

    def stands() -> bool:
        with seen.page.expect_response(lambda answer: answer.url.endswith("/onboarding/check"), timeout=SECONDS * 1000):
            button.click()
        expect(button).to_be_enabled()
        seen.settle()
        if not badge.is_visible():
            seen.page.wait_for_timeout(1500)  # the rate limit counts checks
        return badge.is_visible()

    wait_for(stands)


def records(seen: Seen, step: str) -> dict[str, str]:
    """The records that a card shows for copying."""
    press(card(seen, step), "onboarding.records_show")
    rows = card(seen, step).get_by_role("list", name=said("onboarding.records")).get_by_role("listitem")
    expect(rows.first).to_be_visible(timeout=SECONDS * 1000)
    found = {}
    for row in rows.all():
        name, value = row.locator("code").all_inner_texts()[:2]
        found[name] = value
    return found


def make_tenant(running: Running, seen: Seen) -> None:
    seen.open("/operator/tenants/new")
    for key, value in {
        "tenant_id": TENANT, "name": "みどり商事", "domains": DOMAIN, "entra": NEWCOMER_ENTRA_TENANT, "peers": PEER,
        "exchange_tenant": NEWCOMER_ENTRA_TENANT, "hosts": f"{TENANT}.relay.matta.example", "next_hop": "127.0.0.1",
        "administrator": NEWCOMER.address,
    }.items():  # fmt: skip
        fill(seen, f"operator.{key}", value)
    seen.page.get_by_role("spinbutton", name=said("operator.port")).fill(str(running.instance.ports.mailbox_smtp))
    seen.page.get_by_role("combobox", name=said("operator.starttls")).select_option("none")
    press(seen, "operator.add")
    seen.page.wait_for_url(f"**/operator/tenants/{TENANT}", timeout=SECONDS * 1000)
    seen.settle()


def publish(dns: DnsServer, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        dns.put(name, "TXT", value)


def send_from_outlook(running: Running, subject: str) -> None:
    """What Exchange Online does, from the new tenant's address."""
    now = format_datetime(datetime.now(UTC))
    data = (
        f"Received: from PC by mail1.prod.outlook.example with HTTPS; {now}\r\nFrom: <{NEWCOMER.address}>\r\n"
        f"To: <{CUSTOMER}>\r\nSubject: {subject}\r\nDate: {now}\r\nMessage-ID: <canary@{DOMAIN}>\r\n\r\ntest\r\n"
    )
    with smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=60, source_address=(PEER, 0)) as client:
        client.sendmail(NEWCOMER.address, [CUSTOMER], data.encode())


def try_for(work: Callable[[], object]) -> None:
    """Until the relay knows the new tenant."""

    def done() -> bool:
        try:
            work()
        except smtplib.SMTPException:
            return False
        return True

    wait_for(done)


def test_a_second_tenant_is_taken_on_and_its_canaries_arrive(
    running: Running, dns: DnsServer, browser: Browser, origin: str
) -> None:
    dns.put(EXCHANGE, "TXT", "v=spf1 ip4:40.92.0.0/15 -all")
    dns.put("spf.matta.example", "TXT", "v=spf1 ip4:203.0.113.0/28 -all")
    dns.put(DOMAIN, "TXT", "v=spf1 -all")
    dns.put(DOMAIN, "MX", "0 midori-example.mail.protection.outlook.com")
    with signed_on(browser, origin, "operator@") as seen:
        make_tenant(running, seen)
        seen.page.get_by_role("link", name=said("nav.onboarding"), exact=True).click()
        seen.settle()
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(said("onboarding.title_of", name="みどり商事"))
        check(seen, "next-hop", "ok")
        check(seen, "domains", "to-do")
        assert seen.troubles == []
    with signed_on(browser, origin, NEWCOMER.address, path="/onboarding") as seen:
        expect(card(seen, "next-hop")).to_contain_text("operator@matta-service.example")
        check(seen, "dns", "failed")
        expect(card(seen, "dns")).to_contain_text(
            said("onboarding.finding.spf-without-exchange", term=f"include:{EXCHANGE}")
        )
        seen.picture("onboarding-wrong-ja-light")
        publish(dns, records(seen, "domains"))
        publish(dns, records(seen, "dns"))
        check(seen, "domains", "ok")
        check(seen, "dns", "warning")  # nobody signs its mail yet
        expect(card(seen, "dns")).to_contain_text(said("onboarding.finding.spf-good", lookups=2))
        check(seen, "sign-on", "ok")
        check(seen, "people", "to-do")
        script_of_a_department(seen)
        inside_canary(running, seen)
        outside_canary(running, seen)
        check(seen, "exchange", "ok")
        assert seen.violations() == []
        assert seen.untranslated() == []
        seen.page.set_viewport_size(PHONE)
        seen.picture("onboarding-done-ja-phone")
        assert not seen.overflows()
        assert seen.troubles == []


def script_of_a_department(seen: Seen) -> None:
    place = card(seen, "department")
    field = place.get_by_role("textbox")
    field.fill("sales")
    press(place, "onboarding.group_save")
    expect(place).to_contain_text(said("onboarding.group_wrong"))
    field.fill(f"sales@{DOMAIN}")
    press(place, "onboarding.group_save")
    expect(place).to_contain_text(said("onboarding.finding.department-chosen", group=f"sales@{DOMAIN}"))
    for key, part in (("onboarding.script", "install"), ("onboarding.script_back", "remove")):
        with seen.page.expect_download() as download:
            press(card(seen, "exchange"), key)
        assert download.value.suggested_filename == f"matta-{part}-{TENANT}.ps1"
        script = download.value.path().read_text("utf-8-sig")
        assert ("FromMemberOf = @('sales@midori.example')" in script) is (part == "install")
        assert f"$directory = '{NEWCOMER_ENTRA_TENANT}'" in script


def inside_canary(running: Running, seen: Seen) -> None:
    place = card(seen, "canary")
    press(place, "onboarding.canary_inside")
    expect(place.get_by_role("table")).to_contain_text(said("onboarding.hop.judged"), timeout=SECONDS * 1000)
    expect(place).to_contain_text(said("onboarding.state.ok"), timeout=SECONDS * 1000)
    expect(place.get_by_role("row")).to_have_count(4)
    (arrived,) = wait_for(lambda: [one for one in running.received() if NEWCOMER.address in one.envelope.recipients])
    assert "[matta-canary:" in arrived.subject


def outside_canary(running: Running, seen: Seen) -> None:
    place = card(seen, "canary")
    press(place, "onboarding.canary_outside")
    token = place.locator("code").last
    expect(token).to_contain_text("[matta-canary:", timeout=SECONDS * 1000)
    subject = f"導入テスト {token.inner_text()}"
    try_for(lambda: send_from_outlook(running, subject))
    expect(place).to_contain_text(said("onboarding.canary.held"), timeout=SECONDS * 1000)
    seen.page.set_viewport_size(WIDE)
    place.scroll_into_view_if_needed()
    seen.picture("onboarding-held-ja-light")
    href = str(place.get_by_role("link", name=said("onboarding.canary_message")).get_attribute("href"))
    record = running.record(MessageRef(TENANT, href.rpartition("/")[2]))
    assert record.state is State.HELD
    running.release(record)
    delivered = place.get_by_role("table").get_by_text(said("onboarding.hop.delivered", name="").strip())
    expect(delivered.first).to_be_visible(timeout=SECONDS * 1000)
    expect(place.get_by_role("table")).to_contain_text("mail1.prod.outlook.example")
    place.scroll_into_view_if_needed()
    seen.picture("onboarding-delivered-ja-light")
