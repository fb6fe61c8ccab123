"""Japanese: the lines of a message's history."""

TEXTS: dict[str, str] = {
    "held": "保留しました。",
    "delayed": "設定された時間だけ待ってから配送します。",
    "passed": "保留せずに配送を開始しました。",
    "rejected": "配送を拒否しました。",
    "released": "配送が指示されました。",
    "discarded": "破棄されました。",
    "reminded": "確認のお願いを再度お送りしました（{reminder}回目）。",
    "expired": "期限までに操作がなかったため、破棄しました。",
    "left": "期限までに操作がなかったため、保留のままにしました。",
    "deferred": "{pending}件の宛先に配送できなかったため、あらためて配送します（{attempt}回目）。",
    "bounced": "どの宛先にも配送できませんでした。",
    "partly-delivered": "一部の宛先に配送できませんでした。",
    "delivered": "すべての宛先に配送しました。",
}
