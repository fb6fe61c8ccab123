"""`./dev send`: what reaches the server is what a mail client would have sent, or the file's own bytes."""

from __future__ import annotations

import os
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from local import endpoints
from local.commands.send import build_message, main, send
from local.demo_tenant import CUSTOMER, SENDER
from local.layout import Layout, Ports
from local.mailbox.faults import Fault
from tests.support.next_hop import NextHop


def running(directory: Path, hop: NextHop) -> Path:
    """Endpoints of an instance whose relay is the next hop of the test."""
    content = endpoints.describe(Ports.from_base(17000), Layout(directory), {"dev": os.getpid()})
    endpoints.write(Layout(directory).endpoints, content | {"smtp": f"127.0.0.1:{hop.port}"})
    return directory


def test_without_arguments_it_goes_from_the_demo_tenant_to_a_customer_with_an_attachment(tmp_path: Path) -> None:
    with NextHop(tmp_path / "mails") as hop:
        assert main(["--data", str(running(tmp_path / "run", hop))]) == 0
        [message] = hop.wait_for(1)
    assert (message.envelope.sender, message.envelope.recipients) == (SENDER, (CUSTOMER,))
    assert message.subject == "お見積書の送付"
    parsed = message_from_bytes(message.raw, policy=policy.SMTP, _class=EmailMessage)  # type: ignore[arg-type]
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["見積書.csv"]


def test_options_set_addresses_subject_and_attachments(tmp_path: Path) -> None:
    file = tmp_path / "図面.pdf"
    file.write_bytes(b"%PDF\r\n.\r\n\x00")
    with NextHop(tmp_path / "mails") as hop:
        arguments = ["--from", "a@x.example", "--to", "b@y.example", "c@z.example", "--to", "d@z.example"]
        arguments += ["--subject", "s", "--attach", str(file), "--data", str(running(tmp_path / "run", hop))]
        assert main(arguments) == 0
        [message] = hop.wait_for(1)
    assert message.envelope.recipients == ("b@y.example", "c@z.example", "d@z.example")
    parsed = message_from_bytes(message.raw, policy=policy.SMTP, _class=EmailMessage)  # type: ignore[arg-type]
    [attachment] = parsed.iter_attachments()
    assert attachment.get_filename() == "図面.pdf"
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_payload(decode=True) == file.read_bytes()
    assert parsed["Message-ID"].endswith("@x.example>")


@pytest.mark.parametrize(
    ("content", "arrives"),
    [
        pytest.param(b"From: a@x\nTo: b@y\n\n.dot\n", b"From: a@x\r\nTo: b@y\r\n\r\n.dot\r\n", id="Unix line ends"),
        pytest.param(b"To: b@y\r\n\r\na\n.\nb\r\n.\r\n", b"To: b@y\r\n\r\na\n.\nb\r\n.\r\n", id="bare LF stays"),
        pytest.param(b"To: b@y\r\n\r\n\x80\xff", b"To: b@y\r\n\r\n\x80\xff\r\n", id="no line end at the end"),
        pytest.param(b".\r\n\r\n", b".\r\n\r\n", id="begins with a dot"),
    ],
)
def test_file_is_sent_byte_for_byte(tmp_path: Path, content: bytes, arrives: bytes) -> None:
    file = tmp_path / "m.eml"
    file.write_bytes(content)
    with NextHop(tmp_path / "mails") as hop:
        assert main([str(file), "--to", "r@y.example", "--data", str(running(tmp_path / "run", hop))]) == 0
        assert hop.wait_for(1)[0].raw == arrives


HEADER = b"From: A <a@x.example>\r\nTo: B <b@y.example>, c@y.example\r\nCc: d@z.example\r\nBcc: e@z.example\r\n\r\n"


@pytest.mark.parametrize(
    ("arguments", "sender", "recipients"),
    [
        pytest.param(["m.eml"], "a@x.example", "b@y.example c@y.example d@z.example e@z.example", id="the file's"),
        pytest.param(["m.eml", "--from", "<>", "--to", "f@z.example"], "", "f@z.example", id="the command line's"),
        pytest.param(["--to", "f@z.example", "m.eml"], "a@x.example", "f@z.example", id="file after the recipients"),
    ],
)
def test_envelope_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sender: str, recipients: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.eml").write_bytes(HEADER)
    with NextHop(tmp_path / "mails") as hop:
        assert main([*arguments, "--data", str(running(tmp_path / "run", hop))]) == 0
        [message] = hop.wait_for(1)
    assert message.envelope.sender == sender
    assert list(message.envelope.recipients) == recipients.split()
    assert message.raw == HEADER


def test_two_files_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["a.eml", "--to", "f@z.example", "b.eml"])
    assert "one FILE.eml at a time" in capsys.readouterr().err


def test_address_beyond_ascii_asks_for_smtputf8(tmp_path: Path) -> None:
    with NextHop(tmp_path) as hop:
        code, _ = send(f"127.0.0.1:{hop.port}", "山@x.example", ["川@y.example"], b"Subject: x\r\n\r\n")
        assert code == 250
        [message] = hop.wait_for(1)
    assert message.envelope.recipients == ("川@y.example",)
    assert "SMTPUTF8" in message.envelope.options


def test_refusal_is_shown_and_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with NextHop(tmp_path / "mails") as hop:
        hop.faults.add(Fault("rcpt", "*", "550 5.1.1 unknown"))
        assert main(["--data", str(running(tmp_path / "run", hop))]) == 1
    assert f"550 5.1.1 unknown (to RCPT TO:<{CUSTOMER}>)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param([], "nothing is running", id="no instance"),
        pytest.param(["no-such-file.eml"], "cannot read no-such-file.eml: No such file", id="no file"),
        pytest.param(["."], "cannot read .: Is a directory", id="a directory"),
        pytest.param(["--attach", "x.pdf"], "cannot read x.pdf: No such file", id="no attachment"),
        pytest.param(["empty.eml"], "names no recipients", id="no recipients"),
    ],
)
def test_what_cannot_be_sent_is_explained(
    tmp_path: Path,
    arguments: list[str],
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.eml").write_bytes(b"\r\n")
    with NextHop(tmp_path / "mails") as hop:
        directory = running(tmp_path / "run", hop) if arguments else tmp_path / "nothing"
        assert main([*arguments, "--data", str(directory)]) == 1
    assert text in capsys.readouterr().err


def test_built_message_has_smtp_line_ends_and_short_lines() -> None:
    raw = build_message(SENDER, [CUSTOMER], "件名" * 60, None)
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
