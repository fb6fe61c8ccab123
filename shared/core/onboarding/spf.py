"""SPF (RFC 7208): what a domain's record lets send, and what it costs a receiver to find out. Bounded, for onboarding's checks.

Records are a stranger's text: terms, names and lookups are counted, and nothing is followed past the limits that receivers
have themselves. Macros need a message and are not expanded; a term with one never matches here.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from shared.core.message.domains import normal_domain
from shared.core.onboarding.dns_name import Lookup

MOST_LOOKUPS = 10
"""Terms that ask DNS (section 4.6.4); receivers give up above it."""
MOST_TERMS = 100
MOST_EXCHANGERS = 10
"""Names of one ``mx`` (section 4.6.4)."""
LONGEST_RECORD = 4096
_ASKS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadSpf(ValueError):
    """A record that receivers call an error. ``code``: ``none``, ``several``, ``broken``, ``too-many-lookups``."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code} at {where}")
        self.code = code
        self.where = where


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism, or the modifier ``redirect``. ``value`` is what stands behind the colon or the equals sign."""

    qualifier: str
    name: str
    value: str
    prefix: tuple[int, int]
    """Lengths of prefixes for IPv4 and IPv6."""


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A domain's record. ``qualifier`` is that of ``all``, empty where there is none."""

    domain: str
    text: str
    terms: tuple[Term, ...]

    @property
    def qualifier(self) -> str:
        """``-``, ``~``, ``?`` or ``+`` of ``all``; empty without one."""
        return next((term.qualifier for term in self.terms if term.name == "all"), "")


@dataclass(slots=True)
class Reach:
    """Everything that a domain's record leads to. ``names`` are included ones, in normal form."""

    names: set[str] = field(default_factory=set)
    lookups: int = 0
    has_end: bool = False


