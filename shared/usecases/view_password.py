"""Show the password of an encrypted form to those whose business it is (stage 6); each look is recorded (Z7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared import log
from shared.app import App
from shared.core.hold.record import MessageRecord
from shared.core.hold.sealed import CannotUnseal, unseal
from shared.core.message.identity import MessageRef
from shared.errors import NotFound
from shared.usecases.change_password_notice import password_standing
from shared.usecases.decide_hold import Asker
from shared.usecases.note_look import note_password_look


@dataclass(frozen=True, slots=True)
class ShownPassword:
    """A password in clear, for one answer to one person. Not part of its ``repr``."""

    file_name: str
    password: str = field(repr=False)


def view_password(app: App, ref: MessageRef, asker: Asker, variant: str) -> ShownPassword:
    """The password of that variant's ZIP; that it was looked at is written first.

    Raises ``NotFound``, ``NotEntitled`` (also written), ``CannotUnseal`` where its key is gone, ``TemporaryError``.
    """
    stored = app.messages.load(ref)
    if stored is None or stored.record.own:
        raise NotFound("no such message")
    standing = password_standing(app, stored.record, asker, "password.look")
    shown = open_password(app, stored.record, variant)
    note_password_look(app, ref, standing, asker, variant)
    log.stage("look", ref, "password", channel=asker.channel)
    return shown


def open_password(app: App, record: MessageRecord, variant: str) -> ShownPassword:
    """The password of a variant, for whoever has the right already. Raises ``NotFound``, ``CannotUnseal``."""
    found = next((one for one in record.variants if one.name == variant and one.password), None)
    if found is None:
        raise NotFound("no such password")
    try:
        password = unseal(found.password, record.ref, app.secrets.signing_keys("seal"))
    except CannotUnseal as error:
        log.trouble("unseal", record.ref, error, variant=variant)
        raise
    return ShownPassword(found.file_name, password)
