"""The rules about the relay's image find nothing in its Dockerfile, and in each broken copy what was broken there."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.check.dockerfile import check_dockerfile
from local.tools import ROOT

DOCKERFILE = (ROOT / "smtp_relay" / "Dockerfile").read_text("utf-8")
HADOLINT = Path(sys.executable).parent / "hadolint"


@dataclass(frozen=True)
class Broken:
    """One change, the rule that must object, and a word of the line that it must name."""

    old: str
    new: str
    rule: str
    at: str


BROKEN = {
    "base without a version": Broken("python:3.13-slim-trixie", "python:latest", "image-base", "FROM"),
    "base with everything": Broken("python:3.13-slim-trixie", "python:3.13", "image-base", "FROM"),
    "one stage": Broken("FROM ${BASE}\n", "", "image-base", "#"),
    "root": Broken("USER 10001:10001\n", "", "image-user", "FROM"),
    "root by its number": Broken("USER 10001:10001", "USER 0:0", "image-user", "USER"),
    "user by name": Broken("USER 10001:10001", "USER relay", "image-user", "USER"),
    "add": Broken("COPY smtp_relay/requirements.lock", "ADD smtp_relay/requirements.lock", "image-copy", "ADD"),
    "whole repository": Broken("COPY smtp_relay/*.py smtp_relay/", "COPY . .", "image-copy", "COPY ."),
    "whole folder": Broken("COPY smtp_relay/*.py smtp_relay/", "COPY smtp_relay/ smtp_relay/", "image-copy", "COPY smtp_relay/ "),
    "key file": Broken("COPY smtp_relay/*.py", "COPY local/relay.pem smtp_relay/*.py", "image-copy", "relay.pem"),
    "file in the last stage": Broken("EXPOSE", "COPY host.json /app/\nEXPOSE", "image-copy", "host.json"),
    "script from the web": Broken("WORKDIR /app\n", "WORKDIR /app\nRUN curl -s https://example.com/x | sh\n", "image-fetch", "curl"),
    "packages of the system": Broken("WORKDIR /app\n", "WORKDIR /app\nRUN apt-get update\n", "image-fetch", "apt-get"),
    "program in the last stage": Broken("EXPOSE", "RUN touch /x\nEXPOSE", "image-fetch", "touch"),
    "no hashes": Broken(" --require-hashes", "", "image-hash", "RUN python -m venv"),
    "built from source": Broken(" --only-binary :all:", "", "image-hash", "RUN python -m venv"),
    "password": Broken("ENV MATTA_RELAY_HOST", "ENV RELAY_PASSWORD=hunter2 MATTA_RELAY_HOST", "image-secret", "ENV"),
    "another signal": Broken("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "image-start", "FROM"),
    "shell before the relay": Broken('ENTRYPOINT ["/venv/bin/python", "-I", "-u", "-m", "smtp_relay"]', "ENTRYPOINT python -m smtp_relay", "image-start", "ENTRYPOINT"),
    "open to variables": Broken('"-I", "-u", "-m"', '"-u", "-m"', "image-start", "ENTRYPOINT"),
    "no health": Broken("HEALTHCHECK", "LABEL health", "image-start", "FROM"),
    "no version": Broken("org.opencontainers.image.version", "version", "image-label", "FROM"),
}  # fmt: skip


def test_nothing_is_wrong_with_the_image() -> None:
    assert check_dockerfile("Dockerfile", DOCKERFILE) == ()


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_where_it_is(name: str) -> None:
    broken = BROKEN[name]
    assert broken.old in DOCKERFILE, "the Dockerfile has changed: change this test with it"
    text = DOCKERFILE.replace(broken.old, broken.new, 1)
    found = [one for one in check_dockerfile("Dockerfile", text) if one.rule == broken.rule]
    lines = text.splitlines()
    assert any(broken.at in lines[one.line - 1] for one in found), check_dockerfile("Dockerfile", text)


def hadolint(text: str) -> tuple[int, str]:
    done = subprocess.run(
        [str(HADOLINT), "--no-color", "-"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout


def test_hadolint_finds_nothing_either() -> None:
    assert hadolint(DOCKERFILE) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param("ARG BASE=python:3.13-slim-trixie", "ARG BASE=x\nFROM python", "DL3006", id="base without a tag"),
        pytest.param("USER 10001:10001", "USER root", "DL3002", id="root"),
        pytest.param('ENTRYPOINT ["/venv', 'ENTRYPOINT sh -c ["/venv', "DL3025", id="shell before the relay"),
    ],
)
def test_hadolint_can_object(old: str, new: str, rule: str) -> None:
    code, said = hadolint(DOCKERFILE.replace(old, new))
    assert code == 1
    assert rule in said
