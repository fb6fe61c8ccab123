"""Seals and wrappings: recognised by structure, content and header; those of attached messages are not the message's."""

from __future__ import annotations

from base64 import b64encode

import pytest

from shared.core.message.facts import Protection
from shared.core.message.parse import parse
from shared.core.message.protection import find_protections
from tests.support.messages import crlf

SIGNED, ENCRYPTED, PGP_SIGNED, PGP_ENCRYPTED, TNEF, RIGHTS = (
    Protection.SMIME_SIGNED, Protection.SMIME_ENCRYPTED, Protection.PGP_SIGNED, Protection.PGP_ENCRYPTED, Protection.TNEF, Protection.RIGHTS_MANAGED,
)  # fmt: skip
TEXT = "Content-Type: text/plain\n\nhello"
PGP = "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"
PGP_TEXT = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n-----BEGIN PGP SIGNATURE-----"


def multipart(subtype: str, *parts: str, parameters: str = "") -> str:
    lines = "".join(f"--b\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{subtype}; boundary=b{parameters}\n\n{lines}--b--\n"


def sealed(parameters: str, oid: str = "", kind: str = "application/pkcs7-mime") -> str:
    content = b64encode(bytes.fromhex("3080" + oid) + b"rest").decode()
    return f"Content-Type: {kind}{parameters}\nContent-Transfer-Encoding: base64\n\n{content}\n"


SIGNED_OID, ENVELOPED_OID, AUTHENTICATED_OID = (
    "06092a864886f70d010702",
    "06092a864886f70d010703",
    "060b2a864886f70d0109100117",
)

CASES: dict[str, tuple[str, set[Protection]]] = {
    "none": (TEXT, set()),
    "clear-signed": (multipart("signed", TEXT, "Content-Type: application/pkcs7-signature\n\nx", parameters="; protocol=application/pkcs7-signature"), {SIGNED}),
    "clear-signed, protocol unset": (multipart("signed", TEXT, "Content-Type: application/x-pkcs7-signature\n\nx"), {SIGNED}),
    "PGP/MIME signed": (multipart("signed", TEXT, "Content-Type: application/pgp-signature\n\nx", parameters='; protocol="application/pgp-signature"'), {PGP_SIGNED}),
    "signed below a mailing list's footer": (
        "Content-Type: multipart/mixed; boundary=o\n\n--o\n" + multipart("signed", TEXT, TEXT) + f"--o\n{TEXT}\n--o--\n",
        {SIGNED},
    ),
    "enveloped by type": (sealed("; smime-type=enveloped-data"), {ENCRYPTED}),
    "signed by type": (sealed("; smime-type=signed-data"), {SIGNED}),
    "certificates only": (sealed("; smime-type=certs-only"), set()),
    "enveloped by content": (sealed("", ENVELOPED_OID), {ENCRYPTED}),
    "authenticated enveloped by content": (sealed("", AUTHENTICATED_OID), {ENCRYPTED}),
    "content is right where the type lies": (sealed("; smime-type=enveloped-data", SIGNED_OID), {SIGNED}),
    "neither tells": (sealed(""), {ENCRYPTED}),
    "old type": (sealed("", SIGNED_OID, "application/x-pkcs7-mime"), {SIGNED}),
    "smime.p7m as octets": (sealed("; name=smime.p7m", ENVELOPED_OID, "application/octet-stream"), {ENCRYPTED}),
    "PGP/MIME encrypted": (multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream\n\nx"), {PGP_ENCRYPTED}),
    "inline PGP": (f"Content-Type: text/plain\n\nsee:\n{PGP}\n", {PGP_ENCRYPTED}),
    "inline PGP signed": (f"Content-Type: text/plain\n\n{PGP_TEXT}\n", {PGP_SIGNED}),
    "inline PGP in base64": (f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{b64encode(PGP.encode()).decode()}\n", {PGP_ENCRYPTED}),
    "inline PGP quoted in a reply": ("Content-Type: text/plain\n\n> " + PGP.replace("\n", "\n> "), set()),
    "a public key is no seal": ("Content-Type: text/plain\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", set()),
    "more armor than is looked at": ("Content-Type: text/plain\n\n" + "-----BEGIN PGP KEY\n" * 1001, {PGP_SIGNED}),
    "TNEF": (multipart("mixed", TEXT, "Content-Type: application/ms-tnef\n\nx"), {TNEF}),
    "TNEF as octets": (multipart("mixed", TEXT, "Content-Type: application/octet-stream; name=WINMAIL.DAT\n\nx"), {TNEF}),
    "rights-managed part": (multipart("mixed", TEXT, "Content-Type: application/x-microsoft-rpmsg-message; name=message_v2.rpmsg\n\nx"), {RIGHTS}),
    "rights-managed by header": ("Content-Class: rpmsg.message\n" + TEXT, {RIGHTS}),
    "seal of an attached message": (multipart("mixed", TEXT, "Content-Type: message/rfc822\n\n" + sealed("; smime-type=enveloped-data")), set()),
    "two at once": (multipart("signed", PGP_TEXT.join(["Content-Type: text/plain\n\n", ""]), "Content-Type: application/pkcs7-signature\n\nx"), {SIGNED, PGP_SIGNED}),
}  # fmt: skip


@pytest.mark.parametrize(("message", "expected"), CASES.values(), ids=CASES.keys())
def test_protections(message: str, expected: set[Protection]) -> None:
    assert find_protections(parse(crlf(message))) == expected
