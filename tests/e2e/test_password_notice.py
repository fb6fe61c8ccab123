"""Passwords of encrypted mail on a whole instance: told, paused, resumed, deleted, looked at; 7-Zip opens what was sent."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from local.demo.desk import Arrival, Letter, find_form
from local.demo.forms import Page
from local.demo.letters import letter
from local.demo_tenant import COLLEAGUE, SENDER
from shared.core.hold.password_notice import NoticeState
from shared.core.hold.record import MessageRecord
from shared.core.hold.sealed import unseal
from shared.core.policy.actions import Zip
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.core.text.password import PASSWORD
from tests.support.archives import by_seven_zip
from tests.support.office import archive_of, text_of
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

FILE = "御見積書①.xlsx"
WORKBOOK = b"PK\x05\x06" + bytes(18)
TICK_SECONDS = 15.0
"""Longer than the due timer's pause."""


def policy(domain: str, action: Zip) -> Policy:
    return Policy(id=domain, when=RecipientDomain(operator="equals", values=(domain,)), actions=(action,))


POLICIES = (
    policy("soon.example", Zip(notice_delay_minutes=0)),
    policy("wait.example", Zip(method="zipcrypto", notice_delay_minutes=60)),
    policy("hand.example", Zip(notice="manual")),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("matta")) as instance:
        instance.change_settings(rules=(), policies=POLICIES)
        time.sleep(2)  # longer than settings are cached here
        yield instance


class Sending:
    """One message with a file, and what became of its password."""

    def __init__(self, running: Running, *to: str, cc: tuple[str, ...] = ()) -> None:
        self.running, self.to = running, to
        self.letter: Letter = letter(SENDER, to, f"お見積り {time.monotonic_ns()}", cc=cc, attachment=FILE)
        running.desk.send(self.letter)

    @property
    def record(self) -> MessageRecord:
        return wait_for(lambda: self.running.records().get(self.letter.message_id))

    def is_now(self, state: NoticeState) -> bool:
        """Whether that is how its notice stands."""
        return self.record.passwords[0].state is state

    @property
    def password(self) -> str:
        """From the record, to compare with what people are told."""
        [variant] = [variant for variant in self.record.variants if variant.password]
        return unseal(variant.password, self.record.ref, self.running.app.secrets.signing_keys("seal"))

    def archive(self, person: str) -> bytes:
        mark = f"Message-ID: {self.letter.message_id}".encode()
        return archive_of(self.running.wait_arrival(person, lambda found: mark in found.raw))

    def notice(self, person: str) -> Arrival:
        """The password mail, as soon as it is there."""
        title = PASSWORD.text("notice.subject", "ja", subject=self.letter.subject)
        return self.running.wait_arrival(person, lambda found: str(found.parsed["Subject"]) == title)

    def notices(self, person: str) -> int:
        mark = b"<password-part-"
        return sum(
            mark in found.raw and self.letter.message_id.encode() in found.raw
            for found in self.running.desk.arrivals(person)
        )

    def page(self) -> Page:
        """The page that the receipt's link opens."""
        title = PASSWORD.text("receipt.subject", "ja", subject=self.letter.subject)
        receipt = self.running.wait_arrival(SENDER, lambda found: str(found.parsed["Subject"]) == title)
        return self.running.desk.open(self.running.desk.link_in(receipt))

    def press(self, page: Page, word: str) -> Page:
        found = find_form(page, f"action={word}")
        assert found is not None
        return self.running.desk.press(*found)


def told_in(notice: Arrival) -> str:
    found = re.search(r"パスワード：(\S+)", text_of(notice.parsed))
    assert found is not None
    return found.group(1)


def test_password_comes_in_a_mail_of_its_own_and_seven_zip_opens_the_file_with_it(running: Running) -> None:
    customer = "tanaka@soon.example"
    sending = Sending(running, customer, cc=(COLLEAGUE,))
    archive = sending.archive(customer)
    notice = sending.notice(customer)
    assert by_seven_zip(archive, told_in(notice)) == {FILE: WORKBOOK}
    assert (notice.sender, notice.recipients) == (SENDER, (customer,))
    assert str(notice.parsed["To"]) == customer
    assert sending.letter.message_id == str(notice.parsed["In-Reply-To"])
    assert sending.notices(COLLEAGUE) == 0
    assert sending.is_now(NoticeState.SENT)
    time.sleep(TICK_SECONDS)
    assert sending.notices(customer) == 1


def test_paused_resumed_and_sent_from_the_page(running: Running) -> None:
    customer = "tanaka@wait.example"
    sending = Sending(running, customer)
    archive = sending.archive(customer)
    page = sending.page()
    assert sending.password not in page.text
    paused = sending.press(page, "pause")
    assert sending.is_now(NoticeState.PAUSED)
    resumed = sending.press(paused, "resume")
    assert sending.is_now(NoticeState.WAITING)
    asked = sending.press(resumed, "send")
    assert sending.is_now(NoticeState.WAITING)
    assert sending.press(asked, "send").status == 200
    assert by_seven_zip(archive, told_in(sending.notice(customer))) == {FILE: WORKBOOK}
    assert sending.press(asked, "send").status == 409
    time.sleep(TICK_SECONDS)
    assert sending.notices(customer) == 1


def test_deleted_notice_stays_unsent_and_its_password_can_be_looked_at(running: Running) -> None:
    customer = "tanaka@hand.example"
    sending = Sending(running, customer)
    page = sending.page()
    asked = sending.press(page, "delete")
    deleted = sending.press(asked, "delete")
    assert sending.is_now(NoticeState.DELETED)
    shown = sending.press(deleted, "show")
    assert sending.password in shown.text
    assert by_seven_zip(sending.archive(customer), sending.password) == {FILE: WORKBOOK}
    looks = running.app.audit.about(sending.record.ref)
    assert "looked-at-password" in [line.code for line in looks]
    assert sending.notices(customer) == 0


def test_no_password_stands_in_a_log_or_a_table(running: Running) -> None:
    sendings = [Sending(running, f"tanaka@{domain}.example") for domain in ("soon", "wait", "hand")]
    for sending in sendings:
        sending.page()
    passwords = [sending.password.encode() for sending in sendings]
    logs = b"".join(path.read_bytes() for path in running.directory.rglob("*.log"))
    assert logs
    assert not [password for password in passwords if password in logs]
    for sending in sendings:
        stored = repr((sending.record, running.app.messages.events(sending.record.ref)))
        assert sending.password not in stored
