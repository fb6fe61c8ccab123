"""A world whose policy encrypts what goes outside, and what is asked of it in tests about passwords."""

from __future__ import annotations

import email
import re
from datetime import timedelta
from email import policy as email_policy
from email.message import EmailMessage

from shared.core.hold.link import LinkClaims, Purpose, sign_link
from shared.core.hold.password_notice import PasswordNotice
from shared.core.hold.record import State
from shared.core.hold.sealed import unseal
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Action, Zip
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.usecases.run_due import run_due
from tests.fakes.next_hop import Transaction
from tests.support.app import OUTSIDE, SENDER, World, make_settings

OTHER = "hanae@other.example"
SECRET_FILE = b"top secret" * 10


def zip_world(*actions: Action, direct_deliveries: int = 0, **changes: object) -> World:
    """A tenant without rules, whose one policy is for mail that goes outside."""
    policy = Policy(id="p", when=RecipientDomain(operator="is-external"), actions=actions or (Zip(),))
    return World(make_settings(rules=(), policies=(policy,), **changes), direct_deliveries=direct_deliveries)


def letter_with_file(*to: str, cc: tuple[str, ...] = (), subject: str = "お見積り") -> bytes:
    """A mail with one attachment."""
    message = EmailMessage(policy=email_policy.SMTPUTF8)
    message["From"] = f"青空 花子 <{SENDER}>"
    message["To"] = ", ".join(to)
    if cc:
        message["Cc"] = ", ".join(cc)
    message["Subject"] = subject
    message["Message-ID"] = "<mitsumori-1@aozora.example>"
    message.set_content("Hello.\r\n")
    message.add_attachment(SECRET_FILE, maintype="application", subtype="pdf", filename="見積書.pdf")
    return message.as_bytes()


def send_file(
    world: World, *recipients: str, to: tuple[str, ...] = (), cc: tuple[str, ...] = (), subject: str = "お見積り"
) -> MessageRef:
    """Judge and deliver a mail with a file; recipients that neither ``to`` nor ``cc`` names are Bcc."""
    named = to or tuple(one for one in recipients if one not in cc)
    ref = world.judge(*recipients, data=letter_with_file(*named, cc=cc, subject=subject))
    world.work()
    return ref


def the_notice(world: World, ref: MessageRef) -> PasswordNotice:
    """The one password notice of a message."""
    (notice,) = world.record(ref).passwords
    return notice


def tick(world: World, **time: float) -> None:
    """Let time pass, then let one timer tick and the queues run empty."""
    world.clock.advance(seconds=timedelta(**time).total_seconds())
    run_due(world.app)
    world.work()


def password_of(world: World, ref: MessageRef) -> str:
    """The password of a message's ZIP, from its record."""
    record = world.record(ref)
    (variant,) = [variant for variant in record.variants if variant.password]
    return unseal(variant.password, record.ref, world.app.secrets.signing_keys("seal"))


def transactions_with(world: World, sender: str, recipient: str) -> list[Transaction]:
    """What went from an envelope sender to a recipient who took it."""
    return [sent for sent in world.next_hop.transactions if sent.reverse_path == sender and recipient in sent.accepted]


def is_zip(sent: Transaction) -> bool:
    """Whether it is the encrypted message itself."""
    return b"application/zip" in sent.data


def password_mails(world: World) -> list[Transaction]:
    """Accepted mails that tell recipients a password: from the sender's address, and not the message itself."""
    return [
        sent
        for sent in world.next_hop.transactions
        if sent.accepted and sent.reverse_path and b"<password-part-" in sent.data
    ]


def receipts(world: World, person: str = SENDER) -> list[Transaction]:
    """Accepted mails that tell somebody of an encryption."""
    return [sent for sent in world.next_hop.transactions if person in sent.accepted and b"<receipt-" in sent.data]


def parsed(sent: Transaction) -> EmailMessage:
    """The message of a transaction, as Python's ``email`` reads it."""
    message = email.message_from_bytes(sent.data, policy=email_policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(sent: Transaction) -> str:
    """The plain text that people read."""
    body = parsed(sent).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def told_password(sent: Transaction) -> str:
    """The password as our own words tell it."""
    found = re.search(r"パスワード：(\S+)", text_of(sent))
    assert found is not None
    return found.group(1)


def receipt_token(world: World, ref: MessageRef, person: str = SENDER) -> str:
    """The token of the link that a receipt brings."""
    now = world.clock.now()
    claims = LinkClaims(ref, person, Purpose.RECEIPT, now, now + timedelta(days=7))
    return sign_link(claims, world.app.secrets.signing_keys("link")[0])


def delivered_file(world: World, *recipients: str) -> MessageRef:
    """A delivered mail whose recipients outside have the ZIP."""
    ref = send_file(world, *(recipients or (OUTSIDE,)))
    assert world.record(ref).state is State.DELIVERED
    return ref
