"""The icons in the tree are the ones that the script draws, and such as Teams wants them."""

from __future__ import annotations

import struct
import zlib

import pytest

from local.teams_icons import Pixel, color_icon, outline_icon
from local.tools import ROOT

DRAWN = {"color.png": color_icon, "outline.png": outline_icon}


def pixels(data: bytes) -> list[list[Pixel]]:
    """Of a PNG as ours are: 8 bits, four channels, no filter, one IDAT chunk; checksums are held to."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        content = data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        place += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    lines = zlib.decompress(chunks[b"IDAT"])
    assert len(lines) == height * (1 + 4 * width)
    rows = [lines[row * (1 + 4 * width) + 1 : (row + 1) * (1 + 4 * width)] for row in range(height)]
    return [[tuple(row[4 * x : 4 * x + 4]) for x in range(width)] for row in rows]  # type: ignore[misc]  # four each


@pytest.mark.parametrize("name", DRAWN)
def test_the_file_is_what_the_script_draws(name: str) -> None:
    assert pixels((ROOT / "teams_app" / name).read_bytes()) == DRAWN[name]()


def test_the_outline_is_white_on_nothing() -> None:
    found = [pixel for row in outline_icon() for pixel in row]
    assert {pixel[:3] for pixel in found} == {(255, 255, 255)}
    assert {pixel[3] for pixel in found} >= {0, 255}


def test_the_coloured_one_is_opaque_everywhere() -> None:
    assert {pixel[3] for row in color_icon() for pixel in row} == {255}
