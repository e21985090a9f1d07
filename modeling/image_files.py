"""Images as data URLs: checked by content without trusting what they say of themselves, and decoded to pixels.

PNG is read here, with the standard library (W3C, Portable Network Graphics, second edition). JPEG is checked, and
decoded by Pillow where it is installed.
"""

import base64
import binascii
import importlib
import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

MAX_BYTES = 1_000_000
MAX_SIDE = 4_096
MAX_PIXELS = 2_000_000
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
DATA_URL = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/]+={0,2})")
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class NotAnImage(ValueError):
    """What came is not an image that is taken here; the message is for its owner. `code` and `parts` say the same
    without English."""

    def __init__(self, code: str, english: str, /, **parts: str | int) -> None:
        super().__init__(english.format(**parts))
        self.code, self.parts = code, parts


def _cut_off(kind: str) -> NotAnImage:
    return NotAnImage("image.cut_off", "The {kind} image is cut off, or something follows it.", kind=kind)


def _damaged(kind: str) -> NotAnImage:
    return NotAnImage("image.damaged", "The {kind} image is damaged.", kind=kind)


class MissingDecoder(Exception):
    """The image is sound, but this machine has nothing to decode it with."""


class PngHeader(NamedTuple):
    width: int
    height: int
    bits: int
    color: int

    @property
    def channels(self) -> int:
        return CHANNELS[self.color]

    @property
    def row_bytes(self) -> int:
        """The bytes of one row, without its filter byte."""
        return (self.width * self.channels * self.bits + 7) // 8


def check_image(url: str) -> None:
    """Raises NotAnImage unless this is the data URL of a whole PNG or JPEG of bounded size, and of nothing else."""
    kind, content = _content(url)
    if kind == "jpeg":
        _check_jpeg(content)
        return
    header, chunks = _png_chunks(content)
    unpacked = _unpacked(chunks, header)
    if len(unpacked) != header.height * (header.row_bytes + 1):
        raise _cut_off("PNG")


def image_file(url: str) -> tuple[str, bytes]:
    """Returns what a data URL holds as a file: `png` or `jpeg`, and its bytes, of which only the beginning is checked.

    Raises NotAnImage for a text that is no such URL.
    """
    return _content(url)


def read_pixels(url: str) -> Pixels | None:
    """The pixels (height, width, 3) of a data URL; None for a text that is not one, or whose content is no image.

    Raises MissingDecoder for a JPEG where Pillow is not installed.
    """
    try:
        kind, content = _content(url)
        return _read_png(content) if kind == "png" else _read_jpeg(content)
    except NotAnImage:
        return None


def _content(url: str) -> tuple[str, bytes]:
    if len(url) > MAX_BYTES * 4 // 3 + 100:
        raise NotAnImage("image.bytes", "An image has at most {most:,} bytes.", most=MAX_BYTES)
    found = DATA_URL.fullmatch(url)
    if found is None:
        raise NotAnImage("image.form", "An image looks like data:image/png;base64,… or data:image/jpeg;base64,…")
    try:
        content = base64.b64decode(found[2], validate=True)
    except binascii.Error as error:
        raise NotAnImage("image.base64", "The image is not valid base64.") from error
    if not content.startswith(PNG if found[1] == "png" else JPEG):
        raise NotAnImage("image.content", "The content is no {kind} image.", kind=found[1].upper())
    return found[1], content


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        english = "The image has {width:,} by {height:,} pixels; at most {side:,} a side and {most:,} are taken."
        raise NotAnImage("image.size", english, width=width, height=height, side=MAX_SIDE, most=MAX_PIXELS)


def _png_chunks(content: bytes) -> tuple[PngHeader, list[tuple[bytes, bytes]]]:
    """Returns header and chunks up to the end, which must be the end of the content."""
    chunks = list(_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        raise _cut_off("PNG")
    width, height, bits, color, packing, filtering, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    _check_size(width, height)
    if color not in CHANNELS or bits not in (1, 2, 4, 8, 16) or (bits < 8 and color not in (0, 3)):
        raise NotAnImage("image.no_kind", "The PNG image is of a kind that does not exist.")
    if packing or filtering or interlaced:
        raise NotAnImage("image.interlaced", "Interlaced PNG images are not taken.")
    return PngHeader(width, height, bits, color), chunks


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG)
    while place < len(content):
        if place + 12 > len(content):
            raise _cut_off("PNG")
        (length,), name = struct.unpack(">I", content[place : place + 4]), content[place + 4 : place + 8]
        end = place + 8 + length
        body, check = content[place + 8 : end], content[end : end + 4]
        if len(check) < 4 or zlib.crc32(name + body).to_bytes(4, "big") != check:
            raise _damaged("PNG")
        yield name, body
        place = end + 4
        if name == b"IEND" and place != len(content):
            raise _cut_off("PNG")


