"""A second demo tenant, a patent office in which nothing may lie: one reminder after seconds, then the mail is discarded.

Its mail comes in by SMTP AUTH, since mail from this machine without it is the first tenant's.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from shared.core.people.person import Person
from shared.core.policy.tenant_settings import (
    Delivery,
    HoldNotices,
    Ingress,
    NextHopServer,
    Route,
    SmtpUser,
    TenantSettings,
)
from shared.core.text.language import Language
from smtp_relay.passwords import hash_password

QUICK_TENANT = "hayase"
_DOMAIN = "hayase.example"
SMTP_USER = "hayase-office"
SMTP_PASSWORD = "hayase-demo"  # noqa: S105  # known to everybody; the relay of local runs listens on this machine alone
SENDERS: dict[Language, str] = {"ja": f"hayase@{_DOMAIN}", "en": f"reed@{_DOMAIN}"}
"""Who sends, by the language that they read."""
PEOPLE = (
    Person(SENDERS["ja"], "早瀬 光", "ja", id="0003f0a1-5a3d-4e21-b7c6-90f1d2e3a4b5"),
    Person(SENDERS["en"], "Alex Reed", "en", id="0003f0a2-5a3d-4e21-b7c6-90f1d2e3a4b5"),
)
_REMINDER_SECONDS = 2.0


def quick_settings(next_hop_host: str, next_hop_port: int) -> TenantSettings:
    """The tenant's first settings. Each call makes another hash of the same password."""
    server = NextHopServer(host=next_hop_host, port=next_hop_port, starttls="none")
    return TenantSettings(
        tenant_id=QUICK_TENANT,
        name="早瀬特許事務所",
        domains=(_DOMAIN,),
        routes=(Route(servers=(server,)),),
        ingress=Ingress(users=(SmtpUser(name=SMTP_USER, password_hash=hash_password(SMTP_PASSWORD)),)),
        notices=HoldNotices(reminder_hours=_REMINDER_SECONDS / 3600, reminders=1, at_end="discard"),
        delivery=Delivery(first_pause_seconds=5, longest_pause_seconds=60, deadline_hours=1),
    )
