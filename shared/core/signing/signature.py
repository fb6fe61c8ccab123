"""``Signature``: a DKIM-Signature, ARC-Message-Signature or ARC-Seal as it was read, and its check. Part of stage 4b.

Sources: RFC 6376 sections 3.5 and 6.1, RFC 8301 (no SHA-1, no short keys), RFC 8463, RFC 8617 section 4.1.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from shared.core.signing.body_hash import BodyHash, Canonical
from shared.core.signing.head import Field, selected
from shared.core.signing.keys import read_public_key
from shared.core.signing.tags import BadTags, read_base64, read_tags, unspaced, without_signature

Result = Literal["pass", "fail", "policy", "permerror", "temperror"]
"""Words of RFC 8601 section 2.7.1. ``policy``: a signature over the beginning of the body alone (``l=``), after which
anybody may have put anything (RFC 6376 section 8.2): nothing that Matta vouches for.
"""
Records = Mapping[str, tuple[str, ...] | None]
"""TXT records by name; ``None`` where no server answered."""
ALGORITHMS = ("rsa-sha256", "ed25519-sha256")
MOST_NAMES = 1000
BEGINNING_ONLY = b""
"""In place of the digest of a body that goes on after the ``l=`` of its signature."""
_DOMAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,250}[A-Za-z0-9_])?")
_NUMBER = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class BodyForm:
    """How a signature has the body hashed."""

    canonical: Canonical
    length: int | None

    def begin(self) -> BodyHash:
        """A hash to be fed."""
        return BodyHash(self.canonical, length=self.length)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature's claims. ``form`` is ``None`` for a seal, which is not about the body."""

    field: Field
    algorithm: str
    domain: str
    selector: str
    identity: str
    names: tuple[bytes, ...]
    header_simple: bool
    form: BodyForm | None
    body_digest: bytes
    value: bytes
    expires: int | None
    tags: Mapping[str, str]

    @property
    def key_name(self) -> str:
        """Where its public key is published."""
        return f"{self.selector}._domainkey.{self.domain}"


def read_signature(field: Field, *, seal: bool = False) -> Signature:
    """A signature's field. Raises ``BadTags`` where it is none that can be checked."""
    try:
        tags = read_tags(field.value.decode("ascii"))
    except UnicodeDecodeError as error:
        raise BadTags("not-ascii") from error
    is_dkim = field.key == b"dkim-signature"
    wanted = {"a", "b", "d", "s"} | (set() if seal else {"bh", "h"}) | ({"v"} if is_dkim else {"i"})
    if wanted - tags.keys() or (is_dkim and tags["v"] != "1") or (seal and "h" in tags):
        raise BadTags("missing-tag")
    algorithm, domain, selector = tags["a"].lower(), unspaced(tags["d"]).lower(), unspaced(tags["s"]).lower()
    if algorithm not in ALGORITHMS or (not is_dkim and not algorithm.startswith("rsa")):
        raise BadTags("algorithm")
    if _DOMAIN.fullmatch(domain) is None or _DOMAIN.fullmatch(selector) is None:
        raise BadTags("domain")
    header, _, body = tags.get("c", "simple/simple" if is_dkim else "relaxed/relaxed").lower().partition("/")
    body = body or "simple"
    if not {header, body} <= {"simple", "relaxed"}:
        raise BadTags("canonicalization")
    names = tuple(unspaced(name).lower().encode() for name in tags.get("h", "").split(":"))
    if not seal and (b"from" not in names or len(names) > MOST_NAMES or b"arc-seal" in names):
        raise BadTags("signed-fields")
    identity = unspaced(tags.get("i", f"@{domain}")).rpartition("@")[2].lower() if is_dkim else domain
    if identity != domain and not identity.endswith(f".{domain}"):
        raise BadTags("identity")
    return Signature(
        field,
        algorithm,
        domain,
        selector,
        identity,
        names,
        header == "simple" and not seal,
        None if seal else BodyForm(cast("Canonical", body), _number(tags, "l")),
        b"" if seal else read_base64(tags["bh"]),
        read_base64(tags["b"]),
        _number(tags, "x"),
        tags,
    )


def hash_bodies(chunks: Callable[[], Iterable[bytes]], signatures: Iterable[Signature]) -> dict[BodyForm, bytes]:
    """The body's digest in every form that a signature has; ``chunks`` is called once, if at all."""
    hashes = {one.form: one.form.begin() for one in signatures if one.form is not None}
    if hashes:
        for chunk in chunks():
            for body in hashes.values():
                body.update(chunk)
    digests = {form: body.digest() for form, body in hashes.items()}
    return {form: digest if hashes[form].covers_all else BEGINNING_ONLY for form, digest in digests.items()}


def check(
    signature: Signature,
    fields: Sequence[Field],
    digests: Mapping[BodyForm, bytes],
    records: Records,
    now: datetime,
) -> Result:
    """What a signature over a message's fields and body is worth."""
    if signature.expires is not None and signature.expires < now.timestamp():
        return "fail"
    published = records.get(signature.key_name, ())
    if published is None:
        return "temperror"
    if signature.form is not None:
        digest = digests[signature.form]
        if digest == BEGINNING_ONLY:
            return "policy"
        if not hmac.compare_digest(digest, signature.body_digest):
            return "fail"
    data = _hashed(signature, list(selected(_others(fields, signature), signature.names)))
    return check_with(signature, data, published)


def check_with(signature: Signature, data: bytes, published: Sequence[str]) -> Result:
    """The same for the bytes that were signed. ``published`` are the TXT records under its name; the first key counts."""
    for record in published:
        try:
            key = read_public_key(record)
        except BadTags:
            continue
        if key is None:
            return "permerror"
        if key.strict and signature.identity != signature.domain:
            return "permerror"
        return "pass" if key.verifies(signature.value, data, signature.algorithm) else "fail"
    return "permerror"


def _others(fields: Sequence[Field], signature: Signature) -> list[Field]:
    """Without the signature's own field: it is hashed last, and not as one of the listed ones."""
    return [field for field in fields if field is not signature.field]


def _hashed(signature: Signature, fields: Sequence[Field]) -> bytes:
    own = Field(signature.field.key, without_signature(signature.field.raw))
    if signature.header_simple:
        return b"".join(field.simple() + b"\r\n" for field in fields) + own.simple()
    return b"".join(field.relaxed() + b"\r\n" for field in fields) + own.relaxed()


def _number(tags: Mapping[str, str], name: str) -> int | None:
    if name not in tags:
        return None
    if _NUMBER.fullmatch(tags[name]) is None:
        raise BadTags("number")
    return int(tags[name])