def find_record(lookup: Lookup, domain: str) -> SpfRecord:
    """The domain's one record, read. Raises ``BadSpf``, and what ``lookup`` raises."""
    found = [text for text in lookup(domain, "TXT") if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if not found:
        raise BadSpf("none", domain)
    if len(found) > 1:
        raise BadSpf("several", domain)
    return read_record(domain, found[0])


def read_record(domain: str, text: str) -> SpfRecord:
    """The record's terms. Raises ``BadSpf``: one term that cannot be read makes the whole record worthless (4.6)."""
    if len(text) > LONGEST_RECORD:
        raise BadSpf("broken", domain)
    words = text.split()[1:]
    if len(words) > MOST_TERMS:
        raise BadSpf("broken", domain)
    terms = [term for word in words if (term := _term(word, domain)) is not None]
    redirects = [term for term in terms if term.name == "redirect"]
    if len(redirects) > 1:
        raise BadSpf("broken", domain)
    return SpfRecord(domain, text, tuple(terms))


def _term(word: str, domain: str) -> Term | None:
    """``None`` for a modifier that says nothing here (``exp``, unknown ones)."""
    head = word.partition(":")[0].partition("/")[0]
    if "=" in head:
        name, _, value = word.partition("=")
        if name.lower() != "redirect":
            return None
        if not value:
            raise BadSpf("broken", domain)
        return Term("+", "redirect", normal_domain(value), (32, 128))
    qualifier = word[0] if word[0] in "+-~?" else "+"
    body = word.removeprefix(qualifier)
    name = body.partition(":")[0].partition("/")[0].lower()
    value = body[len(name) :].removeprefix(":")
    if name in ("ip4", "ip6"):
        return Term(qualifier, name, str(_network(value, 4 if name == "ip4" else 6, domain)), (32, 128))
    if name in ("include", "exists"):
        if not value or "/" in value:
            raise BadSpf("broken", domain)
        return Term(qualifier, name, normal_domain(value), (32, 128))
    if name in ("a", "mx"):
        return Term(qualifier, name, *_name_and_prefix(value, domain))
    if name == "ptr" or (name == "all" and not value):
        return Term(qualifier, name, normal_domain(value), (32, 128))
    raise BadSpf("broken", domain)


def _network(value: str, version: int, domain: str) -> Network:
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise BadSpf("broken", domain) from None
    if found.version != version:
        raise BadSpf("broken", domain)
    return found


def _name_and_prefix(value: str, domain: str) -> tuple[str, tuple[int, int]]:
    """Of ``example.com/24//64``: the name, and the prefix lengths."""
    name, slash, rest = value.partition("/")
    four, _, six = rest.partition("//") if not rest.startswith("/") else ("", "", rest[1:])
    lengths = []
    for text, most in ((four, 32), (six, 128)):
        if text and not (text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= most):
            raise BadSpf("broken", domain)
        lengths.append(int(text) if text else most)
    if slash and not (four or six):
        raise BadSpf("broken", domain)
    return normal_domain(name), (lengths[0], lengths[1])


def reach(lookup: Lookup, record: SpfRecord) -> Reach:
    """Walk everything that the record leads to. Raises ``BadSpf`` past a limit or at a broken record on the way."""
    found = Reach()
    _walk(lookup, record, found, (), at_end=True)
    return found


def _walk(lookup: Lookup, record: SpfRecord, found: Reach, way: tuple[str, ...], *, at_end: bool) -> None:
    """``at_end``: only redirects led here, so that this record's ``all`` is the whole's."""
    if at_end and record.qualifier:
        found.has_end = True
    for term in record.terms:
        if term.name not in _ASKS or (term.name == "redirect" and record.qualifier):
            continue  # a redirect beside "all" counts for nothing (6.1)
        found.lookups += 1
        if found.lookups > MOST_LOOKUPS:
            raise BadSpf("too-many-lookups", record.domain)
        if term.name not in ("include", "redirect") or "%" in term.value:
            continue
        found.names.add(term.value)
        if term.value in (*way, record.domain):
            raise BadSpf("broken", term.value)  # a circle: receivers run into their limit
        is_redirect = term.name == "redirect"
        _walk(lookup, _included(lookup, term.value), found, (*way, record.domain), at_end=at_end and is_redirect)


def _included(lookup: Lookup, name: str) -> SpfRecord:
    try:
        return find_record(lookup, name)
    except BadSpf as error:
        raise BadSpf("broken", name) from error  # an include of nothing is an error (5.2)


def allows(lookup: Lookup, record: SpfRecord, sender: Network, left: int = MOST_LOOKUPS) -> bool:
    """Whether every address of ``sender`` passes. To be asked only of a record whose ``reach`` is known to be bounded."""
    for term in record.terms:
        if _matches(lookup, record.domain, term, sender, left):
            return term.qualifier == "+"
    redirect = next((term.value for term in record.terms if term.name == "redirect"), "")
    if redirect and not record.qualifier and "%" not in redirect and left > 0:
        return allows(lookup, _included(lookup, redirect), sender, left - 1)
    return False


def _matches(lookup: Lookup, domain: str, term: Term, sender: Network, left: int) -> bool:
    if term.name == "all":
        return True
    if "%" in term.value or term.name in ("exists", "ptr", "redirect"):
        return False
    if term.name in ("ip4", "ip6"):
        return _holds(ipaddress.ip_network(term.value), sender)
    if term.name == "include":
        return left > 0 and allows(lookup, _included(lookup, term.value), sender, left - 1)
    names = [term.value or domain]
    if term.name == "mx":
        names = [answer.split()[-1] for answer in lookup(names[0], "MX")[:MOST_EXCHANGERS]]
    length = term.prefix[0 if sender.version == 4 else 1]
    kind = "A" if sender.version == 4 else "AAAA"
    return any(
        _holds(network, sender)
        for name in names
        if name != "."
        for address in lookup(name, kind)[:100]  # type: ignore[arg-type]  # one of two literals
        if (network := read_network(f"{address}/{length}")) is not None
    )


def read_network(text: str) -> Network | None:
    """An address or a range, whatever bits stand behind its prefix; ``None`` for what is neither."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _holds(network: Network, sender: Network) -> bool:
    return network.version == sender.version and sender.subnet_of(network)  # type: ignore[arg-type]  # versions agree
