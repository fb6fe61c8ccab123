"""Which of a tenant's DKIM keys signs a message: by the domain of its author, and by the time. Part of stage 4b."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from shared.core.message.addresses import parse_addresses
from shared.core.message.domains import domain_of, normal_domain
from shared.core.policy.tenant_settings import DkimKey
from shared.core.signing.head import Field, NotSignable

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def author_domain(fields: Iterable[Field]) -> str:
    """The one domain of the From field, in normal form.

    Raises ``NotSignable`` where there is no From, several, or one with several domains: a signature would then vouch for
    an author whom a reader may not see.
    """
    found = [field for field in fields if field.key == b"from"]
    if len(found) != 1:
        raise NotSignable("several-from" if found else "no-from")
    if found[0].is_disputed:
        raise NotSignable("odd-from")
    domains = {domain_of(mailbox.address) for mailbox in parse_addresses([found[0].value], 100)}
    if len(domains) != 1 or "" in domains:
        raise NotSignable("no-author-domain" if not domains or "" in domains else "several-domains")
    return domains.pop()


def key_for_domain(keys: Sequence[DkimKey], domain: str, now: datetime) -> DkimKey | None:
    """The key of ``domain``, or of the nearest domain above it (aligned, RFC 7489 section 3.1.1).

    Of several the one that became active last; of those active from one moment, the last in the list.
    """
    labels = domain.split(".")
    for place in range(len(labels) - 1):
        of_domain = [key for key in keys if normal_domain(key.domain) == ".".join(labels[place:])]
        newest = newest_key(of_domain, now)
        if newest is not None:
            return newest
    return None


def newest_key(keys: Iterable[DkimKey], now: datetime) -> DkimKey | None:
    """Of the keys that are active by now the latest one."""
    chosen: DkimKey | None = None
    for key in keys:
        begins = key.active_from or _ALWAYS
        if begins <= now and (chosen is None or begins >= (chosen.active_from or _ALWAYS)):
            chosen = key
    return chosen
