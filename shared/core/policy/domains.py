"""Domain names as keys that can be compared. Part of the decide stage."""

from __future__ import annotations


def domain_key(domain: str) -> str:
    """The form in which two spellings of one domain are equal: lower case, no final dot, A-labels (RFC 5890).

    What is no possible international name is only lower-cased; nothing is refused here.
    """
    plain = domain.lower().removesuffix(".")
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain
