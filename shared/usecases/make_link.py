"""Make the signed link by which one person reaches one message (stages 5 and 6): for mail, cards and short texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.app import App
from shared.core.hold.link import LinkClaims, Purpose, sign_link
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import TenantSettings

_PATHS = {"hold": "h", "approval": "a", "receipt": "p"}
"""Where the page of each purpose is (functions/)."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address for a browser, and when it stops working. As secret as the message; never logged."""

    url: str
    expires_at: datetime


def make_link(app: App, ref: MessageRef, person: str, purpose: Purpose, settings: TenantSettings) -> Link:
    """A link for ``person`` that works for as long as ``settings`` say, from now on.

    Raises ``ValueError`` when the person's address is absurdly long.
    """
    now = app.clock.now()
    expires_at = now + timedelta(days=settings.notices.link_days)
    token = sign_link(LinkClaims(ref, person, purpose, now, expires_at), app.secrets.signing_keys("link")[0])
    return Link(f"{app.process.public_url.rstrip('/')}/{_PATHS[purpose]}/{token}", expires_at)
