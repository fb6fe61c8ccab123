"""Keys that seal passwords change in their file while mail is delivered and notices go out: nothing stops, nothing is lost."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from shared.adapters.secrets_file import FileSecrets, create_keys_file
from shared.core.hold.sealed import CannotUnseal
from shared.core.message.identity import MessageRef
from tests.support.app import OUTSIDE, World
from tests.support.encrypted_mail import (
    OTHER,
    delivered_file,
    parsed,
    password_mails,
    password_of,
    receipts,
    tick,
    told_password,
    zip_world,
)


class KeyFile:
    """The file of keys, changed as an operator changes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        create_keys_file(path)
        self._changes = 0

    @property
    def kids(self) -> list[str]:
        return [key["kid"] for key in json.loads(self.path.read_text())["seal"]]

    def put_in_front(self, kid: str) -> None:
        document = json.loads(self.path.read_text())
        secret = base64.b64encode(kid.encode().ljust(32, b"-")).decode()
        document["seal"] = [{"kid": kid, "secret": secret}, *document["seal"]]
        self._write(document)

    def take_out_the_last(self) -> None:
        document = json.loads(self.path.read_text())
        document["seal"] = document["seal"][:-1]
        self._write(document)

    def _write(self, document: object) -> None:
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(document))
        temporary.chmod(0o600)
        self._changes += 1
        os.utime(temporary, (self._changes, self._changes))
        temporary.replace(self.path)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def world(keys: KeyFile) -> World:
    world = zip_world()
    world.app = replace(world.app, secrets=FileSecrets(str(keys.path), ""))
    return world


def sealed_with(world: World, ref: MessageRef) -> str:
    (sealed,) = [variant.password for variant in world.record(ref).variants if variant.password]
    return sealed[2 : 2 + sealed[1]].decode()


def test_new_key_seals_and_the_old_one_still_opens_without_a_restart(world: World, keys: KeyFile) -> None:
    first = delivered_file(world)
    keys.put_in_front("second")
    second = delivered_file(world, OTHER)
    assert [sealed_with(world, ref) for ref in (first, second)] == [keys.kids[1], "second"]
    tick(world, minutes=5)
    assert {mail.recipients: told_password(mail) for mail in password_mails(world)} == {
        (OUTSIDE,): password_of(world, first),
        (OTHER,): password_of(world, second),
    }
    keys.take_out_the_last()
    assert password_of(world, second)
    with pytest.raises(CannotUnseal):
        password_of(world, first)


def test_key_that_is_taken_out_too_early_is_told_to_those_it_is_about_and_to_nobody_else(
    world: World, keys: KeyFile
) -> None:
    delivered_file(world)
    keys.put_in_front("second")
    late = delivered_file(world, OTHER)
    keys.take_out_the_last()
    world.pass_time(lambda: len(receipts(world)) == 3)
    assert [told_password(mail) for mail in password_mails(world)] == [password_of(world, late)]
    assert str(parsed(receipts(world)[2])["Subject"]).startswith("パスワードを通知できません")


def test_file_that_is_damaged_for_a_moment_loses_nothing(world: World, keys: KeyFile) -> None:
    ref = delivered_file(world)
    good = keys.path.read_bytes()
    keys.path.write_bytes(b"{")
    tick(world, minutes=5)
    keys.path.write_bytes(good)
    world.pass_time(lambda: len(password_mails(world)) == 1)
    assert told_password(password_mails(world)[0]) == password_of(world, ref)