def _unpacked(chunks: list[tuple[bytes, bytes]], header: PngHeader) -> bytes:
    """The filtered rows; never more bytes than the header announces."""
    wanted = header.height * (header.row_bytes + 1)
    try:
        return zlib.decompressobj().decompress(b"".join(body for name, body in chunks if name == b"IDAT"), wanted)
    except zlib.error as error:
        raise _damaged("PNG") from error


def _read_png(content: bytes) -> Pixels:
    header, chunks = _png_chunks(content)
    unpacked = _unpacked(chunks, header)
    if len(unpacked) != header.height * (header.row_bytes + 1):
        raise _cut_off("PNG")
    lines = np.frombuffer(unpacked, np.uint8).reshape(header.height, header.row_bytes + 1)
    samples = _samples(_unfiltered(lines, max(1, header.channels * header.bits // 8)), header)
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    return _colors(samples, header, palette)


def _unfiltered(lines: Pixels, step: int) -> Pixels:
    """The rows with their filters undone; `step` is how many bytes lie between a byte and its left neighbour's."""
    rows = np.zeros((len(lines) + 1, lines.shape[1] - 1), dtype=np.uint8)
    for number, line in enumerate(lines):
        rows[number + 1] = _row(int(line[0]), line[1:], rows[number], step)
    return rows[1:]


def _row(filtering: int, line: Pixels, above: Pixels, step: int) -> Pixels:
    if filtering == 0:
        return line
    if filtering == 1:
        padded = np.zeros(-(-len(line) // step) * step, dtype=np.uint8)
        padded[: len(line)] = line
        summed: Pixels = np.cumsum(padded.reshape(-1, step), axis=0, dtype=np.uint8).ravel()[: len(line)]
        return summed
    if filtering == 2:
        return line + above
    if filtering in (3, 4):
        return np.frombuffer(_by_neighbours(filtering, line.tobytes(), above.tobytes(), step), np.uint8)
    raise _damaged("PNG")


def _by_neighbours(filtering: int, line: bytes, above: bytes, step: int) -> bytes:
    """Filters 3 (mean of left and upper) and 4 (Paeth), in which every byte waits for the one before."""
    out = bytearray(len(line))
    for place, byte in enumerate(line):
        left = out[place - step] if place >= step else 0
        up = above[place]
        if filtering == 3:
            out[place] = (byte + (left + up) // 2) & 255
            continue
        corner = above[place - step] if place >= step else 0
        to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
        nearest = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
        out[place] = (byte + nearest) & 255
    return bytes(out)


def _samples(rows: Pixels, header: PngHeader) -> Pixels:
    """Samples (height, width, channels), 8 bits each; of 16 bits the upper ones, fewer bits as they are."""
    if header.bits == 16:
        rows = rows[:, ::2]
    elif header.bits < 8:
        per_byte = 8 // header.bits
        shifts = np.arange(per_byte - 1, -1, -1, dtype=np.uint8) * np.uint8(header.bits)
        split = (rows[:, :, None] >> shifts) & np.uint8(2**header.bits - 1)
        rows = split.reshape(len(rows), -1)[:, : header.width]
    return rows.reshape(header.height, header.width, header.channels)


def _colors(samples: Pixels, header: PngHeader, palette: bytes) -> Pixels:
    """Red, green and blue; what is transparent is shown on white."""
    if header.color == 3:
        colors = np.zeros((256, 3), dtype=np.uint8)
        known = np.frombuffer(palette[: 3 * min(256, len(palette) // 3)], np.uint8).reshape(-1, 3)
        colors[: len(known)] = known
        return colors[samples[:, :, 0]]
    if header.bits < 8:
        samples = samples * np.uint8(255 // (2**header.bits - 1))
    shades = samples[:, :, : 1 if header.channels < 3 else 3]
    if header.channels in (2, 4):
        cover = samples[:, :, -1:].astype(np.float32) / 255
        shades = (255 - cover * (255 - shades.astype(np.float32))).astype(np.uint8)
    return np.broadcast_to(shades, (*shades.shape[:2], 3))


def _check_jpeg(content: bytes) -> None:
    """Walks the segments up to the frame's header, and looks for the end mark."""
    if not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise _cut_off("JPEG")
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        mark, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if mark in START_OF_FRAME:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            _check_size(width, height)
            return
        place += 2 + length
    raise _damaged("JPEG")


def _read_jpeg(content: bytes) -> Pixels:
    _check_jpeg(content)
    try:
        pillow = importlib.import_module("PIL.Image")
    except ImportError as error:
        raise MissingDecoder("JPEG images need the package Pillow: pip install pillow. PNG needs nothing.") from error
    try:
        with pillow.open(io.BytesIO(content), formats=["JPEG"]) as image:
            return np.asarray(image.convert("RGB"), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError) as error:
        raise _damaged("JPEG") from error
