"""The report of `./dev judge` for people."""

from __future__ import annotations

import pytest

from local.judge_report import report
from local.terminal_text import one_line
from shared.core.message.envelope import Envelope
from shared.core.text.language import LANGUAGES, Language
from shared.usecases.judge import default_settings, judge, settings_for
from tests.support.corpus import corpus

ENVELOPE = Envelope("sato@acme.example", ("tanaka@out.example", "suzuki@acme.example"))
MESSAGE = (
    "From: 佐藤 <sato@acme.example>\r\nTo: 田中 <tanaka@out.example>\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\nDate: Mon, 6 Jan 2025 09:30:00 +0900\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    '--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\n%PDF\r\n'
    "--b--\r\n"
).encode()
SETTINGS = settings_for(
    b"""{"domains": ["acme.example"], "rules": [
    {"id": "1", "rule": "recipient-external", "name": "External", "description": "Think twice."},
    {"id": "2", "rule": "has-attachments"}, {"id": "3", "rule": "subject-blank"},
    {"id": "4", "rule": "all-recipients-external"}, {"id": "5", "rule": "forced-alert", "addresses": ["out.example"]}]}""",
    "",
)


def test_report_shows_the_message_and_marks_what_the_reasons_are_about() -> None:
    judgement = judge(MESSAGE, ENVELOPE, SETTINGS, language="en", queue_id="01hv0000000000000000000000")
    assert report(judgement, "a.eml", "en").splitlines() == [
        "a.eml",
        "  From          佐藤 <sato@acme.example>",
        "  Reverse-path  sato@acme.example",
        "  Subject       (no Subject field)  *3",
        "  Date          2025-01-06T09:30:00+09:00",
        "  Kind          ordinary mail",
        f"  Size          {len(MESSAGE)} bytes",
        "  Queue id      01hv0000000000000000000000",
        "  Attachments   1",
        "    2     a.pdf  (application/pdf, 4 bytes)  *2",
        "  Recipients    2 [To(1) / Cc(0) / Bcc(1)]",
        "    external 1",
        "      out.example",
        "        To   田中 <tanaka@out.example>  *1 *4",
        "    internal 1",
        "      acme.example",
        "        Bcc  suzuki@acme.example",
        "  Verdict       HOLD (recipients: 2)",
        "    *1  External [rule.recipient-external]: Recipients outside your organisation: 1.",
        "        Think twice.",
        "    *2  Has attachments [rule.has-attachments]: Attachments: 1. Please check that these files may be sent.",
        "    *3  Blank subject [rule.subject-blank]: The subject is blank.",
        "    *4  Forced alert [rule.forced-alert]: Recipients that must always be checked: 1.",
    ]


def test_approvals_are_told_with_quorum_escalation_and_end() -> None:
    settings = settings_for(
        b"""{"domains": ["acme.example"], "rules": [], "policies": [
        {"id": "boss", "actions": [{"type": "approval", "escalate_to_manager": true, "at_end": "discard"}]},
        {"id": "legal", "actions": [{"type": "approval", "approvers": "addresses", "quorum": "count", "needed": 2,
        "addresses": ["a@acme.example", "b@acme.example", "c@acme.example"], "reminders": 0}]},
        {"id": "board", "actions": [{"type": "approval", "approvers": "group", "group": "g-1", "quorum": "all"}]}]}""",
        "",
    )
    lines = report(judge(MESSAGE, ENVELOPE, settings, language="en"), "a.eml", "en").splitlines()
    shown = lines[lines.index("  Approval      the sender's manager (the first answer decides); asked by boss") :]
    assert shown[:7] == [
        "  Approval      the sender's manager (the first answer decides); asked by boss",
        "    the managers of those who have not answered will be asked too",
        "    reminded 2 times, every 4 hours; then it is discarded",
        "  Approval      a@acme.example, b@acme.example, c@acme.example (2 must allow); asked by legal",
        "    reminded 0 times, every 4 hours; then it stays",
        "  Approval      g-1 (all must allow); asked by board",
        "    reminded 2 times, every 4 hours; then it stays",
    ]


def test_japanese_columns_stand_under_each_other() -> None:
    judgement = judge(MESSAGE, ENVELOPE, SETTINGS, language="ja")
    lines = report(judgement, "a.eml", "ja").splitlines()
    assert "  差出人        佐藤 <sato@acme.example>" in lines
    assert "  送信元パス    sato@acme.example" in lines
    assert "  判定          保留（2件の宛先）" in lines


