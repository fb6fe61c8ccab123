"""Generated traffic: real messages of many shapes, judged the way relayed mail is, for replays."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from shared.core.message.identity import MessageRef
from tests.support.app import World

PEOPLE = tuple(f"{name}@aozora.example" for name in ("hanako", "jiro", "saburo", "shiro", "goro"))
OUTSIDERS = ("taro@partner.example", "mei@rival.example", "ken@client.example", "例@例え.example")
SUBJECTS = ("お見積書の件", "【社外秘】資料", "", "Invoice 2026-11", "Re: meeting", "[[send]] urgent", None)
FILES = ("見積書.xlsx", "photo.jpg", "secret.zip", "notes.txt")


def make_mail(draw: Random, number: int) -> tuple[str, tuple[str, ...], bytes]:
    """Reverse-path, envelope recipients and bytes; some recipients are in Bcc, some of the header's in no envelope."""
    sender = draw.choice(PEOPLE)
    to = draw.sample(PEOPLE + OUTSIDERS, draw.randint(1, 3))
    cc = draw.sample(PEOPLE + OUTSIDERS, draw.randint(0, 2))
    bcc = draw.sample(OUTSIDERS, draw.randint(0, 1))
    recipients = tuple(dict.fromkeys([*to, *cc, *bcc]))
    if draw.random() < 0.3 and len(recipients) > 1:
        recipients = recipients[1:]
    lines = [f"From: {sender}", f"To: {', '.join(to)}", f"Message-ID: <{number}@aozora.example>"]
    lines += [f"Cc: {', '.join(cc)}"] if cc else []
    subject = draw.choice(SUBJECTS)
    lines += [f"Subject: {subject}"] if subject is not None else []
    kind = draw.random()
    if kind < 0.05:
        lines += ["Auto-Submitted: auto-replied", "In-Reply-To: <x@y.example>"]
        recipients = recipients[:1]
    reverse_path = "" if kind > 0.97 else sender
    files = draw.sample(FILES, draw.choice((0, 0, 1, 2)))
    body = draw.choice(("Hello.", "本文に社外秘があります。", "password: 1234"))
    if not files:
        text = "\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", body, ""])
    else:
        parts = "".join(
            f'--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename="{name}"\n\n'
            f"{'x' * draw.randint(1, 3000)}\n"
            for name in files
        )
        head = "\n".join([*lines, "Content-Type: multipart/mixed; boundary=b", ""])
        text = f"{head}\n--b\nContent-Type: text/plain; charset=utf-8\n\n{body}\n{parts}--b--\n"
    return reverse_path, recipients, text.replace("\n", "\r\n").encode()


def play_traffic(
    world: World, count: int, *, seed: int = 1, step: timedelta = timedelta(minutes=7)
) -> list[MessageRef]:
    """Judge ``count`` messages by the world's settings, one each ``step`` of its clock."""
    draw = Random(seed)
    refs = []
    for number in range(count):
        reverse_path, recipients, data = make_mail(draw, number)
        refs.append(world.judge(*recipients, reverse_path=reverse_path, data=data))
        world.clock.advance(seconds=step.total_seconds())
    return refs
