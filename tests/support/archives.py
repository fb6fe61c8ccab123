"""Encrypted ZIP archives opened by programs that had no part in writing them: 7-Zip, Info-ZIP, libarchive, Python."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyzipper

from tests.support.debian import require

Files = dict[str, bytes]


class WrongPassword(Exception):
    """The program refused the password."""


def by_python(archive: bytes, password: str) -> Files:
    """pyzipper reads both encryptions."""
    try:
        with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
            opened.setpassword(password.encode())
            return {item.filename: opened.read(item) for item in opened.infolist()}
    except (RuntimeError, zipfile.BadZipFile, pyzipper.BadZipFile) as error:
        raise WrongPassword(str(error)) from error


def by_seven_zip(archive: bytes, password: str) -> Files:
    """7-Zip reads both encryptions."""
    program = require("7zz")
    return _extracted(
        archive, lambda path, folder: [program, "x", "-y", f"-p{password}", f"-o{folder}", str(path)], wrong=(2,)
    )


def by_bsdtar(archive: bytes, password: str) -> Files:
    """libarchive reads both encryptions."""
    program = require("bsdtar")
    return _extracted(
        archive, lambda path, folder: [program, "--passphrase", password, "-xf", str(path), "-C", folder], wrong=(1,)
    )


def by_unzip(archive: bytes, password: str) -> Files:
    """Info-ZIP reads ZipCrypto only."""
    program = require("unzip")
    return _extracted(
        archive,
        lambda path, folder: [program, "-o", "-q", "-P", password, str(path), "-d", folder],
        wrong=(1, 2, 3, 82),
    )


OPENERS: dict[str, Callable[[bytes, str], Files]] = {
    "python": by_python,
    "7-zip": by_seven_zip,
    "bsdtar": by_bsdtar,
    "unzip": by_unzip,
}


def openers(method: str) -> list[str]:
    """Names of the openers that know an encryption method."""
    return [name for name in OPENERS if name != "unzip" or method == "zipcrypto"]


def _extracted(archive: bytes, command: Callable[[Path, str], list[str]], wrong: tuple[int, ...]) -> Files:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "archive.zip"
        path.write_bytes(archive)
        folder = Path(name) / "out"
        folder.mkdir()
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        done = subprocess.run(
            command(path, str(folder)),
            capture_output=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        if done.returncode in wrong:
            raise WrongPassword((done.stdout + done.stderr).decode(errors="replace"))
        assert done.returncode == 0, done.stderr
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
