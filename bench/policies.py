"""Policies: deciding by 50 policies of 3 conditions each ÷ Matta's own end-to-end p50, whatever the regular expressions.

Every condition of every policy is asked (each policy's last one fails), of a 10 KB message with ten recipients, text,
HTML and an attachment. What belongs to a message (facts for comparison, body text) is made anew for each decision; what
belongs to the settings is compiled before, as in a running worker.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.end_to_end import SIZE, matta
from bench.rounds import interleave
from bench.rows import Row
from shared.core.message.build_facts import facts_of
from shared.core.message.envelope import Envelope
from shared.core.message.parse import parse
from shared.core.policy.actions import Hold
from shared.core.policy.conditions.model import (
    AddressList,
    AllOf,
    Attachment,
    Body,
    Condition,
    Header,
    RecipientAddress,
    RecipientCount,
    RecipientDomain,
    Sender,
    Subject,
)
from shared.core.policy.evaluate import decide
from shared.core.policy.policies import Policy
from shared.core.policy.regular_expression import compile_pattern
from shared.core.policy.tenant_settings import NextHopServer, Route, TenantSettings
from shared.usecases.match_context import match_context

POLICIES = 50
_DOMAIN = "example.co.jp"
_HOSTILE = ("(a+)+$", "(x*)*y", r"(.*あ){8}z", r"^(([a-z])+.)+[A-Z]([a-z])+$", "(a|aa)+b")
_SENTENCE = "お見積書を添付いたします。ご確認のほど、よろしくお願いいたします。aaaaaaaaaaaaaaaa "


def _message() -> bytes:
    to = ", ".join(f"user{number}@customer{number % 4}.example" for number in range(10))
    text = _SENTENCE * 40
    return (
        f"From: yamada@{_DOMAIN}\r\nTo: {to}\r\nSubject: お見積書の件 No.2026-1120\r\nX-Class: internal\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
        '--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
        f"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{_SENTENCE * 10}</p>\r\n--a--\r\n"
        '--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\n'
        f"{'x' * 1000}\r\n--m--\r\n"
    ).encode()


def _asked(number: int, patterns: tuple[str, ...]) -> tuple[Condition, ...]:
    """Two conditions that match and one that does not, of different families from policy to policy."""
    pattern = patterns[number % len(patterns)]
    matching: tuple[Condition, ...] = (
        RecipientDomain(operator="is-external"),
        Subject(operator="matches-regex", values=(r"No\.\d{4}-\d{4}",)),
        RecipientAddress(operator="matches-wildcard", values=("user?@customer*.example",)),
        Sender(aspect="domain", values=(_DOMAIN,)),
        Attachment(test="extension", values=("zip", "pdf")),
        Body(operator="contains", values=("よろしく",)),
        RecipientCount(count="external", number=10),
    )
    failing: tuple[Condition, ...] = (
        Body(operator="matches-regex", values=(f"(?:{pattern})#{number}",)),
        Subject(operator="matches-regex", values=(f"(?:{pattern})#{number}",)),
        RecipientAddress(operator="in-list", values=("rivals",)),
        Header(name="X-Class", operator="equals", values=(f"secret {number}",)),
        Body(operator="contains", values=(f"社外秘{number}", f"confidential {number}")),
    )
    kinds = len(matching)
    return matching[number % kinds], matching[(number + 3) % kinds], failing[number % len(failing)]


def _settings(patterns: tuple[str, ...]) -> TenantSettings:
    """Every pattern stands in a way that nothing of the message fits."""
    return TenantSettings(
        tenant_id="bench",
        domains=(_DOMAIN,),
        routes=(Route(servers=(NextHopServer(host="localhost"),)),),
        rules=(),
        policies=tuple(
            Policy(id=f"p{number}", when=AllOf(of=_asked(number, patterns)), actions=(Hold(),))
            for number in range(POLICIES)
        ),
        lists=(AddressList(id="rivals", entries=tuple(f"rival{number}.example" for number in range(1000))),),
    )


def _deciding(settings: TenantSettings) -> Callable[[], float]:
    """The seconds of one decision, without parsing: the median of many."""
    tree = parse(_message())
    envelope = Envelope(
        f"yamada@{_DOMAIN}", tuple(f"user{number}@customer{number % 4}.example" for number in range(10))
    )
    facts = facts_of(tree, envelope, internal_domains=settings.internal_domains)

    def once() -> float:
        start = time.perf_counter()
        context = match_context(facts, tree, known=None, time_zone=settings.time_zone, now=None)
        decision = decide(facts, settings, context=context)
        taken = time.perf_counter() - start
        if decision.disposition != "deliver" or [note for note in decision.notes if note.rule_id]:
            raise AssertionError(f"a policy matched or broke: {decision.reasons} {decision.notes}")
        return taken

    def several() -> float:
        return statistics.median(once() for _ in range(50))

    several()  # conditions are compiled with the first message
    return several


def _scan(pattern: str) -> float:
    """The seconds that a pattern takes on 1 MB that it does not fit, as far as it looks."""
    compiled, text = compile_pattern(pattern), "a" * 1_000_000 + "!"
    compiled.found(text)
    start = time.perf_counter()
    for _ in range(5):
        compiled.found(text)
    return (time.perf_counter() - start) / 5


def run(quick: bool = False) -> list[Row]:
    """Three rows: ordinary policies, the same with hostile patterns, and one hostile pattern against a plain one."""
    rounds, messages = (2, 5) if quick else (5, 20)
    ordinary, hostile = _deciding(_settings((r"\bACC-\d+\b",))), _deciding(_settings(_HOSTILE))
    with tempfile.TemporaryDirectory(prefix="matta-bench-") as name, matta(Path(name) / "matta") as ours:
        ours.latency(5)  # caches, connections, imports
        plain = interleave(ordinary, lambda: ours.latency(messages), rounds)
        bad = interleave(hostile, lambda: ours.latency(messages), rounds)
    scans = interleave(lambda: _scan("(a+)+$"), lambda: _scan("zzz"), rounds)
    note = f"{POLICIES} policies, {3 * POLICIES} conditions all asked, 10 recipients; end to end with {SIZE} bytes"
    return [
        Row(
            f"{name} ÷ end-to-end p50",
            f"{statistics.median(found.ours) * 1000:.2f} ms",
            f"{statistics.median(found.baseline) * 1000:.1f} ms",
            found.ratio,
            f"{min(found.ratios):.3f}–{max(found.ratios):.3f}",
            "<= 0.02",
            note,
        )
        for name, found in (("50 policies × 3 conditions", plain), ("the same with hostile patterns", bad))
    ] + [
        Row(
            "(a+)+$ on 1 MB of a ÷ a plain pattern",
            f"{statistics.median(scans.ours) * 1000:.2f} ms",
            f"{statistics.median(scans.baseline) * 1000:.2f} ms",
            scans.ratio,
            scans.spread,
            "",
            "patterns look at the first 256 Ki characters",
        )
    ]
