"""PNG files written by hand, every filter included, to be read back."""

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
COLORS = {1: 0, 2: 4, 3: 2, 4: 6}


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(pixels: Bytes, filtering: int = 0, *, header: bytes | None = None) -> bytes:
    """The image (height, width, channels) as a PNG file whose rows are all filtered in the same way."""
    height, width, channels = pixels.shape
    header = header or struct.pack(">IIBBBBB", width, height, 8, COLORS[channels], 0, 0, 0)
    rows = pixels.reshape(height, -1).astype(np.int64)
    lines = [bytes([filtering]) + _filtered(rows, y, filtering, channels) for y in range(height)]
    data = zlib.compress(b"".join(lines))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _filtered(rows: npt.NDArray[np.int64], y: int, filtering: int, step: int) -> bytes:
    """The row minus what the standard predicts for it (PNG specification, 9.2)."""
    row, above = rows[y], rows[y - 1] if y else np.zeros_like(rows[0])
    left, corner = (np.concatenate([np.zeros(step, dtype=np.int64), line[:-step]]) for line in (row, above))
    guess = left + above - corner
    far = np.abs(np.stack([guess - left, guess - above, guess - corner]))
    paeth = np.choose(far.argmin(axis=0), [left, above, corner])
    predicted = [np.zeros_like(row), left, above, (left + above) // 2, paeth][filtering]
    return bytes(((row - predicted) % 256).astype(np.uint8))


def data_url(content: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
