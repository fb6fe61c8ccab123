"""Make an ARC set (RFC 8617 section 5.1): what was found when the message came in, sealed over what goes out. Stage 4b."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.core.signing.arc_chain import AAR, AMS, ARC_FIELDS, MOST_SETS, SEAL, ArcChain, ChainStatus, sealed_bytes
from shared.core.signing.dkim_check import Checked
from shared.core.signing.dkim_sign import Signer, signed_field, signed_names
from shared.core.signing.head import Field
from shared.core.signing.tags import with_signature, write_field


def arc_set(
    chain: ArcChain,
    status: ChainStatus,
    checked: Sequence[Checked],
    fields: Sequence[Field],
    body_digest: bytes,
    signer: Signer,
    authority: str,
    at: datetime,
) -> bytes:
    """The three fields, the seal first. ``fields`` and ``body_digest`` (that of ``BodyHash``) are of the outgoing bytes.

    ``authority`` is the name by which Matta gives authentication results. Empty where the chain must not be added to: it
    has ended, is at its longest, or could not be checked. The signer's key is RSA: RFC 8617 knows no other.
    """
    instance = chain.highest + 1
    if chain.ended or instance > MOST_SETS or status == "temperror" or signer.key.algorithm != "rsa-sha256":
        return b""
    time = str(int(at.timestamp()))
    results = _results(instance, authority, checked, status)
    names = (*signed_names(fields), *(field.key for field in fields if field.key == b"dkim-signature"))
    message = signed_field(
        "ARC-Message-Signature",
        [
            ("i", str(instance)),
            ("a", signer.key.algorithm),
            ("c", "relaxed/relaxed"),
            ("d", signer.domain),
            ("s", signer.selector),
            ("t", time),
            ("h", b":".join(names).decode("ascii")),
            ("bh", base64.b64encode(body_digest).decode("ascii")),
        ],
        fields,
        names,
        signer.key,
    )
    open_seal = write_field(
        "ARC-Seal",
        [
            ("i", str(instance)),
            ("a", signer.key.algorithm),
            ("t", time),
            ("cv", status),
            ("d", signer.domain),
            ("s", signer.selector),
        ],
    )
    own = {AAR: _field(AAR, results), AMS: _field(AMS, message), SEAL: _field(SEAL, open_seal)}
    # The seal of a chain that failed is over its own set alone (section 5.1.2): the others may be anything.
    before: list[Mapping[bytes, Field]] = [] if status == "fail" else [one.fields for one in chain.sets]
    seal = with_signature(open_seal, signer.key.sign(sealed_bytes([*before, own])))
    return seal + message + results


def comes_signed(fields: Sequence[Field]) -> bool:
    """Whether somebody signed or sealed the message before."""
    return any(field.key == b"dkim-signature" or field.key in ARC_FIELDS for field in fields)


def _results(instance: int, authority: str, checked: Sequence[Checked], status: ChainStatus) -> bytes:
    words = [one.words() for one in checked] or ["dkim=none"]
    lines = [f"i={instance}; {authority}", *words, f"arc={status}"]
    return ("ARC-Authentication-Results: " + ";\r\n\t".join(lines) + "\r\n").encode("ascii")


def _field(key: bytes, raw: bytes) -> Field:
    return Field(key, raw.removesuffix(b"\r\n"))
