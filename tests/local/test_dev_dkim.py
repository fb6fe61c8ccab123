"""`./dev dkim`: keys that sign, in files for their owner, and the records that verify them."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from local.commands.dkim import main
from shared.core.signing.keys import read_private_key, read_public_key

WHO = ["--domain", "例え.example", "--selector", "s1"]


def published(shown: str) -> str:
    """The record in the zone file's form, its strings joined."""
    zone = shown.splitlines()[-1]
    assert zone.startswith("s1._domainkey.xn--r8jz45g.example. IN TXT ( ")
    strings = re.findall(r'"([^"]*)"', zone)
    assert all(len(one) <= 255 for one in strings)
    return "".join(strings)


@pytest.mark.parametrize(
    ("arguments", "algorithm", "bits"),
    [
        ([], "rsa-sha256", 2048),
        (["--bits", "3072"], "rsa-sha256", 3072),
        (["--type", "ed25519"], "ed25519-sha256", 256),
    ],
)
def test_a_new_key_and_its_record(
    arguments: list[str], algorithm: str, bits: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key.pem"
    assert main(["key", *WHO, "--out", str(file), *arguments]) == 0
    shown = capsys.readouterr()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = read_private_key(file.read_text())
    assert (key.algorithm, key.bits) == (algorithm, bits)
    public = read_public_key(published(shown.out))
    assert public is not None
    assert public.verifies(key.sign(b"x"), b"x", algorithm)
    assert f"value:  {key.record()}\n" in shown.out
    assert "PRIVATE" not in shown.out
    assert ("Ed25519" in shown.err) is (algorithm == "ed25519-sha256")
    assert main(["record", *WHO, "--key", str(file)]) == 0
    assert published(capsys.readouterr().out) == key.record()


def test_no_key_is_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["key", "--domain", "aozora.example", "--selector", "s1", "--type", "ed25519"]
    assert main(arguments) == 0
    first = (tmp_path / "dkim-aozora.example-s1.pem").read_text()
    assert main(arguments) == 1
    assert "exists and is kept; name another file with --out" in capsys.readouterr().err
    assert (tmp_path / "dkim-aozora.example-s1.pem").read_text() == first


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["key", "--domain", "aozora.example", "--selector", "-x-"], 2, "--selector '_x' is not one; an example is"),
        (["key", "--domain", "no domain", "--selector", "s1"], 2, "--domain 'no domain' is not one; an example is"),
        (["record", *WHO, "--key", "missing.pem"], 1, "cannot use missing.pem"),
        (["record", *WHO, "--key", "text.pem"], 1, ""),
        (["record", *WHO, "--key", "japanese.txt"], 1, "japanese.txt is no private key in PEM"),
    ],
)
def test_bad_input_is_told_and_writes_nothing(
    arguments: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.pem").write_text("hello")
    (tmp_path / "japanese.txt").write_text("待った", encoding="utf-8")
    assert main([one.replace("-x-", "_x") for one in arguments]) == code
    assert capsys.readouterr().err.startswith(f"./dev dkim: {told}")
    assert {file.name for file in tmp_path.iterdir()} == {"text.pem", "japanese.txt"}
