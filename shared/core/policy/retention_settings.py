"""How long a tenant's mail is kept, and what is kept longer. Part of ``TenantSettings``, read by the deletion job."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from shared.core.policy.model import Model, Name


class LegalHold(Model, frozen=True, kw_only=True):
    """Nothing of the named people's mail is deleted while this stands, however old it is.

    ``addresses`` are senders or recipients, or domains with ``@`` before them; empty: all mail of the tenant. ``since``
    and ``until`` bound the mail's own time.
    """

    id: Name
    name: str = ""
    reason: str = ""
    addresses: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=320)], ...], msgspec.Meta(max_length=2000)
    ] = ()
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Retention(Model, frozen=True):
    """For how many days after its end a message's content, its record, and the audit log are kept (product.md N2).

    0 keeps for ever. Content is never deleted before the message has its end.
    """

    body_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 90
    metadata_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 730
    audit_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 1825
    legal_holds: Annotated[tuple[LegalHold, ...], msgspec.Meta(max_length=200)] = ()
