"""Japanese texts of delivery status notifications."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "sender_name": "待った メール配送",
    "subject": "配送不能通知: {subject}",
    "subject_blank": "（件名なし）",
    "title": "次のメールを配送できませんでした。",
    "title_some": "次のメールを、一部の宛先に配送できませんでした。ほかの宛先への配送には影響しません。",
    "label.subject": "件名",
    "label.sent": "送信日時",
    "label.failed": "配送できなかった宛先",
    "more": "ほか{count}件（詳細は添付の配送状況を参照）",
    "answer": "相手側サーバーの応答",
    "technical": "技術的な情報は、このメールの添付（配送状況、元のメールのヘッダー）にあります。",
    "automatic": "このメールは自動で送信されています。",
    "why.mailbox-unknown": "宛先のアドレスが見つかりません。アドレスを確かめてください。",
    "why.domain-unknown": "宛先のドメインに配送できません。アドレスの @ より後ろを確かめてください。",
    "why.mailbox-full": "宛先のメールボックスがいっぱいで、受け取れません。",
    "why.mailbox-disabled": "宛先のメールボックスは、いま使われていません。",
    "why.too-large": "メールが大きすぎるため、相手側が受け取りません。",
    "why.time-over": "配送を繰り返し試みましたが、期限までに届けられませんでした。",
    "why.loop": "メールが同じ経路を繰り返し回っているため、配送を止めました。管理者にお知らせください。",
    "why.refused": "相手側の方針により、受け取りが拒否されました。",
    "why.security": "安全な接続ができないため、配送しませんでした。管理者にお知らせください。",
    "why.other": "相手側サーバーが受け取りを拒否しました。",
}
