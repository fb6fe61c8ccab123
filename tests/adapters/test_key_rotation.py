"""Keys rotate while links are signed and read and passwords are sealed and opened: nothing fails, on any worker.

A vault with two workers on it, threads that work all the time on what the other worker made, and an operator who adds
versions and disables the oldest, with bad moments of the vault in between. The same for keys in files.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.secrets_file import FileSecrets, create_keys_file
from shared.adapters.secrets_vault import VaultSecrets
from shared.core.hold.link import LinkClaims, Purpose, read_link, sign_link
from shared.core.hold.sealed import NONCE_BYTES, seal, unseal
from shared.core.message.identity import MessageRef, new_queue_id
from shared.ports import Secrets
from shared.settings import ProcessSettings
from tests.support.key_vault import KeyVault, StoredVersion
from tests.support.waiting import wait_for
from tests.support.web_server import Reply

REF = MessageRef("demo", new_queue_id(datetime(2026, 11, 22, tzinfo=UTC), bytes(10)))
CACHE = 1.0
"""In seconds, five minutes in production. An answer of the vault must take less, also where eight tests run at a time."""
PURPOSES = ("link", "seal")


@dataclass
class Traffic:
    """Threads that sign with one worker and read with the other, at once and a while later."""

    signers: Sequence[Secrets]
    life: float
    """Seconds that what was made stays of use: a key is taken away only later."""
    failures: list[BaseException] = field(default_factory=list)
    kids: set[str] = field(default_factory=set)
    made: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, operate: Callable[[], None]) -> None:
        """Let the traffic flow while ``operate`` does its work."""
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            operate()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)

    def _work(self, number: int) -> None:
        one, other = self.signers[number % 2], self.signers[(number + 1) % 2]
        kept: list[tuple[float, str, bytes]] = []
        try:
            while not self._stop.is_set():
                link, sealed = self._make(one)
                self._read(other, link, sealed)
                kept.append((time.monotonic(), link, sealed))
                while kept and time.monotonic() - kept[0][0] > self.life / 2:
                    _, link, sealed = kept.pop(0)
                    self._read(one, link, sealed)
                    self._read(other, link, sealed)
                time.sleep(0.02)
        except BaseException as error:
            self.failures.append(error)

    def _make(self, worker: Secrets) -> tuple[str, bytes]:
        now = datetime.now(UTC)
        claims = LinkClaims(REF, "hanako@aozora.example", Purpose.HOLD, now, now + timedelta(days=1))
        key = worker.signing_keys("link")[0]
        with self._lock:
            self.kids.add(key.kid)
            self.made += 1
        sealing = worker.signing_keys("seal")[0]
        return sign_link(claims, key), seal("pässword", REF, sealing, secrets.token_bytes(NONCE_BYTES))

    def _read(self, worker: Secrets, link: str, sealed: bytes) -> None:
        read_link(link, worker.signing_keys("link"), datetime.now(UTC))
        assert unseal(sealed, REF, worker.signing_keys("seal")) == "pässword"


def test_versions_come_and_go_in_the_vault_during_traffic(vault: KeyVault) -> None:
    live: dict[str, list[StoredVersion]] = {purpose: [] for purpose in PURPOSES}

    def add() -> list[StoredVersion]:
        for purpose in PURPOSES:
            value = base64.b64encode(secrets.token_bytes(32)).decode()
            live[purpose].append(vault.set(f"matta-key-{purpose}", value))
        return [live[purpose][-1] for purpose in PURPOSES]

    process = ProcessSettings(storage="none", key_vault_url=vault.url, secrets_cache_seconds=CACHE)
    workers = [VaultSecrets(process), VaultSecrets(process)]
    traffic = Traffic(workers, life=1.0)

    def operate() -> None:
        for trouble in (None, Reply(429, b"", {"Retry-After": "0"})):
            link, _ = add()
            vault.answer_instead = trouble
            time.sleep(CACHE / 4)
            vault.answer_instead = None
            assert wait_for(lambda: link.id in traffic.kids or bool(traffic.failures))  # noqa: B023  # waited for within the round
            # until the other worker signs with it too, and what the old made is over
            time.sleep(2 * CACHE + traffic.life)
            for purpose in PURPOSES:
                live[purpose][-2].enabled = False

    vault.now = lambda: time.time() - 1000
    add()
    # The vault's times are whole seconds, and cut: a version would seem up to one second older than it is.
    vault.now = lambda: time.time() + 1
    traffic.run(operate)
    assert traffic.failures == []
    assert traffic.kids == {version.id for version in live["link"]}
    assert traffic.made > 100


def test_keys_come_and_go_in_a_file_during_traffic(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_keys_file(path)
    workers = [FileSecrets(str(path), ""), FileSecrets(str(path), "")]
    first = workers[0].signing_keys("link")[0].kid
    traffic = Traffic(workers, life=0.4)

    def operate() -> None:
        from shared.adapters.secrets_file_rotation import add_key, remove_key

        for _ in range(3):
            added = {purpose: add_key(path, purpose, delay_seconds=0.3) for purpose in PURPOSES}
            assert wait_for(lambda: added["link"] in traffic.kids or bool(traffic.failures))  # noqa: B023  # waited for within the round
            time.sleep(traffic.life + 0.2)
            for purpose in PURPOSES:
                remove_key(path, purpose, workers[0].signing_keys(purpose)[-1].kid)

    traffic.run(operate)
    assert traffic.failures == []
    assert len(traffic.kids) == 4
    assert first in traffic.kids
    assert all(len(workers[0].signing_keys(purpose)) == 1 for purpose in PURPOSES)


def test_a_key_that_is_taken_away_too_early_is_noticed(tmp_path: Path) -> None:
    """Else the tests above would prove nothing."""
    path = tmp_path / "keys.json"
    create_keys_file(path)
    traffic = Traffic([FileSecrets(str(path), ""), FileSecrets(str(path), "")], life=10.0)

    def operate() -> None:
        from shared.adapters.secrets_file_rotation import add_key, remove_key

        assert wait_for(lambda: traffic.made > 20)
        old = traffic.signers[0].signing_keys("seal")[0].kid
        add_key(path, "seal", delay_seconds=0)
        remove_key(path, "seal", old)
        with pytest.raises(Exception, match="not at hand"):
            unseal(seal_with_old, REF, traffic.signers[0].signing_keys("seal"))

    seal_with_old = seal("x", REF, traffic.signers[0].signing_keys("seal")[0], bytes(NONCE_BYTES))
    traffic.run(operate)
