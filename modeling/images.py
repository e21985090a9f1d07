"""The `image` representation: a PNG as text → a classical descriptor. NumPy and the standard library; no fitting.

An item shows an image as a data URL, "data:image/png;base64,…". Photographs (JPEG) are read by Pillow where that is
installed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.image_files import Pixels, read_pixels

Floats = npt.NDArray[np.float32]

SIDE = 32
CELL = 8
ORIENTATIONS = 9
THUMBNAIL = 8
N_CELLS = SIDE // CELL
N_BLOCKS = N_CELLS - 1


@dataclass(frozen=True, slots=True)
class ImageDescriptor:
    """Directions of edges (Dalal and Triggs 2005, 10.1109/CVPR.2005.177) beside a small coloured copy of the image."""

    name = "image"
    reads = "image"
    is_light = True

    @property
    def dimension(self) -> int:
        """The number of columns `transform` returns."""
        return N_BLOCKS * N_BLOCKS * 4 * ORIENTATIONS + THUMBNAIL * THUMBNAIL * 3

    def transform(self, contents: Sequence[str]) -> Floats:
        """Unit rows (n, dimension), float32; the zero row for what is no image and for one without any contrast."""
        out = np.zeros((len(contents), self.dimension), dtype=np.float32)
        for place, content in enumerate(contents):
            pixels = read_pixels(content)
            if pixels is not None:
                out[place] = describe(pixels)
        return out

    def dump(self) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        """Facts alone: nothing is learned."""
        return {}, {"name": self.name, "format": 1, "dimension": self.dimension}

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> Self:
        """The descriptor that was dumped; raises ValueError when `meta` is not of this name and format."""
        if meta.get("name") != cls.name or meta.get("format") != 1:
            raise ValueError(f"not a stored image descriptor of format 1: {meta.get('name')} {meta.get('format')}")
        return cls()


def describe(pixels: Pixels) -> Floats:
    """The descriptor (dimension,) of an image (height, width, 3) of bytes: two blocks of equal weight, length one."""
    small = resized(np.asarray(pixels / 255, dtype=np.float32), SIDE)
    thumbnail = resized(small, THUMBNAIL)
    thumbnail -= thumbnail.mean()
    parts = [_unit(edges(small.mean(axis=2, dtype=np.float32))), _unit(thumbnail.ravel())]
    return _unit(np.concatenate(parts))


def resized(image: Floats, side: int) -> Floats:
    """The image (side, side, channels): means of the area that a pixel covers, or, of small ones, linear in between."""
    rows, columns = pixel_weights(image.shape[0], side), pixel_weights(image.shape[1], side)
    return np.asarray(np.einsum("ah,hwc,bw->abc", rows, image, columns, optimize=True), dtype=np.float32)


@cache
def pixel_weights(size: int, side: int) -> Floats:
    """How much each of `size` old pixels counts in each of `side` new ones (side, size); rows sum to one."""
    old = np.arange(size)
    ends = np.linspace(0, size, side + 1)
    if size >= side:
        weights = np.minimum(ends[1:, None], old + 1) - np.maximum(ends[:-1, None], old)
    else:
        weights = 1 - np.abs((ends[1:, None] + ends[:-1, None] - 1) / 2 - old)
    weights = np.clip(weights, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def edges(gray: Floats) -> Floats:
    """Histograms of edge directions: a histogram a cell, each group of 2 × 2 cells at length one, clipped at 0.2."""
    down, right = np.gradient(gray)
    strength = np.hypot(down, right)
    angle = np.mod(np.arctan2(down, right), np.pi) / np.pi * ORIENTATIONS
    low = np.floor(angle).astype(np.int64)
    share = angle - low
    cells = np.zeros((N_CELLS, N_CELLS, ORIENTATIONS))
    row, column = np.indices(gray.shape) // CELL
    np.add.at(cells, (row, column, low % ORIENTATIONS), strength * (1 - share))
    np.add.at(cells, (row, column, (low + 1) % ORIENTATIONS), strength * share)
    groups = np.concatenate([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]], axis=2)
    groups = groups / np.sqrt((groups**2).sum(axis=2, keepdims=True) + 1e-4)
    return np.asarray(np.minimum(groups, 0.2).ravel(), dtype=np.float32)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 1e-3 else np.zeros_like(vector), dtype=np.float32)
