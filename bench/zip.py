"""Encrypting attachments: our archives ÷ those of 7-Zip and Info-ZIP, on data that shrinks and data that does not; and memory.

The goals (performance.md) are about random data, which is what office files, pictures and PDFs look like to an archiver. The
other programs deflate it all the same; ours looks first and stores it. Data that shrinks is deflated by all three.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from bench.rounds import interleave
from bench.rows import Row
from bench.zip_memory import encrypt, write_message
from local.debian_packages import find_program
from local.tools import ROOT
from shared.core.transform.archive.write import ArchiveFile, ZipMethod, encrypted_zip

_PIECE = 192 * 1024
_SAMPLE = 64 * 1024
_WHEN = datetime(2026, 1, 1)  # noqa: DTZ001 (any time)
_WORDS = (
    "estimate",
    "delivery",
    "amount",
    "2026-03-14",
    "見積",
    "御中",
    ",",
    "\r\n",
    "0.00",
    "1,234",
    "Tokyo",
    "customer",
)


def _random_data(path: Path, size: int) -> None:
    path.write_bytes(random.Random(size).randbytes(size))


def _table_data(path: Path, size: int) -> None:
    """Something like a spreadsheet in text form: shrinks to about a quarter."""
    source = random.Random(size)
    block = " ".join(source.choice(_WORDS) + str(source.randrange(1000)) for _ in range(200_000)).encode()
    path.write_bytes((block * (size // len(block) + 1))[:size])


def _ours(path: Path, method: ZipMethod) -> None:
    def content() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def samples() -> Iterator[bytes]:
        with path.open("rb") as file:
            for place in (0, path.stat().st_size // 2):
                file.seek(place)
                yield file.read(_SAMPLE)

    source = random.Random(1).randbytes
    one = ArchiveFile(path.name, content, samples, path.stat().st_size)
    with path.with_suffix(".ours").open("wb") as out:
        for piece in encrypted_zip([one], method, "Kx7mQ2vR9p", _WHEN, source):
            out.write(piece)


def _theirs(path: Path, command: list[str]) -> None:
    out = path.with_suffix(".theirs.zip")
    out.unlink(missing_ok=True)
    words = [word.replace("OUT", str(out)).replace("IN", str(path)) for word in command]
    subprocess.run(words, check=True, capture_output=True)


def _speed(work: Callable[[], object], size: int) -> float:
    """MB/s of one run."""
    start = time.perf_counter()
    work()
    return size / 1e6 / (time.perf_counter() - start)


def _compared(name: str, method: ZipMethod, path: Path, command: list[str], rounds: int, goal: str) -> Row:
    """One row: our speed through theirs."""
    program = find_program(command[0])
    size = path.stat().st_size
    if program is None:
        return Row(
            name,
            f"{_speed(lambda: _ours(path, method), size):.0f} MB/s",
            "–",
            None,
            "",
            goal,
            f"{command[0]} is missing",
        )
    words = [program, *command[1:]]
    times = interleave(
        lambda: _speed(lambda: _ours(path, method), size), lambda: _speed(lambda: _theirs(path, words), size), rounds
    )
    sizes = path.with_suffix(".ours").stat().st_size, path.with_suffix(".theirs.zip").stat().st_size
    return Row(
        name,
        f"{statistics.median(times.ours):.0f} MB/s",
        f"{statistics.median(times.baseline):.0f} MB/s",
        times.ratio,
        times.spread,
        goal,
        f"{size / 1e6:.0f} MB; archive of {sizes[0] / 1e6:.1f} MB, theirs {sizes[1] / 1e6:.1f} MB",
    )


def _memory(method: ZipMethod, megabytes: int) -> Row:
    """One row: what encrypting adds to a process's peak, in MiB, whole transform, in a process of its own."""
    command = [sys.executable, "-m", "bench.zip_memory", method.value, str(megabytes)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    extra = int(done.stdout) / 1024**2
    name = f"{method.value}, memory beyond the message of {megabytes} MB, MiB"
    return Row(
        name, f"{extra:.1f} MiB", "–", extra, "one run", "<= 4", "peak of the process; loading the ciphers not counted"
    )


def _transform(method: ZipMethod, folder: Path, size: int, rounds: int) -> Row:
    """One row for information: the whole way from a message to a message, base64 on both sides."""
    path = folder / "message.eml"
    if not path.exists():
        write_message(path, size)
    data = path.read_bytes()
    speeds = [_speed(lambda: encrypt(data, method), size) for _ in range(rounds)]
    spread = f"{min(speeds):.0f}–{max(speeds):.0f}"
    return Row(
        f"{method.value}, whole transform, random data",
        f"{statistics.median(speeds):.0f} MB/s",
        "–",
        None,
        spread,
        "",
        "",
    )


def run(quick: bool = False) -> list[Row]:
    """Speed on both kinds of data, speed of the whole transform, memory at two sizes; each for both methods."""
    size, rounds = (8_000_000, 3) if quick else (50_000_000, 7)
    seven = ["7zz", "a", "-tzip", "-mx5", "-mem=AES256", "-pKx7mQ2vR9p", "OUT", "IN"]
    info = ["zip", "-q", "-6", "-P", "Kx7mQ2vR9p", "OUT", "IN"]
    aes, crypto = ZipMethod.AES_256, ZipMethod.ZIPCRYPTO
    with tempfile.TemporaryDirectory(prefix="matta-bench-") as name:
        solid, table = Path(name) / "random.bin", Path(name) / "table.csv"
        _random_data(solid, size)
        _table_data(table, size)
        return [
            _compared("AES-256 ZIP ÷ 7z level 5, random data", aes, solid, seven, rounds, ">= 1.1"),
            _compared("AES-256 ZIP ÷ 7z level 5, data that shrinks", aes, table, seven, rounds, ""),
            _compared("ZipCrypto ÷ Info-ZIP level 6, random data", crypto, solid, info, rounds, ">= 1.0"),
            _compared("ZipCrypto ÷ Info-ZIP level 6, data that shrinks", crypto, table, info, rounds, ""),
            _transform(aes, Path(name), size, rounds),
            _transform(crypto, Path(name), size, rounds),
            *(
                _memory(method, megabytes)
                for method in (aes, crypto)
                for megabytes in ((10, 20) if quick else (10, 100))
            ),
        ]
