"""Japanese texts of what the bot says in Teams."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help": "待った（Matta）です。あなたのメールが保留されたときや、承認を求められたときに、ここにボタン付きでお知らせします。メッセージを送る必要はありません。送っていただいた文章は保存されません。",
    "welcome": "待った：保留メールをここにお知らせします",
    "summary": "待った",
    "unknown-person": "この組織の利用者として、まだ登録されていません。管理者にお問い合わせください。",
    "removed-person": "待ったを利用できなくなっています。お心当たりがない場合は、管理者にお問い合わせください。",
    "unknown-organisation": "この組織では、待ったが設定されていません。管理者にお問い合わせください。",
    "not-personal": "待ったは、一人ひとりとのチャットでだけメールをお見せします。",
    "try-again": "うまくいきませんでした。少し待ってから、もう一度お試しください。",
    "unusable": "このボタンは、もう使えません。",
}
