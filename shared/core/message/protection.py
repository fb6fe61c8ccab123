"""Seals and wrappings that a change would break: S/MIME, PGP, TNEF, rights management. Stage parse.

Sources: RFC 8551 (S/MIME 4.0) sections 3.2 and 3.5, RFC 3156 (PGP/MIME), RFC 9580 section 6.2 (PGP armor),
[MS-OXTNEF], [MS-OXORMMS] (rights-managed mail). An attached message keeps its own seals: they are not the message's.
"""

from __future__ import annotations

from shared.core.message.attachments import Leaf, is_body_text, leaves
from shared.core.message.facts import Protection
from shared.core.message.headers import disposition, first_body, parameter, token
from shared.core.message.source import find
from shared.core.message.spans import Part, Tree
from shared.core.message.transfer import decoded_head

_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
_AUTH_ENVELOPED_DATA = bytes.fromhex("060b2a864886f70d0109100117")
_RIGHTS_TYPE = "application/x-microsoft-rpmsg-message"
_ARMOR = b"-----BEGIN PGP "
_ENCODED_TEXT = 64 * 1024
_MAX_ARMOR = 1000


def find_protections(tree: Tree) -> frozenset[Protection]:
    """The protections of a message, by its structure and headers."""
    found: set[Protection] = set()
    seen: set[str] = set()
    for leaf in leaves(tree):
        for container in leaf.above:
            if container.path not in seen:
                seen.add(container.path)
                _of_container(container, found)
        _of_leaf(tree, leaf, found)
    content_class = first_body(tree, tree.root, b"content-class").strip().lower()
    if content_class == b"rpmsg.message":
        found.add(Protection.RIGHTS_MANAGED)
    return frozenset(found)


def _of_container(part: Part, found: set[Protection]) -> None:
    kind = part.content.value
    if kind not in ("multipart/signed", "multipart/encrypted"):
        return
    protocol = token(part.content.parameters, "protocol")
    second = part.children[1].content.value if len(part.children) > 1 else ""
    if kind == "multipart/encrypted":
        found.add(Protection.PGP_ENCRYPTED)
    elif "pgp" in (protocol or second):
        found.add(Protection.PGP_SIGNED)
    else:
        found.add(Protection.SMIME_SIGNED)


def _of_leaf(tree: Tree, leaf: Leaf, found: set[Protection]) -> None:
    part = leaf.part
    kind = part.content.value
    if kind in _SEALED:
        found.update(_sealed(tree, part))
    elif kind == "application/ms-tnef":
        found.add(Protection.TNEF)
    elif kind == _RIGHTS_TYPE:
        found.add(Protection.RIGHTS_MANAGED)
    elif kind.startswith("application/"):
        name = (
            parameter(disposition(tree, part)[1], "filename") or parameter(part.content.parameters, "name") or ""
        ).lower()
        if name == "winmail.dat":
            found.add(Protection.TNEF)
        elif name == "smime.p7m" and not leaf.above:
            found.update(_sealed(tree, part))  # some gateways send the type as application/octet-stream
    elif is_body_text(tree, leaf):
        _inline_pgp(tree, part, found)


def _sealed(tree: Tree, part: Part) -> set[Protection]:
    """What a PKCS #7 part is: by the object identifier of its content, else by its ``smime-type``."""
    head = decoded_head(tree.data, part, 64)
    if _SIGNED_DATA in head:
        return {Protection.SMIME_SIGNED}
    if _ENVELOPED_DATA in head or _AUTH_ENVELOPED_DATA in head:
        return {Protection.SMIME_ENCRYPTED}
    named = token(part.content.parameters, "smime-type")
    if named in ("signed-data", "signed-receipt"):
        return {Protection.SMIME_SIGNED}
    if named in ("certs-only", "compressed-data"):
        return set()
    return {Protection.SMIME_ENCRYPTED}


def _inline_pgp(tree: Tree, part: Part, found: set[Protection]) -> None:
    """Armor at the start of a line of a text body."""
    if part.encoding == "base64":
        text = b"\n" + decoded_head(tree.data, part, _ENCODED_TEXT)
        if b"\n" + _ARMOR + b"MESSAGE-----" in text:
            found.add(Protection.PGP_ENCRYPTED)
        if b"\n" + _ARMOR + b"SIGNED MESSAGE-----" in text:
            found.add(Protection.PGP_SIGNED)
        return
    position = part.body.start
    for _ in range(_MAX_ARMOR):
        at = find(tree.data, _ARMOR, position, part.body.end)
        if at < 0:
            return
        position = at + len(_ARMOR)
        if at > part.body.start and tree.data[at - 1] not in b"\r\n":
            continue
        label = tree.data[position : min(position + 19, part.body.end)]
        if bytes(label).startswith(b"MESSAGE-----"):
            found.add(Protection.PGP_ENCRYPTED)
        elif bytes(label).startswith(b"SIGNED MESSAGE-----"):
            found.add(Protection.PGP_SIGNED)
    found.add(Protection.PGP_SIGNED)  # more armor than can be looked at: what can't be told apart is not to be changed