def test_message_of_nobody_to_nobody() -> None:
    judgement = judge(b"", Envelope("", ()), default_settings(""), language="en")
    text = report(judgement, "-", "en")
    assert "Reverse-path  (null sender)" in text
    assert "Recipients    (no recipients)" in text
    assert "Attachments   none" in text
    assert "DELIVER" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x1b[31mb", "a\ufffd[31mb", id="escape sequence"),
        pytest.param("a\r\nb", "a\ufffd\ufffdb", id="line end"),
        pytest.param("a\u202eb", "a\ufffdb", id="direction override"),
        pytest.param("a\ud800b", "a\ufffdb", id="half of a pair"),
        pytest.param("件\u3000名", "件\u3000名", id="ideographic space stays"),
        pytest.param("a" * 301, "a" * 300 + "…", id="too long"),
    ],
)
def test_no_text_of_a_message_can_play_with_the_terminal(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_no_message_of_the_corpus_reaches_the_terminal_with_controls() -> None:
    assert corpus()
    for path in corpus():
        for language in LANGUAGES:
            assert_plain(report(judge(path.read_bytes(), ENVELOPE, SETTINGS, language=language), path.name, language))


def assert_plain(text: str) -> None:
    assert text.endswith("\n")
    assert all(line == one_line(line) or len(line) > 300 for line in text.splitlines())
    assert not {character for character in text if character < " " and character != "\n"}


def test_long_name_does_not_hide_the_address() -> None:
    message = b"To: " + b"n" * 900 + b" <tanaka@out.example>\r\n\r\n"
    text = report(judge(message, ENVELOPE, SETTINGS, language="en"), "x", "en")
    assert "nnn <tanaka@out.example>  *1" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_subject_with_controls_is_shown_on_its_line(language: Language) -> None:
    message = b"Subject: =?utf-8?B?G1szMW0=?= red\r\n\r\n"
    assert_plain(report(judge(message, ENVELOPE, SETTINGS, language=language), "x", language))


POLICIES = settings_for(
    b"""{"domains": ["acme.example"], "policies": [
    {"id": "p", "name": "ZIP outside", "when": {"type": "all", "of": [
        {"type": "recipient-domain", "operator": "is-external"},
        {"type": "not", "of": {"type": "subject", "operator": "contains", "values": ["memo"]}}]},
     "actions": [{"type": "zip"}, {"type": "redirect", "route": "dlp"}, {"type": "delay", "minutes": 5}], "stop": true},
    {"id": "q", "actions": [{"type": "hold"}]}],
    "routes": [{"name": "dlp", "servers": [{"host": "h"}]}],
    "rules": [{"id": "r", "rule": "subject-blank", "enabled": false}, {"id": "s", "rule": "condition", "groups": ["hr"],
               "keywords": ["hello"]}]}""",
    "",
)


def test_report_shows_parts_transforms_notes_and_how_conditions_were_answered() -> None:
    judgement = judge(MESSAGE, ENVELOPE, POLICIES, language="en", explain=True)
    lines = report(judgement, "a.eml", "en").splitlines()
    start = lines.index("  Verdict       DELIVER (recipients: 1)")
    assert lines[start + 1].startswith("    *1  ZIP outside [policy.delay]: Delivery starts 5 minutes later.")
    assert lines[start + 2] == "    -> tanaka@out.example"
    assert lines[start + 3].startswith("    1. zip: policy=p, method=aes-256")
    assert lines[start + 4 :] == [
        "  Verdict       DELIVER (recipients: 1)",
        "    -> suzuki@acme.example",
        "  Delay (min)   5",
        "  Route         dlp",
        "  Notes",
        "    -  ZIP outside [policy.applied]: The policy applies: ZIP encryption, other route, delayed delivery.",
        "  Policies      2",
        "    [x] p ZIP outside",
        "        when",
        "          [x] all",
        "            [x] recipient-domain.is-external <- tanaka@out.example",
        "            [x] not",
        "              [ ] subject.contains memo <- -",
        "    [ ] q  (not asked: a policy before stops)",
        "        when",
        "          [x] all",
        "  Rules         2",
        "    [ ] r (subject-blank)  (switched off)",
        "    [ ] s (condition)  (not for the sender's groups)",
    ]


def test_reasons_that_parts_share_are_told_and_numbered_once() -> None:
    settings = settings_for(
        b"""{"domains": ["acme.example"], "policies": [{"id": "p", "actions": [{"type": "zip"}, {"type": "hold"}]}],
        "rules": [{"id": "r", "rule": "subject-blank"}]}""",
        "",
    )
    text = report(judge(MESSAGE, ENVELOPE, settings, language="en"), "a.eml", "en")
    assert "(no Subject field)  *1\n" in text
    assert text.count("[rule.subject-blank]") == 1
    assert text.count("Verdict") == 2
    assert "*3" not in text
