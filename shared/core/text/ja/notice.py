"""Japanese texts of the mail that tells a sender of a hold."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "sender_name": "待った",
    # One set for each kind of notice
    "subject.first": "[待った] 保留中: {subject}",
    "subject.reminder": "[待った] 確認のお願い（{number}回目）: {subject}",
    "subject.left": "[待った] 引き続き保留中: {subject}",
    "subject.released": "[待った] 期限により配送: {subject}",
    "subject.expired": "[待った] 期限により破棄: {subject}",
    "title.first": "送信前の確認をお願いします",
    "title.reminder": "メールがまだ保留されています",
    "title.left": "メールは引き続き保留されます",
    "title.released": "期限が来たため、配送しました",
    "title.expired": "期限が来たため、破棄しました",
    "lead.first": "送信されたメールを、宛先に届ける前に保留しています。内容を確かめて、配送または破棄を選んでください。",
    "lead.reminder": "次のメールは、まだ宛先に届いていません（お知らせ{number}回目）。内容を確かめて、配送または破棄を選んでください。",
    "lead.left": "次のメールは、まだ宛先に届いていません。これが最後のお知らせです。配送または破棄を選ぶまで保留されます。",
    "lead.released": "保留の期限までに操作がなかったため、設定に従って次のメールを配送しました。",
    "lead.expired": "保留の期限までに操作がなかったため、設定に従って次のメールを破棄しました。宛先には届いていません。",
    "button.decide": "内容を確認する",
    "button.look": "記録を見る",
    # What the message is
    "label.subject": "件名",
    "label.from": "差出人",
    "label.sent": "送信日時",
    "label.recipients": "宛先",
    "label.external": "社外の宛先",
    "label.internal": "社内の宛先",
    "label.attachments": "添付ファイル",
    "label.reasons": "確認が必要な点",
    "subject_blank": "（件名なし）",
    "counts": "{total} [To({to}) / Cc({cc}) / Bcc({bcc})]",
    "people": "{count}件",
    "none": "なし",
    "more": "ほか{count}件",
    "more_domains": "ほか{count}個のドメイン",
    "unnamed": "（名前なし）",
    # What happens next
    "end.discard": "操作がない場合、{when} に破棄されます。",
    "end.release": "操作がない場合、{when} に自動で配送されます。",
    "end.leave": "操作があるまで、配送されずに保留されます。",
    "link_end": "リンクの有効期限: {when}",
    "link_own": "このリンクはあなた専用です。ほかの方に転送しないでください。リンクを開くだけで配送や破棄が行われることはありません。",
    "link_plain": "ボタンを押せない場合は、次のアドレスをブラウザーで開いてください。",
    "automatic": "このメールは「待った」が自動で送信しています。返信しても配送や破棄は行われません。",
}
