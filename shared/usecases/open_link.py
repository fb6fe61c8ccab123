"""Open a link: from a token to the message and what its holder may be called there (stage 6). Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from shared.app import App
from shared.core.hold.entitlement import Standing, entitled
from shared.core.hold.link import LinkClaims, LinkForged, Purpose, read_link
from shared.core.hold.record import MessageRecord
from shared.errors import PermanentError
from shared.ports import Stored
from shared.usecases.people_about import people_about


class LinkForeign(PermanentError):
    """The link is ours and in time, but its person has no business with the message (any more)."""

    code = "link-foreign"
    public = "This link was made for another person."

    def __init__(self, cause: str, claims: LinkClaims | None = None) -> None:
        super().__init__(cause)
        self.claims = claims


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link leads to: the message as it stands now, and as what its person acts."""

    claims: LinkClaims
    stored: Stored
    standing: Standing


def open_link(app: App, token: str, purpose: Purpose = Purpose.HOLD) -> OpenedLink:
    """The message behind a token that was made for that purpose.

    Raises ``LinkForged`` for tokens that are not ours and for messages that do not exist (one answer for both),
    ``LinkExpired``, ``LinkForeign``, and ``TemporaryError`` when storage cannot be reached.
    """
    claims = read_link(token, app.secrets.signing_keys("link"), app.clock.now())
    if claims.purpose is not purpose:
        raise LinkForged("made for another purpose")
    stored = app.messages.load(claims.ref)
    if stored is None or stored.record.own:
        raise LinkForged("no such message")
    standing = standing_of(app, stored.record, claims.person)
    if standing is None:
        raise LinkForeign("the person is not entitled to the message", claims)
    return OpenedLink(claims, stored, standing)


def standing_of(app: App, record: MessageRecord, person: str) -> Standing | None:
    """As what ``person`` may see and decide the message now. Raises ``TemporaryError``."""
    people = people_about(app, record, person)
    return entitled(record, person, app.settings.tenant(record.ref.tenant_id), people, app.clock.now())
