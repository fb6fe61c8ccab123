"""Draw the two icons of the Teams app and write them as PNG: ``python -m local.teams_icons``.

Local tooling; no stage of the mail flow. The drawing is the logo of the pages (templates/icons.html): an envelope that
waits. Each shape is a distance, so that edges are smooth at any size.

Source: PNG Specification (third edition), sections 5 and 11; icon sizes from "Design your Teams app's icons".
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from local.tools import ROOT

Pixel = tuple[int, int, int, int]
Distance = Callable[[float, float], float]
"""How far a point is outside of a shape (negative: inside), in units of the drawing, which is 32 by 32."""

PLATE = (0x0B, 0x6E, 0x66)
WHITE = (255, 255, 255)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Distance:
    """A rectangle with round corners."""
    center_x, center_y = (left + right) / 2, (top + bottom) / 2
    half_x, half_y = (right - left) / 2 - radius, (bottom - top) / 2 - radius

    def distance(x: float, y: float) -> float:
        over_x, over_y = abs(x - center_x) - half_x, abs(y - center_y) - half_y
        return math.hypot(max(over_x, 0), max(over_y, 0)) + min(max(over_x, over_y), 0) - radius

    return distance


def line(from_x: float, from_y: float, to_x: float, to_y: float, width: float) -> Distance:
    """A line with round ends."""
    run_x, run_y = to_x - from_x, to_y - from_y
    length = run_x * run_x + run_y * run_y

    def distance(x: float, y: float) -> float:
        along = min(max(((x - from_x) * run_x + (y - from_y) * run_y) / length, 0), 1)
        return math.hypot(x - from_x - along * run_x, y - from_y - along * run_y) - width / 2

    return distance


def outlined(shape: Distance, width: float) -> Distance:
    """The edge of a shape as a line."""
    return lambda x, y: abs(shape(x, y)) - width / 2


def logo(width: float) -> Distance:
    """The envelope with its two bars; ``width`` of its lines."""
    shapes = (
        outlined(rounded(6.5, 9, 25.5, 23, 2.5), width),
        line(7.3, 10.3, 11, 13.3, width),
        line(24.7, 10.3, 21, 13.3, width),
        rounded(12.5, 12.5, 14.9, 19.5, 1.2),
        rounded(17.1, 12.5, 19.5, 19.5, 1.2),
    )
    return lambda x, y: min(shape(x, y) for shape in shapes)


def color_icon() -> list[list[Pixel]]:
    """White on the accent colour; Teams rounds the corners itself."""
    return _drawn(192, logo(1.8), PLATE, scale=0.86)


def outline_icon() -> list[list[Pixel]]:
    """White on nothing."""
    return _drawn(32, logo(2.0), None, scale=1.3)


def png(rows: list[list[Pixel]]) -> bytes:
    """The picture as a PNG file: 8 bits for each of red, green, blue and opacity."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 6, 0, 0, 0)
    lines = b"".join(b"\0" + b"".join(bytes(pixel) for pixel in row) for row in rows)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def main() -> None:
    """Write both files."""
    directory = ROOT / "teams_app"
    for name, rows in (("color.png", color_icon()), ("outline.png", outline_icon())):
        Path(directory / name).write_bytes(png(rows))


def _drawn(size: int, shape: Distance, plate: tuple[int, int, int] | None, scale: float) -> list[list[Pixel]]:
    unit = 32 / size / scale  # the drawing is scaled about its middle
    rows = []
    for row in range(size):
        pixels: list[Pixel] = []
        for column in range(size):
            x, y = ((place + 0.5 - size / 2) * unit + 16 for place in (column, row))
            cover = min(max(0.5 - shape(x, y) / unit, 0), 1)
            if plate is None:
                pixels.append((*WHITE, round(255 * cover)))
            else:
                red, green, blue = (round(under + (255 - under) * cover) for under in plate)
                pixels.append((red, green, blue, 255))
        rows.append(pixels)
    return rows


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
