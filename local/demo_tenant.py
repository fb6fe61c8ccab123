"""The demo tenant of local runs: a small Japanese trading company with two domains, its people and its rules.

All names end in ``.example`` (RFC 2606), so that no mail of a demo can reach anybody.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from datetime import datetime

from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Group, Person, PersonKind
from shared.core.policy.actions import Approval, Zip
from shared.core.policy.conditions.model import RecipientDomain, Subject
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import (
    Delivery,
    HoldNotices,
    Ingress,
    NextHopServer,
    Route,
    RuleAssignment,
    Teams,
    TenantSettings,
)

TENANT = "demo"
DOMAIN = "aozora.example"
SALES_DOMAIN = "aozora-sales.example"
SENDER = f"sato@{DOMAIN}"
COLLEAGUE = f"suzuki@{DOMAIN}"
CUSTOMER = "tanaka@hoshizora.example"
"""An address outside the tenant."""
ENTRA_TENANT = "5f0d6c3a-2b1e-4c57-9a43-7d1e0b9c2a10"
"""The tenant's directory id; invented, as all ids of people here."""
BOT_ID = "c2b7e6d4-91f0-4d3a-8a5e-3f6b1d2e7c98"
"""Application id of the bot."""
SUPPORT = f"support@{DOMAIN}"
"""A shared mailbox."""
PARTNER = "tanaka@kasumi.example"
"""Somebody outside who gets attachments in an encrypted ZIP."""
DISCOUNT = "値引き"
"""Mail with this in its subject needs the approval of its sender's manager."""
RIVAL_PATTERN = "*@rival.example"
"""Whom the forced-alert rule is about."""


def _user(number: int, address: str, name: str, language: str, manager: str, *groups: str) -> Person:
    return Person(address, name, language, manager, groups, id=f"{number:08x}-5a3d-4e21-b7c6-90f1d2e3a4b5")


PEOPLE = (
    _user(0x1F0A1, f"takahashi@{DOMAIN}", "高橋 恵", "ja", "", "経営"),
    _user(0x1F0A2, COLLEAGUE, "鈴木 一郎", "ja", f"takahashi@{DOMAIN}", "営業部"),
    _user(0x1F0A3, SENDER, "佐藤 花子", "ja", COLLEAGUE, "営業部"),
    _user(0x1F0A4, f"yamamoto@{DOMAIN}", "山本 健太", "ja", COLLEAGUE, "営業部"),
    _user(0x1F0A5, f"ito@{DOMAIN}", "伊藤 さくら", "ja", f"takahashi@{DOMAIN}", "情報システム部"),
    _user(0x1F0A6, f"watanabe@{SALES_DOMAIN}", "渡辺 翔", "ja", COLLEAGUE, "営業部", "大阪営業所"),
    _user(0x1F0A7, f"kobayashi@{SALES_DOMAIN}", "小林 大輔", "ja", f"watanabe@{SALES_DOMAIN}", "営業部", "大阪営業所"),
    _user(0x1F0A8, f"wilson@{SALES_DOMAIN}", "Emma Wilson", "en", f"watanabe@{SALES_DOMAIN}", "営業部", "大阪営業所"),
    Person(SUPPORT, "お客様窓口", "ja", f"ito@{DOMAIN}", ("情報システム部",), kind=PersonKind.SHARED),
    Person(f"all-sales@{SALES_DOMAIN}", "営業メンバー全員", "ja", members=25),
)

GROUPS = (
    Group("経営", "経営陣"),
    Group("営業部", "営業部", above=("経営",), owners=(COLLEAGUE,)),
    Group("大阪営業所", "大阪営業所", above=("営業部",), owners=(f"watanabe@{SALES_DOMAIN}",)),
    Group("情報システム部", "情報システム部", above=("経営",)),
)
"""Owners administer their group and those below it."""

