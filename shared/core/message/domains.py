"""Domains and addresses in the one form that is compared. Stages parse and decide.

A domain is compared as lower-case A-labels (RFC 5890), so that ``例え.jp`` in a header and ``xn--r8jz45g.jp`` in the
envelope are one. Local parts are compared without regard to case: RFC 5321 would allow the difference, Exchange and
every other system in use here does not make it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from functools import lru_cache

_MAX_DOMAIN = 255
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_DOT_STRING = re.compile(r"[^\s\x00-\x1f\x7f\"(),.:;<>@\[\\\]]+(?:\.[^\s\x00-\x1f\x7f\"(),.:;<>@\[\\\]]+)*")
"""RFC 5321 section 4.1.2, with the characters of RFC 6531: what needs no quotes."""


@lru_cache(maxsize=4096)
def normal_domain(domain: str) -> str:
    """Lower-case A-label form, without a final dot. What is no valid IDN is only lowered."""
    plain = domain.strip().rstrip(".").lower()
    if plain.isascii() or len(plain) > _MAX_DOMAIN:
        return plain
    import idna  # when first used: its tables cost start-up time that plain ASCII mail need not pay

    try:
        return idna.encode(plain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return plain


def domain_of(address: str) -> str:
    """Normal form of the part after the last ``@``; ``""`` where there is none."""
    return normal_domain(address.rpartition("@")[2]) if "@" in address else ""


def normal_local(local: str) -> str:
    """A local part in lower case, without quotes and backslashes that it could do without.

    ``"taro"`` and ``taro`` are one mailbox (RFC 5321 section 4.1.2), so a list that names one holds the other.
    """
    lower = local.lower()
    if len(lower) > 2 and lower[0] == lower[-1] == '"':
        bare = _ESCAPED.sub(r"\1", lower[1:-1])
        if _DOT_STRING.fullmatch(bare):
            return bare
    return lower


@lru_cache(maxsize=16384)
def normal_address(address: str) -> str:
    """The form in which two addresses are the same mailbox: everything lower case, domain as A-labels."""
    local, at, domain = address.strip().rpartition("@")
    return f"{normal_local(local)}@{normal_domain(domain)}" if at else domain.lower()


def spellings(address: str) -> tuple[str, ...]:
    """As what a directory may have an address, in lower case: as it stands, in normal form, the domain in its own script."""
    normal = normal_address(address)
    local, at, domain = normal.rpartition("@")
    found = [address.lower(), normal]
    if at and "xn--" in domain:
        import idna  # as above

        with contextlib.suppress(idna.IDNAError, UnicodeError):
            found.append(f"{local}@{idna.decode(domain)}")
    return tuple(dict.fromkeys(found))


def untagged_address(address: str) -> str:
    """The normal address without a tag (``taro+news@`` is delivered to ``taro@``; RFC 5233 section 4, and how Exchange
    Online delivers): whose mailbox it probably is. Not for giving anybody a right: elsewhere a plus may be part of a name.
    """
    local, at, domain = normal_address(address).rpartition("@")
    bare = local if local.startswith('"') else local.partition("+")[0] or local
    return f"{bare}{at}{domain}"


class DomainSet:
    """A set of domains; ``.example.com`` stands for example.com and everything below it."""

    __slots__ = ("_exact", "_with_subdomains")

    def __init__(self, domains: Iterable[str]) -> None:
        named = [domain.strip() for domain in domains]
        self._with_subdomains = frozenset(normal_domain(domain[1:]) for domain in named if domain.startswith(".")) - {
            ""
        }
        self._exact = (
            frozenset(normal_domain(domain) for domain in named if not domain.startswith(".")) | self._with_subdomains
        ) - {""}

    def __contains__(self, domain: object) -> bool:
        """Whether a domain in normal form is one of the set."""
        if not isinstance(domain, str):
            return False
        if domain in self._exact:
            return True
        if self._with_subdomains:
            labels = domain.split(".")
            return any(".".join(labels[index:]) in self._with_subdomains for index in range(1, len(labels)))
        return False
