"""`./dev notice`: every notice by every way, with a tenant's own words, and plain answers to mistakes."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from local.commands.notice import CHANNELS, NOTICES, main
from shared.core.policy.tenant_settings import NoticeChannel, NoticeName
from shared.core.text.language import LANGUAGES, Language
from tests.support.card_renderer import draw


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_can_be_looked_at(
    name: NoticeName, channel: NoticeChannel, language: Language, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "notice"
    code = main([name, "--channel", channel, "--language", language, "--out", str(out)])
    if name == "password" and channel != "mail":
        assert code == 2
        assert "by mail alone" in capsys.readouterr().err
        return
    assert code == 0
    written = out.read_text(encoding="utf-8")
    assert "お見積書の件" in written
    if channel == "teams-card":
        assert draw(json.dumps(json.loads(written)).encode()).complaints == ()


@pytest.mark.parametrize("channel", CHANNELS)
def test_words_of_ones_own_stand_in_the_notice(
    channel: NoticeChannel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "words.txt"
    text.write_text("{{ sender_name }} 様\n{{ reasons }}を確認", encoding="utf-8")
    assert main(["hold-first", "--language", "ja", "--channel", channel, "--text", str(text)]) == 0
    shown = capsys.readouterr().out
    assert "山田 太郎 様" in shown
    assert "社外の宛先あり、添付ファイルありを確認" in shown


def test_a_whole_mail_can_be_written(tmp_path: Path) -> None:
    out = tmp_path / "notice.eml"
    assert main(["receipt", "--language", "ja", "--subject", "暗号化: {{ file_name }}", "--out", str(out)]) == 0
    mail = message_from_bytes(out.read_bytes(), policy=policy.default)
    assert mail["Subject"] == "暗号化: enc_20261120093000.zip"


def test_words_that_could_not_be_used_are_told_with_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "words.txt"
    text.write_text("a\n{{ password }}", encoding="utf-8")
    assert main(["hold-first", "--text", str(text)]) == 2
    assert "text, line 2: unknown-variable password" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"), [(None, "cannot read"), (b"\xff\xfe\xfa", "no UTF-8")], ids=["missing", "bytes"]
)
def test_a_file_that_cannot_be_read_is_told(
    content: bytes | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "words.txt"
    if content is not None:
        text.write_bytes(content)
    assert main(["hold-first", "--text", str(text)]) == 2
    assert told in capsys.readouterr().err
