"""A judgement as people read it in a terminal: message, recipients, attachments, reasons with marks, verdict.

Works on the same document that `./dev judge --json` prints. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from local.judge_explanation import explanation_lines
from local.terminal_text import one_line, pad
from shared.core.message.facts import RecipientField
from shared.core.text.judge import JUDGE
from shared.core.text.language import Language
from shared.core.text.words import WORDS

_LABEL_WIDTH = 14
_LONGEST_NAME = 100
Marks = Mapping[tuple[str, str], str]
"""For each thing that a reason is about, by kind and value: its footnote marks."""


def report(judgement: Mapping[str, Any], name: str, language: Language) -> str:
    """The whole report about one message, ending in a line end."""
    marks = _marks(judgement)
    lines = [one_line(name)]
    for label, value in _head(judgement, language):
        mark = marks.get((label, ""), "")
        lines.append("  " + pad(JUDGE.text(label, language), _LABEL_WIDTH) + one_line(value) + mark)
    lines += _attachments(judgement["facts"], marks, language)
    lines += _recipients(judgement["facts"], marks, language)
    lines += _verdict(judgement, language)
    lines += _beside(judgement, language)
    lines += explanation_lines(judgement, language, _LABEL_WIDTH)
    return "\n".join(lines) + "\n"


def _numbered(judgement: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """All reasons, each once, with their footnote numbers."""
    found: list[Mapping[str, Any]] = []
    for part in judgement["parts"]:
        found += [reason for reason in part["reasons"] if reason not in found]
    return enumerate(found, 1)


def _marks(judgement: Mapping[str, Any]) -> Marks:
    numbers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for number, reason in _numbered(judgement):
        for anchor in reason["anchors"]:
            numbers[anchor["kind"], anchor["value"]].append(f"*{number}")
    return {thing: "  " + " ".join(dict.fromkeys(found)) for thing, found in numbers.items()}


def _head(judgement: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    facts = judgement["facts"]
    if facts["header_from"]:
        yield "from", ", ".join(_mailbox(mailbox) for mailbox in facts["header_from"])
    yield "reverse-path", facts["envelope"]["reverse_path"] or JUDGE.text("null-sender", language)
    yield "subject", JUDGE.text("no-subject", language) if facts["subject"] is None else facts["subject"]
    if facts["date"]:
        yield "date", facts["date"]
    yield "kind", WORDS.text(f"kind.{facts['kind']}", language)
    if facts["protections"]:
        yield "protections", ", ".join(WORDS.text(f"protection.{item}", language) for item in facts["protections"])
    yield "size", JUDGE.text("bytes", language, count=facts["size"])
    yield "queue-id", judgement["queue_id"]
    if facts["unreadable"]:
        yield "unreadable", facts["unreadable"]


def _mailbox(mailbox: Mapping[str, str]) -> str:
    name = mailbox["display_name"][:_LONGEST_NAME]
    return f"{name} <{mailbox['address']}>" if name else mailbox["address"]


def _attachments(facts: Mapping[str, Any], marks: Marks, language: Language) -> list[str]:
    heading = "  " + pad(JUDGE.text("attachments", language), _LABEL_WIDTH)
    if not facts["attachments"]:
        return [heading + JUDGE.text("none", language)]
    lines = [heading + str(len(facts["attachments"]))]
    for item in facts["attachments"]:
        name = one_line(item["name"]) or JUDGE.text("unnamed", language)
        notes = [one_line(item["content_type"]), JUDGE.text("bytes", language, count=item["size"])]
        if item["inline"]:
            notes.append(JUDGE.text("inline", language))
        lines.append(
            f"    {pad(item['part'], 6)}{name}  ({', '.join(notes)}){marks.get(('attachment', item['part']), '')}"
        )
    return lines


def _recipients(facts: Mapping[str, Any], marks: Marks, language: Language) -> list[str]:
    recipients = facts["recipients"]
    heading = "  " + pad(JUDGE.text("recipients", language), _LABEL_WIDTH)
    if not recipients:
        return [heading + JUDGE.text("no-recipients", language)]
    counts = {field: sum(item["field"] == field for item in recipients) for field in RecipientField}
    lines = [heading + JUDGE.text("counts", language, total=len(recipients), **counts)]
    for external in (True, False):
        side = [item for item in recipients if item["external"] is external]
        if not side:
            continue
        lines.append(f"    {WORDS.text('external' if external else 'internal', language)} {len(side)}")
        for domain in dict.fromkeys(item["domain"] for item in side):
            lines.append(f"      {one_line(domain) or '-'}")
            lines += [_recipient(item, marks, language) for item in side if item["domain"] == domain]
    return lines


def _recipient(item: Mapping[str, Any], marks: Marks, language: Language) -> str:
    members = f"  ({JUDGE.text('members', language, count=item['members'])})" if item["members"] > 1 else ""
    field = pad(WORDS.text(f"field.{item['field']}", language), 5)
    return f"        {field}{one_line(_mailbox(item))}{members}{marks.get(('recipient', item['address']), '')}"


def _verdict(judgement: Mapping[str, Any], language: Language) -> list[str]:
    lines: list[str] = []
    told_already: list[Mapping[str, Any]] = []
    for part in judgement["parts"]:
        told = JUDGE.text(
            "verdict-for",
            language,
            disposition=WORDS.text(f"disposition.{part['disposition']}", language).upper(),
            count=len(part["recipients"]),
        )
        lines.append("  " + pad(JUDGE.text("verdict", language), _LABEL_WIDTH) + told)
        for reason in part["reasons"]:
            if reason in told_already:
                continue
            told_already.append(reason)
            lines += _reason(f"*{len(told_already)}", reason)
        lines += _changes(part, language, several=len(judgement["parts"]) > 1)
    return lines


def _reason(mark: str, reason: Mapping[str, Any]) -> list[str]:
    named = f"{one_line(reason['title'])} [{reason['code']}]"
    lines = [f"    {mark}  {named}: {one_line(reason['text'])}"]
    if reason["description"]:
        lines.append(f"        {one_line(reason['description'])}")
    return lines


def _changes(part: Mapping[str, Any], language: Language, *, several: bool) -> list[str]:
    """Who gets this part, where there are several, and what is done to it on the way."""
    lines = [f"    -> {one_line(address)}" for address in part["recipients"]] if several else []
    lines += [f"    -> {JUDGE.text('added', language, address=one_line(item))}" for item in part["added_recipients"]]
    for number, call in enumerate(part["transforms"], 1):
        arguments = ", ".join(f"{name}={value}" for name, value in call["arguments"].items() if value not in ("", []))
        lines.append(f"    {number}. {call['name']}: {one_line(arguments)}")
    return lines


def _beside(judgement: Mapping[str, Any], language: Language) -> list[str]:
    """Delay, route and texts of the decision; rules that were passed over; notes."""
    lines = []
    for field in ("delay_minutes", "route", "reject_text"):
        if judgement[field]:
            lines.append("  " + pad(JUDGE.text(field, language), _LABEL_WIDTH) + one_line(str(judgement[field])))
    lines += [line for call in judgement["approvals"] for line in _approval(call, language)]
    for field in ("skipped", "notes"):
        if judgement[field]:
            lines.append("  " + JUDGE.text(field, language))
            for reason in judgement[field]:
                lines += _reason("-", reason)
    return lines


def _approval(call: Mapping[str, Any], language: Language) -> list[str]:
    """Who is asked after the release, by what quorum, and what happens when nobody answers."""
    who = ", ".join(call["addresses"]) or call["group"] or JUDGE.text("approvers.manager", language)
    quorum = JUDGE.text(f"quorum.{call['quorum']}", language, needed=call["needed"])
    told = JUDGE.text("approval", language, who=one_line(who), quorum=quorum, policy=one_line(call["policy"]))
    lines = ["  " + pad(JUDGE.text("approvals", language), _LABEL_WIDTH) + told]
    beyond = [
        *call["escalate_to"],
        *([JUDGE.text("escalate.manager", language)] if call["escalate_to_manager"] else []),
    ]
    if beyond:
        lines.append("    " + JUDGE.text("escalate", language, who=one_line(", ".join(beyond))))
    end = JUDGE.text(f"at_end.{call['at_end']}", language)
    hours = f"{call['reminder_hours']:g}"
    lines.append("    " + JUDGE.text("approval.end", language, reminders=call["reminders"], hours=hours, end=end))
    return lines
