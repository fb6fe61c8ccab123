"""What is particular to secrets in a vault: which version signs and when, what is kept, and that nothing leaks."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters import secrets_vault
from shared.adapters.secrets_vault import ACTIVATION, VaultSecrets
from shared.adapters.secrets_vault_names import secret_name
from shared.core.access.page_mark import read_mark, sign_mark
from shared.core.hold.link import LinkClaims, Purpose, read_link, sign_link
from shared.core.hold.sealed import NONCE_BYTES, CannotUnseal, seal, unseal
from shared.core.message.egress_token import check_egress_token, egress_token
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.message.trace import trace_field, valid_marks
from shared.errors import NotFound, SecretsUnreadable
from shared.settings import MisconfiguredProcess, ProcessSettings
from shared.wiring import connect
from tests.support.identity_endpoint import IdentityEndpoint
from tests.support.key_vault import KeyVault, StoredVersion
from tests.support.waiting import wait_for
from tests.support.web_server import Reply

CACHE = 300.0
LINK = "matta-key-link"
REF = MessageRef("demo", new_queue_id(datetime(2026, 11, 22, tzinfo=UTC), bytes(10)))


def key_of(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


@dataclass
class Place:
    """Workers on one vault, and a clock for all of them."""

    vault: KeyVault
    moment: float = 1_800_000_000.0
    workers: list[VaultSecrets] = field(default_factory=list)

    def worker(self) -> VaultSecrets:
        process = ProcessSettings(storage="none", key_vault_url=self.vault.url, secrets_cache_seconds=CACHE)
        made = VaultSecrets(process, now=lambda: self.moment, monotonic=lambda: self.moment)
        self.workers.append(made)
        return made

    def add(self, number: int, name: str = LINK, **attributes: float | bool) -> StoredVersion:
        return self.vault.set(name, key_of(number), **attributes)

    def pass_time(self, seconds: float) -> None:
        self.moment += seconds


@pytest.fixture
def place(vault: KeyVault) -> Place:
    made = Place(vault)
    vault.now = lambda: made.moment
    return made


def kids(secrets: VaultSecrets) -> list[str]:
    return [key.kid for key in secrets.signing_keys("link")]


class TestWhichKeySigns:
    def test_the_first_key_of_an_installation_signs_at_once(self, place: Place) -> None:
        first = place.add(1)
        assert kids(place.worker()) == [first.id]

    def test_a_new_key_verifies_before_it_signs(self, place: Place) -> None:
        old = place.add(1)
        place.pass_time(10_000)
        new = place.add(2)
        worker = place.worker()
        assert kids(worker) == [old.id, new.id]
        place.pass_time(ACTIVATION * CACHE - 1)
        assert kids(worker) == [old.id, new.id]
        place.pass_time(1)
        assert kids(worker) == [new.id, old.id]

    def test_no_worker_signs_with_what_another_cannot_verify(self, place: Place) -> None:
        """Workers look at different times, each as late as it may."""
        place.add(1)
        place.pass_time(10_000)
        workers = [place.worker() for _ in range(4)]
        for worker in workers:
            worker.signing_keys("link")
            place.pass_time(70)
        place.add(2)
        for _ in range(60):
            place.pass_time(20)
            signed = {worker.signing_keys("link")[0].kid for worker in workers}
            for worker in workers:
                assert signed <= set(kids(worker))
                assert wait_for(lambda: not any(kept._reading.locked() for kept in worker._purposes.values()))  # noqa: B023  # waited for within the round
        assert len(kids(workers[0])) == 2
        assert len({worker.signing_keys("link")[0].kid for worker in workers}) == 1

    @pytest.mark.parametrize(
        ("attributes", "signs", "verifies"),
        [
            pytest.param({}, True, True, id="plain"),
            pytest.param({"enabled": False}, False, False, id="disabled"),
            pytest.param({"expires": 1_799_999_000.0}, False, False, id="expired"),
            pytest.param({"expires": 1_900_000_000.0}, True, True, id="expires later"),
            pytest.param({"not_before": 1_900_000_000.0}, False, True, id="does not count yet"),
        ],
    )
    def test_attributes_count(
        self, place: Place, attributes: dict[str, float | bool], signs: bool, verifies: bool
    ) -> None:
        place.moment = 1_799_990_000.0
        place.add(1)
        place.pass_time(5)
        newer = place.add(2, **attributes)  # type: ignore[arg-type]  # attributes by name
        place.moment = 1_800_000_000.0
        found = kids(place.worker())
        assert (found[0] == newer.id, newer.id in found) == (signs, verifies)

    def test_a_key_that_expires_between_two_looks_is_gone_at_once(self, place: Place) -> None:
        place.add(1, expires=place.moment + 100)
        place.pass_time(1)
        other = place.add(2)
        worker = place.worker()
        assert len(kids(worker)) == 2
        place.pass_time(100)
        assert kids(worker) == [other.id]

    def test_a_disabled_key_is_gone_when_the_vault_is_looked_at_again(self, place: Place) -> None:
        old = place.add(1)
        place.pass_time(10_000)
        new = place.add(2)
        worker = place.worker()
        assert set(kids(worker)) == {old.id, new.id}
        old.enabled = False
        place.pass_time(2 * CACHE)
        assert kids(worker) == [new.id], "in an emergency, the one that is left signs although it is young"

    def test_a_version_that_is_no_key_takes_nothing_from_the_others(
        self, place: Place, caplog: pytest.LogCaptureFixture
    ) -> None:
        good = place.add(1)
        for bad in ("not base64!", "c2hvcnQ=", ""):
            place.vault.set(LINK, bad)
        assert kids(place.worker()) == [good.id]
        assert "is no key" in caplog.text
        assert "c2hvcnQ" not in caplog.text

    def test_a_key_with_a_line_end_is_read_as_openssl_wrote_it(self, place: Place) -> None:
        place.vault.set(LINK, key_of(1) + "\n")
        assert place.worker().signing_keys("link")[0].secret == bytes([1]) * 32

    def test_nothing_but_rubbish_is_temporary_and_nothing_enabled_is_not_found(self, place: Place) -> None:
        place.vault.set(LINK, "rubbish")
        with pytest.raises(SecretsUnreadable):
            place.worker().signing_keys("link")
        place.add(1, "matta-key-seal", enabled=False)
        with pytest.raises(NotFound):
            place.worker().signing_keys("seal")

    def test_only_the_newest_versions_count(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(secrets_vault, "_MOST_KEYS", 10)
        for number in range(13):
            place.add(number)
            place.pass_time(1)
        assert {key.secret[0] for key in place.worker().signing_keys("link")} == set(range(3, 13))


class TestTwoLiveVersions:
    """What was made with the old key goes on working; what is made anew uses the new one."""

    def test_links(self, place: Place) -> None:
        place.add(1)
        worker = place.worker()
        now = datetime.fromtimestamp(place.moment, UTC)
        claims = LinkClaims(REF, "hanako@aozora.example", Purpose.HOLD, now, now + timedelta(days=5))
        before = sign_link(claims, worker.signing_keys("link")[0])
        place.pass_time(10)
        new = place.add(2)
        place.pass_time(ACTIVATION * CACHE)
        assert read_link(before, worker.signing_keys("link"), now) == claims
        after = sign_link(claims, worker.signing_keys("link")[0])
        assert after != before
        assert worker.signing_keys("link")[0].kid == new.id
        assert read_link(after, worker.signing_keys("link"), now) == claims

    def test_trace_fields_marks_of_pages_and_egress_tokens(self, place: Place) -> None:
        envelope = Envelope("a@aozora.example", ("b@partner.example",))
        for purpose in ("trace", "egress"):
            place.add(1, f"matta-key-{purpose}")
        place.add(1)
        worker = place.worker()

        def make() -> tuple[bytes, str, str]:
            field = trace_field(REF, "relayed", envelope, worker.signing_keys("trace")[0])
            token = egress_token(worker.signing_keys("egress")[0], "hop.example", 25, int(place.moment), bytes(12))
            return field.partition(b":")[2], sign_mark("x", "place", worker.signing_keys("link")[0]), token

        before = make()
        place.pass_time(10)
        for purpose in ("trace", "egress", "link"):
            place.add(2, f"matta-key-{purpose}")
        began = place.moment
        place.pass_time(ACTIVATION * CACHE)
        after = make()
        for made, moment in ((before, began), (after, place.moment)):
            field, mark, token = made
            assert len(valid_marks([field], envelope, worker.signing_keys("trace"))) == 1
            assert read_mark(mark, "place", worker.signing_keys("link")) == "x"
            assert check_egress_token(token, worker.signing_keys("egress"), "hop.example", 25, int(moment))
        assert all(one != other for one, other in zip(before, after, strict=True))

    def test_sealed_passwords(self, place: Place) -> None:
        old = place.add(1, "matta-key-seal")
        worker = place.worker()
        before = seal("pässword", REF, worker.signing_keys("seal")[0], bytes(NONCE_BYTES))
        place.pass_time(10)
        place.add(2, "matta-key-seal")
        place.pass_time(ACTIVATION * CACHE)
        after = seal("pässword", REF, worker.signing_keys("seal")[0], bytes(NONCE_BYTES))
        assert before != after
        assert [unseal(sealed, REF, worker.signing_keys("seal")) for sealed in (before, after)] == ["pässword"] * 2
        old.enabled = False
        place.pass_time(2 * CACHE)
        assert unseal(after, REF, worker.signing_keys("seal")) == "pässword"
        with pytest.raises(CannotUnseal):
            unseal(before, REF, worker.signing_keys("seal"))


class TestWhatIsKept:
    def test_a_version_is_fetched_once(self, place: Place) -> None:
        place.add(1)
        worker = place.worker()
        for _ in range(5):
            worker.signing_keys("link")
            place.pass_time(2 * CACHE)
        gets = [path for path in place.vault.asked if "/versions" not in path]
        assert len(gets) == 1
        assert len(place.vault.asked) == 6

    def test_a_changed_password_is_used_after_a_while(self, place: Place) -> None:
        place.vault.set(secret_name("next-hop"), "one")
        worker = place.worker()
        assert worker.secret("next-hop") == "one"
        place.vault.set(secret_name("next-hop"), "two")
        assert worker.secret("next-hop") == "one"
        place.pass_time(CACHE)
        assert wait_for(lambda: worker.secret("next-hop") == "two")

    @pytest.mark.parametrize("reply", [Reply(503), Reply(429, b"", {"Retry-After": "5"}), Reply(silent=True)])
    def test_a_vault_that_is_away_stops_nothing(self, place: Place, reply: Reply) -> None:
        first = place.add(1)
        place.vault.set(secret_name("a"), "x")
        worker = place.worker()
        worker.signing_keys("link")
        worker.secret("a")
        place.vault.answer_instead = reply
        for _ in range(20):
            place.pass_time(CACHE)
            assert (kids(worker), worker.secret("a")) == ([first.id], "x")

    def test_before_the_first_answer_it_is_a_temporary_error(self, place: Place) -> None:
        place.add(1)
        place.vault.answer_instead = Reply(503)
        worker = place.worker()
        with pytest.raises(SecretsUnreadable):
            worker.signing_keys("link")
        place.vault.answer_instead = None
        place.pass_time(3)
        assert len(kids(worker)) == 1

    def test_a_tenants_name_reaches_none_of_mattas_keys(self, place: Place) -> None:
        place.add(1)
        worker = place.worker()
        for name in ("matta-key-link", "key-link", "../secrets/matta-key-link", "../matta-key-link?x="):
            with pytest.raises(NotFound):
                worker.secret(name)
        assert not [path for path in place.vault.asked if LINK in path]


class TestTheProcess:
    def test_no_log_shows_a_value_or_a_token(
        self, place: Place, identity: IdentityEndpoint, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        place.add(7)
        place.vault.set(secret_name("a"), "hunter2")
        worker = place.worker()
        told = f"{worker.signing_keys('link')!r}"
        worker.secret("a")
        place.vault.answer_instead = Reply(503)
        place.pass_time(3 * CACHE)
        worker.signing_keys("link")
        worker.secret("a")
        for hidden in ("hunter2", key_of(7), identity.tokens[-1]):
            assert hidden not in caplog.text + told

    def test_settings_choose_the_vault(self, place: Place) -> None:
        place.add(1)
        process = ProcessSettings(storage="UseDevelopmentStorage=true", key_vault_url=place.vault.url)
        assert len(connect(process).secrets.signing_keys("link")) == 1

    @pytest.mark.parametrize("also", ["keys_file", "secrets_file"])
    def test_a_vault_and_a_file_together_are_a_mistake(self, also: str) -> None:
        given = {"key_vault_url": "https://kv.vault.azure.net/", also: "somewhere.json"}
        with pytest.raises(MisconfiguredProcess, match="one place"):
            connect(ProcessSettings(storage="UseDevelopmentStorage=true", **given))  # type: ignore[arg-type]  # texts

    def test_an_address_that_is_no_vaults_is_named_at_the_start(self) -> None:
        with pytest.raises(MisconfiguredProcess, match="MATTA_KEY_VAULT_URL"):
            connect(ProcessSettings(storage="UseDevelopmentStorage=true", key_vault_url="https://example.com"))
