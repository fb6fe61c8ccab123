"""Sign an outgoing form of a message with the tenant's keys: DKIM, and an ARC set where the mail came signed (stage 4b).

The signature is made once and stored with the form, so that every attempt sends the same bytes, whatever keys were
changed meanwhile. It is made when delivery begins, not when a message is held: a key may be gone when it is released.

A tenant with keys would rather wait for minutes than send unsigned: where a key cannot be had, the message is tried
again like one that a server puts off, and comes back with a DSN in the end. ARC never delays anything: whatever it lacks,
the message goes without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.hold.record import Change, State, Variant
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import DkimKey, TenantSettings
from shared.core.signing import arc_chain, arc_seal, dkim_check
from shared.core.signing.body_hash import hash_body
from shared.core.signing.choose_key import author_domain, key_for_domain, newest_key
from shared.core.signing.dkim_sign import Signer, dkim_signature
from shared.core.signing.head import Field, NotSignable, read_fields, split
from shared.core.signing.keys import ADVISED_RSA, BadKey, read_private_key
from shared.core.signing.signature import Signature, hash_bodies
from shared.errors import MattaError
from shared.ports import Content
from shared.ports_dns import DnsUnavailable

LARGEST_SEALED = 25 * 1024 * 1024
"""Bytes. A larger message gets no ARC set: what came in and what goes out would have to be hashed."""
LONGEST_LOOKUPS = timedelta(seconds=5)
"""For all keys of one message together; a lookup that has begun may take its own time."""
_weak_keys: set[tuple[str, str]] = set()
"""Which short keys the log has told of: once in a process is enough."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What one signature is made of."""

    app: App
    settings: TenantSettings
    ref: MessageRef
    now: datetime


def signs(settings: TenantSettings) -> bool:
    """Whether anything of this tenant's leaves with a signature of Matta's."""
    return bool(settings.signing.dkim) and any(not route.signs for route in settings.routes)


def sign_first(app: App, settings: TenantSettings, change: Change, body: Content) -> Change:
    """The first change of a message that is about to be sent, its forms signed as far as that can be done now.

    ``body`` are the bytes of the forms that need no making. A form that stays unsigned is seen to when it is sent.
    """
    record = change.record
    if record.state is not State.DELIVERING or not signs(settings):
        return change
    incoming = None if record.own else body
    variants = tuple(sign_if_possible(app, settings, record.ref, one, body, incoming) for one in record.variants)
    return replace(change, record=replace(record, variants=variants))


def sign_if_possible(
    app: App, settings: TenantSettings, ref: MessageRef, variant: Variant, outgoing: Content, incoming: Content | None
) -> Variant:
    """``sign``, or the form as it is where that fails: it is tried again before the form is sent."""
    if not signs(settings):
        return variant
    try:
        return sign(app, settings, ref, variant, outgoing, incoming)
    except Exception as error:  # a message is judged and made whatever becomes of its signature
        log.trouble("sign", ref, error)
        return variant


def sign(
    app: App, settings: TenantSettings, ref: MessageRef, variant: Variant, outgoing: Content, incoming: Content | None
) -> Variant:
    """The form with its signature, which is empty where there is none to be made.

    ``outgoing`` are its bytes, ``incoming`` those of the message as it came (``None`` for Matta's own). Raises
    ``BadKey`` where the key that has to sign cannot be had, and what reading the bytes raises.
    """
    work = _Work(app, settings, ref, app.clock.now())
    try:
        head, body = split(outgoing.chunks())
        fields = read_fields(head)
        key = _author_key(work, fields)
    except NotSignable as reason:
        log.stage("sign", ref, "unsigned", reason=str(reason))
        return replace(variant, signed=True)
    signer = _signer(work, key) if key is not None else None
    seals = incoming is not None and settings.signing.arc and incoming.size <= LARGEST_SEALED
    if signer is None and not seals:
        return replace(variant, signed=True)
    digest = hash_body(body)
    signature = b""
    if signer is not None:
        signature = dkim_signature(fields, digest, signer, work.now)
        log.stage("sign", ref, "signed", domain=signer.domain, selector=signer.selector)
    if incoming is not None and seals:
        signed_fields = (*read_fields(signature), *fields)
        signature = _arc_set(work, incoming, signed_fields, digest, signer) + signature
    return replace(variant, signature=signature, signed=True)


