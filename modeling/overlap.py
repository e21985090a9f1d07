"""How far two marks cover each other: spans of text as (start, end), boxes as (x1, y1, x2, y2), half-open."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def iou(first: Floats, second: Floats) -> Floats:
    """Intersection over union of every mark of `first` (n, 2 or 4) with every one of `second` (m, same width): (n, m).

    Marks without extent cover nothing, not even each other. Raises ValueError on other widths.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1] or first.shape[1] not in (2, 4):
        raise ValueError(f"marks need two or four edges, not the shapes {first.shape} and {second.shape}")
    n = first.shape[1] // 2
    low = np.maximum(first[:, None, :n], second[None, :, :n])
    high = np.minimum(first[:, None, n:], second[None, :, n:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    union = _size(first)[:, None] + _size(second) - shared
    return np.asarray(np.where(union > 0, shared / np.where(union > 0, union, 1), 0.0))


def _size(marks: Floats) -> Floats:
    n = marks.shape[1] // 2
    return np.asarray(np.clip(marks[:, n:] - marks[:, :n], 0, None).prod(axis=1))


def one_to_one(overlaps: Floats, *, at_least: float = 0.5) -> list[tuple[int, int]]:
    """Pairs (row, column) that belong together, the best overlap first, each row and column once at most."""
    order = np.argsort(-overlaps, axis=None, kind="stable")
    rows, columns = np.unravel_index(order, overlaps.shape)
    used_rows, used_columns, pairs = set(), set(), []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if overlaps[row, column] < max(at_least, 1e-12):
            break
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append((row, column))
    return pairs
