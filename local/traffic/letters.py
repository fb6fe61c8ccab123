"""What people of the demo tenant write to whom: subjects, texts and files of a Japanese trading company.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

from local.demo_tenant import DISCOUNT, DOMAIN, PARTNER, PEOPLE, SALES_DOMAIN
from shared.core.message.envelope import Envelope

SENDERS = {
    f"sato@{DOMAIN}": 10,
    f"suzuki@{DOMAIN}": 7,
    f"yamamoto@{DOMAIN}": 6,
    f"watanabe@{SALES_DOMAIN}": 8,
    f"kobayashi@{SALES_DOMAIN}": 9,
    f"wilson@{SALES_DOMAIN}": 4,
    f"ito@{DOMAIN}": 4,
    f"takahashi@{DOMAIN}": 2,
}
"""Who writes, and how much beside the others."""
OUTSIDE = (
    ("tanaka@hoshizora.example", "田中", 9),
    ("kimura@hoshizora.example", "木村", 5),
    (PARTNER, "田中", 6),
    ("mori@kasumi.example", "森", 4),
    ("order@minato-foods.example", "ご担当者", 5),
    ("hayashi@minato-foods.example", "林", 4),
    ("yoshida@kitakaze-denki.example", "吉田", 4),
    ("m.becker@nordlicht.example", "Becker", 3),
    ("accounts@tsubame-unyu.example", "経理ご担当", 3),
    ("nakano@rival.example", "中野", 1),
    ("no-such-person@hoshizora.example", "斎藤", 2),
)
"""Address, name, and how often; the last one is not there, so that mail to it bounces."""
_NAMES = {person.address: person.display_name for person in PEOPLE}
_SUBJECTS = (
    ("御見積書の送付（{no}）", "見積書_{no}.xlsx", 10),
    ("【請求書】{month}月分 {no}", "請求書_{no}.pdf", 8),
    ("Re: 納期のご確認", "", 9),
    ("Re: Re: 打ち合わせの日程について", "", 8),
    ("先日の打ち合わせのお礼", "", 6),
    ("発注書 {no} をお送りします", "発注書_{no}.pdf", 6),
    ("サンプル発送のご連絡", "", 5),
    ("{month}月度の出荷予定", "出荷予定_{month}月.xlsx", 5),
    ("契約書ドラフトのご確認のお願い", "契約書_案.docx", 4),
    ("図面の差し替え（{no}）", "図面_{no}.pdf", 4),
    (f"{DISCOUNT}のご相談（{{no}}）", "見積書_改_{no}.xlsx", 3),
    ("展示会のご案内", "", 3),
    ("Shipping schedule {no}", "schedule_{no}.pdf", 2),
    ("", "", 1),
)
_INTERNAL = (
    ("週次会議の議事録", "議事録_{no}.docx", 6),
    ("{month}月の経費精算について", "", 5),
    ("Re: 明日の訪問の件", "", 8),
    ("在庫の確認をお願いします", "", 6),
    ("有給休暇の申請", "", 4),
    ("サーバー定期保守のお知らせ", "", 2),
    ("新しい価格表", "価格表_{no}.xlsx", 3),
)
_BODY = """{name} 様

いつもお世話になっております。青空商事の{sender}です。
「{subject}」の件、下記のとおりご連絡いたします。

{line}

お手数をおかけしますが、ご確認のほどよろしくお願いいたします。
--
青空商事株式会社 {sender}
"""
_LINES = (
    "添付の資料をご覧ください。ご不明な点がございましたらお知らせください。",
    "来週の水曜日までにご返答をいただけますと幸いです。",
    "ご希望の数量で手配が可能です。納期は三週間ほどを見込んでおります。",
    "先日ご指摘いただいた箇所を直しました。",
    "お電話でお話ししたとおり進めさせていただきます。",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it comes to the relay."""

    envelope: Envelope
    data: bytes


def write_letter(random: Random, at: datetime) -> Written:
    """One message of somebody to somebody, as a mail client writes it."""
    sender = random.choices(list(SENDERS), list(SENDERS.values()))[0]
    internal = random.random() < 0.42
    recipients, name = _inside(random, sender) if internal else _outside(random)
    copies = _copies(random, sender, recipients) if not internal and random.random() < 0.45 else []
    choice = _INTERNAL if internal else _SUBJECTS
    subject, file, _ = random.choices(choice, [one[2] for one in choice])[0]
    values = {"no": f"{at:%y%m}-{random.randrange(1000):03}", "month": at.month}
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    if copies:
        message["Cc"] = ", ".join(copies)
    message["Subject"] = subject.format(**values)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{random.getrandbits(96):024x}@{sender.rpartition('@')[2]}>"
    writer = _NAMES[sender].split()[0]
    line = random.choice(_LINES)
    message.set_content(_BODY.format(name=name, sender=writer, subject=message["Subject"], line=line), cte="base64")
    if file:
        content = random.randbytes(random.choice((900, 2400, 5200)))
        message.add_attachment(content, "application", "octet-stream", filename=file.format(**values))
    return Written(Envelope(sender, (*recipients, *copies)), message.as_bytes())


def _outside(random: Random) -> tuple[list[str], str]:
    weights = [one[2] for one in OUTSIDE]
    count = random.choices((1, 2, 3, 6), (70, 20, 8, 2))[0]
    found = random.choices(OUTSIDE, weights, k=count)
    return list(dict.fromkeys(one[0] for one in found)), found[0][1]


def _inside(random: Random, sender: str) -> tuple[list[str], str]:
    others = [address for address in SENDERS if address != sender]
    found = random.sample(others, random.choices((1, 2, 4), (70, 22, 8))[0])
    return found, _NAMES[found[0]].split()[0]


def _copies(random: Random, sender: str, to: list[str]) -> list[str]:
    others = [address for address in SENDERS if address != sender and address not in to]
    return random.sample(others, random.choice((1, 1, 2)))