def _author_key(work: _Work, fields: Iterable[Field]) -> DkimKey | None:
    domain = author_domain(fields)
    key = key_for_domain(work.settings.signing.dkim, domain, work.now)
    if key is None:
        log.stage("sign", work.ref, "unsigned", reason="no-key")
    return key


def _signer(work: _Work, key: DkimKey) -> Signer:
    """Raises ``BadKey``, whatever is wrong: somebody can put the key right any minute, so the message waits."""
    try:
        private = read_private_key(work.app.secrets.secret(key.secret))
    except MattaError as error:
        raise BadKey(f"the DKIM key for {key.domain} cannot be had: {type(error).__name__}") from error
    name = (key.domain, key.selector)
    if private.algorithm == "rsa-sha256" and private.bits < ADVISED_RSA and name not in _weak_keys:
        _weak_keys.add(name)
        log.stage("sign", work.ref, "weak-key", domain=key.domain, selector=key.selector, bits=private.bits)
    return Signer(key.domain, key.selector, private)


def _arc_set(work: _Work, incoming: Content, fields: tuple[Field, ...], digest: bytes, signer: Signer | None) -> bytes:
    """The set, or nothing: it is left out wherever something is missing."""
    try:
        head, _ = split(incoming.chunks())
        came = read_fields(head)
        if not arc_seal.comes_signed(came):
            return b""
        sealer = _sealer(work, signer)
        if sealer is None:
            log.stage("sign", work.ref, "unsealed", reason="no-key")
            return b""
        return _seal(work, incoming, came, fields, digest, sealer)
    except NotSignable as reason:
        log.stage("sign", work.ref, "unsealed", reason=str(reason))
    except DnsUnavailable:
        log.stage("sign", work.ref, "unsealed", reason="dns")
    except Exception as error:  # a seal is worth no delay, and what it is about was written by strangers
        log.trouble("sign", work.ref, error)
    return b""


def _sealer(work: _Work, signer: Signer | None) -> Signer | None:
    """The author's key if it is RSA, else the first of the tenant's that is: RFC 8617 knows no other algorithm."""
    if signer is not None and signer.key.algorithm == "rsa-sha256":
        return signer
    keys = work.settings.signing.dkim
    for domain in dict.fromkeys(key.domain for key in keys):
        newest = newest_key((key for key in keys if key.domain == domain), work.now)
        if newest is None:
            continue
        try:
            other = _signer(work, newest)
        except MattaError as error:
            log.trouble("sign", work.ref, error)
            continue
        if other.key.algorithm == "rsa-sha256":
            return other
    return None


def _seal(
    work: _Work, incoming: Content, came: tuple[Field, ...], fields: tuple[Field, ...], digest: bytes, sealer: Signer
) -> bytes:
    """Check what came, and seal what was found. Raises ``DnsUnavailable``: a chain that cannot be checked now is not
    called a broken one.
    """
    chain = arc_chain.read_chain(came)
    signatures = dkim_check.read_signatures(came)
    all_of_them = (*(one for one in signatures if one is not None), *chain.signatures())
    digests = hash_bodies(lambda: _body(incoming), all_of_them)
    records = _published(work, all_of_them)
    status = arc_chain.check_chain(chain, came, digests, records, work.now)
    checked = dkim_check.check_signatures(signatures, came, digests, records, work.now)
    made = arc_seal.arc_set(chain, status, checked, fields, digest, sealer, work.app.process.host_name, work.now)
    log.stage(
        "sign",
        work.ref,
        "sealed" if made else "unsealed",
        chain=status,
        dkim=",".join(one.result for one in checked),
        instance=chain.highest + 1,
    )
    return made


def _published(work: _Work, signatures: Iterable[Signature]) -> dict[str, tuple[str, ...] | None]:
    end = work.app.clock.now() + LONGEST_LOOKUPS
    records: dict[str, tuple[str, ...] | None] = {}
    for name in dict.fromkeys(one.key_name for one in signatures):
        if work.app.clock.now() > end:
            raise DnsUnavailable("the keys of a message take too long to look up")
        records[name] = work.app.dns.lookup(name, "TXT")
    return records


def _body(content: Content) -> Iterator[bytes]:
    return split(content.chunks())[1]
