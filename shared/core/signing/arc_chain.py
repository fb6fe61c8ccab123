"""``ArcChain``: the ARC sets of a message that came in, and what they are worth (RFC 8617 section 5.2). Part of stage 4b."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.core.signing.head import Field
from shared.core.signing.signature import BodyForm, Records, Result, Signature, check, check_with, read_signature
from shared.core.signing.tags import BadTags, without_signature

MOST_SETS = 50
"""RFC 8617 section 4.2.1."""
AAR, AMS, SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
ARC_FIELDS = (AAR, AMS, SEAL)
"""The fields of a set, in the order in which seals hash them."""
ChainStatus = Literal["none", "pass", "fail", "temperror"]
_INSTANCE = re.compile(rb"(?:^|;)[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,3})[ \t\r\n]*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArcSet:
    """One instance: the three fields."""

    fields: Mapping[bytes, Field]
    message: Signature
    seal: Signature


@dataclass(frozen=True, slots=True)
class ArcChain:
    """The sets from the first on. ``broken`` says why the chain cannot hold, whatever its signatures are; else ``""``.

    ``highest`` is the largest instance that was seen; 0: there is no chain. ``ended`` is whether its last seal says that
    the chain failed: then nobody adds to it.
    """

    sets: tuple[ArcSet, ...] = ()
    highest: int = 0
    broken: str = ""
    ended: bool = False

    def signatures(self) -> tuple[Signature, ...]:
        """All that must hold: the last message signature, and every seal."""
        if self.broken or self.ended or not self.sets:
            return ()
        return (self.sets[-1].message, *(one.seal for one in self.sets))


def read_chain(fields: Sequence[Field]) -> ArcChain:
    """The chain in a header. Never raises."""
    found: dict[int, dict[bytes, list[Field]]] = {}
    broken = ""
    for field in fields:
        if field.key not in ARC_FIELDS:
            continue
        instance = _INSTANCE.search(field.value[:200] if field.key == AAR else field.value)
        number = int(instance.group(1)) if instance else 0
        if not 1 <= number <= MOST_SETS:
            broken = "instance"
            continue
        found.setdefault(number, {}).setdefault(field.key, []).append(field)
    highest = max(found, default=0)
    ended = any(_says_fail(field) for field in found.get(highest, {}).get(SEAL, []))
    if broken or not highest:
        return ArcChain((), highest, broken, ended)
    sets: list[ArcSet] = []
    for number in range(1, highest + 1):
        one = found.get(number, {})
        if set(one) != set(ARC_FIELDS) or any(len(each) > 1 for each in one.values()):
            return ArcChain((), highest, "incomplete", ended)
        try:
            message, seal = read_signature(one[AMS][0]), read_signature(one[SEAL][0], seal=True)
        except BadTags as error:
            return ArcChain((), highest, str(error), ended)
        if seal.tags.get("cv", "").lower() != ("none" if number == 1 else "pass"):
            return ArcChain((), highest, "chain-value", ended)
        sets.append(ArcSet({key: each[0] for key, each in one.items()}, message, seal))
    return ArcChain(tuple(sets), highest)


def check_chain(
    chain: ArcChain, fields: Sequence[Field], digests: Mapping[BodyForm, bytes], records: Records, now: datetime
) -> ChainStatus:
    """What the chain is worth. ``temperror`` where a key could not be had and nothing else has failed."""
    if not chain.highest and not chain.broken:
        return "none"
    if chain.broken or chain.ended:
        return "fail"
    results = [check(chain.sets[-1].message, fields, digests, records, now)]
    results += [_check_seal(chain, place, records) for place in range(len(chain.sets))]
    if any(result in ("fail", "policy", "permerror") for result in results):
        return "fail"
    return "temperror" if "temperror" in results else "pass"


def sealed_bytes(sets: Sequence[Mapping[bytes, Field]]) -> bytes:
    """What the seal of the last of these sets is over: all of them, its own ``b=`` empty (RFC 8617 section 5.1.1)."""
    fields = [one[key] for one in sets for key in ARC_FIELDS]
    own = Field(SEAL, without_signature(fields.pop().raw))
    return b"".join(field.relaxed() + b"\r\n" for field in fields) + own.relaxed()


def _check_seal(chain: ArcChain, place: int, records: Records) -> Result:
    seal = chain.sets[place].seal
    published = records.get(seal.key_name, ())
    if published is None:
        return "temperror"
    return check_with(seal, sealed_bytes([one.fields for one in chain.sets[: place + 1]]), published)


def _says_fail(seal: Field) -> bool:
    try:
        return read_signature(seal, seal=True).tags.get("cv", "").lower() == "fail"
    except BadTags:
        return False