OPERATOR_ENTRA_TENANT = "9a1c2e4f-7b3d-4f60-8c21-0d5e6f7a8b90"
"""Directory of whoever runs the service; invented."""
OPERATORS = (Person("operator@matta-service.example", "運用 当番", "ja", id="0002f0a1-5a3d-4e21-b7c6-90f1d2e3a4b5"),)
NEWCOMER_ENTRA_TENANT = "3c8e5b1a-6d2f-4e70-9b14-8a7f6e5d4c32"
"""Directory of a company that is no tenant yet: the operator can take it on in the portal; invented."""
NEWCOMER = Person("mori@midori.example", "森 葵", "ja", id="0004f0a1-5a3d-4e21-b7c6-90f1d2e3a4b5")
"""Its administrator, who can sign on once the tenant was made."""
ROLES: dict[str, tuple[str, ...]] = {
    f"ito@{DOMAIN}": ("Matta.TenantAdministrator",),
    f"takahashi@{DOMAIN}": ("Matta.Auditor",),
    f"yamamoto@{DOMAIN}": ("Matta.IncidentResponder",),
}
"""App roles that the demo's directory gives; group administrators are the owners of groups."""

HANDLERS = (f"ito@{DOMAIN}", f"yamamoto@{DOMAIN}")
"""Who handles the shared mailbox, as its proxies."""

_RULES = (
    RuleAssignment(
        id="attachments",
        rule="has-attachments",
        name="添付ファイルの確認",
        description="ファイルが添付されています。中身と宛先に間違いがないか、もう一度お確かめください。",
    ),
    RuleAssignment(
        id="external",
        rule="recipient-external",
        name="社外宛ての確認",
        description="社外の宛先が含まれています。送ってよい相手かお確かめください。",
    ),
    RuleAssignment(
        id="several-companies",
        rule="several-external-domains",
        minimum=2,
        name="複数の社外ドメイン",
        description="二つ以上の会社に同時に送ろうとしています。互いに知られてよい相手かお確かめください。",
    ),
    RuleAssignment(
        id="only-external",
        rule="all-recipients-external",
        name="宛先がすべて社外",
        description="宛先に社内の人がいません。上司や担当者を Cc に入れ忘れていないかお確かめください。",
    ),
    RuleAssignment(
        id="many-recipients",
        rule="recipient-count",
        total_from=20,
        count_lists_by="members",
        name="宛先が 20 人以上",
        description="多くの人に届きます。配布リストは人数で数えています。",
    ),
    RuleAssignment(
        id="no-subject",
        rule="subject-blank",
        name="件名なし",
        description="件名が空です。書き忘れではありませんか。",
    ),
    RuleAssignment(
        id="rival",
        rule="forced-alert",
        addresses=(RIVAL_PATTERN,),
        name="競合他社への送信",
        description="競合他社の宛先です。営業部長の承諾を得ているかお確かめください。",
    ),
)

_POLICIES = (
    Policy(
        id="kasumi-zip",
        name="霞物産: 添付ファイルの暗号化",
        when=RecipientDomain(operator="equals", values=(PARTNER.partition("@")[2],)),
        actions=(Zip(method="zipcrypto", notice_delay_minutes=10),),
    ),
    Policy(
        id="discount",
        name="値引きの承認",
        when=Subject(operator="contains", values=(DISCOUNT,)),
        actions=(Approval(),),
    ),
)


def support_delegation(now: datetime) -> Delegation:
    """Who handles the shared mailbox, before anybody has changed it."""
    proxies = (Proxy(address, named_by=HANDLERS[0], named_at=now, by_administrator=True) for address in HANDLERS)
    return Delegation(SUPPORT, tuple(proxies))


def demo_settings(next_hop_host: str, next_hop_port: int) -> TenantSettings:
    """The tenant's first settings: mail from this machine comes in, everything goes out through the given server.

    Reminders and retries come soon enough to be seen while somebody tries things out.
    """
    return TenantSettings(
        tenant_id=TENANT,
        name="青空商事株式会社",
        domains=(DOMAIN, SALES_DOMAIN),
        routes=(Route(servers=(NextHopServer(host=next_hop_host, port=next_hop_port, starttls="none"),)),),
        ingress=Ingress(peers=("127.0.0.1/32", "::1/128")),
        rules=_RULES,
        policies=_POLICIES,
        notices=HoldNotices(
            reminder_hours=0.25, reminders=2, at_end="leave", link_days=7, channels=("mail", "teams-card")
        ),
        teams=Teams(entra_tenant=ENTRA_TENANT),
        delivery=Delivery(first_pause_seconds=5, longest_pause_seconds=60, deadline_hours=1),
    )
