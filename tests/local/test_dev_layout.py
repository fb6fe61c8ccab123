"""Ports and files of a local instance: conflicts are named, foreign files are left alone."""

from __future__ import annotations

import json
import os
import socket
import stat
from dataclasses import astuple
from pathlib import Path

import pytest

from local import endpoints
from local.commands import up
from local.layout import Layout, LayoutError, Ports
from local.private_files import ensure_keys, ensure_secrets
from shared.adapters.secrets_file import FileSecrets


def test_port_in_use_is_named_with_its_part_and_the_flag() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LayoutError) as refused:
            Ports.from_base(port - 25).check_free()
    assert f"{port} (smtp)" in str(refused.value)
    assert "--port-base" in str(refused.value)


def test_free_ports_are_free_and_different() -> None:
    ports = Ports.free()
    assert len(set(astuple(ports))) == len(astuple(ports))
    ports.check_free()


@pytest.mark.parametrize("base", [0, -1, 65500, 70000])
def test_port_base_out_of_range_is_refused(base: int) -> None:
    with pytest.raises(LayoutError, match="--port-base"):
        Ports.from_base(base)


def test_fresh_forgets_data_and_logs_but_nothing_else(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    (layout.part("mailbox") / "1.eml").write_bytes(b"x")
    (layout.logs / "relay.log").write_bytes(b"x")
    (tmp_path / "mine.txt").write_bytes(b"x")
    layout.forget()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    layout.forget()


def test_directory_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("mine")
    layout = Layout(tmp_path)
    for method in (layout.make, layout.forget):
        with pytest.raises(LayoutError, match="did not make"):
            method()
    assert (tmp_path / "data" / "thesis.txt").read_text() == "mine"


def test_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ensure_keys(path)
    first = path.read_bytes()
    ensure_keys(path)
    assert path.read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = json.loads(first)
    assert set(content) == {"link", "trace", "seal", "egress"}
    assert content["link"][0]["secret"] != content["trace"][0]["secret"]
    FileSecrets(str(path), "").signing_keys("link")  # the functions can read it
    ensure_secrets(tmp_path / "secrets.json")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_endpoints_file_counts_only_while_its_process_lives(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    path = layout.endpoints
    assert endpoints.read(path) is None
    content = endpoints.describe(Ports.from_base(17000), layout, {"dev": os.getpid(), "relay": 1})
    endpoints.write(path, content)
    assert endpoints.read(path) == content
    assert content["smtp"] == "127.0.0.1:17025"
    assert content["api"] == "http://127.0.0.1:17000"

    endpoints.write(path, content | {"pids": {"dev": 2**22 + 1}})  # above the largest process id of Linux
    assert endpoints.read(path) is None
    endpoints.remove(path)
    assert path.exists(), "the file of another process stays"
    endpoints.write(path, content)
    endpoints.remove(path)
    assert not path.exists()


def test_endpoints_file_that_is_broken_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    path.write_text("{")
    assert endpoints.read(path) is None


@pytest.mark.parametrize("name", ["file", "file/below", "/proc/matta"])
def test_data_directory_that_cannot_be_is_named(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert up.main(["--data", str(tmp_path / name)]) == 1
    assert f"./dev up: cannot use {tmp_path / name}" in capsys.readouterr().err
